"""The sector of a job, and what a message states of status, employment and household."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from bot.language.frequencies import known_words
from bot.language.lexicon import LexiconError, load_all, words
from bot.language.phrases import Match, Phrases, find_in
from bot.language.scope import Scope, by_scope
from bot.language.tokens import Token
from bot.rules.vocabulary import EMPLOYMENTS, SECTORS, STATUSES

# How much a word says about the speaker's sector: a job ("mason") more than a place of work
# ("factory") or an activity ("cleaning rooms").
_WEIGHTS: Final = {"job": 3.0, "place": 2.0, "act": 1.5, "none": 0.0}
_STATES: Final = {"status": STATUSES, "employment": EMPLOYMENTS, "private_household": ("yes",)}
_MIN_TO_KNOW: Final = 2


class JobWord(NamedTuple):
    """A sector and how strongly a word says it."""

    sector: str
    weight: float


@dataclass(frozen=True)
class Found:
    """A value of the vocabulary said by tokens ``first`` to ``last`` (inclusive)."""

    entity: str
    value: str
    first: int
    last: int


@lru_cache(maxsize=1)
def _jobs() -> dict[str, Phrases[JobWord]]:
    """``jobs.yml`` by language: weight → sector → words. "none" stops a match."""
    tables: dict[str, Phrases[JobWord]] = {}
    for language, content in load_all("jobs").items():
        table = tables.setdefault(language, Phrases())
        for weight, sectors in content.items():
            if weight not in _WEIGHTS:
                raise LexiconError(f"{language}/jobs.yml: unknown weight {weight!r}")
            for name, forms in sectors.items():
                if name not in SECTORS and name != "none":
                    raise LexiconError(f"{language}/jobs.yml: unknown sector {name!r}")
                for form in words(forms, f"{language}/jobs.yml {name}"):
                    table.add(form, JobWord(name, _WEIGHTS[weight]))
    return tables


@lru_cache(maxsize=1)
def _states() -> dict[str, dict[str, Phrases[str]]]:
    """``states.yml``: entity → language → phrases with the value that they say."""
    tables: dict[str, dict[str, Phrases[str]]] = {name: {} for name in _STATES}
    for language, content in load_all("states").items():
        for entity, values in content.items():
            if entity not in _STATES:
                raise LexiconError(f"{language}/states.yml: unknown entity {entity!r}")
            table = tables[entity].setdefault(language, Phrases())
            for value, forms in values.items():
                if value not in _STATES[entity] and value != "none":
                    raise LexiconError(f"{language}/states.yml: unknown {entity} {value!r}")
                for form in words(forms, f"{language}/states.yml {value}"):
                    table.add(form, value)
    return tables


@by_scope
def vocabulary(read: Scope) -> frozenset[str]:
    """Common words of some languages, latinised: never taken for a misspelled country."""
    tables = (table for language, table in _jobs().items() if language in read)
    jobs = {part for table in tables for key in table.meanings for part in key.split()}
    return known_words(read, _MIN_TO_KNOW) | jobs


def sector(said: list[Token], read: Scope) -> Found | None:
    """The one sector that a message says best, or None.

    The strongest word wins, then the sector said more often, then the first said.
    """
    matches = [match for match in find_in(_jobs(), said, read) if match.meaning.sector != "none"]
    if not matches:
        return None
    support: dict[str, float] = {}
    for match in matches:
        support[match.meaning.sector] = support.get(match.meaning.sector, 0) + match.meaning.weight
    best = max(matches, key=lambda m: (_strength(m, support), -m.first))
    if best.meaning.weight < _WEIGHTS["act"]:
        return None if support[best.meaning.sector] < _WEIGHTS["act"] else _found(best)
    return _found(best)


def _strength(match: Match[JobWord], support: dict[str, float]) -> tuple[float, float]:
    length = 0.25 * (match.last - match.first)
    return match.meaning.weight + length, support[match.meaning.sector]


def _found(match: Match[JobWord]) -> Found:
    return Found("sector", match.meaning.sector, match.first, match.last)


def states(said: list[Token], read: Scope) -> list[Found]:
    """Status, employment and private household, at most one each, only if stated."""
    result: list[Found] = []
    for entity, tables in _states().items():
        for match in find_in(tables, said, read):
            if match.meaning != "none":
                result.append(Found(entity, match.meaning, match.first, match.last))
                break
    return result
