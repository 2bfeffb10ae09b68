"""The web chat: a widget for the pages of outreach organisations, and its server.

The page asks for events by long poll, which survives proxies, 2G and restarts. A message is kept before
it is accepted, under the id that the page gave it: sending again does no harm. docs/channels/web.md.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from pathlib import Path
from time import monotonic, time
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, file, json

from bot.answers.translations import SOURCE_LANGUAGE, translator
from bot.channels import texts
from bot.channels.accounts import accounts_for
from bot.channels.carrier import Carrier
from bot.channels.conversing import OnMessage
from bot.channels.limits import Limit, Limiter, tells_danger
from bot.channels.mail import Letter
from bot.channels.mailbox import HOLD_SECONDS
from bot.channels.office import Line, Office
from bot.channels.platform import Inbound, Outcome, Profile
from bot.channels.requests import Refused, json_object, text_of
from bot.channels.running import NOT_NOW, close_office, mailbox, office, people, weblog
from bot.channels.weblog import WebLog
from bot.conversation.respond import MAX_LENGTH
from bot.conversation.smalltalk import own_name
from bot.conversation.turn import enabled_languages
from bot.nlu.tracker_store import erase
from bot.observability.marks import WEB, count
from bot.privacy.failures import where
from bot.security.proxies import is_proxy
from bot.settings import load_settings

logger = logging.getLogger(__name__)

PROFILE = Profile(text=8000, text_with_buttons=8000, buttons=12, button=300, messages=8)
POLL_SECONDS = 25.0
_LOOK_SECONDS = 0.5
_WIDGET = Path(__file__).parent / "web" / "haq-chat.js"
_MESSAGES = Limit(burst=20, per_minute=20)
_SESSIONS = Limit(burst=20, per_minute=10)  # an address: many people may stand behind one
_WORD = 64  # letters of an id that a page may choose


class WebCarrier(Carrier):
    """Puts a message where the page asks for it."""

    async def carry(self, letter: Letter) -> Outcome:
        """Adds the message to the session's log, unless the session is over."""
        log, known = weblog(), mailbox().known(letter.person)
        session = log.session(letter.person)
        if session is None:
            return Outcome("dead", code="session over")
        body = {
            "from": "desk" if letter.reference.startswith("desk-") else "assistant",
            "text": letter.part.text,
            "choices": [each.label for each in letter.part.choices],
            "file": dict(letter.part.file) if letter.part.file else None,
            "id": "",
            "language": (known.language if known else "") or session[0],
        }
        log.write(letter.person, letter.reference, body)
        return Outcome("sent")

    async def forgotten(self, person: str) -> None:
        """Takes out what was said, but for the last word: that it is forgotten."""
        weblog().keep_last(person)


