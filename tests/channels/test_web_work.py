"""The web chat and the REST channel on a server without an assistant: what waits, what is erased in parts."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

import httpx
import pytest
from sanic import Sanic
from sanic.touchup import TouchUp
from sqlalchemy.exc import OperationalError

from bot.channels import running, web
from bot.channels.rest import RestChannel
from bot.channels.web import WebChannel
from bot.privacy.retention import STORES
from bot.privacy.stores import Stores, open_stores
from bot.settings import load_settings
from tests.servers import free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stores]:
    monkeypatch.setenv("HAQ_VAR_DIR", str(tmp_path))
    opened = (running.mailbox, running.aside, running.weblog, running.people)
    for each in opened:
        each.cache_clear()
    yield open_stores(load_settings())
    for each in opened:
        each.cache_clear()


@pytest.fixture
async def page(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setattr(web, "erase", lambda store, person: stores.conversations.erase(person))
    monkeypatch.setattr("sanic.app.TouchUp.run", _touch_up_once)
    app = Sanic(f"web_{free_port()}", configure_logging=False)
    app.config.ACCESS_LOG = False
    app.ctx.agent = SimpleNamespace(tracker_store=None, is_ready=lambda: True)
    for channel in (WebChannel(("*",)), RestChannel(None)):
        routes = channel.blueprint(_silent)
        app.blueprint(routes, url_prefix=f"/webhooks/{channel.name()}")
    port = free_port()
    server = await app.create_server("127.0.0.1", port, return_asyncio_server=True)
    await server.startup()
    await server.after_start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/webhooks", timeout=40) as client:
        yield client
    await server.before_stop()
    server.close()
    await server.wait_closed()


_touch_up = TouchUp.run
_touched: list[Sanic] = []


def _touch_up_once(app: Sanic) -> None:
    """Rewrites the engine's own methods, which goes once in a process."""
    if not _touched:
        _touched.append(app)
        _touch_up(app)


async def _silent(_message: object) -> None:
    return None


async def head(page: httpx.AsyncClient) -> dict[str, str]:
    """A new session, as the page names it."""
    opened = (await page.post("/web/session", json={})).json()
    return {"Authorization": f"Bearer {opened['session']}"}


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """A database that hangs for whoever writes."""
    with sqlite3.connect(file, isolation_level=None) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        yield
        holder.execute("ROLLBACK")


async def seconds(request: Awaitable[httpx.Response]) -> float:
    began = monotonic()
    assert (await request).status_code == 200
    return monotonic() - began


async def test_while_the_database_hangs_the_server_answers(
    page: httpx.AsyncClient, stores: Stores, tmp_path: Path
) -> None:
    """Sessions, messages and polls wait for it, and the REST channel's outbox: in threads."""
    me = await head(page)
    stores.people.remind("rest", "a", [date(2026, 1, 1)], "hello")
    with locked(tmp_path / "conversations.db"):
        waiting = [
            asyncio.ensure_future(each)
            for each in (
                page.get("/web/events", headers=me),
                page.post("/web/session", json={}),
                page.post("/web/message", headers=me, json={"id": "1", "text": "hello"}),
                page.post("/web/end", headers=me, json={}),
                page.get("/rest/messages", params={"sender": "a"}),
            )
        ]
        await asyncio.sleep(0.2)
        took = [await seconds(page.get("/rest/")) for _ in range(5)]
        assert not any(each.done() for each in waiting[:4])
        assert max(took) < 0.5, took
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_message_and_what_came_of_it(page: httpx.AsyncClient, stores: Stores) -> None:
    me = await head(page)
    for _ in range(2):
        said = await page.post("/web/message", headers=me, json={"id": "1", "text": "hello"})
        assert said.status_code == 202
    events = (await page.get("/web/events", headers=me)).json()
    assert [each["text"] for each in events["events"]] == ["hello"]
    assert (await page.post("/web/end", headers=me, json={})).json() == {"erased": True}
    assert (await page.get("/web/events", headers=me)).status_code == 401


@pytest.mark.parametrize("part", ["conversation", "people", "mailbox"])
async def test_an_end_that_fails_in_the_middle_can_be_tried_again(
    page: httpx.AsyncClient, stores: Stores, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """The session goes last: without it the page is not known, and housekeeping finds nobody."""
    me = await head(page)
    person = running.mailbox().person("web", me["Authorization"].removeprefix("Bearer "))
    stores.conversations.put(person, "{}")

    def fails(*_: object) -> None:
        raise OperationalError("", {}, Exception())

    with monkeypatch.context() as broken:
        place, name = {"conversation": (web, "erase"), "people": (running.people(), "erase"),
                       "mailbox": (running.mailbox(), "erase")}[part]  # fmt: skip
        broken.setattr(place, name, fails)
        assert (await page.post("/web/end", headers=me, json={})).status_code == 503
    assert stores.weblog.session(person) is not None
    assert (await page.post("/web/end", headers=me, json={})).json() == {"erased": True}
    assert stores.weblog.session(person) is None and stores.conversations.get(person) is None


async def test_a_message_that_could_not_be_kept_costs_its_writer_nothing(
    page: httpx.AsyncClient, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page sends it again and again: that is neither haste nor repetition."""
    me, message = await head(page), {"id": "1", "text": "hello"}

    def fails(*_: object) -> None:
        raise OperationalError("", {}, Exception())

    with monkeypatch.context() as broken:
        broken.setattr(running.mailbox(), "accept", fails)
        for _ in range(30):
            assert (await page.post("/web/message", headers=me, json=message)).status_code == 503
    assert (await page.post("/web/message", headers=me, json=message)).status_code == 202
    events = (await page.get("/web/events", headers=me)).json()["events"]
    assert [each["text"] for each in events] == ["hello"]


async def test_what_cannot_be_erased_again_is_tried_until_it_is(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An answer that was begun before the end is kept after it; no session leads to it any more."""
    tries: list[str] = []

    def forget(_agent: object, person: str) -> None:
        tries.append(person)
        if len(tries) < 3:
            raise OperationalError("", {}, Exception())

    monkeypatch.setattr(web, "forget", forget)
    monkeypatch.setattr(web, "_AGAIN_SECONDS", 0.01)
    await web._forget_again(None, "ana")
    assert tries == ["ana"] * 3 and "cannot be erased yet: OperationalError" in caplog.text


def test_housekeeping_finds_again_whom_it_could_not_erase(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tidy,) = (each.tidy for each in STORES if "web_session" in each.tables)
    assert tidy is not None
    stores.weblog.open("ana", "en", chosen=True, now=0.0)
    stores.conversations.put("ana", "{}")

    def fails(*_: object) -> None:
        raise OperationalError("", {}, Exception())

    with monkeypatch.context() as broken:
        broken.setattr(stores.people, "erase", fails)
        with pytest.raises(OperationalError):
            tidy(stores, load_settings())
    assert tidy(stores, load_settings()) == 1
    assert stores.conversations.get("ana") is None and stores.weblog.over() == []


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://example.org"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "a.example.org"}],
)
async def test_pages_of_others_do_not_reach_the_rest_channel(
    page: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    asked = await page.get("/rest/messages", params={"sender": "a"}, headers=headers)
    assert asked.status_code == 403
    assert (await page.get("/rest/messages", params={"sender": "a"})).json() == []
