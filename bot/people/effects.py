"""Does what a reply asks for besides its words: the desk's queue, reminders, feedback, forgetting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.conversation.turn import CASE_SLOTS, Reply, State, texts
from bot.language.frequencies import known_words
from bot.language.normalise import WORD, latinise
from bot.language.scope import scope
from bot.people.store import PeopleStore
from bot.privacy.redaction import redact

# A word that fewer people than this wrote might be somebody's name.
_COMMON_WORD = 5


@dataclass(frozen=True)
class Person:
    """Who writes, as the channel names them."""

    channel: str
    sender: str


class NobodySpeaks(LookupError):
    """The desk left the chat while the reply was made: nobody has answered the message."""


def perform(store: PeopleStore, person: Person, reply: Reply) -> None:
    """Does everything that a reply asks for.

    Raises NobodySpeaks, and what the database raises when it is down.
    """
    for effect in reply.effects:
        _DOES[effect.name](store, person, reply, effect.values)


def without_names(text: str, language: str) -> str:
    """A message with only the words that many people write; numbers and names become a dot.

    >>> without_names("my boss Xqzw took 1500", "en").count("·")
    2
    """
    known = known_words(scope(language), _COMMON_WORD)
    return " ".join(
        word if latinise(word) in known and not any(char.isdigit() for char in word) else "·"
        for word in WORD.findall(text)
    )


def _summary(state: State) -> dict[str, Any]:
    """What the desk needs of a conversation."""
    return {
        "about": state.about,
        "role": state.role,
        **{name: getattr(state, name) for name in CASE_SLOTS},
        "topic": state.topic,
        "rules": list(state.cited),
    }


def _ask_for_person(store: PeopleStore, person: Person, reply: Reply, values: Mapping[str, Any]) -> None:
    state = reply.state
    store.ask_for_person(
        person.channel, person.sender, state.language, _summary(state),
        urgent=bool(values.get("urgent")), danger=values.get("danger"),
    )  # fmt: skip


def _pass_on(store: PeopleStore, person: Person, reply: Reply, values: Mapping[str, Any]) -> None:
    state = reply.state
    passed = store.pass_on(
        person.sender, str(values["text"]), answered=texts(reply.messages), language=state.language,
        summary=_summary(state),
    )  # fmt: skip
    if not passed and not reply.messages:
        raise NobodySpeaks


def _remind(store: PeopleStore, person: Person, _reply: Reply, values: Mapping[str, Any]) -> None:
    days = [date.fromisoformat(day) for day in values["days"]]
    store.remind(person.channel, person.sender, days, str(values["text"]))


def _cancel(store: PeopleStore, person: Person, _reply: Reply, _values: Mapping[str, Any]) -> None:
    store.cancel_reminders(person.sender)


def _feedback(store: PeopleStore, _person: Person, reply: Reply, values: Mapping[str, Any]) -> None:
    kind = "helped" if values["helped"] else "not_helped"
    body = {"rules": list(values["rules"]), "destination": reply.state.destination}
    store.note(kind, reply.state.language, values["topic"], body)


def _unanswered(store: PeopleStore, _person: Person, reply: Reply, values: Mapping[str, Any]) -> None:
    language = reply.state.language
    words = without_names(redact(str(values["text"]), scope(language), mark="·"), language)
    body = {"words": words, "topics": list(values["topics"]), "first": bool(values.get("first"))}
    store.note("unanswered", language, None, body)


def _erase(store: PeopleStore, person: Person, _reply: Reply, _values: Mapping[str, Any]) -> None:
    store.erase(person.sender)


_DOES: Mapping[str, Callable[[PeopleStore, Person, Reply, Mapping[str, Any]], None]] = {
    "ask_for_person": _ask_for_person,
    "pass_on": _pass_on,
    "remind": _remind,
    "cancel_reminders": _cancel,
    "feedback": _feedback,
    "unanswered": _unanswered,
    "erase": _erase,
}
