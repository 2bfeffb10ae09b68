"""The web chat widget in a real, headless Chromium.

All goes through a `Wire`, which can be cut, to a server: here a stand-in that follows the protocol. Another
one is put in its place by overriding the fixture `upstream`; tests that steer the stand-in ask for `desk`.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import os
import re
import secrets
import subprocess
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import pytest
from aiohttp import web

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="the widget's tests need playwright: pip install it"
)
expect = sync_api.expect

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

WEB = Path(__file__).parents[2] / "bot" / "channels" / "web"
WIDGET = WEB / "haq-chat.js"
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'"
)
SCRIPT = '<script src="/webhooks/web/haq-chat.js" {} defer></script>'
EXIT = "https://weather.example/today"
PATIENCE_MS = 20_000
LANGUAGES = [["en", "English"], ["ar", "العربية"], ["bn", "বাংলা"]]
TEXTS = {
    "en": {
        "title": "Your rights at work", "open": "Open the chat", "close": "Close", "send": "Send",
        "placeholder": "Write here", "sending": "Sending…", "retrying": "Not sent yet, trying again",
        "exit": "Leave now", "exit_hint": "Press Escape three times to leave at once.",
        "new_messages": "New messages", "language": "Language", "typing": "Writing…", "download": "Download",
        "too_long": "This is too long.", "offline": "No connection.",
        "privacy": "Nobody can read this chat on this device once you leave it.",
    },
    "ar": {
        "title": "حقوقك في العمل", "open": "افتح المحادثة", "close": "إغلاق", "send": "إرسال",
        "placeholder": "اكتب هنا", "sending": "جارٍ الإرسال…", "retrying": "لم تُرسل بعد، نحاول مجددا",
        "exit": "اخرج الآن", "exit_hint": "اضغط Escape ثلاث مرات للخروج فورا.",
        "new_messages": "رسائل جديدة", "language": "اللغة", "typing": "يكتب…", "download": "تنزيل",
        "too_long": "الرسالة طويلة جدا.", "offline": "لا يوجد اتصال.", "privacy": "لا أحد يقرأ هذه المحادثة.",
    },
    "bn": {
        "title": "কাজে আপনার অধিকার", "open": "চ্যাট খুলুন", "close": "বন্ধ করুন", "send": "পাঠান",
        "placeholder": "এখানে লিখুন", "sending": "পাঠানো হচ্ছে…", "retrying": "এখনও পাঠানো হয়নি",
        "exit": "এখনই বেরিয়ে যান", "exit_hint": "সঙ্গে সঙ্গে বেরোতে তিনবার Escape চাপুন।",
        "new_messages": "নতুন বার্তা", "language": "ভাষা", "typing": "লিখছে…", "download": "ডাউনলোড",
        "too_long": "বার্তাটি খুব বড়।", "offline": "সংযোগ নেই।", "privacy": "এই চ্যাট কেউ পড়তে পারে না।",
    },
}  # fmt: skip
QUESTIONS = {
    "en": "I work in Doha, my company has not paid me",
    "ar": "أنا أعمل في الدوحة ولم تدفع لي الشركة",
    "bn": "আমি দোহায় কাজ করি, কোম্পানি বেতন দেয়নি",
}
ANSWERS = {
    "en": "When the job ends, everything you are owed must be paid within 1 working day.",
    "ar": "Ministry of Labour: عند انتهاء العمل يجب أن يُدفع لك كل ما تستحقه \u2068QAR 3000\u2069.",
    "bn": "চাকরি শেষ হলে আপনার সব পাওনা ১ কর্মদিবসের মধ্যে দিতে হবে।",
}
CHOICES = {
    "en": ["Show more", "How to complain"],
    "ar": ["المزيد", "كيف أشتكي"],
    "bn": ["আরও দেখুন", "অভিযোগ"],
}

T = TypeVar("T")


# ---- The server's side ----


class Background:
    """An event loop in a thread of its own, for servers beside the browser's synchronous calls."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine there and waits for its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=30)

    def stop(self) -> None:
        """Ends what still runs, and the thread."""

        async def cancel() -> None:
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        self.run(cancel())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


