"""What people ask, as it may be shown: the tables of a page, of a file and of the API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

from bot.conversation.outcomes import COVERAGE_GAPS, NO_DEADLINE, monday_of, week_of
from bot.conversation.turn import OUTCOMES
from bot.language.frequencies import frequencies
from bot.language.normalise import latinise
from bot.people.counts import CountStore, Selection
from bot.people.disclosure import FEWEST, Shown, show, show_each
from bot.rules.errors import CaseError
from bot.rules.vocabulary import COUNTRIES, DANGERS, LANGUAGES

# The periods that can be looked at, in weeks up to this one; 0 is all. No others: the difference of two
# periods of one's own choice would be a week of one's own choice.
PERIODS: Final = (4, 12, 52, 0)
USUAL_PERIOD: Final = 12
TROUBLE: Final = ("unanswered", "corrected", "handed_over")
GAPS: Final = (*COVERAGE_GAPS, NO_DEADLINE)
_COMMONEST = 25  # words of a language that say nothing by themselves


@dataclass(frozen=True)
class TableSpec:
    """One table: what it counts by, and which questions."""

    by: tuple[str, ...]
    only: Mapping[str, tuple[str, ...]] | None = None
    rows: tuple[str, ...] = ()  # known beforehand

    @property
    def columns(self) -> tuple[str, ...]:
        """What programs call its columns; `detail` means something else in each table."""
        detail = "danger" if self.rows == DANGERS else "reason"
        return tuple(detail if name == "detail" else name for name in self.by)


TABLES: Final[Mapping[str, TableSpec]] = {
    "week": TableSpec(("week",)),
    "outcome": TableSpec(("outcome",), rows=OUTCOMES),
    "topic": TableSpec(("topic",)),
    "corridor": TableSpec(("origin", "destination")),
    "language": TableSpec(("language",)),
    "sector": TableSpec(("sector",)),
    "channel": TableSpec(("channel",)),
    "trouble_by_topic": TableSpec(("outcome", "topic"), {"outcome": ("corrected", "handed_over")}),
    "trouble_by_language": TableSpec(("outcome", "language"), {"outcome": TROUBLE}),
    "gap": TableSpec(("origin", "destination", "topic"), {"detail": GAPS}),
    "gap_by_country": TableSpec(("destination", "topic"), {"detail": GAPS}),
    "gap_by_reason": TableSpec(("detail",), {"detail": GAPS}, rows=GAPS),
    "danger": TableSpec(("detail",), {"outcome": ("emergency",)}, rows=DANGERS),
}


@dataclass(frozen=True)
class Filters:
    """What somebody wants to look at. Raises CaseError when they cannot be meant."""

    weeks: int = USUAL_PERIOD
    country: str | None = None
    language: str | None = None

    def __post_init__(self) -> None:
        if self.weeks not in PERIODS:
            raise CaseError(f"The number of weeks must be one of {', '.join(map(str, PERIODS))} (0: all).")
        if self.country is not None and self.country not in COUNTRIES:
            raise CaseError(f"There is no country {self.country!r}. Countries are given as QA or NP.")
        if self.language is not None and self.language not in LANGUAGES:
            raise CaseError(f"{self.language!r} is not one of the languages: {', '.join(LANGUAGES)}.")


@dataclass(frozen=True)
class Report:
    """What may be shown of the questions of some weeks."""

    filters: Filters
    weeks: tuple[str, ...]
    total: int | None
    tables: Mapping[str, Shown]
    words: tuple[tuple[str, str, int], ...]  # (language, word, how often) of what was not understood


Unanswered = Callable[[date], Iterable[Mapping[str, Any]]]
"""Gives the messages that were not understood, from a day on."""


def report(counts: CountStore, unanswered: Unanswered, filters: Filters, today: date) -> Report:
    """Everything that the filters ask for. Raises what the database raises when it is down."""
    weeks = tuple(_weeks(counts, filters.weeks, today))
    selection = Selection(weeks[0], weeks[-1], filters.country, filters.language)
    total = show_each(counts.sums((), selection), [()]).rows[0][1]
    tables = {}
    for name, table in TABLES.items():
        cells = counts.sums(table.by, selection, table.only)
        rows = [(week,) for week in weeks] if name == "week" else [(row,) for row in table.rows]
        tables[name] = show_each(cells, rows) if rows else show(cells)
    # Nobody knows the country of a message that was not understood.
    words = () if filters.country else _words(unanswered(monday_of(weeks[0])), weeks, filters.language)
    return Report(filters, weeks, total, tables, tuple(words))


def as_json(found: Report) -> dict[str, Any]:
    """For programs; null for "fewer than five", and for a country or sector that is not known."""
    return {
        "weeks": {"first": found.weeks[0], "last": found.weeks[-1]},
        "country": found.filters.country,
        "language": found.filters.language,
        "rounded_to": FEWEST,
        "total": found.total,
        "tables": {name: _table_json(TABLES[name], shown) for name, shown in found.tables.items()},
        "not_understood": [
            {"language": language, "word": word, "questions": number}
            for language, word, number in found.words
        ],
    }


def _table_json(table: TableSpec, shown: Shown) -> dict[str, Any]:
    rows = [
        {
            **{name: value or None for name, value in zip(table.columns, what, strict=True)},
            "questions": number,
        }
        for what, number in shown.rows
    ]
    return {"rows": rows} if shown.whole else {"rows": rows, "rest": shown.rest}


def _weeks(counts: CountStore, number: int, today: date) -> Iterator[str]:
    """The weeks of a period, the running one last."""
    monday = today - timedelta(days=today.weekday())
    if number:
        first = monday - timedelta(weeks=number - 1)
    else:
        counted = counts.weeks()
        first = min(monday, monday_of(counted[0])) if counted else monday
    while first <= monday:
        yield week_of(first)
        first += timedelta(weeks=1)


def _words(
    unanswered: Iterable[Mapping[str, Any]], weeks: tuple[str, ...], language: str | None
) -> list[tuple[str, str, int]]:
    """Words of messages that were not understood, the most frequent first. Rounded down: no sum is shown.

    Only those that five people wrote in one week, each in their first such message of the week.
    """
    counted: Counter[tuple[str, str]] = Counter()
    people: Counter[tuple[str, str, str]] = Counter()
    for each in unanswered:
        spoken, week = each["language"], week_of(date.fromisoformat(each["day"]))
        if language not in (None, spoken) or not weeks[0] <= week <= weeks[-1]:
            continue
        words = {word.lower() for word in each["words"].split() if _says(word, spoken)}
        counted.update((spoken, word) for word in words)
        if each.get("first"):
            people.update((week, spoken, word) for word in words)
    shown = {(spoken, word) for (_, spoken, word), number in people.items() if number >= FEWEST}
    rows = [(*what, number - number % FEWEST) for what, number in counted.items() if what in shown]
    return sorted(rows, key=lambda row: (-row[2], row[0], row[1]))


def _says(word: str, language: str) -> bool:
    return word != "·" and latinise(word) not in _commonest(language)


@lru_cache(maxsize=32)
def _commonest(language: str) -> frozenset[str]:
    """Words such as "the" and "my"."""
    return frozenset(
        word
        for name, numbers in frequencies().items()
        if name.split("-")[0] == language
        for word, _ in Counter(numbers).most_common(_COMMONEST)
    )
