"""What the pages of log-in and account share: the session's cookie, who asks from where, what a form said."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.desk.accounts.browsers import browser_of, network_of
from bot.desk.accounts.entrance import Passed, Step
from bot.desk.accounts.problems import AccountError, TooManyAttempts, sentence, wait_sentence
from bot.desk.desk import desk_of
from bot.desk.guard import SESSION_COOKIE
from bot.desk.routes import own_address, with_next
from bot.desk.views import LANGUAGE_COOKIE, interface, remember_language

T = TypeVar("T")
_door = CapacityLimiter(2)
PAGES = {Step.CODE: "/login/code", Step.SET_UP: "/login/second-factor"}


async def at_the_door(do: Callable[..., T], *values: object) -> T:
    """Runs what hashes a password in a thread, few at a time: each takes 32 MiB and a processor, and a crowd
    at the door shall neither take all memory nor the threads of those who are in."""
    return await to_thread.run_sync(partial(do, *values), limiter=_door)


async def fields(request: Request, *names: str) -> list[str]:
    """What a form said in these fields; empty for what it left out."""
    form = await request.form()
    return [value if isinstance(value := form.get(name, ""), str) else "" for name in names]


def here(request: Request) -> str:
    """The network that asks, for counting wrong attempts."""
    return network_of(request.client.host if request.client else "")


def browser(request: Request) -> str:
    """What asks, coarsely."""
    return browser_of(request.headers.get("user-agent", ""))


def said(request: Request, error: AccountError | TooManyAttempts) -> str:
    """An error in the language of the page."""
    t = interface(request)
    return (
        wait_sentence(error.minutes, t) if isinstance(error, TooManyAttempts) else sentence(error.problem, t)
    )


def status_of(error: AccountError | TooManyAttempts, otherwise: int = 422) -> int:
    """The status that goes with an error."""
    return 429 if isinstance(error, TooManyAttempts) else otherwise


def set_session(request: Request, response: Response, token: str) -> None:
    """The cookie. Lax and not strict: a link in a letter to the desk opens the page, not the log-in; forms
    are guarded by their token and by where they were sent from."""
    response.set_cookie(
        SESSION_COOKIE, token, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )


async def go_on(request: Request, passed: Passed, next_page: str) -> Response:
    """To the next door, or in; the session of before ends."""
    await end_session(request)
    where = PAGES.get(passed.step)
    response = RedirectResponse(
        own_address(next_page) if where is None else with_next(where, next_page), status_code=303
    )
    set_session(request, response, passed.token)
    if passed.step is Step.IN and LANGUAGE_COOKIE not in request.cookies:
        remember_language(request, response, passed.account.language)
    return response


async def end_session(request: Request) -> None:
    """Ends the session that the browser has, if any."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        await run_in_threadpool(desk_of(request).accounts.sign_out, token)
