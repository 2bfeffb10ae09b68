"""The office: one person's messages after the other, answered once, sent in order, retried, never lost."""

from __future__ import annotations

from pathlib import Path
from time import time

import pytest
from sqlalchemy.exc import OperationalError

from bot.channels.platform import Outcome
from tests.channels.office_world import SMS, World

pytestmark = [pytest.mark.slow, pytest.mark.thorough]  # it waits for neighbours, as in earnest


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_everything_is_answered_once_and_in_order(world: World) -> None:
    for number in range(5):
        world.say(f"a{number}", sender="a")
        world.say(f"b{number}", sender="b")
    world.work(lambda: len(world.post.got) >= 10)
    assert [text for text in world.post.texts if text[0] == "a"] == [f"a{n}" for n in range(5)]
    assert [text for text in world.post.texts if text[0] == "b"] == [f"b{n}" for n in range(5)]


def test_a_failed_message_is_tried_again_and_holds_those_behind_it(world: World) -> None:
    world.post.fails = [Outcome("retry", after=0.2, code="429"), Outcome("retry", code="500")]
    world.say("first", "second")
    world.work(lambda: len(world.post.got) == 2, seconds=15)
    assert world.post.texts == ["first", "second"] and world.heard == ["first", "second"]


def test_what_can_never_be_sent_is_a_dead_letter_and_the_next_goes_on(world: World) -> None:
    world.post.fails = [Outcome("dead", code="403 blocked")]
    world.say("first", "second")
    world.work(lambda: len(world.post.got) == 1)
    assert world.post.texts == ["second"] and [each.code for each in world.mailbox.dead()] == ["403 blocked"]


def test_what_a_dead_process_had_begun_is_taken_up(tmp_path: Path) -> None:
    before = World(tmp_path)
    before.say("first")
    person = before.mailbox.person("sms", "1")
    assert before.mailbox.hold(person, time() - 14.5), "it held the person, and died"
    after = World(tmp_path)
    after.work(lambda: len(after.post.got) == 1)
    assert after.heard == ["first"]


@pytest.mark.parametrize("kind", ["voice", "image", "video", "document", "sticker", "contact", "unsupported"])
def test_what_cannot_be_read_gets_a_kind_word_and_a_number(world: World, kind: str) -> None:
    world.say("", kind=kind)
    world.work(lambda: len(world.post.got) == 1)
    assert "written words" in world.post.texts[0] and "112" in world.post.texts[0] and not world.heard


def test_silence_where_silence_is_right(world: World) -> None:
    world.say("👍", kind="reaction")
    world.say("old words", kind="deleted")
    world.say("   ")
    world.say("hush", "hello")
    world.work(lambda: len(world.post.got) == 1)
    assert world.heard == ["hush", "hello"] and world.post.texts == ["hello"]


def test_an_edited_message_is_answered_and_a_group_is_told_to_write_alone(world: World) -> None:
    world.say("corrected", kind="edited")
    world.say("hi all", sender="2", kind="group")
    world.work(lambda: len(world.post.got) == 2)
    assert world.heard == ["corrected"] and any("not in a group" in text for text in world.post.texts)


def test_a_place_on_the_map_is_its_country(world: World) -> None:
    world.say("", kind="location", place=(25.29, 51.53))
    world.work(lambda: len(world.post.got) == 1)
    assert world.heard == ["Qatar"]


def test_the_numbers_are_those_of_the_country_that_is_known(world: World) -> None:
    world.say("hello")
    world.work(lambda: len(world.post.got) == 1)
    world.say("", kind="voice")
    world.work(lambda: len(world.post.got) == 2)
    assert "999" in world.post.texts[1]


def test_more_brings_the_rest_and_the_assistant_is_not_asked(tmp_path: Path) -> None:
    world = World(tmp_path, SMS)
    world.custom = {"language": "en"}
    world.answer = " ".join(f"This is sentence {number}." for number in range(60))
    world.say("tell me")
    world.work(lambda: len(world.post.got) == 1)
    while "MORE" in world.post.texts[-1]:
        number = len(world.post.got)
        world.say("More")
        world.work(lambda number=number: len(world.post.got) == number + 1)  # type: ignore[misc]
    whole = " ".join(text.replace("Reply MORE for the rest.", "") for text in world.post.texts)
    assert world.heard == ["tell me"] and whole.split() == world.answer.split()


def test_the_desk_and_reminders_reach_the_person(world: World) -> None:
    world.say("hello")
    world.work(lambda: len(world.post.got) == 1)
    person = world.mailbox.person("sms", "1")
    number = world.people.ask_for_person("sms", person, "en", {})
    world.people.take(number, "desk")
    world.people.say(number, "desk", "I am here")
    world.work(lambda: len(world.post.got) == 2)
    assert world.post.texts[1] == "I am here" and not world.people.due(["sms"])


def test_forgetting_leaves_no_one(world: World) -> None:
    world.custom = {"erase": True}
    world.say("delete my data")
    person = world.mailbox.person("sms", "1")
    world.work(lambda: world.post.forgot == [person])
    assert world.post.texts == ["delete my data"] and world.mailbox.known(person) is None


def test_what_was_sent_while_the_database_was_away_is_not_sent_again(world: World) -> None:
    settle = world.mailbox.settle
    failed: list[object] = []

    def fails_once(*given: object, **named: object) -> None:
        if not failed:
            failed.append(given)
            raise OperationalError("the disk is full", {}, Exception())
        settle(*given, **named)  # type: ignore[arg-type]

    world.mailbox.settle = fails_once  # type: ignore[method-assign]
    world.say("once")
    world.work(lambda: bool(failed) and not world.mailbox.counts()["sending"], seconds=30)
    assert world.post.texts == ["once"]
