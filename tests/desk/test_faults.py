"""What the desk says and writes when something fails, and who gets in first when many come: no process."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message

from bot.answers.options import tell
from bot.desk import crowd
from bot.desk.accounts.store import open_accounts
from bot.desk.api.records import OPERATIONS
from bot.desk.app import create_app
from bot.desk.desk import open_desk
from bot.desk.guard import HEADERS, SESSION_COOKIE
from bot.desk.routes import own_address
from bot.desk.server import _is_news
from bot.observability.logs import TextFormatter
from bot.rules.database import open_database
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawReader
from bot.rules.model import Rule
from bot.settings import load_settings

NAME = "amina-who-failed"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A desk under a name of its own, over a database without any law, asked through a proxy."""
    settings = load_settings({"HAQ_VAR_DIR": str(tmp_path), "HAQ_DESK_URL": "https://desk.example.org"})
    app = create_app(open_desk(settings))
    with TestClient(app, "http://127.0.0.1:8080", raise_server_exceptions=False) as made:
        yield made


def test_a_fault_in_the_guard_is_a_page_too(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With its headers; the log names kind and place, and nothing that was to be written."""

    def fails(token: str) -> None:
        raise IntegrityError("INSERT", {"name": NAME}, sqlite3.IntegrityError(f"({NAME}) is there"))

    monkeypatch.setattr(client.app.state.desk.accounts, "visitor", fails)  # type: ignore[attr-defined]
    client.cookies.set(SESSION_COOKIE, "some token")
    for address in ("/login", "/api/v1/countries"):
        got = client.get(address)
        assert got.status_code == 500
        assert "It was noted." in got.text
        assert got.headers["cache-control"] == "no-store"
        assert got.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    said = [record for record in caplog.records if record.name == "bot.desk.app"]
    lines = [TextFormatter("desk", whole=False).format(record) for record in said]
    assert len(lines) == 2 and "IntegrityError at test_faults.py" in lines[0]
    assert NAME not in "".join(lines)


def test_a_database_error_does_not_repeat_what_was_to_be_written(tmp_path: Path) -> None:
    """Not even in its message."""
    engine = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(IntegrityError) as error, engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE x (name TEXT UNIQUE)")
        for _ in range(2):
            connection.exec_driver_sql("INSERT INTO x VALUES (?)", (NAME,))
    assert NAME not in str(error.value)


def test_a_fault_is_told_once() -> None:
    """Uvicorn would write it again."""
    said = [
        logging.makeLogRecord({"name": "uvicorn.error", "msg": text})
        for text in ("Exception in ASGI application\n", "Invalid HTTP request received.")
    ]
    assert [_is_news(each) for each in said] == [False, True]


def test_a_law_that_cannot_be_read_is_in_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Else nobody learns why all pages say so."""
    assert client.get("/lookup?to=QA&from=NP").status_code == 503
    assert "/lookup: the law cannot be read: EmptyLawBase" in caplog.text


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:8080", 303),
        ("https://desk.example.org", 303),
        ("https://elsewhere.example", 403),
        ("https://desk.example.org.elsewhere.example", 403),
        ("null", 403),
        ("https://[", 403),
    ],
)
def test_forms_behind_a_server_that_asks_by_another_name(
    client: TestClient, origin: str, status: int
) -> None:
    """The name that people use counts too."""
    assert client.post("/logout", headers={"origin": origin}, follow_redirects=False).status_code == status


def test_without_an_address_of_its_own_no_origin_is_nobodys(tmp_path: Path) -> None:
    """`Origin: null` is what a sandbox sends."""
    app = create_app(open_desk(load_settings({"HAQ_VAR_DIR": str(tmp_path)})))
    with TestClient(app, "http://127.0.0.1:8080") as client:
        for origin in ("null", ""):
            got = client.post("/logout", headers={"origin": origin}, follow_redirects=False)
            assert got.status_code == 403, origin


@pytest.mark.parametrize(
    "address",
    ["//elsewhere.example", "/\\elsewhere.example", "/\t/elsewhere.example", "/\n/elsewhere.example",
     "/a\\b", "https://elsewhere.example", "elsewhere", "", None],
)  # fmt: skip
def test_addresses_of_others(address: str | None) -> None:
    """As browsers read them."""
    assert own_address(address) == "/"


@pytest.mark.parametrize("address", ["/", "/lookup?from=NP&to=QA", "/inbox/7?x=/", "/questions?q=قطر"])
def test_addresses_of_ours(address: str) -> None:
    """They stay."""
    assert own_address(address) == address


def _again(text: str) -> str:
    """Where the page goes on in French."""
    found = re.search(r'href="/language\?to=fr&amp;next=([^"]*)"', text)
    assert found is not None
    return found.group(1)