class WebChannel(InputChannel):
    """The web chat as a channel of the dialogue engine; off while HAQ_WEBCHAT_ORIGINS is not set."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._origins = origins
        self._messages = Limiter(_MESSAGES, accounts_for("web"))
        self._sessions = Limiter(_SESSIONS, accounts_for("web-sessions"))

    @classmethod
    def name(cls) -> str:
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChannel:
        """The pages that may show the chat come from the settings."""
        given = load_settings().channels.get("HAQ_WEBCHAT_ORIGINS", "")
        return cls(tuple(each.rstrip("/") for each in given.split()))

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """The routes of the chat; none when it is off."""
        routes = Blueprint("haq_web", __name__)
        if not self._origins:
            return routes

        @routes.listener("after_server_start")
        async def start(app: Any, _loop: Any) -> None:
            office(app, on_new_message).open(Line(self.name(), PROFILE, WebCarrier()))

        @routes.listener("before_server_stop")
        async def stop(app: Any, _loop: Any) -> None:
            await close_office(app)

        @routes.route("/haq-chat.js", methods=["GET"])
        async def widget(_request: Request) -> HTTPResponse:
            headers = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
            return await file(_WIDGET, mime_type="text/javascript; charset=utf-8", headers=headers)

        @routes.route("/demo", methods=["GET"])
        async def demo(_request: Request) -> HTTPResponse:
            return await file(_WIDGET.with_name("demo.html"))

        @routes.route("/session", methods=["POST", "OPTIONS"])
        async def session(request: Request) -> HTTPResponse:
            return await self._answer(request, self._session)

        @routes.route("/message", methods=["POST", "OPTIONS"])
        async def message(request: Request) -> HTTPResponse:
            answer = await self._answer(request, self._message)
            office(request.app, on_new_message).wake()
            return answer

        @routes.route("/events", methods=["GET", "OPTIONS"])
        async def events(request: Request) -> HTTPResponse:
            return await self._answer(request, self._events)

        @routes.route("/end", methods=["POST", "OPTIONS"])
        async def end(request: Request) -> HTTPResponse:
            return await self._answer(request, partial(self._end, office(request.app, on_new_message)))

        return routes

    async def _answer(self, request: Request, handle: Any) -> HTTPResponse:
        """Answers a request of an allowed page, with the headers that let the page read it."""
        headers = self._headers(request)
        if headers is None:
            return json({"error": "This page may not show the chat (HAQ_WEBCHAT_ORIGINS)."}, status=403)
        if request.method == "OPTIONS":
            return empty(204, headers=headers)
        try:
            body, status = await handle(request)
            return json(body, status=status, headers=headers)
        except Refused as refusal:
            after = {"Retry-After": str(refusal.after)} if refusal.after else {}
            return json({"error": str(refusal)}, status=refusal.status, headers=headers | after)
        except NOT_NOW as error:  # the page sends it again
            logger.error("The web chat cannot reach its database: %s.", where(error))
            return json({"error": "Try again."}, status=503, headers=headers)

    def _headers(self, request: Request) -> dict[str, str] | None:
        origin = request.headers.get("origin")
        headers = {"Cache-Control": "no-store", "Vary": "Origin"}
        if origin is None or origin == f"{request.scheme}://{request.host}":
            return headers
        if origin not in self._origins and "*" not in self._origins:
            return None
        return headers | {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Expose-Headers": "Retry-After",
            "Access-Control-Max-Age": "86400",
        }

    async def _session(self, request: Request) -> tuple[dict[str, Any], int]:
        body = json_object(request.body)
        language, secret = body.get("language"), body.get("session")
        chosen = language in enabled_languages()
        if secret is not None:
            person = _person(str(secret))
            held = weblog().session(person)
            if held is None:
                raise Refused(404, "This session is over.")
            spoken = str(language) if chosen else held[0]
            weblog().open(person, spoken, chosen or held[1])
        else:
            if self._sessions.judge(_address(request), "", time(), lambda: False) != "take":
                raise Refused(
                    429, "Too many new chats.", self._sessions.seconds_to_wait(_address(request), time())
                )
            for over in weblog().purge():
                forget(request.app.ctx.agent, over)
            secret, spoken = WebLog.new_secret(), str(language) if chosen else SOURCE_LANGUAGE
            weblog().open(_person(secret), spoken, chosen)
        return {
            "session": secret,
            "language": spoken,
            "texts": texts.of_the_widget(translator(spoken)),
            "rtl": translator(spoken).right_to_left,
            "languages": [[code, own_name(code)] for code in enabled_languages()],
        }, 200

    async def _message(self, request: Request) -> tuple[dict[str, Any], int]:
        person, secret, _ = _session_of(request)
        body = json_object(request.body)
        number = body.get("id")
        if not isinstance(number, str) or not 0 < len(number) <= _WORD:
            raise Refused(400, "`id` is missing or is not a text of at most 64 letters.")
        words = text_of(body, "text")
        if len(words) > MAX_LENGTH:
            raise Refused(413, f"The text is longer than {MAX_LENGTH} letters.")
        message = Inbound(secret, f"{person}/{number}", time(), "text", words)
        if not mailbox().unknown("web", [message]):  # the answer to it was lost on the way
            return {"accepted": True}, 202
        verdict = self._messages.judge(person, words, time(), partial(tells_danger, words))
        if verdict != "take":
            raise Refused(429, "Too many messages.", self._messages.seconds_to_wait(person, time()))
        count("messages_received", WEB, number=mailbox().accept(WEB, [message]))
        mine: dict[str, Any] = {
            "from": "person",
            "text": words,
            "choices": [],
            "file": None,
            "id": number,
            "language": "",
        }
        weblog().write(person, f"{person[:16]}/{number}"[:80], mine)
        return {"accepted": True}, 202

    async def _events(self, request: Request) -> tuple[dict[str, Any], int]:
        person, _, _ = _session_of(request)
        given = request.args.get("after") or "0"
        after = int(given) if given.isdecimal() and len(given) < 16 else 0
        until = monotonic() + POLL_SECONDS
        while weblog().newest(person) <= after and monotonic() < until:
            await asyncio.sleep(_LOOK_SECONDS)
        return {"events": weblog().after(person, after), "typing": mailbox().is_waiting(person)}, 200

    async def _end(self, office: Office, request: Request) -> tuple[dict[str, Any], int]:
        person, _, _ = _session_of(request)
        forget(request.app.ctx.agent, person)
        # An answer that was begun before would be kept after.
        office.when_done(person, partial(forget, request.app.ctx.agent, person))
        if load_settings().workers > 1:  # another worker may be the one who began it
            asyncio.get_running_loop().call_later(HOLD_SECONDS, forget, request.app.ctx.agent, person)
        return {"erased": True}, 200


def forget(agent: Any, person: str) -> None:
    """Erases everything of a person of the web chat."""
    weblog().erase(person)
    mailbox().erase(person)
    people().erase(person)
    erase(agent.tracker_store, person)


def _person(secret: str) -> str:
    return mailbox().person("web", secret)


def _session_of(request: Request) -> tuple[str, str, str]:
    """The person, secret and language of a request. Raises Refused."""
    secret = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    held = weblog().session(_person(secret)) if secret else None
    if held is None:
        raise Refused(401, "This session is over.")
    return _person(secret), secret, held[0]


def _address(request: Request) -> str:
    """Where a request comes from; our own proxies are believed (HAQ_PROXIES), as at the desk."""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return forwarded if forwarded and is_proxy(request.ip, load_settings().proxies) else str(request.ip)
