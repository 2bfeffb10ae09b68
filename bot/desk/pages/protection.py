"""`/map`: the protection map of a corridor, one or two side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.answers.translations import Translator, translator
from bot.desk.accounts.roles import May
from bot.desk.asked import Asked, Question, read_question, with_second_country
from bot.desk.caseform import case_title, case_values
from bot.desk.desk import desk_of
from bot.desk.maps import (
    STATUS,
    Side,
    agreements_said,
    column_names,
    differing,
    open_cell,
    read_cell,
    sides_of,
    state_counts,
    state_letters,
    state_names,
)
from bot.desk.pages.lookup import EXAMPLES
from bot.desk.routes import page
from bot.desk.views import interface, language_of, render
from bot.desk.words import dependence, provenance_words, source_url
from bot.rules.errors import CaseError
from bot.rules.vocabulary import BRANCHES


async def map_page(request: Request) -> Response:
    """The form, and below it the map."""
    question, other = await _question(request)
    if question.clear and not question.canonical:
        return RedirectResponse(
            f"/map?{_address(request, question.asked, other)}".rstrip("?"), status_code=303
        )
    values = await _values(request, question, other)
    return await render(request, "map.html", values.pop("status"), **values)


async def map_cell(request: Request) -> Response:
    """What stands behind one cell, alone, for the page's script."""
    question, other = await _question(request)
    values = await _values(request, question, other)
    return await render(request, "map_cell.html", values.pop("status"), **values)


async def _question(request: Request) -> tuple[Question, str | None]:
    language = language_of(request)
    question = await run_in_threadpool(read_question, request.query_params, language)
    return await run_in_threadpool(with_second_country, question, request.query_params, language)


def _address(request: Request, asked: Asked, other: str | None) -> str:
    """The parameters of this page's address, without the cell that is open."""
    return asked.query(also=[("to2", other or ""), ("compare", request.query_params.get("compare", ""))])


async def _values(request: Request, question: Question, other: str | None) -> dict[str, Any]:
    language, asked = language_of(request), question.asked
    t, said_in = translator(language), translator(asked.language or language)
    compare = request.query_params.get("compare")
    opened = read_cell(request.query_params.get("open"))
    sides: list[Side] = []
    refused = ""
    if question.clear and asked.corridor:
        law = desk_of(request).law
        try:
            sides = await run_in_threadpool(sides_of, law, asked, other, compare, date.today())
        except CaseError as error:
            refused = str(error)
    examples = [replace(each, sector=None) for each in EXAMPLES]
    return {
        **case_values(request, question),
        **_names(t, interface(request)),
        "compare": compare == STATUS and not other,
        "other": other,
        "sides": sides,
        "refused": refused,
        "status": 422 if refused or not question.clear else 200,
        "dependence": lambda name: dependence(name, sides[0].found.catalogue, t, interface(request)),
        "titles": [case_title(side.asked, t) for side in sides],
        "counts": [state_counts(side.found) for side in sides],
        "differs": differing(sides),
        "opened": opened,
        "cells": [open_cell(side, *opened, said_in) for side in sides] if opened else [],
        "agreements": [agreements_said(side, said_in) for side in sides],
        "said_in": said_in,
        "meaning": {},
        "address": _address(request, asked, other),
        "examples": [(case_title(each, t), each.query()) for each in examples],
        "heading": case_title(asked, t) if asked.corridor else "",
    }


def _names(t: Translator, mine: Translator) -> dict[str, Any]:
    """What the signs and headings are called."""
    return {
        "branches": BRANCHES,
        "columns": column_names(t),
        "states": state_names(t),
        "letters": state_letters(mine),
        "words": provenance_words(mine),
        "source_url": source_url,
    }


ROUTES = (
    page("/map", map_page, May.SEE_LAW),
    page("/map/cell", map_cell, May.SEE_LAW),
)
