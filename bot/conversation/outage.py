"""What a person gets when a part of the system is down: a sentence and an emergency number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.answers.answer import emergency_text
from bot.answers.translations import available_languages, translator
from bot.conversation.turn import Message, Reply, State
from bot.rules.case import Case
from bot.rules.emergency import library_table

# What is said to the person as done or asked for.
_PROMISES = {"ask_for_person", "remind", "cancel_reminders", "pass_on", "erase"}


def not_done(reply: Reply) -> Reply:
    """A reply whose promise could not be kept: the numbers of an emergency stay, the rest says so."""
    if reply.state.danger is not None or not _PROMISES & {each.name for each in reply.effects}:
        return reply
    t = translator(reply.state.language)
    text = t.gettext("Sorry, that did not work just now. Please try again in a few minutes.")
    return replace(reply, messages=(Message(text),))


def apology_for(slots: Mapping[str, Any], parsed: Mapping[str, Any]) -> dict[str, Any]:
    """The apology, by what is remembered of a person and what was understood of their message."""
    country = next(
        (
            entity["value"]
            for entity in parsed.get("entities", ())
            if entity["entity"] == "country" and entity.get("role") != "origin"
        ),
        None,
    )
    language = parsed.get("language") if parsed.get("language_confident") else None
    return apology(State.from_slots(slots), country, language)


def apology(state: State, country: str | None = None, language: str | None = None) -> dict[str, Any]:
    """The apology as a message; needs neither the database nor the actions.

    `country` and `language` are those of the message itself, where it says them.
    """
    spoken = language if language in available_languages() and not state.language_chosen else state.language
    t, destination = translator(spoken or state.language), state.destination or country
    today = date.today()
    numbers = library_table(destination) if destination else ()
    text = t.gettext(
        "Sorry, I cannot look this up right now. Please try again in a few minutes. "
        "If you are in danger: {numbers}.",
        numbers=emergency_text(numbers, Case(on=today, today=today, destination=destination), t),
    )
    custom: dict[str, Any] = {
        "topic": "emergency",
        "rules": [],
        "sources": [],
        "case": {"destination": destination},
        "version": None,
        "outcomes": ["apology"],
    }
    return {"text": text, "custom": custom}