class Wire:
    """A TCP forwarder that can be cut and joined, or let requests through and lose the answers."""

    def __init__(self, background: Background, port: int) -> None:
        self._background, self._upstream = background, port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.loses_answers = False
        self.join()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def join(self) -> None:
        """Takes connections (again), on the same port."""

        async def start() -> None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

        self._background.run(start())

    def cut(self) -> None:
        """Refuses connections and breaks the open ones."""

        async def stop() -> None:
            if self._server is not None:
                self._server.close()
            for writer in self._open:
                writer.transport.abort()

        self._background.run(stop())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
            self._open |= {writer, there_writer}
            try:
                await asyncio.gather(
                    self._pump(reader, there_writer, answers=False),
                    self._pump(there_reader, writer, answers=True),
                )
            finally:
                self._open -= {writer, there_writer}
                writer.transport.abort()
                there_writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if answers and self.loses_answers:
                    break
                writer.write(data)
                await writer.drain()
        writer.close()


@dataclass
class Talk:
    """One session of the stand-in."""

    language: str
    events: list[dict[str, Any]] = field(default_factory=list)
    received: list[str] = field(default_factory=list)  # texts, as often as they were taken
    ids: set[str] = field(default_factory=set)
    typing: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, sender: str, text: str, **more: Any) -> None:
        """Appends an event and wakes who waits."""
        event = {"from": sender, "text": text, "choices": [], "file": None, "language": self.language} | more
        self.events.append({"number": len(self.events) + 1} | event)
        self.news.set()
        self.news = asyncio.Event()


class StandIn:
    """A server that follows the protocol and answers each message with a sentence and choices."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self.talks: dict[str, Talk] = {}
        self.refusals: list[tuple[int, dict[str, str]]] = []  # statuses for the next messages
        self.poll_seconds = 25.0
        self.requests: list[str] = []
        app = web.Application(middlewares=[self._note])
        for name in ("haq-chat.js", "demo.html"):
            app.router.add_get(f"/webhooks/web/{name}", lambda _, name=name: web.FileResponse(WEB / name))
        app.router.add_post("/webhooks/web/session", self._session)
        app.router.add_post("/webhooks/web/message", self._message)
        app.router.add_get("/webhooks/web/events", self._events)
        app.router.add_post("/webhooks/web/end", self._end)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self.port = background.run(self._start())

    @property
    def talk(self) -> Talk:
        """The only session."""
        (found,) = self.talks.values()
        return found

    def reset(self) -> None:
        """Forgets everything, as a new server would."""
        self.talks.clear()
        self.refusals.clear()
        self.requests.clear()
        self.poll_seconds = 25.0

    def say(self, text: str, sender: str = "assistant", **more: Any) -> None:
        """Lets the assistant or the desk say something."""

        async def add() -> None:
            self.talk.add(sender, text, **more)

        self._background.run(add())

    def stop(self) -> None:
        """Closes the port."""
        self._background.run(self._runner.cleanup())

    async def _start(self) -> int:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return int(self._runner.addresses[0][1])

    @web.middleware
    async def _note(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests.append(request.path)
        answer = web.Response() if request.method == "OPTIONS" else await handler(request)
        if request.headers.get("Origin", "").startswith("http://localhost:"):
            answer.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
            answer.headers["Access-Control-Max-Age"] = "7200"
        return answer

    def _talk(self, request: web.Request) -> Talk:
        try:
            return self.talks[request.headers["Authorization"].removeprefix("Bearer ")]
        except KeyError:
            raise web.HTTPUnauthorized(text='{"error": "session"}', content_type="application/json") from None

    async def _session(self, request: web.Request) -> web.Response:
        body = await request.json()
        session = body.get("session") or secrets.token_hex(32)
        if "session" in body and session not in self.talks:
            return web.json_response({"error": "session"}, status=404)
        talk = self.talks.setdefault(session, Talk("en"))
        talk.language = body.get("language") or talk.language
        if talk.language not in TEXTS:
            talk.language = "en"
        return web.json_response(
            {
                "session": session,
                "language": talk.language,
                "texts": TEXTS[talk.language],
                "rtl": talk.language == "ar",
                "languages": LANGUAGES,
            }
        )

    async def _message(self, request: web.Request) -> web.Response:
        talk = self._talk(request)
        if self.refusals:
            status, headers = self.refusals.pop(0)
            return web.json_response({"error": "not now"}, status=status, headers=headers)
        body = await request.json()
        if body["id"] not in talk.ids:
            talk.ids.add(body["id"])
            talk.received.append(body["text"])
            talk.typing = True
            talk.add("person", body["text"], id=body["id"])
            asyncio.get_running_loop().call_later(0.15, self._answer, talk)
        return web.json_response({"accepted": True}, status=202)

    @staticmethod
    def _answer(talk: Talk) -> None:
        talk.typing = False
        talk.add("assistant", ANSWERS[talk.language], choices=CHOICES[talk.language])

    async def _events(self, request: web.Request) -> web.Response:
        talk = self._talk(request)
        after = int(request.query["after"])
        if len(talk.events) <= after:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(talk.news.wait(), self.poll_seconds)
        return web.json_response({"events": talk.events[after:], "typing": talk.typing})

    async def _end(self, request: web.Request) -> web.Response:
        self._talk(request)
        del self.talks[request.headers["Authorization"].removeprefix("Bearer ")]
        return web.json_response({})


# ---- Fixtures ----


@pytest.fixture(scope="module")
def background() -> Iterator[Background]:
    """The thread of the servers."""
    found = Background()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def stand_in(background: Background) -> Iterator[StandIn]:
    """The stand-in, running."""
    server = StandIn(background)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def upstream(stand_in: StandIn) -> int:
    """The port of the server under test on this machine."""
    return stand_in.port


@pytest.fixture
def desk(stand_in: StandIn) -> StandIn:
    """The stand-in, for tests that steer it."""
    return stand_in


@pytest.fixture
def wire(background: Background, upstream: int, stand_in: StandIn) -> Iterator[Wire]:
    """The way to the server; its address is the one that pages use."""
    stand_in.reset()
    found = Wire(background, upstream)
    yield found
    found.cut()


@dataclass
class Visit:
    """A tab with a page of somebody else's site on which the widget stands."""

    page: Any
    address: str
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def go(
        self,
        attributes: str = 'data-language="en"',
        body: str = "",
        csp: str = STRICT,
        html: str = '<html lang="en">',
    ) -> Any:
        """Opens the page, with the script tag's attributes and further content."""
        content = (
            f"<!DOCTYPE html>{html}<head><meta charset=utf-8><title>A site</title>"
            "<meta name=viewport content='width=device-width, initial-scale=1'>"
            f"{SCRIPT.format(attributes)}</head><body><main><h1>A site</h1><p><a href='#top'>A link</a></p>"
            f"{body}</main></body></html>"
        )
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": csp}
        self.page.unroute(f"{self.address}/page")
        self.page.route(f"{self.address}/page", lambda route: route.fulfill(body=content, headers=headers))
        self.page.goto(f"{self.address}/page")
        return self.page

    def say(self, text: str) -> None:
        """Writes a message and sends it with Enter."""
        box = self.page.locator(".haq-input")
        box.fill(text)
        box.press("Enter")

    @property
    def own(self) -> list[str]:
        """The person's messages on the screen, in order."""
        return self.page.locator(".haq-person .haq-bubble").all_inner_texts()

    def settled(self, sent: int, answers: int | None = None) -> None:
        """Waits until so many messages were sent and answered."""
        expect(self.page.locator(".haq-person")).to_have_count(sent, timeout=PATIENCE_MS)
        expect(self.page.locator(".haq-state")).to_have_count(0, timeout=PATIENCE_MS)
        if answers is not None:
            expect(self.page.locator(".haq-assistant")).to_have_count(answers, timeout=PATIENCE_MS)

    def shot(self, name: str) -> None:
        """A picture for a person to look at, where `WIDGET_SHOTS` names a folder."""
        if folder := os.environ.get("WIDGET_SHOTS"):
            self.page.screenshot(path=f"{folder}/{name}.png")


