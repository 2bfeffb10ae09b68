"""Locks by name: those who wait in this process stand in line, then one of them asks the keeper of all.

Rasa's own lock for Redis reads and then writes, so that two processes may both hold it, and looks once a
second; here taking is one step of the keeper, and whoever waits looks again within hundredths of a second.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Protocol

from bot.privacy.failures import where

logger = logging.getLogger(__name__)

LIFETIME_SECONDS: Final = 10.0
"""So long a lock is held without a sign of life: a worker that died is outlived."""
RENEWED_SECONDS: Final = LIFETIME_SECONDS / 3
PATIENCE_SECONDS: Final = 15.0
_FIRST_LOOK, _LONGEST_LOOK = 0.005, 0.05


class LockTimeout(Exception):
    """Somebody else held a lock for too long."""


class Keeper(Protocol):
    """Keeps locks for several processes."""

    async def take(self, name: str, token: str) -> bool:
        """Takes a lock for LIFETIME_SECONDS; False while somebody else has it."""

    async def keep(self, name: str, token: str) -> bool:
        """Holds a lock for another LIFETIME_SECONDS; False, and nothing is taken, when it is not held."""

    async def give_back(self, name: str, token: str) -> None:
        """Lets go of a lock, or leaves the line for it."""

    async def close(self) -> None:
        """Lets go of connections."""


@dataclass
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    people: int = 0


class Locks:
    """Locks of this process, and of all that share its keeper."""

    def __init__(self, keeper: Keeper | None = None) -> None:
        """Without a keeper the locks hold in this process alone."""
        self._keeper = keeper
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def held(self, name: str) -> AsyncIterator[None]:
        """Holds a lock. Raises LockTimeout, and what the keeper raises when it is down."""
        async with self._in_line(name):
            if self._keeper is None:
                yield
                return
            token = secrets.token_hex(8)
            renewing: asyncio.Future[None] | None = None
            try:
                await self._taken(self._keeper, name, token)
                renewing = asyncio.ensure_future(self._renew(self._keeper, name, token))
                yield
            finally:
                if renewing is not None:
                    renewing.cancel()
                await self._keeper.give_back(name, token)

    async def close(self) -> None:
        """Lets go of connections."""
        if self._keeper is not None:
            await self._keeper.close()

    @asynccontextmanager
    async def _in_line(self, name: str) -> AsyncIterator[None]:
        line = self._lines.setdefault(name, _Line())
        line.people += 1
        try:
            async with line.lock:  # first come, first served
                yield
        finally:
            line.people -= 1
            if not line.people:
                self._lines.pop(name, None)

    async def _taken(self, keeper: Keeper, name: str, token: str) -> None:
        until, pause = monotonic() + PATIENCE_SECONDS, _FIRST_LOOK
        while not await keeper.take(name, token):
            if monotonic() > until:
                raise LockTimeout("Another message of this person takes too long.")
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - so that not all look at once
            pause = min(pause * 1.5, _LONGEST_LOOK)

    async def _renew(self, keeper: Keeper, name: str, token: str) -> None:
        with suppress(asyncio.CancelledError):
            while True:
                await asyncio.sleep(RENEWED_SECONDS)
                try:
                    if not await keeper.keep(name, token):
                        logger.error("A lock was lost while a message was answered.")
                except Exception as error:  # the boundary: what is held is held until it lapses
                    logger.warning("A lock could not be renewed: %s.", where(error))
