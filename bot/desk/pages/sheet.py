"""`/sheet`: what is handed to a worker, in two languages, with its files: PDF, letter, calendar.

Papers, dates and what is told for a letter are never in an address of their own making: the two forms
are posted, answered and forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup, escape
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bot.answers import formats
from bot.answers.translations import RTL_LANGUAGES, available_languages, check_language, translator
from bot.conversation.case_link import Told
from bot.desk.accounts.roles import May
from bot.desk.asked import Question, read_question
from bot.desk.caseform import own_name
from bot.desk.desk import desk_of
from bot.desk.findings import topic_groups, topic_label
from bot.desk.routes import page
from bot.desk.sheet import letters
from bot.desk.sheet.chats import ChatLink, chat_links, path_of, square_code
from bot.desk.sheet.content import Wanted, make_sheet
from bot.desk.sheet.dates import LastDay, calendar, last_days, limited_topics, to_come
from bot.desk.views import interface, language_of, render
from bot.letters.official import is_official, official_language
from bot.letters.sheet import Code, Sheet, short_version
from bot.letters.sheet_pdf import render_sheet
from bot.rules.case import parse_day
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawReader
from bot.rules.lookup import Lookup, look_up, lookup

_SINCE: Final = "since."  # the fields of days: since.wages.due_day
_INLINE, _SAVED = "inline", "attachment"


# -- pages ------------------------------------------------------------------------------------------------


async def sheet_page(request: Request) -> Response:
    """The sheet, with what can be made of it."""
    return await _page(request)


async def sheet_pdf(request: Request) -> Response:
    """The sheet to print or to send."""

    def make() -> bytes:
        wanted = _wanted(request, _question(request))
        found = lookup(desk_of(request).law, wanted.asked.case(date.today()), wanted.topics)
        return render_sheet(_sheet(found, wanted, _chat(request, _links(request, wanted))))

    return _file(await run_in_threadpool(make), "sheet.pdf", "application/pdf", _INLINE)


async def show_dates(request: Request) -> Response:
    """Until when one can claim, counted from the days of the form."""
    return await _page(request, await _form(request))


async def sheet_calendar(request: Request) -> Response:
    """The same days as a calendar file."""
    given = await _form(request)
    try:
        made = await run_in_threadpool(_calendar, request, given)
    except CaseError as error:
        return await _page(request, given, dates_problem=str(error))
    return _file(made, "reminder.ics", "text/calendar; charset=utf-8", _SAVED)


async def sheet_letter(request: Request) -> Response:
    """The complaint letter, in the worker's language and the official one."""
    given = await _form(request)
    question = await run_in_threadpool(_question, request)
    wanted = _wanted(request, question)

    def make() -> bytes:
        told = letters.read_letter(given)
        law = desk_of(request).law
        return letters.print_letters(law, wanted.asked, told, wanted.languages[0], date.today())

    try:
        made = await run_in_threadpool(make)
    except CaseError as error:
        return await _page(request, letter=given, letter_problem=str(error))
    return _file(made, "letter.pdf", "application/pdf", _SAVED)


async def _page(request: Request, dates: Mapping[str, str] | None = None, **values: Any) -> Response:
    """The page. `dates`: the form of days, if it was sent; `values`: what stands on it besides."""
    question = await run_in_threadpool(_question, request)
    if not question.clear or question.asked.nothing:
        status = 200 if question.clear else 422
        return await render(request, "sheet_empty.html", status, unclear=question.written)
    shown = await run_in_threadpool(_values, request, _wanted(request, question), dates)
    shown |= values
    status = 422 if shown["dates_problem"] or shown["letter_problem"] else 200
    return await render(request, "sheet.html", status, **shown)


# -- what the page shows ----------------------------------------------------------------------------------


def _values(request: Request, wanted: Wanted, given: Mapping[str, str] | None) -> dict[str, Any]:
    """What the template shows; all of it of one view of the law."""
    asked, own = wanted.asked, language_of(request)
    t, today = translator(own), date.today()
    links = _links(request, wanted)
    chat = _chat(request, links)
    with desk_of(request).law.reading() as reader:
        found = look_up(reader, asked.case(today), wanted.topics)
        dates = _dates(request, reader, found, wanted, given)
    sheet = _sheet(found, wanted, chat)
    official = official_language(asked.destination or "")
    return {
        "sheet": sheet,
        "wanted": wanted,
        "query": urlencode(_parameters(request, wanted)),
        "case_query": asked.query(language=None),
        "kept": [pair for pair in asked.pairs() if pair[0] not in ("topic", "lang")],
        "short_version": short_version,
        "linked": linked,
        "direction": direction,
        "all_languages": {each: own_name(each) for each in available_languages()},
        "topic_groups": topic_groups(),
        "topic_name": lambda topic: topic_label(topic, t),
        "links": links,
        "chat": chat,
        "code_path": path_of(sheet.code) if sheet.code else "",
        "limited": limited_topics(found, own),
        **dates,
        "letter": {},
        "letter_problem": "",
        "subjects": letters.subjects(wanted.topics) if asked.destination else (),
        "currency": letters.usual_currency(asked.destination),
        "letter_languages": [
            formats.language_name(each, t) for each in letters.letter_languages(asked, wanted.languages[0])
        ],
        "letter_is_official": is_official(asked.destination or "", official),
        "written_date": lambda day: formats.written_date(day.isoformat(), t),
        "longest_name": letters.LONGEST_NAME,
        "longest_story": letters.LONGEST_STORY,
        "today": today.isoformat(),
    }


