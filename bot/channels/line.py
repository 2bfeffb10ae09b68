"""LINE: the Messaging API, https://developers.line.biz/en/reference/messaging-api/ (sections named below).

Answers go as push messages, not as replies. A reply is free, but its token works once and for about a
minute, and a reply that may or may not have arrived cannot be tried again without saying things twice. A
push can: it takes a retry key. Every push counts against the monthly messages (docs/channels/line.md).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Mapping
from typing import Any

import regex

from bot.channels.fields import Fields, fields_of, parse
from bot.channels.platform import (
    Call,
    Choice,
    Inbound,
    Kind,
    Malformed,
    Outcome,
    Part,
    Platform,
    Profile,
    Receipt,
)

_LABEL = 20  # section Quick reply, in characters as a reader counts them
_ACTION_TEXT = 300  # section Message action, likewise
# Section Message event.
_KINDS: dict[str, Kind] = {
    "text": "text", "image": "image", "video": "video", "audio": "voice", "file": "document",
    "location": "location", "sticker": "sticker",
}  # fmt: skip
_CHATS = {"user": "userId", "group": "groupId", "room": "roomId"}  # section Source; where its id stands
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://api.line.me/v2/bot/message/push")


class Line(Platform):
    """A LINE Official Account. It cannot send files."""

    name = "line"
    per_second = 100.0  # 2,000 ("Rate limits"); there may be several of us
    # Section Text message: 5000 characters, in UTF-16 code units (page "Character counting in a text");
    # section Quick reply: 13 buttons. They stand below the newest message only, and on telephones only.
    profile = Profile(text=5000, text_with_buttons=5000, buttons=13, button=_LABEL, files=False)

    def __init__(self, token: str, secret: str, base: str = "https://api.line.me") -> None:
        self._secret = secret.encode()
        self._authorization = {"Authorization": f"Bearer {token}"}
        self._base = base.rstrip("/")

    def genuine(self, headers: Mapping[str, str], body: bytes, url: str) -> bool:
        """Whether the body was signed with the channel secret (page "Verify webhook signature")."""
        given = headers.get("x-line-signature", "").encode(errors="backslashreplace")
        right = base64.b64encode(hmac.new(self._secret, body, hashlib.sha256).digest())
        return hmac.compare_digest(given, right) and bool(self._secret)

    def read(self, body: bytes) -> list[Inbound | Receipt]:
        """The events; the console's test sends none. A malformed one does not take the others along."""
        found: list[Inbound | Receipt] = []
        fault: Malformed | None = None
        for event in parse(body).items("events"):
            try:
                found += _inbound(fields_of(event, "events"))
            except Malformed as error:
                fault = error
        if fault is not None and not found:
            raise fault
        return found

    def send(self, to: str, part: Part, reference: str, token: str = "") -> Call:
        """A push message. Its retry key follows from our reference: a second try is not shown twice."""
        message: dict[str, Any] = {"type": "text", "text": part.text}
        if part.choices:
            message["quickReply"] = {"items": [_item(choice) for choice in part.choices]}
        key = uuid.uuid5(_NAMESPACE, f"{to} {reference}")
        return Call(
            f"{self._base}/v2/bot/message/push",
            headers={**self._authorization, "X-Line-Retry-Key": str(key)},
            json={"to": to, "messages": [message]},
        )

    def outcome(self, status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
        """What a response means (section Status codes; page "Retry failed API requests")."""
        try:
            return _outcome(status, parse(body))
        except Malformed:  # not LINE's own words: a proxy's page, or half an answer
            return Outcome("retry", code=str(status))

    def check(self) -> Call:
        """Section Get bot info."""
        return Call(f"{self._base}/v2/bot/info", headers=self._authorization, method="GET")


def _inbound(event: Fields) -> list[Inbound | Receipt]:
    """What came with an event; an empty list for those that say nothing to us."""
    kind, text, place = _content(event)
    if kind is None or event.text("mode", "active") != "active":  # standby: another service answers
        return []
    source = event.object("source")
    chat = source.text("type")
    if chat not in _CHATS:
        return []
    sender, at = source.text(_CHATS[chat]), event.number("timestamp") / 1000
    number, token = event.text("webhookEventId"), event.text("replyToken", "")
    if chat == "user":
        return [Inbound(sender, number, at, kind, text, place=place, token=token)]
    # Others read along: the words stay out, and what needs no answer stays out whole.
    return [] if kind == "deleted" else [Inbound(sender, number, at, "group", token=token)]


def _content(event: Fields) -> tuple[Kind | None, str, tuple[float, float] | None]:
    """The kind, the words and the place of an event."""
    name = event.text("type")
    if name == "message":
        message = event.object("message")
        kind = _KINDS.get(message.text("type"), "unsupported")
        text = message.text("text") if kind == "text" else ""
        return kind, text, message.place() if kind == "location" else None
    if name == "postback":
        return "choice", event.object("postback").text("data"), None
    if name == "follow":  # who adds the account, or unblocks it, is greeted
        return "text", "hello", None
    return ("deleted" if name == "unsend" else None), "", None


def _item(choice: Choice) -> dict[str, Any]:
    """A button that writes its whole label into the chat; its number where the label is too long for that."""
    whole = choice.label if len(_characters(choice.label)) <= _ACTION_TEXT else str(choice.number)
    return {
        "type": "action",
        "action": {"type": "message", "label": _shortened(choice.label), "text": whole},
    }


def _shortened(label: str) -> str:
    """What stands on the button."""
    characters = _characters(label)
    if len(characters) <= _LABEL:
        return label
    return "".join(characters[: _LABEL - 1]).rstrip() + "…"


def _characters(text: str) -> list[str]:
    """Characters as a reader counts them, as LINE does for buttons (page "Character counting in a text")."""
    return list(regex.findall(r"\X", text))


def _outcome(status: int, answer: Fields) -> Outcome:
    code = str(status)
    if status in (200, 409):  # 409: the same retry key was taken before
        return Outcome("sent", id=_message_id(answer))
    if status == 429 and "monthly limit" in answer.text("message", ""):
        # May pass by itself: messages on their way are reserved for a while (LINE's FAQ).
        return Outcome("retry", code="429 monthly limit")
    if 400 <= status < 500 and status != 429:  # 400 no such person, 401 a wrong token, 403 not in the plan
        return Outcome("dead", code=code)
    return Outcome("retry", code=code)


def _message_id(answer: Fields) -> str:
    """The id of the message that was sent, if the answer has it."""
    try:
        return next((fields_of(each, "sentMessages").text("id") for each in answer.items("sentMessages")), "")
    except Malformed:
        return ""
