"""Events of the inbox, without a server: heartbeats, sessions that end, one task for all."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from pathlib import Path

import pytest

from bot.desk import live as module
from bot.desk.live import Live
from bot.people.store import PeopleStore


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PeopleStore:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(module, "CHECK_SECONDS", 0.4)
    return PeopleStore(f"sqlite:///{tmp_path / 'people.db'}", tmp_path / "key")


async def always() -> bool:
    return True


async def never() -> bool:
    return False


async def until(events: AsyncIterator[str], part: str) -> str:
    """The next event that holds a part."""
    async for each in events:
        if part in each:
            return each
    raise AssertionError(f"{part} never came")


async def test_a_quiet_line_beats(people: PeopleStore) -> None:
    async with aclosing(Live(people).events("ana", True, -1, always)) as events:
        assert (await anext_(events)).startswith("retry: ")
        await until(events, "event: change")
        await until(events, "event: beat")
    assert people.present() == ["ana"]


async def test_a_session_that_ended_ends_its_line(people: PeopleStore) -> None:
    async with aclosing(Live(people).events("ana", True, -1, never)) as events:
        with pytest.raises(AssertionError):
            await asyncio.wait_for(until(events, "something else"), 10)


async def test_a_busy_queue_keeps_no_line_whose_session_ended(
    people: PeopleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 60.0)  # there is always a change before

    async def changes() -> None:
        for number in itertools.count():
            await asyncio.to_thread(people.be_present, f"worker {number}")
            await asyncio.sleep(0.05)

    busy = asyncio.ensure_future(changes())
    async with aclosing(Live(people).events("ana", True, -1, never)) as events:
        with pytest.raises(AssertionError):
            await asyncio.wait_for(until(events, "something else"), 10)
    busy.cancel()


async def test_an_ending_server_ends_all_lines_and_the_task(people: PeopleStore) -> None:
    live = Live(people)
    ends = False
    live.ends = lambda: ends
    lines = [live.events(name, True, -1, always) for name in ("ana", "ben")]
    for events in lines:
        await until(events, "event: change")
    tasks = [each for each in asyncio.all_tasks() if "_watching" in repr(each)]
    assert len(tasks) == 1  # one looks for both
    ends = True
    for events in lines:
        with suppress(StopAsyncIteration):
            while True:
                await asyncio.wait_for(anext_(events), 5)
    await asyncio.wait_for(tasks[0], 5)


async def test_nobody_listens_nobody_looks(people: PeopleStore) -> None:
    live = Live(people)
    async with aclosing(live.events("ana", True, -1, always)) as events:
        await until(events, "event: change")
        assert live.is_here("ana") and not live.is_here("ben")
        (task,) = (each for each in asyncio.all_tasks() if "_watching" in repr(each))
    assert not live.is_here("ana")
    await asyncio.wait_for(task, 5)


async def test_who_is_away_does_not_count(people: PeopleStore) -> None:
    async with aclosing(Live(people).events("ana", False, -1, always)) as events:
        await until(events, "event: change")
        assert people.present() == []


async def anext_(events: AsyncIterator[str]) -> str:
    """`anext`, which Python has from 3.10 on, as a coroutine that can be waited for."""
    return await events.__anext__()
