"""What a picker shows while somebody types."""

from __future__ import annotations

from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.desk.accounts.roles import May
from bot.desk.pickers import KINDS, Kind, suggest
from bot.desk.routes import page
from bot.desk.views import language_of

KEPT = "private, max-age=300"  # the same letters are typed again and again


async def suggestions(request: Request) -> Response:
    """`/suggest?kind=country&q=kat`: what it may become, the likeliest first."""
    kind = request.query_params.get("kind", "")
    if kind not in KINDS:
        raise HTTPException(404)
    query = request.query_params.get("q", "")
    found = await run_in_threadpool(suggest, cast("Kind", kind), query, language_of(request))
    body = {"query": query, "suggestions": [each.to_json() for each in found]}
    return JSONResponse(body, headers={"Cache-Control": KEPT, "Vary": "Cookie, Accept-Language"})


ROUTES = (page("/suggest", suggestions, May.SEE_LAW),)
