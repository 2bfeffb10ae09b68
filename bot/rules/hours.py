"""Opening hours: `24/7`, or `Mon-Fri 08:00-17:00; Sat 09:00-12:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SPAN = re.compile(
    r"(?:(?P<days>[A-Z][a-z]{2}(?:[-,] ?[A-Z][a-z]{2})*) )?(?P<opens>\d{1,2}:\d{2})-(?P<closes>\d{1,2}:\d{2})"
)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


class HoursError(ValueError):
    """Hours that are not written as they should be."""


@dataclass(frozen=True)
class Opening:
    """On which days (0 = Monday; empty = days not known) from when to when."""

    days: tuple[tuple[int, int], ...]
    opens: str
    closes: str


def parse_hours(text: str) -> tuple[Opening, ...]:
    """The openings in order; empty for round the clock. Raises HoursError.

    >>> parse_hours("Mon-Fri 08:00-17:00")
    (Opening(days=((0, 4),), opens='08:00', closes='17:00'),)
    """
    if text == "24/7":
        return ()
    return tuple(_opening(part.strip()) for part in text.split(";"))


def _opening(text: str) -> Opening:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise HoursError(f"{text!r} are no opening hours.")
    days = []
    for part in (match["days"] or "").replace(" ", "").split(","):
        if not part:
            continue
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise HoursError(f"{part!r} are no days of the week.")
        days.append((DAYS.index(first), DAYS.index(last or first)))
    opens, closes = match["opens"].zfill(5), match["closes"].zfill(5)
    for time in (opens, closes):
        if not _TIME.fullmatch(time):
            raise HoursError(f"{time!r} is no time of day.")
    return Opening(tuple(days), opens, closes)
