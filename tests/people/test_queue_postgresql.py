"""The desk's queue on PostgreSQL, where several really write at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from bot.people.store import PeopleStore, TakenBySomebody
from bot.people.words import joined, left
from tests.people.test_queue import SECRET, ask, at_once

pytestmark = pytest.mark.slow


@pytest.fixture
def desks(postgresql: str, tmp_path: Path) -> list[PeopleStore]:
    """The store as four processes open it, all at the same moment."""
    opened = at_once(*[partial(PeopleStore, postgresql, tmp_path / "key")] * 4)
    return [each for each in opened if isinstance(each, PeopleStore)]


def test_one_takes_and_nothing_is_left_behind(desks: list[PeopleStore]) -> None:
    assert len(desks) == 4
    first, second, *_ = desks
    for turn in range(10):
        sender = f"person {turn}"
        number, before = ask(first, sender), first.changed()
        found = at_once(*(partial(desk.take, number, f"desk {n}", joined) for n, desk in enumerate(desks)))
        assert sum(isinstance(each, TakenBySomebody) for each in found) == 3
        assert first.changed() == before + 1
        held = first.handoff(number)
        assert held is not None and held.taken_by is not None
        at_once(
            partial(first.say, number, held.taken_by, SECRET, ("rule",), f"form {turn}"),
            partial(second.pass_on, sender, SECRET),
            partial(second.release, number, held.taken_by, left),
        )
        assert first.transcript(number) == []


def test_who_is_there_and_what_is_erased(desks: list[PeopleStore]) -> None:
    first, second, *_ = desks
    at_once(*(partial(desk.be_present, "ana") for desk in desks))
    assert second.present() == ["ana"]
    number = ask(first, "erased")
    first.take(number, "ana")
    first.add_note(number, "ana", SECRET)
    first.say(number, "ana", "hello")
    assert second.erase("erased") == {
        "handoff_note": 1, "handoff_message": 1, "handoff": 1, "outbox": 1,
    }  # fmt: skip
    assert ask(second, "next") > number
