"""What every request passes: who asks, no forged forms, headers that browsers obey, and packing."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.desk.api.problems import problem
from bot.desk.desk import desk_of
from bot.desk.forgery import is_token, masked
from bot.desk.visitor import Visitor

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
_STATIC = "/static/"
# Packed: what the law says, which is no secret. How long a packed page is tells something of what stands in
# it, so pages about people or with a password, code or key go as they are; forms are safe by `masked`. The
# API packs its answers itself, and holds them so.
PACKED: Final = ("/calculators", "/lookup", "/map", "/world", "/workshop", _STATIC)
_WORTH_PACKING, _PACKING_LEVEL = 1400, 4  # bytes: less fits into one packet; more work saves 3 % at most


class Guard:
    """Finds the visitor, refuses forged forms, sets headers. A plain ASGI middleware: it is on every way."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._packing = GZipMiddleware(app, _WORTH_PACKING, _PACKING_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI calls it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.visitor = Visitor()  # for the page that says that the next line failed
        visitor = await _visitor(request)
        request.state.visitor = replace(visitor, csrf=masked(visitor.csrf)) if visitor.csrf else visitor
        app: ASGIApp = self._packing if scope["path"].startswith(PACKED) else self._app
        if _too_large(request):
            app = _refused(request, 413, "This is too large.")
        elif request.method not in _SAFE:
            if _token_in_form(request, visitor):
                receive = _given_again(await request.body(), receive)
            if not await _is_ours(request, visitor):
                app = _refused(request, 403, "This form is out of date. Open the page again.")
        await app(scope, receive, _with_headers(scope, send))


_HEADERS = {name.lower().encode(): value.encode() for name, value in HEADERS.items()}
_NOT_KEPT = {**_HEADERS, b"cache-control": b"no-store"}
_HTTPS_ONLY = {b"strict-transport-security": b"max-age=31536000"}  # a year: the browser asks by https alone


def _with_headers(scope: Scope, send: Send) -> Send:
    """Sends an answer with our headers, where it has none of its own under their names."""
    ours = _HEADERS if scope["path"].startswith(_STATIC) else _NOT_KEPT
    if scope["scheme"] == "https":
        ours = {**ours, **_HTTPS_ONLY}

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _ in message["headers"]}
            more = [(name, value) for name, value in ours.items() if name not in own]
            message = {**message, "headers": [*message["headers"], *more]}
        await send(message)

    return sending


async def _visitor(request: Request) -> Visitor:
    token = request.cookies.get(SESSION_COOKIE)
    if not token or request.url.path.startswith(_STATIC):
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


def _token_in_form(request: Request, visitor: Visitor) -> bool:
    return visitor.account is not None and CSRF_HEADER not in request.headers


def _given_again(body: bytes, receive: Receive) -> Receive:
    """Lets the page read a body that was read already."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receiving() -> Message:
        return left.pop() if left else await receive()

    return receiving


async def _is_ours(request: Request, visitor: Visitor) -> bool:
    """Whether an unsafe request comes from a page of ours: by where it was sent from, and by its token."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    if origin is not None and not _is_here(request, origin):
        return False
    if visitor.account is None:
        return True  # nothing to abuse: a guest has no session
    token = request.headers.get(CSRF_HEADER)
    if token is None:
        token = await _form_token(request)
    return is_token(token, visitor.csrf)


def _is_here(request: Request, origin: str) -> bool:
    """Whether an origin is the desk's: under the name it was asked by, or the one that the settings give,
    since a server before it may ask by another name than people do."""
    try:
        place = urlsplit(origin).netloc
        ours = urlsplit(desk_of(request).settings.desk_public_url or "").netloc
    except ValueError:
        return False
    return bool(place) and place in (request.headers.get("host"), ours)


async def _form_token(request: Request) -> str:
    try:
        return str((await request.form()).get(CSRF_FIELD, ""))
    except HTTPException:  # what came is no form
        return ""
