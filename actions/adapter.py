"""Between what a front hears and keeps, and the conversation's own objects. Free of Rasa."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.conversation.turn import ESCAPE, Entity, Message, Reply, State, Understanding, enabled_languages


@dataclass(frozen=True)
class Heard:
    """A message as a front hands it over."""

    sender: str
    channel: str
    slots: Mapping[str, Any]
    latest: Mapping[str, Any]  # what the pipeline made of the message


@dataclass(frozen=True)
class Answered:
    """What a front gets back: messages for the person, and the slots that changed."""

    messages: tuple[Mapping[str, Any], ...]
    slots: Mapping[str, Any]


def state_of(heard: Heard) -> State:
    """What is remembered; a language that the channel names counts as chosen."""
    state = State.from_slots(heard.slots)
    language = (heard.latest.get("metadata") or {}).get("language")
    if language in enabled_languages():
        return replace(state, language=language, language_chosen=True)
    return state


def understanding_of(heard: Heard) -> Understanding:
    """What the pipeline made of the message."""
    latest = heard.latest
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
        "outcomes": [asked.outcome for asked in reply.asked],
        "handoff": any(effect.name == "ask_for_person" for effect in reply.effects),
        **message.extra,
    }
    buttons = [
        {"title": label, "payload": label, "number": number}
        for number, (_, label) in enumerate(message.choices, 1)
    ]
    return {"text": message.text, "buttons": buttons, "custom": custom}
