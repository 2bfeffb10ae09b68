"""What each platform answers to the calls of a bot: its limits, success bodies and documented errors.

WhatsApp: developers.facebook.com/documentation/business-messaging/whatsapp/reference (messages, media),
.../support/error-codes and .../messages/interactive-*. Messenger: .../messenger-platform/reference/send-api
and .../send-api/error-codes. Telegram: core.telegram.org/bots/api and core.telegram.org/bots/faq (limits).
Twilio: twilio.com/docs/messaging/api/message-resource and twilio.com/docs/api/errors. LINE:
developers.line.biz/en/reference/messaging-api and .../docs/messaging-api/retrying-api-request.
"""

from __future__ import annotations

import base64
import html
import json
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from tests.channels.shapes import Button, Secrets, digits, token

NUMBERED = re.compile(r"^\W*(\d{1,2})\W{1,3}\s*(\S.*)$", re.MULTILINE)
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = set("^{}\\[~]|€")  # these count twice


@dataclass(frozen=True)
class File:
    """A file that a person received."""

    name: str
    content: bytes = b""
    url: str = ""  # where the platform was told to fetch it


@dataclass(frozen=True)
class Received:
    """One message as a person sees it."""

    text: str
    buttons: tuple[Button, ...] = ()
    file: File | None = None
    at: float = field(default_factory=time.time)
    id: str = ""
    reference: str = ""

    @property
    def labels(self) -> list[str]:
        """What stands on the buttons."""
        return [button.label for button in self.buttons]


@dataclass(frozen=True)
class Answer:
    """An HTTP answer of a platform."""

    status: int
    body: Any = None  # JSON; text where it is a string
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A call that a platform refuses, with its answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.body))
        self.answer = answer


@dataclass(frozen=True)
class Asked:
    """A call of the bot."""

    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    json: Any = None
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, File] = field(default_factory=dict)

    @property
    def fields(self) -> Mapping[str, Any]:
        """The parameters, however they came."""
        return self.json if isinstance(self.json, dict) else self.form


@dataclass(frozen=True)
class Send:
    """A call that sends messages to somebody."""

    to: str
    messages: tuple[Received, ...]
    reply: str = ""  # LINE: the token
    retry: str = ""  # LINE: the key
    callback: str = ""  # Twilio: where to tell the status


@dataclass(frozen=True)
class Acknowledged:
    """A call that acknowledges a pressed button."""

    token: str


def units(text: str) -> int:
    """The length as JavaScript, Telegram and LINE count it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def segments(text: str) -> int:
    """How many SMS a text takes (twilio.com/docs/glossary/what-sms-character-limit)."""
    if all(letter in GSM or letter in GSM_TWICE for letter in text):
        length, single, several = sum(2 if letter in GSM_TWICE else 1 for letter in text), 160, 153
    else:
        length, single, several = units(text), 70, 67
    return 1 if length <= single else -(-length // several)


class Api(ABC):
    """The API of one platform."""

    name: str
    later: frozenset[int] = frozenset()  # codes that a platform tells in a webhook, after it answered 200

    def __init__(self, secrets: Secrets) -> None:
        self.secrets = secrets

    @abstractmethod
    def read(self, asked: Asked) -> Send | Acknowledged | Answer:
        """What a call wants; an Answer where that is all. Raises Refused."""

    @abstractmethod
    def sent(self, send: Send, ids: list[str]) -> Answer:
        """The answer to a call that was done."""

    @abstractmethod
    def error(self, code: int, retry_after: int = 1) -> Answer:
        """The documented answer for an error code or HTTP status."""

    @abstractmethod
    def message_id(self) -> str:
        """The id of a new message of the bot."""

    unknown = 0  # the code for somebody whom the platform does not know; 0: it does not say
    blocked = 0  # for somebody who blocked the bot
    closed = 0  # for somebody who last wrote too long ago
    busy = 429  # for too much to all together
    busy_person = 429  # for too much to one person

    def refuse(self, code: int, retry_after: int = 1) -> Refused:
        """The exception for a code."""
        return Refused(self.error(code, retry_after))


class Graph(Api):
    """What WhatsApp and Messenger share: Meta's Graph API."""

    known: ClassVar[Mapping[int, tuple[int, int, str]]] = {}  # code: HTTP status, subcode, message

    def error(self, code: int, retry_after: int = 1) -> Answer:
        if code in (502, 504):
            return Answer(code, "<html><body>Bad Gateway</body></html>", {"Content-Type": "text/html"})
        if 400 <= code < 600 and code not in self.known:
            code = {400: 100, 401: 190, 403: 10, 429: self.busy, 503: 2}.get(code, 1)
        status, subcode, message = self.known.get(code, (400, 0, "An error occurred"))
        return self.problem(status, code, message, subcode)

    def problem(self, status: int, code: int, message: str, subcode: int = 0, details: str = "") -> Answer:
        """An error body of the Graph API."""
        error: dict[str, Any] = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code}
        if subcode:
            error["error_subcode"] = subcode
        if self.name == "whatsapp":
            error["error_data"] = {"messaging_product": "whatsapp", "details": details or message}
        return Answer(status, {"error": {**error, "fbtrace_id": token(11)}})

    def invalid(self, details: str, code: int = 100) -> Refused:
        """A request with a wrong parameter."""
        return Refused(self.problem(400, code, details, details=details))

    def authorise(self, asked: Asked) -> None:
        """Refuses a wrong access token."""
        bearer = asked.headers.get("authorization", "").removeprefix("Bearer ")
        given = bearer or asked.form.get("access_token") or asked.fields.get("access_token")
        if given != self.secrets.access_token:
            raise self.refuse(190)


