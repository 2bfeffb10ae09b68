"""Sends messages over the REST channel: at a fixed rate, or as fast as answers come."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from bot.benchmarks.conversations import Said
from bot.benchmarks.figures import NotMeasured

WEBHOOK = "/webhooks/rest/webhook"
CONNECTIONS = 64  # whoever waits for one is late already: the time counts from when the message was due
_HEADERS = {"Content-Type": "application/json"}
_TIMEOUT = aiohttp.ClientTimeout(total=60)


@dataclass(frozen=True)
class Reply:
    """What came back to a message."""

    at: float  # seconds since the run began, when it was due
    seconds: float
    failed: bool  # no answer, or nothing in it
    ruled: bool  # it rests on rules of the law base


def opened(url: str) -> aiohttp.ClientSession:
    """Connections to an assistant."""
    return aiohttp.ClientSession(
        url, connector=aiohttp.TCPConnector(limit=CONNECTIONS), timeout=_TIMEOUT, headers=_HEADERS
    )


async def open_loop(session: aiohttp.ClientSession, messages: Sequence[Said], rate: float) -> list[Reply]:
    """Each message is sent when it is due, whether others were answered or not."""
    start = time.perf_counter() + 0.2

    async def one(number: int, message: Said) -> Reply:
        due = start + number / rate
        await asyncio.sleep(due - time.perf_counter())
        return await _send(session, message, due, start)

    return list(await asyncio.gather(*(one(number, each) for number, each in enumerate(messages))))


async def closed_loop(
    session: aiohttp.ClientSession, persons: Sequence[Sequence[Said]], at_once: int
) -> tuple[list[Reply], float]:
    """So many persons at a time, each writing when answered; the replies, and the seconds of it all."""
    left, start = iter(persons), time.perf_counter()
    found: list[Reply] = []

    async def some() -> None:
        for person in left:
            for message in person:
                found.append(await _send(session, message, time.perf_counter(), start))

    await asyncio.gather(*(some() for _ in range(at_once)))
    return found, time.perf_counter() - start


def refuse_failures(replies: Sequence[Reply]) -> None:
    """Raises NotMeasured when any message was not answered: times of failures mean nothing."""
    failed = sum(reply.failed for reply in replies)
    if failed:
        raise NotMeasured(f"{failed} of {len(replies)} messages were not answered.")


async def _send(session: aiohttp.ClientSession, message: Said, due: float, start: float) -> Reply:
    body = json.dumps({"sender": message.sender, "message": message.text}).encode()
    try:
        async with session.post(WEBHOOK, data=body) as answer:
            said = await answer.read()
            failed = answer.status != 200 or len(said) <= len(b"[]")
    except (aiohttp.ClientError, asyncio.TimeoutError):
        said, failed = b"", True
    ruled = b'"rules":["' in said
    return Reply(due - start, time.perf_counter() - due, failed, ruled)
