"""The portability case: one person's insured time in several countries, held against law and treaties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.rules.calculators.periods import Period
from bot.rules.calculators.steps import step
from bot.rules.calculators.totalization import Qualifying, Totalization, totalize
from bot.rules.case import Case, make_case
from bot.rules.lawbase import LawReader
from bot.rules.model import Rule
from bot.rules.resolution import resolve
from bot.rules.units import Duration, Vocabularies, parse_value

# Where the rules of a branch say how long one must have been insured.
_PENSION_TYPES = ("old_age_pension",)
_MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True)
class PortabilityCase:
    """Who worked where, and when."""

    periods: tuple[Period, ...]
    on: date
    nationality: str | None = None
    home: str | None = None
    branch: str = "old_age"

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries of work, in the order in which they were named."""
        return tuple(dict.fromkeys(period.country for period in self.periods))


def add_up(
    reader: LawReader, case: PortabilityCase, *, given: Mapping[str, int] | None = None,
    theoretical: Mapping[str, Decimal] | None = None, national: Mapping[str, Decimal] | None = None,
) -> Totalization:  # fmt: skip
    """The share of each country, the qualifying periods read from its rules unless they are given.

    Says besides which certificates to ask for, and where a country owes nothing whether its rules
    speak of a refund. Raises CaseError.
    """
    needs: dict[str, int | Qualifying] = dict(given or {})
    for country in case.countries:
        if country not in needs:
            found = qualifying_period(reader, country, case)
            if found is not None:
                needs[country] = found
    result = totalize(
        case.periods, reader.treaties, branch=case.branch, on=case.on, qualifying=needs,
        theoretical=theoretical, national=national, nationality=case.nationality or case.home,
    )  # fmt: skip
    if len(case.countries) > 1:
        result.steps.append(step("keep_statements", countries=list(case.countries)))
    for share in result.shares:
        if share.outcome in ("not_reached", "too_short") and share.country != case.home:
            for rule in _refund_rules(reader, share.country, case):
                result.steps.append(step("refund_rules", rule.id, country=share.country))
    return result


def qualifying_period(reader: LawReader, country: str, case: PortabilityCase) -> Qualifying | None:
    """How long a country's law wants one to be insured; None unless the rules name one length for sure."""
    words = Vocabularies(reader.catalogue.term_ids())
    found: dict[int, str] = {}
    for result in resolve(
        reader.candidates([case.branch], country, case.home),
        _corridor(country, case),
        reader.context,
        reader.catalogue.types,
    ).results:
        rule = result.rule
        if rule.type not in _PENSION_TYPES or result.applies != "yes" or case.branch not in rule.topics:
            continue
        raw = rule.values.get("min_contributions")
        if raw is None or country not in rule.key.destinations:
            continue
        length = parse_value(reader.catalogue.types[rule.type].values["min_contributions"], raw, words)
        if isinstance(length, Duration) and length.unit in _MONTHS:
            found.setdefault(int(length.amount * _MONTHS[length.unit]), rule.id)
    if len(found) != 1:
        return None
    months, name = next(iter(found.items()))
    return Qualifying(months, name)


def _refund_rules(reader: LawReader, country: str, case: PortabilityCase) -> Sequence[Rule]:
    rules = reader.candidates(["contribution_refund"], country, case.home)
    results = resolve(rules, _corridor(country, case), reader.context, reader.catalogue.types).results
    return [
        each.rule
        for each in results
        if each.rule.type == "contribution_refund" and country in each.rule.key.destinations
    ][:1]


def _corridor(country: str, case: PortabilityCase) -> Case:
    origin = case.home if case.home != country else None
    return make_case(today=case.on, on=case.on, destination=country, origin=origin)
