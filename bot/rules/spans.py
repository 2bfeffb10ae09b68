"""A span of days, both included, held against a length of time by the calendar.

Five years from 1 January are over with 31 December, whether leap years lie between or not: a length
in days alone would get the last day wrong, on which a right may turn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from bot.rules.units import Duration

_SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})")
_HALF_MONTH = 15
_LATEST = date(9000, 1, 1)  # beyond, sums of dates leave the calendar


@dataclass(frozen=True)
class Span:
    """From a first to a last day; both belong to it."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first}/{self.last}"

    @property
    def days(self) -> int:
        """All days."""
        return (self.last - self.first).days + 1

    def reaches(self, length: Duration) -> bool:
        """Whether it is at least so long."""
        return self.last + timedelta(days=1) >= completed(self.first, length)

    def exceeds(self, length: Duration) -> bool:
        """Whether it is longer than this."""
        return self.last + timedelta(days=1) > completed(self.first, length)


def completed(day: date, length: Duration) -> date:
    """The day on which a length of time is over that begins on a day; half a month has fifteen days."""
    whole, part = divmod(length.amount, 1)
    if length.unit == "year":
        return day + relativedelta(months=int(length.amount * 12))
    if length.unit == "month":
        return day + relativedelta(months=int(whole)) + timedelta(days=int(part * 2) * _HALF_MONTH)
    return day + timedelta(days=int(length.about_days()))


def parse_span(raw: object) -> Span | None:
    """A span as `Span` writes it; None for anything else."""
    match = _SPAN.fullmatch(str(raw))
    if match is None:
        return None
    try:
        first, last = (date.fromisoformat(day) for day in match.groups())
    except ValueError:
        return None
    return Span(first, last) if first <= last < _LATEST else None
