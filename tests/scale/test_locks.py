"""Locks of conversations: nothing is lost, nobody waits for the dead, and Redis may go away."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from bot.locks import locks as module
from bot.locks.chosen import locks_for
from bot.locks.database import DatabaseKeeper
from bot.locks.locks import Keeper, Locks, LockTimeout
from bot.locks.redis import RedisKeeper, WithSubstitute
from bot.settings import load_settings
from tests.servers import Server

WORKERS, EACH = 4, 15


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'people.db'}"


@asynccontextmanager
async def workers(keeper: Callable[[], Keeper], number: int = WORKERS) -> AsyncIterator[list[Locks]]:
    """Locks as so many processes have them: each with connections and a line of its own."""
    opened = [Locks(keeper()) for _ in range(number)]
    try:
        yield opened
    finally:
        for each in opened:
            await each.close()


async def check_nothing_is_lost(opened: list[Locks], name: str) -> None:
    """Each reads, waits, and writes: whoever comes between has its change overwritten."""
    kept: list[str] = []
    inside = 0

    async def add(locks: Locks, what: str) -> None:
        nonlocal kept, inside
        async with locks.held(name):
            inside += 1
            assert inside == 1
            read = list(kept)
            await asyncio.sleep(0.002)
            kept = [*read, what]
            inside -= 1

    wanted = [f"{worker}.{number}" for number in range(EACH) for worker in range(len(opened))]
    await asyncio.gather(*(add(opened[int(what.partition(".")[0])], what) for what in wanted))
    assert sorted(kept) == sorted(wanted)
    for worker in range(len(opened)):  # within a process: first come, first served
        mine = [what for what in kept if what.startswith(f"{worker}.")]
        assert mine == [f"{worker}.{number}" for number in range(EACH)]


async def check_the_dead_are_outlived(keeper: Callable[[], Keeper], name: str) -> None:
    """`keeper` gives those whose locks last 0.4 s."""
    dead, living = keeper(), keeper()
    assert await dead.take(name, "dead") and not await living.take(name, "living")
    began = asyncio.get_running_loop().time()
    while not await living.take(name, "living"):
        await asyncio.sleep(0.02)
    assert 0.2 < asyncio.get_running_loop().time() - began < 1.5
    assert not await dead.take(name, "dead"), "it comes too late"
    await dead.give_back(name, "dead")  # and frees nothing that is not its own
    assert await living.take(name, "living") and not await dead.take(name, "third")
    for each in (dead, living):
        await each.close()


async def check_what_was_given_back_does_not_come_back(keeper: Callable[[], Keeper], name: str) -> None:
    """A renewal that was on its way when the answer was done comes after the lock was given back."""
    one, two = keeper(), keeper()
    assert await one.take(name, "one") and await one.keep(name, "one") and not await two.keep(name, "two")
    await one.give_back(name, "one")
    assert not await one.keep(name, "one")
    assert await two.take(name, "two") and not await one.keep(name, "one")
    for each in (one, two):
        await each.close()


async def test_in_one_process() -> None:
    await check_nothing_is_lost([Locks()], "somebody")
    locks = Locks()
    async with locks.held("one"), locks.held("another"):  # different people do not wait for each other
        pass
    assert locks._lines == {}


async def test_in_sqlite(sqlite: str) -> None:
    async with workers(lambda: DatabaseKeeper(sqlite)) as opened:
        await check_nothing_is_lost(opened, "somebody")
    await check_the_dead_are_outlived(lambda: DatabaseKeeper(sqlite, 0.4), "other")
    await check_what_was_given_back_does_not_come_back(lambda: DatabaseKeeper(sqlite), "third")


async def test_whoever_waits_too_long_is_told(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.2)
    async with workers(lambda: DatabaseKeeper(sqlite), 2) as (one, two):
        async with one.held("somebody"):
            with pytest.raises(LockTimeout):
                async with two.held("somebody"):
                    pytest.fail("two hold it")
        async with two.held("somebody"):
            pass


async def test_a_long_answer_keeps_its_lock(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RENEWED_SECONDS", 0.1)
    async with workers(lambda: DatabaseKeeper(sqlite, 0.4), 2) as (one, two), one.held("somebody"):
        assert two._keeper is not None
        for _ in range(8):
            await asyncio.sleep(0.1)
            assert not await two._keeper.take("somebody", "impatient")


async def test_a_late_renewal_locks_nobody_out(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing stops a thread that has begun: it writes when the lock was let go of long ago."""
    monkeypatch.setattr(module, "RENEWED_SECONDS", 0.05)
    begun, let_go, written = (threading.Event() for _ in range(3))
    renew = DatabaseKeeper._keep

    def late(keeper: DatabaseKeeper, name: str, token: str) -> bool:
        begun.set()
        let_go.wait(10)
        try:
            return renew(keeper, name, token)
        finally:
            written.set()

    monkeypatch.setattr(DatabaseKeeper, "_keep", late)
    async with workers(lambda: DatabaseKeeper(sqlite), 2) as (one, two):
        async with one.held("somebody"):
            assert await asyncio.to_thread(begun.wait, 10)
        let_go.set()
        assert await asyncio.to_thread(written.wait, 10)
        assert two._keeper is not None and await two._keeper.take("somebody", "next")