def test_another_language_keeps_the_page(client: TestClient) -> None:
    """With its query, but for the language that the query asks for; after a form the page itself says."""
    shown = client.get("/nothing?from=NP&to=QA&ui=ar").text
    assert _again(shown) == "/nothing%3Ffrom%3DNP%26to%3DQA"
    wrong = client.post("/login", data={"name": "x", "password": "y", "next": "/inbox"})
    assert (wrong.status_code, _again(wrong.text)) == (401, "/login%3Fnext%3D/inbox")
    assert _again(client.post("/people/nothing").text) == "/"
    settings = client.app.state.desk.settings  # type: ignore[attr-defined]
    store = open_accounts(settings)
    token = store.members.make_link(store.add("amina", ["viewer"]).id)
    link = f"/invitation%3Ftoken%3D{token}"
    assert _again(client.get("/invitation", params={"token": token}).text) == link
    short = {"token": token, "password": "short", "again": "short"}
    assert _again(client.post("/invitation", data=short).text) == link


def test_numbers_that_no_record_has(client: TestClient) -> None:
    """Pages that do not exist, not faults."""
    store = client.app.state.desk.accounts  # type: ignore[attr-defined]
    token = store.sign_in(store.add("boss", ["admin"]).id)
    client.cookies.set(SESSION_COOKIE, token)
    client.headers["x-csrf-token"] = store.visitor(token).csrf
    number = "9" * 40
    assert client.post(f"/people/keys/{number}/revoke").status_code == 404
    assert client.post("/people/keys/999999999999999/revoke").status_code == 404
    assert client.get(f"/people/{number}").status_code == 404
    assert client.get("/people/audit", params={"before": number}).status_code == 200
    assert client.get("/people/audit", params={"who": "a\0b", "did": "\0"}).status_code == 200


def test_what_is_kept_of_people_is_its_owners_alone(tmp_path: Path) -> None:
    """Also where another program, or an earlier version, made the file for all to read."""
    before = os.umask(0o022)
    try:
        settings = load_settings({"HAQ_VAR_DIR": str(tmp_path)})
        open_accounts(settings).add("amina", ["viewer"])
        (tmp_path / "accounts.db").chmod(0o644)
        open_accounts(settings).add("brahim", ["viewer"])
        open_desk(settings)
    finally:
        os.umask(before)
    files = [*tmp_path.glob("accounts.*"), *tmp_path.glob("conversations.*")]
    assert {"accounts.db", "accounts.key", "conversations.db"} <= {each.name for each in files}
    assert {each.name: oct(each.stat().st_mode & 0o777) for each in files} == {
        each.name: "0o600" for each in files
    }


def _request(method: str, *messages: Message) -> Request:
    waiting = list(messages)

    async def receive() -> Message:
        return waiting.pop(0) if waiting else await asyncio.Event().wait() or {}

    return Request({"type": "http", "method": method, "path": "/", "headers": []}, receive)


def test_guests_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many at once; one who sends slowly takes nobody's turn; when too many wait, the next comes later."""
    monkeypatch.setattr(crowd, "_guests", crowd.CapacityLimiter(2))
    monkeypatch.setattr(crowd, "MOST_WAITING", 3)
    inside: list[int] = []
    most: list[int] = []

    async def visit(number: int, request: Request) -> str:
        try:
            async with crowd.turn(request):
                inside.append(number)
                most.append(len(inside))
                await asyncio.sleep(0.01)
                inside.remove(number)
        except HTTPException as error:
            return f"{error.status_code} {error.headers}"
        return "served"

    async def everybody() -> list[str]:
        slow = asyncio.create_task(visit(0, _request("POST")))
        await asyncio.sleep(0)
        found = await asyncio.gather(*(visit(number, _request("GET")) for number in range(1, 8)))
        assert not slow.done()
        slow.cancel()
        return list(found)

    found = asyncio.run(everybody())
    assert max(most) == 2
    assert found == ["served"] * 5 + ["503 {'Retry-After': '10'}"] * 2


def test_those_who_work_here_wait_for_no_guest(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when no guest is let in any more."""
    monkeypatch.setattr(crowd, "MOST_WAITING", 0)
    refused = client.get("/calculators")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    store = client.app.state.desk.accounts  # type: ignore[attr-defined]
    client.cookies.set(SESSION_COOKIE, store.sign_in(store.add("amina", ["viewer"]).id))
    assert client.get("/calculators").status_code == 200


def test_rules_are_sought_by_few_words() -> None:
    """Each is a walk through the whole law; a word that is said twice is one."""
    listed = next(each for each in OPERATIONS if each.name == "rules")
    asked: list[tuple[str, ...]] = []

    class Reader:
        def page_of_rules(self, *, words: tuple[str, ...], **_: object) -> tuple[int, list[Rule]]:
            asked.append(words)
            raise CaseError("enough")

    words = [f"w{number}" for number in range(9)]
    for said, refused in ((words, "8 words at most"), ([*words[:8], *words[:8]], "enough")):
        told = tell(listed.options, {"q": [" ".join(said)]}, date(2026, 3, 2))
        with pytest.raises(CaseError, match=refused):
            listed.answer(cast("LawReader", Reader()), told)
    assert asked == [tuple(words[:8])]
