"""What a message seems to mean, in the shape of Rasa's parse: for the components of Rasa's pipeline, and for
the front without Rasa."""

from __future__ import annotations

import re
from typing import Any, Final

from bot.conversation.turn import ESCAPE
from bot.language.entities import extract
from bot.language.identification import recognise
from bot.language.scope import Scope, scope
from bot.nlu.topic_model import TopicModel

# What would be a command of the engine, typed by a person: it says nothing of a case.
_COMMAND: Final = re.compile(r"\s*/\w+\s*\{.*\}\s*", re.DOTALL)
_RANKED: Final = 10  # intents in the ranking that is passed on
# Where a sentence ends, in the scripts that we read.
_SENTENCE: Final = re.compile(r"[?!.;\n\u061f\u06d4\u0964\u0965\u1362\u1367]+")
_SHORTEST_PART: Final = 3  # words
_MOST_PARTS: Final = 4


def typed(text: str) -> str:
    """The text as the person typed it."""
    return text.removeprefix(ESCAPE)


def words(said: str) -> str:
    """What a message says; nothing for a typed command of the engine, which would be taken for anything."""
    return "" if _COMMAND.fullmatch(said) else said


def language(said: str) -> tuple[dict[str, Any], Scope]:
    """Language, script and whether they are certain; and the languages whose lists read the message."""
    guess, likely = recognise(said)
    found = {"language": guess.language, "script": guess.script, "language_confident": guess.confident}
    return found, scope(*likely)


def entities(said: str, lists: Scope, shift: int = 0) -> list[dict[str, Any]]:
    """Countries with their role, sectors, status, money, durations. ``shift``: where the text begins."""
    return [
        {
            "entity": each.entity,
            "value": each.value,
            "start": each.start + shift,
            "end": each.end + shift,
            **({"role": each.role} if each.role else {}),
        }
        for each in (extract(said, lists) if words(said) else ())
    ]


def ranking(model: TopicModel, said: str) -> list[dict[str, Any]]:
    """The likeliest intents with their confidences, the likeliest first."""
    return [_named(*each) for each in model.predict(words(said))[:_RANKED]]


def parts(model: TopicModel, said: str) -> list[dict[str, Any]]:
    """What each question of a message with several is about; nothing for all other messages."""
    asked = [part for part in _SENTENCE.split(words(said)) if len(part.split()) >= _SHORTEST_PART]
    if not 1 < len(asked) <= _MOST_PARTS:
        return []
    return [_named(*model.predict(part)[0]) for part in asked]


def shares(ranked: list[dict[str, Any]]) -> dict[str, float]:
    """The confidence of each intent of a ranking."""
    return {each["name"]: each["confidence"] for each in ranked}


def _named(name: str, share: float) -> dict[str, Any]:
    return {"name": name, "confidence": round(share, 4)}
