"""What makes the inbox live: one task looks at the database for everybody, open pages hear of what changed.

The queue is changed by several processes (the assistant, the command line, this one), so the database is
asked, twice a second, for a number that grows with every change. A page gets the number and what it may
need to ring: nothing that a person wrote. What is new it then fetches as any page is fetched.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

import anyio
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

from bot.people.store import TAKEN, WAITING, PeopleStore, Place
from bot.people.words import left
from bot.privacy.failures import where
from bot.rules.errors import RulesError

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
BEAT_SECONDS = 15.0  # proxies close what is silent for a minute
CHECK_SECONDS = 60.0  # whether the session still holds
_PRESENCE_SECONDS = 30.0
_TIDY_SECONDS = 15.0
_OPENED_SECONDS = 3600.0
_RETRY_MS = 2000
_NOT_NOW = (RulesError, SQLAlchemyError)


@dataclass(frozen=True)
class Scene:
    """The queue at one moment."""

    number: int
    places: tuple[Place, ...]

    def seen_by(self, worker: str) -> dict[str, Any]:
        """What a page of somebody at the desk needs to know: how many wait, and for which to ring.

        `alarms` wait for anybody: they ring until somebody takes them. An emergency in a chat of one's own
        (`own`) rings once.
        """
        waiting = [each for each in self.places if each.state == WAITING]
        mine = [each for each in self.places if each.state == TAKEN and each.taken_by == worker]
        return {
            "number": self.number,
            "waiting": len(waiting),
            "alarms": [each.id for each in waiting if each.urgent],
            "own": [each.id for each in mine if each.urgent],
        }


@dataclass(frozen=True, eq=False)
class _Listener:
    worker: str
    here: bool  # counts as somebody at the desk


@dataclass
class _Chore:
    """Something that is done now and then while anybody listens."""

    every: float
    do: Callable[[], object]
    due: float = 0.0


class Live:
    """The open pages of this process."""

    def __init__(self, people: PeopleStore) -> None:
        self._people = people
        self._listeners: list[_Listener] = []
        self._bell = asyncio.Event()
        self._scene: Scene | None = None
        self._watch: asyncio.Task[None] | None = None
        self._chores = (
            _Chore(_PRESENCE_SECONDS, self._be_present),
            _Chore(_TIDY_SECONDS, partial(people.tidy, left)),
        )
        self._opened: dict[tuple[str, int], float] = {}
        self.ends: Callable[[], bool] = lambda: False  # whether the server is stopping

    @contextmanager
    def listening(self, worker: str, here: bool) -> Iterator[None]:
        """A page is open as long as this is."""
        listener = _Listener(worker, here)
        self._listeners.append(listener)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.ensure_future(self._watching())
        try:
            yield
        finally:
            self._listeners.remove(listener)

    def is_here(self, worker: str) -> bool:
        """Whether a page of theirs says that they are at the desk."""
        return any(each.here and each.worker == worker for each in self._listeners)

    def opens_anew(self, worker: str, number: int) -> bool:
        """Whether a look at a chat is news for the audit log, not one more look of a page that is open."""
        now = monotonic()
        self._opened = {key: at for key, at in self._opened.items() if at > now - _OPENED_SECONDS}
        return self._opened.setdefault((worker, number), now) == now

    async def events(
        self, worker: str, here: bool, seen: int, may_stay: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[str]:
        """Server-sent events for one page, from the number it has seen on, until it is closed."""
        yield f"retry: {_RETRY_MS}\n\n"
        with self.listening(worker, here):
            check_at = monotonic() + CHECK_SECONDS
            while not self.ends():
                if monotonic() >= check_at:  # by the clock: a busy queue leaves no quiet moment
                    if not await may_stay():
                        return
                    check_at = monotonic() + CHECK_SECONDS
                bell = self._bell
                if self._scene is not None and self._scene.number != seen:
                    seen = self._scene.number
                    yield _event("change", self._scene.seen_by(worker), seen)
                with anyio.move_on_after(BEAT_SECONDS) as quiet:
                    await bell.wait()
                if quiet.cancelled_caught:
                    yield _event("beat", {})

    async def _watching(self) -> None:
        """Looks for as long as anybody listens."""
        try:
            while self._listeners and not self.ends():
                try:
                    await self._look()
                except _NOT_NOW as error:
                    logger.error("The desk's queue cannot be read: %s.", where(error))
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self._scene = None
            self._ring()

    async def _look(self) -> None:
        for chore in self._chores:
            if monotonic() >= chore.due:
                chore.due = monotonic() + chore.every
                await run_in_threadpool(chore.do)
        number = await run_in_threadpool(self._people.changed)
        if self._scene is None or self._scene.number != number:
            self._scene = Scene(number, await run_in_threadpool(self._people.places))
            self._ring()

    def _ring(self) -> None:
        """Wakes every page that listens."""
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()

    def _be_present(self) -> None:
        for worker in {each.worker for each in tuple(self._listeners) if each.here}:
            self._people.be_present(worker)


def _event(name: str, data: dict[str, Any], number: int | None = None) -> str:
    identity = "" if number is None else f"id: {number}\n"
    return f"{identity}event: {name}\ndata: {json.dumps(data)}\n\n"


def live_of(app: Starlette) -> Live:
    """The one of an application, made when it is first asked for."""
    held = getattr(app.state, "live", None)
    if held is None:
        held = app.state.live = Live(app.state.desk.people)
    assert isinstance(held, Live)
    return held
