"""Handing a message to the assistant and collecting what it says; never silent, whatever fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.trackers import DialogueStateTracker

from bot.channels.saying import PATIENCE_SECONDS, aloud, as_sent, asks_to_erase, escaped
from bot.conversation.case_link import words_of_code
from bot.conversation.outage import apology_for
from bot.conversation.respond import MAX_LENGTH
from bot.databases.aside import aside
from bot.events import telling as events
from bot.nlu.tracker_store import erase
from bot.observability.marks import count, timed
from bot.privacy.failures import where

logger = logging.getLogger(__name__)

OnMessage = Callable[[UserMessage], Awaitable[Any]]


class CollectedMessages(OutputChannel):
    """Collects messages, with `text`, `buttons` and `custom` in one object."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return "collected"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Takes one message of the assistant."""
        self.messages.append(as_sent(recipient_id, message))


async def converse(
    agent: Agent, on_new_message: OnMessage, channel: str, sender: str, text: str, metadata: dict[str, Any]
) -> list[dict[str, Any]]:
    """What the assistant says to a message; nothing while a person at the desk writes in this chat.

    A message that asks to forget everything has the conversation erased. A code from a case sheet is
    read as the words that it stands for.
    """
    began = perf_counter()
    with timed("answer"):
        said = await _converse(agent, on_new_message, channel, sender, text, metadata)
    events.tell(channel, said, perf_counter() - began)
    return said


async def _converse(
    agent: Agent, on_new_message: OnMessage, channel: str, sender: str, text: str, metadata: dict[str, Any]
) -> list[dict[str, Any]]:
    text = words_of_code(text.strip()) or text
    collected = CollectedMessages()
    message = UserMessage(
        escaped(text[:MAX_LENGTH]), collected, sender, input_channel=channel, metadata=metadata
    )
    try:
        await asyncio.wait_for(
            asyncio.shield(asyncio.ensure_future(on_new_message(message))), PATIENCE_SECONDS
        )
    except asyncio.TimeoutError:
        logger.error("A message was not answered in time.")
    except Exception as error:
        # The boundary: whatever fails inside, the person gets a sentence and a number.
        logger.error("A message could not be handled: %s.", where(error))
    if not collected.messages:
        return [{"recipient_id": sender, **await _apology(agent, sender, text)}]
    if asks_to_erase(collected.messages):
        await aside(erase, agent.tracker_store, sender)
    return aloud(collected.messages)


async def _apology(agent: Agent, sender: str, text: str) -> dict[str, Any]:
    count("apologies", "assistant")
    tracker: DialogueStateTracker | None = None
    try:
        tracker = await agent.tracker_store.retrieve(sender)
        parsed = await agent.parse_message(escaped(text[:MAX_LENGTH]))
    except Exception as error:  # the boundary again: an apology may not fail
        logger.error("The apology goes out without the case: %s.", where(error))
        parsed = {}
    return apology_for(tracker.current_slot_values() if tracker else {}, parsed)
