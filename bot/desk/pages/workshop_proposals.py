"""Proposals: the list, one with all that it would do, and what its author and its reviewer decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.answers.translations import Translator
from bot.desk.accounts.roles import May
from bot.desk.desk import desk_of
from bot.desk.pages.workshop_change import broken_law
from bot.desk.routes import page
from bot.desk.views import interface, render
from bot.desk.workshop import decisions, wording
from bot.desk.workshop.law import HeldLaw, Workshop, reason_of
from bot.desk.workshop.proposals import RULE, Proposal, ProposalRefused
from bot.desk.workshop.trial import PREVIEWS, Outcome
from bot.desk.workshop.visit import number_of, shared, today, who, workshop_of
from bot.rules import yamlfile
from bot.rules.errors import RecordChanged, RulesError
from bot.rules.revisions import record_hash


async def proposals(request: Request) -> Response:
    """All proposals: those that wait first."""
    workshop, mine = workshop_of(request), bool(request.query_params.get("mine"))
    me = who(request)

    every = await run_in_threadpool(workshop.proposals.find, author=me if mine else None)
    return await render(request, "workshop_proposals.html", **shared(request), proposals=every, mine=mine)


async def proposal(request: Request) -> Response:
    """One proposal, and what it would do."""
    workshop = workshop_of(request)
    workshop.warm_up()
    return await _shown(request, await _held(request, workshop))


async def _shown(request: Request, held: Proposal, status: int = 200, refusal: str = "") -> Response:
    workshop = workshop_of(request)
    if held.kind == RULE:
        values = await run_in_threadpool(_law_values, workshop, held, interface(request))
    else:
        values = {"wording": wording.read(held.document), "outcome": None, "stale": False, "wrong": []}
    steps = await run_in_threadpool(workshop.proposals.steps, held.id)
    return await render(
        request, "workshop_proposal.html", status, **shared(request), proposal=held, steps=steps,
        refusal=refusal, **values,
    )  # fmt: skip


def _law_values(workshop: Workshop, held: Proposal, t: Translator) -> dict[str, Any]:
    law = workshop.law()
    outcome = _outcome(workshop, law, held) if held.open else None
    wrong = [f"{each.field}: {each.problem} {each.mend}" for each in outcome.mistakes] if outcome else []
    if outcome is not None and outcome.law_is_broken:
        wrong.append(broken_law(t))
    return {
        "outcome": outcome,
        "wrong": wrong,
        "stale": held.open and record_hash(law.rules.get(held.name)) != held.before,
        "current": law.rules.get(held.name),
        "wording": None,
    }


def _outcome(workshop: Workshop, law: HeldLaw, held: Proposal) -> Outcome:
    content = yamlfile.parse(held.document, lambda *mistake: None)
    records = [f"rule/{each['id']}" for each in content["rules"]] if content is not None else []
    return PREVIEWS.outcome(workshop, law, held.document, records, today())


# -- decisions --------------------------------------------------------------------------------------


async def withdraw(request: Request) -> Response:
    """Its author takes it back."""
    workshop, me = workshop_of(request), who(request)
    held = await _held(request, workshop)
    return await _decide(request, held, "withdrew_proposal", lambda: decisions.withdraw(workshop, held, me))


async def send_back(request: Request) -> Response:
    """A reviewer wants it changed."""
    workshop, me = workshop_of(request), who(request)
    held, form = await _held(request, workshop), await request.form()
    why = str(form.get("why", "")).strip()
    if not why:
        said = interface(request).gettext("Say what should be changed.")
        return await _shown(request, held, 422, said)
    edition = _edition(str(form.get("edition", "")))
    return await _decide(
        request, held, "sent_back_proposal", lambda: workshop.proposals.send_back(held.id, me, edition, why)
    )


async def approve(request: Request) -> Response:
    """A reviewer approves what they read: it is live when this returns."""
    workshop, me = workshop_of(request), who(request)
    held, form = await _held(request, workshop), await request.form()
    edition = _edition(str(form.get("edition", "")))
    return await _decide(
        request, held, "approved_proposal", lambda: decisions.approve(workshop, held, me, edition)
    )


async def _decide(request: Request, held: Proposal, did: str, act: Callable[[], None]) -> Response:
    """Does it, notes it, and goes back to the proposal; or says why not."""
    try:
        await run_in_threadpool(act)
    except RulesError as error:
        workshop = workshop_of(request)
        now = await run_in_threadpool(workshop.proposals.get, held.id)
        return await _shown(request, now, 409, _refusal(error, interface(request)))
    what = {"proposal": held.id, "subject": held.subject}
    await run_in_threadpool(desk_of(request).accounts.note, who(request), did, what)
    return RedirectResponse(f"/workshop/proposals/{held.id}", 303)


def _refusal(error: RulesError, t: Translator) -> str:
    if isinstance(error, RecordChanged):
        return t.gettext("The rule was changed since this was proposed. The author has to look at it again.")
    if not isinstance(error, ProposalRefused):
        return reason_of(error)
    return {
        ProposalRefused.OWN: t.gettext("You wrote this. Somebody else has to review it."),
        ProposalRefused.CHANGED: t.gettext("This was changed while you read it. Read it again."),
        ProposalRefused.DECIDED: t.gettext("Somebody decided on this before you."),
        ProposalRefused.NOT_YOURS: t.gettext("Only its author can do this."),
    }[error.why]


def _edition(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < len("1000000") else 0


async def _held(request: Request, workshop: Workshop) -> Proposal:
    try:
        return await run_in_threadpool(workshop.proposals.get, number_of(request))
    except KeyError:
        raise HTTPException(404) from None


ROUTES = (
    page("/workshop/proposals", proposals, May.PROPOSE_LAW),
    page("/workshop/proposals/{number}", proposal, May.PROPOSE_LAW),
    page("/workshop/proposals/{number}/withdraw", withdraw, May.PROPOSE_LAW, ("POST",)),
    page("/workshop/proposals/{number}/return", send_back, May.REVIEW_LAW, ("POST",)),
    page("/workshop/proposals/{number}/approve", approve, May.REVIEW_LAW, ("POST",)),
)
