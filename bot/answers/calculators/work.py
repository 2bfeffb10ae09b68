"""What an employer owes: end-of-service pay, wages, overtime, notice, leave; and until when to claim it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.answers.calculators.shared import (
    DAY_PAY,
    OF_CASE,
    OF_JOB,
    SAID,
    WAGE,
    Calculator,
    Worked,
    amounts,
    case_of,
    in_words,
    pay_of,
    service_of,
    text,
)
from bot.answers.options import Option, Told, money, number
from bot.answers.translations import Translator
from bot.rules.case import check_topic
from bot.rules.errors import CaseError
from bot.rules.vocabulary import TOPICS

if TYPE_CHECKING:
    from bot.rules.lawbase import LawReader


def _end_of_service(reader: LawReader, told: Told, t: Translator) -> Worked:
    from bot.rules.calculators.end_of_service import end_of_service

    service, pay, case = service_of(told), pay_of(told), case_of(reader, told)
    found = end_of_service(reader, case, service, pay)
    parts = (
        (each.ground, {"outcome": each.outcome, "amount": text(each.amount), "certain": each.certain})
        for each in found.parts
    )
    return in_words(reader, case, "end_of_service", parts, t), found.steps


def _wages(reader: LawReader, told: Told, t: Translator) -> Worked:
    from bot.rules.calculators.wages import unpaid_wages

    pay, case = pay_of(told), case_of(reader, told)
    found = unpaid_wages(
        reader, case, pay, months=number(told.need("months")), days=number(told.need("days")),
        received=number(told.need("received")),
    )  # fmt: skip
    return in_words(reader, case, "wages", amounts(found.found), t), found.steps


def _overtime(reader: LawReader, told: Told, t: Translator) -> Worked:
    from bot.rules.calculators.wages import OVERTIME, overtime

    pay, case = pay_of(told), case_of(reader, told)
    hour_pay = told.get("hour_pay")
    hour = None if hour_pay is None else money(hour_pay).amount
    found = overtime(reader, case, pay, {kind: number(told.need(kind)) for kind in OVERTIME}, hour)
    return in_words(reader, case, "overtime", amounts(found.found), t), found.steps


def _notice(reader: LawReader, told: Told, t: Translator) -> Worked:
    from bot.rules.calculators.wages import notice

    service, pay, case = service_of(told), pay_of(told), case_of(reader, told)
    found = notice(reader, case, service, pay, told.day("given"), told.day("end"))
    parts = (
        (
            each.ground,
            {
                "length": each.length.to_json() if each.length else None,
                "until": text(each.until),
                "amount": text(each.amount),
                "certain": each.certain,
            },
        )
        for each in found.found
    )
    return in_words(reader, case, "termination", parts, t), found.steps


def _leave(reader: LawReader, told: Told, t: Translator) -> Worked:
    from bot.rules.calculators.wages import unused_leave

    service, pay, case = service_of(told), pay_of(told), case_of(reader, told)
    found = unused_leave(reader, case, service, pay, number(told.need("taken")))
    parts = (
        (
            each.ground,
            {
                "days": None if each.length is None else str(each.length.amount),
                "amount": text(each.amount),
                "certain": each.certain,
            },
        )
        for each in found.found
    )
    return in_words(reader, case, "annual_leave", parts, t), found.steps


def _deadline(reader: LawReader, told: Told, t: Translator) -> Worked:
    from bot.rules.calculators.deadlines import deadlines

    since, topic = told.day("since"), check_topic(told.need("topic"))
    assert since is not None
    case = case_of(reader, told)
    found = deadlines(reader, case, topic, since, _starts(reader, told))
    parts = (
        (
            each.ground,
            {"limit": each.limit, "length": each.length.to_json(), "last_day": text(each.last_day)},
        )
        for each in found.found
    )
    return in_words(reader, case, topic, parts, t), found.steps


def _starts(reader: LawReader, told: Told) -> tuple[str, ...] | None:
    """What the day is that was told; None: nobody said it. Raises CaseError."""
    from bot.rules.calculators.deadlines import START_TERMS

    found, known = told.many("starts"), reader.catalogue.terms.get(START_TERMS, {})
    strange = sorted(set(found) - set(known))
    if strange:
        raise CaseError(f"{strange[0]!r} is no start of a time limit. Use {', '.join(known)}.")
    return found or None


def _count(name: str, help_: str, default: str = "0") -> Option:
    return Option(name, "number", help_, default=default)


CALCULATORS = (
    Calculator(
        "end-of-service",
        "End-of-service pay: gratuity, severance or seniority pay.",
        "end-of-service --to SA --wage 'SAR 3000' --start 2016-03-01 --end 2026-10-31 --ended-by worker",
        (*OF_CASE, *OF_JOB, *SAID),
        _end_of_service,
    ),
    Calculator(
        "wages",
        "Unpaid wages.",
        "wages --to QA --wage 'QAR 1500' --months 3 --received 500",
        (
            *OF_CASE, WAGE, _count("months", "Months without pay."),
            _count("days", "Further days without pay."), _count("received", "What was paid of it."), DAY_PAY,
            *SAID,
        ),
        _wages,
    ),
    Calculator(
        "overtime",
        "Pay for overtime, nights, rest days and holidays.",
        "overtime --to QA --wage 'QAR 1500' --hours 20 --hour-pay 'QAR 7.21'",
        (
            *OF_CASE, WAGE, _count("hours", "Hours of overtime."), _count("night_hours", "Hours at night."),
            _count("rest_day_hours", "Hours on rest days."),
            _count("holiday_hours", "Hours on public holidays."),
            Option("hour_pay", "money", "The normal pay of an hour."), *SAID,
        ),
        _overtime,
    ),
    Calculator(
        "notice",
        "The notice that is due, its last day, and its pay.",
        "notice --to AE --wage 'AED 2000' --start 2022-05-01 --ended-by employer --given 2026-11-01",
        (
            *OF_CASE, *OF_JOB, Option("given", "day", "The day on which notice is or was given."), *SAID,
        ),
        _notice,
    ),
    Calculator(
        "leave",
        "Paid leave that was earned and not taken.",
        "leave --to SA --wage 'SAR 3000' --start 2024-03-01 --end 2026-10-31 --taken 21",
        (*OF_CASE, *OF_JOB, _count("taken", "Days of leave that were taken."), *SAID),
        _leave,
    ),
    Calculator(
        "deadline",
        "Until when one can claim.",
        "deadline --to QA --topic wages --since 2026-03-31",
        (
            *OF_CASE,
            Option("topic", "topic", "What the claim is about.", default="wages", choices=TOPICS),
            Option(
                "since", "day", "The day from which the time runs.", required=True, example="2026-03-31"
            ),
            Option(
                "starts", "start", "What that day is, as rules name it (dismissal, told...): only those "
                "that count from it. Twice, for a rule that names two.", many=True, example="dismissal",
            ),
            *SAID,
        ),
        _deadline,
    ),
)  # fmt: skip
