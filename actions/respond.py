"""The one action: hands the message to the conversation and the reply back to Rasa."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.adapter import message_for_rasa, state_of, understanding_of
from bot.answers.translations import translator
from bot.conversation.outage import apology
from bot.conversation.respond import respond
from bot.conversation.turn import Turn, enabled_languages
from bot.privacy.failures import where
from bot.rules.errors import RulesError
from bot.rules.lawbase import LawBase
from bot.settings import load_settings

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def law_base() -> LawBase:
    """The law base, opened at the first message."""
    return LawBase(load_settings().database_url)


def warm_up() -> None:
    """Reads what the first message would have to wait for."""
    for language in enabled_languages():
        translator(language)
    try:
        with law_base().reading() as reader:
            reader.candidates(None, None, None)
    except RulesError as error:
        logger.warning("The law base cannot be read yet: %s.", where(error))


class ActionRespond(Action):
    """Answers every message; never fails silently."""

    def __init__(self) -> None:
        warm_up()

    def name(self) -> str:
        return "action_respond"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Slots → case → answer → messages."""
        before = state_of(tracker)
        try:
            reply = respond(Turn(before, understanding_of(tracker), law_base(), date.today()))
        except Exception as error:
            # The boundary: rasa-sdk would answer with the whole conversation. No content is logged.
            logger.error("A message could not be answered: %s.", where(error))
            said = apology(before)
            dispatcher.utter_message(text=said["text"], custom=said["custom"])
            return []
        for message in reply.messages:
            dispatcher.utter_message(**message_for_rasa(message, reply))
        slots, held = reply.state.slots(), before.slots()
        return [SlotSet(name, value) for name, value in slots.items() if value != held[name]]