VisitMaker = Callable[..., Visit]


@pytest.fixture
def visit(browser: Any, wire: Wire) -> Iterator[VisitMaker]:
    """Makes tabs; afterwards no policy was broken, nothing failed, nobody else was asked, no cookie set."""
    visits: list[Visit] = []

    def make(**options: Any) -> Visit:
        context = browser.new_context(**({"viewport": {"width": 1000, "height": 760}} | options))
        page = context.new_page()
        made = Visit(page, wire.address)
        page.on("request", lambda request: made.requests.append(request.url))
        page.on("pageerror", lambda error: made.problems.append(str(error)))
        page.on("console", lambda line: made.problems.append(line.text) if "Security" in line.text else None)
        context.route(
            re.compile(r"^https?://[^/]*(example|google\.com)/"),
            lambda route: route.fulfill(
                body="<!DOCTYPE html><title>Sun</title>Sun", content_type="text/html"
            ),
        )
        visits.append(made)
        return made

    yield make
    for made in visits:
        cookies = made.page.context.cookies()
        made.page.context.close()
        assert not cookies
        assert not made.problems
        allowed = (made.address, "blob:", "https://weather.example/", "https://www.google.com/")
        assert [url for url in made.requests if not url.startswith(allowed)] == []


# ---- The file ----


def test_small() -> None:
    """It loads on a 2G network."""
    assert len(gzip.compress(WIDGET.read_bytes(), mtime=0)) < 16 * 1024


