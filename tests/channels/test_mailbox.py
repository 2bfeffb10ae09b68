"""The mailbox: kept before it is acknowledged, handled once, in order, outliving whoever dies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest

from bot.channels.mail import DEAD, READY, SENT
from bot.channels.mailbox import DOUBT_SECONDS, HOLD_SECONDS, Mailbox
from bot.channels.platform import Choice, Inbound, Part

NOW = 1_800_000_000.0
WORDS = "my boss Abdulrahman hits me"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "conversations.db"


@pytest.fixture
def mailbox(database: Path) -> Mailbox:
    return Mailbox(f"sqlite:///{database}", database.with_name("key"))


def said(number: str, text: str = WORDS, at: float = NOW, **more: object) -> Inbound:
    return Inbound("97433112233", number, at, text=text, **more)  # type: ignore[arg-type]


def test_a_message_is_kept_once_whoever_brings_it(database: Path) -> None:
    boxes = [Mailbox(f"sqlite:///{database}", database.with_name("key")) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        new = list(threads.map(lambda box: box.accept("sms", [said("1"), said("2")], NOW), boxes))
    assert sum(new) == 2
    assert Mailbox(f"sqlite:///{database}", database.with_name("key")).accept("sms", [said("1")], NOW) == 0


def test_what_the_platform_sends_again_is_known(mailbox: Mailbox) -> None:
    mailbox.accept("sms", [said("1")], NOW)
    assert [each.id for each in mailbox.unknown("sms", [said("1"), said("2")])] == ["2"]
    assert [each.id for each in mailbox.unknown("line", [said("1")])] == ["1"]


def test_the_same_id_on_another_channel_is_another_message(mailbox: Mailbox) -> None:
    assert mailbox.accept("sms", [said("1")], NOW) == mailbox.accept("line", [said("1")], NOW) == 1
    assert mailbox.person("sms", "97433112233") != mailbox.person("line", "97433112233")


def test_what_was_written_before_goes_first_even_if_it_came_only_just_now(mailbox: Mailbox) -> None:
    mailbox.accept("sms", [said("b", "second", NOW + 2)], NOW)
    mailbox.accept("sms", [said("a", "first", NOW)], NOW + 0.2)
    person = mailbox.person("sms", "97433112233")
    assert mailbox.next_message(person, NOW - 0.1) is None
    found = mailbox.next_message(person, NOW + 0.1)
    assert found is not None and found[1].text == "first"


def test_order_is_that_of_the_platform_and_not_of_arrival(mailbox: Mailbox) -> None:
    mailbox.accept("sms", [said("c", "third", NOW + 2), said("b", "second", NOW, order=2)], NOW)
    mailbox.accept("sms", [said("a", "first", NOW, order=1)], NOW)
    person, heard = mailbox.person("sms", "97433112233"), []
    while (found := mailbox.next_message(person, NOW)) is not None:
        heard.append(found[1].text)
        mailbox.answer(found[0], person, "sms", [Part(f"re {found[1].text}")], now=NOW)
    assert heard == ["first", "second", "third"]
    texts = []
    while (letter := mailbox.next_letter(person)) is not None:
        texts.append(letter.part.text)
        mailbox.settle(letter.id, SENT)
    assert texts == ["re first", "re second", "re third"]


def test_a_message_that_has_just_come_waits_for_its_neighbours(mailbox: Mailbox) -> None:
    mailbox.accept("sms", [said("1")], NOW)
    assert mailbox.next_message(mailbox.person("sms", "97433112233"), NOW - 1) is None
    assert mailbox.with_work("sms", NOW - 1, NOW) == []
    assert mailbox.with_work("sms", NOW, NOW) == [mailbox.person("sms", "97433112233")]


def test_a_message_is_answered_once_even_by_two_workers(mailbox: Mailbox) -> None:
    mailbox.accept("sms", [said("1")], NOW)
    person = mailbox.person("sms", "97433112233")
    found = mailbox.next_message(person, NOW)
    assert found is not None
    mailbox.answer(found[0], person, "sms", [Part("one")])
    mailbox.answer(found[0], person, "sms", [Part("two")])
    assert mailbox.counts()[READY] == 1


def test_one_worker_holds_a_person_until_it_lets_go_or_dies(database: Path) -> None:
    one, two = (Mailbox(f"sqlite:///{database}", database.with_name("key")) for _ in range(2))
    one.accept("sms", [said("1")], NOW)
    person = one.person("sms", "97433112233")
    assert one.hold(person, NOW) and one.hold(person, NOW + 1) and not two.hold(person, NOW + 2)
    assert two.with_work("sms", NOW, NOW + 2) == []
    assert two.hold(person, NOW + 2 + HOLD_SECONDS)
    assert not one.hold(person, NOW + 3 + HOLD_SECONDS)
    two.let_go(person)
    assert one.hold(person, NOW + 4 + HOLD_SECONDS)


def test_a_clock_that_is_set_back_holds_up_nobody(mailbox: Mailbox) -> None:
    """What was kept, held and to be sent before is worked for an hour earlier."""
    mailbox.accept("sms", [said("1")], NOW)
    person, earlier = mailbox.person("sms", "97433112233"), NOW - 3600
    assert mailbox.hold(person, NOW)  # by a process that then died
    assert mailbox.with_work("sms", earlier - 1, earlier) == [person]
    assert mailbox.next_message(person, earlier - 1) is not None
    assert mailbox.with_work("sms", NOW - 1, NOW) == [], "with a clock that goes on, both are waited for"
    mailbox.answer(1, person, "sms", [Part("hello")], now=NOW)
    assert mailbox.with_work("sms", earlier - 1, earlier) == [person]


def test_a_letter_on_its_way_when_we_died_waits_for_a_receipt(mailbox: Mailbox) -> None:
    mailbox.accept("sms", [said("1")], NOW)
    person = mailbox.person("sms", "97433112233")
    assert mailbox.post(person, [Part("hello")], "desk-1", NOW)
    letter = mailbox.next_letter(person)
    assert letter is not None and not letter.doubtful
    mailbox.sending(letter.id, NOW)
    doubtful = mailbox.next_letter(person)
    assert doubtful is not None and doubtful.doubtful and doubtful.due_at > NOW
    mailbox.receipt(letter.reference, failed=False, code="")
    assert mailbox.next_letter(person) is None


def test_while_nobody_listened_no_receipt_could_come(mailbox: Mailbox) -> None:
    mailbox.accept("sms", [said("1")], NOW)
    person = mailbox.person("sms", "97433112233")
    mailbox.post(person, [Part("hello")], "desk-1", NOW)
    letter = mailbox.next_letter(person)
    assert letter is not None
    mailbox.sending(letter.id, NOW)
    mailbox.doubt_anew(NOW + 60)  # so long it took until we were back
    again = mailbox.next_letter(person)
    assert again is not None and again.due_at == NOW + 60 + DOUBT_SECONDS


def test_a_receipt_by_the_platforms_own_id_makes_it_dead(mailbox: Mailbox) -> None:
    mailbox.accept("sms", [said("1")], NOW)
    person = mailbox.person("sms", "97433112233")
    mailbox.post(person, [Part("hello")], "desk-1", NOW)
    letter = mailbox.next_letter(person)
    assert letter is not None
    mailbox.settle(letter.id, SENT, message="wamid.1")
    mailbox.receipt("wamid.1", failed=True, code="131026")
    assert [each.code for each in mailbox.dead()] == ["131026"]
    assert mailbox.replay() == 0, "its words are gone"


def test_a_dead_letter_can_be_sent_again(mailbox: Mailbox) -> None:
    mailbox.accept("sms", [said("1")], NOW)
    person = mailbox.person("sms", "97433112233")
    mailbox.post(person, [Part("hello", (Choice("Yes", 1),))], "desk-1", NOW)
    letter = mailbox.next_letter(person)
    assert letter is not None
    mailbox.settle(letter.id, DEAD, code="30003")
    assert mailbox.next_letter(person) is None
    assert mailbox.replay(letter.id) == 1
    again = mailbox.next_letter(person)
    assert again is not None and again.part == Part("hello", (Choice("Yes", 1),)) and again.tries == 0


def test_what_the_desk_posts_twice_is_kept_once(mailbox: Mailbox) -> None:
    mailbox.accept("sms", [said("1")], NOW)
    person = mailbox.person("sms", "97433112233")
    assert mailbox.post(person, [Part("hello")], "desk-1") and mailbox.post(person, [Part("hello")], "desk-1")
    assert mailbox.counts()[READY] == 1
    assert not mailbox.post("f" * 64, [Part("hello")], "desk-2")


def test_a_changed_id_keeps_what_waits(mailbox: Mailbox) -> None:
    mailbox.accept("whatsapp", [said("1")], NOW)
    mailbox.accept("whatsapp", [Inbound("QA.99", "2", NOW + 1, text="hi", formerly="97433112233")], NOW)
    assert mailbox.next_message(mailbox.person("whatsapp", "97433112233"), NOW) is None
    found = mailbox.next_message(mailbox.person("whatsapp", "QA.99"), NOW)
    assert found is not None and found[1].text == WORDS


def test_a_changed_id_keeps_what_is_known(mailbox: Mailbox) -> None:
    mailbox.accept("whatsapp", [said("1")], NOW)
    before, after = (mailbox.person("whatsapp", who) for who in ("97433112233", "QA.99"))
    mailbox.answer(1, before, "whatsapp", [], rest=[{"text": "more"}], language="ne", country="QA", now=NOW)
    changed = Inbound("QA.99", "2", NOW + 1, "reaction", formerly="97433112233")
    mailbox.accept("whatsapp", [changed], NOW)
    known = mailbox.known(after)
    assert known is not None and known.address == "QA.99" and mailbox.known(before) is None
    assert (known.language, known.country, known.rest) == ("ne", "QA", ({"text": "more"},))


def test_an_answer_that_was_begun_goes_to_the_new_id(mailbox: Mailbox) -> None:
    mailbox.accept("whatsapp", [said("1")], NOW)
    before, after = (mailbox.person("whatsapp", who) for who in ("97433112233", "QA.99"))
    mailbox.accept("whatsapp", [Inbound("QA.99", "2", NOW + 1, "reaction", formerly="97433112233")], NOW)
    mailbox.answer(1, before, "whatsapp", [Part("hello")], language="ne", now=NOW)
    letter, known = mailbox.next_letter(after), mailbox.known(after)
    assert letter is not None and letter.address == "QA.99" and known is not None and known.language == "ne"


def test_who_writes_is_sent_at_once_what_waits_for_another_try(mailbox: Mailbox) -> None:
    """After an outage the next try may be an hour away; that they write shows that it is over."""
    mailbox.accept("sms", [said("1"), Inbound("2", "1", NOW, text="hi")], NOW)
    persons = [mailbox.person("sms", who) for who in ("97433112233", "2")]
    for person in persons:
        mailbox.post(person, [Part("hello")], f"desk-{person}"[:30], NOW)
        letter = mailbox.next_letter(person)
        assert letter is not None
        mailbox.sending(letter.id, NOW)
        mailbox.settle(letter.id, READY, due_at=NOW + 3600)
    mailbox.accept("sms", [said("2")], NOW + 60)
    due = [letter.due_at for letter in map(mailbox.next_letter, persons) if letter is not None]
    assert due == [NOW + 60, NOW + 3600]


def test_nothing_can_be_read_in_the_file_and_erasing_leaves_nothing(mailbox: Mailbox, database: Path) -> None:
    mailbox.accept("sms", [said("wamid.97433112233")], NOW)
    person = mailbox.person("sms", "97433112233")
    mailbox.post(person, [Part("Call 999, Abdulrahman")], "desk-1")
    files = list(database.parent.glob("conversations.db*"))
    for mark in (b"Abdulrahman", b"97433112233", b"wamid"):
        assert not any(mark in file.read_bytes() for file in files)
    mailbox.erase(person)
    assert mailbox.known(person) is None and mailbox.counts() == {"new": 0, READY: 0, "sending": 0, DEAD: 0}
    assert mailbox.accept("sms", [said("wamid.97433112233")], NOW) == 0, "sent again, it opens nothing"
    assert not any(person.encode() in file.read_bytes() for file in files if file.suffix == ".db")


def without_its_key(database: Path) -> Mailbox:
    """As a process has it whose key file lacks the key that sealed: it came late, or the key is lost."""
    person, _ = database.with_name("key").read_text().splitlines()
    other = database.with_name("other key")
    other.write_text(f"{person}\nseal {'5a' * 32}\n")
    return Mailbox(f"sqlite:///{database}", other)


def test_a_lost_key_loses_the_words_and_breaks_nothing(mailbox: Mailbox, database: Path) -> None:
    mailbox.accept("sms", [said("1")], NOW)
    person = mailbox.person("sms", "97433112233")
    other = without_its_key(database)
    assert other.next_message(person, NOW) is None and other.known(person) is None and other.dead() == []


def test_what_cannot_be_opened_waits_for_who_has_the_key(
    mailbox: Mailbox, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The key file of a machine is late: it answers and sends nothing, and takes nothing from the others."""
    mailbox.accept("sms", [said("1")], NOW)
    person = mailbox.person("sms", "97433112233")
    mailbox.post(person, [Part("hello")], "desk-1", NOW)
    other = without_its_key(database)
    for _ in range(20):
        assert other.next_message(person, NOW) is None and other.next_letter(person) is None
        assert other.known(person) is None
        assert other.with_work("sms", NOW, NOW) == [], "it is not looked at over and over"
    assert caplog.text.count("not in the key file") == 1 and "Abdulrahman" not in caplog.text
    assert other.counts() == {"new": 1, READY: 1, "sending": 0, DEAD: 0}
    found, letter = mailbox.next_message(person, NOW), mailbox.next_letter(person)
    assert found is not None and found[1].text == WORDS
    assert letter is not None and letter.part.text == "hello"
    assert mailbox.with_work("sms", NOW, NOW) == [person]


