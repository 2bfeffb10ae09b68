"""A case sheet as plain data: what is handed over, side by side in two languages; or in one.

Everything here is said already. A page of the desk and the PDF show the same sheet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Texts = tuple[str, ...]
"""The same in each language of the sheet, in their order."""

Tone = Literal["plain", "danger", "list", "faint"]


@dataclass(frozen=True)
class Row:
    """One statement, or one line of a list."""

    texts: Texts
    sources: tuple[int, ...] = ()  # the numbers of its sources
    numbers: tuple[str, ...] = ()  # what of it can be dialled
    condition: Texts = ()  # what it depends on, and how far it is confirmed
    rule: str = ""


@dataclass(frozen=True)
class Section:
    """Rows under a heading; a section of level 2 belongs to the one of level 1 before it."""

    name: str  # for programs: "law", "deadlines"...
    heading: Texts
    rows: tuple[Row, ...] = ()
    level: int = 1
    tone: Tone = "plain"


@dataclass(frozen=True)
class SheetSource:
    """Where something stands."""

    number: int
    text: str  # law, publisher, date
    title: str = ""
    url: str = ""


@dataclass(frozen=True)
class Code:
    """A square code, and the words below it."""

    squares: tuple[tuple[bool, ...], ...]  # row by row; True is dark
    caption: Texts
    address: str


@dataclass(frozen=True)
class Sheet:
    """Everything that stands on the paper."""

    languages: Texts
    case: tuple[Row, ...]
    sections: tuple[Section, ...]
    sources: tuple[SheetSource, ...]
    sources_heading: Texts
    closing: tuple[Row, ...]  # that this is no legal advice
    day: str  # as it is written in each language, in one line
    version: str  # of the law
    code: Code | None = None
    left_out: int = 0  # statements that a short sheet does not show

    def rules(self) -> tuple[str, ...]:
        """Every rule that the sheet rests on."""
        found = (row.rule for section in self.sections for row in section.rows if row.rule)
        return tuple(dict.fromkeys(found))

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text with its language."""
        for row in (*self.case, *(row for section in self.sections for row in section.rows), *self.closing):
            yield from zip(self.languages, row.texts, strict=True)
            yield from zip(self.languages, row.condition, strict=False)
        for section in self.sections:
            yield from zip(self.languages, section.heading, strict=False)


def short_version(version: str) -> str:
    """The law's version as one can read it aloud; versions are hashes."""
    plain = version if version.isalnum() else hashlib.sha256(version.encode()).hexdigest()
    return plain[:10]
