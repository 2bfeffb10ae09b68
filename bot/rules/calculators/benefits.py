"""What insurances and funds pay: income while ill, hurt, on maternity leave or out of work; single sums.

Each rule of the case is worked out by its own values. A month has thirty days here, which is said and
makes the result not certain; so does everything that a rule leaves open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bot.rules.calculators.grounds import Ground, grounds, home_grounds
from bot.rules.calculators.service import DAYS_OF_MONTH, WEEK, Pay, rounded
from bot.rules.calculators.steps import Step, step
from bot.rules.case import Case
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawReader
from bot.rules.units import Duration, Money

# Which rules say what replaces the income in a branch.
BRANCH_TYPES = {
    "sickness": ("sick_leave", "insurance_benefit"),
    "maternity": ("maternity_leave", "insurance_benefit"),
    "employment_injury": ("work_injury_benefits", "insurance_benefit"),
    "unemployment": ("unemployment_benefit", "insurance_benefit"),
}
_SUMS = ("sums", "minimum_sums", "max_sums")
BOUNDS = ("exact", "least", "most")  # how a sum is meant, in the same order
_WAGES = {"death_wages": "death", "total_disability_wages": "total_disability"}
# Values that limit a benefit, or ask for more, in ways that are not worked out here.
_LIMITING = frozenset(
    ("band_limit", "ceiling_low", "ceiling_applies", "ceiling_of_minimum_wage", "floor_of_minimum_wage",
     "by_service", "pay_by_service", "monthly_leave", "starter_leave", "starter_period", "starter_work",
     "first_days_percent", "min_service", "pay_min_service", "min_contributions", "insurance_min_time",
     "in_last", "not_if", "left_out", "min_illness", "percent_net", "insurance_net_max")
)  # fmt: skip
_DAYS_OF = {"day": 1, "week": WEEK, "month": DAYS_OF_MONTH, "year": 365}
_LIMITS = {
    "death_wages": ("death_min", "death_max"),
    "total_disability_wages": ("disability_min", "disability_max"),
}


@dataclass(frozen=True)
class Benefit:
    """What one rule comes to."""

    ground: Ground
    amount: Money | None
    certain: bool
    event: str | None = None
    bound: str = "exact"  # one of BOUNDS


@dataclass
class Benefits:
    """All of them, with the steps that led to them."""

    found: list[Benefit] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def income(reader: LawReader, case: Case, branch: str, pay: Pay, days: int) -> Benefits:
    """What the rules of the country of work pay for some days without work, in one branch.

    Raises CaseError for a branch that replaces no income, or for no days.
    """
    if branch not in BRANCH_TYPES:
        raise CaseError(f"{branch} replaces no income. Use {', '.join(BRANCH_TYPES)}.")
    if days <= 0:
        raise CaseError("Say for how many days: --days 20.")
    result = Benefits()
    for ground in grounds(reader, case, BRANCH_TYPES[branch], [branch]):
        if ground.rule.type == "insurance_benefit" and branch not in ground.values.get("benefits", ()):
            continue
        worked = _Income(ground, pay.reckoned_by(ground.values), days, result.steps)
        amount = worked.amount()
        if amount is None:
            result.steps.append(step("benefit_not_computed", ground.rule.id))
            result.found.append(Benefit(ground, None, certain=False))
            continue
        money = pay.money(rounded(amount))
        result.steps.append(step("due", ground.rule.id, amount=money))
        if not ground.sure:
            result.steps.append(step("rule_depends", ground.rule.id))
        result.found.append(Benefit(ground, money, worked.certain and ground.sure))
    if not result.found:
        result.steps.append(step("no_rule_on_benefit", country=case.destination))
    return result


class _Income:
    """One rule's benefit for some days."""

    def __init__(self, ground: Ground, pay: Pay, days: int, steps: list[Step]) -> None:
        self._values, self._pay, self._name = ground.values, pay, ground.rule.id
        self._steps = steps
        self.certain = True
        self._left = days

    def amount(self) -> Fraction | None:
        """The sum, or None when the values do not say enough."""
        self._wait()
        ways = (self._by_steps, self._by_percent, self._flat)
        found = next((amount for way in ways if (amount := way()) is not None), None)
        if found is not None and _LIMITING & set(self._values):
            self.certain = False
            self._say("benefit_limited")
        return found

    def _wait(self) -> None:
        waiting = self._values.get("waiting")
        if isinstance(waiting, Duration):
            days = min(self._left, self._days(waiting))
            self._left -= days
            self._say("benefit_waiting", days=days)

    def _by_steps(self) -> Fraction | None:
        """Each stretch of days at its own percent, then the percent of the rest."""
        steps = self._values.get("steps")
        if not steps:
            return None
        total = Fraction(0)
        for part in steps:
            total += self._stretch(min(self._left, self._days(part["length"])), part["percent"])
        rest = self._values.get("rest_percent") or self._values.get("then_percent")
        if rest is not None:
            total += self._stretch(self._left, rest)
        elif self._left:
            self._say("benefit_ends", days=self._left)
        return total

    def _by_percent(self) -> Fraction | None:
        """One percent of the pay, for as long as the rule pays."""
        values = self._values
        names = ("percent", "insurance_percent", "daily_percent")
        percent = next((values[name] for name in names if name in values), None)
        if percent is None and (values.get("full_pay") or "paid_leave" in values):
            percent = Fraction(100)
            self.certain = self.certain and bool(values.get("full_pay"))
        if percent is None:
            return None
        most = next(
            (values[name] for name in ("paid", "paid_leave", "insurance_max", "max_duration", "leave")
             if isinstance(values.get(name), Duration)),
            None,
        )  # fmt: skip
        days = self._left if most is None else min(self._left, self._days(most))
        if days < self._left:
            self._say("benefit_ends", days=self._left - days)
        return self._between(self._stretch(days, percent), days)

    def _between(self, amount: Fraction, days: int) -> Fraction:
        """Held between the floor and the ceilings of the rule."""
        for name, over in (("ceiling", True), ("ceiling_high", True), ("weekly_max", True), ("floor", False)):
            limit = self._values.get(name)
            if not isinstance(limit, Money) or limit.per not in _DAYS_OF:
                continue
            if limit.currency != self._pay.currency:
                self.certain = False
                self._say("limit_in_other_money", amount=limit)
                continue
            most = Fraction(limit.amount) * days / _DAYS_OF[limit.per]
            if (amount > most) == over and amount != most:
                amount = most
                self._say("benefit_ceiling" if over else "benefit_floor", amount=limit)
        return amount

    def _flat(self) -> Fraction | None:
        """A sum in money, once or by the month."""
        once, monthly = self._values.get("amount"), self._values.get("monthly")
        if isinstance(once, Money) and once.currency == self._pay.currency:
            self._say("benefit_flat", amount=once)
            return Fraction(once.amount)
        if isinstance(monthly, Money) and monthly.currency == self._pay.currency and monthly.per == "month":
            self._say("benefit_flat", amount=monthly)
            self.certain = self.certain and self._left % DAYS_OF_MONTH == 0
            return Fraction(monthly.amount) * self._left / DAYS_OF_MONTH
        return None

    def _stretch(self, days: int, percent: Any) -> Fraction:
        if not days:
            return Fraction(0)
        one = self._pay.of(_DAY)
        assert one is not None
        if not self._pay.day_is_known:
            self.certain = False
            if not any(each.name == "day_by_thirty" and each.ground == self._name for each in self._steps):
                self._say("day_by_thirty")
        self._left -= days
        part = one * days * Fraction(percent) / 100
        self._say("benefit_stretch", days=days, percent=percent, amount=self._pay.money(rounded(part)))
        return part

    def _days(self, length: Duration) -> int:
        if length.unit in ("day", "working_day"):
            self.certain = self.certain and length.unit == "day"
            return int(length.amount)
        if length.unit == "week":
            return int(length.amount * WEEK)
        self.certain = False  # calendar months differ
        return int(length.amount * DAYS_OF_MONTH * (12 if length.unit == "year" else 1))

    def _say(self, name: str, **values: object) -> None:
        self._steps.append(step(name, self._name, **values))


