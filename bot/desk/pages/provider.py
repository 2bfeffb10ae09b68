"""Log-in by the organisation's own provider."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.desk.accounts.problems import AccountError, Problem
from bot.desk.accounts.provider import Provider, ProviderError, Started, provider_of
from bot.desk.desk import desk_of
from bot.desk.pages.signing_in import browser, go_on, said
from bot.desk.routes import own_address, page
from bot.desk.views import render
from bot.privacy.places import SIGNING_IN
from bot.privacy.sealing import SealError

logger = logging.getLogger(__name__)
COOKIE, PATH, MINUTES = "haq_provider", "/login/provider", 10
T = TypeVar("T")
_outside = CapacityLimiter(4)


async def leave(request: Request) -> Response:
    """To the provider. What belongs to the way back is sealed in a cookie of this browser."""
    provider, sealer = _provider(request), desk_of(request).accounts.sealer
    try:
        where, started = await _aside(provider.start, own_address(request.query_params.get("next")))
    except ProviderError as error:
        return await _failed(request, error)
    response = RedirectResponse(where, status_code=303)
    response.set_cookie(
        COOKIE, sealer.seal(started.as_text(), SIGNING_IN), max_age=MINUTES * 60, path=PATH, httponly=True,
        samesite="lax", secure=request.url.scheme == "https",
    )  # fmt: skip
    return response


async def come_back(request: Request) -> Response:
    """From the provider."""
    provider, accounts = _provider(request), desk_of(request).accounts
    try:
        started = Started.from_text(accounts.sealer.open(request.cookies.get(COOKIE, ""), SIGNING_IN))
        known = await _aside(provider.finish, started, dict(request.query_params))
        passed = await run_in_threadpool(
            accounts.entrance.by_provider, known.name, known.has_second_factor, browser(request)
        )
    except (SealError, ProviderError) as error:
        return await _failed(request, error)
    except AccountError as error:
        return await _say(request, said(request, error), 403)
    response = await go_on(request, passed, started.next)
    response.delete_cookie(COOKIE, path=PATH)
    return response


async def _aside(do: Callable[..., T], *values: object) -> T:
    """Runs what talks to the provider in a thread, few at a time: while it is slow, the desk is not."""
    return await to_thread.run_sync(partial(do, *values), limiter=_outside)


def _provider(request: Request) -> Provider:
    found = provider_of(desk_of(request).settings)
    if found is None:
        raise HTTPException(404)
    return found


async def _failed(request: Request, error: Exception) -> Response:
    logger.warning("log-in by the provider: %s", error)
    return await _say(request, said(request, AccountError(Problem.PROVIDER)), 502)


async def _say(request: Request, wrong: str, status: int) -> Response:
    return await render(request, "login.html", status, next="/", name="", wrong=wrong, provider=True)


ROUTES = (page(PATH, leave, None), page(f"{PATH}/back", come_back, None))
