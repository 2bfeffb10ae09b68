"""The server of the web chat: sessions, messages kept once, events that survive a lost line, erasing."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import httpx
import pytest

from tests.channels.delivery import Connected

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


class Page:
    """A page with the chat, as the widget speaks to the server."""

    def __init__(self, url: str, language: str | None = None) -> None:
        self.http = httpx.Client(base_url=f"{url}/webhooks/web", timeout=40)
        self.session = self.http.post("/session", json={"language": language} if language else {}).json()
        self.head = {"Authorization": f"Bearer {self.session['session']}"}
        self.number = 0

    def say(self, text: str, number: str) -> httpx.Response:
        return self.http.post("/message", json={"id": number, "text": text}, headers=self.head)

    def events(self, after: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get(
            "/events", params={"after": after}, headers=self.head
        ).json()["events"]
        return found

    def answer(self, after: int, timeout: float = 20) -> list[dict[str, Any]]:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            found = [each for each in self.events(after) if each["from"] != "person"]
            if found:
                return found
        raise AssertionError("no answer came")


def rows_of_people(connected: Connected) -> dict[str, int]:
    """How many rows each table holds that keeps something of a person, ids alone aside."""
    tables = ("conversation", "channel_person", "channel_outbox", "web_session", "web_event", "handoff")
    with sqlite3.connect(connected.servers.folder / "conversations.db") as database:
        return {
            name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608
            for name in tables
        }


def test_a_conversation_and_a_reload(connected: Connected) -> None:
    page = Page(connected.servers.url, "ar")
    assert ["ar", "العربية"] in page.session["languages"] and ["en", "English"] in page.session["languages"]
    assert page.session["rtl"] and page.session["texts"]["send"] != "Send"
    assert page.say("I work in construction in Qatar and my salary is late", "a").status_code == 202
    answers = page.answer(0)
    assert any("\u0642\u0637\u0631" in each["text"] for each in answers)  # Qatar, in Arabic
    again = page.events(0)
    assert [each["id"] for each in again if each["from"] == "person"] == ["a"]
    assert [each["number"] for each in again] == sorted({each["number"] for each in again})


def test_a_message_sent_twice_is_one(connected: Connected) -> None:
    page = Page(connected.servers.url)
    assert [page.say("hello", "a").status_code for _ in range(3)] == [202] * 3
    page.answer(0)
    time.sleep(2)
    assert len(page.events(0)) == 2


def test_the_assistant_is_killed_in_the_middle(connected: Connected) -> None:
    page = Page(connected.servers.url)
    page.say("I work in construction in Qatar", "a")
    last = page.answer(0)[-1]["number"]
    page.say("my salary is late", "b")
    connected.kill_assistant()
    deadline = time.monotonic() + 60
    while True:
        try:
            page.http.get("/haq-chat.js")
            break
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.5)
    answers = page.answer(last, timeout=40)
    assert len(answers) == 1 and "Qatar" in answers[0]["text"]


def test_ending_erases_and_a_stranger_sees_nothing(connected: Connected) -> None:
    page = Page(connected.servers.url)
    before = rows_of_people(connected)
    page.say("I work in construction in Qatar", "a")
    page.answer(0)
    page.say("I want to talk to a person", "b")
    page.answer(page.events(0)[-1]["number"])
    assert rows_of_people(connected)["handoff"] == before["handoff"] + 1
    assert httpx.get(f"{page.http.base_url}events", headers={"Authorization": "Bearer x"}).status_code == 401
    assert page.http.post("/end", headers=page.head, json={}).json() == {"erased": True}
    assert page.http.get("/events", headers=page.head).status_code == 401
    assert page.http.post("/session", json={"session": page.session["session"]}).status_code == 404
    time.sleep(1)
    assert rows_of_people(connected)["handoff"] == before["handoff"]


def test_ending_while_an_answer_is_made_leaves_nothing(connected: Connected) -> None:
    before = rows_of_people(connected)
    for pause in (0.0, 0.3, 0.6, 0.65, 0.7):
        page = Page(connected.servers.url)
        page.say("I work in construction in Qatar and my salary is late", "a")
        time.sleep(pause)
        page.http.post("/end", headers=page.head, json={})
    time.sleep(3)
    assert rows_of_people(connected) == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"id":"a"}', 400),
        (b'{"id":"","text":"x"}', 400),
        (b'{"id":"a","text":"   "}', 400),
        (b'{"id":"a","text":"' + b"x" * 5000 + b'"}', 413),
        (b'{"id":"a","text":"' + b"x" * 70_000 + b'"}', 413),
    ],
)
def test_bad_messages(connected: Connected, body: bytes, status: int) -> None:
    page = Page(connected.servers.url)
    assert page.http.post("/message", content=body, headers=page.head).status_code == status


def test_whoever_floods_is_slowed_down_but_not_in_danger(connected: Connected) -> None:
    page = Page(connected.servers.url)
    said = [page.say(f"hello {number}", f"n{number}").status_code for number in range(30)]
    assert said[0] == 202 and said[-1] == 429
    assert page.say("he is beating me now", "danger").status_code == 202
