"""What goes out of a conversation, and what a message must not be taken for; whichever front it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from bot.conversation.turn import ESCAPE
from bot.people.store import PeopleStore

PATIENCE_SECONDS: Final = 4.5
"""After that the person gets an apology, whatever the engine does."""


def as_sent(recipient: str, message: Mapping[str, Any]) -> dict[str, Any]:
    """A message as channels take it: text, buttons and custom in one object."""
    found = {"recipient_id": recipient, "text": message.get("text") or ""}
    return found | {key: message[key] for key in ("buttons", "custom") if message.get(key)}


def aloud(messages: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what says nothing on purpose: a person at the desk writes in this chat."""
    return [each for each in messages if not (each.get("custom") or {}).get("quiet")]


def asks_to_erase(messages: Iterable[Mapping[str, Any]]) -> bool:
    """Whether an answer says that everything is forgotten."""
    return any((each.get("custom") or {}).get("erase") for each in messages)


def waiting(people: PeopleStore, sender: str) -> list[dict[str, Any]]:
    """What the desk wrote to a person, and reminders that are due; handed out once.

    Raises what a database raises that is down.
    """
    due = people.due_for(sender)
    return [{"recipient_id": sender, "text": each.text, "custom": {"from": each.kind}} for each in due]


def escaped(text: str) -> str:
    """The text so that Rasa takes nothing in it for a command of its own."""
    return f"{ESCAPE}{text}" if text.strip().startswith("/") else text