class WhatsApp(Graph):
    """The Cloud API."""

    name = "whatsapp"
    unknown, blocked, closed, busy, busy_person = 131026, 131026, 131047, 130429, 131056
    later = frozenset({131026, 131047, 131049, 131050, 131051, 131053})
    known: ClassVar[Mapping[int, tuple[int, int, str]]] = {
        0: (401, 0, "AuthException"),
        1: (500, 0, "API Unknown"),
        2: (503, 0, "API Service"),
        4: (429, 0, "API Too Many Calls"),
        10: (403, 0, "Permission Denied"),
        33: (400, 0, "Parameter value is not valid"),
        100: (400, 0, "Invalid parameter"),
        190: (401, 0, "Access token has expired"),
        368: (403, 0, "Temporarily blocked for policies violations"),
        80007: (429, 0, "Rate limit issues"),
        130429: (429, 0, "Rate limit hit"),
        130472: (400, 0, "User's number is part of an experiment"),
        131000: (500, 0, "Something went wrong"),
        131005: (403, 0, "Access denied"),
        131008: (400, 0, "Required parameter is missing"),
        131009: (400, 0, "Parameter value is not valid"),
        131016: (503, 0, "Service unavailable"),
        131021: (400, 0, "Recipient cannot be sender"),
        131026: (400, 0, "Message undeliverable"),
        131031: (403, 0, "Account has been locked"),
        131042: (400, 0, "Business eligibility payment issue"),
        131047: (400, 0, "Re-engagement message"),
        131048: (429, 0, "Spam rate limit hit"),
        131051: (400, 0, "Unsupported message type"),
        131053: (400, 0, "Media upload error"),
        131056: (429, 0, "(Business Account, Consumer Account) pair rate limit hit"),
        131057: (503, 0, "Account in maintenance mode"),
        133004: (503, 0, "Server temporarily unavailable"),
    }

    def __init__(self, secrets: Secrets) -> None:
        super().__init__(secrets)
        self.media: dict[str, File] = {}

    def message_id(self) -> str:
        return "wamid." + base64.b64encode(token().encode()).decode()

    def read(self, asked: Asked) -> Send | Acknowledged | Answer:
        path = re.fullmatch(r"/v\d+\.\d+/([^/]+)(?:/(messages|media))?", asked.path)
        if not path:
            raise Refused(self.problem(400, 2500, "Unknown path components"))
        self.authorise(asked)
        node, edge = path.groups()
        if asked.method == "GET" and node == self.secrets.phone_number_id and not edge:
            name = {"verified_name": "Haq", "display_phone_number": "+1 555-078-3881"}
            return Answer(200, {**name, "quality_rating": "GREEN", "id": node})
        if asked.method != "POST" or node != self.secrets.phone_number_id or not edge:
            raise Refused(self.problem(400, 100, "Unsupported request. Object does not exist", 33))
        if asked.fields.get("messaging_product") != "whatsapp":
            raise self.invalid("The parameter messaging_product is required.")
        if edge == "media":
            if "file" not in asked.files:
                raise self.invalid("The parameter file is required.")
            id = digits(16)
            self.media[id] = asked.files["file"]
            return Answer(200, {"id": id})
        if asked.fields.get("status") == "read":
            return Answer(200, {"success": True})
        return self.message(asked.fields)

    def message(self, body: Mapping[str, Any]) -> Send:
        """A message to send."""
        to = str(body.get("to") or body.get("recipient") or "")
        if not to:
            raise self.invalid("The parameter to is required.")
        reference = body.get("biz_opaque_callback_data", "")
        if not isinstance(reference, str) or len(reference) > 512:
            raise self.invalid("biz_opaque_callback_data is at most 512 characters", 131009)
        kind = body.get("type", "text")
        content = body.get(kind)
        if not isinstance(content, dict):
            raise self.invalid(f"The parameter {kind} is required.", 131008)
        buttons: tuple[Button, ...] = ()
        file = None
        if kind == "text":
            text = self.bounded(content.get("body"), "text.body", 4096)
        elif kind == "interactive":
            text, buttons = self.interactive(content)
        elif kind == "document":
            text = self.bounded(content.get("caption", " "), "document.caption", 1024)
            file = self.document(content)
        elif kind == "template":
            text = f"template {content.get('name')}"
        else:
            raise self.invalid("Unsupported message type", 131051)
        return Send(to.removeprefix("+"), (Received(text, buttons, file, reference=reference),))

    def document(self, content: Mapping[str, Any]) -> File:
        """The file of a document: uploaded before, or to be fetched."""
        name = str(content.get("filename", ""))
        if content.get("link"):
            return File(name, url=str(content["link"]))
        if content.get("id") not in self.media:
            raise self.invalid("Media is unknown", 131009)
        return File(name, self.media[content["id"]].content)

    def bounded(self, text: object, what: str, most: int, least: int = 1) -> str:
        """A text of an allowed length."""
        if not isinstance(text, str) or not least <= len(text) <= most:
            raise self.invalid(f"{what} must be between {least} and {most} characters", 131009)
        return text

    def interactive(self, content: Mapping[str, Any]) -> tuple[str, tuple[Button, ...]]:
        """The text and the choices of reply buttons or of a list."""
        kind, action = content.get("type"), content.get("action")
        if not isinstance(action, dict) or not isinstance(content.get("body"), dict):
            raise self.invalid("interactive.action and interactive.body are required", 131008)
        if "footer" in content:
            self.bounded(content["footer"].get("text"), "interactive.footer", 60)
        if "header" in content and content["header"].get("type") == "text":
            self.bounded(content["header"].get("text"), "interactive.header", 60)
        if kind == "button":
            text = self.bounded(content["body"].get("text"), "interactive.body", 1024)
            replies = [item.get("reply", {}) for item in action.get("buttons", [])]
            if not 1 <= len(replies) <= 3:
                raise self.invalid("Between 1 and 3 buttons are allowed", 131009)
            buttons = [
                Button(self.bounded(r.get("title"), "button.title", 20), self.bounded(r.get("id"), "id", 256))
                for r in replies
            ]
        elif kind == "list":
            text = self.bounded(content["body"].get("text"), "interactive.body", 4096)
            self.bounded(action.get("button"), "action.button", 20)
            sections = action.get("sections", [])
            for section in sections if len(sections) > 1 else []:
                self.bounded(section.get("title"), "section.title", 24)
            rows = [row for section in sections for row in section.get("rows", [])]
            if not 1 <= len(rows) <= 10:
                raise self.invalid("Between 1 and 10 rows are allowed", 131009)
            buttons = [
                Button(
                    self.bounded(row.get("title"), "row.title", 24),
                    self.bounded(row.get("id"), "row.id", 200),
                    "row",
                    self.bounded(row.get("description", ""), "row.description", 72, 0),
                )
                for row in rows
            ]
        else:
            raise self.invalid("interactive.type is unknown", 131009)
        if len({button.data for button in buttons}) < len(buttons):
            raise self.invalid("Ids of choices must differ", 131009)
        if kind == "button" and len({button.label for button in buttons}) < len(buttons):
            raise self.invalid("Titles of buttons must differ", 131009)
        return text, tuple(buttons)

    def sent(self, send: Send, ids: list[str]) -> Answer:
        contact = {"input": send.to, "user_id" if "." in send.to else "wa_id": send.to}
        messages = [{"id": id} for id in ids]
        return Answer(200, {"messaging_product": "whatsapp", "contacts": [contact], "messages": messages})


