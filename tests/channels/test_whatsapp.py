"""WhatsApp: read and written as pywa, a client library of others, does; ids are those of Meta's examples."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import pywa
import pywa.errors
import pywa.types
from hypothesis import given, settings
from hypothesis import strategies as st
from pywa.utils import webhook_updates_validator

from bot.channels.platform import Choice, Inbound, Malformed, Part, Receipt
from bot.channels.whatsapp import WhatsApp
from tests.channels.meta_shapes import CHALLENGE, SECRET, dumped, mutated, responses, signature

NUMBER = "106540352242922"
PERSON = "16505551234"
USER_ID = "US.13491208655302741918"
WAMID = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA="
AT = 1749416383
CONTACT = {"profile": {"name": ""}, "wa_id": PERSON, "user_id": USER_ID}

platform = WhatsApp("token", NUMBER, SECRET, "verify")


def webhook(*values: dict[str, Any], number: str = NUMBER, field: str = "messages") -> dict[str, Any]:
    """A webhook with a change for each value."""
    metadata = {"display_phone_number": "15550783881", "phone_number_id": number}
    changes = [
        {"value": {"messaging_product": "whatsapp", "metadata": metadata, **value}, "field": field}
        for value in values
    ]
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": changes}]}


def message(kind: str, content: Any = None, **others: Any) -> dict[str, Any]:
    """A message of that type."""
    known = {"from": PERSON, "from_user_id": USER_ID, "id": WAMID, "timestamp": str(AT), "type": kind}
    return {**known, **({} if content is None else {kind: content}), **others}


def received(*messages: dict[str, Any]) -> dict[str, Any]:
    """A webhook with these messages."""
    return webhook({"contacts": [CONTACT], "messages": list(messages)})


def read(data: Any) -> list[Inbound | Receipt]:
    """What the platform reads from it."""
    return platform.read(dumped(data))


def media(kind: str, **others: str) -> dict[str, Any]:
    """A medium, of which only the kind is wanted."""
    return {
        "mime_type": f"{kind}/x",
        "sha256": "SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=",
        "id": "13",
        **others,
    }


def status(state: str, **others: Any) -> dict[str, Any]:
    """What became of a message."""
    return {"id": WAMID, "status": state, "timestamp": str(AT), "recipient_id": PERSON, **others}


def failed(code: int) -> dict[str, Any]:
    """A message that could not be delivered."""
    return status(
        "failed", errors=[{"code": code, "title": "", "message": "", "error_data": {"details": ""}}]
    )


REPLY = {"id": WAMID, "from": "15550783881"}
EDITED = {"original_message_id": "wamid.1", "message": {"type": "text", "text": {"body": "in Doha"}}}
EDITED_IMAGE = {
    "original_message_id": "wamid.1",
    "message": {"type": "image", "image": media("image", caption="a")},
}
PERSON_CARD = {"name": {"formatted_name": "", "first_name": ""}, "phones": [{"phone": "", "type": "CELL"}]}
BUTTON = {"type": "button_reply", "button_reply": {"id": "Talk to a person", "title": "Talk to…"}}
LIST = {"type": "list_reply", "list_reply": {"id": "how to complain", "title": "how…", "description": "how"}}

KINDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (message("text", {"body": "नमस्ते 🙏"}), {"kind": "text", "text": "नमस्ते 🙏"}),
    (message("interactive", BUTTON, context=REPLY), {"kind": "choice", "text": "Talk to a person"}),
    (message("interactive", LIST, context=REPLY), {"kind": "choice", "text": "how to complain"}),
    (message("interactive", {"type": "nfm_reply", "nfm_reply": {"name": "flow"}}), {"kind": "unsupported"}),
    (message("button", {"payload": "p1", "text": "Yes, please"}), {"kind": "choice", "text": "Yes, please"}),
    (
        message("location", {"latitude": 25.2854, "longitude": 51.531, "name": "", "address": ""}),
        {"kind": "location", "place": (25.2854, 51.531)},
    ),
    (message("location", {"latitude": 10**400, "longitude": 51.5}), {"kind": "unsupported"}),
    (message("location", {"latitude": "25", "longitude": None}), {"kind": "unsupported"}),
    (message("audio", media("audio", voice=True)), {"kind": "voice"}),  # type: ignore[arg-type]
    (message("image", media("image", caption="my contract")), {"kind": "image", "text": "my contract"}),
    (message("image", media("image")), {"kind": "image"}),
    (message("video", media("video")), {"kind": "video"}),
    (message("document", media("document", filename="a.pdf")), {"kind": "document"}),
    (message("sticker", media("sticker", animated=False)), {"kind": "sticker"}),  # type: ignore[arg-type]
    (message("contacts", [PERSON_CARD]), {"kind": "contact"}),
    (message("reaction", {"message_id": WAMID, "emoji": "👍"}), {"kind": "reaction"}),
    (message("edit", EDITED), {"kind": "edited", "text": "in Doha"}),
    (message("edit", EDITED_IMAGE), {"kind": "edited", "text": "a"}),
    (message("revoke", {"original_message_id": "wamid.1"}), {"kind": "deleted"}),
    (message("order", {"catalog_id": "1", "product_items": []}), {"kind": "unsupported"}),
    (
        message("unsupported", {"type": "poll"}, errors=[{"code": 131051, "title": "", "message": ""}]),
        {"kind": "unsupported"},
    ),
    (message("a type of next year", {"body": "x"}), {"kind": "unsupported"}),
    (message("text", {"body": "hello all"}, group_id="Y2FwaV9ncm91cDox"), {"kind": "group"}),
]
MOVED = [
    message(
        "system",
        {
            "body": "",
            "wa_id": "12195555358",
            "type": "user_changed_number",
            "user_id": "US.2",
            "previous_user_id": "US.1",
        },
    ),
    message("system", {"body": "", "new_wa_id": "12195555358", "type": "customer_changed_number"}),
    {
        **message(
            "system",
            {"body": "", "user_id": "US.2", "previous_user_id": "US.1", "type": "user_changed_user_id"},
        ),
        "from": None,
    },
]
STATUSES = [status("sent", biz_opaque_callback_data="ours-1"), status("read"), failed(131047)]
SHAPES = [
    *(received(shape) for shape, _ in KINDS),
    *(received(shape) for shape in MOVED),
    webhook({"contacts": [CONTACT], "statuses": STATUSES}),
    webhook({"messages": [KINDS[0][0]], "statuses": STATUSES}, {"errors": [{"code": 130429}]}),
]


@pytest.mark.parametrize(("shape", "said"), KINDS, ids=lambda value: str(value.get("type") or value["kind"]))
def test_every_kind_of_message(shape: dict[str, Any], said: dict[str, Any]) -> None:
    assert read(received(shape)) == [Inbound(sender=PERSON, id=WAMID, at=AT, **said)]


def library(
    sent: list[dict[str, Any]] | None = None, response: httpx.Response | None = None
) -> pywa.WhatsApp:
    """The client library, which notes what it would send."""

    def answer(request: httpx.Request) -> httpx.Response:
        if sent is not None:
            sent.append(json.loads(request.content))
        ok = {
            "messaging_product": "whatsapp",
            "contacts": [{"input": PERSON, "wa_id": PERSON}],
            "messages": [{"id": WAMID}],
        }
        return response or httpx.Response(200, json=ok)

    return pywa.WhatsApp(NUMBER, "token", session=httpx.Client(transport=httpx.MockTransport(answer)))


@pytest.mark.parametrize(
    ("shape", "said"),
    [pair for pair in KINDS if pair[1]["kind"] not in ("choice", "edited", "deleted", "unsupported")],
    ids=lambda value: str(value.get("type") or value["kind"]),
)
def test_messages_as_the_library_reads_them(shape: dict[str, Any], said: dict[str, Any]) -> None:
    theirs = pywa.types.Message.from_update(library(), received(shape))
    [ours] = read(received(shape))
    assert isinstance(ours, Inbound)
    assert (ours.id, ours.sender, ours.at) == (
        theirs.id,
        theirs.from_user.wa_id,
        theirs.timestamp.timestamp(),
    )
    assert ours.kind in ("group", "voice" if theirs.type == "audio" else str(theirs.type).rstrip("s"))
    if ours.kind == "text":
        assert ours.text == theirs.text
    if theirs.location:
        assert ours.place == (theirs.location.latitude, theirs.location.longitude)


def test_choices_as_the_library_reads_them() -> None:
    button, row = (received(message("interactive", reply, context=REPLY)) for reply in (BUTTON, LIST))
    assert read(button)[0].text == pywa.types.CallbackButton.from_update(library(), button).data  # type: ignore[union-attr]
    assert read(row)[0].text == pywa.types.CallbackSelection.from_update(library(), row).data  # type: ignore[union-attr]


def test_a_changed_number_as_the_library_reads_it() -> None:
    for shape in MOVED[:2]:
        theirs = pywa.types.PhoneNumberChange.from_update(library(), received(shape))
        [ours] = read(received(shape))
        assert isinstance(ours, Inbound)
        assert (ours.sender, ours.formerly) == (theirs.new_wa_id, theirs.old_wa_id)


def test_a_changed_user_id_says_nothing_but_who() -> None:
    expected = Inbound("US.2", WAMID, AT, kind="reaction", formerly="US.1")
    assert read(received(MOVED[2])) == [expected]
    assert read(received({**MOVED[2], "from": PERSON})) == []  # known by the phone number, which stays
    assert read(received(message("system", {"type": "customer_identity_changed", "body": ""}))) == []


@pytest.mark.parametrize(
    ("shown", "contact", "sender"),
    [
        ({}, CONTACT, PERSON),
        ({"from": None}, {"user_id": USER_ID}, USER_ID),
        ({"from": "", "from_user_id": None}, {"user_id": USER_ID}, USER_ID),
        ({"from": None, "from_user_id": None}, CONTACT, PERSON),
    ],
)
def test_the_sender_with_and_without_a_phone_number(
    shown: dict[str, Any], contact: dict[str, Any], sender: str
) -> None:
    [ours] = read(webhook({"contacts": [contact], "messages": [message("text", {"body": "hi"}, **shown)]}))
    assert isinstance(ours, Inbound)
    assert ours.sender == sender


def test_statuses_as_the_library_reads_them() -> None:
    receipts = [Receipt("ours-1"), Receipt(WAMID), Receipt(WAMID, failed=True, code="131047")]
    assert read(webhook({"contacts": [CONTACT], "statuses": STATUSES})) == receipts
    for shape, ours in zip(STATUSES, receipts, strict=True):
        update = webhook({"contacts": [CONTACT], "statuses": [shape]})
        theirs = pywa.types.MessageStatus.from_update(library(), update)
        assert ours.reference == (theirs.tracker or theirs.id)
        assert ours.failed == (theirs.status == "failed")
        assert ours.code == (str(theirs.error.code) if theirs.error else "")


def test_a_body_may_hold_several_of_everything() -> None:
    data = webhook(
        {
            "messages": [message("text", {"body": "1"}), message("text", {"body": "2"})],
            "statuses": [status("sent")],
        },
        {"messages": [message("text", {"body": "3"})]},
    )
    data["entry"] += received(message("text", {"body": "4"}))["entry"]
    ours = read(data)
    assert [item.text if isinstance(item, Inbound) else "sent" for item in ours] == [
        "1",
        "2",
        "sent",
        "3",
        "4",
    ]


def test_what_is_not_for_us_is_dropped() -> None:
    assert read(webhook({"messages": [KINDS[0][0]]}, number="1")) == []
    assert read(webhook({"event": "ACCOUNT_UPDATE"}, field="account_update")) == []
    assert read(webhook({"errors": [{"code": 130429, "title": ""}]})) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"[]", b"null", b'{"object":"page","entry":[]}', b"[" * 100_000,
     dumped({"object": "whatsapp_business_account", "entry": {}}),
     dumped(webhook({"messages": [message("text")]}, number="")),
     dumped(received(message("text", {"body": "x"}, timestamp="NaN"))),
     dumped(received(message("text", {"body": "x"}, timestamp=10**400))),
     dumped(received(message("text", {"body": "x"}, timestamp=AT * 1000))),
     dumped(received(message("text", {"body": "x"}, id=None))),
     dumped(received(message("text")))],
)  # fmt: skip
def test_malformed(body: bytes) -> None:
    with pytest.raises(Malformed) as error:
        platform.read(body)
    assert len(str(error.value)) < 60


def test_one_malformed_message_does_not_hide_the_others() -> None:
    ours = read(received(message("text"), message("text", {"body": "help"})))
    assert [item.text for item in ours if isinstance(item, Inbound)] == ["help"]


# Signature and handshake


@pytest.mark.parametrize("text", ["hello", "वेतन 💸 é", "a/b <c>"])
@pytest.mark.parametrize("escaped", [True, False])
def test_the_signature_is_over_the_raw_body(text: str, escaped: bool) -> None:
    body = json.dumps(received(message("text", {"body": text})), ensure_ascii=escaped).encode()
    assert platform.genuine(signature(body), body, "")
    assert webhook_updates_validator(SECRET, body, signature(body)["x-hub-signature-256"])
    assert not platform.genuine(signature(body), body + b" ", "")


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-hub-signature-256": ""}, {"x-hub-signature-256": "sha256="},
     {"x-hub-signature-256": "sha256=é💸\ud800"},
     signature(b"{}", "another secret"), {"x-hub-signature": "sha1=" + "0" * 40},
     {"x-hub-signature-256": signature(b"{}")["x-hub-signature-256"][7:]}],
)  # fmt: skip
def test_a_wrong_or_missing_signature(headers: dict[str, str]) -> None:
    assert not platform.genuine(headers, b"{}", "")


def test_without_secrets_nothing_is_genuine() -> None:
    bare = WhatsApp("token", NUMBER, "", "")
    assert not bare.genuine(signature(b"{}", ""), b"{}", "")
    assert bare.challenge({**CHALLENGE, "hub.verify_token": ""}) is None


def test_the_handshake() -> None:
    assert platform.challenge(CHALLENGE) == "1158201444"
    assert platform.challenge({**CHALLENGE, "hub.verify_token": "é"}) is None
    assert platform.challenge({**CHALLENGE, "hub.mode": "unsubscribe"}) is None
    assert platform.challenge({}) is None


# Sending


def choices(*labels: str) -> tuple[Choice, ...]:
    """Choices with their numbers."""
    return tuple(Choice(label, number) for number, label in enumerate(labels, 1))


def sent(part: Part, to: str = PERSON) -> dict[str, Any]:
    """The body that is sent."""
    call = platform.send(to, part, "ours-1")
    assert call.url == f"https://graph.facebook.com/v23.0/{NUMBER}/messages"
    assert call.headers == {"Authorization": "Bearer token"}
    assert call.method == "POST"
    return dict(call.json)


@pytest.mark.parametrize("to", [PERSON, USER_ID])
def test_what_is_sent_is_what_the_library_sends(to: str) -> None:
    theirs: list[dict[str, Any]] = []
    client = library(theirs)
    client.send_message(to, "Hello", preview_url=False, tracker="ours-1")
    client.send_message(to, "Next?", buttons=[pywa.types.Button("Yes", "Yes")], tracker="ours-1")
    rows = [pywa.types.SectionRow(label, label) for label in "abcd"]
    listed = pywa.types.SectionList("☰", [pywa.types.Section("", rows)])
    client.send_message(to, "Which?", buttons=listed, tracker="ours-1")
    theirs[2]["interactive"]["action"]["sections"][0].pop("title")  # optional where there is one section
    ours = [
        sent(Part("Hello"), to),
        sent(Part("Next?", choices("Yes")), to),
        sent(Part("Which?", choices(*"abcd")), to),
    ]
    assert ours == theirs


LABELS = st.lists(
    st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=400), min_size=1, max_size=13
)


@given(LABELS, st.sampled_from(["Talk to a person now ", "मलाई तलब दिएको छैन ", ""]))
def test_buttons_and_lists_keep_the_limits(labels: list[str], start: str) -> None:
    interactive = sent(Part("Next?", choices(*(start + label for label in labels))))["interactive"]
    if interactive["type"] == "button":
        rows = [button["reply"] for button in interactive["action"]["buttons"]]
        most, title, identifier = 3, 20, 256
    else:
        assert 1 <= len(interactive["action"]["button"]) <= 20
        [section] = interactive["action"]["sections"]
        rows, most, title, identifier = section["rows"], 10, 24, 200
    assert 1 <= len(rows) <= most
    assert all(1 <= len(row["title"]) <= title for row in rows)
    assert all(len(row["id"]) <= identifier for row in rows)
    assert all(len(row.get("description", "")) <= 72 for row in rows)
    assert len({row["title"] for row in rows}) == len(rows)


def test_a_long_label_is_cut_at_a_word_and_comes_back_whole() -> None:
    long = "Talk to a person who knows the law of Qatar"
    [button] = sent(Part("Next?", choices(long)))["interactive"]["action"]["buttons"]
    assert button["reply"] == {"id": long, "title": "Talk to a person…"}
    rows = sent(Part("Next?", choices(long, "b", "c", "d")))["interactive"]["action"]["sections"][0]["rows"]
    assert rows[0] == {"id": long, "title": "Talk to a person who…", "description": long}
    assert rows[1] == {"id": "b", "title": "b"}
    assert sent(Part("?", choices("x" * 257)))["interactive"]["action"]["buttons"][0]["reply"]["id"] == "1"


def test_titles_that_cutting_makes_the_same_carry_numbers() -> None:
    labels = ("the money at the end of the job", "the money at the end of the month")
    buttons = sent(Part("?", choices(*labels)))["interactive"]["action"]["buttons"]
    assert [button["reply"]["title"] for button in buttons] == [
        "1. the money at the…",
        "2. the money at the…",
    ]
    assert [button["reply"]["id"] for button in buttons] == list(labels)


@pytest.mark.parametrize(
    "label", ["मलाईतलबदिएकोछैनमलाईतलब", "க்ஷக்ஷக்ஷக்ஷக்ஷக்ஷக்ஷக்ஷ", "👩🏽‍🏭👩🏽‍🏭👩🏽‍🏭👩🏽‍🏭👩🏽‍🏭👩🏽‍🏭👩🏽‍🏭"]
)
def test_no_letter_is_cut_from_its_signs(label: str) -> None:
    [button] = sent(Part("?", choices(label)))["interactive"]["action"]["buttons"]
    kept = button["reply"]["title"].removesuffix("…")
    assert label.startswith(kept)
    assert kept
    assert label[len(kept)] not in "\u093e\u0940\u0948\u0947\u094b\u0bcd\u200d🏽"
    assert kept[-1] not in "\u0bcd\u200d"


# What a response means


def error(code: Any, **others: Any) -> bytes:
    """An error of the Graph API."""
    return dumped({"error": {"message": "(#1) x", "type": "OAuthException", "code": code, **others}})


def test_sent() -> None:
    body = dumped({"messaging_product": "whatsapp", "contacts": [{}], "messages": [{"id": WAMID}]})
    outcome = platform.outcome(200, {}, body)
    assert (outcome.state, outcome.id) == ("sent", WAMID)


@pytest.mark.parametrize("code", [130429, 131056, 80007, 4])
def test_limits_are_waited_for(code: int) -> None:
    outcome = platform.outcome(400, {}, error(code))
    assert (outcome.state, outcome.code) == ("retry", str(code))
    assert 1 <= outcome.after <= 120


@pytest.mark.parametrize(
    "code", [131047, 131026, 131051, 131021, 100, 190, 368, 131031, 131042, 10, 0, "131047"]
)
def test_dead(code: int | str) -> None:
    outcome = platform.outcome(400, {}, error(code, error_subcode=2494055))
    assert (outcome.state, outcome.code) == ("dead", str(code))


@pytest.mark.parametrize(
    ("status_code", "body"),
    [(500, error(1)), (503, error(2)), (500, error(131000)), (400, error(131016)), (500, error(999)),
     (429, error(999)), (400, error(999, is_transient=True)), (400, error(None)), (400, error(True)),
     (502, b"<html>"), (200, b""),
     (200, b"\xff"), (200, b"[]"), (404, b"{}"), (200, b'{"error":1}'), (0, b"[" * 100_000)],
)  # fmt: skip
def test_tried_again(status_code: int, body: bytes) -> None:
    assert platform.outcome(status_code, {}, body).state == "retry"


@pytest.mark.parametrize("code", [130429, 131056, 131047, 131026, 190, 131021])
def test_the_library_knows_the_same_codes(code: int) -> None:
    response = httpx.Response(400, json=json.loads(error(code, error_data={"details": ""})))
    throttled = platform.outcome(400, {}, error(code)).state == "retry"
    with pytest.raises(pywa.errors.WhatsAppError) as raised:
        library(response=response).send_message(PERSON, "Hello")
    assert isinstance(raised.value, pywa.errors.ThrottlingError) == throttled


def test_check() -> None:
    call = WhatsApp("token", NUMBER, SECRET, "verify", base="http://localhost:1/").check()
    assert (call.method, call.url) == ("GET", f"http://localhost:1/{NUMBER}")
    assert platform.outcome(200, {}, dumped({"id": NUMBER})).state == "sent"
    assert platform.outcome(401, {}, error(190)).state == "dead"


# Whatever comes


def survives(body: bytes) -> None:
    """Reads the body, or says that it is malformed."""
    try:
        found = platform.read(body)
    except Malformed:
        return
    assert all(item.sender and item.id and item.at > 0 for item in found if isinstance(item, Inbound))
    for item in found:
        repr(item).encode()


@settings(max_examples=200)
@given(mutated(SHAPES) | st.binary(max_size=200))
def test_reading_survives_anything(body: bytes) -> None:
    survives(body)


@settings(max_examples=200)
@given(st.integers(0, 999), responses())
def test_an_outcome_is_always_one(status_code: int, body: bytes) -> None:
    assert platform.outcome(status_code, {}, body).state in ("sent", "retry", "dead")
