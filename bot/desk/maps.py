"""Protection maps as a page shows them: signs, the words behind each, two of them side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from bot.answers.protection import COLUMN_NAMES, STATE_NAMES, map_statements
from bot.answers.statements import Speaker, Statement
from bot.answers.translations import Translator
from bot.desk.asked import Asked
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawBase
from bot.rules.lookup import contact_ids
from bot.rules.protection import COLUMNS, STATES, Cell, ProtectionMap, map_in
from bot.rules.treaties.statements import statement_key
from bot.rules.vocabulary import BRANCHES

STATUS: Final = "status"  # what `compare` may be: with papers beside without
COMPARED_STATUSES: Final = ("regular", "irregular")


@dataclass(frozen=True)
class Side:
    """One map of a page, and the case that it is of."""

    asked: Asked
    found: ProtectionMap


@dataclass(frozen=True)
class OpenCell:
    """What stands behind one cell of one map."""

    side: Side
    cell: Cell
    statements: tuple[Statement, ...]
    left_out: tuple[str, ...]  # agreements in force that are known not to speak of the branch


def sides_of(base: LawBase, asked: Asked, other: str | None, compare: str | None, today: date) -> list[Side]:
    """The maps that a page shows: one, or two to compare. Raises CaseError, LawBaseUnavailable."""
    asked_for = [asked]
    if other:
        asked_for.append(replace(asked, destination=other))
    elif compare == STATUS:
        asked_for = [replace(asked, status=status) for status in COMPARED_STATUSES]
    with base.reading() as reader:
        sides = []
        for each in asked_for:
            found = map_in(reader, each.case(today))
            rules = {result.rule.id: result.rule for cell in found.cells for result in cell.rules}
            named = {key for rule in rules.values() for key in contact_ids(rule, reader.catalogue)}
            sides.append(Side(each, replace(found, contacts=reader.contacts(named))))
    return sides


def read_cell(text: str | None) -> tuple[str, str] | None:
    """A cell in an address: `old_age.export`. Raises CaseError for one that there is not."""
    if not text:
        return None
    branch, _, column = text.partition(".")
    if branch not in BRANCHES or column not in COLUMNS:
        raise CaseError(f"{text!r} is no cell of the map. Write a branch and a column: old_age.export.")
    return branch, column


def open_cell(side: Side, branch: str, column: str, t: Translator) -> OpenCell:
    """The rules, undertakings and conditions on which a cell rests, in words."""
    found = side.found
    cell = found.cell(branch, column)
    speaker = Speaker(found, t)
    said = {result.rule.id: result for result in cell.rules}
    for right in cell.derived:
        result = found.undertakings[statement_key(right)]
        said[result.rule.id] = result
    if cell.no_agreement is not None:
        said |= {each.rule.id: each for each in found.effects if each.rule.type == "no_agreement"}
    titles = tuple(agreement.title or agreement.id for agreement in cell.left_out)
    return OpenCell(side, cell, tuple(speaker.statement(each) for each in said.values()), titles)


def agreements_said(side: Side, t: Translator) -> list[Statement]:
    """What the treaties between the two countries give, as a whole."""
    return map_statements(side.found, t)


def differing(sides: list[Side]) -> frozenset[tuple[str, str]]:
    """The cells in which two maps are not of one state."""
    if len(sides) < 2:
        return frozenset()
    one, other = (side.found for side in sides)
    return frozenset(
        (cell.branch, cell.column)
        for cell in one.cells
        if cell.state != other.cell(cell.branch, cell.column).state
    )


def column_names(t: Translator) -> dict[str, str]:
    """The headings of a map."""
    return dict(_capitals((column, t.pgettext("map column", COLUMN_NAMES[column])) for column in COLUMNS))


def state_names(t: Translator) -> dict[str, str]:
    """The states of a cell in words."""
    return {state: t.pgettext("map state", STATE_NAMES[state]) for state in STATES}


def state_letters(t: Translator) -> dict[str, str]:
    """The letter that stands in the sign of a state; another for each."""
    return {
        "yes": t.pgettext("map letter of: yes", "Y"),
        "unconfirmed": t.pgettext("map letter of: not confirmed", "U"),
        "conditional": t.pgettext("map letter of: under conditions", "C"),
        "no": t.pgettext("map letter of: no", "N"),
        "absent": t.pgettext("map letter of: no such insurance there", "X"),
        "gap": "·",
    }


def state_counts(found: ProtectionMap) -> Mapping[str, int]:
    """How many cells are in each state."""
    return {state: sum(cell.state == state for cell in found.cells) for state in STATES}


def _capitals(items: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for key, text in items:
        yield key, text[:1].upper() + text[1:]
