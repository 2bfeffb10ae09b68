"""Counts of the loaded law: by place, how well known, how old, and what is missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from bot.rules.lawbase import LawBase
from bot.rules.model import ANY, Rule
from bot.rules.vocabulary import TOPICS


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
    dates = sorted(rule.provenance.as_of for rule in rules if rule.provenance.as_of)
    return PlaceStats(
        place,
        len(rules),
        sum(rule.provenance.evidence == "seen" for rule in rules),
        sum(rule.provenance.overdue(today) for rule in rules),
        dates[0] if dates else None,
        tuple(topic for topic in TOPICS if topic in topics),
        tuple(topic for topic in TOPICS if topic not in topics),
    )
