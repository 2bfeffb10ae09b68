"""Until when one can claim: the last day by each rule on deadlines, counted from a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from bot.rules.calculators.grounds import Ground, grounds
from bot.rules.calculators.steps import Step, step
from bot.rules.case import Case
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawReader
from bot.rules.units import Duration

TYPE = "claim_deadline"
# The limits that a rule on deadlines may name, each counted from the same day.
_LIMITS = ("limit", "limit_if_wilful", "small_claims", "employer_first", "court_in_total")


@dataclass(frozen=True)
class Deadline:
    """One limit of one rule. `last_day` is None when it cannot be counted (in working days)."""

    ground: Ground
    limit: str  # the value of the rule that names it
    length: Duration
    last_day: date | None

    def days_left(self, today: date) -> int | None:
        """How many days are left; negative when it is over."""
        return None if self.last_day is None else (self.last_day - today).days


@dataclass
class Deadlines:
    """All limits, the nearest first, with the steps that led to them."""

    found: list[Deadline] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def deadlines(reader: LawReader, case: Case, topic: str, since: date) -> Deadlines:
    """The last day to claim on a topic, counted from `since`, the day from which the rule counts.

    Each rule says from when it counts (its `counted_from`): the day owed, the end of the job, the
    accident... Raises CaseError for a day after today.
    """
    if since > case.today:
        raise CaseError(f"{since} is still to come. Write the day on which it happened.")
    result = Deadlines()
    rules = grounds(reader, case, (TYPE,), [topic])
    if not rules:
        result.steps.append(step("no_rule_on_deadline", country=case.destination))
    for ground in rules:
        if topic in ground.rule.topics:
            result.found += _limits(ground, since)
    result.found.sort(key=lambda each: (each.last_day or date.max, each.ground.rule.id))
    for each in result.found:
        result.steps += _steps(each, case)
    return result


def after(day: date, length: Duration) -> date | None:
    """The day whose date answers to a length of time after another; None in working days or hours.

    Raises CaseError for a day that no calendar has.
    """
    amount = int(length.amount)
    if amount != length.amount or length.unit not in ("day", "week", "month", "year"):
        return None
    try:
        if length.unit in ("day", "week"):
            return day + timedelta(days=amount * (7 if length.unit == "week" else 1))
        return day + relativedelta(**{f"{length.unit}s": amount})
    except (OverflowError, ValueError):
        raise CaseError(f"{day} is too far ahead to count from. Write the day as 2026-05-01.") from None


def _limits(ground: Ground, since: date) -> Iterator[Deadline]:
    for name in _LIMITS:
        length = ground.values.get(name)
        if isinstance(length, Duration):
            last = after(since, length)
            if last is not None and ground.values.get("one_day_less"):
                last -= timedelta(days=1)
            yield Deadline(ground, name, length, last)


def _steps(each: Deadline, case: Case) -> Iterator[Step]:
    name = each.ground.rule.id
    yield step(f"deadline_{each.limit}", name, length=each.length)
    if each.last_day is None:
        yield step("not_counted", name)
        return
    yield step("last_day", name, date=each.last_day)
    left = each.days_left(case.today)
    assert left is not None
    yield step("days_left", name, left=left) if left >= 0 else step("deadline_over", name)
    if left < 0 and each.ground.values.get("late_with_reason"):
        yield step("late_with_reason", name)
    if not each.ground.sure:
        yield step("rule_depends", name)
