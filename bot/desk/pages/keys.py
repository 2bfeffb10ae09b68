"""Keys of other systems, for admins."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.answers.translations import Translator
from bot.desk.accounts.problems import AccountError
from bot.desk.accounts.roles import May
from bot.desk.desk import desk_of
from bot.desk.pages.signing_in import fields, said
from bot.desk.routes import page
from bot.desk.views import interface, render


def scope_names(t: Translator) -> dict[str, str]:
    """What each scope opens, in words."""
    return {
        "lookup": t.gettext("Look up the law as often as it likes"),
        "counts": t.gettext("Read what people ask, as counts"),
    }


async def show(request: Request) -> Response:
    """All keys, and the form for a new one."""
    return await _list(request)


async def _list(request: Request, wrong: str = "", made: str = "", status: int = 200) -> Response:
    return await render(
        request, "keys.html", status, keys=await run_in_threadpool(desk_of(request).accounts.keys.all),
        scopes=scope_names(interface(request)), wrong=wrong, made=made,
    )  # fmt: skip


async def make(request: Request) -> Response:
    """A new key, which is shown once."""
    (name,) = await fields(request, "name")
    scopes = [str(scope) for scope in (await request.form()).getlist("scope")]
    accounts, who = desk_of(request).accounts, request.state.visitor.account.name
    try:
        key = await run_in_threadpool(accounts.keys.make, name, scopes, who)
    except AccountError as error:
        return await _list(request, said(request, error), status=422)
    noted = {"key": key.id, "name": key.name, "scopes": scopes}
    await run_in_threadpool(accounts.note, who, "made_key", noted)
    return await _list(request, made=key.token)


async def revoke(request: Request) -> Response:
    """The key opens nothing any more."""
    accounts, number = desk_of(request).accounts, int(request.path_params["number"])
    who, name = request.state.visitor.account.name, await run_in_threadpool(accounts.keys.revoke, number)
    if name is None:
        raise HTTPException(404)
    await run_in_threadpool(accounts.note, who, "revoked_key", {"key": number, "name": name})
    return RedirectResponse("/people/keys", status_code=303)


ROUTES = (
    page("/people/keys", show, May.MANAGE),
    page("/people/keys", make, May.MANAGE, ("POST",)),
    page("/people/keys/{number:number}/revoke", revoke, May.MANAGE, ("POST",)),
)
