"""Forms of the workshop: a change of a rule, a new rule, "read again, still so"; tried out, then proposed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from babel.numbers import get_territory_currencies
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.answers.translations import Translator
from bot.desk.accounts.roles import May
from bot.desk.desk import desk_of
from bot.desk.pages.workshop import countries, types_by_topic
from bot.desk.routes import page
from bot.desk.views import interface, language_of, render
from bot.desk.workshop.draft import (
    MOST_CONDITIONS,
    Draft,
    Posted,
    confirmed,
    draft_of_document,
    draft_of_rule,
    new_draft,
    posted_draft,
    written,
)  # fmt: skip
from bot.desk.workshop.fields import split
from bot.desk.workshop.law import HeldLaw, Workshop
from bot.desk.workshop.mistakes import GENERAL, by_field, count
from bot.desk.workshop.proposals import RULE, Proposal
from bot.desk.workshop.trial import PREVIEWS, Preview
from bot.desk.workshop.visit import number_of, shared, today, who, workshop_of
from bot.rules.dates import PartialDate
from bot.rules.model import Rule
from bot.rules.revisions import record_hash
from bot.rules.units import PERIODS
from bot.rules.vocabulary import COUNTRIES

MOST_LETTERS = 4_000  # of a reason


@dataclass(frozen=True)
class Tried:
    """A draft that was tried out: what is wrong with it, or what it would do."""

    document: str = ""
    record: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)
    preview: Preview | None = None


def try_out(workshop: Workshop, law: HeldLaw, draft: Draft, before: Rule | None, t: Translator) -> Tried:
    """Reads the whole law with the draft in it."""
    errors = _missing(draft, t)
    try:
        made = written(draft, before, law.catalogue.types, law.rules)
    except ValueError:
        return Tried(errors={**errors, "changed_from": [t.gettext("Write a day, such as 2026-03-01.")]})
    record = made.records[-1]
    if before is None and draft.rule in law.rules:
        errors.setdefault("id", []).append(t.gettext("There is a rule of this name. Choose another name."))
    outcome = PREVIEWS.outcome(workshop, law, made.document, made.records, today())
    for name, said in by_field(outcome.mistakes, record, draft, law.catalogue).items():
        errors.setdefault(name, []).extend(said)
    if outcome.law_is_broken:
        errors.setdefault(GENERAL, []).append(broken_law(t))
    return Tried(made.document, record, errors, None if errors else outcome.preview)


def broken_law(t: Translator) -> str:
    """Why nothing can go live now, whatever is proposed."""
    return t.gettext("The law files hold mistakes of their own. Nothing can go live before they are mended.")


def _missing(draft: Draft, t: Translator) -> dict[str, list[str]]:
    """What a proposal needs beyond what the law needs."""
    errors: dict[str, list[str]] = {}
    if not draft.reason:
        errors["reason"] = [t.gettext("Say why: what you read, and where.")]
    elif len(draft.reason) > MOST_LETTERS:
        errors["reason"] = [t.gettext("This is too long.")]
    as_of = draft.item.get("as_of")
    if not as_of:
        errors["as_of"] = [t.gettext("Say of which day the information is.")]
    elif _later(str(as_of)):
        errors["as_of"] = [t.gettext("This day is still to come.")]
    return errors


def _later(text: str) -> bool:
    try:
        return PartialDate.parse(text).earliest > today()
    except ValueError:
        return False  # said by whoever reads the law


# -- the pages --------------------------------------------------------------------------------------


async def change(request: Request) -> Response:
    """A change of a rule."""
    workshop = workshop_of(request)
    workshop.warm_up()
    law = await run_in_threadpool(workshop.law)
    rule = law.rules.get(str(request.path_params["rule"]))
    if rule is None:
        raise HTTPException(404)
    draft = draft_of_rule(rule, law.catalogue.types[rule.type], law.context.groups)
    return await _form(request, workshop, law, draft, rule, None)


async def new(request: Request) -> Response:
    """A new rule of a type, for a country."""
    workshop, asked = workshop_of(request), request.query_params
    workshop.warm_up()
    law = await run_in_threadpool(workshop.law)
    name, country = asked.get("type", ""), asked.get("country", "").strip().upper()
    if name not in law.catalogue.types or country not in COUNTRIES:
        return await render(
            request, "workshop_new.html", **shared(request), types=types_by_topic(law.catalogue),
            catalogue=law.catalogue, asked=asked, countries=countries(language_of(request), law),
        )  # fmt: skip
    draft = new_draft(law.catalogue.types[name], country, law.rules, today())
    return await _form(request, workshop, law, draft, None, None)


async def again(request: Request) -> Response:
    """A proposal of the visitor's own, written anew."""
    workshop = workshop_of(request)
    law = await run_in_threadpool(workshop.law)
    try:
        held = await run_in_threadpool(workshop.proposals.get, number_of(request))
        draft = draft_of_document(held.document, held.reason)
    except (KeyError, ValueError):
        raise HTTPException(404) from None
    if held.author != who(request) or not held.open or str(draft.item.get("type")) not in law.catalogue.types:
        raise HTTPException(403)
    before = law.rules.get(held.name) if held.before is not None else None
    if before is not None and draft.changed_from:
        draft = replace(draft, item={**draft.item, "id": before.id, "start": before.start})
    return await _form(request, workshop, law, draft, before, held)


