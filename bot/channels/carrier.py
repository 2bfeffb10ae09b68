"""Carrying a message to its platform: one request, and what its response means."""

from __future__ import annotations

import asyncio
import logging
import random
from abc import ABC, abstractmethod
from dataclasses import replace
from time import monotonic

import aiohttp

from bot.channels.mail import Letter
from bot.channels.platform import Call, Outcome, Platform

logger = logging.getLogger(__name__)

_TIMEOUT = aiohttp.ClientTimeout(total=10)
_MOST_BYTES = 256 * 1024  # of a response, of which a few words are read
_SLOWEST_SECONDS = 3600.0
_TRIES = 16  # with the back-off below: about four hours


class Carrier(ABC):
    """Takes a letter where it belongs."""

    @abstractmethod
    async def carry(self, letter: Letter) -> Outcome:
        """Sends one letter. Never raises for what the network or the platform does."""

    async def forgotten(self, person: str) -> None:  # noqa: B027 - most platforms keep nothing for us
        """Everything of a person was erased; what the carrier keeps of them goes too."""

    async def close(self) -> None:  # noqa: B027
        """Lets go of connections."""


class HttpCarrier(Carrier):
    """Sends by the platform's HTTP interface, no faster than it allows."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._session: aiohttp.ClientSession | None = None
        self._beside: set[asyncio.Future[Outcome]] = set()
        self._free_at = 0.0
        self._person_free_at: dict[str, float] = {}

    async def carry(self, letter: Letter) -> Outcome:
        """Sends one letter, after waiting for its turn."""
        await self._turn(letter.person)
        part, first = letter.part, self._platform.upload(letter.part)
        if first is not None and part.file is not None:
            uploaded = await self.make(first)
            if uploaded.state != "sent":
                return uploaded
            part = replace(part, file={**part.file, "id": uploaded.id})
        return await self.make(self._platform.send(letter.address, part, letter.reference, letter.token))

    async def make(self, call: Call) -> Outcome:
        """Makes a request of the platform."""
        if self._session is None:
            self._session = _new_session()
        try:
            async with self._session.request(
                call.method, call.url, headers=dict(call.headers), json=call.json, data=_data(call),
                allow_redirects=False,
            ) as response:  # fmt: skip
                return self._platform.outcome(
                    response.status,
                    {name.lower(): value for name, value in response.headers.items()},
                    await _beginning(response.content),
                )
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            logger.warning("%s cannot be reached: %s.", self._platform.name, type(error).__name__)
            return Outcome("retry", code=type(error).__name__)

    def make_soon(self, call: Call) -> None:
        """Makes a request beside everything else; nothing waits for what comes of it."""
        task = asyncio.ensure_future(self.make(call))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    async def _turn(self, person: str) -> None:
        now = monotonic()
        start = max(now, self._free_at, self._person_free_at.get(person, 0.0))
        self._free_at = max(now, self._free_at) + 1 / self._platform.per_second
        self._person_free_at[person] = start + 1 / self._platform.per_person
        if len(self._person_free_at) > 10_000:
            self._person_free_at = {who: at for who, at in self._person_free_at.items() if at > now}
        await asyncio.sleep(start - now)


def next_try(outcome: Outcome, tries: int) -> float | None:
    """Seconds until the next try after so many; None when it is time to give up."""
    if tries >= _TRIES:
        return None
    doubling = min(2.0 ** max(tries - 1, 0), _SLOWEST_SECONDS)
    return max(outcome.after, doubling * random.uniform(0.7, 1.3))  # noqa: S311


def _new_session() -> aiohttp.ClientSession:
    """Keeps no cookies and unpacks nothing: known weaknesses of the pinned library (docs/security.md)."""
    return aiohttp.ClientSession(
        timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False,
        headers={"Accept-Encoding": "identity"},
    )  # fmt: skip


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    try:
        return await content.readexactly(_MOST_BYTES)
    except asyncio.IncompleteReadError as end:
        return end.partial


def _data(call: Call) -> aiohttp.FormData | None:
    if call.multipart is None and call.form is None:
        return None
    data = aiohttp.FormData()
    for name, value in (*(call.form or ()), *(call.multipart or ())):
        if isinstance(value, str):
            data.add_field(name, value)
        else:
            file, content, kind = value
            data.add_field(name, content, filename=file, content_type=kind)
    return data
