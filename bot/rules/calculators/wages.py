"""What the employer owes for work done: unpaid wages, overtime, notice, leave that was not taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bot.rules.calculators.deadlines import after
from bot.rules.calculators.grounds import Ground, grounds
from bot.rules.calculators.service import Pay, Service, rounded
from bot.rules.calculators.steps import Step, step
from bot.rules.case import Case, with_changes
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawReader
from bot.rules.units import Duration

# Which percent of a rule on overtime is for which hours.
OVERTIME = {
    "hours": "extra",
    "night_hours": "night_extra",
    "rest_day_hours": "rest_day_extra",
    "holiday_hours": "holiday_extra",
}


@dataclass(frozen=True)
class Claim:
    """What one rule (or none: plain arithmetic) comes to."""

    ground: Ground | None
    amount: Decimal | None = None
    length: Duration | None = None
    until: date | None = None
    certain: bool = True


@dataclass
class Claims:
    """All claims of one calculation, with the steps that led to them."""

    found: list[Claim] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def unpaid_wages(
    reader: LawReader, case: Case, pay: Pay, *, months: Decimal, days: Decimal = Decimal(0),
    received: Decimal = Decimal(0),
) -> Claims:  # fmt: skip
    """Months and odd days without pay, less what was received; with the rules on when pay is due.

    Raises CaseError for no time at all, or for more received than is owed.
    """
    if months < 0 or days < 0 or not (months or days):
        raise CaseError("Say for how long nothing was paid: --months 3, or --days 12.")
    result = Claims()
    result.steps.append(
        step(
            "months_of_pay", number=months, amount=pay.money(rounded(Fraction(pay.month) * Fraction(months)))
        )
    )
    total = Fraction(pay.month) * Fraction(months)
    if days:
        odd = pay.of(Duration(days, "day"))
        assert odd is not None
        if not pay.day_is_known:
            result.steps.append(step("day_by_thirty"))
        result.steps.append(step("days_of_pay", number=days, amount=pay.money(rounded(odd))))
        total += odd
    if received:
        if Fraction(received) > total:
            raise CaseError("More was received than is owed for this time. Check the figures.")
        result.steps.append(step("received", amount=pay.money(received)))
        total -= Fraction(received)
    due = rounded(total)
    result.steps.append(step("due", amount=pay.money(due)))
    result.found.append(Claim(None, due, certain=not days or pay.day_is_known))
    for ground in grounds(reader, case, ("wage_payment",), ["wages"]):
        result.found.append(Claim(ground))
        result.steps.append(step("see_rule", ground.rule.id))
    return result


def overtime(
    reader: LawReader, case: Case, pay: Pay, hours: Mapping[str, Decimal], hour: Decimal | None
) -> Claims:
    """Pay for hours of overtime, at night, on rest days and holidays (keys of OVERTIME).

    `hour`: the normal pay of an hour, where the person knows it; otherwise the month's pay is divided
    as the rule says. Without either nothing is computed. Raises CaseError for no hours.
    """
    if not any(hours.values()) or any(value < 0 for value in hours.values()):
        raise CaseError("Say how many hours: --hours 20.")
    result = Claims()
    found = grounds(reader, case, ("overtime",), ["overtime"])
    if not found:
        result.steps.append(step("no_rule_on_overtime", country=case.destination))
    for ground in found:
        result.found.append(_overtime(ground, pay, hours, hour, result.steps))
    return result


def _overtime(
    ground: Ground, pay: Pay, hours: Mapping[str, Decimal], hour: Decimal | None, steps: list[Step]
) -> Claim:
    values, name = ground.values, ground.rule.id
    one = Fraction(hour) if hour is not None else pay.reckoned_by(values).of(Duration(Decimal(1), "hour"))
    if one is None:
        steps.append(step("hour_unknown", name))
        return Claim(ground, certain=False)
    steps.append(step("hour_pay", name, amount=pay.money(rounded(one))))
    total, certain, paid = Fraction(0), ground.sure, False
    for kind, value in OVERTIME.items():
        count, extra = hours.get(kind, Decimal(0)), values.get(value)
        if not count:
            continue
        if extra is None and kind == "hours":
            extra = values.get("plus")  # so much of another wage on top: said by `rate_differs`
        if extra is None:
            steps.append(step("no_rate_for_these_hours", name, number=count))
            certain = False
            continue
        paid = True
        part = one * Fraction(count) * (100 + Fraction(extra)) / 100
        steps.append(step("hours_of_pay", name, number=count, percent=extra, amount=pay.money(rounded(part))))
        total += part
    if any(each in values for each in ("after_extra", "base", "plus")):
        steps.append(step("rate_differs", name))
        certain = False
    if not paid:
        steps.append(step("not_computed", name))
        return Claim(ground, certain=False)
    due = rounded(total)
    steps.append(step("due", name, amount=pay.money(due)))
    if not ground.sure:
        steps.append(step("rule_depends", name))
    return Claim(ground, due, certain=certain)


def notice(
    reader: LawReader, case: Case, service: Service, pay: Pay, given: date | None, ends: date | None = None
) -> Claims:
    """How long the notice is, its last day when it was given on a day, and the pay of that time.

    `ends`: the last day of work, where it is told: if the notice ends later, the pay is that of the days
    that are missing.
    """
    known = with_changes(case, facts={**case.facts, "service": str(service)})
    result = Claims()
    found = grounds(reader, known, ("notice",), ["termination"])
    lengths = [(ground, length) for ground in found if (length := _notice(ground.values, known, service))]
    if not lengths:
        result.steps.append(step("no_rule_on_notice", country=case.destination))
    for ground, length in lengths:
        name = ground.rule.id
        result.steps.append(step("notice", name, length=length))
        until = after(given, length) if given else None
        if until is not None and ground.values.get("day_counts"):
            until -= timedelta(days=1)
        if until is not None:
            result.steps.append(step("notice_until", name, date=until))
        reckoned = pay.reckoned_by(ground.values)
        worth = reckoned.of(length)
        amount = None if worth is None else rounded(worth)
        counted = reckoned.day_is_known or length.unit in ("month", "year")
        certain = ground.sure and counted
        if worth is not None and given and ends and until is not None and until > ends:
            whole = (until - given).days + int(bool(ground.values.get("day_counts")))
            missing = min((until - ends).days, whole)
            amount = rounded(worth * missing / whole)
            result.steps.append(step("notice_missing", name, days=missing))
        if amount is not None:
            if not counted:
                result.steps.append(step("day_by_thirty", name))
            result.steps.append(step("pay_of_notice", name, amount=pay.money(amount)))
        if not ground.sure:
            result.steps.append(step("rule_depends", name))
        result.found.append(Claim(ground, amount, length, until, certain))
    return result


def _notice(values: Mapping[str, Any], case: Case, service: Service) -> Duration | None:
    """The notice that holds for whoever ends the contract, after this service."""
    tiers = values.get("notice_tiers")
    if tiers:
        return next((tier["notice"] for tier in tiers if _holds(tier, service)), None)
    side = {"worker": "worker_notice", "employer": "employer_notice"}.get(case.facts.get("ended_by", ""))
    found = values.get(side) if side else None
    return found or values.get("notice") or values.get("min_notice")


def unused_leave(reader: LawReader, case: Case, service: Service, pay: Pay, taken: Decimal) -> Claims:
    """The paid leave that was earned and not taken, in days and in pay.

    Raises CaseError for less than no days taken.
    """
    if taken < 0:
        raise CaseError("Leave that was taken is zero or more days.")
    known = with_changes(case, facts={**case.facts, "service": str(service)})
    result = Claims()
    found = grounds(reader, known, ("annual_leave",), ["annual_leave"])
    if not found:
        result.steps.append(step("no_rule_on_leave", country=case.destination))
    for ground in found:
        result.found.append(_leave(ground, service, pay, taken, result.steps))
    return result


def _leave(ground: Ground, service: Service, pay: Pay, taken: Decimal, steps: list[Step]) -> Claim:
    values, name = ground.values, ground.rule.id
    rate = next((tier["per_year"] for tier in values.get("tiers", ()) if _holds(tier, service)), None)
    rate = rate or values.get("per_year")
    if not isinstance(rate, Duration) or rate.unit not in ("day", "working_day", "week"):
        steps.append(step("not_computed", name))
        return Claim(ground, certain=False)
    days_a_year = rate.amount * (7 if rate.unit == "week" else 1)
    earned = Fraction(days_a_year) * service.years
    left = max(Fraction(0), earned - Fraction(taken))
    steps.append(step("leave_rate", name, length=rate))
    steps.append(step("leave_earned", name, number=_days(earned), taken=taken, left=_days(left)))
    if values.get("tiers"):
        steps.append(step("leave_by_last_rate", name))
    reckoned = pay.reckoned_by(values)
    worth = reckoned.of(Duration(_days(left), "day"))
    assert worth is not None
    if not reckoned.day_is_known:
        steps.append(step("day_by_thirty", name))
    due = rounded(worth)
    steps.append(step("due", name, amount=pay.money(due)))
    if not ground.sure:
        steps.append(step("rule_depends", name))
    certain = ground.sure and reckoned.day_is_known and not values.get("tiers")
    return Claim(ground, due, Duration(_days(left), "day"), certain=certain)


def _days(amount: Fraction) -> Decimal:
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(Decimal("0.01"))


def _holds(tier: Mapping[str, Any], service: Service) -> bool:
    low, high = tier.get("from"), tier.get("to")
    return (low is None or service.reaches(low)) and (high is None or not service.reaches(high))
