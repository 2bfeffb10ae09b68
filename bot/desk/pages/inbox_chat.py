"""One chat of the inbox: take it over, answer, hand it back, close it, note something for colleagues.

Whatever opens or changes a chat is in the audit log, by its number; what was written never is.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.answers import formats, names
from bot.answers.translations import Translator, translator
from bot.desk import chats
from bot.desk.accounts.roles import May
from bot.desk.desk import Desk, desk_of
from bot.desk.live import live_of
from bot.desk.pages.inbox import worker_of
from bot.desk.routes import page
from bot.desk.snippets import Ready, Snippet, ready, spoken_rules
from bot.desk.views import interface, language_of, render
from bot.people.store import RELEASED, SILENCE, Handoff, NoSuchHandoff, TakenBySomebody
from bot.people.words import joined, left
from bot.rules.errors import RulesError
from bot.rules.units import Duration
from bot.rules.vocabulary import TOPICS

MOST_LETTERS = 3000
MOST_RULES = 20
_LARGEST = 2**31 - 1  # of the column
_UNREADABLE = Ready(topic=None)
_SILENCE = Duration(Decimal(int(SILENCE.total_seconds() // 60)), "minute")


@dataclass(frozen=True)
class Draft:
    """What stands in the box, and why it was not sent."""

    text: str = ""
    rules: tuple[str, ...] = ()
    problem: str = ""
    status: int = 200


async def chat(request: Request) -> Response:
    """The page of a chat."""
    return await _page(request, Draft(), opens=True)


async def part(request: Request) -> Response:
    """What changes of a chat, for a page that is open: who has it, what was written."""
    values = await _values(request)
    return await render(request, "inbox_chat.html", **values)


async def case(request: Request) -> Response:
    """The case and the ready sentences, for a page that is open."""
    values = await _values(request)
    if not values["open"]:
        raise HTTPException(404)
    return await render(request, "inbox_case.html", **values, **await _case(request, values["chat"]))


async def take(request: Request) -> Response:
    """Takes a chat over; whoever comes second is told who was faster."""
    desk, worker, number = desk_of(request), worker_of(request), _number(request)

    def do() -> None:
        desk.people.be_present(worker)
        desk.people.take(number, worker, joined)
        desk.accounts.note(worker, "took_conversation", {"handoff": number})

    try:
        await run_in_threadpool(do)
    except TakenBySomebody as error:
        said = interface(request).gettext("{name} was faster and has this conversation.", name=error.worker)
        return await _page(request, Draft(problem=said, status=409))
    except NoSuchHandoff:
        return _back_to(request)  # the page says what has become of it
    return _back_to(request, "#reply")


async def say(request: Request) -> Response:
    """Sends what stands in the box. What cannot be sent stays in it."""
    form, ui = await request.form(), interface(request)
    text, rules = _text(form), _rules(form)
    if problem := _unfit(text, ui):
        return await _not_sent(request, Draft(text, rules, problem, 422))
    desk, worker, number = desk_of(request), worker_of(request), _number(request)
    token = str(form.get("token", ""))[:40]

    def do() -> None:
        spoken = _spoken(desk, number, text, rules)
        desk.people.be_present(worker)
        desk.people.say(number, worker, text, spoken, token)
        desk.accounts.note(worker, "answered_conversation", {"handoff": number, "rules": list(spoken)})

    try:
        await run_in_threadpool(do)
    except NoSuchHandoff as error:
        return await _not_sent(request, Draft(text, rules, _lost(error, ui), 409))
    return _done(request, "#reply", token=_new_token())


async def draft(request: Request) -> Response:
    """Puts a ready sentence into the box: what the page's script does without a request."""
    form = await request.form()
    desk, language = desk_of(request), language_of(request)

    def find() -> Snippet | None:
        held = desk.people.handoff(_number(request))
        if held is None:
            return None
        with suppress(RulesError):  # what was typed is worth more than what cannot be read now
            return ready(desk.law, held, language, _topic(form.get("topic"))).find(str(form.get("insert")))
        return None

    found, text, rules = await run_in_threadpool(find), _text(form), _rules(form)
    if found is not None:
        text, rules = "\n\n".join(filter(None, (text, found.words))), (*rules, found.id)
    return await _page(request, Draft(text, rules))


async def hand_back(request: Request) -> Response:
    """Back to the queue: a colleague goes on."""
    return await _leave(request, "handed_back_conversation", desk_of(request).people.hand_back)


async def close(request: Request) -> Response:
    """Done: the chat is the assistant's again, and what was written is erased."""
    return await _leave(request, "closed_conversation", desk_of(request).people.release)


async def note(request: Request) -> Response:
    """Keeps a note for colleagues."""
    form, ui = await request.form(), interface(request)
    text, desk, worker, number = _text(form), desk_of(request), worker_of(request), _number(request)
    if problem := _unfit(text, ui):
        return await _not_sent(request, Draft(problem=problem, status=422))

    def do() -> None:
        desk.people.add_note(number, worker, text)
        desk.accounts.note(worker, "noted_on_conversation", {"handoff": number})

    try:
        await run_in_threadpool(do)
    except NoSuchHandoff:
        problem = ui.gettext("This conversation is closed. The note was not kept.")
        return await _not_sent(request, Draft(problem=problem, status=409))
    return _done(request, "#notes")


# -- within -------------------------------------------------------------------------------------------


