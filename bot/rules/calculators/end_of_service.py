"""End-of-service pay: gratuity, severance or seniority pay, as the rules of the country reckon it.

Each rule of the type `end_of_service_pay` that speaks of the case is worked out by its own values:
a rate for each year, bands, one sum; its cap; part years; the share that is left on resignation; the
part of the service that an old law still governs. Rules of different parts (an award, redundancy
pay) stand beside each other; the parts of one service under an old and a new law add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bot.rules.calculators.grounds import Ground, grounds
from bot.rules.calculators.seniority import on_day, seniority, years_by_age
from bot.rules.calculators.service import Pay, Service, rounded
from bot.rules.calculators.steps import Step, step
from bot.rules.case import Case, with_changes
from bot.rules.lawbase import LawReader
from bot.rules.spans import Span
from bot.rules.units import Duration, Money

TYPE = "end_of_service_pay"
RESIGNATION = "resignation"
# How many of a unit make a year; a tier in weeks or days is compared by the days themselves.
_A_YEAR = {"year": Fraction(1), "month": Fraction(12), "week": Fraction(365, 7), "day": Fraction(365)}
OUTCOMES = ("due", "nothing", "depends", "not_computed")


@dataclass(frozen=True)
class Part:
    """What one rule comes to."""

    ground: Ground
    outcome: str  # one of OUTCOMES
    amount: Decimal | None = None
    certain: bool = True  # no rate, part year or condition was left open


@dataclass
class EndOfService:
    """All parts, with the steps that led to them."""

    currency: str
    parts: list[Part] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def end_of_service(reader: LawReader, case: Case, service: Service, pay: Pay) -> EndOfService:
    """What the rules of the country of work give at the end of this service.

    `pay`: a month of the wage that the rule counts (the steps name which). Conditions on the length
    of service are answered from `service`.
    """
    known = with_changes(case, facts={**case.facts, "service": str(service)})
    found = [each for each in grounds(reader, known, (TYPE,), ["end_of_service"]) if each.rule.type == TYPE]
    result = EndOfService(pay.currency)
    result.steps.append(step("service", years=service.whole_years, days=service.odd_days))
    if not found:
        result.steps.append(step("no_rule_on_end_of_service", country=case.destination))
    shares = [each for each in found if each.values.get("part") == RESIGNATION]
    for ground in found:
        if ground not in shares:
            result.parts.append(_part(ground, shares, service, pay, known, result.steps))
    _cap_together(result, pay)
    due = [each.amount for each in result.parts if each.outcome == "due" and each.amount]
    if len(due) > 1:
        result.steps.append(step("total", amount=pay.money(sum(due, Decimal(0)))))
    return result


def _cap_together(result: EndOfService, pay: Pay) -> None:
    """Cuts the later half of one right, under the old and the new law, where both have one limit together."""
    left: dict[tuple[Any, Money], Decimal] = {}
    for each in sorted(result.parts, key=lambda part: "service_from" in part.ground.values):
        values = each.ground.values
        cap = values.get("sum_max")
        halved = "service_until" in values or "service_from" in values
        if not isinstance(cap, Money) or not halved or each.amount is None or cap.currency != pay.currency:
            continue
        right = (values.get("part"), cap)
        rest = left.get(right, cap.amount)
        if each.amount > rest:
            name = each.ground.rule.id
            result.steps.append(step("capped_together", name, amount=pay.money(rest)))
            result.parts[result.parts.index(each)] = replace(each, amount=rest)
        left[right] = rest - min(rest, each.amount)


def _part(
    ground: Ground, shares: list[Ground], service: Service, pay: Pay, case: Case, steps: list[Step]
) -> Part:
    values, name = ground.values, ground.rule.id
    if values.get("none") and "none" in ground.rule.unconfirmed:
        steps.append(step("not_computed", name))
        return Part(ground, "not_computed", certain=False)
    if values.get("none"):
        steps.append(step("none_by_law", name))
        return _nothing(ground, steps)
    span = service.within(on_day(values.get("service_from")), on_day(values.get("service_until"), last=True))
    if span is None:
        steps.append(step("no_service_then", name))
        return _nothing(ground, steps)
    if span != service:
        steps.append(step("service_counted", name, years=span.whole_years, days=span.odd_days))
    reckoning = _Reckoning(values, pay.reckoned_by(values), span, _age(case), name, steps)
    amount = reckoning.amount()
    if amount is None:
        steps.append(step("not_computed", name))
        return Part(ground, "not_computed")
    amount = _after_resignation(amount, shares, service, case, steps)
    due = rounded(amount)
    steps.append(step("due", name, amount=pay.money(due)))
    told = "due_if" in values or "not_if" in values
    if told:
        steps.append(step("only_if", name))
    # Who resigns may get less: unknown as long as nobody says who ended the job.
    open_shares = (
        [each for each in shares if "ended_by" not in case.facts or not each.sure]
        if case.facts.get("ended_by", "worker") == "worker"
        else []
    )
    for each in open_shares:
        steps.append(step("less_if_resigned", each.rule.id))
    if not ground.sure:
        steps.append(step("rule_depends", name))
    outcome = "due" if ground.sure and not told and not open_shares else "depends"
    return Part(ground, outcome, due, reckoning.certain and ground.sure and not open_shares)


def _nothing(ground: Ground, steps: list[Step]) -> Part:
    """Nothing is due; if the rule holds at all."""
    if not ground.sure:
        steps.append(step("rule_depends", ground.rule.id))
    return Part(ground, "nothing" if ground.sure else "depends", Decimal(0), ground.sure)


class _Reckoning:
    """One rule's sum, step by step."""

    def __init__(
        self, values: Mapping[str, Any], pay: Pay, service: Service, age: int | None, name: str,
        steps: list[Step],
    ) -> None:  # fmt: skip
        self._values, self._pay, self._service, self._age = values, pay, service, age
        self._name, self._steps = name, steps
        self.certain = True
        self._told_day = False  # how a day's pay is counted is said once

    def amount(self) -> Fraction | None:
        """The sum before a share for resignation; None when the values do not say enough."""
        values = self._values
        self._limit_pay()
        counted = seniority(values, self._service, self._say)
        self.certain = counted.certain
        found = next((sum_ for sum_ in self._ways(counted.years)), None)
        if found is None:
            return None
        found += self._on_top()
        if "plus_share" in values:
            share = Fraction(values["plus_share"])
            self._say("plus_share", share=str(share), amount=self._pay.money(rounded(found * share)))
            found += found * share
        return self._capped(found)

    def _limit_pay(self) -> None:
        """Cuts the pay to the most that counts by month or week."""
        most, week = self._values.get("wage_max"), self._values.get("week_max")
        for limit in (most, week, self._values.get("sum_max")):
            if isinstance(limit, Money) and limit.currency != self._pay.currency:
                self.certain = False
                self._say("limit_in_other_money", amount=limit)
        if isinstance(most, Money) and most.currency == self._pay.currency and self._pay.month > most.amount:
            self._pay = replace(self._pay, month=most.amount, day=None, week=None)
            self._say("wage_limited", amount=most)
        if isinstance(week, Money) and week.currency == self._pay.currency:
            mine = self._pay_of(Duration(Decimal(1), "week"))
            if mine is not None and mine > week.amount:
                self._pay = replace(self._pay, week=week.amount)
                self._say("week_limited", amount=week)
        if "area_cap_times" in self._values:
            self.certain = False
            self._say("area_cap")

    def _capped(self, found: Fraction) -> Fraction:
        cap, sum_max = self._values.get("cap"), self._values.get("sum_max")
        if isinstance(cap, Duration):
            most = self._pay_of(cap)
            if most is not None and found > most:
                self._say("capped", cap=cap, amount=self._pay.money(rounded(most)))
                found = most
        if isinstance(sum_max, Money) and sum_max.currency == self._pay.currency and found > sum_max.amount:
            self._say("sum_capped", amount=sum_max)
            found = Fraction(sum_max.amount)
        if "fund_offset" in self._values:
            self.certain = False
            self._say("fund_offset", fund=str(self._values["fund_offset"]))
        return found

    def _ways(self, years: Fraction) -> Iterator[Fraction]:
        """The sum by each way of reckoning that the rule uses (a rule uses one)."""
        values = self._values
        if "per_year" in values:
            yield from self._times(values["per_year"], years)
        if "per_year_share" in values:
            share = Fraction(values["per_year_share"])
            self._say("rate_share", share=str(share))
            yield share * Fraction(self._pay.month) * years
        if "year_bands" in values:
            yield from self._bands(values["year_bands"], years, "per_year")
        if "year_percents" in values:
            yield self._percents(values["year_percents"], years)
        if "age_bands" in values:
            yield from self._by_age(values["age_bands"])
        if "month_bands" in values:
            yield from self._bands(values["month_bands"], years, "per_month")
        if "rate_by_service" in values:
            tier = _tier(values["rate_by_service"], self._service)
            if tier is not None:
                yield from self._times(tier["per_year"], years)
        if "lump_by_service" in values:
            yield from self._lump(values)
        if "lump" in values:
            yield from self._sum(values["lump"])

    def _times(self, rate: Duration, years: Fraction) -> Iterator[Fraction]:
        one = self._pay_of(rate)
        if one is not None:
            self._say("rate", rate=rate, amount=self._pay.money(rounded(one)), number=_number(years))
            yield one * years

    def _bands(self, tiers: tuple[dict[str, Any], ...], years: Fraction, rate: str) -> Iterator[Fraction]:
        total = Fraction(0)
        for tier in tiers:
            within = _within(tier, years)
            one = self._pay_of(tier[rate])
            if one is None:
                return
            if within:
                count = within * 12 if rate == "per_month" else within
                self._say(
                    "band_month" if rate == "per_month" else "band",
                    rate=tier[rate],
                    amount=self._pay.money(rounded(one)),
                    number=_number(count),
                )
                total += one * count
        yield total

    def _by_age(self, bands: tuple[dict[str, Any], ...]) -> Iterator[Fraction]:
        """Each completed year at the rate of the worker's age in it."""
        if self._age is None:
            self._say("age_needed")
            return
        most = self._values.get("max_years")
        total, years = Fraction(0), Counter[Duration]()
        for age in years_by_age(self._service, self._age, int(most.amount) if most else None):
            band = next((each for each in bands if _of_age(each, age)), None)
            if band is not None:
                years[band["per_year"]] += 1
        for rate, number in years.items():
            one = self._pay_of(rate)
            if one is None:
                return
            self._say("rate", rate=rate, amount=self._pay.money(rounded(one)), number=Decimal(number))
            total += one * number
        yield total

    def _percents(self, tiers: tuple[dict[str, Any], ...], years: Fraction) -> Fraction:
        total = Fraction(0)
        for tier in tiers:
            within = _within(tier, years)
            if within:
                self._say("band_percent", percent=tier["percent"], number=_number(within))
                total += Fraction(tier["percent"]) / 100 * Fraction(self._pay.month) * within
        return total

    def _lump(self, values: Mapping[str, Any]) -> Iterator[Fraction]:
        tiers = values["lump_by_service"]
        tier = _tier(tiers, self._service)
        if tier is not None:
            yield from self._sum(tier["lump"])
        elif "lump_extra" in values and tiers:
            last, each = tiers[-1], values["lump_extra_each"]
            further = self._service.years - _years_of(last["to"])
            times = int(further / _years_of(each)) + 1
            for base in self._sum(last["lump"]):
                for extra in self._sum(values["lump_extra"]):
                    yield base + extra * times

    def _sum(self, length: Duration) -> Iterator[Fraction]:
        one = self._pay_of(length)
        if one is not None:
            self._say("lump", rate=length, amount=self._pay.money(rounded(one)))
            yield one

    def _on_top(self) -> Fraction:
        """What comes on top of the pay for the years: for the part beyond them, and once."""
        beyond, plus = self._service.beyond, self._values.get("plus")
        rest = _tier(self._values.get("rest_by_service", ()), beyond) if beyond else None
        total = Fraction(0)
        if rest is not None and (one := self._pay_of(rest["lump"])) is not None:
            self._say("rest", rate=rest["lump"], amount=self._pay.money(rounded(one)))
            total += one
        if isinstance(plus, Duration) and (one := self._pay_of(plus)) is not None:
            self._say("plus", rate=plus, amount=self._pay.money(rounded(one)))
            total += one
        return total

    def _pay_of(self, length: Duration) -> Fraction | None:
        if not self._pay.known(length.unit):
            self.certain = False
            if not self._told_day:
                self._told_day = True
                self._say("day_by_thirty")
        return self._pay.of(length)

    def _say(self, name: str, **values: object) -> None:
        self._steps.append(step(name, self._name, **values))


