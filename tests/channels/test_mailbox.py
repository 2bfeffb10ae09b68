"""The mailbox: kept before it is acknowledged, handled once, in order, outliving whoever dies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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


def test_a_lost_key_loses_the_words_and_breaks_nothing(mailbox: Mailbox, database: Path) -> None:
    mailbox.accept("sms", [said("1")], NOW)
    person = mailbox.person("sms", "97433112233")
    database.with_name("key").unlink()
    other = Mailbox(f"sqlite:///{database}", database.with_name("key"))
    assert other.next_message(person, NOW) is None and other.known(person) is None and other.dead() == []


def test_what_is_long_over_is_dropped(mailbox: Mailbox) -> None:
    mailbox.accept("sms", [said("1")], NOW)
    person = mailbox.person("sms", "97433112233")
    found = mailbox.next_message(person, NOW)
    assert found is not None
    mailbox.answer(found[0], person, "sms", [Part("hello")], now=NOW)
    mailbox.purge(NOW + 31 * 24 * 3600)
    assert mailbox.counts()[READY] == 0 and mailbox.known(person) is None
    assert mailbox.accept("sms", [said("1")], NOW) == 1
