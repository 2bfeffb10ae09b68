"""SMS and WhatsApp through Twilio: signatures as Twilio's own SDK makes them, every kind of body, sending."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.channels.platform import Call, Inbound, Malformed, Part, Receipt
from bot.channels.twilio import Twilio

ACCOUNT, TOKEN = "AC" + "0" * 32, "a-token"
URL = "https://haq.example.org/webhooks/sms/webhook"
PERSON, OURS = "+15005550001", "+15005550006"
SID = "SM" + "1" * 32
SMS = Twilio(ACCOUNT, TOKEN, OURS, URL)
WHATSAPP = Twilio(ACCOUNT, TOKEN, f"whatsapp:{OURS}", URL)
ARRIVED = {
    "AccountSid": ACCOUNT, "MessageSid": SID, "From": PERSON, "To": OURS, "Body": "वतन नहीं मिला & 100%",
    "NumMedia": "0", "SmsStatus": "received", "ToCity": "",
}  # fmt: skip
STATUS = {"AccountSid": ACCOUNT, "MessageSid": SID, "From": OURS, "To": PERSON}


def body(**changes: str) -> bytes:
    """A message that arrived, with other fields."""
    return urlencode(ARRIVED | changes).encode()


def over_whatsapp(**changes: str) -> list[Inbound | Receipt]:
    """What a WhatsApp message is read as."""
    return WHATSAPP.read(body(From=f"whatsapp:{PERSON}", To=f"whatsapp:{OURS}", WaId=PERSON[1:], **changes))


def signed(url: str, form: Mapping[str, str]) -> dict[str, str]:
    """The header with which Twilio's SDK signs a form."""
    return {"x-twilio-signature": RequestValidator(TOKEN).compute_signature(url, form)}


@pytest.mark.parametrize(
    "url", [URL, f"{URL}?ref=a%2Fb", URL.replace(".org", ".org:443"), "https://haq.example.org:8443/x"]
)
@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_what_twilios_sdk_signs_is_genuine(url: str, form: dict[str, str]) -> None:
    platform = Twilio(ACCOUNT, TOKEN, OURS, url.partition("?")[0])
    sent = urlencode(
        {k: v.encode(errors="replace").decode() for k, v in form.items()}, errors="replace"
    ).encode()
    form = dict(parse_qsl(sent.decode(), keep_blank_values=True))
    assert platform.genuine(signed(url, form), sent, url)
    assert (
        not platform.genuine(signed(url, form | {"Body": "other"}), sent, url) or form.get("Body") == "other"
    )
    assert not platform.genuine({}, sent, url)


def test_twilio_may_sign_with_or_without_the_port() -> None:
    for written in (URL, URL.replace(".org", ".org:443")):
        for configured in (URL, URL.replace(".org", ".org:443")):
            platform = Twilio(ACCOUNT, TOKEN, OURS, configured)
            assert platform.genuine(signed(written, ARRIVED), body(), configured)


def test_our_signature_is_valid_for_twilios_sdk() -> None:
    ours = SMS._signature(URL + "".join(name + ARRIVED[name] for name in sorted(ARRIVED))).decode()
    assert RequestValidator(TOKEN).validate(URL, ARRIVED, ours)


def test_a_proxy_that_changes_the_address_changes_nothing() -> None:
    assert SMS.genuine(signed(f"{URL}?ref=7", ARRIVED), body(), "http://10.0.0.2:5005/webhooks/x?ref=7")


@pytest.mark.parametrize(
    "changed",
    [
        (signed(URL, ARRIVED), body(Body="other"), URL),
        (signed(URL, ARRIVED), body(), f"{URL}?ref=1"),
        (signed(f"{URL}?ref=1", ARRIVED), body(), f"{URL}?ref=2"),
        ({"x-twilio-signature": "é\udc80"}, body(), URL),
        ({"x-twilio-signature": ""}, body(), URL),
        (signed(URL, {}), b"\xff\xfe", URL),
        (signed(URL, {}), b"&".join([b"a=b"] * 1000), URL),
        ({"x-twilio-signature": RequestValidator("other").compute_signature(URL, ARRIVED)}, body(), URL),
    ],
)
def test_what_is_forged_is_refused(changed: tuple[dict[str, str], bytes, str]) -> None:
    assert not SMS.genuine(*changed)


