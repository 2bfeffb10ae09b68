"""What the tests of rules and answers share: the real law, loaded once, and cases in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from bot.rules.case import Case, make_case
from bot.rules.lawfiles import LawBook, read_law
from bot.rules.matching import Context
from bot.rules.model import Rule
from bot.rules.resolution import Resolution, resolve

ROOT = Path(__file__).resolve().parents[2]
LAW = ROOT / "data" / "law"
TODAY = date(2026, 11, 21)


def day(text: str) -> date:
    """A day as written in a test."""
    return date.fromisoformat(text)


def case_of(
    *,
    to: str | None = None,
    home: str | None = None,
    on: str | None = None,
    sector: str | None = None,
    status: str | None = None,
    employment: str | None = None,
    scheme: str | None = None,
    **facts: str,
) -> Case:
    """A case in one line; what is left out is unknown."""
    return make_case(
        today=TODAY,
        on=day(on) if on else None,
        destination=to,
        origin=home,
        sector=sector,
        status=status,
        employment=employment,
        scheme=scheme,
        facts=facts,
    )


def context_of(book: LawBook) -> Context:
    """What matching needs to know of a law book."""
    scopes = tuple(sorted(book.scopes.values(), key=lambda scope: scope.id))
    return Context(book.groups, book.catalogue.facts, scopes)


def resolved(book: LawBook, case: Case, rules: Iterable[Rule] | None = None) -> Resolution:
    """Every rule of a book (or some of them) against one case."""
    chosen = book.rules.values() if rules is None else rules
    return resolve(chosen, case, context_of(book), book.catalogue.types)


def outcomes(resolution: Resolution) -> Mapping[str, str]:
    """`yes` or `depends` by rule id; a rule that is missing does not apply."""
    return {result.rule.id: result.applies for result in resolution.results}


def real_law() -> LawBook:
    """The law files of the repository."""
    return read_law(LAW)