def _after_resignation(
    amount: Fraction, shares: list[Ground], service: Service, case: Case, steps: list[Step]
) -> Fraction:
    """What is left when the worker resigns, by the rules on that."""
    if case.facts.get("ended_by") != "worker":
        return amount
    for ground in shares:
        values, name = ground.values, ground.rule.id
        if not ground.sure:
            steps.append(step("rule_depends", name))
        full, nothing = values.get("resign_full_from"), values.get("resign_nothing_below")
        if values.get("full") or (isinstance(full, Duration) and service.reaches(full)):
            steps.append(step("resign_full", name))
            return amount
        tier = _tier(values.get("resign_shares", ()), service)
        if tier is not None:
            steps.append(step("resign_share", name, share=tier["share"]))
            return amount * Fraction(tier["share"])
        if "resign_shares" in values or isinstance(nothing, Duration):
            steps.append(step("resign_nothing", name))
            return Fraction(0)
    return amount


def _tier(tiers: tuple[dict[str, Any], ...], service: Span) -> dict[str, Any] | None:
    """The tier in which the whole service lies: from `from` (included) to `to` (not included)."""
    for tier in tiers:
        low, high = tier.get("from"), tier.get("to")
        if (low is None or service.reaches(low)) and (high is None or not service.reaches(high)):
            return tier
    return None


def _within(tier: Mapping[str, Any], years: Fraction) -> Fraction:
    """How much of the service lies in a band."""
    low = _years_of(tier["from"]) if "from" in tier else Fraction(0)
    high = _years_of(tier["to"]) if "to" in tier else years
    return max(Fraction(0), min(years, high) - low)


def _years_of(length: Duration) -> Fraction:
    return Fraction(length.amount) / _A_YEAR[length.unit]


def _age(case: Case) -> int | None:
    """The worker's age on the last day, in years."""
    told = case.facts.get("age")
    return None if told is None else int(str(told).partition(" ")[0])


def _of_age(band: Mapping[str, Any], age: int) -> bool:
    low, high = band.get("from"), band.get("to")
    return (low is None or age >= low.amount) and (high is None or age < high.amount)


def _number(years: Fraction) -> Decimal:
    return (Decimal(years.numerator) / Decimal(years.denominator)).quantize(Decimal("0.0001")).normalize()
