"""Rasa's own REST channel in a server whose custom actions say one sentence, without an action server.

For `haq bench stock`: what an engine costs by itself. Named in a credentials file by its module path.
"""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import RemoteAction, create_bot_utterance
from rasa.core.channels.rest import RestInput
from rasa.shared.core.events import Event

SENTENCE = "This is a sentence."


async def _say(self: RemoteAction, *_: Any) -> list[Event]:
    return [create_bot_utterance({"text": SENTENCE})]


class SentenceRest(RestInput):
    """As `rest`, at the same address."""

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> SentenceRest:
        """Replaces the actions of the process."""
        RemoteAction.run = _say
        return cls()
