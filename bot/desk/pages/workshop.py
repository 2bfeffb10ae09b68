"""The rules workshop: search, what should be read again, and one rule with its life."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.answers.translations import translator
from bot.desk.accounts.roles import May
from bot.desk.routes import page
from bot.desk.views import language_of, render
from bot.desk.workshop.law import HeldLaw, Workshop
from bot.desk.workshop.preview import sentence, sentences
from bot.desk.workshop.proposals import RULE, WAITING
from bot.desk.workshop.search import Wanted, search, text_of
from bot.desk.workshop.visit import shared, today, who, workshop_of
from bot.rules.audit import KINDS, Finding
from bot.rules.diff import FieldChange
from bot.rules.editing import Step as Change
from bot.rules.revisions import Revision
from bot.rules.ruletypes import Catalogue

ON_A_PAGE = 40
STORING = timedelta(minutes=1)  # between the making of a revision and the change that it makes, at most


async def find_rules(request: Request) -> Response:
    """The first page: search."""
    workshop, asked, language = workshop_of(request), request.query_params, language_of(request)
    workshop.warm_up()
    me = who(request)

    def found() -> dict[str, Any]:
        law = workshop.law()
        mine = {each.name for each in workshop.proposals.find(kind=RULE, author=me)}
        wanted = Wanted(
            asked.get("country", "").strip().upper(), asked.get("topic", ""), asked.get("type", ""),
            asked.get("q", ""), bool(asked.get("overdue")), mine if asked.get("mine") else None,
        )  # fmt: skip
        rules = search(law, wanted, language, today())
        number = _page(asked.get("page", ""))
        shown = rules[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
        return {
            "rules": shown,
            "count": len(rules),
            "texts": {rule.id: text_of(rule, law, language, today()) for rule in shown},
            "types": types_by_topic(law.catalogue),
            "countries": countries(language, law),
            "waiting": workshop.proposals.count(WAITING),
            "page_number": number,
            "pages": -(-len(rules) // ON_A_PAGE),
        }

    values = await run_in_threadpool(found)
    others = urlencode([(name, text) for name, text in asked.items() if name != "page" and text])
    return await render(
        request, "workshop.html", **shared(request), **values, asked=asked, today=today(), others=others
    )


def _page(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < len("1000") and int(text) > 0 else 1


def types_by_topic(catalogue: Catalogue) -> list[tuple[str, list[str]]]:
    """The rule types, by the first topic of each."""
    ordered = sorted((each.topics[0], name) for name, each in catalogue.types.items())
    return [
        (topic, [name for _, name in group]) for topic, group in groupby(ordered, key=lambda each: each[0])
    ]


def countries(language: str, law: HeldLaw) -> list[tuple[str, str]]:
    """Countries with rules: code and name, by name."""
    codes = {
        place.partition("-")[0]
        for rule in law.rules.values()
        for place in (*rule.key.destinations, *rule.key.origins)
        if place[:1].isupper()
    }
    territories = translator(language).locale.territories
    return sorted(((code, str(territories.get(code, code))) for code in codes), key=lambda each: each[1])


async def due(request: Request) -> Response:
    """What should be read again, by owner."""
    workshop, asked = workshop_of(request), request.query_params
    workshop.warm_up()
    owner, kind, country = (asked.get(name, "").strip() for name in ("owner", "kind", "country"))

    def found() -> tuple[list[Finding], list[str], HeldLaw]:
        return workshop.findings(today()), workshop.owners(), workshop.law()

    findings, owners, law = await run_in_threadpool(found)
    counts = {
        name: {each: sum(f.owner == name and f.kind == each for f in findings) for each in KINDS}
        for name in sorted({each.owner for each in findings})
    }
    chosen = [
        each
        for each in findings
        if (owner or country)
        and owner in ("", each.owner)
        and kind in ("", each.kind)
        and country in ("", each.country)
    ]
    return await render(
        request, "workshop_due.html", **shared(request), asked=asked, findings=chosen[:500], law=law,
        count=len(chosen), counts=counts, kinds=KINDS, owners=owners,
        countries=sorted({each.country for each in findings}),
    )  # fmt: skip


async def one_rule(request: Request) -> Response:
    """A rule: what it says, whence, and its life."""
    workshop, name, language = workshop_of(request), str(request.path_params["rule"]), language_of(request)
    workshop.warm_up()
    values = await run_in_threadpool(_about, workshop, name, language, today())
    if values is None:
        raise HTTPException(404)
    return await render(request, "workshop_rule.html", **shared(request), **values, today=today())


def _about(workshop: Workshop, name: str, language: str, day: date) -> dict[str, Any] | None:
    law = workshop.law()
    rule = law.rules.get(name)
    made = [each for each in workshop.revisions() if each.record == f"rule/{name}"]
    steps = workshop.history(f"rule/{name}")
    if rule is None:
        return None if not steps else {
            "rule": None, "name": name, "life": _life(steps, made), "proposals": _proposals(workshop, name),
        }  # fmt: skip
    return {
        "rule": rule,
        "name": name,
        "rule_type": law.catalogue.types[rule.type],
        "statement": sentence(rule, law.catalogue, law.contacts, language, day),
        "sentences": sentences(rule, law.catalogue, law.contacts, day),
        "life": _life(steps, made),
        "proposals": _proposals(workshop, name),
        "findings": [each for each in workshop.findings(day) if each.rule == name],
        "live": next((each for each in made if each.ended is None), None),
    }


def _life(steps: list[Change], made: list[Revision]) -> list[tuple[Change, Revision | None]]:
    """Each change of a record, the latest first, with the revision that made it."""
    by: dict[int, Revision] = {}
    for revision in made:
        until = (datetime.fromisoformat(revision.at) + STORING).isoformat(timespec="seconds")
        for number, step in enumerate(steps):
            if revision.at <= step.at <= until:
                by.setdefault(number, revision)
                break
    shown = [replace(step, fields=tuple(filter(_says_something, step.fields))) for step in steps]
    return [(step, by.get(number)) for number, step in reversed(list(enumerate(shown)))]


def _says_something(change: FieldChange) -> bool:
    """Whether a field is other than it was, and not only written otherwise: what goes without saying."""
    return _meant(change.before) != _meant(change.after)


def _meant(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: meant for name, item in value.items() if (meant := _meant(item)) is not None}
    if isinstance(value, list):
        return None if value in ([], ["any"], ["all"]) else [_meant(item) for item in value]
    return None if value in (False, "", "drafted") else value


def _proposals(workshop: Workshop, name: str) -> list[Any]:
    return workshop.proposals.find(subject=f"rule/{name}")


ROUTES = (
    page("/workshop", find_rules, May.PROPOSE_LAW),
    page("/workshop/due", due, May.PROPOSE_LAW),
    page("/workshop/rules/{rule}", one_rule, May.PROPOSE_LAW),
)