class Messenger(Graph):
    """The Send API."""

    name = "messenger"
    unknown, blocked, closed, busy, busy_person = 100, 551, 10, 613, 613
    known: ClassVar[Mapping[int, tuple[int, int, str]]] = {
        1: (500, 0, "An unknown error occurred."),
        2: (500, 0, "An unexpected error has occurred. Please retry your request later."),
        4: (400, 2018022, "Application request limit reached"),
        10: (400, 2018278, "This message is sent outside of allowed window."),
        100: (400, 2018001, "No matching user found"),
        190: (400, 0, "Invalid OAuth access token."),
        200: (400, 2018108, "This Person Cannot Receive Messages"),
        230: (400, 0, "Requires pages_messaging permission to manage the object"),
        368: (400, 0, "The action attempted has been deemed abusive or is otherwise disallowed"),
        551: (400, 1545041, "This person isn't available right now."),
        613: (400, 0, "Calls to this API have exceeded the rate limit"),
        1200: (400, 0, "Temporary send message failure. Please try again later."),
        80006: (400, 0, "There have been too many calls to this Page account."),
    }

    def __init__(self, secrets: Secrets) -> None:
        super().__init__(secrets)
        self.uploaded: dict[str, File] = {}

    def message_id(self) -> str:
        return "m_" + token(48)

    def read(self, asked: Asked) -> Send | Acknowledged | Answer:
        path = re.fullmatch(r"/v\d+\.\d+/(me|\d+)(?:/(\w+))?", asked.path)
        if not path:
            raise Refused(self.problem(400, 2500, "Unknown path components"))
        self.authorise(asked)
        node, edge = path.groups()
        if node not in ("me", self.secrets.page):
            raise Refused(self.problem(400, 100, "Unsupported request. Object does not exist", 33))
        if asked.method == "GET" and not edge:
            return Answer(200, {"id": self.secrets.page, "name": "Haq"})
        if edge in ("subscribed_apps", "messenger_profile"):
            return Answer(
                200, {"data": []} if asked.method == "GET" else {"success": True, "result": "success"}
            )
        if edge == "message_attachments":
            _, _, file = self.attachment(self.part(asked.fields, "message").get("attachment", {}), asked)
            if file is None:
                raise self.invalid("Param message[attachment] is not known")
            id = digits(16)
            self.uploaded[id] = file
            return Answer(200, {"attachment_id": id})
        if edge != "messages":
            raise Refused(self.problem(400, 2500, "Unknown path components"))
        return self.message(asked)

    def part(self, fields: Mapping[str, Any], name: str) -> dict[str, Any]:
        """An object of the request; in a form it is JSON."""
        value = fields.get(name, {})
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError as error:
                raise self.invalid(f"Param {name} must be valid JSON") from error
        return value if isinstance(value, dict) else {}

    def bounded(self, text: object, what: str, most: int) -> str:
        """A text of an allowed length."""
        if not isinstance(text, str) or not text.strip():
            raise self.invalid(f"Param {what} must be a non-empty UTF-8 encoded string")
        if len(text) > most:
            raise self.invalid(f"Length of param {what} must be less than or equal to {most}")
        return text

    def message(self, asked: Asked) -> Send | Answer:
        """A message, or an action such as typing."""
        to = str(self.part(asked.fields, "recipient").get("id", ""))
        if not to:
            raise self.invalid("Param recipient is required")
        if "sender_action" in asked.fields:
            return Answer(200, {"recipient_id": to})
        if asked.fields.get("messaging_type") not in ("RESPONSE", "UPDATE", "MESSAGE_TAG"):
            raise self.invalid("Param messaging_type must be RESPONSE, UPDATE or MESSAGE_TAG")
        message = self.part(asked.fields, "message")
        buttons: list[Button] = []
        file = None
        attachment = message.get("attachment")
        if "text" in message and attachment:
            raise self.invalid("Only one of text and attachment can be set")
        if isinstance(attachment, dict):
            text, buttons, file = self.attachment(attachment, asked)
        else:
            text = self.bounded(message.get("text"), "message[text]", 2000)
        quick = message.get("quick_replies", [])
        if len(quick) > 13:
            raise self.invalid("Param message[quick_replies] has too many elements")
        for reply in quick:
            # The page says that a longer title is cut, not refused.
            label = self.bounded(reply.get("title"), "message[quick_replies][title]", 2000)[:20]
            data = self.bounded(reply.get("payload"), "message[quick_replies][payload]", 1000)
            buttons.append(Button(label, data, "quick"))
        return Send(to, (Received(text, tuple(buttons), file, reference=str(message.get("metadata", ""))),))

    def attachment(self, attachment: dict[str, Any], asked: Asked) -> tuple[str, list[Button], File | None]:
        """The text, buttons and file of an attachment."""
        payload = attachment.get("payload", {})
        if attachment.get("type") == "file":
            if payload.get("url"):
                return "", [], File(str(payload["url"]).rsplit("/", 1)[-1], url=str(payload["url"]))
            if str(payload.get("attachment_id")) in self.uploaded:
                return "", [], self.uploaded[str(payload["attachment_id"])]
            if "filedata" not in asked.files:
                raise self.invalid("Param filedata is required")
            return "", [], asked.files["filedata"]
        if attachment.get("type") != "template" or payload.get("template_type") != "button":
            raise self.invalid("Param message[attachment] is not known")
        listed = payload.get("buttons", [])
        if not 1 <= len(listed) <= 3:
            raise self.invalid("Param buttons must have between 1 and 3 elements")
        buttons = [
            Button(
                self.bounded(b.get("title"), "title", 20),
                self.bounded(b.get("payload"), "payload", 1000),
                "postback",
            )
            for b in listed
            if b.get("type") == "postback"
        ]
        return self.bounded(payload.get("text"), "text", 640), buttons, None

    def sent(self, send: Send, ids: list[str]) -> Answer:
        return Answer(200, {"recipient_id": send.to, "message_id": ids[0]})


