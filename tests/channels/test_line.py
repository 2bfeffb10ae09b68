"""LINE: what comes in, what goes out, what responses mean; held against line-bot-sdk."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linebot import LineBotApi, SignatureValidator, WebhookParser
from linebot.http_client import HttpClient, HttpResponse
from linebot.models import MessageAction, QuickReply, QuickReplyButton, TextSendMessage

from bot.channels.line import Line
from bot.channels.platform import Call, Choice, Inbound, Malformed, Outcome, Part
from tests.channels.spoiling import noise, spoiled

SECRET = "simulated-channel-secret"
PLATFORM = Line("simulated-token", SECRET)
USER = "U4af4980629de0f3f2c6b2f1c8f1e8a3d"
SOURCE = {"type": "user", "userId": USER}
GROUP = {"type": "group", "groupId": "Ca56f94637cc4347f90a25382909b24b9", "userId": USER}
ROOM = {"type": "room", "roomId": "Ra8dbf4673c4c812cd491258042226c99", "userId": USER}
SENT_AT = 1_790_000_000_123
REPLY = "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA"
EVENT_ID = "01FZ74A0TDDPYRVKNK77XKC3ZR"


def event(kind: str, source: dict[str, Any] | None = None, **content: Any) -> dict[str, Any]:
    return {
        "type": kind, "mode": "active", "timestamp": SENT_AT, "source": source or SOURCE,
        "webhookEventId": EVENT_ID, "deliveryContext": {"isRedelivery": False}, "replyToken": REPLY,
        **content,
    }  # fmt: skip


def said(source: dict[str, Any] | None = None, **message: Any) -> dict[str, Any]:
    return event("message", source, message={"id": "444573844083572737", **message})


def webhook(*events: Any) -> dict[str, Any]:
    return {"destination": "U" + 32 * "0", "events": list(events)}


def read(*events: Any) -> list[Any]:
    return PLATFORM.read(json.dumps(webhook(*events), ensure_ascii=False).encode())


def signed(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


HOSTED = {"contentProvider": {"type": "line"}}
MESSAGES: list[tuple[dict[str, Any], str, str]] = [
    ({"type": "text", "text": "เงินเดือนไม่ออก 🍎", "quoteToken": "q"}, "text", "เงินเดือนไม่ออก 🍎"),
    ({"type": "image", "quoteToken": "q", **HOSTED}, "image", ""),
    ({"type": "video", "duration": 4000, "quoteToken": "q", **HOSTED}, "video", ""),
    ({"type": "audio", "duration": 4000, **HOSTED}, "voice", ""),
    ({"type": "file", "fileName": "contract.pdf", "fileSize": 12345}, "document", ""),
    (
        {"type": "location", "title": "Camp 7", "address": "Doha", "latitude": 25.2854, "longitude": 51.531},
        "location",
        "",
    ),
    (
        {"type": "sticker", "packageId": "446", "stickerId": "1988", "stickerResourceType": "STATIC"},
        "sticker",
        "",
    ),
]
NEW = {"type": "hologram", "size": 3}
EVENTS = [
    *(said(**message) for message, _, _ in MESSAGES),
    said(GROUP, type="text", text="hello all"),
    said(ROOM, type="text", text="hello all"),
    event("postback", postback={"data": "menu=help"}),
    event("unsend", unsend={"messageId": "444573844083572737"}),
    event("unsend", GROUP, unsend={"messageId": "444573844083572737"}),
    event("follow", follow={"isUnblocked": False}),
    event("unfollow"),
    event("join", GROUP),
    event("memberJoined", GROUP, joined={"members": [SOURCE]}),
]
BODIES = [webhook(), *(webhook(each) for each in EVENTS), webhook(*EVENTS), webhook(said(**NEW))]


# Signatures


def test_a_signature_is_that_of_the_published_library() -> None:
    for body in BODIES:
        text = json.dumps(body, ensure_ascii=False)
        signature = signed(text.encode())
        assert SignatureValidator(SECRET).validate(text, signature)
        assert PLATFORM.genuine({"x-line-signature": signature}, text.encode(), "")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-line-signature": ""},
        {"x-line-signature": signed(b"{}", "another secret")},
        {"x-line-signature": signed(b"{} ")},
        {"x-line-signature": signed(b"{}").lower()},
        {"x-line-signature": signed(b"{}") + "é"},
        {"x-line-signature": "हक \udcff \ud800"},
        {"x-line-signature": hmac.new(SECRET.encode(), b"{}", hashlib.sha256).hexdigest()},
    ],
)
def test_any_other_signature_is_refused(headers: dict[str, str]) -> None:
    assert not PLATFORM.genuine(headers, b"{}", "")


def test_without_a_secret_nothing_is_genuine() -> None:
    assert not Line("t", "").genuine({"x-line-signature": signed(b"{}", "")}, b"{}", "")


# What comes in


@pytest.mark.parametrize(("message", "kind", "words"), [*MESSAGES, (NEW, "unsupported", "")])
def test_each_kind_of_message(message: dict[str, Any], kind: str, words: str) -> None:
    place = (25.2854, 51.531) if kind == "location" else None
    at = SENT_AT / 1000
    expected = Inbound(USER, EVENT_ID, at, kind, words, place=place, token=REPLY)  # type: ignore[arg-type]
    assert read(said(**message)) == [expected]


def test_the_published_library_knows_our_events() -> None:
    text = json.dumps(webhook(*EVENTS), ensure_ascii=False)
    parsed = WebhookParser(SECRET).parse(text, signed(text.encode()))
    assert len(parsed) == len(EVENTS)
    for ours, theirs in zip(EVENTS, parsed, strict=True):
        for inbound in read(ours):
            assert inbound.id == theirs.webhook_event_id
            assert inbound.at == theirs.timestamp / 1000
            assert inbound.sender == theirs.source.sender_id
            assert inbound.token == getattr(theirs, "reply_token", REPLY)
            if inbound.kind == "text" and theirs.type == "message":
                assert inbound.text == theirs.message.text


def test_other_events() -> None:
    at = SENT_AT / 1000
    assert read(event("follow", follow={"isUnblocked": True})) == [
        Inbound(USER, EVENT_ID, at, "text", "hello", token=REPLY)
    ]
    assert read(event("postback", postback={"data": "menu=help"})) == [
        Inbound(USER, EVENT_ID, at, "choice", "menu=help", token=REPLY)
    ]
    unsent = event("unsend", unsend={"messageId": "1"})
    del unsent["replyToken"]
    assert read(unsent) == [Inbound(USER, EVENT_ID, at, "deleted")]


@pytest.mark.parametrize("source", [GROUP, ROOM, {k: v for k, v in GROUP.items() if k != "userId"}])
def test_the_words_of_a_group_stay_out(source: dict[str, Any]) -> None:
    chat = source.get("groupId") or source["roomId"]
    assert read(said(source, type="text", text="he beats me")) == [
        Inbound(chat, EVENT_ID, SENT_AT / 1000, "group", token=REPLY)
    ]
    assert read(event("unsend", source, unsend={"messageId": "1"})) == []


@pytest.mark.parametrize(
    "nothing",
    [
        event("unfollow"),
        event("join", GROUP),
        event("memberJoined", GROUP, joined={"members": [SOURCE]}),
        event("videoPlayComplete", videoPlayComplete={"trackingId": "1"}),
        event("hologram"),
        {"type": "accountLink", "mode": "active"},
        {**said(type="text", text="for another service"), "mode": "standby"},
        said({"type": "square", "userId": USER}, type="text", text="?"),
    ],
)
def test_what_nobody_said_to_us_is_nothing(nothing: dict[str, Any]) -> None:
    assert read(nothing) == []


def test_the_consoles_test_is_nothing() -> None:
    assert read() == []


def test_events_keep_their_order_and_a_malformed_one_takes_no_other_along() -> None:
    first, second = said(type="text", text="1"), said(type="text", text="2")
    assert [each.text for each in read(first, {"type": "message"}, second)] == ["1", "2"]
    with pytest.raises(Malformed, match="message"):
        read({"type": "message"})


def test_a_redelivered_event_has_the_same_id() -> None:
    again = {**said(type="text", text="1"), "deliveryContext": {"isRedelivery": True}}
    assert read(again) == read(said(type="text", text="1"))


def test_nothing_personal_goes_on() -> None:
    assert not any(secret in repr(read(*EVENTS)) for secret in ("Camp", "Doha", "contract.pdf"))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"[" * 100_000, "body"),
        (b"\xff\xfe", "body"),
        (b"[]", "body"),
        (b'{"events": "a secret"}', "events"),
        (b'{"events": ["a secret"]}', "events"),
        (b'{"events": [{"type": 5}]}', "type"),
        (json.dumps(webhook(said(type="text", text=["a secret"]))).encode(), "text"),
        (json.dumps(webhook(said(type="location", latitude=0, longitude=181))).encode(), "longitude"),
        (json.dumps(webhook(said({"type": "user"}, type="text", text="a secret"))).encode(), "userId"),
        (json.dumps(webhook({**EVENTS[0], "timestamp": True})).encode(), "timestamp"),
        (json.dumps(webhook({**EVENTS[0], "webhookEventId": None})).encode(), "webhookEventId"),
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
        kept = (inbound.id, inbound.sender, inbound.text, inbound.token)
        assert "\0" not in "".join(kept).encode().decode()


@settings(max_examples=200)
@given(spoiled(BODIES) | noise())
def test_any_body_is_read_or_malformed(body: bytes) -> None:
    read_or_refuse(body)


# What goes out


class Recorder(HttpClient):
    """Stands in for the network below line-bot-sdk."""

    url = data = ""
    headers: Any = None

    def post(self, url: str, headers: Any = None, data: Any = None, timeout: Any = None) -> HttpResponse:
        Recorder.url, Recorder.headers, Recorder.data = url, headers, data
        return Response()

    def get(self, url: str, headers: Any = None, **_: Any) -> HttpResponse:
        Recorder.url, Recorder.headers = url, headers
        return Response()

    delete = put = get


class Response(HttpResponse):
    """A response without anything."""

    status_code, text, content = 200, "", b""
    headers: Any = {}  # noqa: RUF012
    json: Any = {}  # noqa: RUF012

    def iter_content(self, *_: Any, **__: Any) -> None: ...


SHORT, LONG = Choice("Show in English", 1), Choice("How to complain about unpaid wages", 2)


def test_a_text_goes_out_as_the_published_library_sends_it() -> None:
    call = PLATFORM.send(USER, Part("What next?", (SHORT, LONG)), "ref-1", token=REPLY)
    items = [
        QuickReplyButton(action=MessageAction(label=label, text=choice.label))
        for label, choice in (("Show in English", SHORT), ("How to complain abo…", LONG))
    ]
    key = call.headers["X-Line-Retry-Key"]
    LineBotApi("simulated-token", http_client=Recorder).push_message(
        USER, TextSendMessage("What next?", quick_reply=QuickReply(items)), retry_key=key
    )
    theirs = json.loads(Recorder.data)
    assert theirs.pop("notificationDisabled") is False
    assert (call.url, call.json) == (Recorder.url, theirs)
    assert all(Recorder.headers[name] == value for name, value in call.headers.items())
    assert (
        TextSendMessage.new_from_json_dict(call.json["messages"][0]).as_json_dict() == theirs["messages"][0]
    )


def test_the_check_is_the_published_librarys() -> None:
    LineBotApi("simulated-token", http_client=Recorder).get_bot_info()
    call = PLATFORM.check()
    assert (call.url, call.method) == (Recorder.url, "GET")
    assert call.headers["Authorization"] == Recorder.headers["Authorization"]


def test_a_text_without_choices_has_no_buttons() -> None:
    call = PLATFORM.send(USER, Part("999"), "ref-1")
    assert call.json == {"to": USER, "messages": [{"type": "text", "text": "999"}]}


def test_a_second_try_has_the_same_key_and_another_message_another() -> None:
    def key(to: str, reference: str) -> str:
        return PLATFORM.send(to, Part("999"), reference).headers["X-Line-Retry-Key"]

    assert key(USER, "ref-1") == key(USER, "ref-1")
    assert len({key(USER, "ref-1"), key(USER, "ref-2"), key("U0", "ref-1")}) == 3
    assert str(uuid.UUID(key(USER, "ref-1"))) == key(USER, "ref-1")


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("a" * 20, "a" * 20),
        ("a" * 21, "a" * 19 + "…"),
        ("नि" * 20, "नि" * 20),
        ("नि" * 21, "नि" * 19 + "…"),
        ("👩‍👩‍👧" * 20, "👩‍👩‍👧" * 20),
        ("How to claim money abroad", "How to claim money…"),
    ],
)
def test_a_button_is_cut_between_characters_and_says_all(label: str, shown: str) -> None:
    call = PLATFORM.send(USER, Part("What next?", (Choice(label, 1),)), "ref-1")
    action = call.json["messages"][0]["quickReply"]["items"][0]["action"]
    assert action == {"type": "message", "label": shown, "text": label}


def test_a_label_too_long_to_be_said_says_its_number() -> None:
    call = PLATFORM.send(USER, Part("What next?", (Choice("a" * 301, 7),)), "ref-1")
    assert call.json["messages"][0]["quickReply"]["items"][0]["action"]["text"] == "7"


def test_the_profile() -> None:
    profile = PLATFORM.profile
    assert (profile.text, profile.buttons, profile.button, profile.files) == (5000, 13, 20, False)


def test_another_address_can_be_tried() -> None:
    call = Line("t", "s", "http://127.0.0.1:8081/").check()
    assert call == Call("http://127.0.0.1:8081/v2/bot/info", {"Authorization": "Bearer t"}, method="GET")


def test_nothing_is_acknowledged() -> None:
    (text,) = read(said(type="text", text="hi"))
    assert PLATFORM.acknowledge(text) is None


# What responses mean


SENT = {"sentMessages": [{"id": "461230966842064897", "quoteToken": "q"}]}
TAKEN = {"message": "The retry key is already accepted", **SENT}


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, SENT, Outcome("sent", id="461230966842064897")),
        (200, {"userId": USER, "displayName": "Haq"}, Outcome("sent")),
        (200, {}, Outcome("sent")),
        (409, TAKEN, Outcome("sent", id="461230966842064897")),
        (409, {"message": "The retry key is already accepted"}, Outcome("sent")),
        (
            429,
            {"message": "The API rate limit has been exceeded. Try again later."},
            Outcome("retry", code="429"),
        ),
        (
            429,
            {"message": "You have reached your monthly limit."},
            Outcome("retry", code="429 monthly limit"),
        ),
        (429, {"message": 5}, Outcome("retry", code="429")),
        (400, {"message": "The property, 'to', in the request body is invalid"}, Outcome("dead", code="400")),
        (401, {"message": "Authentication failed"}, Outcome("dead", code="401")),
        (403, {"message": "Access to this API is not available"}, Outcome("dead", code="403")),
        (404, {"message": "Not found"}, Outcome("dead", code="404")),
        (413, {"message": "Payload Too Large"}, Outcome("dead", code="413")),
        (500, {"message": "Internal Server Error"}, Outcome("retry", code="500")),
    ],
)
def test_what_a_response_means(status: int, body: dict[str, Any], outcome: Outcome) -> None:
    assert PLATFORM.outcome(status, {}, json.dumps(body).encode()) == outcome


@pytest.mark.parametrize("status", [200, 302, 409, 502])
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"\xff"])
def test_an_answer_that_is_not_lines_is_tried_again(status: int, body: bytes) -> None:
    assert PLATFORM.outcome(status, {}, body) == Outcome("retry", code=str(status))


@settings(max_examples=200)
@given(
    st.sampled_from([200, 400, 401, 403, 404, 409, 429, 500, 502]) | st.integers(100, 599),
    spoiled([SENT, TAKEN, {"message": "You have reached your monthly limit."}]) | noise(),
)
def test_an_outcome_never_raises(status: int, body: bytes) -> None:
    outcome = PLATFORM.outcome(status, {}, body)
    assert outcome.state in ("sent", "retry", "dead")
    assert 0 <= outcome.after < float("inf")
