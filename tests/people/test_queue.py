"""The desk's queue: one worker a chat, whatever happens at the same moment; what is told and what is kept."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest

from bot.people import clock
from bot.people.store import SILENCE, NoSuchHandoff, PeopleStore, TakenBySomebody
from bot.people.words import joined, left

SECRET = "my boss Abdulrahman hits me"
NOTE = "Abdulrahman is the supervisor"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "conversations.db"


def opened(database: Path) -> PeopleStore:
    """The store as a process of its own opens it."""
    return PeopleStore(f"sqlite:///{database}", database.with_name("key"))


@pytest.fixture
def store(database: Path) -> PeopleStore:
    return opened(database)


def ask(store: PeopleStore, sender: str = "a", **more: object) -> int:
    return store.ask_for_person("rest", sender, "ne", {"destination": "QA"}, **more)  # type: ignore[arg-type]


def at_once(*work: Callable[[], object]) -> list[object]:
    """What each of some works gave, or the refusal it met, all begun at the same moment."""
    gate, found = threading.Barrier(len(work)), [None] * len(work)

    def run(place: int) -> None:
        gate.wait()
        try:
            found[place] = work[place]()
        except NoSuchHandoff as refusal:
            found[place] = refusal

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_processes_that_start_together_make_the_tables_once(database: Path) -> None:
    desks = at_once(*[partial(opened, database)] * 4)
    assert all(isinstance(each, PeopleStore) and each.queue() == [] for each in desks)


def test_of_many_who_take_a_chat_at_once_one_gets_it(database: Path) -> None:
    desks = [opened(database) for _ in range(4)]
    for turn in range(10):
        number = ask(desks[0], f"person {turn}")
        found = at_once(*(partial(desk.take, number, f"desk {n}", joined) for n, desk in enumerate(desks)))
        refusals = [each for each in found if isinstance(each, TakenBySomebody)]
        (winner,) = (each for each in found if not isinstance(each, Exception))
        assert len(refusals) == 3
        assert {each.worker for each in refusals} == {winner.taken_by}  # type: ignore[attr-defined]
        assert len(desks[0].due_for(f"person {turn}")) == 1  # greeted once


def test_a_message_and_a_farewell_at_once_leave_no_words_behind(database: Path) -> None:
    first, second = opened(database), opened(database)
    for turn in range(15):
        number = ask(first, f"person {turn}")
        first.take(number, "desk")
        at_once(
            partial(first.say, number, "desk", SECRET),
            partial(second.pass_on, f"person {turn}", SECRET),
            partial(second.release, number, "desk"),
        )
        assert first.transcript(number) == []


def test_taking_ones_own_chat_again_greets_nobody_twice(store: PeopleStore) -> None:
    number = ask(store)
    store.take(number, "desk", joined)
    store.take(number, "desk", joined)
    assert len(store.due_for("a")) == 1
    (line,) = store.transcript(number)
    assert line.from_desk and line.worker is None  # the assistant says it, not the worker


def test_one_form_is_sent_once_and_its_rules_are_kept(store: PeopleStore) -> None:
    number = ask(store)
    store.take(number, "desk")
    for _ in range(2):
        store.say(number, "desk", "You are owed it.", ("qa-wages-1",), token="form-1")
    assert [line.rules for line in store.transcript(number)] == [("qa-wages-1",)]
    assert len(store.due_for("a")) == 1


def test_a_chat_handed_back_waits_with_all_that_was_written(store: PeopleStore) -> None:
    number = ask(store, urgent=True, danger="violence")
    opened_at = store.queue()[0].opened_at
    store.take(number, "desk 1")
    store.pass_on("a", SECRET)
    store.add_note(number, "desk 1", NOTE)
    store.hand_back(number, "desk 1", left)
    (held,) = store.queue()
    assert (held.state, held.taken_by, held.urgent, held.opened_at) == ("waiting", None, True, opened_at)
    assert not store.is_taken("a")
    with pytest.raises(NoSuchHandoff):
        store.say(number, "desk 1", "one more thing")
    store.take(number, "desk 2")
    assert store.transcript(number)[0].text == SECRET and store.notes(number)[0].text == NOTE
    with pytest.raises(TakenBySomebody) as refused:
        store.say(number, "desk 1", "one more thing")
    assert refused.value.worker == "desk 2"


def test_closing_erases_words_and_notes(store: PeopleStore, database: Path) -> None:
    number = ask(store)
    store.take(number, "desk")
    store.pass_on("a", SECRET)
    store.add_note(number, "desk", NOTE)
    assert b"Abdulrahman" not in b"".join(path.read_bytes() for path in database.parent.glob("*.db*"))
    store.release(number, "desk", left)
    assert store.transcript(number) == [] and store.notes(number) == []
    with sqlite3.connect(database) as raw:
        for table in ("handoff_message", "handoff_message_detail", "handoff_note"):
            assert raw.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608
    with pytest.raises(NoSuchHandoff):
        store.add_note(number, "desk", NOTE)


def test_erasing_takes_notes_too_and_a_number_is_never_given_again(store: PeopleStore) -> None:
    number = ask(store)
    store.take(number, "desk")
    store.add_note(number, "desk", NOTE)
    store.say(number, "desk", "hello", ("rule",))
    assert store.erase("a")["handoff_note"] == 1 and store.handoff(number) is None
    assert ask(store, "b") > number


def test_who_waits_for_an_answer_is_not_lost_when_the_desk_falls_silent(
    store: PeopleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, waiting, unread = ask(store, "a"), ask(store, "b"), ask(store, "c")
    for number in (answered, waiting, unread):
        store.take(number, "desk", joined)
    store.pass_on("a", SECRET)
    store.say(answered, "desk", "Go to the ministry.")
    store.say(waiting, "desk", "Where are you?")
    store.pass_on("b", SECRET)
    later = datetime.now(timezone.utc) + SILENCE + timedelta(minutes=1)
    monkeypatch.setattr(clock, "moment", lambda: later)
    store.tidy(left)
    assert [each.id for each in store.queue()] == [waiting, unread]
    assert store.transcript(answered) == [] and store.transcript(waiting)[2].text == SECRET
    assert store.due_for("c")[-1].text == left("ne")


def test_every_change_is_counted_and_nothing_else(store: PeopleStore) -> None:
    def counted(do: Callable[[], object]) -> int:
        before = store.changed()
        do()
        return store.changed() - before

    number = ask(store)
    assert counted(lambda: ask(store, urgent=True)) == 1
    assert counted(lambda: store.take(number, "desk")) == 1
    assert counted(lambda: store.pass_on("a", SECRET)) == 1
    assert counted(lambda: store.say(number, "desk", "hi")) == 1
    assert counted(lambda: store.add_note(number, "desk", NOTE)) == 1
    assert counted(lambda: store.be_present("desk")) == 1
    for quiet in (
        lambda: store.be_present("desk"), store.queue, lambda: store.is_taken("a"),
        store.tidy, store.purge, lambda: store.leave("nobody"),
    ):  # fmt: skip
        assert counted(quiet) == 0
    assert counted(lambda: store.leave("desk")) == 1
    assert counted(lambda: store.erase("a")) == 1


def test_a_refusal_changes_nothing(store: PeopleStore) -> None:
    number = ask(store)
    store.take(number, "desk 1")
    before = store.changed()
    for refused in (store.take, store.release, store.hand_back):
        with pytest.raises(TakenBySomebody):
            refused(number, "desk 2")
    assert store.changed() == before and store.due_for("a") == []


def test_the_assistants_own_words_and_a_new_case_reach_the_desk(store: PeopleStore) -> None:
    number = ask(store)
    store.take(number, "desk")
    store.pass_on("a", SECRET, answered="Call 999.", language="hi", summary={"destination": "KW"})
    held = store.handoff(number)
    assert held is not None and held.language == "hi" and held.summary == {"destination": "KW"}
    assert [(line.from_desk, line.worker, line.text) for line in store.transcript(number)] == [
        (False, None, SECRET), (True, None, "Call 999."),
    ]  # fmt: skip
    assert store.due_for("a") == []  # the assistant has said it itself


def test_who_left_without_a_word_is_heard_of(store: PeopleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.be_present("desk")
    assert store.present() == ["desk"]
    later = datetime.now(timezone.utc) + timedelta(minutes=3)
    monkeypatch.setattr(clock, "moment", lambda: later)
    before = store.changed()
    store.tidy()
    assert store.present() == [] and store.changed() == before + 1


def test_a_text_that_was_mended_after_a_lost_answer_is_sent(store: PeopleStore) -> None:
    number = ask(store)
    store.take(number, "w")
    for text in ("Go to the police", "Go to the police", "Go to the embassy"):
        store.say(number, "w", text, token="one form")
    assert [each.text for each in store.transcript(number)] == ["Go to the police", "Go to the embassy"]


def test_who_asks_again_is_not_erased_as_forgotten(
    store: PeopleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, moment = ask(store), clock.moment()
    monkeypatch.setattr(clock, "moment", lambda: moment + timedelta(days=29))
    ask(store, urgent=True, danger="violence")
    monkeypatch.setattr(clock, "moment", lambda: moment + timedelta(days=31))
    assert store.purge() == 0 and store.handoff(number) is not None
