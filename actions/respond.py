"""The one action: hands the message to the conversation and the reply back to Rasa."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.adapter import Heard
from actions.answering import answer, warm_up


class ActionRespond(Action):
    """Answers every message that reaches the action server."""

    def __init__(self) -> None:
        warm_up()

    def name(self) -> str:
        return "action_respond"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Slots → case → answer → messages."""
        channel = tracker.get_latest_input_channel() or "rest"
        answered = answer(Heard(tracker.sender_id, channel, tracker.slots, tracker.latest_message))
        for message in answered.messages:
            dispatcher.utter_message(**message)
        return [SlotSet(name, value) for name, value in answered.slots.items()]
