"""The inbox: who waits for a person, and whatever keeps the list and the open pages true by themselves."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.answers import formats
from bot.answers.translations import translator
from bot.desk.accounts.roles import May
from bot.desk.chats import Rows, rows
from bot.desk.desk import desk_of
from bot.desk.guard import SESSION_COOKIE
from bot.desk.live import Scene, live_of
from bot.desk.routes import page
from bot.desk.views import interface, language_of, render

_STREAM = "text/event-stream"
_STREAM_HEADERS = {
    "Cache-Control": "no-cache, no-store, no-transform",
    "X-Accel-Buffering": "no",  # proxies hand every event on at once
}


def worker_of(request: Request) -> str:
    """The name under which somebody at the desk takes chats."""
    name = request.state.visitor.account.name
    assert isinstance(name, str)
    return name


async def inbox(request: Request) -> Response:
    """The list."""
    return await _list(request, "inbox.html")


async def inbox_rows(request: Request) -> Response:
    """The list alone, for a page that is open."""
    return await _list(request, "inbox_rows.html")


async def _list(request: Request, template: str) -> Response:
    desk, worker = desk_of(request), worker_of(request)
    ui, t = interface(request), translator(language_of(request))

    def read() -> tuple[int, Rows, list[str]]:
        if template == "inbox.html":
            desk.people.be_present(worker)
        number = desk.people.changed()  # before the rest: a change in between is then heard of
        return number, rows(desk.people.queue(), worker, ui, t), desk.people.present()

    number, found, present = await run_in_threadpool(read)
    hours = desk.settings.desk_hours
    return await render(
        request, template, number=number, rows=found, worker=worker,
        present=[name for name in present if name != worker],
        hours=formats.opening_hours(hours, t) if hours else "",
    )  # fmt: skip


async def state(request: Request) -> Response:
    """What an event tells, once: for pages that nobody looks at, and browsers without events."""
    people, worker = desk_of(request).people, worker_of(request)
    await _come_or_go(request)
    return JSONResponse(
        await run_in_threadpool(lambda: Scene(people.changed(), people.places()).seen_by(worker))
    )


async def live(request: Request) -> Response:
    """Events, for as long as the page is open: a change of the queue within a second."""
    if _STREAM not in request.headers.get("accept", ""):
        raise HTTPException(406)  # nobody waits for a page that never ends
    accounts, token = desk_of(request).accounts, request.cookies.get(SESSION_COOKIE, "")

    async def may_stay() -> bool:
        visitor = await run_in_threadpool(accounts.visitor, token)
        return May.ANSWER_PEOPLE in visitor.may

    await _come_or_go(request)
    events = live_of(request.app).events(worker_of(request), _is_here(request), _seen(request), may_stay)
    return StreamingResponse(events, media_type=_STREAM, headers=_STREAM_HEADERS)


async def _come_or_go(request: Request) -> None:
    """Notes at once that somebody is at the desk, or has just said that they are not."""
    people, worker = desk_of(request).people, worker_of(request)
    if _is_here(request):
        await run_in_threadpool(people.be_present, worker)
    elif not live_of(request.app).is_here(worker):
        await run_in_threadpool(people.leave, worker)


def _is_here(request: Request) -> bool:
    return request.query_params.get("here", "yes") == "yes"


def _seen(request: Request) -> int:
    """The last event that a page heard before it lost the line; a new page hears how things stand."""
    known = request.headers.get("last-event-id", "")
    return int(known) if known.isdecimal() and len(known) < 16 else -1


ROUTES = (
    page("/inbox", inbox, May.ANSWER_PEOPLE),
    page("/inbox/rows", inbox_rows, May.ANSWER_PEOPLE),
    page("/inbox/state", state, May.ANSWER_PEOPLE),
    page("/inbox/live", live, May.ANSWER_PEOPLE),
)