def direction(language: str) -> str:
    """Of the text of a language, as HTML names it."""
    return "rtl" if language in RTL_LANGUAGES else "ltr"


def linked(text: str, numbers: Iterable[str] = ()) -> Markup:
    """A text of the sheet as HTML: its lines, and its numbers to dial by a touch."""
    safe = str(escape(text)).replace("\n", "<br>")
    known = {str(escape(number)): re.sub(r"[^\d+]", "", number) for number in numbers}
    if not known:
        return Markup(safe)  # noqa: S704 (escaped above)
    longest = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    return Markup(  # noqa: S704
        re.sub(
            rf"(?<![\d+])(?:{longest})(?!\d)",
            lambda match: f'<a href="tel:{known[match[0]]}">{match[0]}</a>',
            safe,
        )
    )


def _sheet(found: Lookup, wanted: Wanted, chat: ChatLink | None) -> Sheet:
    code: Code | None = square_code(chat, wanted.languages) if chat else None
    return make_sheet(found, wanted, code)


def _links(request: Request, wanted: Wanted) -> tuple[ChatLink, ...]:
    case = wanted.asked.case(date.today())
    told = Told(case.origin, case.destination, case.sector)
    return chat_links(desk_of(request).settings.channels, told, wanted.languages[0])


def _chat(request: Request, links: tuple[ChatLink, ...]) -> ChatLink | None:
    """The chat that was chosen, or the first; None where there is none."""
    chosen = request.query_params.get("chat")
    return next((each for each in links if each.name == chosen), next(iter(links), None))


# -- what was asked ---------------------------------------------------------------------------------------


def _question(request: Request) -> Question:
    return read_question(request.query_params, language_of(request))


def _wanted(request: Request, question: Question) -> Wanted:
    """The case, and the languages: the worker's, by the home country unless it is said, and the desk's."""
    if not question.clear:
        raise CaseError(f"This was not understood: {', '.join(question.written.values())}.")
    if question.asked.nothing:
        raise CaseError(
            "A sheet needs a country: from=NP for the home country, to=QA for the country of work."
        )
    asked, own = question.asked, language_of(request)
    worker = asked.language or (official_language(asked.origin) if asked.origin else own)
    desk = check_language(request.query_params.get("desk") or own)
    languages = tuple(dict.fromkeys((worker, desk)))
    return Wanted(replace(asked, language=worker), languages, bool(request.query_params.get("all")))


def _parameters(request: Request, wanted: Wanted) -> list[tuple[str, str]]:
    """The address of this very sheet."""
    own = [("desk", wanted.languages[-1])] + ([("all", "1")] if wanted.whole else [])
    chat = request.query_params.get("chat")
    return [*wanted.asked.pairs(), *own, *([("chat", chat)] if chat else [])]


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form as texts."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


# -- days -------------------------------------------------------------------------------------------------


def _dates(
    request: Request, reader: LawReader, found: Lookup, wanted: Wanted, given: Mapping[str, str] | None
) -> dict[str, Any]:
    """The form of days as the template shows it, with the last days if it was sent."""
    if given is None:
        return {"dates": {}, "last_days": None, "dates_problem": ""}
    try:
        days = _last_days(request, reader, found, wanted, given)
    except CaseError as error:
        return {"dates": given, "last_days": None, "dates_problem": str(error)}
    return {"dates": given, "last_days": days, "dates_problem": ""}


def _calendar(request: Request, given: Mapping[str, str]) -> bytes:
    """The calendar file. Raises CaseError where no day of the form gives one."""
    wanted, today = _wanted(request, _question(request)), date.today()
    with desk_of(request).law.reading() as reader:
        found = look_up(reader, wanted.asked.case(today), wanted.topics)
        days = _last_days(request, reader, found, wanted, given)
    details = bool(given.get("details"))
    if not any(to_come(days, today, details)):
        t = interface(request)
        raise CaseError(t.gettext("No last day is still to come. There is nothing for a calendar."))
    return calendar(days, wanted.languages[0], today, details)


def _last_days(
    request: Request, reader: LawReader, found: Lookup, wanted: Wanted, given: Mapping[str, str]
) -> list[LastDay]:
    """Counted from the days of those fields that the page has; others are passed over.

    Raises CaseError for a day that is none, or still to come.
    """
    own, since = language_of(request), {}
    for each in limited_topics(found, own):
        day = parse_day(given.get(f"{_SINCE}{each.name}", "").strip() or None)
        if day is not None:
            since[each.since] = day
    if not since:
        raise CaseError(interface(request).gettext("Write at least one day."))
    return last_days(reader, found, since, tuple(dict.fromkeys((*wanted.languages, own))))


def _file(content: bytes, name: str, media_type: str, how: str) -> Response:
    """A file; its name tells nothing of the case."""
    headers = {"Content-Disposition": f'{how}; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


ROUTES = (
    page("/sheet", sheet_page, May.SEE_LAW),
    page("/sheet.pdf", sheet_pdf, May.SEE_LAW),
    page("/sheet/deadlines", show_dates, May.SEE_LAW, ("POST",)),
    page("/sheet.ics", sheet_calendar, May.SEE_LAW, ("POST",)),
    page("/sheet/letter.pdf", sheet_letter, May.SEE_LAW, ("POST",)),
)
