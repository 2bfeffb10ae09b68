"""A calculation as a page shows it: what it comes to, the steps, and the rules that they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from bot.answers import formats
from bot.answers.calculation import step_text
from bot.answers.calculators.shared import Calculator
from bot.answers.options import tell
from bot.answers.translations import Translator, translator
from bot.rules.calculators.steps import Step
from bot.rules.lawbase import LawReader
from bot.rules.model import Provenance
from bot.rules.units import Duration, Money


@dataclass(frozen=True)
class Outcome:
    """One thing that a calculation comes to."""

    value: str
    note: str  # what it is of, where there are several
    rule: str | None
    certain: bool


@dataclass(frozen=True)
class Ground:
    """What a step names beside the rules that are shown whole: an agreement, a rule of another law."""

    id: str
    provenance: Provenance


@dataclass(frozen=True)
class Share:
    """What one country pays of a pension."""

    country: str
    months: str
    part: str
    amount: str
    certain: bool


@dataclass(frozen=True)
class Calculation:
    """A result with everything that it rests on."""

    t: Translator
    outcomes: tuple[Outcome, ...]
    shares: tuple[Share, ...]
    steps: tuple[tuple[str, str | None], ...]  # the text, and the rule that the step follows
    rules: tuple[dict[str, Any], ...]  # as the API gives them
    others: tuple[Ground, ...]
    version: str


def calculation(
    reader: LawReader, calculator: Calculator, told: dict[str, list[str]], language: str, currency: str,
    today: date,
) -> Calculation:  # fmt: skip
    """Works out what a form tells, by the function that the command line uses. Raises CaseError."""
    t = translator(language)
    body, found = calculator.work_out(
        reader, tell(calculator.options, {**told, "lang": [language]}, today), t
    )
    steps = list(found)
    rules = tuple(body.get("rules", ()))
    events = reader.catalogue.terms.get("event", {})
    return Calculation(
        t=t,
        outcomes=tuple(_outcomes(body.get("results", ()), _currency(told, currency), events, t)),
        shares=tuple(_share(each, t) for each in body.get("shares", ())),
        steps=tuple((step_text(replace(each, ground=None), t), each.ground) for each in steps),
        rules=rules,
        others=tuple(_others(steps, {rule["rule"] for rule in rules}, reader)),
        version=body["version"],
    )


def _currency(told: dict[str, list[str]], chosen: str) -> str:
    """The money of the wage: a sum that names none is in it."""
    wage = told.get("wage")
    return wage[0].partition(" ")[0] if wage else chosen


def _outcomes(
    results: Iterable[dict[str, Any]], currency: str, events: dict[str, Any], t: Translator
) -> Iterator[Outcome]:
    for each in results:
        value = _value(each, currency, t)
        if value:
            event = each.get("event")
            note = t.pgettext("term event", str(events[event])) if event in events else ""
            yield Outcome(value, note, each["rule"], each.get("certain", True))


def _value(each: dict[str, Any], currency: str, t: Translator) -> str:
    """What a result comes to: a day, a length of time, a sum."""
    parts = []
    if each.get("length") and "limit" not in each:
        length = each["length"]
        parts.append(formats.duration(Duration(Decimal(length["amount"]), length["unit"]), t))
    if each.get("days"):
        parts.append(formats.duration(Duration(Decimal(each["days"]), "day"), t))
    for name in ("until", "last_day"):
        if each.get(name):
            day = format_date(date.fromisoformat(each[name]), "long", locale=t.locale)
            parts.append(formats.isolate(day, t))
    if each.get("amount"):
        code, _, amount = str(each["amount"]).rpartition(" ")
        parts.append(formats.money(Money(Decimal(amount), code or currency), t))
    return " · ".join(parts)


def _share(each: dict[str, Any], t: Translator) -> Share:
    months, total = each["months"], each["total_months"]
    return Share(
        formats.country(each["country"], t),
        formats.duration(Duration(Decimal(months), "month"), t),
        f"{each['share']} ({months}/{total})" if each["share"] else "",
        formats.number(Decimal(each["amount"]), t) if each["amount"] else "",
        each["certain"],
    )


def _others(steps: Iterable[Step], shown: set[str], reader: LawReader) -> Iterator[Ground]:
    """The grounds of steps that are no rule of the result, each once."""
    named = dict.fromkeys(each.ground for each in steps if each.ground and each.ground not in shown)
    for name in named:
        rule = reader.rule(name)
        if rule is not None:
            yield Ground(name, rule.provenance)
        elif name in reader.treaties.agreements:
            yield Ground(name, reader.treaties.agreements[name].provenance)
