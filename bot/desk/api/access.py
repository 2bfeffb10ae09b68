"""Who may ask: everybody, within a limit; other systems without one, by a key."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bot.desk.api.limits import Limits
from bot.desk.api.problems import problem
from bot.desk.desk import desk_of

_SCHEME = "bearer "


async def scopes_of(request: Request) -> frozenset[str] | None:
    """What the key of a request opens: nothing without a key; None for a key that is not known."""
    sent = request.headers.get("authorization")
    if sent is None:
        return frozenset()
    if not sent.lower().startswith(_SCHEME):
        return None
    return await run_in_threadpool(desk_of(request).accounts.scopes_of_key, sent[len(_SCHEME) :].strip())


async def refusal(request: Request, limits: Limits, scope: str = "lookup") -> Response | None:
    """Why a request is not answered; None when it is. A key with the scope lifts the limit."""
    scopes = await scopes_of(request)
    if scopes is not None and scope in scopes:
        return None
    seconds = limits.wait(request.client.host if request.client else None)
    if seconds is not None:
        return problem(
            request, 429, f"Too many questions from your address. Ask again in {seconds} s, or use a key.",
            headers={"Retry-After": str(seconds)},
        )  # fmt: skip
    if scopes is None:
        return problem(
            request, 401, "This key is not known. Send `Authorization: Bearer KEY`, or no such header.",
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )  # fmt: skip
    return None