async def test_with_a_substitute_a_lock_is_renewed_where_it_is_held(sqlite: str) -> None:
    """Redis may be back without what the database was asked for meanwhile."""
    keeper = WithSubstitute(Empty(), DatabaseKeeper(sqlite))
    keeper._asked.add("one")
    keeper._substituted.add("one")
    assert await keeper._substitute.take("somebody", "one") and await keeper.keep("somebody", "one")
    await keeper._substitute.give_back("somebody", "one")
    assert not await keeper.keep("somebody", "one")
    keeper._asked.add("two")
    assert not await keeper.keep("somebody", "two"), "only Redis had it, and has lost it"
    await keeper.close()


class Empty:
    """A Redis that knows of no lock."""

    async def take(self, _name: str, _token: str) -> bool:
        return True

    async def keep(self, _name: str, _token: str) -> bool:
        return False

    async def give_back(self, _name: str, _token: str) -> None:
        return None

    async def close(self) -> None:
        return None


def test_what_is_chosen(tmp_path: Path) -> None:
    def keeper(**more: str) -> str:
        settings = load_settings({"HAQ_VAR_DIR": str(tmp_path), **more})
        return type(locks_for(settings)._keeper).__name__

    assert keeper() == "NoneType"
    assert keeper(HAQ_WORKERS="2") == "DatabaseKeeper"
    assert keeper(HAQ_WORKERS="2", HAQ_REDIS_URL="redis://127.0.0.1:1/0") == "WithSubstitute"


@pytest.mark.slow
async def test_in_postgresql(postgresql: str) -> None:
    async with workers(lambda: DatabaseKeeper(postgresql)) as opened:
        await check_nothing_is_lost(opened, "somebody")
    await check_the_dead_are_outlived(lambda: DatabaseKeeper(postgresql, 0.4), "other")
    await check_what_was_given_back_does_not_come_back(lambda: DatabaseKeeper(postgresql), "third")


@pytest.mark.slow
@pytest.mark.thorough
async def test_in_redis(redis: str) -> None:
    async with workers(lambda: RedisKeeper(redis)) as opened:
        await check_nothing_is_lost(opened, "somebody")
    await check_the_dead_are_outlived(lambda: RedisKeeper(redis, 0.4), "other")
    await check_what_was_given_back_does_not_come_back(lambda: RedisKeeper(redis), "third")


@pytest.mark.slow
@pytest.mark.thorough
async def test_the_line_in_redis_is_served_in_order(redis: str) -> None:
    first, *others = [RedisKeeper(redis) for _ in range(4)]
    assert await first.take("somebody", "0")
    for number, each in enumerate(others, 1):
        assert not await each.take("somebody", str(number))
    await first.give_back("somebody", "0")
    assert not await others[2].take("somebody", "3") and not await others[1].take("somebody", "2")
    assert await others[0].take("somebody", "1")
    await others[1].give_back("somebody", "2")  # one in the middle leaves the line
    await others[0].give_back("somebody", "1")
    assert await others[2].take("somebody", "3")
    async with AsyncExitStack() as stack:
        for each in (first, *others):
            stack.push_async_callback(each.close)


@pytest.mark.slow
@pytest.mark.thorough
async def test_redis_goes_and_comes_back(redis_server: Server, redis: str, sqlite: str) -> None:
    """Nothing is lost, and nobody waits long, while it is stopped, killed and started again."""
    name = secrets.token_hex(8)

    def keeper() -> Keeper:
        return WithSubstitute(RedisKeeper(redis), DatabaseKeeper(sqlite))

    async with workers(keeper, 3) as opened:
        await check_nothing_is_lost(opened, name)
        redis_server.kill()
        try:
            began = asyncio.get_running_loop().time()
            await check_nothing_is_lost(opened, name)
            assert asyncio.get_running_loop().time() - began < 10
        finally:
            redis_server.start()
        await asyncio.sleep(2.1)
        await check_nothing_is_lost(opened, name)
        kept = opened[0]._keeper
        assert isinstance(kept, WithSubstitute) and not kept._rest.needed, "Redis is asked again"
