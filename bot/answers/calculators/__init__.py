"""The calculators as whoever asks sees them: what each is told, and its result in words with its steps.

The reckoning itself stands in `bot/rules/calculators`. The command line, the API and the desk's forms all
go through `calculate`, so they give the same numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.answers.calculation import steps_json
from bot.answers.calculators import benefits, borders, work
from bot.answers.calculators.shared import Calculator
from bot.answers.options import Told
from bot.answers.translations import check_language, translator

if TYPE_CHECKING:
    from bot.rules.lawbase import LawReader

CALCULATORS: dict[str, Calculator] = {
    each.name: each for each in (*borders.CALCULATORS, *work.CALCULATORS, *benefits.CALCULATORS)
}


def find_calculator(name: str) -> Calculator | None:
    """The calculator of that name, written with hyphens or underscores."""
    return CALCULATORS.get(name.replace("_", "-"))


def calculate(reader: LawReader, calculator: Calculator, told: Told) -> dict[str, Any]:
    """What a calculator comes to, its steps in words and the rules that it rests on, as plain JSON.

    Raises CaseError for what makes no sense.
    """
    t = translator(check_language(told.language))
    body, steps = calculator.work_out(reader, told, t)
    return {**body, "steps": steps_json(steps, t)}
