"""The web chat: a widget for the pages of outreach organisations, and its server.

The page asks for events by long poll, which survives proxies, 2G and restarts. A message is kept before
it is accepted, under the id that the page gave it: sending again does no harm. docs/channels/web.md.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from time import monotonic, time
from typing import Any, TypeVar

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
from bot.channels.running import NOT_NOW, aside, close_office, mailbox, office, people, weblog
from bot.channels.weblog import WebLog
from bot.conversation.respond import MAX_LENGTH
from bot.conversation.smalltalk import own_name
from bot.conversation.turn import enabled_languages
from bot.databases.aside import TooLate
from bot.nlu.tracker_store import erase
from bot.observability.marks import WEB, count
from bot.privacy.failures import where
from bot.security.proxies import is_proxy
from bot.settings import load_settings

logger = logging.getLogger(__name__)

T = TypeVar("T")

PROFILE = Profile(text=8000, text_with_buttons=8000, buttons=12, button=300, messages=8)
POLL_SECONDS = 25.0
_LOOK_SECONDS = 0.5
_PATIENCE_SECONDS = 4.0  # what could not be begun within them is given back: the page asks again
_AGAIN_SECONDS = 30.0
_WIDGET = Path(__file__).parent / "web" / "haq-chat.js"
_MESSAGES = Limit(burst=20, per_minute=20)
_SESSIONS = Limit(burst=20, per_minute=10)  # an address: many people may stand behind one
_WORD = 64  # letters of an id that a page may choose


class WebCarrier(Carrier):
    """Puts a message where the page asks for it."""

    async def carry(self, letter: Letter) -> Outcome:
        """Adds the message to the session's log, unless the session is over."""
        return await aside()(_put, letter)

    async def forgotten(self, person: str) -> None:
        """Takes out what was said, but for the last word: that it is forgotten."""
        await aside()(_keep_last, person)


