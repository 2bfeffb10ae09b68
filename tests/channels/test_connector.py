"""Webhooks: a message is kept before it is acknowledged, whatever fails in between."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.channels.accounts import Accounts, InProcess, InRedis
from bot.channels.mailbox import Mailbox
from bot.channels.platform import Call, Inbound, Outcome, Part, Platform, Profile, Receipt
from bot.people.store import PeopleStore
from bot.privacy.conversations import ConversationStore
from bot.privacy.sealing import Sealer

pytestmark = pytest.mark.slow  # Rasa alone takes seconds to import

NOW = 1_800_000_000.0


class Pigeons(Platform):
    """A platform whose bodies are what `Inbound` is made of."""

    name = "sms"
    profile = Profile(text=400, text_with_buttons=400, buttons=3, button=20)
    oldest_seconds = float("inf")

    def genuine(self, headers: Mapping[str, str], body: bytes, url: str) -> bool:
        return True

    def read(self, body: bytes) -> list[Inbound | Receipt]:
        return [Inbound(**each) for each in json.loads(body)]

    def send(self, to: str, part: Part, reference: str, token: str = "") -> Call:
        raise NotImplementedError

    def outcome(self, status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
        raise NotImplementedError

    def check(self) -> Call:
        raise NotImplementedError


class World:
    """A connector over real stores; `fails` is how often the next messages cannot be kept."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, accounts: Accounts) -> None:
        from bot.channels import connector

        url, key = f"sqlite:///{folder / 'conversations.db'}", folder / "key"
        self.mailbox, self.people = Mailbox(url, key), PeopleStore(url, key)
        self.conversations = ConversationStore(url, key)
        self.fails = 0
        monkeypatch.setattr(connector, "mailbox", lambda: self.mailbox)
        monkeypatch.setattr(connector, "people", lambda: self.people)
        monkeypatch.setattr(connector, "conversations", lambda: self.conversations)
        monkeypatch.setattr(connector, "accounts_for", lambda _name: accounts)
        monkeypatch.setattr(self.mailbox, "accept", self._failing(self.mailbox.accept))
        monkeypatch.setattr(self.conversations, "rename", self._failing(self.conversations.rename))
        self.connector = connector.SmsChannel(Pigeons())

    def _failing(self, do: Callable[..., Any]) -> Callable[..., Any]:
        def maybe(*given: Any, **named: Any) -> Any:
            if self.fails:
                self.fails -= 1
                raise OperationalError("the disk is full", {}, Exception())
            return do(*given, **named)

        return maybe

    def bring(self, *messages: dict[str, Any]) -> int:
        """The status of a webhook."""
        request = SimpleNamespace(
            body=json.dumps(messages).encode(), headers={}, args={}, query_string="", scheme="https",
            host="example.org", path="/",
        )  # fmt: skip
        return self.connector._take(Pigeons(), request)[0]

    def heard(self, sender: str = "1") -> list[tuple[str, str]]:
        """What of a person is to be answered."""
        person = self.mailbox.person("sms", sender)
        found: list[tuple[str, str]] = []
        while (message := self.mailbox.next_message(person, NOW * 2)) is not None:
            found.append((message[1].kind, message[1].text))
            self.mailbox.answer(message[0], person, "sms", ())
        return found


@pytest.fixture(params=["process", "redis"])
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    accounts: Accounts = InProcess()
    if request.param == "redis":
        from redis import Redis

        client = Redis.from_url(request.getfixturevalue("redis"), decode_responses=True)
        accounts = InRedis(client, "sms", Sealer(tmp_path / "key"))
    return World(tmp_path, monkeypatch, accounts)


def said(number: int, text: str = "my boss has not paid me", **more: Any) -> dict[str, Any]:
    return {"sender": "1", "id": str(number), "at": NOW, "text": text, **more}


def test_a_message_is_acknowledged_when_it_is_kept_and_not_before(world: World) -> None:
    """A disk that was full for a while: the platform sends again and again what was written once."""
    messages = [said(number, f"words {number}") for number in range(3)]
    world.fails = 30
    for _ in range(10):
        assert [world.bring(each) for each in messages] == [503] * 3
    assert world.bring(*messages) == 200
    assert world.heard() == [("text", "words 0"), ("text", "words 1"), ("text", "words 2")]


def test_the_same_words_are_a_repetition_only_when_they_are_written_again(world: World) -> None:
    world.fails = 8
    assert [world.bring(said(1)) for _ in range(9)] == [503] * 8 + [200]
    assert world.heard() == [("text", "my boss has not paid me")]
    assert [world.bring(said(number)) for number in range(2, 8)] == [200] * 6
    assert [kind for kind, _ in world.heard()] == ["text"] * 3 + ["flood"]


def test_a_person_with_a_new_number_is_reached_there(world: World) -> None:
    """Their case, their reminders, the desk; if one store fails, the platform sends the notice again."""
    world.bring(said(1))
    before, after = world.mailbox.person("sms", "1"), world.mailbox.person("sms", "2")
    world.mailbox.answer(1, before, "sms", (), language="ne", country="QA")
    world.conversations.put(before, "the case")
    chat = world.people.ask_for_person("sms", before, "ne", {})
    world.people.take(chat, "desk")
    world.people.say(chat, "desk", "I am here")
    notice = {"sender": "2", "id": "n", "at": NOW, "kind": "reaction", "formerly": "1"}
    world.fails = 1
    assert [world.bring(notice) for _ in range(3)] == [503, 200, 200]
    known = world.mailbox.known(after)
    assert known is not None and (known.address, known.language, known.country) == ("2", "ne", "QA")
    assert world.conversations.get(after) == "the case" and world.conversations.get(before) is None
    assert [each.sender for each in world.people.due(["sms"])] == [after] and world.people.is_taken(after)


def test_a_notice_of_the_platform_is_nobodys_haste(world: World) -> None:
    world.bring(said(0))
    for number in range(100):
        world.bring({**said(number + 1, f"words {number}"), "sender": "2"})
    world.bring({"sender": "2", "id": "n", "at": NOW, "kind": "reaction", "formerly": "1"})
    assert world.mailbox.known(world.mailbox.person("sms", "1")) is None
