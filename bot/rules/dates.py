"""Dates that keep their precision: a year, a month or a day."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

_PATTERN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class PartialDate:
    """A date known to the year, the month or the day.

    >>> str(PartialDate.parse("2017-02"))
    '2017-02'
    """

    year: int
    month: int | None = None
    day: int | None = None
    earliest: date = field(init=False, compare=False, repr=False)  # the first day that it can mean
    latest: date = field(init=False, compare=False, repr=False)  # the last day that it can mean

    def __post_init__(self) -> None:
        month = self.month or 12
        last = self.day or calendar.monthrange(self.year, month)[1]
        object.__setattr__(self, "earliest", date(self.year, self.month or 1, self.day or 1))
        object.__setattr__(self, "latest", date(self.year, month, last))

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Raises ValueError for anything but YYYY, YYYY-MM or YYYY-MM-DD of a real date."""
        return _parse(text)

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)


@lru_cache(maxsize=5_000)  # a lookup reads the same few hundred dates again and again
def _parse(text: str) -> PartialDate:
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a date.")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    return PartialDate(year, month, day)
