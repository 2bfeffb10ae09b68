"""Danger now: word lists (``data/<language>/dangers.yml``), a model and the topic together.

How the thresholds were chosen and what was measured stands in docs/understanding.md,
"Emergencies".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from bot.language.danger_model import DangerModel
from bot.language.lexicon import load_all, words
from bot.language.normalise import latinise
from bot.language.patterns import PatternTable
from bot.rules.vocabulary import DANGERS, Danger

__all__ = ["DangerModel", "decide", "detect"]

# Where several dangers are said, the one that decides what to do first.
_PRIORITY: Final[tuple[Danger, ...]] = (
    "self_harm", "trafficking", "injury", "confinement", "violence", "arrest", "stranded",
)  # fmt: skip
MAX_LENGTH: Final = 4000
# From here on the model is believed by itself; and below, when the topic is an emergency.
# By cross-validation on data/nlu.
MODEL_ALONE: Final = 0.6
MODEL_WITH_TOPIC: Final = 0.4
TOPIC: Final = 0.2


@dataclass(frozen=True)
class Lists:
    """The patterns of all languages."""

    dangers: PatternTable[Danger]
    harmless: PatternTable[str]
    past: PatternTable[str]
    now: PatternTable[str]
    claim: PatternTable[str]


@lru_cache(maxsize=1)
def lists() -> Lists:
    """``dangers.yml`` of every language, read once."""
    tables = Lists(*(PatternTable() for _ in range(5)))
    others = {
        "harmless": tables.harmless, "past": tables.past, "now": tables.now, "claim": tables.claim,
    }  # fmt: skip
    for language, loaded in load_all("dangers").items():
        content = dict(loaded)
        endings = int(content.pop("endings", 0))
        for name, patterns in content.items():
            where = f"{language}/dangers.yml {name}"
            if name in others:
                others[name].extend(words(patterns, where), name, endings)
            elif name in DANGERS:
                tables.dangers.extend(words(patterns, where), cast(Danger, name), endings)
            else:
                raise ValueError(f"{where}: no such danger")
    return tables


def decide(text: str, model: DangerModel, topic: str, confidence: float) -> Danger | None:
    """The danger by the lists, or else by the model, backed by the topic; or None."""
    if listed := detect(text):
        return listed
    danger, score = model.likeliest(text)
    emergency = topic == "emergency" and confidence >= TOPIC
    return danger if score >= (MODEL_WITH_TOPIC if emergency else MODEL_ALONE) else None


def detect(text: str) -> Danger | None:
    """The danger that a message says is there now, or None. Never raises.

    Harmless phrases are taken out first. Without a word for "now", something long past does
    not count (but the wish to die always does), nor does an injury in a question for money.
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
    if found and not any(table.now.find(said)):
        found = _without_settled(found, said, table)
    return found


def _without_settled(found: dict[Danger, str], said: str, table: Lists) -> dict[Danger, str]:
    """What is left when the message is about the past, or asks money for an injury."""
    if any(table.past.find(said)):
        return {danger: why for danger, why in found.items() if danger == "self_harm"}
    if any(table.claim.find(said)):
        return {danger: why for danger, why in found.items() if danger != "injury"}
    return found
