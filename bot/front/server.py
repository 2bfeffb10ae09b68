"""The REST channel without Rasa: `POST /webhooks/rest/webhook` and `/parse`, health and numbers."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.requests import MOST_BYTES, Refused, admit, json_object, metadata_of, text_of
from bot.channels.saying import waiting
from bot.conversation.respond import MAX_LENGTH
from bot.databases.aside import aside
from bot.front.talking import Talking
from bot.observability import correlation
from bot.observability.admission import may_read
from bot.observability.gauges import ready_source
from bot.observability.marks import REST, count
from bot.observability.metrics import Metrics
from bot.observability.readiness import Readiness
from bot.people.store import PeopleStore
from bot.privacy.failures import where
from bot.rules.errors import RulesError

logger = logging.getLogger(__name__)

_HEADERS: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_NUMBERS: Final = "text/plain; version=0.0.4; charset=utf-8"
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Front:
    """What the server needs."""

    talking: Talking
    people: Callable[[], PeopleStore]
    readiness: Readiness
    health: Mapping[str, str]
    rest_key: str | None = None
    metrics: Metrics | None = None
    metrics_key: str | None = None


def create_app(front: Front) -> Starlette:
    """The server."""
    if front.metrics is not None:
        front.metrics.add_source(ready_source(front.readiness))

    async def webhook(request: Request) -> Response:
        body = await _object(request, front.rest_key)
        sender, text = text_of(body, "sender"), text_of(body, "message")
        count("messages_received", REST)
        said = await front.talking.talk("rest", sender, text, metadata_of(body))
        said = [*said, *await _waiting(front, sender)]
        count("messages_sent", REST, "sent", number=len(said))
        return _json(said)

    async def messages(request: Request) -> Response:
        _admit(request, front.rest_key)
        return _json(await _waiting(front, text_of(request.query_params, "sender")))

    async def parse(request: Request) -> Response:
        text = text_of(await _object(request, front.rest_key), "text")
        parsed = await aside(front.talking.parse, text[:MAX_LENGTH])
        return _json({"emergency": None, **parsed, "text": text})

    async def up(_request: Request) -> Response:
        return _json({"status": "ok"})

    async def health(_request: Request) -> Response:
        return _json({"status": "ok", **front.health})

    async def ready(_request: Request) -> Response:
        status, body = await front.readiness.answer()
        return _json(body, status)

    async def numbers(request: Request) -> Response:
        if not may_read(request.headers, _address(request), front.metrics_key):
            return _json({"error": "forbidden"}, 403)
        if front.metrics is None:
            return _json({"error": "No numbers are kept; the log says why."}, 503)
        return PlainTextResponse(await aside(front.metrics.text), media_type=_NUMBERS)

    return Starlette(
        routes=[
            Route("/webhooks/rest/webhook", _guarded(webhook), methods=["POST"]),
            Route("/webhooks/rest/parse", _guarded(parse), methods=["POST"]),
            Route("/webhooks/rest/messages", _guarded(messages)),
            Route("/webhooks/rest/", _guarded(up)),
            Route("/health", _guarded(health)),
            Route("/health/ready", _guarded(ready)),
            Route("/metrics", _guarded(numbers)),
        ]
    )


def _guarded(handle: Handler) -> Handler:
    """The handler; what it refuses or fails at is said with its kind alone."""

    async def guarded(request: Request) -> Response:
        correlation.begin()
        try:
            return await handle(request)
        except Refused as refusal:
            return _json({"error": str(refusal)}, refusal.status)
        except Exception as error:  # the boundary: the server would log the whole of it
            logger.error("A request failed: %s.", where(error))
            return _json({"error": "internal"}, 500)

    return guarded


async def _object(request: Request, key: str | None) -> dict[str, Any]:
    """The JSON object of a request that may be taken. Raises Refused."""
    _admit(request, key)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            break  # it is refused for its size
    return json_object(body)


def _admit(request: Request, key: str | None) -> None:
    admit(request.headers, _address(request), key)


async def _waiting(front: Front, sender: str) -> list[dict[str, Any]]:
    try:
        return await aside(lambda: waiting(front.people(), sender))
    except (RulesError, SQLAlchemyError) as error:
        logger.error("The outbox cannot be read: %s.", where(error))
        return []


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _json(content: Any, status: int = 200) -> Response:
    packed = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(packed, status, _HEADERS, media_type="application/json")
