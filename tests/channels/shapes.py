"""What each platform sends to a bot: bodies and signatures of its webhooks, written from its public pages.

WhatsApp: developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/*
and .../whatsapp/business-scoped-user-ids. Messenger: .../messenger-platform/webhooks/webhook-events/*.
Telegram: core.telegram.org/bots/api#update and #setwebhook. Twilio: twilio.com/docs/messaging/guides/
webhook-request, .../track-outbound-message-status and docs/usage/security. LINE:
developers.line.biz/en/reference/messaging-api/#webhook-event-objects.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

MEDIA = frozenset({"voice", "image", "video", "document"})


@dataclass(frozen=True)
class Secrets:
    """What the platforms share with a bot; each platform uses some of it."""

    access_token: str = "simulated-access-token"  # WhatsApp, Messenger, LINE: of the API
    app_secret: str = "simulated-app-secret"  # WhatsApp, Messenger: signs the webhooks
    verify_token: str = "simulated-verify-token"  # WhatsApp, Messenger: the handshake
    phone_number_id: str = "106540352242922"  # WhatsApp
    page: str = "682498302938465"  # Messenger
    bot_token: str = "123456789:simulated-telegram-token-0000000000"  # Telegram
    webhook_secret: str = "simulated_webhook_secret"  # Telegram
    account_sid: str = "AC" + 32 * "0"  # Twilio
    auth_token: str = "simulated-auth-token"  # Twilio: of the API, and signs the webhooks
    number: str = "+15005550006"  # Twilio
    public_url: str = ""  # Twilio: the assistant's public address, which is signed; empty: the one called
    channel_secret: str = "simulated-channel-secret"  # LINE: signs the webhooks


@dataclass
class Who:
    """A person as the platform knows them."""

    id: str  # where a reply goes
    number: int  # of this simulator, from 1
    user_id: str = ""  # WhatsApp: the business-scoped id
    phone: bool = True  # WhatsApp: whether the platform tells the phone number
    last: int = 0  # the platform time of the last message, in its unit
    messages: int = 0  # Telegram: the number of the chat's last message


@dataclass(frozen=True)
class Button:
    """What can be pressed on a message that a person received."""

    label: str
    data: str = ""  # what the bot gave to get back
    kind: str = "reply"  # reply, row, callback, keyboard, quick, postback or number
    description: str = ""


@dataclass(frozen=True)
class Event:
    """One thing that the platform tells a bot."""

    id: str  # the platform's id, by which a bot knows it again
    data: Any
    tokens: tuple[str, ...] = field(default=())  # what a reply may use once (LINE), or must acknowledge


def token(length: int = 32) -> str:
    """A new hexadecimal id; never the same twice, also between two simulators on one database."""
    return (uuid.uuid4().hex + uuid.uuid4().hex)[:length]


def digits(length: int) -> str:
    """As many random digits, the first of them not 0."""
    return str(10 ** (length - 1) + uuid.uuid4().int % (9 * 10 ** (length - 1)))


def meta_json(body: object) -> bytes:
    """JSON as Meta writes and signs it: escaped Unicode in lower case hexadecimal, escaped slashes."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()


def meta_headers(body: bytes, secret: str) -> dict[str, str]:
    """The headers of a webhook of Meta, with the old signature and the one to check."""
    key = secret.encode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "facebookexternalua",
        "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
    }


