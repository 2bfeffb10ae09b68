"""Accounts, for admins: who works here, with which roles; invitations, lost phones, people who leave."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.answers.translations import Translator
from bot.desk.accounts.first import link_address
from bot.desk.accounts.members import LINK_LIFE, Member
from bot.desk.accounts.problems import AccountError, Problem
from bot.desk.accounts.roles import ROLES, May
from bot.desk.desk import desk_of
from bot.desk.languages import DESK_LANGUAGES
from bot.desk.pages.signing_in import fields, said
from bot.desk.routes import page
from bot.desk.views import interface, render


def role_names(t: Translator) -> dict[str, tuple[str, str]]:
    """Each role, and what it may do, in words."""
    return {
        "viewer": (t.gettext("Viewer"), t.gettext("looks up the law, sees what people ask")),
        "caseworker": (t.gettext("Caseworker"), t.gettext("also answers people")),
        "editor": (t.gettext("Editor"), t.gettext("also proposes changes of the rules")),
        "reviewer": (t.gettext("Reviewer"), t.gettext("also accepts changes of the rules")),
        "admin": (t.gettext("Admin"), t.gettext("also manages accounts; opens no conversation")),
    }


async def show_all(request: Request) -> Response:
    """Everybody, and the form for somebody new."""
    return await _list(request)


async def _list(
    request: Request, wrong: str = "", name: str = "", chosen: tuple[str, ...] = (), status: int = 200
) -> Response:
    return await render(
        request, "people.html", status, roles=role_names(interface(request)), wrong=wrong, name=name,
        members=await run_in_threadpool(desk_of(request).accounts.members.all), chosen=chosen,
    )  # fmt: skip


async def invite(request: Request) -> Response:
    """A new account; shows its one-time link."""
    form = await request.form()
    name, language = await fields(request, "name", "language")
    roles = tuple(str(role) for role in form.getlist("role"))
    accounts = desk_of(request).accounts
    try:
        if language not in DESK_LANGUAGES:
            raise AccountError(Problem.LANGUAGE)
        added = await run_in_threadpool(accounts.add, name, roles, language)
    except AccountError as error:
        return await _list(request, said(request, error), name, roles, 422)
    await _note(request, "added_account", added.name, roles=list(added.roles))
    token = await run_in_threadpool(accounts.members.make_link, added.id)
    return await _link(request, added.name, token)


async def show_one(request: Request) -> Response:
    """One account."""
    return await _one(request, await _member(request))


async def _one(request: Request, member: Member, wrong: str = "", status: int = 200) -> Response:
    return await render(
        request, "person.html", status, member=member, roles=role_names(interface(request)), wrong=wrong
    )


async def change(request: Request) -> Response:
    """What an admin does with an account: the last part of the address says what."""
    member, what = await _member(request), request.path_params["what"]
    accounts, number, name = desk_of(request).accounts, member.account.id, member.account.name
    try:
        if what == "roles":
            roles = [str(role) for role in (await request.form()).getlist("role")]
            await run_in_threadpool(accounts.members.set_roles, number, roles)
            await _note(request, "set_roles", name, roles=[role for role in ROLES if role in roles])
        elif what == "disable":
            await run_in_threadpool(accounts.members.disable, number)
            await _note(request, "disabled_account", name)
        elif what == "enable":
            await run_in_threadpool(accounts.members.enable, number)
            await _note(request, "enabled_account", name)
        elif what == "link":
            token = await run_in_threadpool(accounts.members.make_link, number)
            await _note(request, "made_link", name)
            return await _link(request, name, token)
        elif what == "reset":
            token = await run_in_threadpool(accounts.reset, number)
            await _note(request, "reset_account", name)
            return await _link(request, name, token)
        else:
            raise HTTPException(404)
    except AccountError as error:
        return await _one(request, member, said(request, error), 422)
    return RedirectResponse(f"/people/{number}", status_code=303)


async def _member(request: Request) -> Member:
    number = int(request.path_params["number"])
    members = await run_in_threadpool(desk_of(request).accounts.members.all)
    found = next((each for each in members if each.account.id == number), None)
    if found is None:
        raise HTTPException(404)
    return found


async def _link(request: Request, name: str, token: str) -> Response:
    """The link, which is shown once."""
    address = link_address(desk_of(request).settings, token)
    return await render(request, "person_link.html", name=name, address=address, days=LINK_LIFE.days)


async def _note(request: Request, did: str, account: str, **more: object) -> None:
    who = request.state.visitor.account.name
    await run_in_threadpool(desk_of(request).accounts.note, who, did, {"account": account, **more})


ROUTES = (
    page("/people", show_all, May.MANAGE),
    page("/people", invite, May.MANAGE, ("POST",)),
    page("/people/{number:number}", show_one, May.MANAGE),
    page("/people/{number:number}/{what}", change, May.MANAGE, ("POST",)),
)
