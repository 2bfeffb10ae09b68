"""From the desk and the mailbox to the person: everything arrives, once and whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.office_world import SMS, World

pytestmark = pytest.mark.slow  # the office waits for neighbours, as in earnest


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def taken(world: World) -> int:
    """A chat that somebody at the desk has taken."""
    number = world.people.ask_for_person("sms", world.mailbox.person("sms", "1"), "en", {})
    world.people.take(number, "desk")
    return number


def test_every_message_of_the_desk_arrives_also_the_second(world: World) -> None:
    world.say("hello")
    world.work(lambda: len(world.post.got) == 1)
    number = taken(world)
    for place, text in enumerate(("I am here", "Where are you?", "Go to the embassy"), start=2):
        world.people.say(number, "desk", text)
        world.work(lambda place=place: len(world.post.got) == place)  # type: ignore[misc]
    assert world.post.texts[1:] == ["I am here", "Where are you?", "Go to the embassy"]


def test_what_the_desk_writes_is_not_cut_for_sms(tmp_path: Path) -> None:
    world = World(tmp_path, SMS)
    world.say("hello")
    world.work(lambda: len(world.post.got) == 1)
    written = " ".join(f"This is sentence {number}." for number in range(60))
    world.people.say(taken(world), "desk", written)
    world.work(lambda: not world.people.due(["sms"]) and not world.mailbox.counts()["ready"])
    assert " ".join(world.post.texts[1:]).split() == written.split()


def test_what_is_said_right_after_forgetting_is_answered(world: World) -> None:
    """Also when it is written before the answer to the first is sent; the desk can still reach them."""
    world.custom = {"erase": True}
    world.say("delete my data")
    person = world.mailbox.person("sms", "1")
    world.work(lambda: len(world.heard) == 1)
    world.custom = {"language": "en", "country": "QA"}
    world.say("he is beating me")
    world.work(lambda: len(world.post.got) == 2 and not world.mailbox.is_waiting(person))
    assert world.post.texts == ["delete my data", "he is beating me"] and world.post.forgot == [person]
    known = world.mailbox.known(person)
    assert known is not None and not known.forget and known.country == "QA"
    world.people.say(taken(world), "desk", "I am here")
    world.work(lambda: len(world.post.got) == 3)


def test_words_below_a_picture_are_read(world: World) -> None:
    world.say("he beats me, help", kind="image")
    world.work(lambda: len(world.post.got) == 1)
    world.say("", kind="image")
    world.work(lambda: len(world.post.got) == 2)
    assert world.heard == ["he beats me, help"]