class Shape(ABC):
    """How one platform writes its webhooks."""

    name: str
    kinds: frozenset[str]  # what a person can send besides text and presses
    notices: frozenset[str] = frozenset()  # what the platform tells that is nobody's message
    unit: float = 1.0  # of the platform's clock, in seconds
    timed = True  # whether a message carries its time
    signed = True  # whether the body is signed, rather than a secret sent along

    def __init__(self, secrets: Secrets) -> None:
        self.secrets = secrets

    def tick(self, who: Who) -> int:
        """The time of a person's next message in the platform's unit: it grows strictly."""
        who.last = max(int(time.time() / self.unit), who.last + 1)
        return who.last

    @abstractmethod
    def who(self, number: int, phone: bool) -> Who:
        """A new person."""

    @abstractmethod
    def message(self, who: Who, kind: str, text: str, at: int, about: str = "") -> Event:
        """What a person sends; `about` is the id of the message that is edited, deleted or reacted to."""

    @abstractmethod
    def press(self, who: Who, button: Button, on: str, at: int) -> Event:
        """A pressed button of the message `on`."""

    def notice(self, who: Who, name: str, at: int) -> Event:
        """Something that the platform tells that is nobody's message."""
        raise ValueError(f"{self.name} has no notice {name}")

    @abstractmethod
    def body(self, events: Sequence[Event], again: bool = False) -> bytes:
        """The body of a webhook with these events; `again` when it is delivered a further time."""

    @abstractmethod
    def headers(self, body: bytes, url: str) -> dict[str, str]:
        """Its headers; `url` is the public address of the webhook."""


