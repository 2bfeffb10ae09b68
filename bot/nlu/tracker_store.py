"""Rasa's tracker store over our own store of conversations (endpoints.yml names it).

Rasa's SQL store keeps every event forever and reads all of them at each message; here a
conversation is its slots and its last turns, so the thousandth message costs what the tenth does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore, SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.databases.aside import aside
from bot.observability.marks import timed
from bot.privacy.conversations import ConversationStore
from bot.settings import load_settings

KEPT_TURNS = 2
# Slots are kept by themselves; a session start would empty them; what was said is not needed again.
_NOT_KEPT = (SlotSet, SessionStarted, BotUttered)
_COMMON: dict[str, type[Event]] = {each.type_name: each for each in (UserUttered, ActionExecuted)}


class PersonTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Keeps slots and the last turns of each conversation."""

    def __init__(self, domain: Domain, event_broker: EventBroker | None = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker, **kwargs)
        settings = load_settings()
        self._store = ConversationStore(settings.conversations_url, settings.people_key)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps what the next message needs; nothing of a person before something is said."""
        if not any(isinstance(event, UserUttered) for event in tracker.events):
            return
        events = [_without_words(event.as_dict()) for event in _last_turns(list(tracker.events))]
        slots = {name: value for name, value in tracker.current_slot_values().items() if value is not None}
        body = json.dumps({"slots": slots, "events": events}, ensure_ascii=False)
        with timed("store"):
            await aside(self._store.put, tracker.sender_id, body)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation as far as it is kept."""
        with timed("store"):
            body = await aside(self._store.get, sender_id)
        if body is None:
            return None
        kept = json.loads(body)
        tracker = self.init_tracker(sender_id)
        for name, value in kept["slots"].items():
            if name in tracker.slots:  # one that a newer version no longer has is forgotten
                tracker.update(SlotSet(name, value))
        for event in map(_event, kept["events"]):
            if event is not None and not isinstance(event, _NOT_KEPT):
                tracker.update(event)
        return tracker

    async def keys(self) -> Iterable[str]:
        """Persons are kept under hashes: they cannot be listed."""
        return []

    def erase(self, sender_id: str) -> None:
        """Erases everything of a person."""
        self._store.erase(sender_id)


def erase(store: TrackerStore, sender_id: str) -> None:
    """Erases a person in our store and in every store that Rasa wraps around it."""
    current: Any = store
    while current is not None:
        if isinstance(current, PersonTrackerStore):
            current.erase(sender_id)
        for held in (current, getattr(current, "_fallback_tracker_store", None)):
            if isinstance(held, InMemoryTrackerStore):
                held.store.pop(sender_id, None)
        current = getattr(current, "_tracker_store", None)


def _event(kept: dict[str, Any]) -> Event | None:
    """An event as it was kept. Rasa looks through all kinds of events for each; most are of two."""
    kind = _COMMON.get(str(kept.get("event")))
    event: Event | None = kind._from_parameters(kept) if kind else Event.from_parameters(kept)
    return event


def _without_words(event: dict[str, Any]) -> dict[str, Any]:
    """An event without what the person wrote: the next turn needs what was understood, not the words."""
    if event.get("event") != UserUttered.type_name:
        return event
    intent = (event.get("parse_data") or {}).get("intent") or {}
    return {**event, "text": "", "parse_data": {"intent": intent, "entities": [], "text": ""}}


def _last_turns(all_events: list[Event]) -> list[Event]:
    """From the action before the last few messages on, so that policies see a whole turn."""
    events = [event for event in all_events if not isinstance(event, _NOT_KEPT)]
    messages = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(messages) <= KEPT_TURNS:
        return events
    start = messages[-KEPT_TURNS]
    while start > 0 and not isinstance(events[start - 1], ActionExecuted):
        start -= 1
    return events[max(start - 1, 0) :]