async def _page(request: Request, draft: Draft, opens: bool = False) -> Response:
    values = await _values(request, opens)
    if not values["open"]:
        return await render(request, "inbox_gone.html", 200 if values["chat"] else 404, **values)
    more = await _case(request, values["chat"])
    rules = draft.rules[:MOST_RULES]
    return await render(
        request, "inbox_one.html", draft.status, **values, **more, draft=replace(draft, rules=rules),
        token=_new_token(),
    )  # fmt: skip


async def _values(request: Request, opens: bool = False) -> dict[str, Any]:
    """The chat as it is now; that somebody has opened it is noted."""
    desk, worker, number = desk_of(request), worker_of(request), _number(request)
    ui, t = interface(request), translator(language_of(request))
    opens = live_of(request.app).opens_anew(worker, number) or opens

    def read() -> dict[str, Any]:
        change = desk.people.changed()  # before the rest: a change in between is then heard of
        held = desk.people.handoff(number)
        if held is None or held.state == RELEASED:
            return {"chat": held, "open": False, "number": number, "change": change}
        if opens:
            desk.accounts.note(worker, "opened_conversation", {"handoff": number})
        return {
            "chat": held, "open": True, "number": number, "change": change,
            "row": chats.row(held, worker, ui, t),
            "lines": desk.people.transcript(number), "notes": desk.people.notes(number),
            "case_mark": _mark(held), "silence": formats.duration(_SILENCE, t),
        }  # fmt: skip

    return await run_in_threadpool(read)


async def _case(request: Request, held: Handoff) -> dict[str, Any]:
    law, language = desk_of(request).law, language_of(request)
    ui, t = interface(request), translator(language)
    topic = _topic(request.query_params.get("topic"))

    def read() -> tuple[Ready, bool]:
        try:
            return ready(law, held, language, topic), True
        except RulesError:  # the chat goes on without the law
            return _UNREADABLE, False

    found, readable = await run_in_threadpool(read)
    return {
        "facts": chats.facts(held.summary, ui, t),
        "ready": found,
        "readable": readable,
        "reviewed": translator(held.language).native_reviewed,
        "topics": sorted(((each, names.topic_name(each, t)) for each in TOPICS), key=lambda pair: pair[1]),
    }


def _spoken(desk: Desk, number: int, text: str, rules: Sequence[str]) -> tuple[str, ...]:
    """The rules whose sentences an answer holds; none while the law cannot be read: the answer goes out."""
    held = desk.people.handoff(number)
    with suppress(RulesError):
        return spoken_rules(desk.law, held, text, rules) if held is not None else ()
    return ()


async def _leave(request: Request, did: str, leave: Callable[..., None]) -> Response:
    desk, worker, number = desk_of(request), worker_of(request), _number(request)

    def do() -> None:
        leave(number, worker, left)
        desk.accounts.note(worker, did, {"handoff": number})

    try:
        await run_in_threadpool(do)
    except NoSuchHandoff:
        return _back_to(request)  # the page says who has it, or that it is over
    return RedirectResponse("/inbox", status_code=303)


async def _not_sent(request: Request, draft: Draft) -> Response:
    if _for_script(request):
        return JSONResponse({"problem": draft.problem}, draft.status)
    return await _page(request, draft)


def _done(request: Request, place: str, **more: str) -> Response:
    return JSONResponse(more) if _for_script(request) else _back_to(request, place)


def _back_to(request: Request, place: str = "") -> Response:
    return RedirectResponse(f"/inbox/{_number(request)}{place}", status_code=303)


def _for_script(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _number(request: Request) -> int:
    number = int(request.path_params["number"])
    if number > _LARGEST:
        raise HTTPException(404)
    return number


def _topic(given: object) -> str | None:
    return given if isinstance(given, str) and given in TOPICS else None


def _text(form: FormData) -> str:
    return str(form.get("text", "")).replace("\r\n", "\n").strip()


def _rules(form: FormData) -> tuple[str, ...]:
    return tuple(str(each) for each in form.getlist("rules"))[:MOST_RULES]


def _unfit(text: str, ui: Translator) -> str:
    if not text:
        return ui.gettext("Write something first.")
    if len(text) > MOST_LETTERS:
        return ui.gettext("This is too long. Send it in two parts.")
    return ""


def _lost(error: NoSuchHandoff, ui: Translator) -> str:
    if isinstance(error, TakenBySomebody):
        return ui.gettext(
            "{name} has this conversation now. Your text was not sent; it is still in the box.",
            name=error.worker,
        )
    return ui.gettext(
        "You do not have this conversation now. Your text was not sent; it is still in the box."
    )


def _mark(held: Handoff) -> str:
    """Changes when the case or the ready sentences do."""
    told = json.dumps([held.language, held.danger, held.urgent, dict(held.summary)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _new_token() -> str:
    return secrets.token_hex(16)


_CHAT = "/inbox/{number:number}"
ROUTES = (
    page(_CHAT, chat, May.ANSWER_PEOPLE),
    page(f"{_CHAT}/chat", part, May.ANSWER_PEOPLE),
    page(f"{_CHAT}/case", case, May.ANSWER_PEOPLE),
    page(f"{_CHAT}/take", take, May.ANSWER_PEOPLE, ("POST",)),
    page(f"{_CHAT}/say", say, May.ANSWER_PEOPLE, ("POST",)),
    page(f"{_CHAT}/draft", draft, May.ANSWER_PEOPLE, ("POST",)),
    page(f"{_CHAT}/hand-back", hand_back, May.ANSWER_PEOPLE, ("POST",)),
    page(f"{_CHAT}/close", close, May.ANSWER_PEOPLE, ("POST",)),
    page(f"{_CHAT}/note", note, May.ANSWER_PEOPLE, ("POST",)),
)
