"""Messenger: the documented webhooks, and fbmessenger, a client library of others, for what it knows."""

from __future__ import annotations

import json
from typing import Any

import fbmessenger
import pytest
from fbmessenger.elements import Text
from fbmessenger.quick_replies import QuickReplies, QuickReply
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.messenger import Messenger
from bot.channels.platform import Choice, Inbound, Malformed, Part
from tests.channels.meta_shapes import CHALLENGE, SECRET, dumped, mutated, responses, signature

PERSON = "1254477777772919"
PAGE = "682498302938465"
MID = "m_AG5Hz2Uq7tuwNEhXfYYKj8mJEM_QPpz5jdCK48PnKAjSdjfipqxqMvK8ma6AC8fplwlqLP_5cgXIbu7I3rBN0P"
AT = 1458692752.478

platform = Messenger("token", SECRET, "verify")


def event(**content: Any) -> dict[str, Any]:
    """What a person did."""
    return {"sender": {"id": PERSON}, "recipient": {"id": PAGE}, "timestamp": round(AT * 1000), **content}


def message(**content: Any) -> dict[str, Any]:
    """A message of a person."""
    return event(message={"mid": MID, **content})


def attached(kind: str, payload: Any = None, **others: Any) -> dict[str, Any]:
    """A message with an attachment."""
    return message(attachments=[{"type": kind, "payload": payload or {"url": "x"}}], **others)


def received(*events: dict[str, Any], name: str = "messaging") -> dict[str, Any]:
    """A webhook with these events."""
    return {"object": "page", "entry": [{"id": PAGE, "time": 1458692752478, name: list(events)}]}


def read(*events: dict[str, Any]) -> list[Inbound]:
    """What the platform reads from a webhook with these events."""
    found = platform.read(dumped(received(*events)))
    return [item for item in found if isinstance(item, Inbound)]


STICKER = {"url": "x", "sticker_id": 369239263222822}
PLACE = {"coordinates": {"lat": 25.2854, "long": 51.531}}
LINK = {"type": "fallback", "payload": {"url": "x", "title": ""}}

KINDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (message(text="नमस्ते 🙏"), {"text": "नमस्ते 🙏"}),
    (message(text="yes", reply_to={"mid": "m_1"}, nlp={"entities": {}}), {"text": "yes"}),
    (
        message(text="Talk to…", quick_reply={"payload": "Talk to a person"}),
        {"kind": "choice", "text": "Talk to a person"},
    ),
    (attached("audio"), {"kind": "voice"}),
    (attached("image"), {"kind": "image"}),
    (attached("image", text="my contract"), {"kind": "image", "text": "my contract"}),
    (attached("video"), {"kind": "video"}),
    (attached("file"), {"kind": "document"}),
    (attached("image", STICKER, sticker_id=369239263222822), {"kind": "sticker"}),
    (attached("sticker", {"url": "x"}), {"kind": "sticker"}),
    (message(sticker_id=369239263222822), {"kind": "sticker"}),
    (attached("location", PLACE), {"kind": "location", "place": (25.2854, 51.531)}),
    (attached("location", {"coordinates": {"lat": 251.0, "long": None}}), {"kind": "unsupported"}),
    (message(text="see https://example.org", attachments=[LINK]), {"text": "see https://example.org"}),
    (message(attachments=[LINK]), {"kind": "unsupported"}),
    (attached("template", {"template_type": "generic"}), {"kind": "unsupported"}),
    (attached("reel"), {"kind": "unsupported"}),
    (message(is_unsupported=True), {"kind": "unsupported"}),
    (event(postback={"mid": MID, "title": "Start", "payload": "GET_STARTED"}), {"text": "hello"}),
    (
        event(postback={"mid": MID, "title": "Talk to…", "payload": "Talk to a person"}),
        {"kind": "choice", "text": "Talk to a person"},
    ),
    (event(postback={"mid": MID, "title": "Help"}), {"kind": "choice", "text": "Help"}),
]
WITHOUT_ID = [
    (event(postback={"title": "Help", "payload": "Help"}), "choice"),
    (event(reaction={"mid": MID, "action": "react", "reaction": "love", "emoji": "❤"}), "reaction"),
    (event(message_edit={"mid": MID, "text": "in Doha", "num_edit": 1}), "edited"),
    (message(is_deleted=True), "deleted"),
]
SILENT = [
    event(message={"mid": MID, "is_echo": True, "text": "Hello", "app_id": 1}),
    event(delivery={"mids": [MID], "watermark": 1458668856253}),
    event(read={"watermark": 1458668856253}),
    event(optin={"type": "notification_messages"}),
    event(referral={"source": "SHORTLINK", "type": "OPEN_THREAD"}),
    event(account_linking={"status": "unlinked"}),
    event(pass_thread_control={"new_owner_app_id": "1"}),
]
SHAPES = [received(shape) for shape, _ in KINDS + WITHOUT_ID] + [received(shape) for shape in SILENT]


