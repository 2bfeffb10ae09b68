"""Between Rasa's tracker and the conversation's own objects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker

from bot.conversation.turn import ESCAPE, Entity, Message, Reply, State, Understanding, enabled_languages


def state_of(tracker: Tracker) -> State:
    """What is remembered; a language that the channel names counts as chosen."""
    state = State.from_slots(tracker.slots)
    language = (tracker.latest_message.get("metadata") or {}).get("language")
    if language in enabled_languages():
        return replace(state, language=language, language_chosen=True)
    return state


def understanding_of(tracker: Tracker) -> Understanding:
    """What the pipeline made of the message."""
    latest = tracker.latest_message
    intent = latest.get("intent") or {}
    return Understanding(
        text=str(latest.get("text") or "").removeprefix(ESCAPE),
        intent=str(intent.get("name")),
        confidence=float(intent.get("confidence") or 0),
        entities=tuple(
            Entity(entity["entity"], entity["value"], entity.get("role"))
            for entity in latest.get("entities") or ()
        ),
        language=latest.get("language"),
        language_confident=bool(latest.get("language_confident")),
        danger=latest.get("emergency"),
        parts=tuple((each["name"], each["confidence"]) for each in latest.get("parts") or ()),
        ranking=tuple((each["name"], each["confidence"]) for each in latest.get("intent_ranking") or ()),
    )


def message_for_rasa(message: Message, reply: Reply) -> dict[str, Any]:
    """One message as rasa-sdk's dispatcher takes it; buttons say their own label."""
    custom = {
        "rules": list(message.rules),
        "sources": list(message.sources),
        "topic": message.topic,
        "case": reply.case.to_json() if reply.case else None,
        "version": reply.version,
        "language": reply.state.language,
        "country": reply.state.destination,
        **message.extra,
    }
    buttons = [
        {"title": label, "payload": label, "number": number}
        for number, (_, label) in enumerate(message.choices, 1)
    ]
    return {"text": message.text, "buttons": buttons, "custom": custom}
