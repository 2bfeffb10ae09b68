"""`/questions`: what people ask, as counts that nobody can be found in; as a page, a file and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.answers import formats
from bot.answers.translations import translator
from bot.desk.accounts.roles import May
from bot.desk.api.access import scopes_of
from bot.desk.api.problems import problem
from bot.desk.counts_in_words import CountsInWords, as_csv
from bot.desk.desk import desk_of
from bot.desk.routes import DeskRoute, page
from bot.desk.views import interface, language_of, render
from bot.people.questions import PERIODS, TABLES, USUAL_PERIOD, Filters, Report, TableSpec, as_json, report
from bot.rules.errors import CaseError
from bot.rules.vocabulary import COUNTRIES, LANGUAGES

SCOPE = "counts"
_PARAMETERS = ("weeks", "country", "language")


def filters_of(given: Mapping[str, str]) -> Filters:
    """What is asked for. Raises CaseError for what makes no sense."""
    weeks = given.get("weeks") or str(USUAL_PERIOD)
    if not (weeks.isascii() and weeks.isdecimal() and len(weeks) < 4):
        raise CaseError(f"The number of weeks must be one of {', '.join(map(str, PERIODS))} (0: all).")
    return Filters(int(weeks), given.get("country") or None, given.get("language") or None)


def query_of(filters: Filters) -> str:
    """The same as part of an address."""
    given = {"weeks": str(filters.weeks), "country": filters.country, "language": filters.language}
    return urlencode({name: value for name, value in given.items() if value is not None})


def lookup_query(table: TableSpec, what: tuple[str, ...]) -> str:
    """A row's case, as the lookup's address has it."""
    names = {"origin": "from", "destination": "to", "topic": "topic"}
    return urlencode({names[name]: value for name, value in zip(table.by, what, strict=True) if value})


async def questions(request: Request) -> Response:
    """The page."""
    found = await _report(request)
    filters, t = found.filters, translator(language_of(request))
    countries = {code: formats.country(code, t) for code in COUNTRIES}
    return await render(
        request,
        "questions.html",
        found=found,
        specs=TABLES,
        words=_words(request),
        filters=filters,
        query=query_of(filters),
        lookup_query=lookup_query,
        wider=query_of(replace(filters, country=None, language=None, weeks=0)),
        periods=PERIODS,
        countries=sorted(countries.items(), key=lambda each: each[1]),
        spoken=sorted(
            ((code, formats.language_name(code, t)) for code in LANGUAGES), key=lambda each: each[1]
        ),
    )


async def questions_file(request: Request) -> Response:
    """Every table as comma-separated values."""
    found = await _report(request)
    made = await run_in_threadpool(as_csv, found, _words(request))
    name = f"what-people-ask-{found.weeks[0]}-{found.weeks[-1]}.csv"
    return Response(
        made, media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


async def counts(request: Request) -> Response:
    """The same for programs. Unknown parameters are refused, so that none is thought to be heard."""
    unknown = sorted(set(request.query_params) - set(_PARAMETERS))
    if unknown:
        raise CaseError(f"There is no parameter {unknown[0]!r}. There are: {', '.join(_PARAMETERS)}.")
    return JSONResponse(as_json(await _report(request)))


async def _report(request: Request) -> Report:
    desk, filters = desk_of(request), filters_of(request.query_params)

    def read() -> Report:
        return report(
            desk.counts, lambda first: desk.people.feedback("unanswered", first), filters, date.today()
        )

    return await run_in_threadpool(read)


def _words(request: Request) -> CountsInWords:
    return CountsInWords(translator(language_of(request)), interface(request))


class _ForKeysToo(DeskRoute):
    """Also open to another system whose key has the scope `counts`."""

    def route(self) -> Route:
        """As Starlette takes it: a key first, then what the session may do."""
        guarded = super().route().endpoint

        async def keyed(request: Request) -> Response:
            scopes = await scopes_of(request)
            if scopes is not None and SCOPE in scopes:
                return await self.endpoint(request)
            if scopes:
                return problem(request, 403, f"This key does not have the scope `{SCOPE}`.")
            if scopes is None or request.state.visitor.account is None:
                needed = f"Send `Authorization: Bearer KEY` with a key that has the scope `{SCOPE}`."
                return problem(request, 401, needed, headers={"WWW-Authenticate": "Bearer"})
            response: Response = await guarded(request)
            return response

        return Route(self.path, keyed, methods=list(self.methods))


ROUTES = (
    page("/questions", questions, May.SEE_QUESTIONS),
    page("/questions.csv", questions_file, May.SEE_QUESTIONS),
    _ForKeysToo("/api/v1/counts", counts, May.SEE_QUESTIONS),
)
