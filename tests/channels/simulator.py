"""A messaging platform for the tests: an HTTP server that behaves towards a bot as the platform does.

It delivers webhooks at least once (signed, repeated with back-off until a 2xx comes in time), and takes the
calls of the bot's API with the platform's limits, success bodies and errors. It has a thread of its own.

    with Simulator("telegram", "http://127.0.0.1:5005", Secrets()) as sim:
        person = sim.person()
        person.say("My wage is late")
        answer = person.wait(1)

By hand: python -m tests.channels.simulator --platform telegram --webhook http://127.0.0.1:5005 --port 8099
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, fields, replace
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from tests.channels import shapes
from tests.channels.api import APIS, Acknowledged, Answer, Asked, File, Received, Refused, Send, WhatsApp
from tests.channels.shapes import SHAPES, Button, Event, Secrets, Who

__all__ = [
    "KINDS",
    "LIMITS",
    "NOTICES",
    "Limits",
    "Person",
    "Received",
    "Report",
    "Secrets",
    "Sent",
    "Simulator",
]

KINDS = {name: shape.kinds for name, shape in SHAPES.items()}  # what `Person.send` takes
NOTICES = {name: shape.notices for name, shape in SHAPES.items()}  # what `Person.notice` takes
REORDERED_WITHIN = 0.2  # seconds between two swapped neighbours
REPLY_SECONDS = 60.0  # LINE: how long a reply token is good
SIGNATURES = ("x-hub-signature", "x-hub-signature-256", "x-line-signature", "x-twilio-signature")
SECRET_HEADER = "x-telegram-bot-api-secret-token"
FORGERIES = ("unsigned", "wrong_signature", "other_secret", "tampered", "sha1_only")  # to be refused
# Signed as they should be.
BROKEN = (
    "truncated",
    "not_json",
    "not_utf8",
    "wrong_types",
    "replayed",
    "oversized",
    "empty",
)  # signed as they should be


@dataclass(frozen=True)
class Rate:
    """So many a second, after a burst."""

    per_second: float
    burst: float


@dataclass(frozen=True)
class Limits:
    """What a platform takes from a bot."""

    overall: Rate
    person: Rate | None = None


# Documented: WhatsApp 80 a second, and to one person 1 in 6 seconds after up to 45 at once (Throughput, Pair
# rate limits); Telegram 30 a second, and to one chat 1 with short bursts (FAQ); Messenger 300 calls a second
# (Rate limiting); LINE 2,000 requests a second (Rate limits). Twilio queues.
LIMITS = {
    "whatsapp": Limits(Rate(80, 80), Rate(1 / 6, 45)),
    "telegram": Limits(Rate(30, 30), Rate(1, 5)),
    "messenger": Limits(Rate(300, 300)),
    "sms": Limits(Rate(100, 1000)),
    "line": Limits(Rate(2000, 2000)),
}


class Bucket:
    """A token bucket: says how long to wait."""

    def __init__(self, rate: Rate) -> None:
        self.rate, self.level, self.at = rate, rate.burst, time.monotonic()

    def take(self) -> float:
        """0 when there is room, else the seconds until there is."""
        now = time.monotonic()
        self.level = min(self.rate.burst, self.level + (now - self.at) * self.rate.per_second)
        self.at = now
        if self.level < 1:
            return (1 - self.level) / self.rate.per_second
        self.level -= 1
        return 0.0


@dataclass(eq=False)
class Sent:
    """Something that the platform tells the bot, and how its delivery went."""

    person: Person
    kind: str
    text: str
    event: Event
    number: int | None = None  # in a flood
    tries: int = 0
    status: int = 0  # of the last try; 0: no answer
    arrived: float = 0.0  # when the bot first answered 2xx
    perhaps: float = 0.0  # when it was first sent without an answer in time: the bot may have it since
    acknowledged: threading.Event = field(default_factory=threading.Event)

    def wait_acknowledged(self, timeout: float = 10.0) -> Sent:
        """Waits until the bot took it."""
        if not self.acknowledged.wait(timeout):
            raise TimeoutError(f"not acknowledged after {self.tries} tries; last status {self.status}")
        return self


@dataclass(frozen=True)
class Call:
    """A call that the bot made, and how it was answered."""

    asked: Asked
    status: int  # 0: the connection was cut
    at: float


@dataclass(frozen=True)
class Report:
    """How a flood went."""

    messages: int  # that people sent
    posts: int  # webhooks, with all repetitions
    p50: float  # seconds until the 2xx
    p99: float
    slowest: float
    received: dict[str, list[str]]  # per person, in its order
    unanswered: list[int]
    twice: list[int]
    disordered: list[tuple[int, int]]  # the later was answered first, though both had come


class Person:
    """Somebody who writes to the bot."""

    def __init__(self, simulator: Simulator, who: Who) -> None:
        self.simulator, self.who = simulator, who
        self.received: list[Received] = []
        self.blocked = self.closed = False
        self.bucket: Bucket | None = None
        self._changed = threading.Condition()
        self._since = 0  # what was received when this person last said something

    @property
    def id(self) -> str:
        """The platform's id of this person."""
        return self.who.id

    def say(self, text: str) -> Sent:
        """Writes a text."""
        return self.send("text", text)

    def send(self, kind: str, text: str = "Words", about: str = "") -> Sent:
        """Sends something of a kind (KINDS); `about` is the message that is edited, deleted or reacted to."""
        if kind != "text" and kind not in KINDS[self.simulator.platform]:
            raise ValueError(f"{self.simulator.platform} does not deliver {kind}")
        return self.simulator._tell(self, kind, text, about=about)

    def press(self, which: int | str) -> Sent:
        """Presses a button of the last message that has any, by its number from 1 or its label."""
        shown = next((received for received in reversed(self.received) if received.buttons), None)
        if shown is None:
            raise LookupError("no message with buttons was received")
        return self.simulator._tell(self, "press", "", button=choose(shown.buttons, which), on=shown.id)

    def notice(self, name: str) -> Sent:
        """Has the platform tell something of this person that is no message (NOTICES)."""
        old = self.id
        sent = self.simulator._tell(self, "notice", name)
        self.simulator._people[self.id] = self.simulator._people[old]  # the id may be another now
        return sent

    def wait(self, messages: int = 1, timeout: float = 10.0) -> list[Received]:
        """What came since this person last said something, once it is so many messages."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.received) - self._since >= messages, timeout):
                raise TimeoutError(f"{len(self.received) - self._since} of {messages} messages came")
            return self.received[self._since :]

    def _receive(self, message: Received) -> None:
        with self._changed:
            self.received.append(message)
            self._changed.notify_all()


def choose(buttons: Sequence[Button], which: int | str) -> Button:
    """The button of a number from 1 or of a label; a cut label is known by its start or description."""
    if isinstance(which, int):
        return buttons[which - 1]
    for button in buttons:
        if which in (button.label, button.description):
            return button
    for button in buttons:
        start = button.label.rstrip("….").strip()
        if start and which.startswith(start):
            return button
    raise LookupError("no such button")


class Flood:
    """Many messages under way."""

    def __init__(self, simulator: Simulator, total: int) -> None:
        self.simulator, self.total = simulator, total
        self.sent: list[Sent] = []
        self._all = threading.Event()

    def wait(self, timeout: float = 600.0) -> Flood:
        """Waits until all were sent and acknowledged."""
        until = time.monotonic() + timeout
        if not self._all.wait(timeout):
            raise TimeoutError(f"{len(self.sent)} of {self.total} messages sent")
        for sent in self.sent:
            sent.wait_acknowledged(max(0.0, until - time.monotonic()))
        return self


class Simulator:
    """One platform with one bot."""

    def __init__(
        self,
        platform: str,
        webhook: str,
        secrets: Secrets | None = None,
        *,
        duplicate: float = 0.0,  # share of messages that are delivered again some time later
        reorder: float = 0.0,  # share of a flood's messages that the person's next one overtakes
        drop_ack: float = 0.0,  # share of 2xx that get lost
        batch: float = 0.0,  # share of a flood's messages that come in one webhook with the next
        seed: int = 1,
        limits: Limits | None = None,  # LIMITS of the platform
        statuses: bool = True,  # whether the platform tells what became of the bot's messages
        port: int = 0,
        patience: float = 5.0,  # seconds to wait for a 2xx
        back_off: float = 0.2,  # seconds before the second try, doubled each time
        back_off_most: float = 5.0,
        give_up: float = 600.0,
    ) -> None:
        self.platform, self.secrets = platform, secrets or Secrets()
        self.shape, self.api = SHAPES[platform](self.secrets), APIS[platform](self.secrets)
        path = urlsplit(webhook).path.strip("/")
        self.webhook = webhook if path else f"{webhook.rstrip('/')}/webhooks/{platform}/webhook"
        self.duplicate, self.reorder, self.drop_ack, self.batch = duplicate, reorder, drop_ack, batch
        self.limits, self.statuses, self.port = limits or LIMITS[platform], statuses, port
        self.patience, self.back_off, self.back_off_most = patience, back_off, back_off_most
        self.give_up = give_up
        self.calls: list[Call] = []
        self.elsewhere: list[Received] = []  # what the bot sent to groups
        self.unknown: list[Received] = []  # what the bot sent to nobody whom the platform knows
        self.spinning: set[str] = set()  # pressed buttons that the bot did not acknowledge
        self.sent: list[Sent] = []
        self.latencies: list[float] = []
        self.posts = 0
        self._random = random.Random(seed)  # what is sent, and how
        self._fate = random.Random(seed)  # what becomes of it, in the order in which answers happen to come
        self._people: dict[str, Person] = {}
        self._bucket = Bucket(self.limits.overall)
        self._failures: deque[tuple[int | str, int]] = deque()
        self._replies: dict[str, tuple[Person | None, float]] = {}  # LINE: tokens
        self._accepted: dict[str, tuple[list[str], str]] = {}  # LINE: retry keys
        self._lock = threading.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._last_call = time.monotonic()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=f"simulator-{platform}", daemon=True)

    # Its life

    def start(self) -> Simulator:
        """Starts the server."""
        self._thread.start()
        self._await(self._open())
        return self

    def stop(self) -> None:
        """Stops the server and gives up what is under way."""
        self._await(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def base(self) -> str:
        """Its address, to be used in place of the platform's."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def public_url(self) -> str:
        """The address of the webhook as the platform knows (and Twilio signs) it."""
        public = self.secrets.public_url.rstrip("/")
        if not public or urlsplit(public).path.strip("/"):
            return public or self.webhook
        return public + urlsplit(self.webhook).path

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _await(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    async def _open(self) -> None:
        app = web.Application(client_max_size=110 * 2**20)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, shutdown_timeout=1)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=40))

    async def _close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.close()
        await self._runner.cleanup()

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # People

    def person(self, phone: bool = True) -> Person:
        """A new person; WhatsApp does not tell the phone number of those with a user name (phone=False)."""
        with self._lock:
            person = Person(self, self.shape.who(len(self._people) + 1, phone))
            if self.limits.person:
                person.bucket = Bucket(self.limits.person)
            self._people[person.id] = person
        return person

    def block(self, person: Person) -> None:
        """The person blocks the bot."""
        person.blocked = True

    def close_window(self, person: Person) -> None:
        """The person wrote too long ago for a free answer (WhatsApp, Messenger: 24 hours)."""
        person.closed = True

    def fail_next(self, code: int | str, times: int = 1, retry_after: int = 1) -> None:
        """The next calls that send fail: an HTTP status or documented code; "cut" cuts the connection before
        anything was done, "lost" after it was done."""
        self._failures.extend([(code, retry_after)] * times)

    def _tell(
        self,
        person: Person,
        kind: str,
        text: str,
        about: str = "",
        button: Button | None = None,
        on: str = "",
    ) -> Sent:
        sent = self._new(person, kind, text, about, button, on)
        with person._changed:
            person._since = len(person.received)
        self._loop.call_soon_threadsafe(self._submit, [sent])
        return sent

    def _new(
        self,
        person: Person,
        kind: str,
        text: str,
        about: str = "",
        button: Button | None = None,
        on: str = "",
        number: int | None = None,
    ) -> Sent:
        with self._lock:
            at = self.shape.tick(person.who)
            if button:
                event = self.shape.press(person.who, button, on, at)
            elif kind == "notice":
                event = self.shape.notice(person.who, text, at)
            else:
                event = self.shape.message(person.who, kind, text, at, about)
            for token in event.tokens:
                if self.platform == "line":
                    group = kind == "group" or text == "joined"
                    self._replies[token] = (None if group else person, time.monotonic() + REPLY_SECONDS)
                else:
                    self.spinning.add(token)
            sent = Sent(person, kind, text, event, number)
            self.sent.append(sent)
        return sent

    # Delivery to the bot

    def _submit(self, sent: list[Sent], delay: float = 0.0) -> None:
        self._spawn(self._deliver(sent, delay))
        if self._random.random() < self.duplicate:
            self._spawn(self._again(sent, delay + self._random.uniform(0.05, 2.0)))

    async def _again(self, sent: list[Sent], delay: float) -> None:
        await asyncio.sleep(delay)
        await self._post_once(sent, again=True)

    async def _deliver(self, sent: list[Sent], delay: float = 0.0) -> None:
        """Tries until the bot takes it."""
        await asyncio.sleep(delay)
        pause, until = self.back_off, time.monotonic() + self.give_up
        while time.monotonic() < until:
            taken = await self._post_once(sent, again=sent[0].tries > 0)
            if taken and self._fate.random() >= self.drop_ack:
                for one in sent:
                    one.acknowledged.set()
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, self.back_off_most)

    async def _post_once(self, sent: list[Sent], again: bool) -> bool:
        body = self.shape.body([one.event for one in sent], again)
        began = time.monotonic()
        status, _ = await self._post(body, self.shape.headers(body, self.public_url), self.webhook)
        now = time.monotonic()
        taken = 200 <= status < 300
        if taken and sent[0].kind != "status":
            self.latencies.append(now - began)
        for one in sent:
            one.tries, one.status = one.tries + 1, status
            if taken and not one.arrived:
                one.arrived = now
            if not status and now - began >= self.patience and not (one.arrived or one.perhaps):
                one.perhaps = began
        return taken

    async def _post(self, body: bytes, headers: dict[str, str], url: str) -> tuple[int, str]:
        """The status (0: none) and text of a POST to the bot."""
        self.posts += 1
        timeout = aiohttp.ClientTimeout(total=self.patience)
        try:
            async with self._client.post(url, data=body, headers=headers, timeout=timeout) as response:
                return response.status, (await response.read()).decode(errors="replace")
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            return 0, ""

    def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Sends any body to the webhook once: its status (0: no answer) and text."""
        answer: tuple[int, str] = self._await(self._post(body, headers, self.webhook))
        return answer

    def handshake(self, token: str | None = None) -> tuple[int, str, str]:
        """Meta's verification of the webhook: the status, what the bot answered, and what it should have."""
        challenge = shapes.digits(10)
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": token or self.secrets.verify_token,
        }

        async def get() -> tuple[int, str]:
            async with self._client.get(self.webhook, params=query) as response:
                return response.status, await response.text()

        return (*self._await(get()), challenge)

    # Forgeries

    def forge(self, how: str, person: Person | None = None) -> tuple[bytes, dict[str, str]]:
        """A body and headers that nobody should take (FORGERIES), or that are broken but signed (BROKEN)."""
        who, secrets = (person or self.person()).who, self.secrets
        week = 8 * 24 * 3600 if how == "replayed" else 0
        at = self.shape.tick(who) - int(week / self.shape.unit)
        text = "x" * 1_100_000 if how == "oversized" else "A question"
        body = self.shape.body([self.shape.message(who, "text", text, at)])
        broken = {
            "truncated": body[: len(body) // 2],
            "not_json": b"{'not': json}",
            "not_utf8": b"\xff\xfe{}",
            "wrong_types": b"[7]",
            "empty": b"",
        }
        body = broken.get(how, body)
        if how == "other_secret":
            others = {f.name: getattr(secrets, f.name)[::-1] + "0" for f in fields(Secrets)}
            return body, SHAPES[self.platform](Secrets(**others)).headers(body, self.public_url)
        headers = self.shape.headers(body, self.public_url)
        signed = [name for name in headers if name.lower() in (*SIGNATURES, SECRET_HEADER)]
        if how == "unsigned":
            return body, {name: value for name, value in headers.items() if name not in signed}
        if how == "wrong_signature":
            return body, {
                n: v[:-4] + v[-4:].swapcase()[::-1] + "0" if n in signed else v for n, v in headers.items()
            }
        if how == "tampered":
            return body.replace(b"question", b"quest1on").replace(b"A+q", b"B+q"), headers
        if how == "sha1_only":
            return body, {name: value for name, value in headers.items() if name != "X-Hub-Signature-256"}
        return body, headers

    def forgeries(self) -> list[str]:
        """Those of FORGERIES that the platform's signature makes possible."""
        possible = set(FORGERIES) - (set() if self.platform in ("whatsapp", "messenger") else {"sha1_only"})
        return [how for how in FORGERIES if how in possible - (set() if self.shape.signed else {"tampered"})]

    # The platform's API

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        try:
            asked = await read_request(request)
        except ConnectionResetError:  # whoever called was killed in the middle
            return web.Response(status=499)
        self._last_call = time.monotonic()
        cut = False
        try:
            read = self.api.read(asked)
            if isinstance(read, Send):
                answer, cut = self._take(read, asked)
            elif isinstance(read, Acknowledged):
                answer = self._stop_spinning(read.token)
            else:
                answer = read
        except Refused as refused:
            answer = refused.answer
        self.calls.append(Call(asked, 0 if cut else answer.status, time.time()))
        if cut and request.transport:
            request.transport.abort()
        if isinstance(answer.body, str):
            return web.Response(status=answer.status, text=answer.body, headers=dict(answer.headers))
        return web.json_response(answer.body, status=answer.status, headers=dict(answer.headers))

    def _stop_spinning(self, token: str) -> Answer:
        if token not in self.spinning:
            what = "query is too old and response timeout expired or query ID is invalid"
            return Answer(400, {"ok": False, "error_code": 400, "description": f"Bad Request: {what}"})
        self.spinning.discard(token)
        return Answer(200, {"ok": True, "result": True})

    def _take(self, send: Send, asked: Asked) -> tuple[Answer, bool]:
        """The answer to a call that sends, and whether the connection is cut before it."""
        failure, retry_after = self._failures.popleft() if self._failures else (0, 0)
        if failure == "cut":
            return Answer(500), True
        if isinstance(failure, int) and failure and failure not in self.api.later:
            raise self.api.refuse(failure, retry_after)
        if send.retry and send.retry in self._accepted:
            return self._repeated(*self._accepted[send.retry]), False
        person = self._whom(send)
        self._keep_limits(person)
        if person:
            self._refuse_unwilling(person)
        ids = [self._id(person) for _ in send.messages]
        answer = self.api.sent(replace(send, to=send.to or (person.id if person else "")), ids)
        if send.retry:
            self._accepted[send.retry] = (ids, answer.headers["X-Line-Request-Id"])
        error = failure if isinstance(failure, int) else 0
        error = error or self._failing_later(person)
        for id, message in zip(ids, send.messages, strict=True):
            if person and not person.blocked and not error:
                person._receive(replace(message, id=id, at=time.time()))
            self._tell_status(person, send, id, message, error)
        return answer, failure == "lost"

    def _repeated(self, ids: list[str], request: str) -> Answer:
        again: Callable[[list[str], str], Answer] = self.api.again  # type: ignore[attr-defined]
        return again(ids, request)

    def _whom(self, send: Send) -> Person | None:
        """The person; None for a group, and where the platform tells only later that it knows nobody."""
        if send.reply:
            person, until = self._replies.pop(send.reply, (None, 0.0))
            if until < time.monotonic():
                raise Refused(Answer(400, {"message": "Invalid reply token"}))
            if person is None:
                self.elsewhere.extend(send.messages)
            return person
        if person := self._people.get(send.to):
            return person
        if send.to.startswith(("-", "C")):
            self.elsewhere.extend(send.messages)
            return None
        self.unknown.extend(send.messages)
        if self.platform == "line":
            raise Refused(Answer(400, {"message": "Failed to send messages"}))
        if self.api.unknown and self.api.unknown not in self.api.later:
            raise self.api.refuse(self.api.unknown)
        return None

    def _keep_limits(self, person: Person | None) -> None:
        if wait := self._bucket.take():
            raise self.api.refuse(self.api.busy, max(1, round(wait + 0.5)))
        if person and person.bucket and (wait := person.bucket.take()):
            raise self.api.refuse(self.api.busy_person, max(1, round(wait + 0.5)))

    def _refuse_unwilling(self, person: Person) -> None:
        for unwilling, code in ((person.blocked, self.api.blocked), (person.closed, self.api.closed)):
            if unwilling and code and code not in self.api.later:
                raise self.api.refuse(code)

    def _failing_later(self, person: Person | None) -> int:
        """The code that the platform tells in a webhook after it took the message; 0: none."""
        if person is None:
            return self.api.unknown if self.api.unknown in self.api.later else 0
        code = self.api.blocked if person.blocked else self.api.closed if person.closed else 0
        return code if code in self.api.later else 0

    def _id(self, person: Person | None) -> str:
        if self.platform != "telegram":
            return self.api.message_id()
        if person is None:
            return "1"
        with self._lock:
            person.who.messages += 1
            return str(person.who.messages)

    def _tell_status(self, person: Person | None, send: Send, id: str, message: Received, error: int) -> None:
        """The webhooks that say what became of a message."""
        if not self.statuses:
            return
        stranger = Person(self, Who(send.to, 0))
        to, at = person or stranger, int(time.time())
        events: list[Event] = []
        url = self.webhook
        if isinstance(self.shape, shapes.WhatsApp) and isinstance(self.api, WhatsApp):
            title = self.api.known.get(error, (0, 0, "Error"))[2]
            problem = {"code": error, "title": title, "message": title, "error_data": {"details": title}}
            for status in ("failed",) if error else ("sent", "delivered"):
                event = self.shape.status(
                    to.who, id, status, at, message.reference, problem if error else None
                )
                events.append(event)
        elif isinstance(self.shape, shapes.Messenger):
            events = [self.shape.delivery(to.who, id, int(time.time() * 1000))]
        elif isinstance(self.shape, shapes.Sms) and send.callback:
            url = self._reachable(send.callback)
            for status in ("undelivered",) if error else ("sent", "delivered"):
                events.append(self.shape.status(to.who, id, status, error))
        for event in events:
            delay = self._fate.uniform(0.0, 0.2)
            self._spawn(self._deliver_status(Sent(to, "status", "", event), url, send.callback, delay))

    def _reachable(self, url: str) -> str:
        """A public address of the assistant as it is reached here."""
        here, there = urlsplit(self.webhook), urlsplit(url)
        return there._replace(scheme=here.scheme, netloc=here.netloc).geturl()

    async def _deliver_status(self, sent: Sent, url: str, signed: str, delay: float) -> None:
        await asyncio.sleep(delay)
        body = self.shape.body([sent.event])
        pause, until = self.back_off, time.monotonic() + self.give_up
        while time.monotonic() < until:
            status, _text = await self._post(body, self.shape.headers(body, signed or self.public_url), url)
            if 200 <= status < 300:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, self.back_off_most)

    # Many at once

    def flood(
        self,
        people: int = 500,
        messages: int = 5000,
        rate: float = 50.0,
        text: Callable[[int], str] = "Question number {}".format,
    ) -> Flood:
        """Numbered messages (from 0) of many people, so many a second; returns at once."""
        flood = Flood(self, messages)
        crowd = [self.person() for _ in range(people)]
        self._loop.call_soon_threadsafe(self._spawn, self._send_all(flood, crowd, rate, text))
        return flood

    async def _send_all(
        self, flood: Flood, people: list[Person], rate: float, text: Callable[[int], str]
    ) -> None:
        began = time.monotonic()

        def new(person: Person) -> Sent:
            sent = self._new(person, "text", text(len(flood.sent)), number=len(flood.sent))
            flood.sent.append(sent)
            return sent

        while len(flood.sent) < flood.total:
            person = self._random.choice(people)
            first = new(person)
            more = len(flood.sent) < flood.total
            if more and self._random.random() < self.reorder:
                self._submit([new(person)])
                self._submit([first], self._random.uniform(0.02, REORDERED_WITHIN))
            elif more and self._random.random() < self.batch and self.platform not in ("telegram", "sms"):
                self._submit([first, new(self._random.choice(people))])
            else:
                self._submit([first])
            await asyncio.sleep(max(0.0, began + len(flood.sent) / rate - time.monotonic()))
        flood._all.set()

    def settle(self, quiet: float = 2.0, timeout: float = 120.0) -> None:
        """Waits until the bot made no call for some seconds."""
        until = time.monotonic() + timeout
        while (waited := time.monotonic() - self._last_call) < quiet:
            if time.monotonic() > until:
                raise TimeoutError("the bot still sends")
            time.sleep(min(quiet - waited, 0.2) + 0.01)

    def report(self, answers: Callable[[str], int | None]) -> Report:
        """How the numbered messages fared; `answers` tells which of them an answer's text answers, if any."""
        numbered = {sent.number: sent for sent in self.sent if sent.number is not None}
        people = {id(sent.person): sent.person for sent in numbered.values()}
        count: Counter[int] = Counter()
        disordered: list[tuple[int, int]] = []
        for person in people.values():
            order = [n for n in (answers(received.text) for received in person.received) if n is not None]
            count.update(order)
            first = {n: place for place, n in reversed(list(enumerate(order))) if n in numbered}
            disordered += [
                (a, b)
                for a in sorted(first)
                for b in sorted(first)
                if a < b and first[a] > first[b] and self._told(numbered[a], numbered[b])
            ]
        latencies = sorted(self.latencies) or [0.0]
        return Report(
            messages=len(numbered),
            posts=self.posts,
            p50=latencies[len(latencies) // 2],
            p99=latencies[min(len(latencies) - 1, len(latencies) * 99 // 100)],
            slowest=latencies[-1],
            received={person.id: [r.text for r in person.received] for person in people.values()},
            unanswered=[n for n in sorted(numbered) if not count[n]],
            twice=[n for n in sorted(count) if count[n] > 1],
            disordered=disordered,
        )

    def _told(self, earlier: Sent, later: Sent) -> bool:
        """Whether a bot could know that one came before the other: it had come, or came within the time of a
        swap and carries its time."""
        if not earlier.arrived:  # no receipt ever came back: when the bot took it, nobody knows
            return False
        came = later.perhaps or later.arrived
        if self.shape.timed:
            return earlier.arrived <= came + REORDERED_WITHIN
        return earlier.arrived + 0.05 <= came


async def read_request(request: web.Request) -> Asked:
    """A call with its body as JSON, form or parts."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    form: dict[str, str] = dict(request.query)
    files: dict[str, File] = {}
    data: Any = None
    if request.content_type == "application/json":
        raw = await request.read()
        try:
            data = json.loads(raw) if raw else {}
        except ValueError:
            data = None
    elif request.method == "POST":
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                files[name] = File(value.filename, value.file.read())
            elif isinstance(value, str):
                form[name] = value
    return Asked(request.method, request.path, headers, data, form, files)


def main() -> None:
    """Lets one person write to a bot from the terminal."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--platform", required=True, choices=sorted(SHAPES))
    parser.add_argument("--webhook", required=True, help="address of the assistant or of its webhook")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--secret", action="append", default=[], metavar="NAME=VALUE", help="a field of Secrets"
    )
    given = parser.parse_args()
    secrets = Secrets(**dict(item.split("=", 1) for item in given.secret))
    with Simulator(given.platform, given.webhook, secrets, port=given.port) as simulator:
        person = simulator.person()
        print(f"{given.platform} at {simulator.base}. Write; !1 presses a button, !voice sends one.")
        person._receive = lambda message: show(person, message)  # type: ignore[method-assign]
        for line in map(str.strip, sys.stdin):
            if line.startswith("!") and line[1:].isdigit():
                person.press(int(line[1:]))
            elif line.startswith("!"):
                person.send(line[1:])
            elif line:
                person.say(line)
        time.sleep(2)  # for the last answer


def show(person: Person, message: Received) -> None:
    """Prints what came."""
    Person._receive(person, message)
    print(message.text)
    for number, button in enumerate(message.buttons, 1):
        print(f"  [{number}] {button.label}  {button.description}")
    if message.file:
        print(f"  file {message.file.name}, {len(message.file.content)} bytes")


if __name__ == "__main__":
    main()