class WhatsApp(Shape):
    """The Cloud API."""

    name = "whatsapp"
    kinds = MEDIA | {
        "location",
        "sticker",
        "contact",
        "reaction",
        "edited",
        "deleted",
        "group",
        "unsupported",
    }
    notices = frozenset({"number_changed", "id_changed", "account_update", "read"})

    def who(self, number: int, phone: bool) -> Who:
        user_id = "QA." + digits(20)
        return Who(id="1555" + digits(7) if phone else user_id, number=number, user_id=user_id, phone=phone)

    def value(self, what: str, items: list[dict[str, Any]], who: Who | None = None) -> dict[str, Any]:
        """A change of the field `messages`."""
        value: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "metadata": {
                "display_phone_number": "15550783881",
                "phone_number_id": self.secrets.phone_number_id,
            },
        }
        if who:
            contact: dict[str, Any] = {"profile": {"name": f"Person {who.number}"}, "user_id": who.user_id}
            value["contacts"] = [{**contact, "wa_id": who.id} if who.phone else contact]
        return {"value": {**value, what: items}, "field": "messages"}

    def origin(self, who: Who, at: int) -> dict[str, Any]:
        """What every message says of its sender and time."""
        sender = {"from": who.id} if who.phone else {}
        message = "wamid." + base64.b64encode(token().encode()).decode()
        return {**sender, "from_user_id": who.user_id, "id": message, "timestamp": str(at)}

    def content(self, kind: str, text: str, about: str) -> dict[str, Any]:
        """What is in a message of a kind."""
        media = {"sha256": token(44), "id": digits(16)}
        if kind in ("text", "group"):
            return {"type": "text", "text": {"body": text}}
        if kind == "voice":
            return {"type": "audio", "audio": {"mime_type": "audio/ogg; codecs=opus", **media, "voice": True}}
        if kind == "image":
            return {"type": "image", "image": {"caption": text, "mime_type": "image/jpeg", **media}}
        if kind == "video":
            return {"type": "video", "video": {"mime_type": "video/mp4", **media}}
        if kind == "document":
            named = {"filename": "contract.pdf", "mime_type": "application/pdf", **media}
            return {"type": "document", "document": named}
        if kind == "sticker":
            return {"type": "sticker", "sticker": {"mime_type": "image/webp", **media, "animated": False}}
        if kind == "location":
            return {"type": "location", "location": {"latitude": 25.2854, "longitude": 51.531}}
        if kind == "contact":
            name = {"formatted_name": "Somebody", "first_name": "Somebody"}
            return {"type": "contacts", "contacts": [{"name": name, "phones": [{"phone": "+15555550100"}]}]}
        if kind == "reaction":
            return {"type": "reaction", "reaction": {"message_id": about, "emoji": "\U0001f44d"}}
        if kind == "edited":
            edit = {"original_message_id": about, "message": {"type": "text", "text": {"body": text}}}
            return {"type": "edit", "edit": edit}
        if kind == "deleted":
            return {"type": "revoke", "revoke": {"original_message_id": about}}
        error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
        details = {"error_data": {"details": "Message type is currently not supported."}}
        return {
            "type": "unsupported",
            "errors": [{**error, **details}],
            "unsupported": {"type": "poll_creation"},
        }

    def message(self, who: Who, kind: str, text: str, at: int, about: str = "") -> Event:
        group = {"group_id": base64.b64encode(digits(20).encode()).decode()} if kind == "group" else {}
        message = {**self.origin(who, at), **group, **self.content(kind, text, about)}
        return Event(message["id"], self.value("messages", [message], who))

    def press(self, who: Who, button: Button, on: str, at: int) -> Event:
        kind = "list_reply" if button.kind == "row" else "button_reply"
        reply = {"id": button.data, "title": button.label}
        if button.description:
            reply["description"] = button.description
        message = {
            "context": {"from": "15550783881", "id": on},
            **self.origin(who, at),
            "type": "interactive",
            "interactive": {"type": kind, kind: reply},
        }
        return Event(message["id"], self.value("messages", [message], who))

    def notice(self, who: Who, name: str, at: int) -> Event:
        if name == "account_update":
            change = {"value": {"event": "VERIFIED_ACCOUNT"}, "field": "account_update"}
            return Event(token(), change)
        if name == "read":
            return self.status(who, "wamid." + token(), "read", at)
        if name == "number_changed" and not who.phone:
            raise ValueError("the platform does not tell this person's number")
        origin, old = self.origin(who, at), who.user_id
        who.user_id = "QA." + digits(20)
        system: dict[str, Any] = {"previous_user_id": old, "user_id": who.user_id}
        if name == "number_changed":
            who.id = "1555" + digits(7)
            system |= {
                "type": "user_changed_number",
                "wa_id": who.id,
                "body": f"User Person {who.number} changed from {origin['from']} to {who.id}",
            }
        else:
            who.id = who.id if who.phone else who.user_id
            system |= {"type": "user_changed_user_id", "body": f"User Person {who.number} changed"}
        # System messages come without contacts.
        return Event(origin["id"], self.value("messages", [{**origin, "type": "system", "system": system}]))

    def status(
        self,
        who: Who,
        message: str,
        status: str,
        at: int,
        reference: str = "",
        error: dict[str, Any] | None = None,
    ) -> Event:
        """What became of a message of the bot, with the reference that it gave."""
        data: dict[str, Any] = {
            "id": message,
            "status": status,
            "timestamp": str(at),
            **({"recipient_id": who.id} if who.phone else {}),
            "recipient_user_id": who.user_id,
        }
        if reference:
            data["biz_opaque_callback_data"] = reference
        if error:
            data["errors"] = [error]
        elif status in ("sent", "delivered"):
            data["pricing"] = {
                "billable": False,
                "pricing_model": "PMP",
                "category": "service",
                "type": "free_customer_service",
            }
        return Event(f"{message}:{status}", self.value("statuses", [data]))

    def body(self, events: Sequence[Event], again: bool = False) -> bytes:
        entry = {"id": "102290129340398", "changes": [event.data for event in events]}
        return meta_json({"object": "whatsapp_business_account", "entry": [entry]})

    def headers(self, body: bytes, url: str) -> dict[str, str]:
        return meta_headers(body, self.secrets.app_secret)


