"""`/lookup`: whose case, and what the rules say of it."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.answers.translations import Translator, translator
from bot.desk.accounts.roles import May
from bot.desk.asked import Asked, Question, read_question
from bot.desk.caseform import case_title, case_values
from bot.desk.desk import desk_of
from bot.desk.findings import Finding, find
from bot.desk.routes import page
from bot.desk.views import interface, language_of, render
from bot.desk.words import dependence, provenance_words, source_url
from bot.rules.errors import CaseError

# What a first visit may try: the corridors of three parts of the world.
EXAMPLES: Final = (
    Asked("NP", "QA", "construction"),
    Asked("PH", "SA", "domestic_work"),
    Asked("UA", "PL", "manufacturing"),
)


async def lookup_page(request: Request) -> Response:
    """The form, and below it the answer where a country is named."""
    question = await _question(request)
    if question.clear and not question.canonical:
        return RedirectResponse(f"/lookup?{question.asked.query()}".rstrip("?"), status_code=303)
    values = await _values(request, question)
    return await render(request, "lookup.html", values.pop("status"), **values)


async def results(request: Request) -> Response:
    """The answer alone, for the page's script."""
    question = await _question(request)
    values = await _values(request, question)
    return await render(request, "lookup_results.html", values.pop("status"), **values)


async def _question(request: Request) -> Question:
    return await run_in_threadpool(read_question, request.query_params, language_of(request))


async def _values(request: Request, question: Question) -> dict[str, Any]:
    """What both templates show."""
    asked, language, finding = question.asked, language_of(request), None
    mine = interface(request)
    refused = ""
    if question.clear and not asked.nothing:
        law = desk_of(request).law
        try:
            finding = await run_in_threadpool(find, law, asked, language, date.today())
        except CaseError as error:
            refused = str(error)
    return {
        **case_values(request, question),
        "finding": finding,
        "refused": refused,
        "status": 422 if refused or not question.clear else 200,
        "examples": [(case_title(each, translator(language)), each.query()) for each in EXAMPLES],
        "heading": case_title(asked, translator(language)),
        "words": provenance_words(mine),
        "dependence": partial(_dependence, finding, translator(language), mine),
        "source_url": source_url,
        "coverage": _coverage(finding),
    }


def _dependence(finding: Finding | None, t: Translator, mine: Translator, name: str) -> str:
    return "" if finding is None else dependence(name, finding.answer.found.catalogue, t, mine)


def _coverage(finding: Finding | None) -> dict[str, int]:
    """How many statements are sure and how many depend on something."""
    if finding is None:
        return {}
    shown = [*finding.answer.statements, *(each.statement for each in finding.answer.channels)]
    depends = sum(each.applies == "depends" for each in shown)
    return {"sure": len(shown) - depends, "depends": depends}


ROUTES = (
    page("/lookup", lookup_page, May.SEE_LAW),
    page("/lookup/results", results, May.SEE_LAW),
)
