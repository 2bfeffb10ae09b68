"""WhatsApp, over Meta's Cloud API.

Limits and shapes: developers.facebook.com/documentation/business-messaging/whatsapp, pages "Messages webhook
reference" (one a type), "Interactive reply buttons", "Interactive list messages", "Throughput", "Error codes"
and "Business-scoped user IDs", as of 2026.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from bot.channels import meta
from bot.channels.platform import Call, Inbound, Kind, Outcome, Part, Platform, Profile, Receipt

_BUTTON, _BUTTON_ID = 20, 256
_ROW, _ROW_ID, _DESCRIPTION = 24, 200, 72
# The button that opens a list must have a name, and no sentence may stand here: people read every language.
_OPEN_LIST = "☰"
_PHONE = re.compile(r"\+?[0-9]+")  # a business-scoped user id has letters and a dot: US.134912086

_KINDS: dict[str, Kind] = {
    "audio": "voice", "image": "image", "video": "video", "document": "document", "sticker": "sticker",
    "contacts": "contact", "reaction": "reaction", "revoke": "deleted",
}  # fmt: skip
_MOVES = ("user_changed_number", "customer_changed_number", "user_changed_user_id")
_MEDIA = ("image", "video", "document")  # these carry words too

# Seconds to wait. A person may be sent one message in 6 seconds for long, and short bursts ("Error codes").
_LIMITED = {130429: 5.0, 131056: 6.0, 80007: 60.0, 131057: 60.0}
_TRANSIENT = frozenset({131000, 131016, 133004})


class WhatsApp(Platform):
    """WhatsApp, with one phone number."""

    name = "whatsapp"
    per_second = 70.0  # 80 for a number that is not upgraded ("Throughput")
    profile = Profile(
        text=4096,
        text_with_buttons=1024,
        buttons=3,
        button=_BUTTON,
        rows=10,
        row=_ROW,
        row_description=_DESCRIPTION,
        captions=False,  # a list of choices cannot stand beside a document
    )

    def __init__(
        self, token: str, number_id: str, app_secret: str, verify_token: str, base: str = meta.BASE
    ) -> None:
        self._number_id = number_id
        self._app_secret = app_secret
        self._verify_token = verify_token
        self._address = f"{base.rstrip('/')}/{number_id}"
        self._headers = {"Authorization": f"Bearer {token}"}

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """Answers the handshake that knows our verify token."""
        return meta.challenge(self._verify_token, query)

    def genuine(self, headers: Mapping[str, str], body: bytes, url: str) -> bool:
        """Whether Meta signed this body."""
        return meta.genuine(self._app_secret, headers, body)

    def read(self, body: bytes) -> list[Inbound | Receipt]:
        """The messages to our number, and what became of ours. Raises Malformed."""
        changes = [
            change
            for entry in meta.entries(body, "whatsapp_business_account")
            for change in meta.mappings(entry.get("changes"))
            if change.get("field") == "messages"
        ]
        return meta.read_each(changes, self._read_change)

    def _read_change(self, change: dict[str, Any]) -> list[Inbound | Receipt]:
        """One batch of messages and of statuses, unless it is for another number."""
        value = meta.mapping(change, "value")
        number = meta.identifier(meta.mapping(value, "metadata").get("phone_number_id"))
        if meta.required(number, "metadata.phone_number_id") != self._number_id:
            return []
        contacts = meta.mappings(value.get("contacts"))
        contact = contacts[0] if len(contacts) == 1 else {}
        items = [
            *({"message": message, "contact": contact} for message in meta.mappings(value.get("messages"))),
            *({"status": status} for status in meta.mappings(value.get("statuses"))),
        ]
        return meta.read_each(items, _read_item)

    def send(self, to: str, part: Part, reference: str, token: str = "") -> Call:
        """A text, reply buttons or a list, marked with our reference, which its statuses bring back."""
        message: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to" if _PHONE.fullmatch(to) else "recipient": to,
            **_content(part),
            "biz_opaque_callback_data": reference,
        }
        return Call(f"{self._address}/messages", self._headers, json=message)

    def upload(self, part: Part) -> Call | None:
        """A document is uploaded first ("Upload media"); WhatsApp forgets it after 30 days."""
        if part.file is None:
            return None
        file = part.file
        form: list[tuple[str, str | tuple[str, bytes, str]]] = [
            ("messaging_product", "whatsapp"),
            ("type", file["mime"]),
            ("file", (file["name"], base64.b64decode(file["base64"]), file["mime"])),
        ]
        return Call(f"{self._address}/media", self._headers, multipart=form)

    def outcome(self, status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Dead among others: 131047 (24 hours are over), 131026 (cannot be reached), 190 (token)."""
        return meta.outcome(status, body, _sent_id, _LIMITED, _TRANSIENT)

    def check(self) -> Call:
        """Asks for our own number."""
        return Call(self._address, self._headers, method="GET")


def _read_item(item: dict[str, Any]) -> list[Inbound | Receipt]:
    """One message or one status."""
    if "status" in item:
        return [_receipt(item["status"])]
    message = item["message"]
    if message.get("type") == "system":
        return _moved(message)
    sender = (
        meta.identifier(message.get("from"))
        or meta.identifier(message.get("from_user_id"))
        or meta.identifier(item["contact"].get("wa_id"))
        or meta.identifier(item["contact"].get("user_id"))
    )
    return [
        Inbound(
            sender=meta.required(sender, "messages.from"),
            id=_id(message),
            at=meta.moment(message.get("timestamp")),
            **_said(message),
        )
    ]


