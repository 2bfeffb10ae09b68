"""What an editor should look at again: rules past their review, and values older than their own text.

Nothing here is a mistake by itself; each finding says why somebody should look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from bot.rules.dates import PartialDate
from bot.rules.lawfiles import LawBook, rivalry
from bot.rules.model import ANY, Rule
from bot.rules.validation import amounts

NO_OWNER = "(nobody)"
AMOUNT_MONTHS = 24  # sums of money seldom stand longer
_YEAR = re.compile(r"(?<![\d/-])((?:19|20)\d\d)(?![\d/])")

# Why a rule should be looked at.
KINDS = (
    "overdue",  # its review date is past
    "older_than_text",  # the information is older than the law or page that it cites
    "overtaken",  # a later change of the same law is known, and this information is older
    "ended",  # it ended and nothing of its kind follows
    "old_amount",  # a sum of money as of long ago
)


@dataclass(frozen=True)
class Finding:
    """A rule that somebody should look at, and why."""

    country: str
    owner: str
    rule: str
    kind: str  # one of KINDS
    why: str

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self)


def audit(book: LawBook, today: date) -> Iterator[Finding]:
    """All findings, by country, rule and kind."""
    lines = _changes(book)
    found = []
    for rule in book.rules.values():
        country = _country(rule)
        owner = book.housekeeping.owners.get(country)
        for kind, why in _reasons(rule, book, lines, today):
            found.append(Finding(country, owner.name if owner else NO_OWNER, rule.id, kind, why))
    yield from sorted(found, key=lambda each: (each.country, each.rule, KINDS.index(each.kind)))


def _reasons(
    rule: Rule, book: LawBook, changes: dict[tuple[Any, ...], list[Rule]], today: date
) -> Iterator[tuple[str, str]]:
    provenance = rule.provenance
    past = rule.end is not None and PartialDate.parse(rule.end).latest < today
    if past:
        rivals = changes.get(_line(rule, book), [])
        if book.catalogue.types[rule.type].combine == "one" and not any(
            each.end is None or PartialDate.parse(each.end).latest >= today for each in rivals
        ):
            yield "ended", f"It ended on {rule.end}, and no rule of this kind follows."
        return
    if provenance.overdue(today):
        yield "overdue", f"Its review was due in {provenance.review_by}."
    if provenance.as_of is None:
        return
    as_of = PartialDate.parse(provenance.as_of)
    cited = _newest_year(rule, today)
    if cited is not None and cited > as_of.latest.year:
        yield "older_than_text", f"The information is of {as_of}, but it cites a text of {cited}."
    later = [
        each.start
        for each in changes.get(_line(rule, book), [])
        if each.start is not None and PartialDate.parse(each.start).earliest > as_of.latest
        if PartialDate.parse(each.start).earliest <= today and each.id != rule.id
    ]
    if later:
        yield "overtaken", f"The information is of {as_of}; the law changed on {max(later)}."
    age = (today.year - as_of.latest.year) * 12 + today.month - as_of.latest.month
    if age > AMOUNT_MONTHS and any(True for _ in amounts(rule, book)):
        yield "old_amount", f"It names a sum of money as of {as_of}."


def _newest_year(rule: Rule, today: date) -> int | None:
    """The newest year that the legal basis or the title of the source names."""
    source = rule.provenance.source
    text = f"{rule.provenance.legal_basis or ''} {source.title if source else ''}"
    years = [int(year) for year in _YEAR.findall(text)]
    return max((year for year in years if year <= today.year), default=None)


def _changes(book: LawBook) -> dict[tuple[Any, ...], list[Rule]]:
    """The rules that speak of the same thing at different times."""
    found: dict[tuple[Any, ...], list[Rule]] = {}
    for rule in book.rules.values():
        found.setdefault(_line(rule, book), []).append(rule)
    return found


def _line(rule: Rule, book: LawBook) -> tuple[Any, ...]:
    key = rule.key
    return (*rivalry(rule, book.catalogue.types[rule.type]), key.destinations, key.origins, key.sectors)


def _country(rule: Rule) -> str:
    places = rule.key.destinations if rule.key.destinations != (ANY,) else rule.key.origins
    return places[0].partition("-")[0]
