"""Danger now: the lexicon detector, over ``data/<language>/dangers.yml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bot.language.danger_model import DangerModel
from bot.language.lexicon import load_all, words
from bot.language.normalise import latinise
from bot.language.patterns import PatternTable
from bot.rules.vocabulary import DANGERS, Danger

__all__ = ["DangerModel", "detect"]

# Where several dangers are said, the one that decides what to do first.
_PRIORITY: Final[tuple[Danger, ...]] = (
    "self_harm", "trafficking", "injury", "confinement", "violence", "arrest", "stranded",
)  # fmt: skip
MAX_LENGTH: Final = 4000


@dataclass(frozen=True)
class Lists:
    """The patterns of all languages."""

    dangers: PatternTable[Danger]
    harmless: PatternTable[str]
    past: PatternTable[str]
    now: PatternTable[str]


@lru_cache(maxsize=1)
def lists() -> Lists:
    """``dangers.yml`` of every language, read once."""
    tables = Lists(PatternTable(), PatternTable(), PatternTable(), PatternTable())
    others = {"harmless": tables.harmless, "past": tables.past, "now": tables.now}
    for language, content in load_all("dangers").items():
        for name, patterns in content.items():
            where = f"{language}/dangers.yml {name}"
            if name in others:
                others[name].extend(words(patterns, where), name)
            elif name in DANGERS:
                tables.dangers.extend(words(patterns, where), name)
            else:
                raise ValueError(f"{where}: no such danger")
    return tables


def detect(text: str) -> Danger | None:
    """The danger that a message says is there now, or None. Never raises.

    Harmless phrases are taken out first; something long past counts only beside a word
    for now, except the wish to die, which always counts.
    """
    found = reasons(text)
    return next((danger for danger in _PRIORITY if danger in found), None)


def reasons(text: str) -> dict[Danger, str]:
    """Each danger found with the pattern that found it (for tests and for tuning)."""
    table = lists()
    said = latinise(text[:MAX_LENGTH])
    said = table.harmless.blank(said)
    found: dict[Danger, str] = {}
    for danger, _, _, pattern in table.dangers.find(said):
        found.setdefault(danger, pattern)
    if found and _is_past(said, table):
        found = {danger: why for danger, why in found.items() if danger == "self_harm"}
    return found


def _is_past(said: str, table: Lists) -> bool:
    return any(table.past.find(said)) and not any(table.now.find(said))
