"""Before anything is replied: language, facts of the case, and choices are taken up."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.turn import CASE_SLOTS, Entity, State, Turn, enabled_languages
from bot.language.choices import parse_choice

# An entity without a role answers the question that was asked last, if that asked for a country.
_COUNTRY_SLOTS = ("destination", "origin")
# A longer message tells a story, even if a label stands in it.
_LONGEST_CHOICE = 8


def take_language(turn: Turn) -> Turn:
    """Switches to the language of the message, unless the person chose one."""
    said, state = turn.said, turn.state
    if state.language_chosen or not said.language_confident or said.language is None:
        return turn
    if said.language == state.language or said.language not in enabled_languages():
        return turn
    return turn.with_state(language=said.language, told_disclaimer=False)


def speaks_other_language(turn: Turn) -> bool:
    """Whether the message is clearly in a language that the assistant does not speak."""
    said = turn.said
    return said.language_confident and said.language is not None and said.language not in enabled_languages()


def take_facts(turn: Turn) -> Turn:
    """Remembers what the message says of the case; what is said later corrects what was said."""
    changes: dict[str, object] = {}
    for entity in turn.said.entities:
        name = _slot(entity, turn.state, changes)
        if name is not None:
            changes[name] = entity.value
    if "destination" in changes and changes["destination"] == changes.get("origin", turn.state.origin):
        # "I am back in Nepal": the home country is not a country of work.
        changes.pop("destination")
    if not changes:
        return turn
    answered = turn.state.asking in changes
    return replace(
        turn,
        state=replace(turn.state, **changes, asking=None if answered else turn.state.asking),  # type: ignore[arg-type]
    )


def take_choice(turn: Turn) -> str | None:
    """What the choice does that the message makes, if it makes one of those offered last."""
    labels = [label for _, label in turn.state.choices]
    if not labels or len(turn.said.text.split()) > _LONGEST_CHOICE:
        return None
    position = parse_choice(turn.said.text, labels, turn.read)
    return None if position is None else turn.state.choices[position][0]


def new_facts(turn: Turn, before: State) -> bool:
    """Whether the message told something of the case that was not known."""
    return any(getattr(turn.state, name) != getattr(before, name) for name in CASE_SLOTS)


def _slot(entity: Entity, state: State, changes: dict[str, object]) -> str | None:
    if entity.entity != "country":
        return entity.entity if entity.entity in CASE_SLOTS else None
    if entity.role in _COUNTRY_SLOTS:
        return entity.role
    if state.asking in _COUNTRY_SLOTS and state.asking not in changes:
        return state.asking
    return "destination" if "destination" not in changes else None