class Messenger(Shape):
    """The Messenger Platform, for a page."""

    name = "messenger"
    kinds = MEDIA | {"location", "sticker", "reaction", "edited", "unsupported"}
    notices = frozenset({"echo", "read", "delivery", "standby", "referral"})
    unit = 0.001

    def who(self, number: int, phone: bool) -> Who:
        return Who(id=digits(16), number=number)

    def event(self, who: Who, at: int, **what: Any) -> dict[str, Any]:
        """A messaging event of a person to the page."""
        return {"sender": {"id": who.id}, "recipient": {"id": self.secrets.page}, "timestamp": at, **what}

    def attachment(self, kind: str) -> list[dict[str, Any]]:
        """What a person sends that is no text."""
        url = {"url": "https://scontent.example/" + token()}
        if kind == "sticker":  # both, until the image goes (August 2026)
            payload = {**url, "sticker_id": 369239263222822}
            return [{"type": "image", "payload": payload}, {"type": "sticker", "payload": payload}]
        if kind == "location":
            place = {"coordinates": {"lat": 25.2854, "long": 51.531}}
            return [{"type": "location", "title": "Pinned Location", "url": url["url"], "payload": place}]
        if kind == "unsupported":
            return [{"type": "fallback", "title": "Shared", "payload": None, **url}]
        types = {"voice": "audio", "document": "file"}
        return [{"type": types.get(kind, kind), "payload": url}]

    def message(self, who: Who, kind: str, text: str, at: int, about: str = "") -> Event:
        mid = "m_" + token(48)
        if kind == "reaction":
            reaction = {"reaction": "love", "emoji": "❤", "action": "react", "mid": about}
            return Event(mid, self.event(who, at, reaction=reaction))
        if kind == "edited":
            return Event(mid, self.event(who, at, message_edit={"mid": about, "text": text, "num_edit": 1}))
        content = {"text": text} if kind == "text" else {"attachments": self.attachment(kind)}
        return Event(mid, self.event(who, at, message={"mid": mid, **content}))

    def press(self, who: Who, button: Button, on: str, at: int) -> Event:
        mid = "m_" + token(48)
        if button.kind == "quick":
            message = {"mid": mid, "text": button.label, "quick_reply": {"payload": button.data}}
            return Event(mid, self.event(who, at, message=message))
        postback = {"mid": mid, "title": button.label, "payload": button.data}
        return Event(mid, self.event(who, at, postback=postback))

    def notice(self, who: Who, name: str, at: int) -> Event:
        mid = "m_" + token(48)
        if name == "echo":
            echo = {"is_echo": True, "app_id": int(digits(15)), "mid": mid, "text": "What the page said."}
            turned = {"sender": {"id": self.secrets.page}, "recipient": {"id": who.id}, "timestamp": at}
            return Event(mid, {**turned, "message": echo})
        if name == "read":
            return Event(mid, self.event(who, at, read={"watermark": at}))
        if name == "delivery":
            return self.delivery(who, mid, at)
        if name == "referral":
            referral = {"ref": "poster", "source": "SHORTLINK", "type": "OPEN_THREAD"}
            return Event(mid, self.event(who, at, referral=referral))
        if name == "standby":
            return Event(
                mid, {"standby": [self.event(who, at, message={"mid": mid, "text": "to another app"})]}
            )
        return super().notice(who, name, at)

    def delivery(self, who: Who, message: str, at: int) -> Event:
        """That a message of the page was delivered."""
        return Event(
            f"{message}:delivered", self.event(who, at, delivery={"mids": [message], "watermark": at})
        )

    def body(self, events: Sequence[Event], again: bool = False) -> bytes:
        at = int(time.time() * 1000)
        entries = [
            {
                "id": self.secrets.page,
                "time": at,
                **(e.data if "standby" in e.data else {"messaging": [e.data]}),
            }
            for e in events
        ]
        return meta_json({"object": "page", "entry": entries})

    def headers(self, body: bytes, url: str) -> dict[str, str]:
        return meta_headers(body, self.secrets.app_secret)