def test_plain_javascript(npm: Path) -> None:
    """Old browsers can read it: ES5, and nothing that came later without asking for it first."""
    subprocess.run(["node", npm / "acorn/dist/bin.js", "--ecma5", "--silent", WIDGET], check=True)
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", WIDGET.read_text(encoding="utf-8"), flags=re.DOTALL)
    later = (
        "Promise innerHTML eval( localStorage cookie pushState replaceChildren .includes( .startsWith( "
        "Object.assign Array.from padStart .closest( .append( .prepend( .find("
    )
    for name in later.split():
        assert name not in code


# ---- The conversation ----


@pytest.mark.parametrize("language", ["en", "ar", "bn"])
def test_conversation(visit: VisitMaker, language: str) -> None:
    """A question is asked, answered, and a choice taken."""
    here = visit()
    page = here.go(f'data-language="{language}"')
    expect(page.locator(".haq-panel")).to_be_hidden()
    page.locator(".haq-launcher").click()
    expect(page.locator(".haq")).to_have_attribute("lang", language)
    here.say(QUESTIONS[language])
    here.settled(1)
    answer = page.locator(".haq-assistant .haq-bubble").last
    expect(answer).to_have_attribute("lang", language)
    expect(answer).to_have_attribute("dir", "rtl" if language == "ar" else "auto")
    here.shot(f"conversation-{language}")
    page.locator(".haq-choices button").last.click()
    here.settled(2)
    expect(page.locator(".haq-choices")).to_have_count(1)
    assert here.own[0] == QUESTIONS[language]

    panel = page.locator(".haq-panel").bounding_box()
    mine = page.locator(".haq-person .haq-bubble").first.bounding_box()
    theirs = answer.bounding_box()
    middle = panel["x"] + panel["width"] / 2
    if language == "ar":
        assert page.locator(".haq").get_attribute("dir") == "rtl"
        assert mine["x"] < middle < theirs["x"] + theirs["width"]
        assert mine["x"] < theirs["x"] + theirs["width"] - mine["width"]
    else:
        assert mine["x"] > theirs["x"]


def test_language_is_changed(visit: VisitMaker) -> None:
    """The picker changes all words, and the direction; the conversation stays."""
    here = visit()
    page = here.go('data-open="true" data-language="xx"')
    here.say(QUESTIONS["en"])
    here.settled(1, 1)
    page.locator(".haq-language").select_option("ar")
    expect(page.locator(".haq")).to_have_attribute("dir", "rtl")
    expect(page.locator(".haq-exit")).not_to_have_text("Leave now")
    here.say(QUESTIONS["ar"])
    here.settled(2, 2)
    page.reload()
    expect(page.locator(".haq")).to_have_attribute("dir", "rtl")
    here.settled(2, 2)


def test_reload(visit: VisitMaker) -> None:
    """The conversation is there again after a reload, once and in order; another tab knows nothing of it."""
    here = visit()
    page = here.go('data-open="true"')
    for number in range(3):
        here.say(f"question {number}")
        here.settled(number + 1, number + 1)
    texts = page.locator(".haq-bubble").all_inner_texts()
    page.reload()
    here.settled(3, 3)
    assert page.locator(".haq-bubble").all_inner_texts() == texts
    expect(page.locator(".haq-choices")).to_have_count(1)
    here.say("question 3")
    here.settled(4, 4)
    assert here.own == [f"question {number}" for number in range(4)]
    other = visit()
    other.go('data-open="true"')
    other.say("hello")
    other.settled(1, 1)


def test_server_goes_and_comes(visit: VisitMaker, wire: Wire) -> None:
    """What is written without a server is sent when it is back: in order, nothing twice, nothing lost."""
    here = visit()
    page = here.go('data-open="true"')
    here.say("before")
    here.settled(1, 1)
    wire.cut()
    for text in ("one", "two", "three"):
        here.say(text)
    expect(page.locator(".haq-status")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".haq-state").first).to_have_text("Not sent yet, trying again")
    here.shot("offline")
    wire.join()
    here.settled(4, 4)
    expect(page.locator(".haq-status")).to_be_hidden(timeout=PATIENCE_MS)
    assert here.own == ["before", "one", "two", "three"]
    page.reload()
    here.settled(4, 4)
    assert here.own == ["before", "one", "two", "three"]


