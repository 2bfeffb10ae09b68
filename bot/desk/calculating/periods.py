"""Insured time of several countries, a row a country: `period-1-country`, `period-1-from`..."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.answers.translations import Translator
from bot.desk.calculating.fields import Field, Reader

FIRST_ROWS: Final = 2
MOST_ROWS: Final = 8
_AMOUNTS: Final = ("qualifying", "theoretical", "national")  # options of the calculator, by country


@dataclass(frozen=True)
class Row:
    """Insured time in one country, and what may be known of a pension there."""

    number: int
    country: Field
    first: Field
    last: Field
    uninsured: bool
    amounts: tuple[Field, ...]  # as _AMOUNTS

    @property
    def fields(self) -> tuple[Field, ...]:
        """All that can be wrong."""
        return (self.country, self.first, self.last, *self.amounts)

    @property
    def whole(self) -> bool:
        """Whether a period can be told of it."""
        return bool(self.country.told and self.first.told and self.last.told) and not self.wrong

    @property
    def wrong(self) -> bool:
        """Whether something in it cannot be read."""
        return any(each.error for each in self.fields)

    def told(self) -> list[tuple[str, str]]:
        """As the calculator is told it: options and their values."""
        if not self.whole:
            return []
        country, end = self.country.told, "/uninsured" if self.uninsured else ""
        period = f"{country}:{self.first.told}..{self.last.told}{end}"
        known = zip(_AMOUNTS, self.amounts, strict=True)
        return [("period", period), *((name, f"{country}={each.told}") for name, each in known if each.told)]


def read_rows(given: Mapping[str, str], reader: Reader, sent: bool) -> list[Row]:
    """The rows that were filled in, and as many empty ones as were asked for (`rows`)."""
    used = [number for number in range(1, MOST_ROWS + 1) if given.get(f"period-{number}-country")]
    asked = given.get("rows", "")
    wanted = int(asked) if asked.isdecimal() and len(asked) < 3 else 0
    last = min(MOST_ROWS, max([FIRST_ROWS, wanted, *used]))
    rows = [_row(number, given, reader) for number in range(1, last + 1)]
    if not sent:
        return rows
    rows = [_in_order(row, reader.mine) for row in rows]
    if not any(row.country.value for row in rows):
        rows[0] = replace(rows[0], country=rows[0].country.wrong(reader.mine.gettext("Fill this in.")))
    return rows


def _row(number: int, given: Mapping[str, str], reader: Reader) -> Row:
    mine = reader.mine

    def part(name: str, kind: str, title: str) -> Field:
        full = f"period-{number}-{name}"
        made = Field(
            full, kind, title, required=number == 1 and kind != "number",
            picks="country" if kind == "picker" else "", value=given.get(full, ""),
        )  # fmt: skip
        if not made.value:
            return made
        if kind == "picker":
            return reader.picked(made)
        return reader.month(made) if kind == "month" else reader.number(made, whole=name == "qualifying")

    return Row(
        number,
        part("country", "picker", mine.gettext("Country")),
        part("from", "month", mine.gettext("First month")),
        part("to", "month", mine.gettext("Last month")),
        bool(given.get(f"period-{number}-uninsured")),
        (
            part("qualifying", "number", mine.gettext("Months that a pension there needs")),
            part("theoretical", "number", mine.gettext("Pension if all the time were there")),
            part("national", "number", mine.gettext("Pension for the time there alone")),
        ),
    )


def _in_order(row: Row, mine: Translator) -> Row:
    """The row with what is wrong between its parts."""
    if not row.country.value:
        return row
    empty = mine.gettext("Write the month such as 2015-03.")
    if not row.first.value:
        row = replace(row, first=row.first.wrong(empty))
    if not row.last.value:
        row = replace(row, last=row.last.wrong(empty))
    if row.first.told and row.last.told and row.last.told < row.first.told:
        row = replace(row, last=row.last.wrong(mine.gettext("It ends before it begins.")))
    return row
