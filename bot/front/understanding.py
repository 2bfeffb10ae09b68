"""What a message seems to mean: what the four components of Rasa's pipeline say together."""

from __future__ import annotations

from typing import Any, Final

from bot.front.model import Classifiers
from bot.language.emergency import decide
from bot.language.entities import warm_up
from bot.nlu import reading

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
        said = reading.typed(text.strip())
        language, lists = reading.language(said)
        ranking = reading.ranking(self._classifiers.topics, said)
        entities = reading.entities(said, lists, text.find(said))
        found = {
            "text": text,
            "intent": ranking[0],
            "entities": [{**each, "extractor": _FINDER} for each in entities],
            **language,
            "intent_ranking": ranking,
            "parts": reading.parts(self._classifiers.topics, said),
            "emergency": decide(said, self._classifiers.dangers, reading.shares(ranking), lists),
        }
        return {name: value for name, value in found.items() if value is not None}