def test_json_is_signed_by_its_hash() -> None:
    sent = json.dumps({"a": "ü"}).encode()
    url = f"{URL}?bodySHA256={hashlib.sha256(sent).hexdigest()}"
    headers = signed(url, {})
    assert RequestValidator(TOKEN).validate(url, sent.decode(), headers["x-twilio-signature"])
    assert SMS.genuine(headers, sent, url)
    assert not SMS.genuine(headers, sent + b" ", url)


def test_a_text() -> None:
    assert SMS.read(body()) == [Inbound(PERSON, SID, 0.0, text=ARRIVED["Body"])]


@pytest.mark.parametrize(
    ("mime", "kind"),
    [
        ("audio/ogg; codecs=opus", "voice"),
        ("audio/amr", "voice"),
        ("image/jpeg", "image"),
        ("image/webp", "sticker"),
        ("video/mp4", "video"),
        ("application/pdf", "document"),
        ("text/vcard", "contact"),
        ("", "document"),
    ],
)
def test_media(mime: str, kind: str) -> None:
    (found,) = SMS.read(body(NumMedia="1", MediaContentType0=mime, MediaUrl0="https://x", Body="see"))
    assert isinstance(found, Inbound) and (found.kind, found.text) == (kind, "see")


def test_a_place() -> None:
    (found,) = over_whatsapp(Latitude="25.2854", Longitude="-51.531", Body="")
    assert isinstance(found, Inbound) and (found.kind, found.place) == ("location", (25.2854, -51.531))
    assert found.sender == f"whatsapp:{PERSON}"


@pytest.mark.parametrize(
    "pressed",
    [
        {"ButtonText": "Talk to a person", "ButtonPayload": "3"},
        {"ButtonPayload": "Talk to a person"},
        {"ListTitle": "Talk to a person", "ListId": "3"},
    ],
)
def test_a_choice(pressed: dict[str, str]) -> None:
    (found,) = over_whatsapp(**{"Body": "Talk to", **pressed})
    assert isinstance(found, Inbound) and (found.kind, found.text) == ("choice", "Talk to a person")


@pytest.mark.parametrize(
    "changed",
    [
        {"Body": ""},
        {"Body": " \n"},
        {"Body": " stop "},
        {"Body": "Unsubscribe"},
        {"Body": "arrêt", "OptOutType": "STOP"},
        {"AccountSid": "AC" + "9" * 32},
        {"From": f"whatsapp:{PERSON}"},
    ],
)
def test_what_asks_for_no_answer_is_dropped(changed: dict[str, str]) -> None:
    assert SMS.read(body(**changed)) == []


