"""Entities of a message: countries with roles, sector, status, money, durations, dates.

Only what the text states or plainly implies is returned; precision goes before recall.

Precision / recall at first sight of tests/eval (en, fr, ne): origin 0.98/0.81, 0.91/0.73,
0.78/0.62; destination 0.99/0.91, 0.97/0.85, 0.99/0.92; sector 0.87/0.71, 0.71/0.72, 0.88/0.70.
Its errors were then read and lists and rules mended, so later, higher figures on that file
are no longer those of unseen questions: measure anew on a fresh set.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from bot.language.gazetteer import gazetteer
from bot.language.identification import likely
from bot.language.jobs import sector, states, vocabulary
from bot.language.lexicon import languages
from bot.language.quantities import quantities
from bot.language.roles import Role, Scored, assign, score
from bot.language.scope import Scope, scope
from bot.language.tokens import Token, tokens

EntityName = Literal[
    "country", "sector", "status", "employment", "private_household", "money", "duration", "date"
]
Value = str | dict[str, str | float | None]

# Longer messages are read up to here; nobody writes a country after 4,000 letters only.
MAX_LENGTH: Final = 4000


@dataclass(frozen=True)
class Entity:
    """One thing said. ``start`` and ``end`` are offsets in the original text.

    ``value``: ISO 3166-1 alpha-2 for a country; a word of the vocabulary for sector, status
    and employment; "yes" for private_household; ``{"amount", "currency"}`` for money (currency
    None when ambiguous); ISO 8601 for duration and date. ``role`` only for a country.
    """

    entity: EntityName
    value: Value
    role: Role | None
    start: int
    end: int
    text: str


def extract(text: str, read: Scope | None = None) -> list[Entity]:
    """The entities of a message, in the order of the text. Never raises.

    ``read``: the languages whose lists read it; without, those that the message may be in.
    """
    text = text[:MAX_LENGTH]
    said = tokens(text)
    lists = scope(*likely(text)) if read is None else read
    found = [*_countries(text, said, lists), *_others(text, said, lists)]
    return sorted(found, key=lambda entity: (entity.start, entity.end, entity.entity))


def _countries(text: str, said: list[Token], read: Scope) -> list[Entity]:
    scored = score(gazetteer(read).find(said, vocabulary(read)), said, read)
    roles = assign(_without_idle_currencies(scored), said, read)
    return [
        _entity(text, said, "country", item.hit.meaning.country, item.hit.first, item.hit.last,
                roles.get(item.hit.meaning.country))
        for item in _without_idle_currencies(scored)
    ]  # fmt: skip


def _without_idle_currencies(scored: list[Scored]) -> list[Scored]:
    """Currencies count only where nothing else says a place of work."""
    stated = any(s.hit.meaning.kind != "currency" and s.total > 0 for s in scored)
    return [s for s in scored if not (stated and s.hit.meaning.kind == "currency")]


def _others(text: str, said: list[Token], read: Scope) -> list[Entity]:
    found: list[Entity] = []
    job = sector(said, read)
    if job:
        found.append(_entity(text, said, "sector", job.value, job.first, job.last))
    for state in states(said, read):
        found.append(
            _entity(text, said, state.entity, state.value, state.first, state.last)  # type: ignore[arg-type]
        )
    for quantity in quantities(text, said, read):
        start, end = quantity.start, quantity.end
        found.append(Entity(quantity.entity, quantity.value, None, start, end, text[start:end]))
    return found


def _entity(
    text: str, said: list[Token], name: EntityName, value: Value, first: int, last: int,
    role: Role | None = None,
) -> Entity:  # fmt: skip
    start, end = said[first].start, said[last].end
    return Entity(name, value, role, start, end, text[start:end])


@lru_cache(maxsize=1)
def warm_up() -> None:
    """Build every list now rather than at the first message (a few seconds)."""
    for language in languages():
        extract("warm up", scope(language))
