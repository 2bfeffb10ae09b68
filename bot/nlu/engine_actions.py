"""The one action in the assistant's own process.

It runs in a thread: a database that is slow must not keep the server from taking other messages. What
takes longer than an action may is given up, and the person gets the apology.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rasa.core.actions.action import Action, create_bot_utterance
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.databases.aside import aside
from bot.nlu.engine import ACTION_TIMEOUT_SECONDS
from bot.observability.marks import timed

if TYPE_CHECKING:
    from actions.adapter import Answered, Heard

Answer = Callable[["Heard"], "Answered"]


class InsideAction(Action):
    """Calls what answers, instead of asking an action server to."""

    def __init__(self, name: str, answer: Answer) -> None:
        self._name, self._answer = name, answer

    def name(self) -> str:
        return self._name

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        """The messages and slots of the answer. Raises asyncio.TimeoutError after four seconds."""
        with timed("action"):
            answered = await asyncio.wait_for(aside(self._answer, heard(tracker)), ACTION_TIMEOUT_SECONDS)
        said = [create_bot_utterance(_filled(message)) for message in answered.messages]
        return [*said, *(SlotSet(name, value) for name, value in answered.slots.items())]


def heard(tracker: DialogueStateTracker) -> Heard:
    """What an action server would be told, as far as ours looks at it."""
    from actions.adapter import Heard

    latest = tracker.latest_message
    assert latest is not None
    parsed = {**latest.parse_data, "entities": latest.entities}
    return Heard(tracker.sender_id, latest.input_channel or "rest", tracker.current_slot_values(), parsed)


def _filled(message: Any) -> dict[str, Any]:
    """A message without its empty parts, as the dispatcher of rasa-sdk leaves them out."""
    return {name: value for name, value in message.items() if value}
