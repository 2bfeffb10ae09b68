"""SMS and WhatsApp through Twilio.

Webhooks: https://www.twilio.com/docs/messaging/guides/webhook-request and
.../messaging/guides/track-outbound-message-status; signatures: https://www.twilio.com/docs/usage/security;
sending: https://www.twilio.com/docs/messaging/api/message-resource.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlencode, urlsplit

from bot.channels.fields import clean
from bot.channels.platform import Call, Inbound, Kind, Malformed, Outcome, Part, Platform, Profile, Receipt

# 1600: https://www.twilio.com/docs/glossary/what-sms-character-limit, for all channels of Twilio. Buttons
# need a template approved before (content templates), a file an address where anybody could fetch it.
SMS = Profile(
    text=1600, text_with_buttons=1600, buttons=0, button=0, messages=1, segments=3, numbered=True, files=False
)
WHATSAPP = Profile(text=1600, text_with_buttons=1600, buttons=0, button=0, numbered=True, files=False)

_WHATSAPP = "whatsapp:"
_FIELDS = 500  # Twilio sends some thirty
_LONGEST_WAIT = 3600.0
# What became of a message (message-resource, status values); those not named say nothing yet.
_DONE = frozenset(("sent", "delivered", "read"))
_FAILED = frozenset(("undelivered", "failed", "canceled"))
# On SMS Twilio itself answers these and sends the person nothing more
# (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out). HELP and START are for us too.
_STOP = frozenset(("STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"))
# Too many requests or messages waiting, which passes (https://www.twilio.com/docs/api/errors/<code>). For
# good are 20003 (token), 21211 and 21614 (number), 21408 (country), 21610 (unsubscribed), 63016 (24 hours).
_TRY_AGAIN = frozenset((20429, 14107, 21611, 63018))
_MEDIA: Mapping[str, Kind] = {
    "image/webp": "sticker", "text/vcard": "contact", "text/x-vcard": "contact",
    "audio": "voice", "image": "image", "video": "video",
}  # fmt: skip


class Twilio(Platform):
    """One number of ours at Twilio: of SMS, or with `whatsapp:` before it of WhatsApp."""

    # https://www.twilio.com/docs/whatsapp/best-practices-and-faqs; Twilio queues what is more, SMS too.
    per_second = 10.0

    def __init__(
        self, account: str, token: str, sender: str, url: str, base: str = "https://api.twilio.com"
    ) -> None:
        self._account = account
        self._token = token
        self._sender = sender
        self._url = url
        self._api = f"{base.rstrip('/')}/2010-04-01/Accounts/{account}"
        self._whatsapp = sender.startswith(_WHATSAPP)
        self.name = "twilio_whatsapp" if self._whatsapp else "sms"
        self.profile = WHATSAPP if self._whatsapp else SMS

    def genuine(self, headers: Mapping[str, str], body: bytes, url: str) -> bool:
        """Whether X-Twilio-Signature is that of our public address, with the query of `url`, and the body.

        As Twilio's own validator does it: with and without the port, and for JSON over the hash of the
        body that stands in the query.
        """
        parts, asked = urlsplit(self._url), url.partition("?")[2]
        hashes = parse_qs(asked).get("bodySHA256")
        if hashes:
            if not hmac.compare_digest(hashlib.sha256(body).hexdigest().encode(), hashes[0].encode()):
                return False
            body = b""
        try:
            signed = "".join(name + value for name, value in sorted(set(_pairs(body))))
        except Malformed:
            return False
        given = headers.get("x-twilio-signature", "").encode(errors="replace")
        expected = (self._signature(address + signed) for address in _addresses(parts, asked))
        return any(hmac.compare_digest(each, given) for each in expected)

    def read(self, body: bytes) -> list[Inbound | Receipt]:
        """The message or the receipt of a body; none when it is not for us or asks for no answer.

        A receipt carries Twilio's id: our reference stands in the query, which is not part of the body.
        """
        form = _Form(_pairs(body))
        if form.needed("AccountSid") != self._account:
            return []
        status = form.text("MessageStatus")
        if status and status != "received":
            return list(_receipt(form, status))
        sender = form.needed("From")
        if sender.startswith(_WHATSAPP) != self._whatsapp or self._stops(form):
            return []
        return list(_inbound(form, sender))

    def send(self, to: str, part: Part, reference: str, token: str = "") -> Call:
        """A message; what becomes of it comes to our webhook with `ref`."""
        form = (
            ("To", to),
            ("From", self._sender),
            ("Body", part.text),
            ("StatusCallback", f"{self._url}?{urlencode({'ref': reference})}"),
        )
        return Call(f"{self._api}/Messages.json", self._headers(), form=form)

    def outcome(self, status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
        """By Twilio's own error code where it gives one."""
        answer = _answer(body)
        if 200 <= status < 300:
            state = answer.get("status")  # of an account, when it was `check` that asked
            if state in ("suspended", "closed"):
                return Outcome("dead", code=str(state))
            return Outcome("sent", id=str(answer.get("sid") or ""))
        code = answer.get("code")
        known = code if isinstance(code, int) else status
        if status in (408, 429) or status >= 500 or known in _TRY_AGAIN:
            return Outcome("retry", after=_wait(headers), code=str(known))
        return Outcome("dead", code=str(known))

    def check(self) -> Call:
        """Asks for the account."""
        return Call(f"{self._api}.json", self._headers(), method="GET")

    def _headers(self) -> dict[str, str]:
        login = base64.b64encode(f"{self._account}:{self._token}".encode()).decode()
        return {"Authorization": f"Basic {login}"}

    def _signature(self, signed: str) -> bytes:
        return base64.b64encode(hmac.digest(self._token.encode(), signed.encode(), "sha1"))

    def _stops(self, form: _Form) -> bool:
        """Whether the person wants nothing more; Twilio has answered, and refuses what we would send."""
        return form.text("OptOutType") == "STOP" or (
            not self._whatsapp and form.text("Body").strip().upper() in _STOP
        )


