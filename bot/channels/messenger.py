"""Facebook Messenger, over Meta's Messenger Platform.

Limits and shapes: developers.facebook.com/documentation/business-messaging/messenger-platform, pages "Webhook
events", "Send a message", "Quick replies", "Rate limits" and "Common error codes", as of 2026.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from bot.channels import meta
from bot.channels.platform import Call, Inbound, Kind, Outcome, Part, Platform, Profile, Receipt

_QUICK_REPLIES, _TITLE, _PAYLOAD = 13, 20, 1000
_GET_STARTED = "GET_STARTED"  # the payload of the button that opens a first conversation

_KINDS: dict[str, Kind] = {
    "audio": "voice", "image": "image", "video": "video", "file": "document", "sticker": "sticker",
}  # fmt: skip

# Seconds to wait: calls of the whole page, or too many messages to one person ("Rate limits").
_LIMITED = {613: 10.0, 80006: 60.0}
_TRANSIENT = frozenset({-1, 1200})  # "Temporary send message failure. Please try again later."


class Messenger(Platform):
    """Facebook Messenger, with one page. A message has words or a file, never both."""

    name = "messenger"
    per_second = 100.0  # 300 a page ("Rate limits"); there may be several of us
    profile = Profile(
        text=2000, text_with_buttons=2000, buttons=_QUICK_REPLIES, button=_TITLE, captions=False
    )

    def __init__(self, token: str, app_secret: str, verify_token: str, base: str = meta.BASE) -> None:
        self._app_secret = app_secret
        self._verify_token = verify_token
        self._address = f"{base.rstrip('/')}/me"
        # In a header: addresses get into logs.
        self._headers = {"Authorization": f"Bearer {token}"}

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """Answers the handshake that knows our verify token."""
        return meta.challenge(self._verify_token, query)

    def genuine(self, headers: Mapping[str, str], body: bytes, url: str) -> bool:
        """Whether Meta signed this body."""
        return meta.genuine(self._app_secret, headers, body)

    def read(self, body: bytes) -> list[Inbound | Receipt]:
        """What people sent to the page; not what another app handles ("standby"). Raises Malformed."""
        events = [
            event for entry in meta.entries(body, "page") for event in meta.mappings(entry.get("messaging"))
        ]
        return meta.read_each(events, _read_event)

    def send(self, to: str, part: Part, reference: str, token: str = "") -> Call:
        """A text, with quick replies where there are choices; a file goes by itself."""
        if part.file is not None:
            return self._send_file(to, part.file, reference)
        message: dict[str, Any] = {"text": part.text, "metadata": reference}
        if part.choices:
            message["quick_replies"] = [
                {"content_type": "text", "title": title, "payload": meta.payload(choice, _PAYLOAD)}
                for choice, title in meta.titles(part.choices[:_QUICK_REPLIES], _TITLE)
            ]
        sent = {"recipient": {"id": to}, "messaging_type": "RESPONSE", "message": message}
        return Call(f"{self._address}/messages", self._headers, json=sent)

    def _send_file(self, to: str, file: Mapping[str, str], reference: str) -> Call:
        """The file in the same request ("Send a message", section "Attaching files")."""
        message = {"attachment": {"type": "file", "payload": {"is_reusable": False}}, "metadata": reference}
        content = (file["name"], base64.b64decode(file["base64"]), file["mime"])
        form: list[tuple[str, str | tuple[str, bytes, str]]] = [
            ("recipient", json.dumps({"id": to})),
            ("messaging_type", "RESPONSE"),
            ("message", json.dumps(message)),
            ("filedata", content),
        ]
        return Call(f"{self._address}/messages", self._headers, multipart=form)

    def outcome(self, status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Dead among others: 10 (24 hours are over), 551 (the person cannot be reached), 190 (token)."""
        return meta.outcome(status, body, _sent_id, _LIMITED, _TRANSIENT)

    def check(self) -> Call:
        """Asks for our own page."""
        return Call(self._address, self._headers, method="GET")


def _read_event(event: dict[str, Any]) -> list[Inbound | Receipt]:
    """One event: a message, a pressed button, a reaction or an edit; all others say nothing."""
    message = meta.mapping(event, "message")
    if message.get("is_echo"):
        return []
    sender = meta.identifier(meta.mapping(event, "sender").get("id"))
    time = meta.identifier(event.get("timestamp"))
    if message:
        name, said = meta.identifier(message.get("mid")), _said(message)
        if said["kind"] == "deleted":  # it bears the id of the message that it takes back
            name = name and f"{name}#deleted"
    elif "postback" in event:
        postback = meta.mapping(event, "postback")
        name = meta.identifier(postback.get("mid")) or _digest(sender, time, postback.get("payload"))
        said = _pressed(postback)
    elif "reaction" in event:
        reaction = meta.mapping(event, "reaction")
        name = _digest(sender, time, *(reaction.get(key) for key in ("mid", "action", "emoji")))
        said = {"kind": "reaction"}
    elif "message_edit" in event:
        edit = meta.mapping(event, "message_edit")
        name = _digest(sender, time, edit.get("mid"), edit.get("num_edit"))
        said = {"kind": "edited", "text": meta.text(edit.get("text"))}
    else:
        return []
    return [
        Inbound(
            sender=meta.required(sender, "sender.id"),
            id=meta.required(name, "message.mid"),
            at=meta.moment(event.get("timestamp"), per_second=1000),
            **said,
        )
    ]


def _digest(*parts: Any) -> str:
    """An id for what has none, the same when the event is delivered again."""
    return hashlib.sha256("\n".join(map(meta.identifier, parts)).encode()).hexdigest()


def _pressed(postback: dict[str, Any]) -> dict[str, Any]:
    """A button of the page: the one that opens a first conversation greets."""
    payload = meta.text(postback.get("payload"))
    if payload == _GET_STARTED:
        return {"kind": "text", "text": "hello"}
    label = payload or meta.text(postback.get("title"))
    return {"kind": "choice", "text": label} if label else {"kind": "unsupported"}


def _said(message: dict[str, Any]) -> dict[str, Any]:
    """What kind of message it is, with its words or its place."""
    words = meta.text(message.get("text"))
    pressed = meta.text(meta.mapping(message, "quick_reply").get("payload"))
    attachments = meta.mappings(message.get("attachments"))
    if message.get("is_deleted"):
        return {"kind": "deleted"}
    if pressed:
        return {"kind": "choice", "text": pressed}
    attached = [_attached(attachment) for attachment in attachments if attachment.get("type") != "fallback"]
    if attached:
        return {**attached[0], "text": words}
    if "sticker_id" in message:
        return {"kind": "sticker"}
    return {"kind": "text", "text": words} if words else {"kind": "unsupported"}  # a link is a fallback


def _attached(attachment: dict[str, Any]) -> dict[str, Any]:
    """What was attached; it is never fetched."""
    kind = meta.text(attachment.get("type"))
    if "sticker_id" in meta.mapping(attachment, "payload"):
        return {"kind": "sticker"}
    if kind == "location":
        coordinates = meta.mapping(attachment, "payload", "coordinates")
        place = meta.place(coordinates.get("lat"), coordinates.get("long"))
        return {"kind": "location", "place": place} if place else {"kind": "unsupported"}
    return {"kind": _KINDS.get(kind, "unsupported")}


def _sent_id(data: dict[str, Any]) -> str:
    """The id of the message that was taken."""
    return meta.identifier(data.get("message_id"))
