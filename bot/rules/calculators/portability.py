"""The portability case: one person's insured time in several countries, held against law and treaties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.rules.calculators.grounds import grounds
from bot.rules.calculators.periods import Period
from bot.rules.calculators.steps import step
from bot.rules.calculators.totalization import Qualifying, Totalization, totalize
from bot.rules.case import Case, make_case
from bot.rules.lawbase import LawReader

# Where the rules of a branch say how long one must have been insured.
_PENSION_TYPES = ("old_age_pension",)


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
    insured = [share.country for share in result.shares]
    if len(insured) > 1:
        result.steps.append(step("keep_statements", countries=insured))
    for share in result.shares:
        if share.outcome in ("not_reached", "too_short") and share.country != case.home:
            rule = _refund_rule(reader, share.country, case)
            if rule is not None:
                result.steps.append(step("refund_rules", rule, country=share.country))
    return result


def qualifying_period(reader: LawReader, country: str, case: PortabilityCase) -> Qualifying | None:
    """How long a country's law wants one to be insured; None unless the rules name one length for sure."""
    sure: dict[int, str] = {}
    possible: set[int] = set()
    for ground in grounds(reader, _corridor(country, case), _PENSION_TYPES, [case.branch]):
        months = ground.whole_months("min_contributions")
        if months is None and ground.values.get("one_contribution"):
            months = 1
        if months is None or country not in ground.rule.key.destinations:
            continue
        possible.add(months)
        # Who paid contributions counts as one who may claim: the status of stay decides nothing here.
        if ground.sure or set(ground.result.depends_on) == {"status"}:
            sure.setdefault(months, ground.rule.id)
    if len(possible) != 1 or not sure:
        return None
    return Qualifying(*next(iter(sure.items())))


def _refund_rule(reader: LawReader, country: str, case: PortabilityCase) -> str | None:
    """The first rule of a country on refunds."""
    found = grounds(reader, _corridor(country, case), ["contribution_refund"], ["contribution_refund"])
    return next((each.rule.id for each in found if country in each.rule.key.destinations), None)


def _corridor(country: str, case: PortabilityCase) -> Case:
    origin = case.home if case.home != country else None
    return make_case(today=case.on, on=case.on, destination=country, origin=origin)
