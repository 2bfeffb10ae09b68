"""Danger now: word lists (``data/<language>/dangers.yml``), a model and the topic together.

How the thresholds were chosen and what was measured stands in docs/understanding.md,
"Emergencies".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, cast

from bot.language.commands import command
from bot.language.danger_model import DangerModel
from bot.language.identification import likely
from bot.language.lexicon import LexiconError, load, words
from bot.language.normalise import latinise
from bot.language.patterns import PatternTable
from bot.language.scope import Scope, scope
from bot.rules.vocabulary import DANGERS, Danger

__all__ = ["DangerModel", "decide", "detect"]

# Where several dangers are said, the one that decides what to do first.
_PRIORITY: Final[tuple[Danger, ...]] = (
    "self_harm", "trafficking", "injury", "confinement", "violence", "arrest", "stranded",
)  # fmt: skip
MAX_LENGTH: Final = 4000
# What speaks for a danger, weighed together (a logistic regression over cross-validated scores of the
# utterances, docs/understanding.md): the lists found one; the log odds that the model gives; those of
# the topic "emergency"; those of the topics of lasting violence and forced labour.
LISTED: Final = 4.42
MODEL: Final = 0.52
EMERGENCY: Final = 0.39
LASTING: Final = 0.25
BIAS: Final = 2.62
# From here on it is a danger: chosen so that ordinary messages seldom raise an alarm.
DANGER: Final = 1.0
_LASTING_TOPICS: Final = ("forced_labour", "violence_harassment")
_LEAST: Final = 1e-4


@dataclass(frozen=True)
class Lists:
    """The patterns of one language."""

    dangers: PatternTable[Danger]
    harmless: PatternTable[str]
    past: PatternTable[str]
    now: PatternTable[str]
    claim: PatternTable[str]


@cache
def lists(language: str) -> Lists:
    """``dangers.yml`` of a language, read once."""
    tables = Lists(*(PatternTable() for _ in range(5)))
    others = {
        "harmless": tables.harmless, "past": tables.past, "now": tables.now, "claim": tables.claim,
    }  # fmt: skip
    content = dict(load(language, "dangers"))
    endings = int(content.pop("endings", 0))
    for name, patterns in content.items():
        where = f"{language}/dangers.yml {name}"
        if name in others:
            others[name].extend(words(patterns, where), name, endings)
        elif name in DANGERS:
            tables.dangers.extend(words(patterns, where), cast(Danger, name), endings)
        else:
            raise LexiconError(f"{where}: no such danger")
    return tables


def decide(
    text: str, model: DangerModel, topics: Mapping[str, float], read: Scope | None = None
) -> Danger | None:
    """The danger that lists, model and topics together speak for; or None.

    A wish to die that the lists find counts whatever the models say. ``topics``: the confidence of
    each likely topic. The danger named is that of the lists, else the model's likeliest.
    """
    listed = detect(text, read)
    if listed == "self_harm":
        return listed
    if listed is None and read is not None and command(text, read) is not None:
        return None  # "about my brother", "go back": too short for the model to judge
    danger, score = model.likeliest(text)
    evidence = (
        BIAS
        + LISTED * (listed is not None)
        + MODEL * _log_odds(score)
        + EMERGENCY * _log_odds(topics.get("emergency", 0.0))
        + LASTING * _log_odds(sum(topics.get(name, 0.0) for name in _LASTING_TOPICS))
    )
    return (listed or danger) if evidence >= DANGER else None


def _log_odds(share: float) -> float:
    held = min(max(share, _LEAST), 1 - _LEAST)
    return math.log(held / (1 - held))


def detect(text: str, read: Scope | None = None) -> Danger | None:
    """The danger that a message says is there now, or None. Never raises.

    Harmless phrases are taken out first. Without a word for "now", something long past does
    not count (but the wish to die always does), nor does an injury in a question for money.
    ``read``: the languages whose lists read it; without, those that the message may be in.
    """
    found = reasons(text, read)
    return next((danger for danger in _PRIORITY if danger in found), None)


def reasons(text: str, read: Scope | None = None) -> dict[Danger, str]:
    """Each danger found with the pattern that found it (for tests and for tuning)."""
    text = text[:MAX_LENGTH]
    tables = [lists(language) for language in (scope(*likely(text)) if read is None else read)]
    said = latinise(text)
    for table in tables:
        said = table.harmless.blank(said)
    found: dict[Danger, str] = {}
    for table in tables:
        for danger, _, _, pattern in table.dangers.find(said):
            found.setdefault(danger, pattern)
        if found:
            break  # a later language may read other words into it
    if found and not _is_said((table.now for table in tables), said):
        found = _without_settled(found, said, tables)
    return found


def _without_settled(found: dict[Danger, str], said: str, tables: list[Lists]) -> dict[Danger, str]:
    """What is left when the message is about the past, or asks money for an injury."""
    if _is_said((table.past for table in tables), said):
        return {danger: why for danger, why in found.items() if danger == "self_harm"}
    if _is_said((table.claim for table in tables), said):
        return {danger: why for danger, why in found.items() if danger != "injury"}
    return found


def _is_said(tables: Iterable[PatternTable[str]], said: str) -> bool:
    return any(any(table.find(said)) for table in tables)
