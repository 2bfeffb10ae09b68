"""Telegram: what comes in, what goes out, what responses mean; held against python-telegram-bot."""

from __future__ import annotations

import base64
import inspect
import json
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import telegram
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import constants
from telegram.request import BaseRequest, RequestData

from bot.channels.platform import Call, Choice, Inbound, Malformed, Outcome, Part
from bot.channels.rendering import Words, render
from bot.channels.telegram import ALLOWED_UPDATES, Telegram
from tests.channels.spoiling import noise, spoiled

TOKEN = "123456789:simulated-token"
PLATFORM = Telegram(TOKEN, "a_Secret-1")
LABEL = "मेरो तलब दुई महिनादेखि आएको छैन, कहाँ उजुरी गर्ने? (थप)"  # more than 64 bytes
CHAT = {"id": 5550001, "type": "private", "first_name": "Somebody"}
GROUP = {"id": -1002000000001, "type": "supergroup", "title": "Somewhere"}
USER = {"id": 5550001, "is_bot": False, "first_name": "Somebody", "language_code": "ne"}
SENT_AT = 1_790_000_000
FILE = {"file_id": "AgAC", "file_unique_id": "AQAD"}


def message(chat: dict[str, Any] = CHAT, **content: Any) -> dict[str, Any]:
    return {"message_id": 42, "from": USER, "chat": chat, "date": SENT_AT, **content}


def update(**content: Any) -> dict[str, Any]:
    return {"update_id": 900_000_001, **content}


def pressed(**changes: Any) -> dict[str, Any]:
    keyboard = [
        [{"text": "Something else", "callback_data": "1"}],
        [{"text": LABEL, "callback_data": "2"}],
    ]
    ours = message(text="What next?", reply_markup={"inline_keyboard": keyboard})
    query = {"id": "4382bfdwdsb323b2d9", "from": USER, "message": ours, "chat_instance": "1", "data": "2"}
    return update(callback_query={**query, **changes})


def read(body: object) -> list[Any]:
    return PLATFORM.read(json.dumps(body).encode())


CONTACT = {"phone_number": "+15555550100", "first_name": "Somebody"}
FORWARDED = {
    "text": "the company keeps my passport",
    "forward_origin": {"type": "hidden_user", "sender_user_name": "Another Person", "date": SENT_AT - 9},
}
VENUE = {"location": {"latitude": 25.2854, "longitude": 51.531}, "title": "Camp 7", "address": "Doha"}
CONTENTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("text", {"text": "तलब आएन"}, "text", "तलब आएन"),
    ("start", {"text": "/start"}, "text", "hello"),
    ("deep link", {"text": "/start ne"}, "text", "hello"),
    ("no start", {"text": "/started"}, "text", "/started"),
    ("forwarded", FORWARDED, "text", "the company keeps my passport"),
    ("location", {"location": {"latitude": 25.2854, "longitude": 51.531}}, "location", ""),
    ("venue", {"venue": VENUE, "location": VENUE["location"]}, "location", ""),
    ("voice", {"voice": {**FILE, "duration": 4}}, "voice", ""),
    ("audio", {"audio": {**FILE, "duration": 4}}, "voice", ""),
    ("photo", {"photo": [{**FILE, "width": 9, "height": 9}], "caption": "not paid"}, "image", "not paid"),
    ("video", {"video": {**FILE, "width": 9, "height": 9, "duration": 4}}, "video", ""),
    ("video note", {"video_note": {**FILE, "length": 9, "duration": 4}}, "video", ""),
    (
        "animation",
        {"animation": {**FILE, "width": 9, "height": 9, "duration": 4}, "document": FILE},
        "video",
        "",
    ),
    ("document", {"document": {**FILE, "file_name": "contract.pdf"}}, "document", ""),
    (
        "sticker",
        {
            "sticker": {
                **FILE, "type": "regular", "width": 9, "height": 9, "is_animated": False, "is_video": False,
            }
        },
        "sticker",
        "",
    ),
    ("contact", {"contact": CONTACT}, "contact", ""),
    ("dice", {"dice": {"emoji": "🎲", "value": 3}}, "unsupported", ""),
    ("something new", {"hologram": {"size": 3}}, "unsupported", ""),
]  # fmt: skip
REACTION = {
    "chat": CHAT, "message_id": 41, "user": USER, "date": SENT_AT, "old_reaction": [],
    "new_reaction": [{"type": "emoji", "emoji": "👍"}],
}  # fmt: skip
MEMBER = {"status": "kicked", "user": {"id": 1, "is_bot": True, "first_name": "Haq"}, "until_date": 0}
MY_CHAT_MEMBER = {
    "chat": CHAT, "from": USER, "date": SENT_AT, "old_chat_member": {**MEMBER, "status": "member"},
    "new_chat_member": MEMBER,
}  # fmt: skip
EDITED = message(text="three months", edit_date=SENT_AT + 60)
BODIES = [
    *(update(message=message(**content)) for _, content, _, _ in CONTENTS),
    update(message=message(GROUP, text="hello all")),
    update(message=message(pinned_message=message(text="old"))),
    update(channel_post=message({**GROUP, "type": "channel"}, text="news")),
    update(edited_message=EDITED),
    update(edited_message=message(GROUP, text="three months", edit_date=SENT_AT + 60)),
    pressed(),
    pressed(message={"chat": CHAT, "message_id": 42, "date": 0}),
    update(message_reaction=REACTION),
    update(message_reaction={**REACTION, "chat": GROUP}),
    update(my_chat_member=MY_CHAT_MEMBER),
]