class Telegram(Api):
    """The Bot API. Texts are 1-4096 and captions up to 1024 characters, data of buttons 1-64 bytes."""

    name = "telegram"
    unknown, blocked = 400, 403
    descriptions: ClassVar[Mapping[int, str]] = {
        400: "Bad Request: chat not found",
        401: "Unauthorized",
        403: "Forbidden: bot was blocked by the user",
        404: "Not Found",
        409: "Conflict: terminated by other getUpdates request",
        413: "Request Entity Too Large",
        500: "Internal Server Error",
        502: "Bad Gateway",
        504: "Gateway Timeout",
    }
    tags = re.compile(r"</?(b|strong|i|em|u|s|code|pre|a|blockquote|tg-spoiler)(\s[^<>]*)?>")

    def __init__(self, secrets: Secrets) -> None:
        super().__init__(secrets)
        self.webhook: dict[str, Any] = {"url": "", "pending_update_count": 0}

    def message_id(self) -> str:
        return ""  # the number in the chat: the simulator counts

    def error(self, code: int, retry_after: int = 1) -> Answer:
        if code == 429:
            return self.wait(retry_after)
        return self.problem(code, self.descriptions.get(code, "Error"))

    def wait(self, seconds: int) -> Answer:
        """Too many requests."""
        text = f"Too Many Requests: retry after {seconds}"
        body = {"ok": False, "error_code": 429, "description": text, "parameters": {"retry_after": seconds}}
        return Answer(429, body, {"Retry-After": str(seconds)})

    def problem(self, status: int, description: str) -> Answer:
        """An error body."""
        return Answer(status, {"ok": False, "error_code": status, "description": description})

    def bad(self, description: str) -> Refused:
        """A request with a wrong parameter."""
        return Refused(self.problem(400, f"Bad Request: {description}"))

    def read(self, asked: Asked) -> Send | Acknowledged | Answer:
        path = re.fullmatch(r"/bot([^/]+)/(\w+)", asked.path)
        if not path:
            raise Refused(self.problem(404, "Not Found"))
        if path[1] != self.secrets.bot_token:
            raise Refused(self.problem(401, "Unauthorized"))
        method, fields = path[2].lower(), asked.fields
        if method == "sendmessage":
            text = self.text(fields, "text", 4096)
            if not text.strip():
                raise self.bad("message text is empty")
            return Send(self.chat(fields), (Received(text, self.keyboard(fields)),))
        if method == "senddocument":
            return self.document(asked)
        if method == "answercallbackquery":
            return Acknowledged(str(fields.get("callback_query_id", "")))
        if method == "getme":
            bot = {"id": int(self.secrets.bot_token.split(":")[0]), "is_bot": True, "first_name": "Haq"}
            return Answer(200, {"ok": True, "result": {**bot, "username": "haq_bot"}})
        if method == "getwebhookinfo":
            return Answer(200, {"ok": True, "result": self.webhook})
        if method in ("setwebhook", "deletewebhook"):
            self.webhook["url"] = fields.get("url", "")
            self.webhook["secret_token"] = fields.get("secret_token", "")
            return Answer(200, {"ok": True, "result": True, "description": "Webhook was set"})
        if method in (
            "sendchataction setmycommands editmessagereplymarkup editmessagetext deletemessage "
            "setmydescription setmyshortdescription setchatmenubutton"
        ):
            return Answer(200, {"ok": True, "result": True})
        raise Refused(self.problem(404, "Not Found"))

    def chat(self, fields: Mapping[str, Any]) -> str:
        """Whom to send to."""
        if not fields.get("chat_id"):
            raise self.bad("chat_id is empty")
        return str(fields["chat_id"])

    def text(self, fields: Mapping[str, Any], name: str, most: int) -> str:
        """A text after its entities were parsed."""
        text = str(fields.get(name, ""))
        if fields.get("parse_mode") == "HTML":
            bare = self.tags.sub("", text)
            if re.search(r"<|&(?!(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);)", bare):
                raise self.bad("can't parse entities: Unsupported start tag at byte offset 0")
            text = html.unescape(bare)
        if units(text) > most:
            raise self.bad("message is too long" if name == "text" else "message caption is too long")
        return text

    def keyboard(self, fields: Mapping[str, Any]) -> tuple[Button, ...]:
        """The buttons of a message."""
        markup = fields.get("reply_markup") or {}
        if isinstance(markup, str):
            try:
                markup = json.loads(markup)
            except ValueError as error:
                raise self.bad("can't parse reply keyboard markup JSON object") from error
        buttons = []
        for item in [item for row in markup.get("inline_keyboard", []) for item in row]:
            if not item.get("text"):
                raise self.bad("can't parse inline keyboard button: Field text must be non-empty")
            if "url" in item:
                continue
            if not 1 <= len(str(item.get("callback_data", "")).encode()) <= 64:
                raise self.bad("BUTTON_DATA_INVALID")
            buttons.append(Button(item["text"], item["callback_data"], "callback"))
        if len(buttons) > 100:
            raise self.bad("reply markup is too long")
        for item in [item for row in markup.get("keyboard", []) for item in row]:
            buttons.append(Button(item if isinstance(item, str) else item["text"], kind="keyboard"))
        return tuple(buttons)

    def document(self, asked: Asked) -> Send:
        """A file to send."""
        given = str(asked.fields.get("document", ""))
        file = asked.files.get(
            given.removeprefix("attach://") if given.startswith("attach://") else "document"
        )
        if file is None:
            if not given:
                raise self.bad("there is no document in the request")
            file = File(given.rsplit("/", 1)[-1], url=given)
        caption = self.text(asked.fields, "caption", 1024)
        return Send(self.chat(asked.fields), (Received(caption, self.keyboard(asked.fields), file),))

    def sent(self, send: Send, ids: list[str]) -> Answer:
        chat = {"id": int(send.to), "type": "private"}
        message = {"message_id": int(ids[0]), "chat": chat, "date": int(time.time())}
        return Answer(200, {"ok": True, "result": {**message, "text": send.messages[0].text}})


