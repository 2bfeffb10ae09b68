"""Telegram: the Bot API, https://core.telegram.org/bots/api (its sections are named below)."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from bot.channels.fields import Fields, clean, parse
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
from bot.conversation.case_link import is_case_code

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "message_reaction")
"""What setWebhook is to ask for; reactions do not come unasked (section Update)."""

# Section Message. The first that a message has counts: a GIF comes as a document too, a venue as a location.
_KINDS: dict[str, Kind] = {
    "text": "text", "location": "location", "voice": "voice", "audio": "voice", "photo": "image",
    "animation": "video", "video": "video", "video_note": "video", "document": "document",
    "sticker": "sticker", "contact": "contact",
}  # fmt: skip
# What the app itself notes in a private chat; nobody said anything.
_NOTES = (
    "pinned_message",
    "message_auto_delete_timer_changed",
    "write_access_allowed",
    "chat_background_set",
)


class Telegram(Platform):
    """A bot of Telegram. Texts go as they are: without `parse_mode` nothing in them is markup.

    `protect_content` stays off: it forbids copying, and people must be able to copy a telephone number.
    """

    name = "telegram"
    per_second = 25.0  # 30 ("Broadcasting to users" in Bots FAQ)
    # sendMessage: 4096 characters. The Bot API gives no length for a button's text; a telephone shows
    # some 35 letters of one that has a row for itself, and the label comes back whole however it is shown.
    # Buttons would stand below 4096 too; but the renderer goes by the same number for what is beside a
    # file, and a caption holds 1024 (sendDocument).
    profile = Profile(text=4096, text_with_buttons=1024, buttons=20, button=64)

    def __init__(self, token: str, secret: str, base: str = "https://api.telegram.org") -> None:
        self._secret = secret
        self._address = f"{base.rstrip('/')}/bot{token}"

    def genuine(self, headers: Mapping[str, str], body: bytes, url: str) -> bool:
        """Whether the header has the `secret_token` that was given to setWebhook."""
        given = headers.get("x-telegram-bot-api-secret-token", "")
        same = hmac.compare_digest(given.encode(errors="backslashreplace"), self._secret.encode())
        return same and bool(self._secret)

    def read(self, body: bytes) -> list[Inbound | Receipt]:
        """The one thing that an Update holds; nothing of what we do not ask for."""
        update = parse(body)
        number = str(update.whole("update_id"))  # the same when Telegram tries again (section Update)
        if "message" in update:
            return _message(number, update.object("message"))
        if "channel_post" in update:
            return _message(number, update.object("channel_post"))
        if "edited_message" in update:
            return _edited(number, update.object("edited_message"))
        if "callback_query" in update:
            return [_choice(number, update.object("callback_query"))]
        if "message_reaction" in update:
            return _reaction(number, update.object("message_reaction"))
        return []

    def send(self, to: str, part: Part, reference: str, token: str = "") -> Call:
        """sendMessage; with a file sendDocument, its text as the caption, which holds 1024 characters."""
        if part.file is None:
            body: dict[str, Any] = {
                "chat_id": to, "text": part.text, "link_preview_options": {"is_disabled": True},
            }  # fmt: skip
            if part.choices:
                body["reply_markup"] = _keyboard(part.choices)
            return Call(f"{self._address}/sendMessage", json=body)
        file = part.file
        document = (file["name"], base64.b64decode(file["base64"]), file["mime"])
        form: list[tuple[str, str | tuple[str, bytes, str]]] = [("chat_id", to), ("document", document)]
        if part.text:
            form.append(("caption", part.text))
        if part.choices:
            form.append(("reply_markup", json.dumps(_keyboard(part.choices))))
        return Call(f"{self._address}/sendDocument", multipart=form)

    def acknowledge(self, message: Inbound) -> Call | None:
        """answerCallbackQuery: without it the pressed button seems to wait."""
        if message.kind != "choice" or not message.token:
            return None
        return Call(f"{self._address}/answerCallbackQuery", json={"callback_query_id": message.token})

    def outcome(self, status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
        """What a response means (sections Making requests, ResponseParameters)."""
        try:
            return _outcome(status, parse(body))
        except Malformed:  # not Telegram's own words: a proxy's page, or half an answer
            return Outcome("retry", code=str(status))

    def check(self) -> Call:
        """getMe."""
        return Call(f"{self._address}/getMe", method="GET")


def _message(number: str, message: Fields) -> list[Inbound | Receipt]:
    """A message; an empty list for what the app noted by itself."""
    if any(name in message for name in _NOTES):
        return []
    kind: Kind = next((kind for name, kind in _KINDS.items() if name in message), "unsupported")
    # Of a contact, of who wrote a forwarded text and of a venue nothing goes on.
    place = message.object("location").place() if kind == "location" else None
    return [_inbound(number, message, kind, at=message.number("date"), text=_words(message), place=place)]


def _edited(number: str, message: Fields) -> list[Inbound | Receipt]:
    at = message.number("edit_date", message.number("date"))
    return _alone(_inbound(number, message, "edited", at=at, text=_words(message)))


def _reaction(number: str, reaction: Fields) -> list[Inbound | Receipt]:
    return _alone(_inbound(number, reaction, "reaction", at=reaction.number("date")))


def _alone(inbound: Inbound) -> list[Inbound | Receipt]:
    """What needs no answer where others read along: a group is told once a message to write alone."""
    return [] if inbound.kind == "group" else [inbound]


def _words(message: Fields) -> str:
    """What a person wrote, or wrote below a picture.

    Pressing "Start" is a greeting; after a link of a case sheet it tells the case (deep linking:
    https://core.telegram.org/bots/features#deep-linking).
    """
    text = message.text("text", message.text("caption", ""))
    start, _, code = text.partition(" ")
    if start != "/start":
        return text
    return code.strip() if is_case_code(code.strip()) else "hello"


def _choice(number: str, query: Fields) -> Inbound:
    """A pressed button, in the words that stood on it."""
    data, token, message = query.text("data"), query.text("id"), query.object("message")
    label = _label(message.optional("reply_markup"), data)
    # No field says when it was pressed; `date` is our message's own, or 0 when that is out of reach
    # (section InaccessibleMessage).
    return _inbound(number, message, "choice", at=time.time(), text=label, token=token)


def _label(markup: Fields, data: str) -> str:
    """The label of the button with this data; the data itself, a choice's number, where it is not shown."""
    rows = (row for row in markup.items("inline_keyboard") if isinstance(row, list))
    for button in (button for row in rows for button in row if isinstance(button, dict)):
        if button.get("callback_data") == data and isinstance(button.get("text"), str):
            return clean(button["text"])
    return data


def _inbound(
    number: str, of: Fields, kind: Kind, at: float, text: str = "",
    place: tuple[float, float] | None = None, token: str = "",
) -> Inbound:  # fmt: skip
    """What came, without its words where others read along."""
    chat = of.object("chat")
    sender, order = str(chat.whole("id")), of.whole("message_id")
    if chat.text("type") != "private":
        return Inbound(sender, number, at, "group", order=order)
    return Inbound(sender, number, at, kind, text, order, place, token=token)


def _keyboard(choices: tuple[Choice, ...]) -> dict[str, Any]:
    """One button a row. `callback_data` holds 64 bytes, too few for a label in most scripts: the number."""
    return {
        "inline_keyboard": [
            [{"text": choice.label, "callback_data": str(choice.number)}] for choice in choices
        ]
    }


def _outcome(status: int, answer: Fields) -> Outcome:
    code = str(status)
    if status == 200 and answer.flag("ok"):
        return Outcome("sent", id=_message_id(answer))
    if status == 429:
        seconds = answer.optional("parameters").number("retry_after", 0.0)
        return Outcome("retry", after=max(0.0, seconds), code=code)
    if 400 <= status < 500:  # 400 no such chat, 401 and 404 a wrong token, 403 blocked, 413 too large
        return Outcome("dead", code=code)
    return Outcome("retry", code=code)


def _message_id(answer: Fields) -> str:
    """The id of the message that was sent; nothing for other methods, whose `result` may be just true."""
    try:
        return str(answer.object("result").whole("message_id"))
    except Malformed:
        return ""