# Signatures


@pytest.mark.parametrize(
    ("headers", "right"),
    [
        ({"x-telegram-bot-api-secret-token": "a_Secret-1"}, True),
        ({"x-telegram-bot-api-secret-token": "a_Secret-2"}, False),
        ({"x-telegram-bot-api-secret-token": ""}, False),
        ({"x-telegram-bot-api-secret-token": "a_Sécret-1 हक \udcff"}, False),
        ({}, False),
    ],
)
def test_only_the_right_secret_is_genuine(headers: dict[str, str], right: bool) -> None:
    assert PLATFORM.genuine(headers, b"{}", "https://example.org/webhooks/telegram/webhook") is right


def test_without_a_secret_nothing_is_genuine() -> None:
    open_one = Telegram(TOKEN, "")
    assert not open_one.genuine({}, b"{}", "")
    assert not open_one.genuine({"x-telegram-bot-api-secret-token": ""}, b"{}", "")


# What comes in


@pytest.mark.parametrize(
    ("content", "kind", "words"), [row[1:] for row in CONTENTS], ids=[r[0] for r in CONTENTS]
)
def test_each_kind_of_message(content: dict[str, Any], kind: str, words: str) -> None:
    place = (25.2854, 51.531) if kind == "location" else None
    expected = Inbound("5550001", "900000001", SENT_AT, kind, words, order=42, place=place)  # type: ignore[arg-type]
    assert read(update(message=message(**content))) == [expected]


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_the_published_library_knows_our_bodies(body: dict[str, Any]) -> None:
    parsed = telegram.Update.de_json(body, None)
    assert parsed.update_id == 900_000_001
    for each in read(body):
        assert parsed.effective_chat is not None
        assert each.sender == str(parsed.effective_chat.id)
        if each.kind == "text" and each.text != "hello":
            assert parsed.message is not None
            assert each.text == parsed.message.text


def test_what_the_published_library_writes_is_read() -> None:
    chat, user = telegram.Chat(7, "private"), telegram.User(7, "Somebody", False)
    at = datetime.fromtimestamp(SENT_AT, timezone.utc)
    keyboard = telegram.InlineKeyboardMarkup.from_button(
        telegram.InlineKeyboardButton(LABEL, callback_data="3")
    )
    ours = telegram.Message(8, at, chat, text="What next?", reply_markup=keyboard)
    query = telegram.CallbackQuery("q1", user, "1", message=ours, data="3")
    (inbound,) = PLATFORM.read(telegram.Update(1, callback_query=query).to_json().encode())
    assert isinstance(inbound, Inbound)
    assert (inbound.kind, inbound.text, inbound.token, inbound.sender) == ("choice", LABEL, "q1", "7")
    said = telegram.Message(9, at, chat, from_user=user, text="तलब")
    assert PLATFORM.read(telegram.Update(2, message=said).to_json().encode()) == [
        Inbound("7", "2", SENT_AT, "text", "तलब", order=9)
    ]