def test_answers_are_lost(visit: VisitMaker, wire: Wire, desk: StandIn) -> None:
    """The server has the message, but its answer never came: sent again under the same id, counted once."""
    here = visit()
    page = here.go('data-open="true"')
    here.say("before")
    here.settled(1, 1)
    wire.loses_answers = True
    here.say("one")
    expect(page.locator(".haq-state")).to_have_text("Not sent yet, trying again", timeout=PATIENCE_MS)
    wire.loses_answers = False
    here.settled(2, 2)
    assert desk.talk.received == here.own == ["before", "one"]
    assert desk.requests.count("/webhooks/web/message") > 2


def test_reload_with_unsent_messages(visit: VisitMaker, wire: Wire) -> None:
    """What was not sent survives a reload."""
    here = visit()
    page = here.go('data-open="true"')
    here.say("before")
    here.settled(1, 1)
    page.route("**/message", lambda route: route.abort())
    here.say("one")
    here.say("two")
    expect(page.locator(".haq-state")).to_have_count(2)
    page.reload()
    expect(page.locator(".haq-person")).to_have_count(3)
    page.unroute("**/message")
    here.settled(3, 3)
    assert here.own == ["before", "one", "two"]


def test_no_server_at_first(visit: VisitMaker) -> None:
    """Without a server there are English words, and the first message waits."""
    here = visit()
    here.page.route("**/session", lambda route: route.abort())
    page = here.go('data-open="true"')
    expect(page.locator(".haq-exit")).to_have_text("Leave fast")
    here.say("hello")
    expect(page.locator(".haq-status")).to_contain_text("No connection", timeout=PATIENCE_MS)
    page.unroute("**/session")
    here.settled(1, 1)


def test_session_is_lost(visit: VisitMaker, desk: StandIn) -> None:
    """A server that forgot the session gets a new one; what is on the screen stays until a reload."""
    here = visit()
    page = here.go('data-open="true"')
    here.say("before")
    here.settled(1, 1)
    desk.talks.clear()
    here.say("after")
    here.settled(2, 2)
    assert here.own == ["before", "after"]
    assert desk.talk.received == ["after"]
    page.reload()
    here.settled(1, 1)


def test_refusals(visit: VisitMaker, desk: StandIn) -> None:
    """Too many: later, as the server says. Too long or wrong: never again, and the words stay."""
    here = visit()
    page = here.go('data-open="true"')
    here.say("first")
    here.settled(1, 1)
    desk.refusals[:] = [(429, {"Retry-After": "2"})]
    here.say("second")
    expect(page.locator(".haq-state")).to_have_text("Not sent yet, trying again")
    assert desk.talk.received == ["first"]
    here.settled(2, 2)
    expect(page.locator(".haq-status")).to_be_hidden()
    desk.refusals[:] = [(413, {}), (400, {})]
    here.say("third")
    here.say("fourth")
    expect(page.locator(".haq-state")).to_have_text(["This is too long.", "not now"])
    here.say("fifth")
    expect(page.locator(".haq-assistant")).to_have_count(3, timeout=PATIENCE_MS)
    assert desk.talk.received == ["first", "second", "fifth"]


def test_empty_and_long(visit: VisitMaker, desk: StandIn) -> None:
    """Nothing is sent of an empty text, nothing cut off a long one; letters beyond 16 bits count once."""
    here = visit()
    page = here.go('data-open="true"')
    here.say("   \n ")
    expect(page.locator(".haq-person")).to_have_count(0)
    here.say("x" * 4001)
    expect(page.locator(".haq-status")).to_contain_text("This is too long. (4001/4000)")
    expect(page.locator(".haq-input")).to_have_attribute("aria-invalid", "true")
    assert page.locator(".haq-input").input_value() == "x" * 4001
    here.say("😀" * 4000)
    here.settled(1, 1)
    assert desk.talk.received == ["😀" * 4000]
    expect(page.locator(".haq-status")).to_be_hidden()
    assert page.locator(".haq-log").evaluate("log => log.scrollWidth <= log.clientWidth")


