"""Rasa's text generation over our catalogues (endpoints.yml names it).

Answers come ready from the actions; this says what the engine itself has to say, in the language
of the conversation: above all the apology when the actions cannot be reached.
"""

from __future__ import annotations

from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.conversation.outage import apology_for


class CatalogueNLG(NaturalLanguageGenerator):
    """Says `utter_unavailable` in the language of the conversation."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        self._config = endpoint_config

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The message of an `utter_...`; every one that we do not know is the apology."""
        latest = tracker.latest_message.parse_data if tracker.latest_message else {}
        return apology_for(tracker.current_slot_values(), latest)