class Sms(Api):
    """Twilio's Messages resource."""

    name = "sms"
    blocked, unknown, busy, busy_person = 21610, 0, 20429, 20429
    known: ClassVar[Mapping[int, tuple[int, str]]] = {
        20001: (400, "Unknown parameters"),
        20003: (401, "Authenticate"),
        20404: (404, "The requested resource was not found"),
        20429: (429, "Too many requests"),
        20500: (500, "Internal Server Error"),
        20503: (503, "Service Unavailable"),
        21211: (400, "Invalid 'To' Phone Number"),
        21408: (400, "Permission to send an SMS has not been enabled for the region"),
        21602: (400, "Message body is required."),
        21606: (400, "The 'From' phone number is not a valid, SMS-capable number for your account."),
        21610: (400, "Attempt to send to unsubscribed recipient"),
        21611: (429, "This 'From' number has exceeded the maximum number of queued messages"),
        21614: (400, "'To' number is not a valid mobile number"),
        21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    }
    later = frozenset(range(30001, 30100))

    def message_id(self) -> str:
        return "SM" + token(32)

    def error(self, code: int, retry_after: int = 1) -> Answer:
        if code < 600:
            code = {400: 20001, 401: 20003, 404: 20404, 429: 20429, 500: 20500, 503: 20503}.get(code, code)
        status, message = self.known.get(code, (code if code < 600 else 400, "Error"))
        more = f"https://www.twilio.com/docs/errors/{code}"
        return Answer(status, {"code": code, "message": message, "more_info": more, "status": status})

    def read(self, asked: Asked) -> Send | Acknowledged | Answer:
        secrets = self.secrets
        path = re.fullmatch(r"/2010-04-01/Accounts/([^/]+?)(/Messages)?\.json", asked.path)
        basic = base64.b64encode(f"{secrets.account_sid}:{secrets.auth_token}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {basic}":
            raise self.refuse(20003)
        if not path or path[1] != secrets.account_sid:
            raise self.refuse(20404)
        if not path[2]:
            return Answer(200, {"sid": path[1], "status": "active", "type": "Full"})
        form = asked.form
        text, media = form.get("Body", ""), form.get("MediaUrl", "")
        if form.get("From") != secrets.number and not form.get("MessagingServiceSid"):
            raise self.refuse(21606)
        if not re.fullmatch(r"\+[1-9]\d{6,14}", form.get("To", "")):
            raise self.refuse(21211)
        if not text.strip() and not media:
            raise self.refuse(21602)
        if len(text) > 1600:
            raise self.refuse(21617)
        file = File(media.rsplit("/", 1)[-1], url=media) if media else None
        # There are no buttons: a numbered line is a choice.
        choices = tuple(Button(label.strip(), number, "number") for number, label in NUMBERED.findall(text))
        return Send(form["To"], (Received(text, choices, file),), callback=form.get("StatusCallback", ""))

    def sent(self, send: Send, ids: list[str]) -> Answer:
        text = send.messages[0].text
        body = {
            "sid": ids[0],
            "status": "queued",
            "account_sid": self.secrets.account_sid,
            "to": send.to,
            "from": self.secrets.number,
            "body": text,
            "num_segments": str(segments(text)),
            "num_media": "0",
            "error_code": None,
            "error_message": None,
            "direction": "outbound-api",
        }
        return Answer(201, body)


class Line(Api):
    """The Messaging API: up to five messages a call, of 5,000 UTF-16 units; thirteen quick replies."""

    name = "line"
    messages: ClassVar[Mapping[int, str]] = {
        400: "The request body has 1 error(s)",
        401: "Authentication failed. Confirm that the access token in the authorization header is valid.",
        403: "Access to this API is not available for your account",
        404: "Not found",
        429: "The API rate limit has been exceeded. Try again later.",
        500: "Internal server error",
    }

    def message_id(self) -> str:
        return digits(18)

    def error(self, code: int, retry_after: int = 1) -> Answer:
        return Answer(code, {"message": self.messages.get(code, "Error")}, {"X-Line-Request-Id": token()})

    def invalid(self, what: str, field: str) -> Refused:
        """A request with a wrong property."""
        details = [{"message": what, "property": field}]
        return Refused(Answer(400, {"message": self.messages[400], "details": details}))

    def read(self, asked: Asked) -> Send | Acknowledged | Answer:
        if asked.headers.get("authorization") != f"Bearer {self.secrets.access_token}":
            raise self.refuse(401)
        if asked.path == "/v2/bot/info":
            return Answer(200, {"userId": "U" + 32 * "0", "basicId": "@haq", "displayName": "Haq"})
        if asked.path == "/v2/bot/chat/loading/start":
            return Answer(202, {})
        if asked.method != "POST" or asked.path not in ("/v2/bot/message/push", "/v2/bot/message/reply"):
            raise self.refuse(404)
        body = asked.fields
        retry = asked.headers.get("x-line-retry-key", "")
        reply = asked.path.endswith("reply")
        if retry and (
            reply or not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", retry)
        ):
            raise Refused(Answer(400, {"message": "The value for the 'X-Line-Retry-Key' is invalid"}))
        name = "replyToken" if reply else "to"
        if not body.get(name):
            raise Refused(Answer(400, {"message": f"The property, '{name}', in the request body is invalid"}))
        messages = body.get("messages")
        if not isinstance(messages, list) or not 1 <= len(messages) <= 5:
            raise self.invalid("Size must be between 1 and 5", "messages")
        read = tuple(self.message(message, f"messages[{i}]") for i, message in enumerate(messages))
        target = "" if reply else str(body["to"])
        return Send(target, read, reply=str(body["replyToken"]) if reply else "", retry=retry)

    def bounded(self, text: object, most: int, field: str) -> str:
        """A text of an allowed length."""
        if not isinstance(text, str) or not text.strip():
            raise self.invalid("May not be empty", field)
        if units(text) > most:
            raise self.invalid(f"Length must be between 0 and {most}", field)
        return text

    def message(self, message: Mapping[str, Any], where: str) -> Received:
        """One message: a text, or a template with buttons."""
        buttons = []
        if message.get("type") == "text":
            text = self.bounded(message.get("text"), 5000, f"{where}.text")
        elif message.get("type") == "template":
            self.bounded(message.get("altText"), 1500, f"{where}.altText")
            template = message.get("template", {})
            most = 160 if template.get("type") == "buttons" else 240
            text = self.bounded(template.get("text"), most, f"{where}.template.text")
            actions = template.get("actions", [])
            if not 1 <= len(actions) <= 4:
                raise self.invalid("Size must be between 1 and 4", f"{where}.template.actions")
            buttons = [self.action(action, f"{where}.template.actions") for action in actions]
        else:
            raise self.invalid("A message (type) is unknown", f"{where}.type")
        items = (message.get("quickReply") or {}).get("items", [])
        if len(items) > 13:
            raise self.invalid("Size must be between 1 and 13", f"{where}.quickReply.items")
        buttons += [self.action(item.get("action", {}), f"{where}.quickReply.items") for item in items]
        return Received(text, tuple(buttons))

    def action(self, action: Mapping[str, Any], where: str) -> Button:
        """A button."""
        label = self.bounded(action.get("label"), 20, f"{where}.label")
        if action.get("type") == "postback":
            return Button(label, self.bounded(action.get("data"), 300, f"{where}.data"), "postback")
        return Button(label, self.bounded(action.get("text"), 300, f"{where}.text"), "quick")

    def sent(self, send: Send, ids: list[str]) -> Answer:
        body = {"sentMessages": [{"id": id, "quoteToken": token()} for id in ids]}
        return Answer(200, body, {"X-Line-Request-Id": token()})

    def again(self, ids: list[str], request: str) -> Answer:
        """The answer to a retry key that was accepted before."""
        body = {"message": "The retry key is already accepted", "sentMessages": [{"id": id} for id in ids]}
        return Answer(409, body, {"X-Line-Request-Id": token(), "X-Line-Accepted-Request-Id": request})


APIS: dict[str, type[Api]] = {api.name: api for api in (WhatsApp, Telegram, Messenger, Sms, Line)}


def form_of(body: bytes) -> dict[str, str]:
    """The fields of a form."""
    return dict(parse_qsl(body.decode(), keep_blank_values=True))
