"""Publishes events to RabbitMQ, beside the answers: they neither wait for it nor fail by it.

Events wait in memory, no more than MOST of them; when the broker is away for long, the newest are dropped
and counted. docs/scaling.md says what is published and where.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress
from typing import Final

import aio_pika
from aio_pika.abc import AbstractExchange
from aiormq.exceptions import AMQPError

from bot.events.answered import Answered

logger = logging.getLogger(__name__)

EXCHANGE: Final = "haq.events"
MOST: Final = 1000
_PATIENCE_SECONDS: Final = 5.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
# RuntimeError: a connection that has just closed.
_DOWN = (AMQPError, OSError, asyncio.TimeoutError, RuntimeError)

for _name in ("aio_pika", "aiormq"):  # they would write the broker's address, with the password
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class Publisher:
    """Keeps a connection to the broker, and what waits for it. For one event loop."""

    def __init__(self, url: str, most: int = MOST) -> None:
        self._url, self._most = url, most
        self._waiting: deque[Answered] = deque()
        self._woken = asyncio.Event()
        self._work: asyncio.Future[None] | None = None
        self._closing = False
        self.dropped = 0
        self.published = 0

    def tell(self, event: Answered) -> None:
        """Takes an event; at once, and whatever the broker does."""
        if self._work is None:
            self._work = asyncio.ensure_future(self._run())
        if len(self._waiting) >= self._most:
            if not self.dropped:
                logger.warning("The event broker is away for long: events are dropped.")
            self.dropped += 1
            return
        self._waiting.append(event)
        self._woken.set()

    async def close(self, seconds: float = 2.0) -> None:
        """Publishes what waits, for so long, and lets go."""
        self._closing = True
        self._woken.set()
        if self._work is not None:
            await asyncio.wait([self._work], timeout=seconds)
            self._work.cancel()
            with suppress(asyncio.CancelledError):
                await self._work

    async def _run(self) -> None:
        pause, away = _FIRST_PAUSE, False
        while not (self._closing and not self._waiting):
            before = self.published
            try:
                await self._connected()
            except _DOWN as error:
                if not away:
                    logger.warning("The event broker cannot be reached: %s.", type(error).__name__)
                away = True
            if self.published > before:
                pause, away = _FIRST_PAUSE, False
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _connected(self) -> None:
        """Connects and publishes until the connection fails or nothing is left to do."""
        connection = await asyncio.wait_for(
            aio_pika.connect(self._url, timeout=_PATIENCE_SECONDS), _PATIENCE_SECONDS
        )
        async with connection:
            channel = await connection.channel(publisher_confirms=True)
            exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
            while not (self._closing and not self._waiting):
                await self._woken.wait()
                self._woken.clear()
                await self._publish_all(exchange)

    async def _publish_all(self, exchange: AbstractExchange) -> None:
        while self._waiting:
            event = self._waiting[0]  # it leaves once the broker has it
            message = aio_pika.Message(
                event.body(), content_type="application/json", message_id=event.id, type="answered",
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            )  # fmt: skip
            key = f"answered.{event.language or 'unknown'}"
            await asyncio.wait_for(exchange.publish(message, key), _PATIENCE_SECONDS)
            self._waiting.popleft()
            self.published += 1
            if self.dropped and not self._waiting:
                logger.warning("The event broker is back; %s events were dropped.", self.dropped)
                self.dropped = 0
