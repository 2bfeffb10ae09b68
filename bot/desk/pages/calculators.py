"""`/calculators`: what is owed, until when, and what adds up; each with its steps.

A form is posted, so that no wage and no day stands in an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.answers import formats
from bot.answers.calculators import find_calculator
from bot.answers.calculators.shared import Calculator
from bot.answers.translations import available_languages, translator
from bot.desk.accounts.roles import May
from bot.desk.asked import Asked, read_question
from bot.desk.calculating.fields import currencies
from bot.desk.calculating.forms import Form, read_form
from bot.desk.calculating.results import Calculation, calculation
from bot.desk.calculating.words import titles
from bot.desk.caseform import case_title, own_name
from bot.desk.desk import desk_of
from bot.desk.pickers import label
from bot.desk.routes import page
from bot.desk.views import interface, language_of, render
from bot.desk.words import provenance_words
from bot.rules.errors import CaseError


async def calculators_page(request: Request) -> Response:
    """All of them, for a case if the address names one."""
    language = language_of(request)
    question = await run_in_threadpool(read_question, request.query_params, language)
    asked = question.asked
    return await render(
        request,
        "calculators.html",
        titles=titles(interface(request)),
        query=asked.query(),
        heading="" if asked.nothing else case_title(asked, translator(language)),
    )


async def calculator_page(request: Request) -> Response:
    """One form; and its result once it was sent."""
    calculator = _named(request)
    values = await _values(request, calculator)
    status = 422 if values["errors"] or values["refused"] else 200
    return await render(request, "calculator.html", status, **values)


async def result(request: Request) -> Response:
    """The result alone, for the page's script. What is wrong in it is no failure of the request."""
    return await render(request, "calculator_result.html", **await _values(request, _named(request)))


def _named(request: Request) -> Calculator:
    calculator = find_calculator(request.path_params["name"])
    if calculator is None:
        raise HTTPException(404)
    return calculator


async def _values(request: Request, calculator: Calculator) -> dict[str, Any]:
    language, mine = language_of(request), interface(request)
    sent = request.method == "POST"
    given: Mapping[str, str] = (
        {name: str(value) for name, value in (await request.form()).items()}
        if sent
        else await run_in_threadpool(_prepared, request, language)
    )
    sent = sent and "rows" not in given  # more rows are asked for, nothing is worked out yet
    spoken = given.get("lang", "")
    spoken = spoken if spoken in available_languages() else language
    desk = desk_of(request)

    def work_out() -> tuple[Form, Calculation | None, str]:
        with desk.law.reading() as reader:
            form = read_form(calculator, reader.catalogue, given, mine, language, sent)
            if not sent or form.errors:
                return form, None, ""
            try:
                found = calculation(reader, calculator, form.told(), spoken, form.currency, date.today())
            except CaseError as error:
                return form, None, str(error)
        return form, found, ""

    form, found, refused = await run_in_threadpool(work_out)
    t = translator(language)
    return {
        "calculator": calculator,
        "title": titles(mine)[calculator.name],
        "form": form,
        "errors": form.errors,
        "field_labels": {each.name: each.label for each in form.fields},
        "refused": refused,
        "found": found,
        "sent": sent,
        "currencies": [(code, formats.currency_name(code, t)) for code in currencies()],
        "answer_languages": {each: own_name(each) for each in available_languages()},
        "answer_language": spoken,
        "words": provenance_words(mine),
        "written_date": formats.written_date,
        "law_terms": t,
    }


def _prepared(request: Request, language: str) -> dict[str, str]:
    """What the address of a form says of the case, in its fields."""
    asked = read_question(request.query_params, language).asked
    given = {
        "to": asked.destination, "from": asked.origin, "sector": asked.sector, "status": asked.status,
        "private_household": asked.private_household, "on": asked.on, "lang": asked.language,
        "scheme": asked.scheme, "home": asked.origin, "nationality": asked.origin,
        **{f"fact.{name}": value for name, value in asked.facts}, **_rows(asked, language),
    }  # fmt: skip
    return {name: value for name, value in given.items() if value}


def _rows(asked: Asked, language: str) -> dict[str, str]:
    """The two countries of a case as the first rows of insured time."""
    both = [each for each in (asked.origin, asked.destination) if each]
    return {
        f"period-{number}-country": label("country", each, language) for number, each in enumerate(both, 1)
    }


ROUTES = (
    page("/calculators", calculators_page, May.SEE_LAW),
    page("/calculators/{name}", calculator_page, May.SEE_LAW, ("GET", "POST")),
    page("/calculators/{name}/result", result, May.SEE_LAW, ("POST",)),
)
