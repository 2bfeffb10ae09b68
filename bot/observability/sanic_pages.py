"""`/metrics` and `/health/ready` of the assistant and the action server, and the id of each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse, json, text

from bot.observability import checks, correlation
from bot.observability.admission import may_read
from bot.observability.gauges import ready_source
from bot.observability.metrics import Metrics
from bot.observability.readiness import Check, Readiness
from bot.settings import INSIDE, Settings

PAGES = ("/health", "/health/ready", "/metrics")
"""What answers without the token of the action server: each admits by itself."""

_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def add_pages(app: Any, metrics: Metrics | None, readiness: Readiness, key: str | None) -> None:
    """Adds them to a server."""
    if metrics is not None:
        metrics.add_source(ready_source(readiness))

    @app.middleware("request")
    async def trace(request: Request) -> None:
        # Only this machine names an id: it is the assistant, calling its actions.
        ours = may_read(_headers(request), request.ip, None)
        correlation.begin(request.headers.get(correlation.HEADER) if ours else None)

    @app.get("/health/ready")
    async def ready(request: Request) -> HTTPResponse:
        status, body = await readiness.answer()
        return json(body, status=status)

    @app.get("/metrics")
    async def numbers(request: Request) -> HTTPResponse:
        if not may_read(_headers(request), request.ip, key):
            return json({"error": "forbidden"}, status=403)
        if metrics is None:
            return json({"error": "No numbers are kept; the log says why."}, status=503)
        # In a thread: it reads databases and files.
        said = await request.app.loop.run_in_executor(None, metrics.text)
        return text(said, content_type=_TYPE)


def assistant_readiness(settings: Settings, has_model: Callable[[], bool]) -> Readiness:
    """All that a message needs."""
    return Readiness(
        "assistant",
        {
            "model": checks.true(has_model),
            "rules": checks.law(settings),
            "conversations": checks.writable(settings.conversations_url, "conversation"),
            **({} if settings.actions == INSIDE else {"actions": _actions(settings)}),
        },
    )


def actions_readiness(settings: Settings) -> Readiness:
    """The law, and the desk's queue."""
    return Readiness(
        "actions",
        {
            "rules": checks.law(settings),
            "conversations": checks.writable(settings.conversations_url, "handoff"),
        },
    )


def _actions(settings: Settings) -> Check:
    return checks.answers(settings.actions_url, "actions")


def _headers(request: Request) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in request.headers.items()}
