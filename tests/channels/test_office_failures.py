"""What fails in the office fails alone: for one letter, one message of the desk, one round."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.channels.mail import READY
from bot.channels.office import Line, Office
from bot.channels.platform import Part
from bot.people.store import Outgoing
from tests.channels.office_world import PROFILE, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def office(world: World) -> Office:
    opened = Office(world.mailbox, lambda: world.people, world.talk)
    for name in ("sms", "line"):
        opened.open(Line(name, PROFILE, world.post))
    return opened


def fails_once(do: Any, error: Exception) -> Any:
    left = [error]

    def maybe(*given: Any, **named: Any) -> Any:
        if left:
            raise left.pop()
        return do(*given, **named)

    return maybe


def waiting_letter(world: World, sender: str, text: str) -> str:
    """A letter waits for somebody; gives their name."""
    world.say("hello", sender=sender)
    person = world.mailbox.person("sms", sender)
    assert world.mailbox.post(person, [Part(text)], f"desk-{text}")
    return person


@pytest.mark.parametrize("next_one", ["a", "b"])
def test_the_number_of_an_erased_letter_says_nothing_of_the_next(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch, next_one: str
) -> None:
    """SQLite gives it away again; what was sent in vain belongs to a letter, not to a number."""
    line = Line("sms", PROFILE, world.post)
    person = waiting_letter(world, "a", "first")
    fragile = fails_once(world.mailbox.settle, OperationalError("full", {}, Exception()))
    monkeypatch.setattr(world.mailbox, "settle", fragile)
    with pytest.raises(OperationalError):
        asyncio.run(office._send_all(person, line))
    world.mailbox.erase(person)
    person = waiting_letter(world, next_one, "second")
    assert asyncio.run(office._send_all(person, line))
    office._drop_erased()
    assert world.post.texts == ["first", "second"] and office._not_noted == {}


def from_desk(world: World, sender: str, *texts: str) -> None:
    number = world.people.ask_for_person("sms", world.mailbox.person("sms", sender), "en", {})
    world.people.take(number, "desk")
    for text in texts:
        world.people.say(number, "desk", text)


def test_one_message_of_the_desk_that_cannot_be_shown_holds_up_no_other(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world.say("hello")
    from_desk(world, "1", "broken", "whole")
    render = office._render

    def fragile(messages: Any, *more: Any) -> Any:
        if messages[0]["text"] == "broken":
            raise ValueError("broken")
        return render(messages, *more)

    monkeypatch.setattr(office, "_render", fragile)
    for _ in range(3):
        office._fetch_from_desk()
    assert world.mailbox.counts()[READY] == 1 and [each.text for each in world.people.due(["sms"])] == [
        "broken"
    ]
    assert caplog.text.count("has to wait: ValueError") == 1, "it is told of once"
    monkeypatch.setattr(office, "_render", render)
    office._fetch_from_desk()
    assert world.people.due(["sms"]) == [] and world.mailbox.counts()[READY] == 2


def test_a_message_for_somebody_who_is_not_known_stays(
    world: World, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    from_desk(world, "1", "I am here")
    for _ in range(3):
        office._fetch_from_desk()
    assert len(world.people.due(["sms"])) == 1 and caplog.text.count("has to wait") == 1
    world.say("hello")
    office._fetch_from_desk()
    assert world.people.due(["sms"]) == [] and world.mailbox.counts()[READY] == 1


def test_the_outbox_of_the_desk_is_read_once_for_all_channels(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And of what waits for a channel that asks for itself, no text is opened."""
    asked, opened = [], []
    due, outgoing = world.people.due, world.people._outgoing

    def counted(*given: Any) -> list[Outgoing]:
        asked.append(given)
        return due(*given)

    def noted(row: Any) -> Outgoing:
        opened.append(row.id)
        return outgoing(row)

    world.people.take(world.people.ask_for_person("rest", "program", "en", {}), "desk", lambda _: "Hello")
    monkeypatch.setattr(world.people, "due", counted)
    monkeypatch.setattr(world.people, "_outgoing", noted)
    office._fetch_from_desk()
    assert len(asked) == 1 and opened == []


@pytest.mark.slow
def test_whatever_fails_in_a_round_the_next_one_works(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing = fails_once(world.mailbox.with_work, ValueError("my boss hits me"))
    monkeypatch.setattr(world.mailbox, "with_work", failing)
    monkeypatch.setattr(
        world.mailbox, "known", fails_once(world.mailbox.known, ValueError("my boss hits me"))
    )
    monkeypatch.setattr("bot.channels.mailbox.HOLD_SECONDS", 1.0)
    world.say("hello")
    world.work(lambda: len(world.post.got) == 1, seconds=40)
    assert world.heard == ["hello"] and "ValueError" in caplog.text and "boss" not in caplog.text
