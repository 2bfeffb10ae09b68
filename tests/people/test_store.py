"""The desk's queue, messages to send, feedback, and forgetting."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.people import clock
from bot.people.effects import without_names
from bot.people.store import KEPT, PRESENCE, SILENCE, NoSuchHandoff, PeopleStore
from bot.privacy.places import IN_CONVERSATIONS
from bot.privacy.rotation import Sealed, rotate

SECRET = "my boss Abdulrahman hits me"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "conversations.db"


@pytest.fixture
def store(database: Path) -> PeopleStore:
    return PeopleStore(f"sqlite:///{database}", database.with_name("key"))


def ask(store: PeopleStore, sender: str = "a", **more: object) -> int:
    return store.ask_for_person("rest", sender, "ne", {"destination": "QA"}, **more)  # type: ignore[arg-type]


def test_the_urgent_come_first_then_who_waited_longest(store: PeopleStore) -> None:
    first, second, urgent = ask(store, "a"), ask(store, "b"), ask(store, "c", urgent=True, danger="violence")
    assert [each.id for each in store.queue()] == [urgent, first, second]
    assert store.queue()[0].danger == "violence" and store.queue()[0].summary == {"destination": "QA"}


def test_asking_twice_is_one_place_in_the_queue_and_urgency_stays(store: PeopleStore) -> None:
    assert ask(store, "a", urgent=True, danger="violence") == ask(store, "a")
    assert len(store.queue()) == 1 and store.queue()[0].urgent


def test_a_chat_is_taken_by_one_and_the_messages_go_both_ways(store: PeopleStore) -> None:
    number = ask(store)
    assert not store.pass_on("a", "hello?") and not store.is_taken("a")
    store.take(number, "desk 1")
    with pytest.raises(NoSuchHandoff):
        store.take(number, "desk 2")
    with pytest.raises(NoSuchHandoff):
        store.say(number, "desk 2", "hi")
    assert store.is_taken("a") and store.pass_on("a", SECRET)
    store.say(number, "desk 1", "I am here.")
    lines = [(line.from_desk, line.worker, line.text) for line in store.transcript(number)]
    assert lines == [(False, None, SECRET), (True, "desk 1", "I am here.")]
    assert [each.text for each in store.due_for("a")] == ["I am here."]
    assert store.due_for("a") == []


def test_a_released_chat_is_the_assistants_again_and_its_words_are_gone(store: PeopleStore) -> None:
    number = ask(store)
    store.take(number, "desk")
    store.pass_on("a", SECRET)
    store.release(number, "desk")
    assert not store.is_taken("a") and store.transcript(number) == [] and store.queue() == []
    assert ask(store) != number


def test_who_took_a_chat_and_fell_silent_has_left_it(
    store: PeopleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.take(ask(store), "desk")
    later = datetime.now(timezone.utc) + SILENCE + timedelta(minutes=1)
    monkeypatch.setattr(clock, "moment", lambda: later)
    assert not store.is_taken("a")


def test_presence_ends_by_itself(store: PeopleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not store.somebody_is_there()
    store.be_present("desk")
    assert store.somebody_is_there()
    later = datetime.now(timezone.utc) + PRESENCE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "moment", lambda: later)
    assert not store.somebody_is_there()


def test_a_reminder_comes_on_its_day_to_its_person_and_once(store: PeopleStore) -> None:
    store.remind("rest", "a", [date(2026, 12, 1), date(2026, 12, 8)], "Hello.")
    before, on = (datetime(2026, 12, 1, hour, 30, tzinfo=timezone.utc) for hour in (8, 9))
    assert store.due_for("a", before) == [] and store.due(["rest"], on)[0].sender == "a"
    assert store.due_for("b", on) == [] and store.due(["telegram"], on) == []
    assert [each.kind for each in store.due_for("a", on)] == ["reminder"]
    assert store.due_for("a", on) == []
    assert store.cancel_reminders("a") == 1


def test_what_is_sent_by_a_channel_stays_until_it_says_so(store: PeopleStore) -> None:
    store.remind("rest", "a", [date(2026, 1, 1)], "Hello.")
    now = datetime(2026, 1, 2, tzinfo=timezone.utc)
    assert len(store.due(["rest"], now)) == len(store.due(["rest"], now)) == 1
    store.sent(store.due(["rest"], now)[0])
    assert store.due(["rest"], now) == []


def test_nothing_of_a_person_can_be_read_without_the_key(store: PeopleStore, database: Path) -> None:
    number = ask(store, "+97455512345")
    store.take(number, "desk")
    store.pass_on("+97455512345", SECRET)
    store.remind("rest", "+97455512345", [date(2027, 1, 1)], "Hello.")
    raw = b"".join(path.read_bytes() for path in database.parent.glob("conversations.db*"))
    assert b"Abdulrahman" not in raw and b"97455512345" not in raw and b'"QA"' not in raw


def test_erasing_leaves_nothing_of_one_person_and_all_of_the_other(store: PeopleStore) -> None:
    for sender in ("a", "b"):
        number = ask(store, sender)
        store.take(number, "desk")
        store.pass_on(sender, SECRET)
        store.remind("rest", sender, [date(2027, 1, 1)], "Hello.")
    assert store.erase("a") == {"handoff_note": 0, "handoff_message": 1, "handoff": 1, "outbox": 1}
    assert store.held("a") == 0 and store.held("b") == 2 and not any(store.erase("a").values())


def test_feedback_holds_no_names(store: PeopleStore) -> None:
    words = without_names("my boss Xqwzzt keeps 1500 and my passport", "en")
    assert "passport" in words and "Xqwzzt" not in words and "1500" not in words
    store.note("unanswered", "en", None, {"words": words, "topics": []})
    assert store.feedback()[0]["words"] == words


def test_old_chats_are_purged(store: PeopleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(store)
    assert store.purge() == 0
    later = datetime.now(timezone.utc) + KEPT + timedelta(days=1)
    monkeypatch.setattr(clock, "moment", lambda: later)
    assert store.purge() == 1 and store.queue() == []


def test_a_lost_key_hides_rows_and_breaks_nothing(store: PeopleStore, database: Path) -> None:
    ask(store)
    store.remind("rest", "a", [date(2026, 1, 1)], "Hello.")
    on, other = datetime(2026, 1, 2, tzinfo=timezone.utc), without_its_key(database)
    assert other.queue() == [] and other.due(["rest"], on) == [] and other.due_for("a", on) == []
    assert [each.text for each in store.due_for("a", on)] == ["Hello."], "who has the key still sends it"


def without_its_key(database: Path) -> PeopleStore:
    """As a process has it whose key file lacks the key that sealed."""
    person, _ = database.with_name("key").read_text().splitlines()
    other = database.with_name("other key")
    other.write_text(f"{person}\nseal {'5a' * 32}\n")
    return PeopleStore(f"sqlite:///{database}", other)


def test_a_number_that_was_given_away_meanwhile_takes_nothing_else_out(store: PeopleStore) -> None:
    """SQLite counts on from the highest number that is left: two workers, one of which is late."""
    now = datetime(2026, 1, 2, tzinfo=timezone.utc)
    store.remind("rest", "a", [date(2026, 1, 1)], "First.")
    (late,) = store.due(["rest"], now)
    store.sent(late)
    for sender, text in (("a", "Second."), ("b", "First.")):
        store.remind("rest", sender, [date(2026, 1, 1)], text)
        (other,) = store.due(["rest"], now)
        assert other.id == late.id
        store.sent(late)
        assert store.due(["rest"], now) == [other]
        store.sent(other)


def test_a_message_is_the_same_after_it_was_sealed_anew(store: PeopleStore, database: Path) -> None:
    now = datetime(2026, 1, 2, tzinfo=timezone.utc)
    store.remind("rest", "a", [date(2026, 1, 1)], "Hello.")
    (before,) = store.due(["rest"], now)
    sealed = Sealed("people", f"sqlite:///{database}", database.with_name("key"), IN_CONVERSATIONS)
    assert rotate(sealed, lambda _: None, pause=0).anew == 2
    assert store.due(["rest"], now) == [before]
    store.sent(before)
    assert store.due(["rest"], now) == []


def test_a_person_with_a_new_id_keeps_their_chat_and_reminders(store: PeopleStore) -> None:
    number = ask(store, "a")
    store.take(number, "desk")
    store.say(number, "desk", "I am here.")
    store.remind("rest", "a", [date(2026, 1, 1)], "Hello.")
    before = store.changed()
    store.rename("rest", "a", "b")
    store.rename("rest", "a", "b")
    assert store.changed() == before + 1 and store.held("a") == 0 and store.held("b") == 3
    assert store.is_taken("b") and store.pass_on("b", "thank you") and store.person_of(number) == "b"
    assert [each.sender for each in store.due(["rest"])] == ["b", "b"]
