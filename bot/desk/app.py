"""The desk as one application: its pages, its API, its files, and what is said when something fails."""

from __future__ import annotations

import logging
from importlib import import_module

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from bot.desk.api.problems import problem
from bot.desk.desk import HERE, Desk, desk_of
from bot.desk.guard import HEADERS, Guard
from bot.desk.routes import DeskRoute, page
from bot.desk.views import render
from bot.observability import desk_pages
from bot.privacy.failures import where
from bot.rules.errors import EmptyLawBase, LawBaseUnavailable, RulesError

logger = logging.getLogger(__name__)

MODULES = (
    "bot.desk.api.serve",
    "bot.desk.pages.account",
    "bot.desk.pages.audit",
    "bot.desk.pages.calculators",
    "bot.desk.pages.home",
    "bot.desk.pages.inbox",
    "bot.desk.pages.inbox_chat",
    "bot.desk.pages.keys",
    "bot.desk.pages.login",
    "bot.desk.pages.people",
    "bot.desk.pages.provider",
    "bot.desk.pages.questions",
    "bot.desk.pages.lookup",
    "bot.desk.pages.protection",
    "bot.desk.pages.sheet",
    "bot.desk.pages.suggest",
    "bot.desk.pages.workshop",
    "bot.desk.pages.workshop_change",
    "bot.desk.pages.workshop_proposals",
    "bot.desk.pages.workshop_revisions",
    "bot.desk.pages.workshop_wording",
    "bot.desk.pages.world",
)  # fmt: skip
"""Each gives ROUTES: a tuple of DeskRoute."""


class _Files(StaticFiles):
    """Files whose address changes with their content."""

    async def get_response(self, path: str, scope: object) -> Response:
        response = await super().get_response(path, scope)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def desk_routes() -> tuple[DeskRoute, ...]:
    """Every route of the desk but its files."""
    found = (route for module in MODULES for route in import_module(module).ROUTES)
    own = (
        page("/health", _health, None),
        page("/health/ready", desk_pages.ready, None),
        page("/metrics", desk_pages.numbers, None),
    )
    return (*own, *found)


def create_app(desk: Desk) -> Starlette:
    """The application over an open desk."""
    app = Starlette(
        routes=[
            *(route.route() for route in desk_routes()),
            Mount("/static", _Files(directory=HERE / "static"), name="static"),
        ],
        middleware=[Middleware(desk_pages.Traced), Middleware(Guard)],
        exception_handlers={
            HTTPException: _refused,
            RulesError: _mistaken,
            Exception: _failed,
        },
    )
    app.state.desk = desk
    app.state.readiness = desk_pages.desk_readiness(desk.settings)
    return app


async def _health(request: Request) -> Response:
    """Ready when the law can be read."""

    def read() -> str:
        with desk_of(request).law.reading() as reader:
            return reader.version

    try:
        version = await run_in_threadpool(read)
    except RulesError as error:
        return JSONResponse({"status": "waiting", "service": "desk", "why": str(error)}, 503)
    return JSONResponse({"status": "ok", "service": "desk", "version": version})


def _for_programs(request: Request) -> bool:
    return request.url.path.startswith("/api/")


async def _refused(request: Request, error: Exception) -> Response:
    """What HTTP has a number for: not found, not allowed."""
    assert isinstance(error, HTTPException)
    if _for_programs(request):
        return problem(request, error.status_code, error.detail, headers=error.headers)
    if error.status_code < 400:
        return Response(status_code=error.status_code, headers=error.headers)
    response = await render(request, "error.html", error.status_code, code=error.status_code, said="")
    response.headers.update(error.headers or {})
    return response


async def _mistaken(request: Request, error: Exception) -> Response:
    """A case, a topic, a date that makes no sense; or a law base that cannot be read."""
    status = 503 if isinstance(error, LawBaseUnavailable | EmptyLawBase) else 422
    if status == 503:
        logger.error("%s: the law cannot be read: %s", request.url.path, where(error))
    if _for_programs(request):
        return problem(request, status, str(error))
    return await render(request, "error.html", status, code=status, said=str(error))


async def _failed(request: Request, error: Exception) -> Response:
    """A fault of ours: a sentence for the person, kind and place for the log; never what was sent."""
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    if _for_programs(request):
        response: Response = problem(request, 500, "Something went wrong here. It was noted.")
    else:
        response = await render(request, "error.html", 500, code=500, said="")
    for name, value in {**HEADERS, "Cache-Control": "no-store"}.items():  # the guard is behind us
        response.headers.setdefault(name, value)
    return response
