"""A page: a template, in the language of whoever looks at it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.answers import formats
from bot.answers.translations import DESK_DOMAIN, Translator, translator
from bot.desk.desk import HERE, desk_of
from bot.desk.languages import DESK_LANGUAGES
from bot.desk.routes import own_address

LANGUAGE_COOKIE = "haq_language"
_CHOICE = "ui"  # a parameter of any page: its language this once
_YEAR = 365 * 24 * 3600


def language_of(request: Request) -> str:
    """The language of the interface: asked for, chosen before, or the browser's."""
    asked = request.query_params.get(_CHOICE)
    if asked in DESK_LANGUAGES:
        return str(asked)
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in DESK_LANGUAGES:
        return str(chosen)
    for part in request.headers.get("accept-language", "").split(","):
        language = part.split(";")[0].strip().split("-")[0].lower()
        if language in DESK_LANGUAGES:
            return language
    return "en"


def remember_language(request: Request, response: Response, language: str) -> None:
    """Keeps the language of the interface in this browser."""
    response.set_cookie(
        LANGUAGE_COOKIE, language, max_age=_YEAR, httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def interface(request: Request) -> Translator:
    """Says the desk's own messages (catalogue `desk`); for terms of the law use `translator(language)`."""
    return translator(language_of(request), DESK_DOMAIN)


async def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page. Templates have `_`, `ngettext`, `t` (terms of the law), `visitor`, `language`, `static`.

    `here` is where the page goes on in another language; a page that a form led to names it itself.
    """
    language = language_of(request)
    mine = translator(language, DESK_DOMAIN)
    context = {
        "_": mine.gettext,
        "ngettext": mine.ngettext,
        "t": translator(language),
        "language": language,
        "languages": {code: formats.language_name(code, translator(code)) for code in DESK_LANGUAGES},
        "right_to_left": mine.right_to_left,
        "visitor": request.state.visitor,
        "path": request.url.path,
        "here": _again(request),
        "static": static,
        **values,
    }
    made = desk_of(request).templates.get_template(template)
    return HTMLResponse(await run_in_threadpool(made.render, context), status_code=status)


def _again(request: Request) -> str:
    """The address that shows the same page once more; the first page where only a form leads to it."""
    if request.method not in ("GET", "HEAD"):
        return "/"
    asked = parse_qsl(request.url.query, keep_blank_values=True)
    query = urlencode([(name, value) for name, value in asked if name != _CHOICE])
    return own_address(f"{request.url.path}?{query}" if query else request.url.path)


@lru_cache(maxsize=64)
def static(name: str) -> str:
    """The address of a file in `static/`, which changes with its content: browsers may keep it for ever."""
    digest = hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{digest}"
