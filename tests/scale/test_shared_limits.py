"""Limits and presence through Redis: shared by workers, and kind while Redis is down."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from bot.channels.accounts import InRedis
from bot.channels.limits import Limit, Limiter
from bot.databases.redis import OPTIONS, REST_SECONDS, shared_redis
from bot.people import remembered
from bot.people.store import PeopleStore
from bot.privacy.sealing import Sealer
from tests.servers import Server, free_port

LIMIT = Limit(burst=10, per_minute=0.001)
WORDS = "he is beating me"


def no() -> bool:
    return False


def limiter(url: str, folder: Path) -> Limiter:
    """As one worker has it."""
    redis = Redis.from_url(url, decode_responses=True, **OPTIONS)
    return Limiter(LIMIT, InRedis(redis, "web", Sealer(folder / "key")))


@pytest.fixture
def with_redis(redis: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("HAQ_REDIS_URL", redis)
    shared_redis.cache_clear()
    yield redis
    shared_redis.cache_clear()
    remembered._rest._until = float("-inf")


def test_without_redis_each_worker_limits_alone(tmp_path: Path) -> None:
    one = limiter(f"redis://127.0.0.1:{free_port()}/0", tmp_path)
    began = time.perf_counter()
    said = [one.judge("somebody", f"words {number}", 0.0, no) for number in range(12)]
    assert said == ["take"] * 10 + ["say_wait", "ignore"]
    assert time.perf_counter() - began < 1.5, "a Redis that is down is let alone"


@pytest.mark.slow
@pytest.mark.thorough
def test_workers_share_a_limit(redis: str, tmp_path: Path) -> None:
    workers = [limiter(redis, tmp_path) for _ in range(3)]
    taken: list[str] = []

    def write(worker: Limiter, which: int) -> None:
        for number in range(8):
            taken.append(worker.judge("person-4711", f"{WORDS} {which} {number}", 5.0, no))

    threads = [threading.Thread(target=write, args=(each, which)) for which, each in enumerate(workers)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert taken.count("take") == 10 and taken.count("say_wait") == 1, "told once, by one of them"
    client = Redis.from_url(redis, decode_responses=True)
    keys = client.keys()
    kept = " ".join([*keys, *(client.get(key) or "" for key in keys)])
    assert "4711" not in kept and "beating" not in kept
    assert keys and all(0 < client.ttl(key) <= 3600 for key in keys)


@pytest.mark.slow
@pytest.mark.thorough
def test_redis_goes_and_comes_back(redis_server: Server, redis: str, tmp_path: Path) -> None:
    one, two = limiter(redis, tmp_path), limiter(redis, tmp_path)
    assert one.judge("a", "words", 0.0, no) == "take"
    redis_server.kill()
    try:
        assert [one.judge("a", f"{number}", 0.0, no) for number in range(10)] == ["take"] * 10
    finally:
        redis_server.start()
    time.sleep(REST_SECONDS + 0.1)
    said = [(one, two)[number % 2].judge("a", f"{number}", 0.0, no) for number in range(11)]
    assert said == ["take"] * 10 + ["say_wait"], "shared again"


@pytest.mark.slow
@pytest.mark.thorough
def test_a_redis_that_hangs_holds_nobody_up(redis_server: Server, redis: str, tmp_path: Path) -> None:
    one = limiter(redis, tmp_path)
    assert one.judge("a", "words", 0.0, no) == "take"
    redis_server.freeze()
    try:
        began = time.perf_counter()
        assert [one.judge("a", f"{number}", 0.0, no) for number in range(10)] == ["take"] * 10
        assert time.perf_counter() - began < 2
    finally:
        redis_server.thaw()


@pytest.mark.slow
@pytest.mark.thorough
def test_presence(with_redis: str, redis_server: Server, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'people.db'}"
    one, two = PeopleStore(url, tmp_path / "key"), PeopleStore(url, tmp_path / "key")
    assert two.present() == []
    one.be_present("ana")
    assert Redis.from_url(with_redis).zcard("haq:present") == 1 and two.present() == ["ana"]
    redis_server.kill()
    try:
        assert two.present() == ["ana"] and two.somebody_is_there(), "the table knows it too"
        one.be_present("ben")
        assert two.present() == ["ana", "ben"]
        one.leave("ana")
        assert two.present() == ["ben"]
    finally:
        redis_server.start()
    time.sleep(REST_SECONDS + 0.1)
    assert two.present() == ["ben"]
    one.leave("ben")
    assert two.present() == []