class _Form:
    """The fields of a form by name; an empty one counts as missing."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values = {name: clean(value) for name, value in pairs}

    def text(self, name: str) -> str:
        return self._values.get(name, "")

    def needed(self, name: str) -> str:
        if not self.text(name).strip():
            raise Malformed(f"`{name}` is missing.")
        return self.text(name)

    def number(self, name: str, most: float) -> float:
        """A number of at most this size, either way."""
        try:
            value = float(self.text(name) or "0")
        except ValueError:
            value = math.nan
        if not abs(value) <= most:  # false for NaN too
            raise Malformed(f"`{name}` is not a number, or out of range.")
        return value


def _pairs(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form in their order."""
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        raise Malformed("The body is not a form.") from None  # the cause would carry the body along


def _addresses(parts: SplitResult, query: str) -> Iterator[str]:
    """The address with and without its port: Twilio signs either."""
    host = (parts.hostname or "").join(("[", "]") if ":" in (parts.hostname or "") else ("", ""))
    port = parts.port or (443 if parts.scheme == "https" else 80)
    for place in (parts.netloc, host, f"{host}:{port}"):
        yield parts._replace(netloc=place, query=query).geturl()


def _receipt(form: _Form, status: str) -> Iterator[Receipt]:
    reference = form.needed("MessageSid")
    if status in _DONE:
        yield Receipt(reference)
    elif status in _FAILED:
        yield Receipt(reference, failed=True, code=form.text("ErrorCode"))


def _inbound(form: _Form, sender: str) -> Iterator[Inbound]:
    """What a person sent. Twilio does not tell when: 0 stands for now."""
    message, body, pressed = form.needed("MessageSid"), form.text("Body"), _pressed(form)
    if form.number("NumMedia", 1000) >= 1:
        yield Inbound(sender, message, 0.0, _medium(form.text("MediaContentType0")), body)
    elif form.text("Latitude") or form.text("Longitude"):
        place = form.number("Latitude", 90), form.number("Longitude", 180)
        yield Inbound(sender, message, 0.0, "location", body, place=place)
    elif pressed:
        yield Inbound(sender, message, 0.0, "choice", pressed)
    elif body.strip():
        yield Inbound(sender, message, 0.0, "text", body)


def _pressed(form: _Form) -> str:
    """The label of what was pressed."""
    return form.text("ButtonText") or form.text("ListTitle") or form.text("ButtonPayload")


def _medium(mime: str) -> Kind:
    kind = mime.partition(";")[0].strip().lower()
    return _MEDIA.get(kind) or _MEDIA.get(kind.partition("/")[0]) or "document"


def _answer(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _wait(headers: Mapping[str, str]) -> float:
    """The seconds of Retry-After, or 0."""
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return min(float(given), _LONGEST_WAIT) if given.isascii() and given.isdigit() else 0.0
