"""Mistakes of a proposal, each beside the field of the form that it is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.desk.workshop.draft import Draft
from bot.rules.errors import Mistake
from bot.rules.ruletypes import Catalogue

GENERAL = ""  # said above the form
_FIELDS = frozenset(
    ("id", "to", "from", "except_from", "sectors", "except_sectors", "status", "employment", "schemes",
     "when", "start", "end", "values", "topics", "displaces", "contacts", "group_by", "note", "kind", "via",
     "legal_basis", "source", "as_of", "evidence", "confidence", "review_by", "changed_from", "reason")
)  # fmt: skip
_ELSEWHERE = {"title": "source", "publisher": "source", "url": "source", "review_every_months": "review_by",
              "unconfirmed": "values", "type": "displaces", "expected": "start"}  # fmt: skip


def by_field(
    mistakes: Iterable[Mistake], record: str, draft: Draft, catalogue: Catalogue
) -> dict[str, list[str]]:
    """What is wrong, by field: `v.NAME` for a value, `when` for every condition, GENERAL for the rest."""
    values = catalogue.types[str(draft.item["type"])].values
    conditions = draft.item.get("when", {})
    found: dict[str, list[str]] = {}
    for mistake in mistakes:
        name = _ELSEWHERE.get(mistake.field, mistake.field)
        if mistake.file != record:
            name = GENERAL
        elif mistake.field in draft.item.get("values", {}) and mistake.field in values:
            name = f"v.{mistake.field}"
        elif name in conditions:
            name = "when"
        elif name not in _FIELDS:
            name = GENERAL
        said = f"{mistake.problem} {mistake.mend}"
        place = f"{mistake.file}: " if mistake.file != record else ""
        found.setdefault(name, []).append(f"{place}{said}")
    return found


def count(errors: Mapping[str, list[str]]) -> int:
    """How many there are."""
    return sum(map(len, errors.values()))
