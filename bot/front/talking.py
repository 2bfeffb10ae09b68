"""A message in, messages out: one at a time for each person, remembered, and never silence."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from actions.adapter import Answered, Heard
from bot.channels.saying import PATIENCE_SECONDS, aloud, as_sent, asks_to_erase
from bot.conversation.case_link import words_of_code
from bot.conversation.outage import apology_for
from bot.conversation.respond import MAX_LENGTH
from bot.databases.aside import aside
from bot.events import telling as events
from bot.locks.locks import Locks
from bot.observability.marks import count, timed
from bot.privacy.conversations import ConversationStore
from bot.privacy.failures import where

logger = logging.getLogger(__name__)

Parse = Callable[[str], dict[str, Any]]
Answer = Callable[[Heard], Answered]


class Memory:
    """The slots of each conversation, kept as Rasa's tracker store keeps them: either front goes on."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    def recall(self, sender: str) -> dict[str, Any]:
        """What is remembered of a person. Raises what a database raises that is down."""
        body = self._store.get(sender)
        return dict(json.loads(body)["slots"]) if body is not None else {}

    def keep(self, sender: str, slots: Mapping[str, Any]) -> None:
        """Remembers this, and nothing of before. Raises what a database raises that is down."""
        known = {name: value for name, value in slots.items() if value is not None}
        self._store.put(sender, json.dumps({"slots": known, "events": []}, ensure_ascii=False))

    def forget(self, sender: str) -> None:
        """Erases everything of a person. Raises what a database raises that is down."""
        self._store.erase(sender)


@dataclass(frozen=True)
class Talking:
    """The conversations of all."""

    parse: Parse
    answer: Answer
    memory: Memory
    locks: Locks
    name_of: Callable[[str], str]
    """The name of a person's lock: nobody's id stands in a keeper of locks."""

    async def talk(
        self, channel: str, sender: str, text: str, metadata: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """What is said to a message; nothing while a person at the desk writes in this chat."""
        began = perf_counter()
        text = (words_of_code(text.strip()) or text)[:MAX_LENGTH]
        with timed("answer"):
            messages = await self._patiently(channel, sender, text, metadata)
            sent = [as_sent(sender, each) for each in messages or [await self._apology(sender, text)]]
        said = aloud(sent)
        events.tell(channel, said, perf_counter() - began)
        return said

    async def _patiently(
        self, channel: str, sender: str, text: str, metadata: Mapping[str, Any]
    ) -> Sequence[Mapping[str, Any]]:
        """The messages of a turn; none when it fails or takes too long: it goes on then, with the lock."""
        turn = asyncio.ensure_future(self._in_turn(channel, sender, text, metadata))
        try:
            return await asyncio.wait_for(asyncio.shield(turn), PATIENCE_SECONDS)
        except asyncio.TimeoutError:
            logger.error("A message was not answered in time.")
            turn.add_done_callback(_told)
        except Exception as error:  # the boundary: whatever fails, the person gets a sentence and a number
            logger.error("A message could not be handled: %s.", where(error))
        return ()

    async def _in_turn(
        self, channel: str, sender: str, text: str, metadata: Mapping[str, Any]
    ) -> Sequence[Mapping[str, Any]]:
        async with self.locks.held(self.name_of(sender)):
            return await aside(self._turn, channel, sender, text, metadata)

    def _turn(
        self, channel: str, sender: str, text: str, metadata: Mapping[str, Any]
    ) -> Sequence[Mapping[str, Any]]:
        with timed("store"):
            slots = self.memory.recall(sender)
        with timed("nlu"):
            parsed = self.parse(text)
        with timed("action"):
            answered = self.answer(Heard(sender, channel, slots, {**parsed, "metadata": metadata}))
        with timed("store"):
            if asks_to_erase(answered.messages):
                self.memory.forget(sender)
            else:
                self.memory.keep(sender, {**slots, **answered.slots})
        return answered.messages

    async def _apology(self, sender: str, text: str) -> dict[str, Any]:
        count("apologies", "assistant")
        slots: dict[str, Any] = {}
        parsed: dict[str, Any] = {}
        try:
            parsed = await aside(self.parse, text)
            slots = await aside(self.memory.recall, sender)
        except Exception as error:  # the boundary again: an apology may not fail
            logger.error("The apology goes out without the case: %s.", where(error))
        return apology_for(slots, parsed)


def _told(turn: asyncio.Future[Any]) -> None:
    """Takes note of how a late turn ended, so that asyncio does not write its error into the log."""
    error = None if turn.cancelled() else turn.exception()
    if error is not None:
        logger.error("The late message failed: %s.", where(error))
