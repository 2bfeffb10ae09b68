"""The protection map in words: a table for the terminal, a text for a chat, JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.answers import formats, names
from bot.answers.answer import statement_json
from bot.answers.statements import Speaker, Statement
from bot.answers.translations import Translator, translator
from bot.rules.protection import COLUMNS, GAP, STATES, Cell, ProtectionMap
from bot.rules.treaties.statements import statement_key
from bot.rules.vocabulary import BRANCHES

COLUMN_NAMES = {
    "covered": "covered there",
    "equal_treatment": "treated like citizens",
    "totalization": "years added up",
    "export": "paid abroad",
    "fallback": "from your own country",
}
STATE_NAMES = {
    "yes": "yes",
    "unconfirmed": "not confirmed",
    "conditional": "under conditions",
    "no": "no",
    "absent": "no such insurance there",
    "gap": "nothing in our data",
}


def map_statements(found: ProtectionMap, t: Translator) -> list[Statement]:
    """What the treaties between the two countries give and do not give, each with its source."""
    speaker = Speaker(found, t)
    return [speaker.statement(result) for result in (*found.undertakings.values(), *found.effects)]


def map_json(found: ProtectionMap, language: str) -> dict[str, Any]:
    """The map as JSON: one object a cell, and what treaties say as in a lookup."""
    t = translator(language)
    return {
        "version": found.version,
        "case": found.case.to_json(),
        "cells": [_cell_json(cell, found) for cell in found.cells],
        "agreements": [agreement.id for agreement in found.derivation.agreements],
        "no_agreement_known": found.derivation.no_agreement is not None,
        "setbacks": [
            {"treaty": each.instrument, "reason": each.reason} for each in found.derivation.setbacks
        ],
        "statements": [statement_json(each) for each in map_statements(found, t)],
    }


def map_text(found: ProtectionMap, language: str) -> str:
    """The map for a chat: a line a column, the branches by what is known of them."""
    t = translator(language)
    lines = []
    for column in COLUMNS:
        parts = []
        for state in STATES:
            branches = [
                names.topic_name(branch, t)
                for branch in BRANCHES
                if found.cell(branch, column).state == state
            ]
            if branches:
                said = t.pgettext("map state", STATE_NAMES[state])
                parts.append(
                    t.gettext("{state}: {branches}", state=said, branches=formats.listing(branches, t))
                )
        name = t.pgettext("map column", COLUMN_NAMES[column])
        lines.append(f"{name[:1].upper()}{name[1:]}\n" + "\n".join(f"  • {part}" for part in parts))
    return "\n".join(lines)


def show_map(found: ProtectionMap, language: str, console: Console | None = None) -> None:
    """Prints the map as a table, and below it what the treaties give."""
    t, out = translator(language), console or Console(highlight=False)
    table = Table("", *(t.pgettext("map column", COLUMN_NAMES[column]) for column in COLUMNS))
    for branch in BRANCHES:
        states = (found.cell(branch, column).state for column in COLUMNS)
        table.add_row(
            names.topic_name(branch, t), *(t.pgettext("map state", STATE_NAMES[state]) for state in states)
        )
    out.print(table)
    for statement in map_statements(found, t):
        out.print(Padding(Text(f"• {statement.full_text()}"), (0, 0, 0, 2)))
        out.print(Padding(Text(f"{statement.source} [{statement.rule.id}]", style="dim"), (0, 0, 0, 4)))
    out.print(t.gettext("This is information, not legal advice."))


def _cell_json(cell: Cell, found: ProtectionMap) -> dict[str, Any]:
    return {
        "branch": cell.branch,
        "column": cell.column,
        "state": cell.state,
        "evidence": "seen" if cell.seen else (None if cell.state == GAP else "known"),
        "no_agreement": cell.no_agreement is not None,
        "left_out_by": [agreement.id for agreement in cell.left_out],
        "rules": [
            {"rule": result.rule.id, "applies": result.applies, "depends_on": list(result.depends_on)}
            for result in cell.rules
        ],
        "treaties": [
            {
                "treaty": each.instrument,
                "country": each.country,
                "principle": each.principle,
                "conditions": list(each.conditions),
                "confirmed": each.confirmed,
                "statement": found.undertakings[statement_key(each)].rule.id,
            }
            for each in cell.derived
        ],
    }
