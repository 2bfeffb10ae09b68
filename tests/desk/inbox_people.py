"""What the tests of the inbox share: somebody who asks for a person, somebody at the desk who answers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.desk.guard import SESSION_COOKIE
from tests.desk.conftest import RunningDesk

CASE = {"origin": "NP", "destination": "QA", "sector": "construction", "topic": "wages", "rules": []}
RULE = "qa-final-settlement"
SECRET = "My boss Abdulqahhar keeps the key"


@dataclass
class Worker:
    """A migrant worker whose chat is in the queue."""

    desk: RunningDesk
    language: str = "ne"
    summary: dict[str, Any] = field(default_factory=lambda: dict(CASE))
    urgent: bool = False
    danger: str | None = None
    sender: str = field(default_factory=lambda: os.urandom(6).hex())
    number: int = 0

    def asks(self) -> Worker:
        """As the assistant puts a chat in the queue."""
        self.number = self.desk.people.ask_for_person(
            "rest", self.sender, self.language, self.summary, urgent=self.urgent, danger=self.danger
        )
        return self

    def writes(self, text: str) -> None:
        """As the assistant passes a message on."""
        assert self.desk.people.pass_on(self.sender, text), "nobody has this chat"

    def reads(self) -> list[str]:
        """What has come since the last time."""
        return [each.text for each in self.desk.people.due_for(self.sender)]


@dataclass
class Colleague:
    """Somebody at the desk, with a program for a browser."""

    desk: RunningDesk
    client: httpx.Client
    name: str

    @classmethod
    def comes(cls, desk: RunningDesk) -> Colleague:
        """A new caseworker."""
        client = desk.client("caseworker")
        account = desk.accounts.visitor(client.cookies[SESSION_COOKIE]).account
        assert account is not None
        return cls(desk, client, account.name)

    def sees(self, worker: Worker, path: str = "", **query: str) -> httpx.Response:
        """A page of a chat."""
        return self.client.get(f"/inbox/{worker.number}{path}", params=query)

    def does(self, worker: Worker, what: str, script: bool = False, **form: Any) -> httpx.Response:
        """What a form of a chat does, sent by the page or by its script."""
        headers = {"accept": "application/json" if script else "text/html"}
        return self.client.post(f"/inbox/{worker.number}/{what}", data=form or {"x": ""}, headers=headers)

    def did(self) -> list[tuple[str, dict[str, Any]]]:
        """What the audit log says of them, the oldest first."""
        return [
            (entry.did, dict(entry.what)) for entry in reversed(self.desk.accounts.log.entries(who=self.name))
        ]

    @contextmanager
    def listens(self, **headers: str) -> Iterator[Iterator[tuple[str, dict[str, Any]]]]:
        """The events of an open page: (name, what it tells)."""
        wanted = {"accept": "text/event-stream", **headers}
        with self.client.stream("GET", "/inbox/live", headers=wanted) as stream:
            assert stream.status_code == 200
            yield _events(stream)


def _events(stream: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    name = ""
    for line in stream.iter_lines():
        kind, _, value = line.partition(": ")
        if kind == "event":
            name = value
        elif kind == "data":
            yield name, json.loads(value)