@pytest.mark.parametrize(("shape", "said"), KINDS)
def test_every_kind_of_message(shape: dict[str, Any], said: dict[str, Any]) -> None:
    assert read(shape) == [Inbound(sender=PERSON, id=MID, at=AT, **said)]


@pytest.mark.parametrize(("shape", "kind"), WITHOUT_ID)
def test_what_has_no_id_of_its_own_gets_the_same_one_again(shape: dict[str, Any], kind: str) -> None:
    [ours] = read(shape)
    assert ours.kind == kind
    assert ours.id not in ("", MID)
    assert read(shape) == [ours]
    later = {**shape, "timestamp": shape["timestamp"] + 1}
    assert kind == "deleted" or read(later)[0].id != ours.id


def test_an_edit_has_the_new_words() -> None:
    assert read(WITHOUT_ID[2][0])[0].text == "in Doha"


def test_what_says_nothing_is_dropped() -> None:
    assert read(*SILENT) == []
    assert platform.read(dumped(received(message(text="x"), name="standby"))) == []
    assert (
        platform.read(dumped({"object": "page", "entry": [{"id": PAGE, "changes": [{"field": "feed"}]}]}))
        == []
    )


def test_a_body_may_hold_several_of_everything() -> None:
    data = received(message(text="1"), SILENT[0], message(text="2"))
    data["entry"] += received(message(text="3"))["entry"]
    assert [item.text for item in platform.read(dumped(data)) if isinstance(item, Inbound)] == ["1", "2", "3"]


class Library(fbmessenger.BaseMessenger):  # type: ignore[misc]
    """The client library, which notes what it takes an event for."""

    def __init__(self) -> None:
        super().__init__("token")
        self.seen: list[tuple[str, dict[str, Any]]] = []

    def message(self, message: dict[str, Any]) -> None:
        self.seen.append(("message", message))

    def postback(self, message: dict[str, Any]) -> None:
        self.seen.append(("postback", message))

    def delivery(self, message: dict[str, Any]) -> None:
        self.seen.append(("silent", message))

    account_linking = optin = read = delivery


def test_events_as_the_library_takes_them() -> None:
    for shape in [shape for shape, _ in KINDS] + SILENT[1:4]:
        theirs = Library()
        theirs.handle(received(shape))
        [(name, content)] = theirs.seen
        assert bool(read(shape)) == (name != "silent")
        if name == "message" and "text" in content["message"] and "quick_reply" not in content["message"]:
            assert read(shape)[0].text == content["message"]["text"]
        assert theirs.get_user_id() == PERSON


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"[]", b"null", b'{"object":"instagram","entry":[]}', b"[" * 100_000,
     dumped({"object": "page", "entry": {}}),
     dumped(received({**message(text="x"), "timestamp": "NaN"})),
     dumped(received({**message(text="x"), "timestamp": 10**400})),
     dumped(received({**message(text="x"), "sender": None})),
     dumped(received(event(message={"text": "x"})))],
)  # fmt: skip
def test_malformed(body: bytes) -> None:
    with pytest.raises(Malformed) as error:
        platform.read(body)
    assert len(str(error.value)) < 60


def test_one_malformed_event_does_not_hide_the_others() -> None:
    assert [item.text for item in read(event(message={"text": "x"}), message(text="help"))] == ["help"]


# Signature and handshake


@pytest.mark.parametrize("text", ["hello", "वेतन 💸 é", "a/b <c>"])
@pytest.mark.parametrize("escaped", [True, False])
def test_the_signature_is_over_the_raw_body(text: str, escaped: bool) -> None:
    body = json.dumps(received(message(text=text)), ensure_ascii=escaped).encode()
    assert platform.genuine(signature(body), body, "")
    assert not platform.genuine(signature(body, "another secret"), body, "")
    assert not platform.genuine(signature(body), body + b" ", "")


@pytest.mark.parametrize("header", [None, "", "sha256=", "sha256=é💸", "sha1=" + "0" * 40])
def test_a_wrong_or_missing_signature(header: str | None) -> None:
    assert not platform.genuine({} if header is None else {"x-hub-signature-256": header}, b"{}", "")


def test_the_handshake() -> None:
    assert platform.challenge(CHALLENGE) == "1158201444"
    assert platform.challenge({**CHALLENGE, "hub.verify_token": "other"}) is None
    assert Messenger("token", "", "").challenge({**CHALLENGE, "hub.verify_token": ""}) is None


