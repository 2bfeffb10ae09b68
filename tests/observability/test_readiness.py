"""Readiness: true, bounded, kept for a moment, back by itself; and the checks on real databases."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from sqlalchemy.exc import SQLAlchemyError

from bot.observability import checks
from bot.observability.admission import may_read
from bot.observability.checks import NotReady
from bot.observability.readiness import Readiness
from bot.rules.database import migrate, open_database
from tests.observability.support import settings_in


def bad() -> None:
    raise NotReady("No.")


def test_it_names_what_fails_and_recovers() -> None:
    state = {"down": True}
    readiness = Readiness("x", {"a": lambda: None, "b": lambda: bad() if state["down"] else None}, kept=0.05)
    assert readiness.failing() == ("b",)
    state["down"] = False
    assert readiness.failing() == ("b",), "kept for a moment"
    sleep(0.06)
    assert readiness.failing() == ()


async def test_the_answer_is_503_with_the_names() -> None:
    assert await Readiness("x", {"a": bad}).answer() == (
        503, {"status": "not ready", "service": "x", "failing": ["a"]},
    )  # fmt: skip
    assert await Readiness("x", {}).answer() == (200, {"status": "ok", "service": "x"})


def test_a_check_that_hangs_costs_the_bound_and_one_thread() -> None:
    hangs, begun = Event(), []

    def hang() -> None:
        begun.append(1)
        hangs.wait(30)

    readiness = Readiness("x", {"slow": hang, "quick": lambda: None}, seconds=0.1, kept=0.0)
    began = monotonic()
    assert [readiness.failing() for _ in range(3)] == [("slow",)] * 3
    assert monotonic() - began < 1.0
    assert len(begun) == 1, "not begun again while it hangs"
    hangs.set()
    sleep(0.05)
    assert readiness.failing() == ()


def test_many_who_ask_at_once_ask_once() -> None:
    asked = []

    def slow() -> None:
        asked.append(1)
        sleep(0.05)

    readiness = Readiness("x", {"a": slow})
    threads = [Thread(target=readiness.failing) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


def test_the_law_must_be_there(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    check = checks.law(settings)
    with pytest.raises(SQLAlchemyError):
        check()  # no tables
    engine = open_database(settings.database_url)
    migrate(engine)
    with pytest.raises(NotReady):
        check()  # no law
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO law_version (id, version, loaded_at) VALUES (1, 'v', '2026-01-01')"
        )
    check()


def test_a_database_must_take_writes(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    sqlite3.connect(file).executescript("CREATE TABLE t (x); INSERT INTO t VALUES (1);")
    checks.writable(f"sqlite:///{file}", "t")()
    assert sqlite3.connect(file).execute("SELECT count(*) FROM t").fetchone() == (1,)
    with pytest.raises(SQLAlchemyError):
        checks.writable(f"sqlite:///{file}", "missing")()
    with pytest.raises(SQLAlchemyError):
        checks.writable(f"sqlite:///file:{file}?mode=ro&uri=true", "t")()


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.db"
    sqlite3.connect(file).execute("CREATE TABLE t (x)")
    monkeypatch.setattr(checks, "free_bytes", lambda folder: checks.LEAST_FREE_BYTES - 1)
    with pytest.raises(NotReady, match="full"):
        checks.writable(f"sqlite:///{file}", "t")()


def test_a_service_that_does_not_answer_is_told() -> None:
    with pytest.raises(NotReady, match="actions"):
        checks.answers("http://127.0.0.1:1", "actions")()


@pytest.mark.parametrize(
    ("headers", "address", "key", "admitted"),
    [
        ({}, "127.0.0.1", None, True),
        ({}, "::1", None, True),
        ({}, "10.0.0.3", None, False),
        ({}, "", None, False),
        ({"x-forwarded-for": "127.0.0.1"}, "127.0.0.1", None, False),
        ({"host": "127.0.0.1:5005"}, "127.0.0.1", None, True),
        ({"host": "localhost:5005"}, "127.0.0.1", None, True),
        ({"host": "[::1]:5005", "sec-fetch-site": "none"}, "::1", None, True),
        ({"host": "localhost", "origin": "http://localhost"}, "::1", None, True),
        ({"host": "localhost", "sec-fetch-site": "same-origin"}, "::1", None, True),
        ({"host": "rebound.example.org:5005"}, "127.0.0.1", None, False),
        ({"host": "[::1"}, "127.0.0.1", None, False),
        ({"host": "localhost:5005", "origin": "https://example.org"}, "127.0.0.1", None, False),
        ({"host": "localhost:5005", "origin": "http://localhost:8000"}, "127.0.0.1", None, False),
        ({"host": "localhost:5005", "origin": "null"}, "127.0.0.1", None, False),
        ({"host": "localhost:5005", "sec-fetch-site": "cross-site"}, "127.0.0.1", None, False),
        ({"host": "localhost:5005", "sec-fetch-site": "same-site"}, "127.0.0.1", None, False),
        ({"host": "haq.example.org", "authorization": "Bearer k"}, "10.0.0.3", "k", True),
        ({"authorization": "Bearer \udcff"}, "127.0.0.1", "k", False),
        ({}, "127.0.0.1", "k", False),
        ({"authorization": "Bearer k"}, "10.0.0.3", "k", True),
        ({"authorization": "Bearer wrong"}, "127.0.0.1", "k", False),
    ],
)
def test_who_may_read_the_numbers(
    headers: dict[str, str], address: str, key: str | None, admitted: bool
) -> None:
    assert may_read(headers, address, key) is admitted