def test_a_cry_for_help_is_never_dropped() -> None:
    (found,) = SMS.read(body(Body="HELP", OptOutType="HELP"))
    assert isinstance(found, Inbound) and found.text == "HELP"
    assert SMS.read(body(Body="stop him, he beats me")) and over_whatsapp(Body="cancel")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("queued", []),
        ("sending", []),
        ("sent", [Receipt(SID)]),
        ("delivered", [Receipt(SID)]),
        ("read", [Receipt(SID)]),
        ("undelivered", [Receipt(SID, failed=True, code="30003")]),
        ("failed", [Receipt(SID, failed=True, code="30003")]),
    ],
)
def test_receipts(status: str, expected: list[Receipt]) -> None:
    code = {"ErrorCode": "30003"} if status in ("failed", "undelivered") else {}
    assert SMS.read(urlencode(STATUS | code | {"MessageStatus": status}).encode()) == expected


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b'{"MessageSid": "SM1"}',
        b"\xff",
        b"a=1&" * 1000,
        body(MessageSid=""),
        body(From=""),
        body(AccountSid=""),
        body(NumMedia="many"),
        body(NumMedia="9" * 5000),
        body(Latitude="nan", Longitude="1"),
        body(Latitude="91", Longitude="1"),
        body(Latitude="1", Longitude="1e999"),
    ],
)
def test_malformed_names_the_field_and_not_its_content(sent: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        SMS.read(sent)
    assert "many" not in str(caught.value) and "999" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_sending() -> None:
    call = SMS.send(PERSON, Part("Hello"), "r/1")
    assert call.url == f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert b64decode(call.headers["Authorization"].removeprefix("Basic ")).decode() == f"{ACCOUNT}:{TOKEN}"
    form = dict(call.form or ())
    assert form == {"To": PERSON, "From": OURS, "Body": "Hello", "StatusCallback": f"{URL}?ref=r%2F1"}
    back = STATUS | {"MessageStatus": "sent"}
    callback = form["StatusCallback"]
    assert SMS.genuine(signed(callback, back), urlencode(back).encode(), callback)
    assert dict(parse_qsl(urlsplit(callback).query)) == {"ref": "r/1"}


def test_the_two_of_them() -> None:
    assert (SMS.name, WHATSAPP.name) == ("sms", "twilio_whatsapp")
    assert SMS.profile.segments == 3 and SMS.profile.messages == 1
    assert WHATSAPP.profile.segments == 0 and WHATSAPP.profile.numbered and not WHATSAPP.profile.files
    form = dict(WHATSAPP.send(f"whatsapp:{PERSON}", Part("Hello"), "1").form or ())
    assert form["From"] == f"whatsapp:{OURS}" and form["To"] == f"whatsapp:{PERSON}"
    check = Call(SMS.check().url, SMS.check().headers, method="GET")
    assert SMS.check() == check and check.url.endswith(f"/Accounts/{ACCOUNT}.json")


@pytest.mark.parametrize(
    ("status", "answer", "state", "code"),
    [
        (201, {"sid": SID, "status": "queued"}, "sent", ""),
        (200, {"sid": ACCOUNT, "status": "active"}, "sent", ""),
        (200, {"sid": ACCOUNT, "status": "suspended"}, "dead", "suspended"),
        (429, {"code": 20429}, "retry", "20429"),
        (429, None, "retry", "429"),
        (400, {"code": 14107}, "retry", "14107"),
        (400, {"code": 21611}, "retry", "21611"),
        (503, None, "retry", "503"),
        (400, {"code": 21610}, "dead", "21610"),
        (400, {"code": 21211}, "dead", "21211"),
        (400, {"code": 21614}, "dead", "21614"),
        (400, {"code": 63016}, "dead", "63016"),
        (403, {"code": 21408}, "dead", "21408"),
        (401, {"code": 20003}, "dead", "20003"),
        (404, None, "dead", "404"),
    ],
)
def test_outcomes(status: int, answer: object, state: str, code: str) -> None:
    found = SMS.outcome(status, {}, json.dumps(answer).encode())
    assert (found.state, found.code) == (state, code)


def test_an_outcome_has_the_id_and_the_wait() -> None:
    assert SMS.outcome(201, {}, json.dumps({"sid": SID}).encode()).id == SID
    assert SMS.outcome(429, {"Retry-After": "12"}, b"").after == 12
    assert SMS.outcome(429, {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"").after == 0
    assert SMS.outcome(429, {"retry-after": "9" * 400}, b"").after == 3600
    assert SMS.outcome(500, {}, b"[" * 100_000).state == "retry"


NAMES = st.sampled_from(
    [*ARRIVED, "MessageStatus", "ErrorCode", "Latitude", "Longitude", "ButtonText", "ButtonPayload",
     "ListTitle", "OptOutType", "MediaContentType0", "WaId"]
)  # fmt: skip
VALUES = st.one_of(
    st.text(),
    st.sampled_from([ACCOUNT, SID, PERSON, "1", "nan", "-1e400", "delivered", "\0", "whatsapp:+1", "STOP"]),
    st.floats().map(str),
)
FORMS = st.one_of(
    st.binary(),
    st.dictionaries(st.one_of(NAMES, st.text()), VALUES).map(
        lambda form: urlencode(ARRIVED | form, errors="replace").encode()
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: (
        st.lists(each) | st.dictionaries(st.sampled_from(["code", "sid", "status"]) | st.text(), each)
    ),
)
ANSWERS = st.one_of(st.binary(), JSON.map(lambda value: json.dumps(value).encode()))
HEADERS = st.dictionaries(st.sampled_from(["Retry-After", "retry-after", "x"]), st.text())


def never_anything_but_malformed(platform: Twilio, sent: bytes) -> None:
    """Reads a body, whatever it is."""
    try:
        for found in platform.read(sent):
            assert isinstance(found, Inbound | Receipt)
            json.dumps(found.__dict__, allow_nan=False, ensure_ascii=False).encode()
    except Malformed:
        pass
    platform.genuine({"x-twilio-signature": "x"}, sent, URL)


@settings(max_examples=200)
@given(FORMS)
def test_any_body_is_read_or_malformed(sent: bytes) -> None:
    never_anything_but_malformed(SMS, sent)


@settings(max_examples=200)
@given(st.integers(100, 599), HEADERS, ANSWERS)
def test_any_response_has_an_outcome(status: int, headers: dict[str, str], sent: bytes) -> None:
    assert SMS.outcome(status, headers, sent).state in ("sent", "retry", "dead")