def test_desk_file_and_links(visit: VisitMaker, desk: StandIn) -> None:
    """Addresses and numbers can be tapped, nothing else; a file can be saved; markup is text."""
    here = visit()
    page = here.go('data-open="true"')
    here.say("hello")
    here.settled(1, 1)
    letter = "شكوى".encode() * 900
    desk.say(
        "<b>Police: 999; 112 works too</b>\nAmbulance: \u2068998\u2069.\nDays: 120 of 365\n"
        "Law no. 14: 107 articles\nCall \u2066+977 1 597-0008\u2069, not +12, nor A+4912345678.\n"
        "See https://example.org/a_(b)?c=1). "
        "http://example.org javascript:alert(1)",
        sender="desk",
    )
    desk.say("", file={"name": "my/letter\u202efdp.pdf", "mime": "text/html",
                       "base64": base64.b64encode(letter).decode()})  # fmt: skip
    links = page.locator(".haq-desk .haq-bubble a")
    expect(links).to_have_count(4)
    assert [link.get_attribute("href") for link in links.all()] == [
        "tel:999", "tel:998", "tel:+97715970008", "https://example.org/a_(b)?c=1",
    ]  # fmt: skip
    assert page.locator(".haq-desk b").count() == 0
    assert "\u2068998\u2069" in page.locator(".haq-desk .haq-bubble").text_content()
    page.locator(".haq-log").evaluate("log => { log.scrollTop = log.scrollHeight }")
    here.shot("links")
    with page.expect_download() as saved:
        page.locator(".haq-file").click()
    assert saved.value.suggested_filename == "my_letter_fdp.pdf"
    assert Path(saved.value.path()).read_bytes() == letter


def test_news_while_closed_or_above(visit: VisitMaker, desk: StandIn) -> None:
    """Closed: the button counts. Scrolled up: a button leads down; the place is kept."""
    here = visit()
    page = here.go('data-open="true"')
    here.say("hello")
    here.settled(1, 1)
    page.locator(".haq-close").click()
    desk.say("Are you there?", sender="desk")
    expect(page.locator(".haq-badge")).to_have_text("1")
    expect(page.locator(".haq-launcher")).to_have_accessible_name("Open the chat (New messages: 1)")
    here.shot("closed")
    page.locator(".haq-launcher").click()
    expect(page.locator(".haq-desk")).to_be_visible()
    for number in range(30):
        desk.say(f"Line {number}")
    expect(page.get_by_text("Line 29")).to_be_visible()
    page.locator(".haq-log").evaluate("log => { log.scrollTop = 0 }")
    page.wait_for_timeout(200)
    desk.say("The newest")
    expect(page.locator(".haq-newer")).to_be_visible()
    assert page.locator(".haq-log").evaluate("log => log.scrollTop") == 0
    page.locator(".haq-newer").click()
    expect(page.locator(".haq-newer")).to_be_hidden()
    expect(page.get_by_text("The newest")).to_be_in_viewport()


def test_typing(visit: VisitMaker, desk: StandIn) -> None:
    """That somebody writes is shown while it lasts."""
    here = visit()
    page = here.go('data-open="true"')
    here.say("hello")
    expect(page.locator(".haq-typing")).to_be_visible()
    here.settled(1, 1)
    expect(page.locator(".haq-typing")).to_be_hidden()


def test_no_storm_of_requests(visit: VisitMaker, desk: StandIn) -> None:
    """A server that answers at once with nothing is not asked without end; a closed chat asks nothing."""
    desk.poll_seconds = 0.0
    here = visit()
    page = here.go('data-language="en"')
    page.wait_for_timeout(500)
    assert desk.requests.count("/webhooks/web/session") == 0
    page.locator(".haq-launcher").click()
    page.wait_for_timeout(3000)
    assert desk.requests.count("/webhooks/web/events") <= 3


# ---- Embedding ----


def test_inside_an_element(visit: VisitMaker) -> None:
    """With the element on the page the chat fills that, without a button."""
    here = visit()
    page = here.go('data-language="bn"', body='<div id="haq-chat"></div>')
    expect(page.locator("#haq-chat .haq-panel")).to_be_visible()
    expect(page.locator(".haq-launcher")).to_be_hidden()
    here.say(QUESTIONS["bn"])
    here.settled(1, 1)
    here.shot("inline")


def test_site_of_another_origin(visit: VisitMaker, desk: StandIn, wire: Wire) -> None:
    """It works across origins where the server allows the site; quick exit erases there too."""
    here = visit(permissions=["local-network-access"])
    site = f"http://localhost:{wire.port}/page"
    csp = STRICT.replace("'self'", wire.address)
    content = f'<!DOCTYPE html><body><script src="{wire.address}/webhooks/web/haq-chat.js" defer></script>'
    headers = {"Content-Type": "text/html", "Content-Security-Policy": csp}
    here.page.route(site, lambda route: route.fulfill(body=content, headers=headers))
    here.page.goto(site)
    here.requests.clear()
    here.page.locator(".haq-launcher").click()
    here.say("hello")
    here.settled(1, 1)
    here.page.locator(".haq-exit").click()
    here.page.wait_for_url("https://www.google.com/")
    here.page.wait_for_timeout(500)
    assert not desk.talks


