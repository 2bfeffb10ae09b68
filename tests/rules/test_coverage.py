"""What the law base must hold: its countries of work and of origin, the cells that nobody should miss."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.rules.audit import NO_OWNER, audit
from bot.rules.lawfiles import LawBook
from bot.rules.model import ANY
from bot.rules.stats import KEY_CELLS, PlaceStats, markdown, stats
from tests.rules.support import ROOT, TODAY

# A country of work is one with some rules of its own; single rules say something about a neighbour.
SOME = 8


@pytest.fixture(scope="module")
def rows(law_url: str) -> list[PlaceStats]:
    return stats(law_url, TODAY)[0]


@pytest.fixture(scope="module")
def works(rows: list[PlaceStats]) -> list[PlaceStats]:
    """The countries of work."""
    return [row for row in rows if row.place[:3] == "to " and len(row.place) == 5 and row.rules >= SOME]


def test_seventy_five_countries_of_work_and_their_key_cells(works: list[PlaceStats]) -> None:
    assert len(works) >= 75
    filled = sum(sum(row.key_cells) for row in works)
    assert filled / (len(works) * len(KEY_CELLS)) >= 0.75


def test_forty_five_countries_of_origin_with_a_scheme_or_a_named_gap(book: LawBook) -> None:
    schemes = {
        home
        for rule in book.rules.values()
        if rule.key.destinations == (ANY,)
        for home in rule.key.origins
        if len(home) == len("NP") and home != ANY
    }
    gaps = {search.country for search in book.searches.values() if search.home}
    assert len(schemes | gaps) >= 45


def test_most_is_seen_and_little_is_a_note(book: LawBook) -> None:
    rules = book.rules.values()
    assert sum(rule.provenance.evidence == "seen" for rule in rules) >= 0.8 * len(rules)
    assert all(rule.provenance.source or rule.provenance.evidence == "known" for rule in rules)
    assert sum(rule.type == "note" for rule in rules) < 0.08 * len(rules)
    assert len(book.catalogue.types) <= 150


def test_every_country_has_an_owner(book: LawBook) -> None:
    assert {each.country for each in audit(book, TODAY) if each.owner == NO_OWNER} == set()


def test_what_is_denied_says_why(book: LawBook) -> None:
    """An obstacle with every "not covered" whose type has one."""
    silent = Counter(
        rule.type
        for rule in book.rules.values()
        if "obstacle" in book.catalogue.types[rule.type].values
        and book.catalogue.types[rule.type].denies
        and not {"obstacle", "home_leaves_out_country"} & set(rule.values)
    )
    assert not silent


def test_docs_coverage_md_is_what_the_law_makes_today(law_url: str) -> None:
    page = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert page == "\n".join((*markdown(*stats(law_url, TODAY)[:2], TODAY), ""))
