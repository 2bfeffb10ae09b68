"""Coming in and going out: name and password, the code, the one-time link."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.desk.accounts.problems import AccountError, Problem, TooManyAttempts
from bot.desk.accounts.provider import provider_of
from bot.desk.accounts.second_factor import address_of
from bot.desk.desk import desk_of
from bot.desk.guard import SESSION_COOKIE
from bot.desk.pages.qr import qr_code
from bot.desk.pages.signing_in import (
    at_the_door,
    browser,
    end_session,
    fields,
    go_on,
    here,
    said,
    set_session,
    status_of,
)  # fmt: skip
from bot.desk.routes import own_address, page, with_next
from bot.desk.views import render
from bot.desk.visitor import Account


async def show_login(request: Request) -> Response:
    """The form."""
    next_page = own_address(request.query_params.get("next"))
    if request.state.visitor.account is not None:
        return RedirectResponse(next_page, status_code=303)
    return await _login(request, next_page)


async def log_in(request: Request) -> Response:
    """Name and password."""
    name, password, next_page = await fields(request, "name", "password", "next")
    try:
        passed = await at_the_door(
            desk_of(request).accounts.entrance.by_password, name, password, here(request), browser(request)
        )
    except (AccountError, TooManyAttempts) as error:
        return await _login(request, next_page, name, said(request, error), status_of(error, 401))
    return await go_on(request, passed, next_page)


async def _login(
    request: Request, next_page: str, name: str = "", wrong: str = "", status: int = 200
) -> Response:
    return await render(
        request, "login.html", status, next=own_address(next_page), name=name, wrong=wrong,
        provider=provider_of(desk_of(request).settings) is not None, here=with_next("/login", next_page),
    )  # fmt: skip


async def show_code(request: Request) -> Response:
    """The form for the code of the second factor."""
    if await _halfway(request) is None:
        return _from_the_start(request.query_params.get("next"))
    return await _code(request, request.query_params.get("next"))


async def give_code(request: Request) -> Response:
    """The code, or a recovery code."""
    code, next_page = await fields(request, "code", "next")
    token = request.cookies.get(SESSION_COOKIE, "")
    try:
        passed = await run_in_threadpool(
            desk_of(request).accounts.entrance.by_code, token, code, here(request), browser(request)
        )
    except (AccountError, TooManyAttempts) as error:
        if isinstance(error, AccountError) and error.problem is Problem.WRONG_LOGIN:
            return _from_the_start(next_page)
        return await _code(request, next_page, said(request, error), status_of(error, 401))
    return await go_on(request, passed, next_page)


async def _code(request: Request, next_page: str | None, wrong: str = "", status: int = 200) -> Response:
    following = {"next": own_address(next_page), "here": with_next("/login/code", next_page)}
    return await render(request, "login_code.html", status, wrong=wrong, **following)


async def show_set_up(request: Request) -> Response:
    """The second factor at the first log-in: a QR code for the app."""
    account = await _halfway(request)
    if account is None:
        return _from_the_start(request.query_params.get("next"))
    return await _set_up(request, account, request.query_params.get("next", "/"))


async def set_up(request: Request) -> Response:
    """The first code of the app; shows the recovery codes."""
    code, next_page = await fields(request, "code", "next")
    accounts = desk_of(request).accounts
    account, token = await _halfway(request), request.cookies.get(SESSION_COOKIE, "")
    if account is None:
        return _from_the_start(next_page)
    try:
        passed, codes = await run_in_threadpool(
            accounts.entrance.by_new_factor, token, code, browser(request)
        )
    except AccountError as error:
        return await _set_up(request, account, next_page, said(request, error), 401)
    request.state.visitor = await run_in_threadpool(accounts.visitor, passed.token)
    response = await render(request, "recovery_codes.html", codes=codes, next=own_address(next_page))
    set_session(request, response, passed.token)
    return response


async def _set_up(
    request: Request, account: Account, next_page: str, wrong: str = "", status: int = 200
) -> Response:
    factors = desk_of(request).accounts.factors
    if await run_in_threadpool(factors.has, account.id):
        return RedirectResponse(with_next("/login/code", next_page), status_code=303)
    token = request.cookies.get(SESSION_COOKIE, "")
    secret = await run_in_threadpool(factors.proposed if wrong else factors.propose, account.id, token)
    address = address_of(secret, account.name)
    return await render(
        request, "login_second_factor.html", status, next=own_address(next_page), wrong=wrong,
        qr=qr_code(address), secret=secret, address=address,
        here=with_next("/login/second-factor", next_page),
    )  # fmt: skip


async def show_invitation(request: Request) -> Response:
    """A one-time link: choose a password."""
    return await _invitation(request, request.query_params.get("token", ""))


async def accept(request: Request) -> Response:
    """The password that was chosen."""
    token, password, again = await fields(request, "token", "password", "again")
    try:
        if password != again:
            raise AccountError(Problem.PASSWORDS_DIFFER)
        passed = await at_the_door(
            desk_of(request).accounts.entrance.by_link, token, password, browser(request)
        )
    except AccountError as error:
        return await _invitation(request, token, said(request, error), 422)
    return await go_on(request, passed, "/")


async def _invitation(request: Request, token: str, wrong: str = "", status: int = 200) -> Response:
    try:
        invited = await run_in_threadpool(desk_of(request).accounts.members.of_link, token)
    except AccountError as error:
        return await render(request, "invitation.html", 410, token="", name="", wrong=said(request, error))
    return await render(
        request, "invitation.html", status, token=token, name=invited.name, wrong=wrong,
        here=f"/invitation?{urlencode({'token': token})}",
    )  # fmt: skip


async def log_out(request: Request) -> Response:
    """Ends the session."""
    account = request.state.visitor.account
    await end_session(request)
    if account is not None:
        await run_in_threadpool(desk_of(request).accounts.note, account.name, "logged_out", {})
    response = RedirectResponse("/login", status_code=303)
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


async def _halfway(request: Request) -> Account | None:
    token = request.cookies.get(SESSION_COOKIE, "")
    return await run_in_threadpool(desk_of(request).accounts.sessions.halfway, token)


def _from_the_start(next_page: str | None) -> Response:
    return RedirectResponse(with_next("/login", next_page), status_code=303)


ROUTES = (
    page("/login", show_login, None),
    page("/login", log_in, None, ("POST",)),
    page("/login/code", show_code, None),
    page("/login/code", give_code, None, ("POST",)),
    page("/login/second-factor", show_set_up, None),
    page("/login/second-factor", set_up, None, ("POST",)),
    page("/invitation", show_invitation, None),
    page("/invitation", accept, None, ("POST",)),
    page("/logout", log_out, None, ("POST",)),
)