def test_exit_from_a_frame(visit: VisitMaker) -> None:
    """Within a frame the whole page goes."""
    here = visit()
    page = here.go('data-open="true"')
    page.route(
        f"{here.address}/outer",
        lambda route: route.fulfill(body="<h1>Site</h1><iframe src=page width=600 height=600></iframe>",
                                    content_type="text/html"),
    )  # fmt: skip
    page.goto(f"{here.address}/outer")
    page.frame_locator("iframe").locator(".haq-exit").click()
    page.wait_for_url("https://www.google.com/")


def test_demo(visit: VisitMaker) -> None:
    """The page that we ship works under its own policy."""
    here = visit()
    here.page.goto(f"{here.address}/webhooks/web/demo.html")
    here.say("hello")
    here.settled(1, 1)
    here.shot("demo")


def test_link_fills_in(visit: VisitMaker) -> None:
    """A link of a case sheet brings the language and the words; only the person sends them."""
    here = visit()
    words = quote(QUESTIONS["bn"])
    here.page.goto(f"{here.address}/webhooks/web/demo.html#language=bn&text={words}")
    field = here.page.locator("textarea")
    expect(field).to_have_value(QUESTIONS["bn"], timeout=PATIENCE_MS)
    expect(field).to_have_attribute("placeholder", TEXTS["bn"]["placeholder"], timeout=PATIENCE_MS)
    assert here.page.evaluate("location.hash") == ""  # the history does not tell them
    assert here.page.locator(".haq-person").count() == 0
    field.press("Enter")
    here.settled(1, 1)


def test_page_from_right_to_left(visit: VisitMaker) -> None:
    """The button is at the end of the page's line: on the left of an Arabic page."""
    page = visit().go('data-language="ar"', html='<html lang="ar" dir="rtl">')
    assert page.locator(".haq-launcher").bounding_box()["x"] < 100


@pytest.mark.parametrize("shadow", [True, False])
def test_old_browser(visit: VisitMaker, shadow: bool) -> None:
    """Without what came after 2016 it works too, the styles with the script's nonce."""
    here = visit()
    gone = ["CSSStyleSheet.prototype.replaceSync", "window.fetch", "window.visualViewport",
            "crypto.randomUUID", "Node.prototype.getRootNode", "window.Promise",
            *([] if shadow else ["Element.prototype.attachShadow"])]  # fmt: skip
    here.page.add_init_script(";".join(f"delete {name}; {name} = undefined" for name in gone))
    page = here.go(
        'data-open="true" nonce="n0nce"', csp=STRICT.replace("style-src", "style-src 'nonce-n0nce'")
    )
    here.say("hello")
    here.settled(1, 1)
    assert page.locator(".haq-send").bounding_box()["height"] >= 44
    assert page.locator(".haq-panel").evaluate("node => getComputedStyle(node).position") == "fixed"
    here.shot(f"old-{shadow}")


# ---- Everybody ----


def test_keyboard_only(visit: VisitMaker) -> None:
    """Opened, asked, a choice taken and closed without a mouse; the place of the keyboard is never lost."""
    here = visit()
    page = here.go('data-language="en"')
    focused = (
        "(() => { let at = document.activeElement; while (at.shadowRoot) at = at.shadowRoot.activeElement;"
        " return at.className })()"
    )
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "haq-launcher"
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "haq-input"
    expect(page.locator(".haq-language")).to_be_visible()
    page.keyboard.type("hello")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("again")
    page.keyboard.press("Enter")
    here.settled(1, 1)
    assert here.own == ["hello\nagain"]
    seen = []
    for _ in range(6):
        page.keyboard.press("Shift+Tab")
        seen.append(page.evaluate(focused))
    assert seen == ["", "", "haq-log", "haq-exit", "haq-language", "haq-close"]
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    here.settled(2, 2)
    assert here.own == ["hello\nagain", CHOICES["en"][0]]
    assert page.evaluate(focused) == "haq-input"
    page.keyboard.press("Escape")
    expect(page.locator(".haq-panel")).to_be_hidden()
    assert page.evaluate(focused) == "haq-launcher"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_accessibility(visit: VisitMaker, npm: Path, language: str) -> None:
    """axe finds nothing serious: closed, open, in conversation, without a connection."""
    here = visit()
    axe = (npm / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page = here.go(f'data-language="{language}"', html=f'<html lang="{language}">')

    def check() -> None:
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        bad = [found for found in found["violations"] if found["impact"] in ("serious", "critical")]
        assert not bad, json.dumps(bad, indent=1, ensure_ascii=False)[:4000]

    check()
    page.locator(".haq-launcher").click()
    here.say(QUESTIONS[language])
    here.settled(1, 1)
    check()
    page.route("**/webhooks/web/*", lambda route: route.abort())
    here.say("x" * 5000)
    here.say("hello")
    expect(page.locator(".haq-status")).to_be_visible(timeout=PATIENCE_MS)
    check()
    log = page.locator(".haq-log")
    assert log.get_attribute("role") == "log"
    assert log.get_attribute("aria-live") == "polite"


@pytest.mark.parametrize(("width", "height"), [(1000, 760), (640, 380), (360, 640), (320, 256)])
def test_every_size(visit: VisitMaker, width: int, height: int) -> None:
    """On phones, and at 200 % and 400 % on a small screen: all in view, nothing cut, targets of 44 px."""
    here = visit(viewport={"width": width, "height": height}, has_touch=width == 360)
    page = here.go('data-open="true" data-language="bn"')
    here.say("hello " * 40)
    here.settled(1, 1)
    for target in page.locator(".haq button:visible, .haq select:visible, .haq textarea:visible").all():
        box = target.bounding_box()
        assert box["width"] >= 44, target
        assert box["height"] >= 44, target
    for name in ("haq-exit", "haq-close", "haq-input", "haq-send", "haq-language"):
        expect(page.locator(f".{name}")).to_be_in_viewport(ratio=1)
    assert page.locator(".haq-log").bounding_box()["height"] >= 80
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".haq-panel").evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    here.shot(f"size-{width}")


