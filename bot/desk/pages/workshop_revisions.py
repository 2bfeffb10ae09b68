"""What was approved and lies over the law files: the list, its export for the repository, taking it back."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from bot.desk.accounts.roles import May
from bot.desk.desk import desk_of
from bot.desk.routes import page
from bot.desk.views import render
from bot.desk.workshop import decisions
from bot.desk.workshop.law import reason_of
from bot.desk.workshop.visit import number_of, shared, who, workshop_of
from bot.rules.errors import RulesError
from bot.rules.export import export_revisions, revision_lines
from bot.rules.revisions import standing_together

MOST = 300


async def revisions(request: Request) -> Response:
    """Every revision, the latest first; those that the law files contradict are named."""
    return await _shown(request)


async def _shown(request: Request, status: int = 200, refusal: str = "") -> Response:
    workshop = workshop_of(request)
    made = await run_in_threadpool(workshop.revisions)
    approvals = await run_in_threadpool(workshop.proposals.approvals)
    together = {
        each.id: ", ".join(map(str, standing_together(made, approvals, [each.id])))
        for each in made
        if each.ended is None
    }
    # Reading the whole law takes its time, so conflicts are looked for only when somebody asks.
    checked = bool(request.query_params.get("check"))
    conflicts = await run_in_threadpool(workshop.conflicts) if checked else []
    return await render(
        request, "workshop_revisions.html", status, **shared(request), revisions=made[::-1][:MOST],
        live=sum(each.ended is None for each in made), conflicts=conflicts, checked=checked, refusal=refusal,
        together=together,
    )  # fmt: skip


async def export(request: Request) -> Response:
    """The live revisions as YAML, to be put into the files of the repository."""
    url = desk_of(request).settings.database_url
    return _yaml(await run_in_threadpool(lambda: list(export_revisions(url))), "revisions.yml")


async def export_one(request: Request) -> Response:
    """One revision as a law file of its own, which `haq rules check` reads."""
    workshop, number = workshop_of(request), number_of(request)
    made = await run_in_threadpool(workshop.revisions)
    found = next((each for each in made if each.id == number), None)
    if found is None:
        raise HTTPException(404)
    return _yaml(revision_lines(found), f"revision-{number}.yml")


def _yaml(lines: Iterable[str], name: str) -> Response:
    return PlainTextResponse(
        "".join(f"{line}\n" for line in lines),
        media_type="application/yaml",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def take_back(request: Request) -> Response:
    """The law files hold again for this record, and for what was approved with it."""
    workshop, number, me = workshop_of(request), number_of(request), who(request)
    try:
        numbers = await run_in_threadpool(decisions.take_back, workshop, number, me)
    except RulesError as error:
        return await _shown(request, 409, reason_of(error))
    note = desk_of(request).accounts.note
    for each in numbers:
        await run_in_threadpool(note, me, "withdrew_revision", {"revision": each})
    return RedirectResponse("/workshop/revisions", 303)


ROUTES = (
    page("/workshop/revisions", revisions, May.PROPOSE_LAW),
    page("/workshop/revisions.yml", export, May.PROPOSE_LAW),
    page("/workshop/revisions/{number}.yml", export_one, May.PROPOSE_LAW),
    page("/workshop/revisions/{number}/withdraw", take_back, May.REVIEW_LAW, ("POST",)),
)
