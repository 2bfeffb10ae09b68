"""The thin front with an understanding and answers of the test's own: order, memory, refusals."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from actions.adapter import Answered, Heard
from bot.front import talking as talking_module
from bot.front.server import Front, create_app
from bot.front.talking import Memory, Talking
from bot.locks.locks import Locks
from bot.observability.readiness import Readiness
from bot.privacy.conversations import ConversationStore

Answer = Callable[[Heard], Answered]
NEPALI = {"entities": [{"entity": "country", "value": "QA", "role": "destination"}], "language": "ne",
          "language_confident": True}  # fmt: skip


def counting(heard: Heard) -> Answered:
    """Says how many messages came before, and what the last one was."""
    shown = int(heard.slots.get("shown") or 0)
    said = {"text": f"{shown} {heard.latest['text']}", "buttons": [], "custom": {"topic": "wages"}}
    return Answered((said,), {"shown": shown + 1, "topic": None})


class World:
    """A front, and what the test changes in it."""

    def __init__(self, folder: Path) -> None:
        self.store = ConversationStore(f"sqlite:///{folder / 'conversations.db'}", folder / "key")
        self.answer: Answer = counting
        self.parse: Callable[[str], dict[str, Any]] = lambda text: {"text": text, **NEPALI}
        self.due: list[Any] = []
        self.talking = Talking(self._parse, self._answer, Memory(self.store), Locks(), str)

    def client(self, address: str = "127.0.0.1", key: str | None = None) -> httpx.AsyncClient:
        front = Front(
            self.talking, self._people, Readiness("assistant", {}), {"service": "assistant"}, rest_key=key
        )  # fmt: skip
        transport = httpx.ASGITransport(app=create_app(front), client=(address, 1))
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")

    def _parse(self, text: str) -> dict[str, Any]:
        return self.parse(text)

    def _answer(self, heard: Heard) -> Answered:
        return self.answer(heard)

    def _people(self) -> Any:
        return SimpleNamespace(due_for=lambda sender: [self.due.pop()] if self.due else [])


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with world.client() as found:
        yield found


async def say(client: httpx.AsyncClient, text: str, sender: str = "a", **more: Any) -> list[dict[str, Any]]:
    response = await client.post("/webhooks/rest/webhook", json={"sender": sender, "message": text, **more})
    assert response.status_code == 200, response.text
    return list(response.json())


async def test_a_message_is_answered_as_the_channel_of_rasa_does(client: httpx.AsyncClient) -> None:
    assert await say(client, "hello") == [
        {"recipient_id": "a", "text": "0 hello", "custom": {"topic": "wages"}}
    ]
    assert [each["text"] for each in await say(client, "again")] == ["1 again"]
    assert [each["text"] for each in await say(client, "hello", sender="b")] == ["0 hello"]


async def test_what_is_kept_is_what_the_tracker_store_of_rasa_keeps(
    client: httpx.AsyncClient, world: World
) -> None:
    await say(client, "my salary is late")
    assert world.store.get("a") == '{"slots": {"shown": 1}, "events": []}'
    world.store.put("a", '{"slots": {"shown": 7, "gone": 1}, "events": [{"event": "user"}]}')
    assert [each["text"] for each in await say(client, "hello")] == ["7 hello"]


async def test_the_language_that_a_program_names_is_heard(client: httpx.AsyncClient, world: World) -> None:
    heard: list[Heard] = []
    world.answer = lambda each: heard.append(each) or counting(each)  # type: ignore[func-returns-value]
    await say(client, "hello", metadata={"language": "ne", "intent": "x"})
    await say(client, "hello", metadata=["ne"])
    assert [each.latest["metadata"] for each in heard] == [{"language": "ne"}, {}]
    assert heard[0].channel == "rest"


async def test_a_person_is_answered_in_order_and_others_meanwhile(
    client: httpx.AsyncClient, world: World
) -> None:
    held = threading.Event()

    def slow(heard: Heard) -> Answered:
        if heard.latest["text"] == "wait":
            held.wait(3)
        return counting(heard)

    world.answer = slow
    first = asyncio.ensure_future(say(client, "wait"))
    await asyncio.sleep(0.05)
    second = asyncio.ensure_future(say(client, "next"))
    assert [each["text"] for each in await say(client, "hello", sender="b")] == ["0 hello"]
    assert not second.done()
    held.set()
    assert [(await each)[0]["text"] for each in (first, second)] == ["0 wait", "1 next"]


def failing(_heard: Heard) -> Answered:
    raise RuntimeError("a secret")


async def test_whatever_fails_the_person_gets_a_number(
    client: httpx.AsyncClient, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.answer = failing
    (said,) = await say(client, "in Qatar they do not pay me")
    assert "999" in said["text"]
    assert said["custom"]["outcomes"] == ["apology"]
    assert not said["text"].isascii()  # in the language of the message
    assert "a secret" not in caplog.text
    assert "RuntimeError" in caplog.text


async def test_the_apology_needs_neither_store_nor_understanding(
    client: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_text: str) -> Any:
        raise OperationalError("", {}, Exception())

    world.parse = down
    monkeypatch.setattr(world.store, "get", down)
    (said,) = await say(client, "hello")
    assert said["text"].startswith("Sorry")


async def test_who_waits_too_long_gets_the_apology_and_what_was_answered_is_kept(
    client: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talking_module, "PATIENCE_SECONDS", 0.1)
    world.answer = lambda heard: time.sleep(0.3) or counting(heard)  # type: ignore[func-returns-value]
    (said,) = await say(client, "hello")
    assert said["custom"]["outcomes"] == ["apology"]
    world.answer = counting
    monkeypatch.setattr(talking_module, "PATIENCE_SECONDS", 3)
    assert [each["text"] for each in await say(client, "hello")] == ["1 hello"]


async def test_who_asks_to_be_forgotten_is(client: httpx.AsyncClient, world: World) -> None:
    await say(client, "hello")
    gone = {"text": "Forgotten.", "custom": {"erase": True}}
    world.answer = lambda heard: Answered((gone,), {"shown": 9})
    assert [each["text"] for each in await say(client, "delete my data")] == ["Forgotten."]
    assert world.store.get("a") is None


async def test_while_a_person_of_the_desk_writes_only_they_are_heard(
    client: httpx.AsyncClient, world: World
) -> None:
    world.answer = lambda heard: Answered(({"text": "", "custom": {"quiet": True}},), {})
    world.due.append(SimpleNamespace(text="Here I am.", kind="desk"))
    assert await say(client, "hello") == [
        {"recipient_id": "a", "text": "Here I am.", "custom": {"from": "desk"}}
    ]
    assert await say(client, "hello") == []


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b'{"sender": "a", "message": "x"}', 200),
        (b"", 400),
        (b"[1]", 400),
        (b'{"sender": "a"}', 400),
        (b'{"sender": 1, "message": "x"}', 400),
        (b'{"sender": "a", "message": " "}', 400),
        (b"[" * 60_000, 400),
        (b'{"sender": "\xff", "message": "x"}', 400),
        (b'{"sender": "a", "message": "' + b"x" * 70_000 + b'"}', 413),
    ],
)
async def test_what_is_no_message_is_refused(client: httpx.AsyncClient, content: bytes, status: int) -> None:
    response = await client.post("/webhooks/rest/webhook", content=content)
    assert response.status_code == status
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert status == 200 or set(response.json()) == {"error"}


async def test_only_this_machine_or_who_has_the_key_is_heard(world: World) -> None:
    message = {"sender": "a", "message": "hello"}
    paths = ("/webhooks/rest/webhook", "/webhooks/rest/parse")
    async with world.client("192.0.2.7") as afar, world.client() as here:
        for path in paths:
            assert (await afar.post(path, json=message)).status_code == 403
            forwarded = await here.post(path, json=message, headers={"X-Forwarded-For": "127.0.0.1"})
            assert forwarded.status_code == 403
        assert (await afar.get("/metrics")).status_code == 403
        assert (await afar.get("/webhooks/rest/messages?sender=a")).status_code == 403
        assert (await afar.get("/health")).json() == {"status": "ok", "service": "assistant"}
    async with world.client("192.0.2.7", key="right") as keyed:
        wrong, right = ({"Authorization": f"Bearer {key}"} for key in ("wrong", "right"))
        assert (await keyed.post(paths[0], json=message)).status_code == 401
        assert (await keyed.post(paths[0], json=message, headers=wrong)).status_code == 401
        assert (await keyed.post(paths[0], json=message, headers=right)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Host": "rebound.example.org:5005"},
    ],
)
async def test_a_web_page_in_a_browser_on_this_machine_is_refused(
    client: httpx.AsyncClient, world: World, headers: dict[str, str]
) -> None:
    world.due.append(SimpleNamespace(text="Here I am.", kind="desk"))
    asked = await client.get("/webhooks/rest/messages?sender=a", headers=headers)
    said = await client.post(
        "/webhooks/rest/webhook", content=b'{"sender": "a", "message": "x"}',
        headers={"Content-Type": "text/plain", **headers},
    )  # fmt: skip
    assert asked.status_code == said.status_code == 403 and "no page" in said.json()["error"]
    assert len(world.due) == 1, "nothing was handed out"


async def test_a_key_of_garbage_is_wrong_and_no_failure(world: World) -> None:
    async with world.client(key="right") as keyed:
        garbage = {"Authorization": b"Bearer \xff"}
        response = await keyed.get("/webhooks/rest/messages?sender=a", headers=garbage)
    assert response.status_code == 401


async def test_a_message_can_be_read_alone(client: httpx.AsyncClient, world: World) -> None:
    response = await client.post("/webhooks/rest/parse", json={"text": "hello"})
    assert response.json() == {"text": "hello", "emergency": None, **NEPALI}
    assert world.store.get("a") is None
