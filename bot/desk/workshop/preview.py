"""What a proposal would do: its sentence in every language, field by field, who would be told otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.answers import formats
from bot.answers.statements import Speaker, Statement
from bot.answers.translations import translator
from bot.rules.case import Case
from bot.rules.dates import PartialDate
from bot.rules.diff import FieldChange, field_changes
from bot.rules.keys import KeyComparer
from bot.rules.lookup import contact_ids
from bot.rules.matching import Context
from bot.rules.model import ALL_SECTORS, ANY, Contact, Rule, to_json
from bot.rules.resolution import Result, resolve
from bot.rules.ruletypes import Catalogue, RuleType
from bot.rules.vocabulary import LANGUAGES, SECTORS

MOST_PLACES = 12  # destinations, and origins, that are tried; a rule for a group reaches more


@dataclass(frozen=True)
class Said:
    """What rules are said from: no lookup, but the rules themselves."""

    case: Case
    catalogue: Catalogue
    contacts: Mapping[str, Contact]


@dataclass(frozen=True)
class Sentence:
    """A rule in one language."""

    language: str
    name: str  # of the language, in itself
    right_to_left: bool
    statement: Statement
    native_reviewed: bool


def sentence(rule: Rule, catalogue: Catalogue, contacts: Mapping[str, Contact], language: str, today: date
             ) -> Statement:  # fmt: skip
    """A rule as somebody is told it of whom nothing is known."""
    named = {key: contacts[key] for key in contact_ids(rule, catalogue) if key in contacts}
    said = Said(Case(on=today, today=today), catalogue, named)
    return Speaker(said, translator(language)).statement(_open_result(rule))


def sentences(
    rule: Rule, catalogue: Catalogue, contacts: Mapping[str, Contact], today: date
) -> list[Sentence]:
    """As `sentence`, in every language."""
    found = []
    for language in LANGUAGES:
        t = translator(language)
        statement = sentence(rule, catalogue, contacts, language, today)
        name = formats.language_name(language, t)
        found.append(Sentence(language, name, t.right_to_left, statement, t.native_reviewed))
    return found


def _open_result(rule: Rule) -> Result:
    """The rule with every dimension that it narrows left open, so that its conditions are said."""
    key = rule.key
    needs = [
        name
        for name, narrowed in (
            ("destination", key.destinations != (ANY,)),
            ("origin", key.origins != (ANY,) or bool(key.except_origins)),
            ("sector", key.sectors != ("all",) or bool(key.except_sectors)),
            ("status", key.status != (ANY,)),
            ("employment", key.employment != (ANY,)),
            ("scheme", bool(key.schemes)),
        )
        if narrowed
    ]
    needs += [condition.fact for condition in key.when]
    depends = tuple(needs)
    return Result(rule, "depends" if depends else "yes", depends, (), depends, (), ALL_SECTORS)


def changes(before: Rule | None, after: Rule) -> list[FieldChange]:
    """Field by field; everything, for a new rule."""
    old = {} if before is None else json.loads(to_json(before))
    return list(field_changes("", old, json.loads(to_json(after))))


# -- who would be told otherwise --------------------------------------------------------------------


@dataclass(frozen=True)
class Effect:
    """What changes for some people: rules by id that come, go, or say something else."""

    destination: str | None
    origin: str | None
    sectors: tuple[str, ...]
    came: tuple[str, ...]
    gone: tuple[str, ...]
    other: tuple[str, ...]


def effects(
    before: Mapping[str, Rule], after: Mapping[str, Rule], changed: Iterable[str], context: Context,
    types: Mapping[str, RuleType], today: date,
) -> list[Effect]:  # fmt: skip
    """Where a lookup gives something else, on the first day from which it does.

    Rules of other types never displace these, so they are left out.
    """
    touched = [law[name] for name in changed for law in (before, after) if name in law]
    comparer = KeyComparer(context.groups, context.facts)
    old, new = (
        [rule for rule in law.values() if any(_meet(rule, each, comparer) for each in touched)]
        for law in (before, after)
    )
    starts = [PartialDate.parse(rule.start).latest for rule in touched if rule.start]
    on = max([today, *(start for start in starts if start > today)])
    found: dict[tuple[str | None, str | None, tuple[tuple[str, ...], ...]], list[str]] = {}
    for destination, origin in _corridors(touched, comparer):
        for sector in SECTORS:
            country, region = _country(destination)
            case = Case(on, on, country, region, origin, sector)
            was, becomes = (
                {each.rule.id: each for each in resolve(rules, case, context, types).results}
                for rules in (old, new)
            )
            difference = _difference(was, becomes)
            if any(difference):
                found.setdefault((destination, origin, difference), []).append(sector)
    return [
        Effect(destination, origin, tuple(sectors), *difference)
        for (destination, origin, difference), sectors in found.items()
    ]


def _meet(rule: Rule, other: Rule, comparer: KeyComparer) -> bool:
    return rule.type == other.type and (rule.id == other.id or comparer.meet(rule, other))


def _corridors(rules: Iterable[Rule], comparer: KeyComparer) -> list[tuple[str | None, str | None]]:
    found: dict[tuple[str | None, str | None], None] = {}
    for rule in rules:
        for destination in _known(comparer.expand(rule.key.destinations)):
            for origin in _known(comparer.expand(rule.key.origins)):
                if origin is None or origin != destination:
                    found[destination, origin] = None
    return list(found)


def _known(places: Iterable[str]) -> list[str | None]:
    """Places to try; anywhere is one that is not known."""
    return [None if place == ANY else place for place in sorted(places)[:MOST_PLACES]]


def _country(place: str | None) -> tuple[str | None, str | None]:
    if place is None:
        return None, None
    country, _, region = place.partition("-")
    return country, place if region else None


def _difference(was: Mapping[str, Result], becomes: Mapping[str, Result]) -> tuple[tuple[str, ...], ...]:
    other = (
        name
        for name in was.keys() & becomes.keys()
        if was[name].applies != becomes[name].applies or was[name].rule != becomes[name].rule
    )
    return (
        tuple(sorted(becomes.keys() - was.keys())),
        tuple(sorted(was.keys() - becomes.keys())),
        tuple(sorted(other)),
    )
