"""Events: what they say, and that no answer waits for a broker."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime, timezone
from typing import Any

import aio_pika
import pytest

from bot.events.answered import Answered, answered
from bot.events.publisher import EXCHANGE, Publisher
from tests.servers import Server, free_port

NOW = datetime(2026, 11, 22, 10, 11, 12, 13, timezone.utc)


def event(language: str = "ne") -> Answered:
    custom = {"language": language, "topic": "wages", "outcomes": ["answered"], "handoff": False}
    return answered("web", [{"text": "", "custom": custom}], 0.0123, NOW)


def test_what_an_event_says_and_what_not() -> None:
    said: list[dict[str, Any]] = [
        {"recipient_id": "person 7", "text": "Call 999", "custom": {
            "language": "ne", "topic": "emergency", "danger": "violence", "case": {"origin": "NP"},
            "country": "QA", "rules": ["a"], "outcomes": ["emergency"], "handoff": True}},
        {"recipient_id": "person 7", "text": "More", "custom": {"topic": "wages", "outcomes": ["answered"]}},
    ]  # fmt: skip
    told = answered("whatsapp", said, 0.0214, NOW)
    body = json.loads(told.body())
    assert body == {
        "id": told.id, "at": "2026-11-22T10:11+00:00", "channel": "whatsapp", "language": "ne",
        "topics": ["emergency", "wages"], "outcomes": ["emergency", "answered"], "handoff": True,
        "danger": True, "milliseconds": 21,
    }  # fmt: skip
    assert answered("whatsapp", said, 0.0214, NOW).id != told.id
    assert not any(word in told.body().decode() for word in ("person 7", "Call", "NP", "QA"))


async def test_a_broker_that_is_away_costs_nothing() -> None:
    publisher = Publisher(f"amqp://guest:secret@127.0.0.1:{free_port()}/", most=10)
    began = time.perf_counter()
    for _ in range(500):
        publisher.tell(event())
    assert time.perf_counter() - began < 0.5
    assert (publisher.dropped, publisher.published) == (490, 0)
    await asyncio.sleep(0.1)
    began = time.perf_counter()
    await publisher.close(0.3)
    assert time.perf_counter() - began < 2


@pytest.mark.slow
@pytest.mark.thorough
async def test_all_arrive_though_the_broker_restarts(
    rabbitmq_server: Server, rabbitmq: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with await aio_pika.connect(rabbitmq) as connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue("statistics", durable=True)
        await queue.bind(exchange, "answered.#")
    publisher = Publisher(rabbitmq)
    wanted = [event() for _ in range(30)]
    for each in wanted[:10]:
        publisher.tell(each)
    await until(lambda: publisher.published == 10)
    rabbitmq_server.stop()
    for each in wanted[10:20]:
        publisher.tell(each)
    await asyncio.sleep(0.5)
    assert publisher.published == 10
    await asyncio.to_thread(rabbitmq_server.start)
    for each in wanted[20:]:
        publisher.tell(each)
    await until(lambda: publisher.published == 30, 60)
    await publisher.close()
    got: set[str] = set()
    async with await aio_pika.connect(rabbitmq) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("statistics", durable=True)
        while (message := await queue.get(fail=False)) is not None:
            got.add(json.loads(message.body)["id"])
            assert message.routing_key == "answered.ne"
            await message.ack()
    assert got == {each.id for each in wanted} and publisher.dropped == 0
    assert "guest" not in caplog.text


async def until(true: Any, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)