def _id(message: dict[str, Any]) -> str:
    """The message's own id."""
    return meta.required(meta.identifier(message.get("id")), "messages.id")


def _said(message: dict[str, Any]) -> dict[str, Any]:
    """What kind of message it is, with its words or its place."""
    kind = meta.text(message.get("type"))
    content = meta.mapping(message, kind)
    if "group_id" in message:
        return {"kind": "group"}
    if kind == "text":
        return {"kind": "text", "text": meta.required(meta.text(content.get("body")), "text.body")}
    if kind == "interactive":
        reply = meta.mapping(content, "button_reply") or meta.mapping(content, "list_reply")
        return _choice(meta.identifier(reply.get("id")) or meta.text(reply.get("title")))
    if kind == "button":  # of a template, where the title is never cut and the payload need not be ours
        return _choice(meta.text(content.get("text")) or meta.text(content.get("payload")))
    if kind == "location":
        place = meta.place(content.get("latitude"), content.get("longitude"))
        return {"kind": "location", "place": place} if place else {"kind": "unsupported"}
    if kind == "edit":  # with the WhatsApp Business app beside the API only, as is "revoke"
        new = meta.mapping(content, "message")
        media = meta.mapping(new, meta.text(new.get("type")))
        return {"kind": "edited", "text": meta.text(media.get("body")) or meta.text(media.get("caption"))}
    if kind in _MEDIA:
        return {"kind": _KINDS[kind], "text": meta.text(content.get("caption"))}
    return {"kind": _KINDS.get(kind, "unsupported")}


def _choice(label: str) -> dict[str, Any]:
    """A pressed button; other interactive answers (flows, calls) have no label."""
    return {"kind": "choice", "text": label} if label else {"kind": "unsupported"}


def _moved(message: dict[str, Any]) -> list[Inbound | Receipt]:
    """A person has a new number or user id: nothing that was said, so it asks for no answer."""
    system = meta.mapping(message, "system")
    kind = system.get("type")
    if kind not in _MOVES:
        return []
    phone = meta.identifier(message.get("from")) or meta.identifier(system.get("customer"))
    new_phone = meta.identifier(system.get("wa_id")) or meta.identifier(system.get("new_wa_id"))
    if kind == "user_changed_user_id" and phone and new_phone in ("", phone):
        return []  # we know the person by the phone number
    sender = new_phone or meta.identifier(system.get("user_id"))
    formerly = phone or meta.identifier(system.get("previous_user_id") or message.get("from_user_id"))
    return [
        Inbound(
            sender=meta.required(sender, "system.user_id"),
            id=_id(message),
            at=meta.moment(message.get("timestamp")),
            kind="reaction",
            formerly=meta.required(formerly, "system.previous_user_id"),
        )
    ]


def _receipt(status: dict[str, Any]) -> Receipt:
    """What became of one of our messages."""
    reference = meta.identifier(status.get("biz_opaque_callback_data")) or meta.identifier(status.get("id"))
    errors = meta.mappings(status.get("errors"))
    return Receipt(
        reference=meta.required(reference, "statuses.id"),
        failed=status.get("status") == "failed",
        code=meta.identifier(errors[0].get("code")) if errors else "",
    )


def _content(part: Part) -> dict[str, Any]:
    """The part as document, text, reply buttons or list."""
    if part.file is not None:
        document = {"id": part.file.get("id", ""), "filename": part.file["name"]}
        return {"type": "document", "document": document}
    if not part.choices:
        return {"type": "text", "text": {"preview_url": False, "body": part.text}}
    buttons = len(part.choices) <= WhatsApp.profile.buttons
    action = _buttons(part) if buttons else _list(part)
    interactive = {"type": "button" if buttons else "list", "body": {"text": part.text}, "action": action}
    return {"type": "interactive", "interactive": interactive}


def _buttons(part: Part) -> dict[str, Any]:
    """Up to three reply buttons; pressing one brings back its id, which is the whole label."""
    return {
        "buttons": [
            {"type": "reply", "reply": {"id": meta.payload(choice, _BUTTON_ID), "title": title}}
            for choice, title in meta.titles(part.choices, _BUTTON)
        ]
    }


def _list(part: Part) -> dict[str, Any]:
    """Up to ten rows in one section; where the title does not do, the line below it goes on."""
    rows = []
    for choice, title in meta.titles(part.choices[: WhatsApp.profile.rows], _ROW):
        row = {"id": meta.payload(choice, _ROW_ID), "title": title}
        if title != choice.label:
            row["description"] = meta.cut(choice.label, _DESCRIPTION)
        rows.append(row)
    return {"button": _OPEN_LIST, "sections": [{"rows": rows}]}


def _sent_id(data: dict[str, Any]) -> str:
    """The id of the message that was taken, or of the file that was uploaded."""
    messages = meta.mappings(data.get("messages"))
    return meta.identifier((messages[0] if messages else data).get("id"))
