"""The first page, and the choice of a language."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.desk.accounts.roles import May
from bot.desk.languages import DESK_LANGUAGES
from bot.desk.routes import own_address, page
from bot.desk.views import remember_language


async def home(request: Request) -> Response:
    """Straight to the lookup: that is what the desk is for."""
    return RedirectResponse("/lookup", status_code=303)


async def choose_language(request: Request) -> Response:
    """Keeps the language of the interface, and goes back to where it was chosen."""
    language, back = request.query_params.get("to"), request.query_params.get("next", "/")
    if language not in DESK_LANGUAGES:
        raise HTTPException(404)
    response = RedirectResponse(own_address(back), status_code=303)
    remember_language(request, response, str(language))
    return response


ROUTES = (page("/", home, May.SEE_LAW), page("/language", choose_language, None))
