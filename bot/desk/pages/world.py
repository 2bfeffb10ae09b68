"""`/world`: the countries of work, ranked by what protects a person of one country of origin there."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.answers.translations import translator
from bot.desk.accounts.roles import May
from bot.desk.asked import Asked, read_question
from bot.desk.caseform import case_title, case_values
from bot.desk.desk import desk_of
from bot.desk.maps import column_names
from bot.desk.pickers import label
from bot.desk.routes import page
from bot.desk.views import language_of, render
from bot.desk.worldview import COUNTED, SORTED, Destination, ranked, world
from bot.rules.errors import CaseError
from bot.rules.vocabulary import BRANCHES

FIRST: Final = 40  # rows that are shown before "all" is asked for
EXAMPLES: Final = ("NP", "PH", "ET")


async def world_page(request: Request) -> Response:
    """A country of origin, and below it the ranked table."""
    language = language_of(request)
    question = await run_in_threadpool(read_question, request.query_params, language)
    asked, t = question.asked, translator(language)
    by = request.query_params.get("sort") or SORTED[0]
    if by not in SORTED:
        raise CaseError(f"{by!r} is no column. Known: {', '.join(SORTED)}.")
    everything = request.query_params.get("all") == "yes"
    also = [("sort", by if by != SORTED[0] else ""), ("all", "yes" if everything else "")]
    if question.clear and not question.canonical:
        return RedirectResponse(f"/world?{asked.query(also)}".rstrip("?"), status_code=303)
    rows: list[Destination] = []
    if question.clear and asked.origin:
        known = Asked(asked.origin, None, asked.sector, asked.status, on=asked.on)
        found = await run_in_threadpool(world, desk_of(request).law, known, date.today())
        rows = await run_in_threadpool(ranked, found, by, t)
    values: dict[str, Any] = {
        **case_values(request, question),
        "rows": rows if everything else [each for each in rows if each.known][:FIRST],
        "total": len(rows),
        "everything": everything,
        "by": by,
        "by_which": SORTED,
        "counted": COUNTED,
        "branches": len(BRANCHES),
        "columns": column_names(t),
        "country": lambda code: label("country", code, language),
        "query": asked.query,
        "also": also,
        "examples": [(label("country", each, language), each) for each in EXAMPLES],
        "heading": label("country", asked.origin, language) if asked.origin else "",
        "map_of": lambda code: asked.query(destination=code, language=None),
        "case_title": case_title,
    }
    return await render(request, "world.html", 200 if question.clear else 422, **values)


ROUTES = (page("/world", world_page, May.SEE_LAW),)
