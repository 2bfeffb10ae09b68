"""What every request passes: who asks, no forged forms, and headers that browsers obey."""

from __future__ import annotations

import hmac
import logging
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.desk.api.problems import problem
from bot.desk.desk import desk_of
from bot.desk.visitor import Visitor

logger = logging.getLogger(__name__)

SESSION_COOKIE = "haq_session"
CSRF_FIELD, CSRF_HEADER = "csrf", "x-csrf-token"
MOST_BYTES = 512 * 1024
_SAFE = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with none at all browsers send "Origin: null" with our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Guard(BaseHTTPMiddleware):
    """Finds the visitor, refuses forged forms, sets headers."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """As Starlette calls it."""
        request.state.visitor = await self._visitor(request)
        if _too_large(request):
            response: Response = _refused(request, 413, "This is too large.")
        elif request.method not in _SAFE and not await _is_ours(request):
            response = _refused(request, 403, "This form is out of date. Open the page again.")
        else:
            response = await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.url.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    async def _visitor(self, request: Request) -> Visitor:
        token = request.cookies.get(SESSION_COOKIE)
        if not token or request.url.path.startswith("/static/"):
            return Visitor()
        return await run_in_threadpool(desk_of(request).accounts.visitor, token)


def _refused(request: Request, status: int, why: str) -> Response:
    if request.url.path.startswith("/api/"):
        return problem(request, status, why)
    return PlainTextResponse(why, status)


def _too_large(request: Request) -> bool:
    if request.method in _SAFE:
        return False
    unsaid = "" if "transfer-encoding" in request.headers else "0"  # neither header: no body at all
    length = request.headers.get("content-length", unsaid)
    return not length.isdecimal() or int(length) > MOST_BYTES


async def _is_ours(request: Request) -> bool:
    """Whether an unsafe request comes from a page of ours: by where it was sent from, and by its token."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return False
    visitor: Visitor = request.state.visitor
    if visitor.account is None:
        return True  # nothing to abuse: a guest has no session
    token = request.headers.get(CSRF_HEADER)
    if token is None:
        await request.body()  # kept, so that the page can read it again
        token = str((await request.form()).get(CSRF_FIELD, ""))
    return hmac.compare_digest(token.encode(), visitor.csrf.encode())
