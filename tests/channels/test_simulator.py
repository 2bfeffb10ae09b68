"""The simulator of the messaging platforms, against a small bot that reads with the client libraries."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import heapq
import hmac
import json
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import httpx
import pytest
from aiogram.types import Update
from aiohttp import web
from linebot import WebhookParser
from linebot.exceptions import InvalidSignatureError
from twilio.request_validator import RequestValidator

from tests.channels.api import NUMBERED, segments, units
from tests.channels.simulator import BROKEN, KINDS, NOTICES, Limits, Rate, Secrets, Simulator

# The tests of delivery use it all the time; its own tests take a minute.
pytestmark = [pytest.mark.slow, pytest.mark.thorough]
PLATFORMS = sorted(KINDS)
META = ("messenger", "whatsapp")
HTTP = httpx.Client()  # one for all: making its TLS context takes long
SECRETS = Secrets(public_url="https://haq.example.org")
HOLD = 0.35  # seconds that the careful bot waits for an earlier message


Text = tuple[str, str, int, str]  # sender, id, order, text


def whatsapp_texts(data: dict[str, Any]) -> Iterator[Text]:
    for change in data["entry"][0]["changes"]:
        for message in change["value"].get("messages", []):
            if "text" in message and "group_id" not in message:
                sender = message.get("from") or message["from_user_id"]
                yield sender, message["id"], int(message["timestamp"]), message["text"]["body"]


def messenger_texts(data: dict[str, Any]) -> Iterator[Text]:
    for event in [event for entry in data["entry"] for event in entry.get("messaging", [])]:
        message = event.get("message", {})
        if "text" in message and "is_echo" not in message:
            yield event["sender"]["id"], message["mid"], event["timestamp"], message["text"]


def telegram_texts(data: dict[str, Any]) -> Iterator[Text]:
    message = Update(**data).message
    if message and message.text and message.chat.type == "private" and not message.from_user.is_bot:
        yield str(message.chat.id), str(data["update_id"]), message.message_id, message.text


def line_texts(data: dict[str, Any]) -> Iterator[Text]:
    for event in data["events"]:
        text = event.get("message", {}).get("text")
        if text and event["mode"] == "active" and event["source"]["type"] == "user":
            yield event["source"]["userId"], event["webhookEventId"], event["timestamp"], text


TEXTS = {
    "whatsapp": whatsapp_texts,
    "messenger": messenger_texts,
    "telegram": telegram_texts,
    "line": line_texts,
}


class Bot:
    """An echo bot: checks what comes, answers each message of a person once and in its order."""

    def __init__(self, platform: str, careful: bool = True) -> None:
        self.platform, self.careful, self.secrets = platform, careful, SECRETS
        self.base = ""
        self.seen: list[dict[str, Any]] = []  # genuine bodies
        self.paths: list[str] = []
        self.status = 200  # what it answers to a genuine webhook
        self.known: Counter[str] = Counter()
        self.waiting: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
        self.locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.loop = asyncio.new_event_loop()
        self.tasks: set[asyncio.Task[None]] = set()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.port = 0
        self.up()

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def up(self) -> None:
        self.run(self._up())

    def down(self) -> None:
        self.run(self.runner.cleanup())

    def close(self) -> None:
        self.run(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def _up(self) -> None:
        app = web.Application(client_max_size=10 * 2**20)
        app.router.add_post("/{path:.*}", self.hook)
        app.router.add_get("/{path:.*}", self.challenge)
        self.runner = web.AppRunner(app, access_log=None)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port).start()
        self.port = self.runner.addresses[0][1]
        self.client = getattr(self, "client", None) or aiohttp.ClientSession()

    async def _close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.client.close()
        await self.runner.cleanup()

    async def challenge(self, request: web.Request) -> web.Response:
        if request.query.get("hub.verify_token") != self.secrets.verify_token:
            return web.Response(status=403)
        return web.Response(text=request.query["hub.challenge"])

    async def hook(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not self.genuine(request, body):
            return web.Response(status=401)
        if self.status != 200:
            return web.Response(status=self.status)
        form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        try:
            data = form if self.platform == "sms" else json.loads(body)
        except ValueError:
            return web.Response(status=400)
        if not isinstance(data, dict):
            return web.Response(status=400)
        self.seen.append(data)
        self.paths.append(request.path)
        for sender, id, order, text in self.texts(data):
            self.known[id] += 1
            if self.known[id] == 1 or not self.careful:
                heapq.heappush(self.waiting[sender], (order, id, text))
                task = self.loop.create_task(self.answer(sender))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)
        return web.Response(text="")

    def genuine(self, request: web.Request, body: bytes) -> bool:
        headers = request.headers
        if self.platform in META:
            made = hmac.new(self.secrets.app_secret.encode(), body, hashlib.sha256).hexdigest()
            return hmac.compare_digest("sha256=" + made, headers.get("X-Hub-Signature-256", ""))
        if self.platform == "telegram":
            return bool(headers.get("X-Telegram-Bot-Api-Secret-Token") == self.secrets.webhook_secret)
        if self.platform == "sms":
            form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
            signature = headers.get("X-Twilio-Signature", "")
            public = self.secrets.public_url + request.path
            return bool(RequestValidator(self.secrets.auth_token).validate(public, form, signature))
        try:
            signature = headers.get("X-Line-Signature", "")
            WebhookParser(self.secrets.channel_secret).parse(body.decode(errors="replace"), signature)
        except InvalidSignatureError:
            return False
        except ValueError:
            return True
        return True

    def texts(self, data: dict[str, Any]) -> Iterator[Text]:
        """Sender, id, order and text of the texts of a webhook."""
        if self.platform == "sms":
            if data.get("Body"):
                yield data["From"], data["MessageSid"], len(self.known), data["Body"]
        else:
            yield from TEXTS[self.platform](data)

    async def answer(self, sender: str) -> None:
        if self.careful and self.platform != "sms":
            await asyncio.sleep(HOLD)
        _order, _id, text = heapq.heappop(self.waiting[sender])
        async with self.locks[sender]:
            key = str(uuid.uuid4())
            for _ in range(50):
                url, arguments = call(self.platform, self.base, sender, f"You said: {text}", key=key)
                try:
                    async with self.client.post(url, **arguments) as response:
                        if response.status in (200, 201, 409):
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.2)


def call(
    platform: str, base: str, to: str, text: str, key: str = "", **more: Any
) -> tuple[str, dict[str, Any]]:
    """The address and arguments of the request that sends a text; `more` goes into the message."""
    bearer = {"Authorization": f"Bearer {SECRETS.access_token}"}
    if platform == "whatsapp":
        body = {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": text}, **more}
        return f"{base}/v23.0/{SECRETS.phone_number_id}/messages", {"json": body, "headers": bearer}
    if platform == "messenger":
        message = {"text": text, **more}
        body = {"recipient": {"id": to}, "messaging_type": "RESPONSE", "message": message}
        return f"{base}/v23.0/me/messages", {"json": body, "headers": bearer}
    if platform == "telegram":
        return f"{base}/bot{SECRETS.bot_token}/sendMessage", {"json": {"chat_id": to, "text": text, **more}}
    if platform == "sms":
        login = base64.b64encode(f"{SECRETS.account_sid}:{SECRETS.auth_token}".encode()).decode()
        form = {"To": to, "From": SECRETS.number, "Body": text, **more}
        url = f"{base}/2010-04-01/Accounts/{SECRETS.account_sid}/Messages.json"
        return url, {"data": form, "headers": {"Authorization": f"Basic {login}"}}
    retry = {"X-Line-Retry-Key": key} if key else {}
    message = {"type": "text", "text": text, **more}
    return f"{base}/v2/bot/message/push", {
        "json": {"to": to, "messages": [message]},
        "headers": {**bearer, **retry},
    }


def post(sim: Simulator, to: str, text: str = "Hello", key: str = "", **more: Any) -> httpx.Response:
    """Sends a text as a bot."""
    url, arguments = call(sim.platform, sim.base, to, text, key, **more)
    return HTTP.post(url, **arguments)


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    """Each platform."""
    return str(request.param)


@pytest.fixture
def started() -> Iterator[Callable[..., tuple[Simulator, Bot]]]:
    """Starts a simulator with a bot."""
    running: list[tuple[Simulator, Bot]] = []

    def start(platform: str, careful: bool = True, **options: Any) -> tuple[Simulator, Bot]:
        bot = Bot(platform, careful)
        sim = Simulator(platform, f"http://127.0.0.1:{bot.port}", SECRETS, **options).start()
        bot.base = sim.base
        running.append((sim, bot))
        return sim, bot

    yield start
    for sim, bot in running:
        sim.stop()
        bot.close()


Start = Callable[..., tuple[Simulator, Bot]]


def until(true: Callable[[], bool], timeout: float = 5.0) -> None:
    """Waits until something is so."""
    end = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def test_a_text_is_answered(platform: str, started: Start) -> None:
    sim, bot = started(platform)
    person, other = sim.person(), sim.person()
    text = "वेतन / wage é 👍"
    sent = person.say(text).wait_acknowledged()
    assert [message.text for message in person.wait()] == [f"You said: {text}"]
    assert sent.tries == 1 and not other.received
    assert bot.paths[0] == f"/webhooks/{platform}/webhook"


def test_every_kind_is_delivered_in_a_shape_of_its_own(platform: str, started: Start) -> None:
    sim, bot = started(platform, statuses=False)
    person = sim.person()
    for kind in sorted(KINDS[platform]):
        person.send(kind, "Words", about="7").wait_acknowledged()
    for name in sorted(NOTICES[platform]):
        person.notice(name).wait_acknowledged()
    assert len(bot.seen) == len(KINDS[platform]) + len(NOTICES[platform])
    if platform == "telegram":
        for data in bot.seen:
            assert Update(**data).update_id
    if platform == "line":
        for data in bot.seen:
            assert data["events"][0]["webhookEventId"]
    time.sleep(HOLD + 0.2)
    assert not person.received  # the bot answers texts of persons only


@pytest.mark.parametrize("name", ["line", "telegram"])
def test_what_goes_to_a_group_is_kept_apart(name: str, started: Start) -> None:
    sim, bot = started(name)
    person = sim.person()
    person.send("group", "Hello all").wait_acknowledged()
    if name == "telegram":
        assert post(sim, str(bot.seen[0]["message"]["chat"]["id"])).status_code == 200
    else:
        token = bot.seen[0]["events"][0]["replyToken"]
        body = {"replyToken": token, "messages": [{"type": "text", "text": "Hello"}]}
        bearer = {"Authorization": f"Bearer {SECRETS.access_token}"}
        assert HTTP.post(f"{sim.base}/v2/bot/message/reply", json=body, headers=bearer).status_code == 200
    assert [message.text for message in sim.elsewhere] == ["Hello"] and not person.received


def test_what_a_platform_does_not_deliver_is_not_sent(started: Start) -> None:
    sim, _ = started("sms")
    with pytest.raises(ValueError, match="sms does not deliver sticker"):
        sim.person().send("sticker")


BUTTONS: dict[str, list[dict[str, Any]]] = {
    "whatsapp": [
        {
            "type": "interactive",
            "interactive": {
                "type": "button",
                "body": {"text": "Which?"},
                "action": {
                    "buttons": [
                        {"type": "reply", "reply": {"id": f"c{n}", "title": label}}
                        for n, label in enumerate(("Wages", "Hours"), 1)
                    ]
                },
            },
        },
        {
            "type": "interactive",
            "interactive": {
                "type": "list",
                "body": {"text": "Which?"},
                "action": {
                    "button": "Choose",
                    "sections": [
                        {
                            "rows": [
                                {"id": "c1", "title": "Wages"},
                                {"id": "c2", "title": "Ho…", "description": "Hours"},
                            ]
                        }
                    ],
                },
            },
        },
    ],
    "messenger": [
        {
            "quick_replies": [
                {"content_type": "text", "title": "Wages", "payload": "c1"},
                {"content_type": "text", "title": "Hours", "payload": "c2"},
            ]
        },
    ],
    "telegram": [
        {
            "reply_markup": {
                "inline_keyboard": [
                    [{"text": "Wages", "callback_data": "c1"}],
                    [{"text": "Hours", "callback_data": "c2"}],
                ]
            }
        },
        {"reply_markup": {"keyboard": [["Wages", {"text": "Hours"}]]}},
    ],
    "sms": [{"Body": "Which?\n1. Wages\n2. Hours"}],
    "line": [
        {
            "quickReply": {
                "items": [
                    {"type": "action", "action": {"type": "message", "label": label, "text": label}}
                    for label in ("Wages", "Hours")
                ]
            }
        },
        {
            "quickReply": {
                "items": [
                    {"type": "action", "action": {"type": "postback", "label": "Wages", "data": "c1"}},
                    {"type": "action", "action": {"type": "postback", "label": "Hours", "data": "c2"}},
                ]
            }
        },
    ],
}


def test_a_button_is_pressed(platform: str, started: Start) -> None:
    sim, bot = started(platform, statuses=False)
    person = sim.person()
    for shown in BUTTONS[platform]:
        assert post(sim, person.id, "Which?", **shown).status_code in (200, 201)
        assert len(person.received[-1].labels) == 2 and person.received[-1].labels[0] == "Wages"
        person.press("Hours").wait_acknowledged()
        person.press(1).wait_acknowledged()
        second, first = (json.dumps(data) for data in bot.seen[-2:])
        assert (
            ("c2" in second and "c1" in first)
            or ("Hours" in second and "Wages" in first)
            or platform == "sms"
        )
        if platform == "sms":
            assert [data["Body"] for data in bot.seen[-2:]] == ["2", "1"]
    if platform == "telegram":
        assert len(sim.spinning) == 2
        url = f"{sim.base}/bot{SECRETS.bot_token}/answerCallbackQuery"
        known = bot.seen[0]["callback_query"]["id"]
        assert HTTP.post(url, json={"callback_query_id": known}).json()["ok"]
        assert HTTP.post(url, json={"callback_query_id": known}).status_code == 400
        assert len(sim.spinning) == 1


def test_without_buttons_nothing_is_pressed(started: Start) -> None:
    sim, _ = started("telegram")
    with pytest.raises(LookupError):
        sim.person().press(1)


TOO_MUCH: dict[str, tuple[int, str]] = {
    "messenger": (2001, "Length of param"),
    "line": (5001, "Length must be"),
    "sms": (1601, "21617"),
    "telegram": (4097, "message is too long"),
    "whatsapp": (4097, "text.body"),
}


def test_a_text_that_is_too_long_or_empty_is_refused(platform: str, started: Start) -> None:
    sim, _ = started(platform)
    person = sim.person()
    length, words = TOO_MUCH[platform]
    refused = post(sim, person.id, "x" * length)
    assert refused.status_code == 400 and words in refused.text
    assert post(sim, person.id, "").status_code == 400
    assert post(sim, person.id, "x" * (length - 1)).status_code in (200, 201)
    assert len(person.received) == 1


def test_a_wrong_token_is_refused(platform: str, started: Start) -> None:
    sim, _ = started(platform)
    url, arguments = call(platform, sim.base, sim.person().id, "Hello")
    arguments["headers"] = {"Authorization": "Bearer wrong"}
    refused = HTTP.post(url.replace(SECRETS.bot_token, "1:wrong"), **arguments)
    assert refused.status_code == (400 if platform == "messenger" else 401)


@pytest.mark.parametrize(
    ("name", "code", "status", "words"),
    [
        ("whatsapp", 429, 429, '"code": 130429'),
        ("whatsapp", 131056, 429, '"code": 131056'),
        ("whatsapp", 190, 401, "OAuthException"),
        ("whatsapp", 502, 502, "<html>"),
        ("messenger", 613, 400, '"code": 613'),
        ("messenger", 10, 400, '"error_subcode": 2018278'),
        ("messenger", 500, 500, '"code": 1'),
        ("telegram", 429, 429, '"retry_after": 3'),
        ("telegram", 500, 500, "Internal Server Error"),
        ("sms", 20429, 429, '"code": 20429'),
        ("sms", 21610, 400, '"code": 21610'),
        ("line", 429, 429, "rate limit"),
        ("line", 500, 500, "message"),
    ],
)
def test_errors_on_demand(name: str, code: int, status: int, words: str, started: Start) -> None:
    sim, _ = started(name)
    person = sim.person()
    sim.fail_next(code, times=2, retry_after=3)
    for _ in range(2):
        failed = post(sim, person.id)
        assert failed.status_code == status and words in failed.text
    assert not person.received
    assert post(sim, person.id).status_code in (200, 201)
    assert [call.status for call in sim.calls] == [status, status, 201 if name == "sms" else 200]


@pytest.mark.parametrize(("how", "received"), [("cut", 0), ("lost", 1)])
def test_a_connection_is_cut(how: str, received: int, platform: str, started: Start) -> None:
    sim, _ = started(platform)
    person = sim.person()
    sim.fail_next(how)
    with pytest.raises(httpx.HTTPError):
        post(sim, person.id)
    assert len(person.received) == received and sim.calls[-1].status == 0


def test_a_person_who_blocked_gets_nothing(platform: str, started: Start) -> None:
    sim, bot = started(platform)
    person = sim.person()
    sim.block(person)
    answer = post(sim, person.id)
    assert not person.received
    expected = {
        "telegram": (403, "bot was blocked by the user"),
        "messenger": (400, '"code": 551'),
        "sms": (400, "21610"),
        "line": (200, "sentMessages"),
        "whatsapp": (200, "wamid"),
    }
    assert answer.status_code == expected[platform][0] and expected[platform][1] in answer.text
    if platform == "whatsapp":
        until(lambda: "131026" in json.dumps(bot.seen))
        assert "delivered" not in json.dumps(bot.seen)


@pytest.mark.parametrize("name", META)
def test_a_closed_window(name: str, started: Start) -> None:
    sim, bot = started(name)
    person = sim.person()
    sim.close_window(person)
    answer = post(sim, person.id)
    if name == "whatsapp":
        until(lambda: "131047" in json.dumps(bot.seen))
    else:
        assert "2018278" in answer.text
    assert not person.received


def test_somebody_whom_the_platform_does_not_know(platform: str, started: Start) -> None:
    sim, _ = started(platform)
    sim.person()
    answer = post(sim, "+15555550100" if platform == "sms" else "4242")
    assert answer.status_code == (
        400 if platform in ("telegram", "messenger", "line") else answer.status_code
    )
    assert len(sim.unknown) == 1


def test_whatsapp_tells_what_became_of_a_message_with_our_reference(started: Start) -> None:
    sim, bot = started("whatsapp")
    id = post(sim, sim.person().id, biz_opaque_callback_data="part-7").json()["messages"][0]["id"]
    until(lambda: len(bot.seen) == 2)
    told = [data["entry"][0]["changes"][0]["value"]["statuses"][0] for data in bot.seen]
    assert {status["status"] for status in told} == {"sent", "delivered"}
    assert {(status["id"], status["biz_opaque_callback_data"]) for status in told} == {(id, "part-7")}
    sim.fail_next(131026)
    assert post(sim, sim.person().id, biz_opaque_callback_data="part-8").status_code == 200
    until(lambda: len(bot.seen) == 3)
    failed = bot.seen[-1]["entry"][0]["changes"][0]["value"]["statuses"][0]
    assert failed["status"] == "failed" and failed["errors"][0]["code"] == 131026


def test_whatsapp_without_a_phone_number_and_with_a_new_id(started: Start) -> None:
    sim, bot = started("whatsapp", statuses=False)
    person = sim.person(phone=False)
    person.say("Hello")
    person.wait()
    value = bot.seen[0]["entry"][0]["changes"][0]["value"]
    assert "from" not in value["messages"][0] and "wa_id" not in value["contacts"][0]
    old = person.id
    person.notice("id_changed").wait_acknowledged()
    assert person.id != old and old in json.dumps(bot.seen[-1])
    assert post(sim, person.id).status_code == 200 and len(person.received) == 2


def test_whatsapp_documents(started: Start) -> None:
    sim, _ = started("whatsapp")
    person, bearer = sim.person(), {"Authorization": f"Bearer {SECRETS.access_token}"}
    url = f"{sim.base}/v23.0/{SECRETS.phone_number_id}/media"
    files = {"file": ("letter.pdf", b"%PDF-1.7", "application/pdf")}
    form = {"messaging_product": "whatsapp", "type": "application/pdf"}
    id = HTTP.post(url, data=form, files=files, headers=bearer).json()["id"]
    content = {"id": id, "filename": "letter.pdf", "caption": "Your letter"}
    assert post(sim, person.id, type="document", document=content).status_code == 200
    file = person.received[0].file
    assert file and (file.name, file.content) == ("letter.pdf", b"%PDF-1.7")
    assert post(sim, person.id, type="document", document={"id": "1"}).status_code == 400


def test_telegram_documents_and_markup(started: Start) -> None:
    sim, _ = started("telegram")
    person, url = sim.person(), f"{sim.base}/bot{SECRETS.bot_token}"
    files = {"document": ("letter.pdf", b"%PDF-1.7", "application/pdf")}
    sent = HTTP.post(f"{url}/sendDocument", data={"chat_id": person.id, "caption": "Yours"}, files=files)
    assert sent.json()["ok"] and person.received[0].file and person.received[0].text == "Yours"
    post(sim, person.id, "<b>a</b> &lt; b", parse_mode="HTML")
    assert person.received[1].text == "a < b"
    refused = post(sim, person.id, "a < b", parse_mode="HTML")
    assert refused.status_code == 400 and "can't parse entities" in refused.text
    long = {"inline_keyboard": [[{"text": "Wages", "callback_data": "वेतन" * 6}]]}
    assert "BUTTON_DATA_INVALID" in post(sim, person.id, reply_markup=long).text


def test_messenger_files_and_templates(started: Start) -> None:
    sim, bot = started("messenger", statuses=False)
    person, url = sim.person(), f"{sim.base}/v23.0/me/messages?access_token={SECRETS.access_token}"
    form = {
        "recipient": json.dumps({"id": person.id}),
        "messaging_type": "RESPONSE",
        "message": json.dumps({"attachment": {"type": "file", "payload": {}}}),
    }
    files = {"filedata": ("letter.pdf", b"%PDF-1.7", "application/pdf")}
    assert HTTP.post(url, data=form, files=files).status_code == 200
    assert person.received[0].file and person.received[0].file.name == "letter.pdf"
    upload = HTTP.post(url.replace("messages", "message_attachments"), data=form, files=files)
    reused = {"attachment": {"type": "file", "payload": {"attachment_id": upload.json()["attachment_id"]}}}
    body = {"recipient": {"id": person.id}, "messaging_type": "RESPONSE", "message": reused}
    assert HTTP.post(url, json=body).status_code == 200 and person.received[1].file
    buttons = [{"type": "postback", "title": "Wages", "payload": "c1"}]
    payload = {"template_type": "button", "text": "Which?", "buttons": buttons}
    message = {"attachment": {"type": "template", "payload": payload}}
    body = {"recipient": {"id": person.id}, "messaging_type": "RESPONSE", "message": message}
    assert HTTP.post(url, json=body).status_code == 200
    person.press(1).wait_acknowledged()
    assert bot.seen[-1]["entry"][0]["messaging"][0]["postback"]["payload"] == "c1"


def test_line_accepts_a_retry_key_once(started: Start) -> None:
    sim, _ = started("line")
    person, key = sim.person(), str(uuid.uuid4())
    sim.fail_next("lost")
    with pytest.raises(httpx.HTTPError):
        post(sim, person.id, key=key)
    again = post(sim, person.id, key=key)
    assert again.status_code == 409 and again.headers["X-Line-Accepted-Request-Id"]
    assert again.json()["message"] == "The retry key is already accepted"
    assert len(person.received) == 1
    assert post(sim, person.id, key="no-uuid").status_code == 400


def test_line_takes_a_reply_token_once(started: Start) -> None:
    sim, bot = started("line", careful=False)
    person = sim.person()
    person.send("image").wait_acknowledged()
    body = {
        "replyToken": bot.seen[0]["events"][0]["replyToken"],
        "messages": [{"type": "text", "text": "Hello"}],
    }
    bearer = {"Authorization": f"Bearer {SECRETS.access_token}"}
    for status in (200, 400):
        answer = HTTP.post(f"{sim.base}/v2/bot/message/reply", json=body, headers=bearer)
        assert answer.status_code == status
    assert len(person.received) == 1


def test_twilio_tells_what_became_of_a_message(started: Start) -> None:
    sim, bot = started("sms")
    callback = SECRETS.public_url + "/webhooks/sms/webhook"
    post(sim, sim.person().id, StatusCallback=callback)
    until(lambda: len(bot.seen) == 2)
    assert {data["MessageStatus"] for data in bot.seen} == {"sent", "delivered"}
    sim.fail_next(30003)
    post(sim, sim.person().id, StatusCallback=callback)
    until(lambda: len(bot.seen) == 3)
    assert bot.seen[-1]["MessageStatus"] == "undelivered" and bot.seen[-1]["ErrorCode"] == "30003"


def test_a_configuration_can_be_checked(platform: str, started: Start) -> None:
    sim, _ = started(platform)
    _, arguments = call(platform, sim.base, "", "")
    path = {
        "whatsapp": f"/v23.0/{SECRETS.phone_number_id}",
        "messenger": "/v23.0/me",
        "telegram": f"/bot{SECRETS.bot_token}/getMe",
        "sms": f"/2010-04-01/Accounts/{SECRETS.account_sid}.json",
        "line": "/v2/bot/info",
    }
    headers = arguments.get("headers", {})
    assert HTTP.get(sim.base + path[platform], headers=headers).status_code == 200


def test_limits_are_kept(started: Start) -> None:
    sim, _ = started("telegram", limits=Limits(Rate(100, 100), Rate(0.5, 2)))
    person, other = sim.person(), sim.person()
    assert [post(sim, person.id).status_code for _ in range(3)] == [200, 200, 429]
    assert post(sim, person.id).json()["parameters"]["retry_after"] == 2
    assert post(sim, other.id).status_code == 200


def test_a_webhook_is_repeated_until_it_is_taken(platform: str, started: Start) -> None:
    sim, bot = started(platform, back_off=0.05)
    bot.status = 500
    sent = sim.person().say("Hello")
    until(lambda: sent.tries >= 3)
    assert sent.status == 500 and not sent.arrived and not sent.acknowledged.is_set()
    bot.down()
    tries = sent.tries
    until(lambda: sent.tries > tries and sent.status == 0)
    bot.status = 200
    bot.up()
    sent.wait_acknowledged()
    assert len(sent.person.wait()) == 1
    if platform == "line":
        assert bot.seen[0]["events"][0]["deliveryContext"]["isRedelivery"]


def test_a_lost_acknowledgement_makes_the_platform_send_again(started: Start) -> None:
    sim, bot = started("telegram", drop_ack=0.7, back_off=0.02)
    people = [sim.person() for _ in range(5)]
    for sent in [person.say("Hello") for person in people]:
        sent.wait_acknowledged()
    assert len(bot.seen) > 5 and len(bot.known) == 5
    assert all(len(person.wait()) == 1 for person in people)


def test_forgeries_are_refused_and_broken_bodies_are_signed(platform: str, started: Start) -> None:
    sim, bot = started(platform)
    for how in sim.forgeries():
        assert sim.post(*sim.forge(how))[0] == 401, how
    assert not bot.seen
    for how in BROKEN:
        if (how, platform) in (("not_utf8", "line"), ("not_utf8", "sms")):
            continue  # their libraries take text only
        body, headers = sim.forge(how)
        assert sim.post(body, headers)[0] != 401, how
    assert len(sim.forge("oversized")[0]) > 2**20
    assert ("tampered" in sim.forgeries()) == (platform != "telegram")


def test_replayed_messages_are_old(started: Start) -> None:
    sim, _ = started("whatsapp")
    value = json.loads(sim.forge("replayed")[0])["entry"][0]["changes"][0]["value"]
    assert time.time() - int(value["messages"][0]["timestamp"]) > 7 * 24 * 3600


@pytest.mark.parametrize("name", META)
def test_the_handshake(name: str, started: Start) -> None:
    sim, _ = started(name)
    status, answer, expected = sim.handshake()
    assert status == 200 and answer == expected
    assert sim.handshake("wrong")[0] == 403


def number(text: str) -> int | None:
    """The question that an answer answers."""
    return int(text.rsplit(" ", 1)[-1]) if text.startswith("You said") else None


def test_a_flood_over_a_careful_bot_that_restarts(platform: str, started: Start) -> None:
    sim, bot = started(
        platform,
        duplicate=0.1,
        reorder=0.1,
        drop_ack=0.1,
        batch=0.1,
        back_off=0.05,
        back_off_most=0.3,
        statuses=False,
        limits=Limits(Rate(1000, 1000)),
    )
    flood = sim.flood(people=20, messages=150, rate=150)
    time.sleep(0.5)
    bot.down()
    time.sleep(0.3)
    bot.up()
    flood.wait(30)
    sim.settle(1.2, 30)
    report = sim.report(number)
    assert report.messages == 150 and report.posts > 160
    assert not report.unanswered and not report.twice
    # While it was down, messages of one person may have come in any order.
    assert len(report.disordered) <= 10
    assert sum(map(len, report.received.values())) == 150
    assert 0 < report.p50 <= report.p99 <= report.slowest


def test_a_flood_shows_what_a_careless_bot_does(started: Start) -> None:
    sim, _ = started("telegram", careful=False, duplicate=0.2, reorder=0.4, limits=Limits(Rate(1000, 1000)))
    sim.flood(people=5, messages=100, rate=100).wait(30)
    sim.settle(2.5, 30)
    report = sim.report(number)
    assert report.twice and report.disordered and not report.unanswered
    silent = sim.report(lambda text: None)
    assert len(silent.unanswered) == 100


def test_the_same_seed_makes_the_same_flood(started: Start) -> None:
    crowds = []
    for _ in range(2):
        sim, _bot = started("sms", seed=7, reorder=0.2)
        flood = sim.flood(people=5, messages=40, rate=400).wait(30)
        crowds.append([sent.person.who.number for sent in flood.sent])
    assert crowds[0] == crowds[1]


def test_counting() -> None:
    assert segments("x" * 160) == 1 and segments("x" * 161) == 2 and segments("€" * 80) == 1
    assert segments("न" * 70) == 1 and segments("न" * 71) == 2
    assert units("👍") == 2
    assert NUMBERED.findall("Which?\n  1. Wages\n2) Hours") == [("1", "Wages"), ("2", "Hours")]