class Telegram(Shape):
    """The Bot API. Updates are numbered over all chats, messages within one."""

    name = "telegram"
    kinds = MEDIA | {"location", "sticker", "contact", "reaction", "edited", "group", "unsupported"}
    notices = frozenset({"blocked", "joined", "channel_post", "from_bot"})
    signed = False

    def __init__(self, secrets: Secrets) -> None:
        super().__init__(secrets)
        self.update = int(digits(9))

    def who(self, number: int, phone: bool) -> Who:
        return Who(id=digits(10), number=number)

    def tick(self, who: Who) -> int:
        """Seconds, often the same: the number of the message orders them."""
        who.last = int(time.time())
        return who.last

    def updated(self, what: str, data: dict[str, Any], id: str = "") -> Event:
        """An update with its number."""
        self.update += 1
        return Event(id or str(self.update), {"update_id": self.update, what: data})

    def origin(self, who: Who, at: int, group: bool = False) -> dict[str, Any]:
        """What every message says of its sender, chat and time."""
        who.messages += 1
        name = f"Person {who.number}"
        sender = {"id": int(who.id), "is_bot": False, "first_name": name, "language_code": "en"}
        private = {"id": int(who.id), "first_name": name, "type": "private"}
        shared = {"id": -100 * 10**10 - int(digits(9)), "title": "A group", "type": "supergroup"}
        chat = shared if group else private
        return {"message_id": who.messages, "from": sender, "chat": chat, "date": at}

    def content(self, kind: str, text: str) -> dict[str, Any]:
        """What is in a message of a kind."""
        file = {"file_id": token(40), "file_unique_id": token(14), "file_size": 12345}
        size = {"width": 320, "height": 240}
        contents: dict[str, dict[str, Any]] = {
            "location": {"location": {"latitude": 25.2854, "longitude": 51.531}},
            "voice": {"voice": {"duration": 4, "mime_type": "audio/ogg", **file}},
            "image": {"photo": [{**file, **size}], "caption": text},
            "video": {"video": {"duration": 4, "mime_type": "video/mp4", **size, **file}},
            "document": {"document": {"file_name": "contract.pdf", "mime_type": "application/pdf", **file}},
            "sticker": {
                "sticker": {"type": "regular", "is_animated": False, "is_video": False, **size, **file}
            },
            "contact": {"contact": {"phone_number": "15555550100", "first_name": "Somebody"}},
            "unsupported": {"dice": {"emoji": "\U0001f3b2", "value": 4}},
        }
        return contents.get(kind, {"text": text})

    def message(self, who: Who, kind: str, text: str, at: int, about: str = "") -> Event:
        if kind == "reaction":
            origin = self.origin(who, at)
            return self.updated(
                "message_reaction",
                {
                    "chat": origin["chat"],
                    "message_id": int(about or 1),
                    "user": origin["from"],
                    "date": at,
                    "old_reaction": [],
                    "new_reaction": [{"type": "emoji", "emoji": "\U0001f44d"}],
                },
            )
        if kind == "edited":
            edited = {**self.origin(who, at), "message_id": int(about or 1), "edit_date": at, "text": text}
            return self.updated("edited_message", edited)
        content = self.content(kind, text)
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            content["entities"] = [{"offset": 0, "length": length, "type": "bot_command"}]
        return self.updated("message", {**self.origin(who, at, kind == "group"), **content})

    def press(self, who: Who, button: Button, on: str, at: int) -> Event:
        if button.kind == "keyboard":
            return self.message(who, "text", button.label, at)
        origin = self.origin(who, at)
        who.messages -= 1  # a press is no message
        bot = {"id": int(self.secrets.bot_token.split(":")[0]), "is_bot": True, "first_name": "Bot"}
        query = digits(18)
        shown = {"message_id": int(on), "from": bot, "chat": origin["chat"], "date": at, "text": "…"}
        event = self.updated(
            "callback_query",
            {
                "id": query,
                "from": origin["from"],
                "message": shown,
                "chat_instance": digits(18),
                "data": button.data,
            },
        )
        return Event(event.id, event.data, (query,))

    def notice(self, who: Who, name: str, at: int) -> Event:
        origin = self.origin(who, at, name == "joined")
        if name == "blocked":
            bot = {"id": int(self.secrets.bot_token.split(":")[0]), "is_bot": True, "first_name": "Bot"}
            return self.updated(
                "my_chat_member",
                {
                    "chat": origin["chat"],
                    "from": origin["from"],
                    "date": at,
                    "old_chat_member": {"user": bot, "status": "member"},
                    "new_chat_member": {"user": bot, "status": "kicked", "until_date": 0},
                },
            )
        if name == "joined":
            return self.updated("message", {**origin, "new_chat_members": [origin["from"]]})
        if name == "channel_post":
            channel = {"id": -100 * 10**10 - 7, "title": "A channel", "type": "channel"}
            post = {"message_id": 7, "sender_chat": channel, "chat": channel, "date": at, "text": "A post"}
            return self.updated("channel_post", post)
        if name == "from_bot":
            sender = {**origin["from"], "is_bot": True}
            return self.updated("message", {**origin, "from": sender, "text": "I am a bot."})
        return super().notice(who, name, at)

    def body(self, events: Sequence[Event], again: bool = False) -> bytes:
        (event,) = events  # one update a request
        return json.dumps(event.data, ensure_ascii=False, separators=(",", ":")).encode()

    def headers(self, body: bytes, url: str) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "X-Telegram-Bot-Api-Secret-Token": self.secrets.webhook_secret,
        }


