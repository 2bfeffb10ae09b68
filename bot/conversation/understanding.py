"""Before anything is replied: language, facts of the case, and choices are taken up."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.cases import OTHER, switch
from bot.conversation.questions import without_money
from bot.conversation.turn import CASE_SLOTS, ME, State, Turn, enabled_languages
from bot.language.choices import parse_choice
from bot.language.people import speaks_of_relative

# An entity without a role answers the question that was asked last, if that asked for a country.
_COUNTRY_SLOTS = ("destination", "origin")
_OTHER_LETTERS = ("ar", "ur", "am", "hi", "ne", "bn", "si", "ta")
# A longer message tells a story, even if a label stands in it.
_LONGEST_CHOICE = 8


def take_language(turn: Turn) -> Turn:
    """Switches to the language of the message, unless the person chose one.

    A greeting in Devanagari may be Hindi or Nepali; either is nearer than a language in Latin letters.
    """
    said, state = turn.said, turn.state
    near = said.language in _OTHER_LETTERS and state.language not in _OTHER_LETTERS
    foreign = not any("a" <= char <= "z" for char in said.text.lower())
    if state.language_chosen or not (said.language_confident or (near and foreign)):
        return turn
    language = said.language if foreign else _by_home(turn)
    if language is None or language not in enabled_languages() or language == state.language:
        return turn
    return turn.with_state(language=language, told_disclaimer=False)


def _by_home(turn: Turn) -> str | None:
    """Hindi and Urdu in Latin letters are one language: the home country says in which script to answer."""
    said = turn.said
    if said.language not in ("hi", "ur"):
        return said.language
    told = [each.value for each in said.entities if each.entity == "country" and each.role == "origin"]
    origin = told[-1] if told else turn.state.origin
    if origin is None:
        return turn.state.language if turn.state.language in ("hi", "ur") else said.language
    return "ur" if origin == "PK" else "hi"


def speaks_other_language(turn: Turn) -> bool:
    """Whether the message is clearly in a language that the assistant does not speak."""
    said = turn.said
    return said.language_confident and said.language is not None and said.language not in enabled_languages()


def take_facts(turn: Turn) -> Turn:
    """Remembers what the message says of the case; what is said later corrects what was said.

    "No, Kuwait, not Qatar" names the old country too: the other one is meant. A relative in another
    country is another case.
    """
    changes: dict[str, object] = {
        entity.entity: entity.value for entity in turn.said.entities if entity.entity in CASE_SLOTS
    }
    changes |= _countries(turn)
    if _of_someone_else(turn, changes):
        turn = replace(turn, state=switch(turn.state, OTHER))
    if "destination" in changes and changes["destination"] == changes.get("origin", turn.state.origin):
        # "I am back in Nepal": the home country is not a country of work.
        changes.pop("destination")
    if not changes:
        return turn
    if changes.get("destination", turn.state.destination) != turn.state.destination:
        changes["known"] = without_money(turn.state.known)  # it was told in the other country's money
    answered = turn.state.asking in changes
    return replace(
        turn,
        state=replace(turn.state, **changes, asking=None if answered else turn.state.asking),  # type: ignore[arg-type]
    )


def _countries(turn: Turn) -> dict[str, object]:
    """The countries of work and of origin that a message names, where it names any."""
    state = turn.state
    corrected = _correction(turn)
    if corrected is not None:
        return {"destination": corrected}
    unclear = state.asking if state.asking in _COUNTRY_SLOTS else "destination"
    named = [each for each in turn.said.entities if each.entity == "country"]
    found: dict[str, object] = {}
    for name in _COUNTRY_SLOTS:
        clear = [each.value for each in named if each.role == name]
        others = [each.value for each in named if each.role is None] if name == unclear else []
        # Of several clear ones the last counts, of the others the first.
        for countries, pick in ((clear, -1), (others, 0)):
            new = [country for country in countries if country != getattr(state, name)]
            if countries and (name not in found or (new and found[name] == getattr(state, name))):
                found[name] = (new or countries)[pick]
    return found


def _correction(turn: Turn) -> str | None:
    """The other country of a short message that names the known country of work too: "Kuwait, not Qatar"."""
    state = turn.state
    named = {str(each.value) for each in turn.said.entities if each.entity == "country"}
    others = named - {state.destination, state.origin}
    short = len(turn.said.text.split()) <= _LONGEST_CHOICE
    return others.pop() if short and state.destination in named and len(others) == 1 else None


def _of_someone_else(turn: Turn, changes: dict[str, object]) -> bool:
    """Whether a message turns from the person's own case to that of a relative in another country."""
    state = turn.state
    return (
        state.about == ME
        and state.destination is not None
        and changes.get("destination") not in (None, state.destination, state.origin)
        and speaks_of_relative(turn.said.text, turn.read)
    )


def take_choice(turn: Turn, exactly: bool = False) -> str | None:
    """What the choice does that the message makes, if it makes one of those offered last.

    `exactly`: a number or a whole label alone counts, for the person was asked to tell a story.
    """
    labels, said = [label for _, label in turn.state.choices], turn.said.text.strip()
    if exactly and said not in labels and not said.isdecimal():
        return None
    if not labels or len(turn.said.text.split()) > _LONGEST_CHOICE:
        return None
    position = parse_choice(turn.said.text, labels, turn.read)
    return None if position is None else turn.state.choices[position][0]


def new_facts(turn: Turn, before: State) -> bool:
    """Whether the message told something of the case that was not known."""
    return any(getattr(turn.state, name) != getattr(before, name) for name in CASE_SLOTS)
