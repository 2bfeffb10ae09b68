"""Two who work with one person at the same moment, on each kind of database: no message is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table
from sqlalchemy.engine import Connection

from bot.channels import mailbox as module
from bot.channels.mail import NEW, inbox
from bot.channels.mailbox import Mailbox
from bot.channels.platform import Inbound, Part
from tests.servers import empty_database

NOW = 1_800_000_000.0
PATIENCE_SECONDS = 0.5  # a transaction that waits for another one gives up after two

pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", "postgresql"])
def boxes(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Mailbox, Mailbox]:
    """One mailbox as two processes have it."""
    url = f"sqlite:///{tmp_path / 'c.db'}"
    if request.param == "postgresql":
        url = empty_database(request.getfixturevalue("postgresql_server"))
    return Mailbox(url, tmp_path / "key"), Mailbox(url, tmp_path / "key")


def said(number: str) -> Inbound:
    return Inbound("1", number, NOW, text=f"words {number}")


class Meanwhile(threading.Thread):
    """Does something in a thread; it may have to wait for who called it."""

    def __init__(self, do: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.do = do
        self.found: Any = None
        self.start()
        self.join(PATIENCE_SECONDS)

    def run(self) -> None:
        self.found = self.do()

    def ended(self) -> Any:
        self.join(10)
        assert not self.is_alive()
        return self.found


def before_the_end_of(
    monkeypatch: pytest.MonkeyPatch, box: Mailbox, do: Callable[[], Any]
) -> list[Meanwhile]:
    """Begins something when a mailbox has kept a message but not ended its transaction."""
    insert = box._insert
    begun: list[Meanwhile] = []

    def slow(connection: Connection, table: Table, row: Mapping[str, Any]) -> int:
        done = insert(connection, table, row)
        if table is inbox and not begun:
            begun.append(Meanwhile(do))
        return done

    monkeypatch.setattr(box, "_insert", slow)
    return begun


def everything_new_is_found(box: Mailbox) -> bool:
    """Whether each message that waits belongs to somebody who is worked for."""
    return box.counts()[NEW] == 0 or box.with_work("sms", NOW + 60, NOW + 60) != []


def test_a_message_that_comes_while_a_person_is_erased(
    boxes: tuple[Mailbox, Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = boxes
    one.accept("sms", [said("1")], NOW)
    person = one.person("sms", "1")
    erasing = before_the_end_of(monkeypatch, one, lambda: two.erase(person))
    one.accept("sms", [said("2")], NOW)
    erasing[0].ended()
    assert everything_new_is_found(two)


def test_a_message_that_comes_while_everything_before_it_is_forgotten(
    boxes: tuple[Mailbox, Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept before the forgetting, or after: either way it waits for its answer."""
    one, two = boxes
    one.accept("sms", [said("1")], NOW)
    person = one.person("sms", "1")
    one.answer(1, person, "sms", [Part("forgotten")], forget=True, now=NOW)
    forgetting = before_the_end_of(monkeypatch, one, lambda: two.begin_anew(person))
    one.accept("sms", [said("2")], NOW)
    forgetting[0].ended()
    found = two.next_message(person, NOW + 60)
    assert found is not None and found[1].text == "words 2" and everything_new_is_found(two)


def test_a_message_that_comes_just_before_everything_is_erased(
    boxes: tuple[Mailbox, Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look whether somebody has written, and the erasing, are one."""
    one, two = boxes
    one.accept("sms", [said("1")], NOW)
    person = one.person("sms", "1")
    one.answer(1, person, "sms", [], forget=True, now=NOW)
    accepting: list[Meanwhile] = []
    erased = module._erased

    def later(*given: Any) -> dict[str, int]:
        accepting.append(Meanwhile(lambda: one.accept("sms", [said("2")], NOW)))
        return erased(*given)

    monkeypatch.setattr(module, "_erased", later)
    assert not two.begin_anew(person)
    assert accepting[0].ended() == 1
    found = two.next_message(person, NOW + 60)
    assert found is not None and found[1].text == "words 2" and everything_new_is_found(two)


def test_who_comes_back_while_the_silent_are_erased_stays(boxes: tuple[Mailbox, Mailbox]) -> None:
    one, two = boxes
    one.accept("sms", [said("1")], NOW)
    person, later = one.person("sms", "1"), NOW + 31 * 24 * 3600

    def is_wanted(_person: str) -> bool:
        two.accept("sms", [said("2")], later)
        return False

    assert one.purge(later, is_wanted=is_wanted) == 0
    found = one.next_message(person, later)
    assert found is not None and found[1].text == "words 2"


def test_an_answer_and_an_erasing_at_once_end_both(boxes: tuple[Mailbox, Mailbox]) -> None:
    """Each takes its rows in the same order: the database has to end neither."""
    one, two = boxes
    person = one.person("sms", "1")
    for number in range(20):
        one.accept("sms", [said(str(number))], NOW)
        found = one.next_message(person, NOW)
        assert found is not None
        answering = Meanwhile(partial(one.answer, found[0], person, "sms", [Part("hello")]))
        two.erase(person)
        answering.ended()
        one.erase(person)
