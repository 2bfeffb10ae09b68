"""One's own account: password, second factor, sessions, language."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.desk.accounts.problems import AccountError, Problem, TooManyAttempts
from bot.desk.accounts.roles import May
from bot.desk.accounts.second_factor import address_of, is_demanded
from bot.desk.desk import desk_of
from bot.desk.guard import SESSION_COOKIE
from bot.desk.languages import DESK_LANGUAGES
from bot.desk.pages.qr import qr_code
from bot.desk.pages.signing_in import at_the_door, browser, fields, here, said, set_session, status_of
from bot.desk.routes import page
from bot.desk.views import interface, remember_language, render

OTHERS = "others"
SECOND_FACTOR = "/account/second-factor"
Wrong = tuple[str, str]  # where in the page, and what


async def show(request: Request) -> Response:
    """The page."""
    t = interface(request)
    done = {
        "password": t.gettext("Your password is changed. You are logged out everywhere else."),
        "sessions": t.gettext("Logged out there."),
        "language": t.gettext("The desk now speaks your language."),
    }
    return await _page(request, done.get(request.query_params.get("done", ""), ""))


async def _page(request: Request, done: str = "", wrong: Wrong = ("", ""), status: int = 200) -> Response:
    accounts, mine = desk_of(request).accounts, request.state.visitor.account
    this = request.cookies.get(SESSION_COOKIE, "")
    return await render(
        request, "account.html", status, done=done, wrong_in=wrong[0], wrong=wrong[1],
        has_factor=await run_in_threadpool(accounts.factors.has, mine.id),
        codes_left=await run_in_threadpool(accounts.factors.recovery_codes_left, mine.id),
        sessions=await run_in_threadpool(accounts.sessions.of, mine.id, this),
        must_have_factor=is_demanded(mine.roles), others=OTHERS,
    )  # fmt: skip


async def change_password(request: Request) -> Response:
    """Another password; this browser stays logged in, all others are logged out."""
    current, new, again = await fields(request, "current", "password", "again")
    try:
        if new != again:
            raise AccountError(Problem.PASSWORDS_DIFFER)
        token = await at_the_door(
            desk_of(request).accounts.entrance.new_password, request.state.visitor.account, current, new,
            here(request), browser(request),
        )  # fmt: skip
    except (AccountError, TooManyAttempts) as error:
        return await _page(request, wrong=("password", said(request, error)), status=status_of(error))
    response = RedirectResponse("/account?done=password", status_code=303)
    set_session(request, response, token)
    return response


async def show_second_factor(request: Request) -> Response:
    """A QR code for a new phone."""
    return await _second_factor(request)


async def _second_factor(request: Request, wrong: str = "", status: int = 200) -> Response:
    factors, mine = desk_of(request).accounts.factors, request.state.visitor.account
    token = request.cookies.get(SESSION_COOKIE, "")
    secret = await run_in_threadpool(factors.proposed if wrong else factors.propose, mine.id, token)
    address = address_of(secret, mine.name)
    return await render(
        request, "account_second_factor.html", status, wrong=wrong, qr=qr_code(address), address=address,
        secret=secret, here=SECOND_FACTOR, has_factor=await run_in_threadpool(factors.has, mine.id),
    )  # fmt: skip


async def set_second_factor(request: Request) -> Response:
    """A code of the old phone, if there is one, and the first code of the new one."""
    old, code = await fields(request, "old", "code")
    accounts, mine = desk_of(request).accounts, request.state.visitor.account
    token = request.cookies.get(SESSION_COOKIE, "")
    try:
        codes = await run_in_threadpool(accounts.entrance.new_factor, mine, token, old, code, here(request))
    except (AccountError, TooManyAttempts) as error:
        return await _second_factor(request, said(request, error), status_of(error))
    return await render(request, "recovery_codes.html", codes=codes, next="/account")


async def new_recovery_codes(request: Request) -> Response:
    """New codes on paper, against a code of the app."""
    (code,) = await fields(request, "code")
    accounts, mine = desk_of(request).accounts, request.state.visitor.account
    try:
        await run_in_threadpool(accounts.entrance.check_code, mine, code, here(request))
    except (AccountError, TooManyAttempts) as error:
        return await _page(request, wrong=("codes", said(request, error)), status=status_of(error))
    codes = await run_in_threadpool(accounts.factors.new_recovery_codes, mine.id)
    await run_in_threadpool(accounts.note, mine.name, "made_recovery_codes", {})
    return await render(request, "recovery_codes.html", codes=codes, next="/account")


async def end_sessions(request: Request) -> Response:
    """Logs out another of one's browsers, or all others."""
    (which,) = await fields(request, "which")
    accounts, mine = desk_of(request).accounts, request.state.visitor.account
    open_ones = await run_in_threadpool(
        accounts.sessions.of, mine.id, request.cookies.get(SESSION_COOKIE, "")
    )
    for each in open_ones:
        if which == str(each.id) or (which == OTHERS and not each.is_this):
            await run_in_threadpool(accounts.sessions.end_one, mine.id, each.id)
    return RedirectResponse("/account?done=sessions", status_code=303)


async def choose_language(request: Request) -> Response:
    """The language of the desk, here and at the next log-in."""
    (language,) = await fields(request, "language")
    if language not in DESK_LANGUAGES:
        raise HTTPException(422)
    members, mine = desk_of(request).accounts.members, request.state.visitor.account
    await run_in_threadpool(members.set_language, mine.id, language)
    response = RedirectResponse("/account?done=language", status_code=303)
    remember_language(request, response, language)
    return response


ROUTES = (
    page("/account", show, May.HAVE_ACCOUNT),
    page("/account/password", change_password, May.HAVE_ACCOUNT, ("POST",)),
    page(SECOND_FACTOR, show_second_factor, May.HAVE_ACCOUNT),
    page(SECOND_FACTOR, set_second_factor, May.HAVE_ACCOUNT, ("POST",)),
    page("/account/recovery-codes", new_recovery_codes, May.HAVE_ACCOUNT, ("POST",)),
    page("/account/sessions", end_sessions, May.HAVE_ACCOUNT, ("POST",)),
    page("/account/language", choose_language, May.HAVE_ACCOUNT, ("POST",)),
)