class Sms(Shape):
    """Programmable Messaging of Twilio: forms, without any time or number of the message."""

    name = "sms"
    kinds = MEDIA | {"contact"}
    timed = False

    def who(self, number: int, phone: bool) -> Who:
        return Who(id="+1555" + digits(7), number=number)

    def message(self, who: Who, kind: str, text: str, at: int, about: str = "") -> Event:
        types = {
            "voice": "audio/amr",
            "image": "image/jpeg",
            "video": "video/3gpp",
            "document": "application/pdf",
            "contact": "text/vcard",
        }
        sid = ("SM" if kind == "text" else "MM") + token(32)
        account = self.secrets.account_sid
        form = {
            "ToCountry": "US",
            "ToState": "",
            "SmsMessageSid": sid,
            "NumMedia": "0" if kind == "text" else "1",
            "ToCity": "",
            "FromZip": "",
            "SmsSid": sid,
            "FromState": "",
            "SmsStatus": "received",
            "FromCity": "",
            "Body": text if kind == "text" else "",
            "FromCountry": "US",
            "To": self.secrets.number,
            "ToZip": "",
            "NumSegments": "1",
            "MessageSid": sid,
            "AccountSid": account,
            "From": who.id,
            "ApiVersion": "2010-04-01",
        }
        if kind in types:
            media = f"https://api.twilio.com/2010-04-01/Accounts/{account}/Messages/{sid}/Media/ME{token(32)}"
            form |= {"MediaContentType0": types[kind], "MediaUrl0": media}
        return Event(sid, form)

    def press(self, who: Who, button: Button, on: str, at: int) -> Event:
        """There are no buttons: the number of the choice is written."""
        return self.message(who, "text", button.data, at)

    def status(self, who: Who, sid: str, status: str, error: int = 0) -> Event:
        """What became of a message of the bot, for its StatusCallback."""
        form = {
            "SmsSid": sid,
            "SmsStatus": status,
            "MessageStatus": status,
            "To": who.id,
            "MessageSid": sid,
            "AccountSid": self.secrets.account_sid,
            "From": self.secrets.number,
            "ApiVersion": "2010-04-01",
        }
        return Event(f"{sid}:{status}", {**form, "ErrorCode": str(error)} if error else form)

    def body(self, events: Sequence[Event], again: bool = False) -> bytes:
        (event,) = events
        return urlencode(event.data).encode()

    def headers(self, body: bytes, url: str) -> dict[str, str]:
        form = sorted(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        signed = url + "".join(name + value for name, value in form)
        signature = hmac.new(self.secrets.auth_token.encode(), signed.encode(), hashlib.sha1).digest()
        return {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": str(uuid.UUID(hashlib.md5(body).hexdigest())),  # noqa: S324
            "X-Twilio-Signature": base64.b64encode(signature).decode(),
        }


class Line(Shape):
    """The Messaging API of LINE, with redelivery switched on."""

    name = "line"
    kinds = MEDIA | {"location", "sticker", "deleted", "group"}
    notices = frozenset({"follow", "unfollow", "standby", "joined"})
    unit = 0.001

    def who(self, number: int, phone: bool) -> Who:
        return Who(id="U" + token(32), number=number)

    def event(self, who: Who, kind: str, at: int, group: bool = False, **what: Any) -> dict[str, Any]:
        """A webhook event of a person."""
        source = {"type": "user", "userId": who.id}
        if group:
            source = {"type": "group", "groupId": "C" + token(32), "userId": who.id}
        return {
            "type": kind,
            **what,
            "webhookEventId": token(26).upper(),
            "deliveryContext": {"isRedelivery": False},
            "timestamp": at,
            "source": source,
            "mode": "active",
        }

    def replied(self, event: dict[str, Any], id: str = "") -> Event:
        """An event that can be replied to."""
        reply = token(32)
        return Event(id or event["webhookEventId"], {**event, "replyToken": reply}, (reply,))

    def message(self, who: Who, kind: str, text: str, at: int, about: str = "") -> Event:
        if kind == "deleted":
            event = self.event(who, "unsend", at, unsend={"messageId": about or digits(18)})
            return Event(event["webhookEventId"], event)
        message: dict[str, Any] = {"id": digits(18)}
        hosted = {"contentProvider": {"type": "line"}}
        contents: dict[str, dict[str, Any]] = {
            "voice": {"type": "audio", "duration": 4000, **hosted},
            "image": {"type": "image", "quoteToken": token(), **hosted},
            "video": {"type": "video", "duration": 4000, "quoteToken": token(), **hosted},
            "document": {"type": "file", "fileName": "contract.pdf", "fileSize": 12345},
            "sticker": {
                "type": "sticker",
                "packageId": "446",
                "stickerId": "1988",
                "stickerResourceType": "STATIC",
                "quoteToken": token(),
            },
            "location": {
                "type": "location",
                "title": "Here",
                "address": "Doha",
                "latitude": 25.2854,
                "longitude": 51.531,
            },
        }
        content = contents.get(kind, {"type": "text", "text": text, "quoteToken": token()})
        event = self.event(who, "message", at, kind == "group", message={**message, **content})
        return self.replied(event, message["id"])

    def press(self, who: Who, button: Button, on: str, at: int) -> Event:
        if button.kind == "postback":
            return self.replied(self.event(who, "postback", at, postback={"data": button.data}))
        return self.message(who, "text", button.data, at)

    def notice(self, who: Who, name: str, at: int) -> Event:
        if name == "follow":
            return self.replied(self.event(who, "follow", at, follow={"isUnblocked": False}))
        if name == "unfollow":
            event = self.event(who, "unfollow", at)
            return Event(event["webhookEventId"], event)
        if name == "joined":
            return self.replied(self.event(who, "join", at, group=True))
        if name == "standby":
            other = self.message(who, "text", "to another module", at)
            return Event(other.id, {**other.data, "mode": "standby"})
        return super().notice(who, name, at)

    def body(self, events: Sequence[Event], again: bool = False) -> bytes:
        data = [{**event.data, "deliveryContext": {"isRedelivery": again}} for event in events]
        bot = "U" + hashlib.sha256(self.secrets.channel_secret.encode()).hexdigest()[:32]
        return json.dumps({"destination": bot, "events": data}, ensure_ascii=False).encode()

    def headers(self, body: bytes, url: str) -> dict[str, str]:
        signature = hmac.new(self.secrets.channel_secret.encode(), body, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "LineBotWebhook/2.0",
            "x-line-signature": base64.b64encode(signature).decode(),
        }


SHAPES: dict[str, type[Shape]] = {shape.name: shape for shape in (WhatsApp, Telegram, Messenger, Sms, Line)}
