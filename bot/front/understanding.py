"""What a message seems to mean: what the four components of Rasa's pipeline say together.

`bot/nlu/components.py` cannot be changed without training anew; until then the few rules that stand there
alone stand here a second time, and `tests/end_to_end/test_thin_front.py` holds the two against each other.
"""

from __future__ import annotations

import re
from typing import Any, Final

from bot.conversation.turn import ESCAPE
from bot.front.model import Classifiers
from bot.language.emergency import decide
from bot.language.entities import extract, warm_up
from bot.language.identification import identify, likely
from bot.language.scope import Scope, scope
from bot.nlu.topic_model import TopicModel

# As in bot/nlu/components.py.
_COMMAND: Final = re.compile(r"\s*/\w+\s*\{.*\}\s*", re.DOTALL)
_RANKED: Final = 10
_SENTENCE: Final = re.compile(r"[?!.;\n\u061f\u06d4\u0964\u0965\u1362\u1367]+")
_SHORTEST_PART: Final = 3
_MOST_PARTS: Final = 4
_FINDER: Final = "EntityFinder"  # whom Rasa names as having found an entity


class Reader:
    """Reads messages with trained classifiers. Safe to use from several threads."""

    def __init__(self, classifiers: Classifiers) -> None:
        self._classifiers = classifiers
        warm_up()

    def parse(self, text: str) -> dict[str, Any]:
        """Language, script, entities, topics and danger of a message, in the shape of Rasa's parse.

        What is not known is left out.
        """
        said = text.strip().removeprefix(ESCAPE)
        guess, lists = identify(said), scope(*likely(said))
        topics = self._classifiers.topics
        words = "" if _COMMAND.fullmatch(said) else said
        ranking = [_named(name, share) for name, share in topics.predict(words)[:_RANKED]]
        shares = {each["name"]: each["confidence"] for each in ranking}
        found = {
            "text": text,
            "intent": ranking[0],
            "entities": _entities(words, lists, text.find(said)),
            "language": guess.language,
            "script": guess.script,
            "language_confident": guess.confident,
            "intent_ranking": ranking,
            "parts": _parts(topics, words),
            "emergency": decide(said, self._classifiers.dangers, shares, lists),
        }
        return {name: value for name, value in found.items() if value is not None}


def _entities(words: str, lists: Scope, shift: int) -> list[dict[str, Any]]:
    return [
        {
            "entity": each.entity,
            "value": each.value,
            "start": each.start + shift,
            "end": each.end + shift,
            **({"role": each.role} if each.role else {}),
            "extractor": _FINDER,
        }
        for each in (extract(words, lists) if words else ())
    ]


def _parts(topics: TopicModel, words: str) -> list[dict[str, Any]]:
    """What each question of a message with several is about."""
    asked = [part for part in _SENTENCE.split(words) if len(part.split()) >= _SHORTEST_PART]
    if not 1 < len(asked) <= _MOST_PARTS:
        return []
    return [_named(*topics.predict(part)[0]) for part in asked]


def _named(name: str, share: float) -> dict[str, Any]:
    return {"name": name, "confidence": round(share, 4)}