def test_a_pressed_button_says_its_label_and_is_acknowledged() -> None:
    before = time.time()
    (choice,) = read(pressed())
    assert (choice.kind, choice.text, choice.order) == ("choice", LABEL, 42)
    assert before <= choice.at <= time.time(), "a button of an old message is pressed now"
    call = PLATFORM.acknowledge(choice)
    assert call == Call(
        f"https://api.telegram.org/bot{TOKEN}/answerCallbackQuery",
        json={"callback_query_id": "4382bfdwdsb323b2d9"},
    )


@pytest.mark.parametrize(
    "ours",
    [
        {"chat": CHAT, "message_id": 42, "date": 0},
        message(text="What next?"),
        message(reply_markup={"inline_keyboard": [[{"text": "Other", "callback_data": "7"}], None, [3]]}),
    ],
)
def test_a_button_of_a_message_out_of_reach_says_its_number(ours: dict[str, Any]) -> None:
    (choice,) = read(pressed(message=ours))
    assert (choice.kind, choice.text, choice.sender) == ("choice", "2", "5550001")


def test_messages_are_not_acknowledged() -> None:
    (text,) = read(update(message=message(text="hi")))
    assert PLATFORM.acknowledge(text) is None


def test_an_edit_and_a_reaction() -> None:
    assert read(update(edited_message=EDITED)) == [
        Inbound("5550001", "900000001", SENT_AT + 60, "edited", "three months", order=42)
    ]
    assert read(update(message_reaction=REACTION)) == [
        Inbound("5550001", "900000001", SENT_AT, "reaction", order=41)
    ]


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
def test_the_words_of_a_group_stay_out(kind: str) -> None:
    group = {**GROUP, "type": kind}
    expected = [Inbound("-1002000000001", "900000001", SENT_AT, "group", order=42)]
    assert read(update(message=message(group, text="he beats me"))) == expected
    assert read(update(channel_post=message(group, text="he beats me"))) == expected
    assert read(update(edited_message=message(group, text="he beats me"))) == []
    assert read(update(message_reaction={**REACTION, "chat": group})) == []


@pytest.mark.parametrize(
    "body",
    [
        update(),
        update(my_chat_member=MY_CHAT_MEMBER),
        update(poll={"id": "1"}),
        update(message=message(pinned_message=message(text="old"))),
        update(message=message(message_auto_delete_timer_changed={"message_auto_delete_time": 86400})),
    ],
)
def test_what_nobody_said_is_nothing(body: dict[str, Any]) -> None:
    assert read(body) == []


def test_nothing_personal_goes_on() -> None:
    for body in BODIES:
        shown = repr(read(body))
        assert not any(
            secret in shown for secret in ("Somebody", "Another", "555555", "Camp", "contract.pdf")
        )


def test_what_no_database_keeps_is_left_out() -> None:
    (text,) = read(update(message=message(text="a\0b\ud800c")))
    assert text.text == "ab?c"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"[" * 100_000, "body"),
        (b"\xff\xfe", "body"),
        (b"[]", "body"),
        (b'{"message": {}}', "update_id"),
        (b'{"update_id": true}', "update_id"),
        (b'{"update_id": 9223372036854775808}', "update_id"),
        (b'{"update_id": 1, "message": "a secret"}', "message"),
        (b'{"update_id": 1, "message": {"text": 5, "date": 1}}', "text"),
        (b'{"update_id": 1, "message": {"text": "a secret", "date": NaN}}', "date"),
        (b'{"update_id": 1, "message": {"text": "a secret", "date": 1}}', "chat"),
        (b'{"update_id": 1, "message": {"location": {"latitude": 91, "longitude": 0}}}', "latitude"),
    ],
)
def test_a_malformed_body_names_the_field_and_nothing_else(body: bytes, field: str) -> None:
    with pytest.raises(Malformed, match=field) as caught:
        PLATFORM.read(body)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def read_or_refuse(body: bytes) -> None:
    """Reads; whatever comes of it can be kept."""
    try:
        found = PLATFORM.read(body)
    except Malformed:
        return
    for inbound in found:
        assert isinstance(inbound, Inbound)
        assert inbound.id and inbound.sender
        assert "\0" not in inbound.text.encode().decode()
        assert abs(inbound.order) < 2**63


