"""Counts of the loaded law: by place, how well known, how old, and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from bot.rules.lawbase import LawBase
from bot.rules.model import ANY, Rule
from bot.rules.vocabulary import TOPICS

# What nobody should be without: where to complain and until when, injury, care, wages.
KEY_CELLS = ("complaint channel", "claim deadline", "employment injury", "medical care", "wages")


@dataclass(frozen=True)
class PlaceStats:
    """The rules of one country, region or group: `to QA`, or `from NP` for schemes of an origin."""

    place: str
    rules: int
    seen: int
    overdue: int
    oldest: str | None
    topics: tuple[str, ...]
    gaps: tuple[str, ...]
    key_cells: tuple[bool, ...]  # in the order of KEY_CELLS

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self)


def stats(url: str, today: date) -> tuple[list[PlaceStats], Counter[str], int]:
    """The numbers by place, rules by type, and how many are notes.

    Raises EmptyLawBase or LawBaseUnavailable.
    """
    base = LawBase(url)
    with base.reading() as reader:
        rules = reader.all_rules()
    base.close()
    by_place: dict[str, list[Rule]] = {}
    for rule in rules:
        for place in _places(rule):
            by_place.setdefault(place, []).append(rule)
    rows = [_row(place, mine, today) for place, mine in sorted(by_place.items())]
    types = Counter(rule.type for rule in rules)
    return rows, types, types["note"]


def _places(rule: Rule) -> list[str]:
    if rule.key.destinations != (ANY,):
        return [f"to {place}" for place in rule.key.destinations]
    return [f"from {place}" for place in rule.key.origins]


def _row(place: str, rules: list[Rule], today: date) -> PlaceStats:
    topics = {topic for rule in rules for topic in rule.topics}
    of_law = {
        topic for rule in rules for topic in rule.topics if rule.kind not in ("complaint_channel", "deadline")
    }
    kinds = {rule.kind for rule in rules}
    dates = sorted(rule.provenance.as_of for rule in rules if rule.provenance.as_of)
    return PlaceStats(
        place,
        len(rules),
        sum(rule.provenance.evidence == "seen" for rule in rules),
        sum(rule.provenance.overdue(today) for rule in rules),
        dates[0] if dates else None,
        tuple(topic for topic in TOPICS if topic in topics),
        tuple(topic for topic in TOPICS if topic not in topics),
        (
            "complaint_channel" in kinds,
            "deadline" in kinds,
            "employment_injury" in of_law,
            "medical_care" in of_law,
            bool(of_law & {"wages", "minimum_wage"}),
        ),
    )


def markdown(rows: list[PlaceStats], types: Counter[str], day: date) -> Iterator[str]:
    """The page docs/coverage.md, as things stand on a day."""
    countries = [row for row in rows if row.place.startswith("to ") and len(row.place) == len("to QA")]
    origins = [row for row in rows if row.place.startswith("from ")]
    total, notes = sum(types.values()), types["note"]
    rules = sum(row.rules for row in rows)
    filled, cells = sum(sum(row.key_cells) for row in countries), len(countries) * len(KEY_CELLS)
    seen = sum(row.seen for row in rows)
    yield "# What the law base holds"
    yield ""
    yield f"Made by `haq rules stats --markdown --on {day}`; do not edit by hand."
    yield ""
    yield (
        f"{total} rules of {len(types)} types, {notes} of them notes ({notes / total:.1%}); "
        f"{seen / rules:.0%} were seen in a source. Of {len(countries)} countries of work × {len(KEY_CELLS)} "
        f"({', '.join(KEY_CELLS)}), {filled} cells ({filled / cells:.0%}) hold a rule."
    )
    yield ""
    yield "## Countries of work"
    yield ""
    yield "`overdue`: past its review date. `oldest`: date of the oldest information. `topics`: of 45."
    yield ""
    yield f"| country | rules | seen | overdue | oldest | topics | {' | '.join(KEY_CELLS)} |"
    yield f"|{'---|' * (6 + len(KEY_CELLS))}"
    for row in countries:
        words = " | ".join("yes" if cell else "·" for cell in row.key_cells)
        yield (
            f"| {row.place[3:]} | {row.rules} | {row.seen} | {row.overdue} | {row.oldest or ''} "
            f"| {len(row.topics)} | {words} |"
        )
    yield ""
    yield "## Countries of origin"
    yield ""
    yield "| country | rules | seen | overdue | oldest | topics |"
    yield "|---|---|---|---|---|---|"
    for row in origins:
        yield (
            f"| {row.place[5:]} | {row.rules} | {row.seen} | {row.overdue} | {row.oldest or ''} "
            f"| {', '.join(row.topics)} |"
        )
    yield ""
    yield "## Gaps"
    yield ""
    yield "Topics on which a country of work has no rule of its own:"
    yield ""
    for row in countries:
        yield f"- {row.place[3:]}: {', '.join(row.gaps) or 'none'}"