class WebChannel(InputChannel):
    """The web chat as a channel of the dialogue engine; off while HAQ_WEBCHAT_ORIGINS is not set."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._origins = origins
        self._messages = Limiter(_MESSAGES, accounts_for("web"))
        self._sessions = Limiter(_SESSIONS, accounts_for("web-sessions"))
        self._begun: set[asyncio.Future[None]] = set()

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
        except (TooLate, *NOT_NOW) as error:  # the page sends it again
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
        chosen = str(language) if language in enabled_languages() else None
        if secret is None:
            agent, address = request.app.ctx.agent, _address(request)
            secret, spoken = await _beside(self._new_session, agent, address, chosen)
        else:
            spoken = await _beside(_old_session, str(secret), chosen)
        return {
            "session": secret,
            "language": spoken,
            "texts": texts.of_the_widget(translator(spoken)),
            "rtl": translator(spoken).right_to_left,
            "languages": [[code, own_name(code)] for code in enabled_languages()],
        }, 200

    def _new_session(self, agent: Any, address: str, chosen: str | None) -> tuple[str, str]:
        """Opens a session for a page; its secret and language. Raises Refused."""
        if self._sessions.judge(address, "", time(), lambda: False) != "take":
            raise Refused(429, "Too many new chats.", self._sessions.seconds_to_wait(address, time()))
        for over in weblog().over():
            forget(agent, over)
        secret, spoken = WebLog.new_secret(), chosen or SOURCE_LANGUAGE
        weblog().open(_person(secret), spoken, chosen is not None)
        return secret, spoken

    async def _message(self, request: Request) -> tuple[dict[str, Any], int]:
        secret, body = _secret_of(request), json_object(request.body)
        number = body.get("id")
        if not isinstance(number, str) or not 0 < len(number) <= _WORD:
            raise Refused(400, "`id` is missing or is not a text of at most 64 letters.")
        words = text_of(body, "text")
        if len(words) > MAX_LENGTH:
            raise Refused(413, f"The text is longer than {MAX_LENGTH} letters.")
        count("messages_received", WEB, number=await _beside(self._take, secret, number, words))
        return {"accepted": True}, 202

    def _take(self, secret: str, number: str, words: str) -> int:
        """Keeps a message; 0 when it is kept already. Raises Refused."""
        person = _person_of(secret)
        message = Inbound(secret, f"{person}/{number}", time(), "text", words)
        if not mailbox().unknown("web", [message]):  # the answer to it was lost on the way
            return 0
        if not self._may_write(person, number, words):
            raise Refused(429, "Too many messages.", self._messages.seconds_to_wait(person, time()))
        mine: dict[str, Any] = {
            "from": "person",
            "text": words,
            "choices": [],
            "file": None,
            "id": number,
            "language": "",
        }
        weblog().write(person, f"{person[:16]}/{number}"[:80], mine)  # first: once accepted, none comes again
        return mailbox().accept(WEB, [message])

    def _may_write(self, person: str, number: str, words: str) -> bool:
        """Whether a message is within limits; the page sends again what was refused, or could not be kept.

        Then what was taken is taken again and costs nothing, and what was refused is judged anew.
        """
        urgent = partial(tells_danger, words)
        before = self._messages.judge(person, words, time(), urgent, number)
        return before == "take" or self._messages.judge(person, words, time(), urgent) == "take"

    async def _events(self, request: Request) -> tuple[dict[str, Any], int]:
        given = request.args.get("after") or "0"
        after = int(given) if given.isdecimal() and len(given) < 16 else 0
        person, newest = await _beside(_look, _secret_of(request))
        until = monotonic() + POLL_SECONDS
        while newest <= after and monotonic() < until:
            await asyncio.sleep(_LOOK_SECONDS)
            newest = await _beside(_newest, person)
        return await _beside(_news, person, after), 200

    async def _end(self, office: Office, request: Request) -> tuple[dict[str, Any], int]:
        person = await _beside(_person_of, _secret_of(request))
        # The page may be gone before it is done.
        await asyncio.shield(self._begin(self._forget(office, request.app.ctx.agent, person)))
        return {"erased": True}, 200

    async def _forget(self, office: Office, agent: Any, person: str) -> None:
        await aside()(forget, agent, person)

        def again() -> None:
            self._begin(_forget_again(agent, person))

        # An answer that was begun before would be kept after.
        office.when_done(person, again)
        if load_settings().workers > 1:  # another worker may be the one who began it
            asyncio.get_running_loop().call_later(HOLD_SECONDS, again)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Future[None]:
        """Begins what is to be ended though nobody waits for it."""
        task = asyncio.ensure_future(work)
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)
        return task


# -- what asks the databases: in threads, each of these in one go ----------------------------------------


async def _beside(do: Callable[..., T], *arguments: Any) -> T:
    """Does it in a thread. Raises TooLate, and what it raises."""
    return await aside().within(_PATIENCE_SECONDS, do, *arguments)


def _put(letter: Letter) -> Outcome:
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


def _keep_last(person: str) -> None:
    weblog().keep_last(person)


def _old_session(secret: str, chosen: str | None) -> str:
    """Goes on with a session, in another language when one was chosen; gives the language. Raises Refused."""
    person = _person(secret)
    held = weblog().session(person)
    if held is None:
        raise Refused(404, "This session is over.")
    spoken = chosen or held[0]
    weblog().open(person, spoken, chosen is not None or held[1])
    return spoken


def _person_of(secret: str) -> str:
    """Whose session this is. Raises Refused when it is over."""
    person = _person(secret)
    if not secret or weblog().session(person) is None:
        raise Refused(401, "This session is over.")
    return person


def _look(secret: str) -> tuple[str, int]:
    """Whose session this is, and the number of what was said last. Raises Refused."""
    person = _person_of(secret)
    return person, _newest(person)


def _newest(person: str) -> int:
    return weblog().newest(person)


def _news(person: str, after: int) -> dict[str, Any]:
    return {"events": weblog().after(person, after), "typing": mailbox().is_waiting(person)}


def forget(agent: Any, person: str) -> None:
    """Erases everything of a person of the web chat; their session last, for by it they are found again."""
    erase(agent.tracker_store, person)
    people().erase(person)
    mailbox().erase(person)
    weblog().erase(person)


def _person(secret: str) -> str:
    return mailbox().person("web", secret)


# -- the rest --------------------------------------------------------------------------------------------


async def _forget_again(agent: Any, person: str) -> None:
    """Erases what came after; as often as it takes, for without a session nobody finds it any more."""
    while True:
        try:
            return await aside()(forget, agent, person)
        except NOT_NOW as error:
            logger.error("What came after the end of a chat cannot be erased yet: %s.", where(error))
            await asyncio.sleep(_AGAIN_SECONDS)


def _secret_of(request: Request) -> str:
    return str(request.headers.get("authorization", "").removeprefix("Bearer ").strip())


def _address(request: Request) -> str:
    """Where a request comes from; our own proxies are believed (HAQ_PROXIES), as at the desk."""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return forwarded if forwarded and is_proxy(request.ip, load_settings().proxies) else str(request.ip)
