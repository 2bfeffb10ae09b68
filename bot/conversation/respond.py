"""The way of a message: emergency, choice, language, facts, then what was meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.answers.further import kind_message
from bot.conversation import smalltalk
from bot.conversation.answering import answer_topic, show_more, show_original
from bot.conversation.emergencies import answer_emergency, bare_numbers, safe_line
from bot.conversation.turn import Message, Reply, Turn
from bot.conversation.understanding import (
    new_facts,
    speaks_other_language,
    take_choice,
    take_facts,
    take_language,
)  # fmt: skip
from bot.language.choices import is_no, is_yes
from bot.rules.errors import RulesError
from bot.rules.vocabulary import TOPICS

# Below this the assistant asks back instead of guessing (measured: docs/understanding.md).
CERTAIN = 0.35
# A topic this likely beside `inform` is what the person wants to know.
HINT = 0.1
# What cannot be undone is done at once only when it is clearly meant.
CERTAIN_TO_ERASE = 0.9
MAX_LENGTH = 4000

_SMALLTALK: dict[str, Callable[[Turn], Reply]] = {
    "greet": smalltalk.greet,
    "thanks": smalltalk.thank,
    "goodbye": smalltalk.say_goodbye,
    "human_handoff": smalltalk.bring_a_person,
    "change_language": smalltalk.change_language,
    "delete_my_data": smalltalk.forget,
    "out_of_scope": smalltalk.out_of_scope,
}


def respond(turn: Turn) -> Reply:
    """What to say to a message. Never raises for a law base that is down: it says so kindly."""
    before = turn.state
    turn = take_facts(take_language(turn))
    try:
        reply = _respond(turn, new_facts(turn, before), turn.state.destination != before.destination)
    except RulesError:
        reply = turn.reply(Message(safe_line(turn)))
    if speaks_other_language(turn) and not turn.state.told_languages:
        first, *rest = reply.messages
        messages = (replace(first, text=f"{_which_languages(turn)}\n\n{first.text}"), *rest)
        reply = replace(reply, messages=messages, state=replace(reply.state, told_languages=True))
    return reply


def _which_languages(turn: Turn) -> str:
    """In the language of the message, if we can say so much in it: what we speak, and whom to call."""
    names = ", ".join(label for _, label in smalltalk.language_choices())
    kind = kind_message(turn.said.language or "", names, bare_numbers(turn))
    return kind or turn.t.gettext("I can write in these languages: {languages}.", languages=names)


def _respond(turn: Turn, learned: bool, moved: bool) -> Reply:
    said, state = turn.said, turn.state
    if said.danger is not None:
        return answer_emergency(turn, said.danger)
    if state.danger is not None and moved and state.destination is not None:
        return answer_emergency(turn, state.danger)
    choice = take_choice(turn)
    if choice is not None:
        return _choose(turn, choice)
    yes_or_no = _yes_or_no(turn)
    if yes_or_no is not None:
        return yes_or_no
    if (
        said.intent in _SMALLTALK
        and said.confidence >= CERTAIN
        and not (learned and said.intent in ("out_of_scope", "greet", "thanks"))
    ):
        if said.intent == "delete_my_data" and said.confidence < CERTAIN_TO_ERASE:
            return smalltalk.ask_to_forget(turn)
        return _SMALLTALK[said.intent](turn)
    if said.intent == "emergency":
        return answer_emergency(turn, "violence") if state.destination else answer_emergency(turn, "stranded")
    if said.intent in TOPICS and said.confidence >= CERTAIN:
        return answer_topic(turn.with_state(asked=_forget_asked(turn, said.intent)), said.intent)
    hinted = _hinted_topic(turn)
    if said.intent == "inform" and hinted is not None:
        return answer_topic(turn.with_state(asked=_forget_asked(turn, hinted)), hinted)
    if learned and state.topic is not None:
        return answer_topic(turn, state.topic)
    if learned or said.intent == "inform":
        return _thanks_for_facts(turn)
    if said.intent in ("affirm", "deny"):
        return smalltalk.ask_what(turn)
    return smalltalk.not_understood(turn)


def _hinted_topic(turn: Turn) -> str | None:
    """The topic of a message that mostly tells who somebody is, but also what is wrong."""
    topics = ((name, share) for name, share in turn.said.ranking if name in TOPICS)
    name, share = next(topics, ("", 0.0))
    return name if share >= HINT else None


def _forget_asked(turn: Turn, topic: str) -> tuple[str, ...]:
    """A new topic may need what the last one did not; what was declined stays declined."""
    return (
        turn.state.asked if topic == turn.state.topic else tuple(n for n in turn.state.asked if n == "status")
    )


def _choose(turn: Turn, choice: str) -> Reply:
    does, _, what = choice.partition(":")
    if does == "topic":
        return answer_topic(turn.with_state(choices=()), what)
    if does == "language":
        return smalltalk.choose_language(turn, what)
    if does == "more":
        return show_more(turn)
    if does == "original":
        return show_original(turn)
    if does == "forget":
        return smalltalk.forget(turn)
    if does == "human":
        return smalltalk.bring_a_person(turn)
    if does == "set":
        name, _, value = what.partition("=")
        turn = turn.with_state(**{name: value}, asking=None, choices=())
    else:  # skip: the answer stands as it was said, with its conditions
        turn = turn.with_state(asking=None, choices=())
    return answer_topic(turn, turn.state.topic) if turn.state.topic else smalltalk.ask_what(turn)


def _yes_or_no(turn: Turn) -> Reply | None:
    """A yes or no to the question about the private home."""
    if turn.state.asking != "private_household" or turn.state.topic is None:
        return None
    if is_yes(turn.said.text, turn.read):
        return answer_topic(turn.with_state(private_household="yes", asking=None), turn.state.topic)
    if is_no(turn.said.text, turn.read):
        return answer_topic(turn.with_state(private_household="no", asking=None), turn.state.topic)
    return None


def _thanks_for_facts(turn: Turn) -> Reply:
    t = turn.t
    return turn.reply(Message(t.gettext("Thank you. What do you want to know about?"), smalltalk.menu(turn)))
