"""What the law says of a case: lookup, protection map, calculators. As the commands' `--json`."""

from __future__ import annotations

from typing import Any

from bot.answers.answer import answer_json
from bot.answers.asked import asked_map, lookup_answer
from bot.answers.calculators import CALCULATORS, calculate
from bot.answers.calculators.shared import Calculator
from bot.answers.options import LOOKUP, MAP, Told
from bot.answers.protection import map_json
from bot.desk.api.operations import PREFIX, Operation
from bot.rules.lawbase import LawReader


def _lookup(reader: LawReader, told: Told) -> dict[str, Any]:
    return answer_json(lookup_answer(reader, told))


def _map(reader: LawReader, told: Told) -> dict[str, Any]:
    return map_json(asked_map(reader, told), told.language)


def _calculators(reader: LawReader, told: Told) -> dict[str, Any]:
    return {
        "version": reader.version,
        "calculators": [
            {
                "name": each.name,
                "does": each.help,
                "url": f"{PREFIX}/calc/{each.name}",
                "parameters": [
                    {
                        "name": option.name,
                        "is": option.kind,
                        "required": option.required,
                        "repeatable": option.many,
                        "default": option.default,
                        "help": option.help,
                    }
                    for option in each.options
                ],
            }
            for each in CALCULATORS.values()
        ],
    }


_SCHEMAS = {"totalization": "Totalization", "refund": "Refund"}


def _calculator(calculator: Calculator) -> Operation:
    def work_out(reader: LawReader, told: Told) -> dict[str, Any]:
        return calculate(reader, calculator, told)

    return Operation(
        name=f"calc_{calculator.name.replace('-', '_')}",
        path=f"/calc/{calculator.name}",
        summary=calculator.help,
        answer=work_out,
        schema=_SCHEMAS.get(calculator.name, "Calculation"),
        options=calculator.options,
    )


OPERATIONS = (
    Operation("lookup", "/lookup", "What the rules say for a case.", _lookup, "Lookup", LOOKUP),
    Operation("map", "/map", "The protection map of a case: nine branches, five columns.", _map, "Map", MAP),
    Operation("calculators", "/calc", "The calculators, and what each is told.", _calculators, "Calculators"),
    *map(_calculator, CALCULATORS.values()),
)
