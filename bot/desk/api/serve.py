"""The addresses of the API: each operation, its description for programs, and a page about it for people."""

from __future__ import annotations

from datetime import date
from functools import cache

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.desk.api import law, records, words
from bot.desk.api.access import refusal
from bot.desk.api.answers import Kept, Rendered, Unchanged, answered, rendered
from bot.desk.api.limits import Limits
from bot.desk.api.openapi import described
from bot.desk.api.operations import PREFIX, Operation, told_by
from bot.desk.api.problems import FOR_EVERYBODY
from bot.desk.desk import desk_of
from bot.desk.routes import DeskRoute, Endpoint, page
from bot.desk.views import render

OPERATIONS: tuple[Operation, ...] = (*law.OPERATIONS, *records.OPERATIONS, *words.OPERATIONS)
FRESH_SECONDS = 300
_PACKED = "-gzip"  # a strong ETag names the very bytes
_METHODS = ("GET", "OPTIONS")

_kept = Kept()
_limits = Limits()


def _serving(operation: Operation) -> Endpoint:
    async def serve(request: Request) -> Response:
        if request.method == "OPTIONS":
            return _allowed()
        refused = await refusal(request, _limits)
        if refused is not None:
            return refused
        told = told_by(request, operation, date.today())
        found = await run_in_threadpool(
            answered, desk_of(request).law, _kept, operation, told, _known(request)
        )
        if found is None:
            raise HTTPException(404, operation.missing)
        return _sent(request, found)

    return serve


async def description(request: Request) -> Response:
    """`openapi.json`."""
    if request.method == "OPTIONS":
        return _allowed()
    refused = await refusal(request, _limits)
    if refused is not None:
        return refused
    found = _description()
    return _sent(request, Unchanged(found.etag) if found.etag in _known(request) else found)


async def about(request: Request) -> Response:
    """What there is: a page for people, a list for programs."""
    if request.method == "OPTIONS":
        return _allowed()
    if "text/html" in request.headers.get("accept", ""):
        response: Response = await render(
            request, "api.html", operations=OPERATIONS, prefix=PREFIX, described=f"{PREFIX}/openapi.json"
        )
    else:
        listed = [{"url": PREFIX + each.path, "gives": each.summary} for each in OPERATIONS]
        found = rendered({"name": "Haq", "openapi": f"{PREFIX}/openapi.json", "operations": listed})
        response = _sent(request, Unchanged(found.etag) if found.etag in _known(request) else found)
    response.headers["Vary"] = "Accept, Accept-Encoding"
    return response


async def slash(request: Request) -> Response:
    """`/api/v1/` and `/api` lead to the page."""
    return RedirectResponse(PREFIX, status_code=307)


@cache
def _description() -> Rendered:
    return rendered(described(OPERATIONS))


def _known(request: Request) -> frozenset[str]:
    """The answers that the asker has, by their ETags: of the kind that we would send."""
    found = set()
    for part in request.headers.get("if-none-match", "").split(","):
        tag = part.strip().removeprefix("W/").strip('"')
        packed = tag.endswith(_PACKED)
        if tag and (not packed or _takes_packed(request)):
            found.add(tag.removesuffix(_PACKED))
    return frozenset(found)


def _takes_packed(request: Request) -> bool:
    for part in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _sent(request: Request, found: Rendered | Unchanged) -> Response:
    headers = {
        **FOR_EVERYBODY,
        "Cache-Control": f"public, max-age={FRESH_SECONDS}",
        "Vary": "Accept-Encoding",
    }
    if isinstance(found, Unchanged):
        mark = _PACKED if f"{found.etag}{_PACKED}" in request.headers.get("if-none-match", "") else ""
        return Response(status_code=304, headers={**headers, "ETag": f'"{found.etag}{mark}"'})
    if found.packed is not None and _takes_packed(request):
        headers |= {"ETag": f'"{found.etag}{_PACKED}"', "Content-Encoding": "gzip"}
        return Response(found.packed, headers=headers, media_type="application/json")
    headers["ETag"] = f'"{found.etag}"'
    return Response(found.body, headers=headers, media_type="application/json")


def _allowed() -> Response:
    """What a browser asks before a page of others may send a key."""
    headers = {
        **FOR_EVERYBODY,
        "Access-Control-Allow-Methods": "GET",
        "Access-Control-Allow-Headers": "Authorization, If-None-Match",
        "Access-Control-Max-Age": "86400",
        "Allow": "GET, HEAD, OPTIONS",
    }
    return Response(status_code=204, headers=headers)


def _address(operation: Operation) -> str:
    # A rule's id may hold slashes.
    return PREFIX + operation.path.replace("{id}", "{id:path}")


def _routes() -> tuple[DeskRoute, ...]:
    served = {operation.name: _serving(operation) for operation in OPERATIONS}
    found = [page(_address(each), served[each.name], None, _METHODS) for each in OPERATIONS]
    spelt = [  # as the command takes it too
        page(_address(each).replace("-", "_"), served[each.name], None, _METHODS)
        for each in OPERATIONS
        if "-" in each.path
    ]
    return (
        page(PREFIX, about, None, _METHODS),
        page(f"{PREFIX}/", slash, None),
        page("/api", slash, None),
        page(f"{PREFIX}/openapi.json", description, None, _METHODS),
        *found,
        *spelt,
    )


ROUTES = _routes()