async def _form(
    request: Request,
    workshop: Workshop,
    law: HeldLaw,
    draft: Draft,
    before: Rule | None,
    held: Proposal | None,
) -> Response:
    tried, status = Tried(), 200
    if request.method == "POST":
        posted = await posted_fields(request)
        draft = posted_draft(posted, draft, law.catalogue, law.context.groups)
        if before is not None:
            draft = replace(draft, item={**draft.item, "id": before.id})
        tried = await run_in_threadpool(try_out, workshop, law, draft, before, interface(request))
        if not tried.errors and posted.get("do") == ["propose"]:
            return await _propose(request, workshop, tried, draft.reason, before, held)
        status = 422 if tried.errors else 200
    kind = law.catalogue.types[str(draft.item["type"])]
    return await render(
        request, "workshop_form.html", status, **shared(request), draft=draft, before=before, held=held,
        kind=kind, catalogue=law.catalogue, law=law, split=split, errors=tried.errors,
        error_count=count(tried.errors), preview=tried.preview, periods=PERIODS, most=MOST_CONDITIONS,
        currencies=_currencies(draft.country), tried=request.method == "POST",
        contacts=[each for each in law.contacts.values() if each.country == draft.country],
    )  # fmt: skip


async def _propose(
    request: Request,
    workshop: Workshop,
    tried: Tried,
    reason: str,
    before: Rule | None,
    held: Proposal | None,
) -> Response:
    me, store = who(request), workshop.proposals
    was = record_hash(before)
    subject = tried.record if before is None else f"rule/{before.id}"

    def keep() -> int:
        if held is not None:
            store.change(held.id, me, subject, tried.document, was, reason)
            return held.id
        return store.add(RULE, subject, tried.document, was, me, reason).id

    number = await run_in_threadpool(keep)
    did = "proposed_law" if held is None else "changed_proposal"
    await run_in_threadpool(desk_of(request).accounts.note, me, did, {"proposal": number, "record": subject})
    return RedirectResponse(f"/workshop/proposals/{number}", 303)


async def confirm(request: Request) -> Response:
    """Read again on a day, and still so: the date of the information moves, nothing else."""
    workshop = workshop_of(request)
    law = await run_in_threadpool(workshop.law)
    rule = law.rules.get(str(request.path_params["rule"]))
    if rule is None:
        raise HTTPException(404)
    posted = await posted_fields(request)
    as_of = next(iter(posted.get("as_of", ())), "").strip() or today().isoformat()
    reason = next(iter(posted.get("reason", ())), "").strip()
    draft = confirmed(draft_of_rule(rule, law.catalogue.types[rule.type], law.context.groups), as_of, reason)
    tried = await run_in_threadpool(try_out, workshop, law, draft, rule, interface(request))
    if not tried.errors:
        return await _propose(request, workshop, tried, reason, rule, None)
    return await render(
        request, "workshop_refused.html", 422, **shared(request), back=f"/workshop/rules/{rule.id}",
        said=[text for texts in tried.errors.values() for text in texts],
    )  # fmt: skip


async def posted_fields(request: Request) -> Posted:
    """Every field of a form with all that stands in it."""
    form = await request.form()
    return {name: [str(text) for text in form.getlist(name)] for name in form}


def _currencies(country: str) -> list[str]:
    return list(dict.fromkeys((*reversed(get_territory_currencies(country)), "USD", "EUR")))


ROUTES = (
    page("/workshop/new", new, May.PROPOSE_LAW, ("GET", "POST")),
    page("/workshop/rules/{rule}/change", change, May.PROPOSE_LAW, ("GET", "POST")),
    page("/workshop/rules/{rule}/confirm", confirm, May.PROPOSE_LAW, ("POST",)),
    page("/workshop/proposals/{number}/change", again, May.PROPOSE_LAW, ("GET", "POST")),
)
