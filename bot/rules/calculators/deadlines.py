"""Until when one can claim: the last day by each rule on deadlines, counted from a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from bot.rules.calculators.grounds import Ground, grounds
from bot.rules.calculators.steps import Step, step
from bot.rules.case import Case
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawReader
from bot.rules.model import Rule
from bot.rules.units import Duration

TYPE = "claim_deadline"
# The limits that a rule on deadlines may name, each counted from the same day.
_LIMITS = ("limit", "limit_if_wilful", "small_claims", "employer_first", "court_in_total")


_STARTS = ("counted_from", "or_from")  # the values that say from what day it counts
START_TERMS = "claim_start"  # the vocabulary of these values
# What the one day is that somebody names who is asked when it happened, "for pay: the day it was due; after
# the job: your last day". A complaint may be about anything.
_AFTER_THE_JOB = ("job_end", "dismissal")
_MEANT = {
    **dict.fromkeys(("wages", "minimum_wage", "overtime", "deductions"), ("due_day",)),
    **dict.fromkeys(("end_of_service", "annual_leave", "termination"), _AFTER_THE_JOB),
    "complaint": (),
}
_HAPPENED = ("event", "accident", "event_or_contract_end")


@dataclass(frozen=True)
class Deadline:
    """One limit of one rule.

    `last_day` is None when it cannot be counted: in working days, or as it runs from another day
    (`elsewhere`) than the one that was named.
    """

    ground: Ground
    limit: str  # the value of the rule that names it
    length: Duration
    last_day: date | None
    elsewhere: bool = False

    def days_left(self, today: date) -> int | None:
        """How many days are left; negative when it is over."""
        return None if self.last_day is None else (self.last_day - today).days


@dataclass
class Deadlines:
    """All limits, the nearest first, with the steps that led to them."""

    found: list[Deadline] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def starts_of(rule: Rule) -> tuple[str, ...]:
    """What a rule on deadlines counts from: the day owed, the end of the job... Empty: it does not say."""
    return tuple(str(rule.values[name]) for name in _STARTS if name in rule.values)


def deadlines(
    reader: LawReader, case: Case, topic: str, since: date, starts: tuple[str, ...] | None = None
) -> Deadlines:
    """The last day to claim on a topic, counted from `since`.

    `starts`: what that day is, as rules name it (`starts_of`); the rules that count from another day are
    left out. None: it is the one day that somebody named who was asked for one. Where the rules count
    from several days, it counts for those alone whose day such a question means.

    Raises CaseError for a day after today.
    """
    if since > case.today:
        raise CaseError(f"{since} is still to come. Write the day on which it happened.")
    result = Deadlines()
    rules = [
        each
        for each in grounds(reader, case, (TYPE,), [topic])
        if starts is None or set(starts_of(each.rule)) == set(starts)
    ]
    if not rules:
        result.steps.append(step("no_rule_on_deadline", country=case.destination))
    counted = _counted(rules, topic) if starts is None else rules
    for ground in rules:
        result.found += _limits(ground, since if ground in counted else None)
    result.found.sort(key=lambda each: (each.last_day or date.max, each.ground.rule.id))
    terms = reader.catalogue.terms.get(START_TERMS, {})
    for each in result.found:
        result.steps += _steps(each, case, terms)
    return result


def _counted(rules: Sequence[Ground], topic: str) -> list[Ground]:
    """Those that count from the one day that was named: all, where they count from the same day."""
    if len({starts_of(each.rule) for each in rules} - {()}) < 2:
        return list(rules)
    meant = _MEANT.get(topic, _HAPPENED)
    return [each for each in rules if set(starts_of(each.rule)) <= set(meant)]


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


def _limits(ground: Ground, since: date | None) -> Iterator[Deadline]:
    """`since`: None where it is not the day from which the rule counts."""
    for name in _LIMITS:
        length = ground.values.get(name)
        if isinstance(length, Duration):
            last = None if since is None else after(since, length)
            if last is not None and ground.values.get("one_day_less"):
                last -= timedelta(days=1)
            yield Deadline(ground, name, length, last, elsewhere=since is None)


def _steps(each: Deadline, case: Case, terms: Mapping[str, object]) -> Iterator[Step]:
    name = each.ground.rule.id
    yield step(f"deadline_{each.limit}", name, length=each.length)
    if each.elsewhere:
        yield from _from_elsewhere(each.ground.rule, terms)
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


def _from_elsewhere(rule: Rule, terms: Mapping[str, object]) -> Iterator[Step]:
    """From which day the time of a rule runs."""
    said = [str(terms[each]) for each in starts_of(rule)]
    yield step("time_starts", rule.id, counted_from=said[0])
    for other in said[1:]:
        yield step("time_starts_or", rule.id, or_from=other)
