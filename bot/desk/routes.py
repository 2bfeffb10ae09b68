"""A route of the desk: where, what answers, and what the asker must be allowed to do."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.accounts.roles import May
from bot.desk.crowd import turn

Endpoint = Callable[[Request], Awaitable[Response]]
MOST_DIGITS = 15  # of the number of a record: databases take no longer ones


class _Number(Convertor[int]):
    """The number of a record, in a path: `/people/{number:number}`."""

    regex = f"[0-9]{{1,{MOST_DIGITS}}}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("number", _Number())


@dataclass(frozen=True)
class DeskRoute:
    """Declared, so that a test can go through all of them for every role."""

    path: str
    endpoint: Endpoint
    needs: May | None  # None: for everybody, before any question of roles (log-in, style sheets, health)
    methods: tuple[str, ...] = ("GET",)

    def route(self) -> Route:
        """As Starlette takes it, guarded."""
        return Route(self.path, _guarded(self.endpoint, self.needs), methods=list(self.methods))


def page(path: str, endpoint: Endpoint, needs: May | None, methods: Sequence[str] = ("GET",)) -> DeskRoute:
    """A route; the name reads well in tables of routes."""
    return DeskRoute(path, endpoint, needs, tuple(methods))


def _guarded(endpoint: Endpoint, needs: May | None) -> Endpoint:
    if needs is None:
        return endpoint

    @functools.wraps(endpoint)
    async def guarded(request: Request) -> Response:
        visitor = request.state.visitor
        if needs in visitor.may:
            if visitor.account is not None:
                return await endpoint(request)
            async with turn(request):
                return await endpoint(request)
        if visitor.account is None and request.method == "GET" and _is_page(request):
            return RedirectResponse(f"/login?next={_here(request)}", status_code=303)
        raise HTTPException(401 if visitor.account is None else 403)

    return guarded


def _is_page(request: Request) -> bool:
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get(
        "accept", "text/html"
    )


def _here(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return quote(f"{request.url.path}{query}", safe="/")


def own_address(address: str | None) -> str:
    """An address to go back to, if it is a page of ours; else the first page."""
    if address is None or not address.startswith("/") or address.startswith("//"):
        return "/"
    # Browsers read a backslash as a slash and skip tabs and line breaks: "/\t/elsewhere.example".
    return address if address.isprintable() and "\\" not in address else "/"


def with_next(path: str, next_page: str | None) -> str:
    """A page that goes on to another one afterwards."""
    following = own_address(next_page)
    return path if following == "/" else f"{path}?next={quote(following, safe='/')}"
