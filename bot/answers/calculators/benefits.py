"""What insurances and funds pay: the pay for time without work, and single sums."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.answers.calculators.shared import (
    DAY_PAY,
    OF_CASE,
    SAID,
    WAGE,
    Calculator,
    Worked,
    case_of,
    in_words,
    money_text,
    pay_of,
)
from bot.answers.options import Option, Told, whole
from bot.answers.translations import Translator

if TYPE_CHECKING:
    from bot.rules.lawbase import LawReader

# The branches that pay in place of a wage; their rule types stand in bot/rules/calculators/benefits.py.
REPLACES_INCOME = ("sickness", "maternity", "employment_injury", "unemployment")


def _benefit(reader: LawReader, told: Told, t: Translator) -> Worked:
    from bot.rules.calculators.benefits import income

    pay, days, branch = pay_of(told), whole(told.need("days")), told.need("branch")
    case = case_of(reader, told)
    found = income(reader, case, branch, pay, days)
    parts = (
        (each.ground, {"amount": money_text(each.amount), "certain": each.certain}) for each in found.found
    )
    return in_words(reader, case, branch, parts, t), found.steps


def _sums(reader: LawReader, told: Told, t: Translator) -> Worked:
    from bot.rules.calculators.benefits import sums

    pay = pay_of(told) if told.get("wage") else None
    case = case_of(reader, told)
    found = sums(reader, case, told.get("event"), pay)
    parts = (
        (
            each.ground,
            {
                "event": each.event,
                "amount": money_text(each.amount),
                "bound": each.bound,
                "certain": each.certain,
            },
        )
        for each in found.found
    )
    return in_words(reader, case, "survivors", parts, t), found.steps


CALCULATORS = (
    Calculator(
        "benefit",
        "What is paid while you are ill, hurt, on maternity leave or out of work.",
        "benefit --to QA --branch sickness --wage 'QAR 1500' --days 30",
        (
            *OF_CASE,
            WAGE,
            Option(
                "branch", "branch", "sickness, maternity, employment_injury...", required=True,
                choices=REPLACES_INCOME, example="sickness",
            ),
            Option("days", "whole", "Days without work.", required=True, example="30"),
            DAY_PAY,
            *SAID,
        ),
        _benefit,
    ),
    Calculator(
        "sums",
        "Single sums that insurances and funds pay, there and at home: on death, disability, illness...",
        "sums --from NP --to QA --event death --wage 'QAR 1500'",
        (
            *OF_CASE,
            Option("event", "event", "death, disability, injury...; all without it."),
            replace(WAGE, help="A month's pay, for sums that are so many months of it.", required=False),
            *SAID,
        ),
        _sums,
    ),
)  # fmt: skip
