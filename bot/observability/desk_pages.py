"""`/metrics` and `/health/ready` of the desk, and the id of each request."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.observability import checks, correlation
from bot.observability.admission import may_read
from bot.observability.gauges import ready_source
from bot.observability.metrics import Metrics
from bot.observability.readiness import Readiness
from bot.settings import Settings

_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Traced:
    """Gives each request an id for the logs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with correlation.under(""):
            await self._app(scope, receive, send)


def desk_readiness(settings: Settings) -> Readiness:
    """The law, those who wait, and the accounts."""
    return Readiness(
        "desk",
        {
            "rules": checks.law(settings),
            "conversations": checks.writable(settings.conversations_url, "handoff"),
            "accounts": checks.writable(settings.accounts_url, "desk_session"),
        },
    )


def show_numbers(app: Starlette, metrics: Metrics | None) -> None:
    """From now on `/metrics` gives these."""
    app.state.metrics = metrics
    if metrics is not None:
        metrics.add_source(ready_source(app.state.readiness))


async def ready(request: Request) -> Response:
    """`/health/ready`."""
    readiness: Readiness = request.app.state.readiness
    status, body = await readiness.answer()
    return JSONResponse(body, status)


async def numbers(request: Request) -> Response:
    """`/metrics`."""
    settings: Settings = request.app.state.desk.settings
    address = request.client.host if request.client else ""
    if not may_read(dict(request.headers), address, settings.metrics_key):
        return JSONResponse({"error": "forbidden"}, 403)
    metrics = getattr(request.app.state, "metrics", None)
    if metrics is None:
        return JSONResponse({"error": "No numbers are kept; the log says why."}, 503)
    return PlainTextResponse(await run_in_threadpool(metrics.text), media_type=_TYPE)
