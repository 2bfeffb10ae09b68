"""Rasa's text generation over our catalogues (endpoints.yml names it).

Answers come ready from the actions; this says what the engine itself has to say, in the language
of the conversation: above all the apology when the actions cannot be reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.conversation.outage import apology
from bot.conversation.turn import State


class CatalogueNLG(NaturalLanguageGenerator):
    """Says `utter_unavailable` in the language of the conversation."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        self._config = endpoint_config

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The message of an `utter_...`; every one that we do not know is the apology."""
        latest = tracker.latest_message.parse_data if tracker.latest_message else {}
        return self.apology(tracker.current_slot_values(), latest)

    @staticmethod
    def apology(slots: Mapping[str, Any], parsed: Mapping[str, Any]) -> dict[str, Any]:
        """A sentence with the emergency numbers of the country, as far as it is known."""
        country = next(
            (
                entity["value"]
                for entity in parsed.get("entities", ())
                if entity["entity"] == "country" and entity.get("role") != "origin"
            ),
            None,
        )
        language = parsed.get("language") if parsed.get("language_confident") else None
        return apology(State.from_slots(slots), country, language)