# Sending


class Session:
    """Notes what the client library would post."""

    sent: dict[str, Any]

    def post(self, url: str, json: dict[str, Any], **_others: Any) -> Session:
        """One request."""
        self.sent = json
        return self

    def json(self) -> dict[str, Any]:
        """Its response."""
        return {}


def choices(*labels: str) -> tuple[Choice, ...]:
    """Choices with their numbers."""
    return tuple(Choice(label, number) for number, label in enumerate(labels, 1))


@pytest.mark.parametrize("labels", [(), ("Yes", "No"), tuple("abcdefghijk")])
def test_what_is_sent_is_what_the_library_sends(labels: tuple[str, ...]) -> None:
    session = Session()
    replies = QuickReplies([QuickReply(title=label, payload=label) for label in labels])
    text = Text("Next?", quick_replies=replies).to_dict()
    fbmessenger.MessengerClient("token", session=session).send(text, PERSON)
    session.sent.pop("notification_type")  # the default
    call = platform.send(PERSON, Part("Next?", choices(*labels)), "ours-1")
    assert (call.method, call.url) == ("POST", "https://graph.facebook.com/v23.0/me/messages")
    assert call.headers == {"Authorization": "Bearer token"}
    assert call.json["message"].pop("metadata") == "ours-1"
    assert call.json == session.sent


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=1200), min_size=1, max_size=16
    )
)
def test_quick_replies_keep_the_limits(labels: list[str]) -> None:
    replies = platform.send(PERSON, Part("Next?", choices(*labels)), "").json["message"]["quick_replies"]
    assert 1 <= len(replies) <= 13
    assert all(1 <= len(reply["title"]) <= 20 and len(reply["payload"]) <= 1000 for reply in replies)
    assert len({reply["title"] for reply in replies}) == len(replies)


def test_a_long_label_is_cut_at_a_word_and_comes_back_whole() -> None:
    long = "Talk to a person who knows the law of Qatar"
    [reply] = platform.send(PERSON, Part("Next?", choices(long)), "").json["message"]["quick_replies"]
    assert reply == {"content_type": "text", "title": "Talk to a person…", "payload": long}


# What a response means


def error(code: Any, **others: Any) -> bytes:
    """An error of the Graph API."""
    return dumped({"error": {"message": "(#1) x", "type": "OAuthException", "code": code, **others}})


def test_sent() -> None:
    outcome = platform.outcome(200, {}, dumped({"recipient_id": PERSON, "message_id": MID}))
    assert (outcome.state, outcome.id) == ("sent", MID)


@pytest.mark.parametrize("code", [613, 4, 32, 80006])
def test_limits_are_waited_for(code: int) -> None:
    outcome = platform.outcome(400, {}, error(code))
    assert (outcome.state, outcome.code) == ("retry", str(code))
    assert 1 <= outcome.after <= 120


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, error(1200)),
        (400, error(-1)),
        (500, error(1)),
        (400, error(2)),
        (503, error(999)),
        (502, b"<html>"),
        (200, b""),
    ],
)
def test_tried_again(status: int, body: bytes) -> None:
    assert platform.outcome(status, {}, body).state == "retry"


@pytest.mark.parametrize(
    ("code", "subcode"),
    [(10, 2018278), (100, 2018001), (190, 0), (200, 2018108), (230, 0), (368, 0), (551, 1545041)],
)
def test_dead(code: int, subcode: int) -> None:
    outcome = platform.outcome(400, {}, error(code, error_subcode=subcode))
    assert (outcome.state, outcome.code) == ("dead", str(code))


def test_check() -> None:
    call = Messenger("token", SECRET, "verify", base="http://localhost:1/").check()
    assert (call.method, call.url) == ("GET", "http://localhost:1/me")
    assert platform.outcome(200, {}, dumped({"id": PAGE, "name": ""})).state == "sent"
    assert platform.outcome(400, {}, error(190)).state == "dead"


# Whatever comes


def survives(body: bytes) -> None:
    """Reads the body, or says that it is malformed."""
    try:
        found = platform.read(body)
    except Malformed:
        return
    for item in found:
        assert isinstance(item, Inbound)
        assert item.sender and item.id and item.at > 0
        repr(item).encode()


@settings(max_examples=200)
@given(mutated(SHAPES) | st.binary(max_size=200))
def test_reading_survives_anything(body: bytes) -> None:
    survives(body)


@settings(max_examples=200)
@given(st.integers(0, 999), responses())
def test_an_outcome_is_always_one(status: int, body: bytes) -> None:
    assert platform.outcome(status, {}, body).state in ("sent", "retry", "dead")