@settings(max_examples=200)
@given(spoiled(BODIES) | noise())
def test_any_body_is_read_or_malformed(body: bytes) -> None:
    read_or_refuse(body)


# What goes out


class Recorder(BaseRequest):
    """Stands in for the network below python-telegram-bot."""

    read_timeout = None

    def __init__(self, answer: dict[str, Any] | None = None) -> None:
        self.answer = answer or {"ok": True, "result": message(text="x")}
        self.url, self.data = "", RequestData()

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        assert request_data is not None
        self.url, self.data = url, request_data
        return self.answer.get("error_code", 200), json.dumps(self.answer).encode()


CHOICES = (Choice(LABEL, 1), Choice("Show in English", 2))
PDF = {"name": "complaint.pdf", "mime": "application/pdf", "base64": base64.b64encode(b"%PDF-1.7").decode()}


def keyboard_of_library() -> telegram.InlineKeyboardMarkup:
    buttons = [[telegram.InlineKeyboardButton(c.label, callback_data=str(c.number))] for c in CHOICES]
    return telegram.InlineKeyboardMarkup(buttons)


@pytest.mark.parametrize("choices", [(), CHOICES])
async def test_a_text_goes_out_as_the_published_library_sends_it(choices: tuple[Choice, ...]) -> None:
    text = "Call *999* <b>now</b> https://example.org [x](y) & _z_"
    call = PLATFORM.send("5550001", Part(text, choices), "ref-1")
    recorder = Recorder()
    await telegram.Bot(TOKEN, request=recorder).send_message(
        "5550001",
        text,
        disable_web_page_preview=True,
        reply_markup=keyboard_of_library() if choices else None,
    )
    assert call.url == recorder.url
    assert call.method == "POST"
    assert call.json == recorder.data.parameters
    if choices:
        markup = telegram.InlineKeyboardMarkup.de_json(call.json["reply_markup"], None)
        assert markup == keyboard_of_library()


@pytest.mark.parametrize("choices", [(), CHOICES])
async def test_a_file_goes_out_as_the_published_library_sends_it(choices: tuple[Choice, ...]) -> None:
    call = PLATFORM.send("5550001", Part("Your letter", choices, PDF), "ref-1")
    recorder = Recorder()
    await telegram.Bot(TOKEN, request=recorder).send_document(
        "5550001", b"%PDF-1.7", caption="Your letter", filename="complaint.pdf",
        reply_markup=keyboard_of_library() if choices else None,
    )  # fmt: skip
    assert call.url == recorder.url
    assert call.multipart is not None
    parts = dict(call.multipart)
    assert parts.pop("document") == ("complaint.pdf", b"%PDF-1.7", "application/pdf")
    assert _unpacked(parts) == _unpacked(recorder.data.json_parameters)


def _unpacked(parts: dict[str, Any]) -> dict[str, Any]:
    parts = {name: value for name, value in parts.items() if name != "document"}
    if "reply_markup" in parts:
        parts["reply_markup"] = json.loads(parts["reply_markup"])
    return parts


def test_a_letter_never_has_a_caption_too_long() -> None:
    said = [{"text": "Dear Sir or Madam, " * 400, "custom": {"file": PDF}}]
    words = Words(more_button="Show more", reply_more="Reply MORE", file_elsewhere="No file here")
    parts = list((rendering := render(said, PLATFORM.profile, words)).parts)
    while rendering.rest:
        parts += (rendering := render(rendering.rest, PLATFORM.profile, words)).parts
    beside = [part.text for part in parts if part.file]
    assert len(beside) == 1
    assert 0 < len(beside[0]) <= constants.MessageLimit.CAPTION_LENGTH
    assert all(len(part.text) <= constants.MessageLimit.MAX_TEXT_LENGTH for part in parts)


def test_a_file_without_words_has_no_caption() -> None:
    call = PLATFORM.send("5550001", Part("", file=PDF), "ref-1")
    assert [name for name, _ in call.multipart or ()] == ["chat_id", "document"]