_DAY = Duration(Decimal(1), "day")


def sums(reader: LawReader, case: Case, event: str | None, pay: Pay | None) -> Benefits:
    """The single sums that funds and insurances pay: of the country of work, and of the home country.

    `event`: one of the vocabulary `event` (death, disability, injury...), None for all. `pay`: for sums
    that are so many months' wages; they are left out without it. Raises CaseError for an unknown event.
    """
    known = reader.catalogue.terms["event"]
    if event is not None and event not in known:
        raise CaseError(f"{event} is no event. Use {', '.join(sorted(known))}.")
    result = Benefits()
    topics = [
        "employment_injury", "survivors", "invalidity", "welfare_fund", "voluntary_insurance", "death_abroad",
    ]  # fmt: skip
    types = ("lump_sums", "work_injury_benefits")
    for ground in (*grounds(reader, case, types, topics), *home_grounds(reader, case, types, topics)):
        result.found += (found for found in _sums(ground, pay) if _of_event(found.event or "", event))
    for each in result.found:
        assert each.amount is not None and each.event is not None
        result.steps.append(
            step(f"sum_{each.bound}", each.ground.rule.id, event=known[each.event], amount=each.amount)
        )
        if not each.certain:
            result.steps.append(step("rule_depends", each.ground.rule.id))
    if not result.found:
        result.steps.append(step("no_rule_on_sums"))
    return result


def _of_event(mine: str, asked: str | None) -> bool:
    return asked is None or mine == asked or mine.startswith(f"{asked}_")


def _sums(ground: Ground, pay: Pay | None) -> Iterator[Benefit]:
    values = ground.values
    for name, bound in zip(_SUMS, BOUNDS, strict=True):
        for item in values.get(name, ()):
            yield Benefit(ground, item["amount"], ground.sure, item["event"], bound)
    for item in values.get("case_sums", ()):
        for event in item["events"]:
            yield Benefit(ground, item["amount"], ground.sure, event)
    if "total" in values:
        for event in values.get("total_events", ()):
            yield Benefit(ground, values["total"], ground.sure, event, "most")
    if pay is not None:
        yield from _wage_sums(ground, pay)


def _wage_sums(ground: Ground, pay: Pay) -> Iterator[Benefit]:
    """Sums of so many months' wages, within the limits that the rule sets in the same money."""
    for name, event in _WAGES.items():
        length = ground.values.get(name)
        if not isinstance(length, Duration):
            continue
        reckoned = pay.reckoned_by(ground.values)
        worth = reckoned.of(length)
        if worth is None:
            continue
        limits = [ground.values.get(limit) for limit in _LIMITS[name]]
        amount = _within(pay.money(rounded(worth)), *limits)
        other = any(isinstance(each, Money) and each.currency != pay.currency for each in limits)
        yield Benefit(ground, amount, ground.sure and reckoned.known(length.unit) and not other, event)


def _within(amount: Money, low: object, high: object) -> Money:
    if isinstance(low, Money) and low.currency == amount.currency and amount.amount < low.amount:
        return low
    if isinstance(high, Money) and high.currency == amount.currency and amount.amount > high.amount:
        return high
    return amount