def test_preferences(visit: VisitMaker) -> None:
    """Nothing moves for who asked for that; own colours of the system leave the borders."""
    here = visit(reduced_motion="reduce", forced_colors="active")
    page = here.go('data-open="true"')
    here.say("hello")
    expect(page.locator(".haq-typing")).to_have_css("animation-name", "none")
    here.settled(1, 1)
    here.shot("forced-colours")


# ---- The way out ----


@pytest.mark.parametrize("way", ["button", "old button", "escape", "escape closed"])
def test_quick_exit(visit: VisitMaker, stand_in: StandIn, way: str) -> None:
    """The session is erased, storage is empty, and the way back leads past us."""
    here = visit()
    page = here.page
    page.goto("https://before.example/")
    here.requests.clear()
    if way == "old button":
        page.add_init_script("delete window.fetch")
    here.go(f'data-language="en" data-exit="{EXIT}"')
    page.locator(".haq-launcher").click()
    here.say("hello")
    here.settled(1, 1)
    assert len(stand_in.talks) == 1
    assert page.evaluate("sessionStorage.length") == 1
    length = page.evaluate("history.length")
    with page.expect_request(EXIT) as asked:
        if way.endswith("button"):
            page.locator(".haq-exit").click()
        else:
            if way == "escape closed":
                page.locator(".haq-close").click()
                page.wait_for_timeout(100)
            for _ in range(3):
                page.keyboard.press("Escape")
    assert "referer" not in asked.value.all_headers()
    page.wait_for_url(EXIT)
    assert page.evaluate("history.length") == length
    page.go_back()
    assert page.url == "https://before.example/"
    page.go_forward()
    assert page.url == EXIT
    page.wait_for_timeout(300)
    assert not stand_in.talks
    page.route(
        f"{here.address}/empty", lambda route: route.fulfill(body="nothing", content_type="text/plain")
    )
    page.goto(f"{here.address}/empty")
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    here.requests.clear()


def test_quick_exit_hides_at_once(visit: VisitMaker, wire: Wire) -> None:
    """Where the other page takes its time, nothing of ours is seen meanwhile; without a server too."""
    here = visit()
    page = here.page
    watch = (
        "setInterval(() => document.body && console.log('seen', getComputedStyle(document.body).visibility,"
        " sessionStorage.length, document.title.trim().length), 20)"
    )
    page.add_init_script(watch)
    here.go('data-open="true"')
    here.say("hello")
    here.settled(1, 1)
    wire.cut()
    held: list[Any] = []
    page.route("https://www.google.com/", lambda route: held.append(route))  # noqa: PLW0108 (it marks it)
    with page.expect_console_message(lambda line: line.text == "seen hidden 0 0", timeout=PATIENCE_MS):
        page.locator(".haq-exit").click(no_wait_after=True)
    page.wait_for_timeout(200)
    held[0].fulfill(body="<title>Search</title>", content_type="text/html")
    page.wait_for_url("https://www.google.com/")


def test_escape_belongs_to_the_page(visit: VisitMaker) -> None:
    """Who never opened the chat is not sent away."""
    here = visit()
    page = here.go('data-language="en"')
    for _ in range(4):
        page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    assert page.url.startswith(here.address)