def test_every_field_is_one_of_the_published_library() -> None:
    for method, part in (("send_message", Part("a", CHOICES)), ("send_document", Part("a", CHOICES, PDF))):
        call = PLATFORM.send("1", part, "ref")
        sent = set(call.json or dict(call.multipart or ()))
        assert sent <= set(inspect.signature(getattr(telegram.Bot, method)).parameters)


@given(st.integers(1, 10**9))
def test_a_buttons_data_fits(number: int) -> None:
    call = PLATFORM.send("1", Part("a", (Choice(LABEL, number),)), "ref")
    data = call.json["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    assert 1 <= len(data.encode()) <= constants.InlineKeyboardButtonLimit.MAX_CALLBACK_DATA


def test_the_limits_are_those_of_the_published_library() -> None:
    assert PLATFORM.profile.text == constants.MessageLimit.MAX_TEXT_LENGTH
    assert PLATFORM.profile.buttons <= constants.InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER
    assert set(ALLOWED_UPDATES) <= set(constants.UpdateType)


def test_the_guide_asks_telegram_for_what_is_read() -> None:
    guide = (Path(__file__).parents[2] / "docs/channels/telegram.md").read_text()
    request = json.loads(guide[guide.index('{"url"') : guide.index("END\n```")])
    assert request["allowed_updates"] == list(ALLOWED_UPDATES)
    assert set(request) <= set(inspect.signature(telegram.Bot.set_webhook).parameters)


def test_nothing_forbids_copying() -> None:
    assert "protect_content" not in json.dumps(PLATFORM.send("1", Part("16008"), "ref").json)


def test_another_address_can_be_tried() -> None:
    platform = Telegram(TOKEN, "s", "http://127.0.0.1:8081/")
    assert platform.check() == Call(f"http://127.0.0.1:8081/bot{TOKEN}/getMe", method="GET")


# What responses mean


def failure(code: int, description: str, **parameters: Any) -> bytes:
    body = {"ok": False, "error_code": code, "description": description}
    return json.dumps({**body, "parameters": parameters} if parameters else body).encode()


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, json.dumps({"ok": True, "result": message(text="x")}).encode(), Outcome("sent", id="42")),
        (200, b'{"ok":true,"result":true}', Outcome("sent")),
        (200, b'{"ok":true,"result":{"id":1,"is_bot":true,"username":"haq_bot"}}', Outcome("sent")),
        (200, b'{"ok":false}', Outcome("retry", code="200")),
        (200, b"<html>", Outcome("retry", code="200")),
        (429, failure(429, "Too Many Requests", retry_after=35), Outcome("retry", after=35, code="429")),
        (429, failure(429, "Too Many Requests"), Outcome("retry", code="429")),
        (429, failure(429, "Too Many Requests", retry_after="soon"), Outcome("retry", code="429")),
        (429, failure(429, "Too Many Requests", retry_after=-5), Outcome("retry", code="429")),
        (403, failure(403, "Forbidden: bot was blocked by the user"), Outcome("dead", code="403")),
        (400, failure(400, "Bad Request: chat not found"), Outcome("dead", code="400")),
        (401, failure(401, "Unauthorized"), Outcome("dead", code="401")),
        (404, failure(404, "Not Found"), Outcome("dead", code="404")),
        (413, failure(413, "Request Entity Too Large"), Outcome("dead", code="413")),
        (500, failure(500, "Internal Server Error"), Outcome("retry", code="500")),
        (502, b"<html>Bad Gateway</html>", Outcome("retry", code="502")),
        (302, b"", Outcome("retry", code="302")),
    ],
)  # fmt: skip
def test_what_a_response_means(status: int, body: bytes, outcome: Outcome) -> None:
    assert PLATFORM.outcome(status, {}, body) == outcome


@settings(max_examples=200)
@given(
    st.sampled_from([200, 400, 401, 403, 404, 429, 500, 502]) | st.integers(100, 599),
    spoiled([{"ok": True, "result": message(text="x")}, json.loads(failure(429, "Too Many", retry_after=3))])
    | noise(),
)
def test_an_outcome_never_raises(status: int, body: bytes) -> None:
    outcome = PLATFORM.outcome(status, {}, body)
    assert outcome.state in ("sent", "retry", "dead")
    assert 0 <= outcome.after < float("inf")
