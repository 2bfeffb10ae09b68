"""What the calculators share: their declaration, what all are told, and the rules in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.answers.options import (
    DESTINATION,
    FACTS,
    LANGUAGE,
    ON,
    ORIGIN,
    PRIVATE_HOUSEHOLD,
    SECTOR,
    STATUS,
    Option,
    Told,
    facts_told,
    money,
    needed,
)
from bot.answers.translations import Translator
from bot.rules.case import Case, make_case

if TYPE_CHECKING:
    from bot.rules.calculators.grounds import Ground
    from bot.rules.calculators.service import Pay, Service
    from bot.rules.calculators.steps import Step
    from bot.rules.lawbase import LawReader
    from bot.rules.units import Money

# The result as JSON, without the steps; and the steps.
Worked = tuple[dict[str, Any], Iterable["Step"]]
# Something that a calculator came to, by the rule that it rests on.
Part = tuple["Ground | None", dict[str, Any]]


@dataclass(frozen=True)
class Calculator:
    """One calculator. `work_out` raises CaseError for what makes no sense."""

    name: str  # `end-of-service`
    help: str
    example: str  # a command line that works
    options: tuple[Option, ...]
    work_out: Callable[[LawReader, Told, Translator], Worked]


WAGE = Option(
    "wage", "money", "A month's pay, such as 'QAR 1500'; the basic wage where the rule counts that.",
    required=True, example="QAR 1500",
)  # fmt: skip
DAY_PAY = Option("day_pay", "money", "A day's pay, if you know how it is counted.")
OF_CASE = (
    needed(DESTINATION), ORIGIN, SECTOR, STATUS, PRIVATE_HOUSEHOLD,
    Option("ended_by", "who", "Who ended the job: worker, employer or expiry."),
    FACTS,
)  # fmt: skip
OF_JOB = (
    WAGE,
    Option("start", "day", "First day of work.", required=True, example="2020-01-31"),
    Option("end", "day", "Last day of work; today without it."),
    DAY_PAY,
    Option("week_pay", "money", "A week's pay, if you know it."),
)
SAID = (ON, LANGUAGE)


def case_of(reader: LawReader, told: Told) -> Case:
    """The case of a job: the law of the day on which it ended. Raises CaseError."""
    on = told.day("on") or told.day("end") or told.today
    known = reader.catalogue.facts
    facts = facts_told(told.many("fact"), known)
    if told.get("ended_by"):
        facts |= facts_told((f"ended_by={told.get('ended_by')}",), known)
    return make_case(
        today=max(on, told.today), on=on, destination=told.get("to"), origin=told.get("from"),
        sector=told.get("sector"), status=told.get("status"),
        private_household=told.get("private_household"), facts=facts,
    )  # fmt: skip


def service_of(told: Told) -> Service:
    """From the first to the last day of work. Raises CaseError."""
    from bot.rules.calculators.service import make_service

    first = told.day("start")
    assert first is not None
    return make_service(first, told.day("end") or told.day("on") or told.today)


def pay_of(told: Told) -> Pay:
    """The wage, and the pay of a day or a week where they are told. Raises CaseError."""
    from bot.rules.calculators.service import make_pay

    day, week = (told.get(name) for name in ("day_pay", "week_pay"))
    return make_pay(
        money(told.need("wage")),
        None if day is None else money(day),
        None if week is None else money(week),
    )


def in_words(
    reader: LawReader, case: Case, topic: str, parts: Iterable[Part], t: Translator
) -> dict[str, Any]:
    """What a calculator came to as JSON, with the rules in words, each once."""
    from bot.answers.answer import statement_json
    from bot.answers.statements import Speaker
    from bot.rules.lookup import look_up

    speaker = Speaker(look_up(reader, case, [topic]), t)
    results = list(parts)
    grounds = {ground.rule.id: ground for ground, _ in results if ground is not None}
    return {
        "version": reader.version,
        "case": case.to_json(),
        "results": [{"rule": ground.rule.id if ground else None, **values} for ground, values in results],
        "rules": [statement_json(speaker.statement(ground.result)) for ground in grounds.values()],
    }


def amounts(found: Iterable[Any]) -> Iterator[Part]:
    """What came to a sum of money."""
    for each in found:
        yield each.ground, {"amount": text(each.amount), "certain": each.certain}


def text(value: object) -> str | None:
    """As text; None stays None."""
    return None if value is None else str(value)


def day_text(value: date | None) -> str | None:
    """As 2023-05-01; None stays None."""
    return None if value is None else value.isoformat()


def money_text(value: Money | None) -> str | None:
    """As `QAR 1500`; None stays None."""
    return None if value is None else f"{value.currency} {value.amount}"