def test_who_cannot_be_written_to_here_is_left_to_others(mailbox: Mailbox, database: Path) -> None:
    """Their message can be opened, their address was sealed anew by somebody with another key."""
    other = without_its_key(database)
    other.accept("sms", [said("1")], NOW)
    mailbox.accept("sms", [said("2")], NOW)
    person = mailbox.person("sms", "97433112233")
    assert other.with_work("sms", NOW, NOW) == [person]
    assert other.next_letter(person) is None and other.known(person) is None
    assert other.with_work("sms", NOW, NOW) == [], "it is not looked at over and over"
    assert mailbox.with_work("sms", NOW, NOW) == [person]


def test_it_is_tried_again_after_a_while(
    mailbox: Mailbox, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.accept("sms", [said("1")], NOW)
    person, other = mailbox.person("sms", "97433112233"), without_its_key(database)
    assert other.next_message(person, NOW) is None and other.with_work("sms", NOW, NOW) == []
    monkeypatch.setattr("bot.channels.unopened.monotonic", lambda: monotonic() + 31)
    assert other.with_work("sms", NOW, NOW) == [person]


def test_whose_key_is_lost_for_good_is_answered_when_they_write_again(
    mailbox: Mailbox, database: Path
) -> None:
    mailbox.accept("sms", [said("1")], NOW)
    person, other = mailbox.person("sms", "97433112233"), without_its_key(database)
    assert other.known(person) is None
    other.accept("sms", [said("2", "are you there?")], NOW)
    known, found = other.known(person), other.next_message(person, NOW)
    assert known is not None and known.address == "97433112233"
    assert found is not None and found[1].text == "are you there?"
    assert other.with_work("sms", NOW, NOW) == [person]


def test_what_nobody_can_open_goes_in_its_time(mailbox: Mailbox, database: Path) -> None:
    mailbox.accept("sms", [said("1")], NOW)
    other = without_its_key(database)
    assert other.next_message(mailbox.person("sms", "97433112233"), NOW) is None
    other.purge(NOW + 31 * 24 * 3600)
    assert mailbox.counts()["new"] == 0


def test_what_is_long_over_is_dropped(mailbox: Mailbox) -> None:
    mailbox.accept("sms", [said("1")], NOW)
    person = mailbox.person("sms", "97433112233")
    found = mailbox.next_message(person, NOW)
    assert found is not None
    mailbox.answer(found[0], person, "sms", [Part("hello")], now=NOW)
    mailbox.purge(NOW + 31 * 24 * 3600)
    assert mailbox.counts()[READY] == 0 and mailbox.known(person) is None
    assert mailbox.accept("sms", [said("1")], NOW) == 1
