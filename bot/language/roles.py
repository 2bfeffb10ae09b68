"""Which country is the origin and which the destination, from the words around them.

Each mention gets a score, negative for origin, positive for destination: cues of the
language files, the kind of word, and the country's lean (``shared/leans.yml``). The best
of either side gets the role; at most one country a side. Never the language of the text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final, Literal

from bot.language.gazetteer import Kind, Sense, gazetteer
from bot.language.lexicon import SHARED, load, words
from bot.language.normalise import latinise
from bot.language.phrases import Match
from bot.language.quantities import currency_words
from bot.language.scope import Scope, by_scope
from bot.language.tokens import Token

Role = Literal["origin", "destination"]

_SIGN: Final[dict[str, float]] = {"origin": -1.0, "destination": 1.0}
_LEAN: Final[dict[str, float]] = {"2": 2.0, "1": 1.6, "0": 0.0, "-2": -2.0}
_UNLISTED: Final = -1.0
# Of two countries whose leans differ so much each has its role, whatever the words say.
_APART: Final = 1.0
# What the kind of word says by itself. A nationality is mostly the speaker's own.
_KIND: Final[dict[Kind, float]] = {
    "name": 0.0, "demonym": -1.0, "city": 0.0, "town": 0.0, "body": 0.0,
    "origin_body": -4.0, "destination_body": 4.0, "currency": 2.5,
}  # fmt: skip
_PLACES: Final = frozenset({"name", "city", "town"})
# A cue at least this strong says whose nationality it is.
_SAID_OF_ONESELF: Final = -3.0
_PERSON_OR_PLACE: Final = 1.5
_WINDOW: Final = 4
_MAX_SKIPPED: Final = 2
# Shorter currency words (rm, won) count only beside a number.
_SPELLED_OUT: Final = 6


@dataclass(frozen=True)
class Cues:
    """The cue words of some languages: latinised phrase to score."""

    before: dict[str, float]
    after: dict[str, float]
    skip: frozenset[str]
    languages: frozenset[str]
    language_after: frozenset[str]
    pairs: frozenset[str]


@cache
def _cues_of(language: str) -> Cues:
    """The cues of ``roles.yml`` of one language."""
    content, where = load(language, "roles"), f"{language}/roles.yml"
    tables: dict[str, dict[str, float]] = {"before": {}, "after": {}}
    for side, table in tables.items():
        for role, weights in (content.get(side) or {}).items():
            for weight, forms in weights.items():
                for form in words(forms, where):
                    table.setdefault(latinise(form), _SIGN[role] * float(weight))
    skip, languages, after, pairs = (
        frozenset(latinise(form) for form in words(content.get(name), where))
        for name in ("skip", "languages", "language_after", "pairs")
    )
    return Cues(tables["before"], tables["after"], skip, languages, after, pairs)


@by_scope
def cues(read: Scope) -> Cues:
    """The cues of some languages together; the first that has a phrase decides."""
    own = [_cues_of(language) for language in read]
    before: dict[str, float] = {}
    after: dict[str, float] = {}
    for each in reversed(own):
        before |= each.before
        after |= each.after
    none: frozenset[str] = frozenset()
    return Cues(
        before,
        after,
        none.union(*(each.skip for each in own)),
        none.union(*(each.languages for each in own)),
        none.union(*(each.language_after for each in own)),
        none.union(*(each.pairs for each in own)),
    )


@lru_cache(maxsize=1)
def leans() -> dict[str, float]:
    """How far a country leans to the destination side, by ISO code."""
    table = load(SHARED, "leans").get("leans", {})
    return {code: _LEAN[lean] for lean, codes in table.items() for code in words(codes, "leans")}


@dataclass(frozen=True)
class Scored:
    """A hit with the score of its cues alone and in all (negative: origin)."""

    hit: Match[Sense]
    cue: float
    total: float


def score(hits: list[Match[Sense]], said: list[Token], read: Scope) -> list[Scored]:
    """The hits that stand as countries, scored; names of languages and persons left out."""
    result: list[Scored] = []
    for hit in hits:
        if _is_language(hit, said, cues(read)) or _is_doubtful(hit, said, read):
            continue
        cue = _cue(hit, said, cues(read))
        lean = _lean(hit.meaning.country)
        kind = hit.meaning.kind
        if kind in {"origin_body", "destination_body"}:
            lean = cue = 0.0
        elif kind == "demonym" and _is_money(hit, said, read):  # "6 dólares namibianos"
            kind = "currency"
        elif kind == "demonym" and cue <= _SAID_OF_ONESELF:  # "sou português"
            lean = 0.0
        result.append(Scored(hit, cue, cue + lean + _KIND[kind]))
    return _people_and_places(result)


def _is_money(hit: Match[Sense], said: list[Token], read: Scope) -> bool:
    """Whether a nationality stands beside a currency word ("riyal saoudien", "namibian dollar")."""
    beside = said[max(0, hit.first - 1) : hit.first] + said[hit.last + 1 : hit.last + 2]
    money = currency_words(read)
    return any(token.key in money for token in beside)


def _people_and_places(scored: list[Scored]) -> list[Scored]:
    """Of a nationality and a place of another country the person is of the first, in the second."""
    people = {item.hit.meaning.country for item in scored if item.hit.meaning.kind == "demonym"}
    places = {item.hit.meaning.country for item in scored if item.hit.meaning.kind in _PLACES}
    if len(people - places) != 1 or len(places - people) != 1:
        return scored
    shift = dict.fromkeys(people - places, -_PERSON_OR_PLACE) | dict.fromkeys(
        places - people, _PERSON_OR_PLACE
    )
    return [
        item
        if abs(item.cue) >= abs(_SAID_OF_ONESELF)
        else replace(item, total=item.total + shift.get(item.hit.meaning.country, 0.0))
        for item in scored
    ]


def _cue(hit: Match[Sense], said: list[Token], table: Cues) -> float:
    before = _before(hit, said, table)
    after = _after(hit, said, table)
    if hit.ending and after == 0.0:
        after = table.after.get(hit.ending, 0.0)
    return before if abs(before) > abs(after) else after if after else before


def _before(hit: Match[Sense], said: list[Token], table: Cues) -> float:
    nearby, clause = said[max(0, hit.first - _WINDOW - 2) : hit.first], said[hit.first].clause
    words_before = [token.key for token in nearby if token.clause == clause]
    if hit.prefix:
        words_before.append(hit.prefix)
    best, best_size = 0.0, 0
    for _ in range(_MAX_SKIPPED + 1):
        for size in range(min(_WINDOW, len(words_before)), 0, -1):
            found = table.before.get(" ".join(words_before[-size:]))
            if found is not None and size > best_size:
                best, best_size = found, size
        if not words_before or words_before[-1] not in table.skip:
            break
        words_before = words_before[:-1]
    return best


def _after(hit: Match[Sense], said: list[Token], table: Cues) -> float:
    nearby, clause = said[hit.last + 1 : hit.last + 1 + _WINDOW], said[hit.last].clause
    following = [token.key for token in nearby if token.clause == clause]
    if hit.ending:
        following = [hit.ending, *following]
    for size in range(min(_WINDOW, len(following)), 0, -1):
        found = table.after.get(" ".join(following[:size]))
        if found is not None:
            return found
    return 0.0


def _is_language(hit: Match[Sense], said: list[Token], table: Cues) -> bool:
    """Whether a nationality is said as a language ("speak Nepali", "en français")."""
    if hit.meaning.kind != "demonym":
        return False
    previous = {token.key for token in said[max(0, hit.first - 2) : hit.first]}
    direct = said[hit.first - 1].key if hit.first else ""
    if direct in table.languages or (previous & table.languages) - {"en", "in"}:
        return True
    following = [token.key for token in said[hit.last + 1 : hit.last + 3]]
    if hit.ending:
        following = [hit.ending, *following]
    return any(" ".join(following[:size]) in table.language_after for size in range(1, len(following) + 1))


def _is_doubtful(hit: Match[Sense], said: list[Token], read: Scope) -> bool:
    """Whether a name that is also a word or first name lacks any sign of being a place."""
    part = said[hit.first : hit.last + 1]
    key = " ".join(token.key for token in part)
    careful = key.removesuffix(hit.ending) in gazetteer(read).careful or hit.meaning.kind == "town"
    if hit.meaning.kind == "currency" and len(key) < _SPELLED_OUT:
        beside = said[max(0, hit.first - 1) : hit.first] + said[hit.last + 1 : hit.last + 2]
        return not any(char.isdigit() for token in beside for char in token.text)
    if not careful or hit.ending not in {"", "s"}:
        return False
    previous = said[hit.first - 1].key if hit.first else ""
    if previous in gazetteer(read).name_cues:
        return True
    written = part[0].text
    capital, cue = written[:1].isupper(), _cue(hit, said, cues(read))
    if hit.meaning.kind == "town":
        return not cue or (written.isascii() and not capital)
    return not (capital or not written.isascii() or cue or len(said) <= 3)


def assign(scored: list[Scored], said: list[Token], read: Scope) -> dict[str, Role]:
    """The role of each country (by code); countries without a clear role are absent."""
    totals: dict[str, float] = {}
    cue_of: dict[str, float] = {}
    order: list[str] = []
    for item in scored:
        code = item.hit.meaning.country
        if code not in totals:
            order.append(code)
        if code not in totals or abs(item.total) > abs(totals[code]):
            totals[code], cue_of[code] = item.total, item.cue
    origin = min(order, key=lambda code: totals[code], default=None)
    destination = max(order, key=lambda code: totals[code], default=None)
    roles: dict[str, Role] = {}
    if origin is None or destination is None:
        return roles
    if totals[destination] > 0:
        roles[destination] = "destination"
    if totals[origin] < 0:
        roles[origin] = "origin"
    if len(order) > 1 and len(roles) == 1 and origin != destination:
        apart = _lean(destination) - _lean(origin) >= _APART
        _second(roles, origin, destination, cue_of, apart or _is_pair(said, cues(read)))
    return roles


def _lean(country: str) -> float:
    return leans().get(country, _UNLISTED)


def _second(
    roles: dict[str, Role], origin: str, destination: str, cue: dict[str, float], plain: bool
) -> None:
    """Give the weaker of two countries that score the same way the other role, if it is plain."""
    if origin not in roles and (cue[origin] < 0 or plain):
        roles[origin] = "origin"
    elif destination not in roles and (cue[destination] > 0 or plain):
        roles[destination] = "destination"


def _is_pair(said: list[Token], table: Cues) -> bool:
    return any(token.key in table.pairs for token in said)
