"""The log of the web chat: what a page sees, what housekeeping finds, and two who write at once."""

from __future__ import annotations

import threading
from pathlib import Path
from time import time

import pytest
from sqlalchemy import event

from bot.channels.weblog import KEPT_SECONDS, WebLog


@pytest.fixture
def log(tmp_path: Path) -> WebLog:
    return WebLog(f"sqlite:///{tmp_path / 'conversations.db'}", tmp_path / "key")


def texts(log: WebLog, after: int = 0) -> list[str]:
    return [each["text"] for each in log.after("ana", after)]


def test_a_session_that_is_over_is_listed_until_it_is_erased(log: WebLog) -> None:
    """By its row alone the rest of a person is found, also after a first try that failed."""
    log.open("ana", "en", chosen=True, now=time() - KEPT_SECONDS - 1)
    log.open("ben", "en", chosen=True)
    assert log.over() == log.over() == ["ana"]
    log.erase("ana")
    assert log.over() == []


def test_nothing_is_written_for_a_session_that_is_over(log: WebLog) -> None:
    log.open("ana", "en", chosen=True)
    log.write("ana", "1", {"text": "one"})
    log.write("ana", "1", {"text": "one"})
    assert texts(log) == ["one"]
    log.erase("ana")
    log.write("ana", "2", {"text": "two"})
    assert texts(log) == []


@pytest.mark.slow
def test_a_page_misses_nothing_of_two_who_write_at_once(postgresql: str, tmp_path: Path) -> None:
    """PostgreSQL gives numbers at once and shows rows when they are committed, in whatever order."""
    log = WebLog(postgresql, tmp_path / "key")
    log.open("ana", "en", chosen=True)
    slow = threading.Thread(target=log.write, args=("ana", "1", {"text": "slow"}), name="slow")
    committing, go_on = threading.Event(), threading.Event()

    def hold_up(_connection: object) -> None:
        if threading.current_thread() is slow:
            committing.set()
            go_on.wait(10)

    event.listen(log._engine, "commit", hold_up)
    slow.start()
    assert committing.wait(10)
    quick = threading.Thread(target=log.write, args=("ana", "2", {"text": "quick"}))
    quick.start()
    quick.join(0.5)
    seen = log.after("ana", 0)
    go_on.set()
    slow.join()
    quick.join()
    last = max((each["number"] for each in seen), default=0)
    assert [each["text"] for each in seen] + texts(log, last) == ["slow", "quick"]
