"""One turn of a conversation: what is remembered, what was understood, what is replied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from bot.answers.translations import SOURCE_LANGUAGE, Translator, available_languages, translator
from bot.language.scope import Scope, scope
from bot.rules.case import Case, make_case
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawBase

# A message that the engine would take for a command of its own begins with this (a word joiner).
ESCAPE = "\u2060"
# Whose case it is when nobody says otherwise.
ME = "me"
# What of the case a conversation asks for and remembers.
CASE_SLOTS = ("origin", "destination", "sector", "status", "employment", "private_household")


@dataclass(frozen=True)
class State:
    """What is remembered of a conversation; every field is a slot of the dialogue engine."""

    language: str = SOURCE_LANGUAGE
    language_chosen: bool = False
    origin: str | None = None
    destination: str | None = None
    sector: str | None = None
    status: str | None = None
    employment: str | None = None
    private_household: str | None = None
    topic: str | None = None
    shown: int = 0  # how many statements of the topic were shown
    shown_from: int = 0  # the first of those that were shown last
    cited: tuple[str, ...] = ()  # the rules of the last answer
    asking: str | None = None  # what of the case was asked for last
    waits_for: str | None = (
        None  # what is given once that is known, where it is no topic: "guide", "complain"
    )
    asked: tuple[str, ...] = ()  # what was asked for already: nothing is asked twice
    choices: tuple[tuple[str, str], ...] = ()  # (what it does, its label) of the last buttons
    danger: str | None = None  # the emergency that was told last, until something else is asked
    told_disclaimer: bool = False
    told_languages: bool = False
    told_privacy: bool = False  # who can see the chat, and how to erase it
    misunderstood: int = 0
    known: Mapping[str, str] = field(default_factory=dict)  # days, amounts, words told for forms
    form: str | None = None  # the form that is being filled
    form_asks: str | None = None  # what of it was asked last
    tries: int = 0  # how often the same was asked without an answer
    last_form: str | None = None  # the form that was finished last: "what if I resign?" uses it
    about: str = ME  # whose case this is
    other: Mapping[str, Any] = field(default_factory=dict)  # the case that is not talked about now
    role: str | None = None  # who asks: family, or outreach (whoever helps workers, a fund officer too)
    answers: int = 0  # how many answers were given, so that "did this help?" comes sparsely
    reminders: tuple[str, ...] = ()  # the days on which the person is reminded

    def slots(self) -> dict[str, Any]:
        """As plain values for the dialogue engine."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> State:
        """From what the dialogue engine keeps; what is missing takes its default."""
        known = {each.name: slots[each.name] for each in fields(cls) if slots.get(each.name) is not None}
        for name in ("asked", "cited", "reminders"):
            known[name] = tuple(known.get(name, ()))
        known["choices"] = tuple((str(does), str(label)) for does, label in known.get("choices", ()))
        for name in ("shown", "shown_from", "misunderstood", "tries", "answers"):
            known[name] = int(known.get(name, 0))
        return cls(**known)


@dataclass(frozen=True)
class Entity:
    """Something found in a message."""

    entity: str
    value: Any
    role: str | None = None


@dataclass(frozen=True)
class Effect:
    """Something to do besides replying; the action does it, so that replying itself stays pure."""

    name: str  # a name that bot/people knows, such as "ask_for_person"
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What was asked in a message and what came of it, for `bot/people/counts.py`: without the person."""

    outcome: str  # one of OUTCOMES
    topic: str | None = None
    detail: str = ""  # the danger of an emergency, the reason of a gap
    first: tuple[str, ...] = field(default=(), compare=False)  # what it is the person's first of this week


OUTCOMES = ("answered", "gap", "asked_back", "unanswered", "corrected", "handed_over", "emergency")


@dataclass(frozen=True)
class Desk:
    """What the person may be told of the people at the desk."""

    present: bool = False  # somebody is there now
    hours: str = ""  # when somebody is, as the settings say it
    speaking: bool = False  # somebody has taken this chat over


@dataclass(frozen=True)
class Understanding:
    """What a message seems to mean."""

    text: str
    intent: str
    confidence: float = 1.0
    entities: tuple[Entity, ...] = ()
    language: str | None = None
    language_confident: bool = False
    danger: str | None = None
    ranking: tuple[tuple[str, float], ...] = ()
    parts: tuple[tuple[str, float], ...] = ()  # (intent, confidence) of each question of a message


@dataclass(frozen=True)
class Message:
    """One message to the person: text, choices, and what a program may want to know of it."""

    text: str
    choices: tuple[tuple[str, str], ...] = ()
    rules: tuple[str, ...] = ()
    sources: tuple[Mapping[str, Any], ...] = ()
    topic: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What is said, and what is remembered from now on."""

    state: State
    messages: tuple[Message, ...]
    case: Case | None = None
    version: str | None = None
    effects: tuple[Effect, ...] = ()
    asked: tuple[Asked, ...] = ()

    def remembering(self, **changes: Any) -> Reply:
        """The same reply with something else remembered."""
        return replace(self, state=replace(self.state, **changes))

    def doing(self, name: str, **values: Any) -> Reply:
        """The same reply with something to do besides."""
        return replace(self, effects=(*self.effects, Effect(name, values)))

    def counting(self, outcome: str, topic: str | None = None, detail: str = "") -> Reply:
        """The same reply, counted as what came of a question."""
        return replace(self, asked=(*self.asked, Asked(outcome, topic, detail)))


@dataclass(frozen=True)
class Turn:
    """Everything that replying needs."""

    state: State
    said: Understanding
    base: LawBase
    today: date
    desk: Desk = Desk()

    @property
    def t(self) -> Translator:
        """Speaks the conversation's language."""
        return translator(self.state.language)

    @property
    def read(self) -> Scope:
        """The languages whose words a short answer is in."""
        return scope(self.state.language, self.said.language if self.said.language_confident else None)

    def case(self) -> Case:
        """The case as far as it is known; a country of origin that equals the country of work is dropped."""
        state = self.state
        known = {name: getattr(state, name) for name in CASE_SLOTS}
        try:
            return make_case(today=self.today, facts=facts_of(state), **known)
        except CaseError:
            return make_case(today=self.today, destination=state.destination)

    def with_state(self, **changes: Any) -> Turn:
        """The same turn with something else remembered."""
        return replace(self, state=replace(self.state, **changes))

    def reply(self, *messages: Message, **changes: Any) -> Reply:
        """A reply that remembers the choices of its last message, and the changes."""
        choices = next((message.choices for message in reversed(messages) if message.choices), ())
        state = replace(self.state, **{"choices": choices, **changes})
        return Reply(state, messages)


def facts_of(state: State) -> dict[str, str]:
    """What the conditions of rules may ask for, of what was told for forms."""
    ended = state.known.get("ended_by")
    return {"ended_by": ended} if ended else {}


def enabled_languages() -> tuple[str, ...]:
    """The languages that the assistant speaks."""
    return available_languages()


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


def texts(messages: Iterable[Message]) -> str:
    """All texts together, for tests and the terminal."""
    return "\n\n".join(message.text for message in messages)
