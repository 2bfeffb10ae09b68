"""The way of a message: emergency, choice, command, form, then what was meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.answers.further import kind_message
from bot.conversation import forms, smalltalk
from bot.conversation.answering import answer_topic
from bot.conversation.case_link import tells_only_case
from bot.conversation.emergencies import TOLD_DANGER, answer_emergency, bare_numbers, safe_line
from bot.conversation.form_list import FORMS
from bot.conversation.measured import noticed
from bot.conversation.moves import CERTAIN_TO_ERASE, HEARD, WAITING, answer_one, choose, handed_over
from bot.conversation.outcomes import settled
from bot.conversation.turn import Message, Reply, Turn
from bot.conversation.understanding import (
    new_facts,
    speaks_other_language,
    take_choice,
    take_facts,
    take_language,
)  # fmt: skip
from bot.language.choices import is_no, is_yes
from bot.language.commands import command
from bot.observability.marks import timed
from bot.rules.errors import RulesError
from bot.rules.vocabulary import TOPICS

# Below this the assistant asks back instead of guessing (measured: docs/understanding.md).
CERTAIN = 0.44
# A topic this likely beside `inform` is what the person wants to know.
HINT = 0.1
# In the middle of a form a message is a side question only when its topic is this clear.
CERTAIN_ASIDE = 0.6
MAX_LENGTH = 4000
_QUESTION_MARKS = ("?", "\u061f", "\u1367", "\u037e")

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
    with timed("render", alone=True):
        return _replied(turn)


def _replied(turn: Turn) -> Reply:
    before = turn.state
    turn = take_language(turn)
    if not _tells_nothing(turn):
        turn = take_facts(turn)
    moved = turn.state.destination != before.destination
    if turn.desk.speaking:
        return settled(before, noticed(handed_over(turn, moved)), turn.today)
    try:
        reply = _respond(turn, new_facts(turn, before), moved)
    except RulesError:
        reply = turn.reply(Message(safe_line(turn)))
    reply = settled(before, noticed(reply), turn.today)
    if not reply.state.told_privacy and reply.state.danger is None:
        first, *rest = reply.messages
        told = replace(first, text=f"{first.text}\n\n{smalltalk.privacy(turn.t)}")
        reply = replace(reply, messages=(told, *rest)).remembering(told_privacy=True)
    if speaks_other_language(turn) and not turn.state.told_languages:
        first, *rest = reply.messages
        messages = (replace(first, text=f"{_which_languages(turn)}\n\n{first.text}"), *rest)
        reply = replace(reply, messages=messages, state=replace(reply.state, told_languages=True))
    return reply


def _tells_nothing(turn: Turn) -> bool:
    """Whether a message says nothing of the case: a button, a command, a story for a letter."""
    asked = _open_question(turn)
    return (
        (asked is not None and asked.words)
        or take_choice(turn) is not None
        or command(turn.said.text, turn.read) is not None
    )


def _open_form(turn: Turn) -> forms.Form | None:
    """The form that is being filled in; none while an emergency comes first."""
    return FORMS.get(turn.state.form or "") if turn.state.danger is None else None


def _open_question(turn: Turn) -> forms.Question | None:
    """What of an open form was asked last."""
    form = _open_form(turn)
    return forms.question_of(form, turn.state.form_asks) if form else None


def _which_languages(turn: Turn) -> str:
    """In the language of the message, if we can say so much in it: what we speak, and whom to call."""
    names = ", ".join(label for _, label in smalltalk.language_choices())
    kind = kind_message(turn.said.language or "", names, bare_numbers(turn))
    return kind or turn.t.gettext("I can write in these languages: {languages}.", languages=names)


def _respond(turn: Turn, learned: bool, moved: bool) -> Reply:
    said, state = turn.said, turn.state
    form = _open_form(turn)
    question = _open_question(turn)
    words = question is not None and question.words
    pressed = said.text.strip() in [label for _, label in state.choices]
    told = words and state.known.get(TOLD_DANGER) == said.danger
    if said.danger is not None and not pressed and not told:
        return answer_emergency(turn, said.danger)
    if state.danger is not None and moved and state.destination is not None:
        return answer_emergency(turn, state.danger)
    choice = take_choice(turn, exactly=words)
    if choice is not None:
        return choose(turn.with_state(choices=()), choice)
    asked = command(said.text, turn.read)
    if form is not None:
        moved_form = _in_form(turn, form, asked, learned)
        if moved_form is not None:
            return moved_form
    if asked is not None and asked in HEARD:
        return HEARD[asked](turn)
    reply = _meant(turn, learned)
    if form is None or reply.state.form != form.name or reply.state.danger:
        return reply
    return _and_the_form(turn, form, reply)


def _in_form(turn: Turn, form: forms.Form, asked: str | None, learned: bool) -> Reply | None:
    """What a message does to the form that is open; None when it is about something else."""
    moves = {"back": forms.back, "skip": forms.skip, "stop": forms.leave, "why": forms.why}
    if turn.state.form_asks is None:  # set aside: it waits to be called
        return None
    if asked in moves:
        return moves[asked](turn, form)
    if asked is not None or _wants_to_erase(turn):
        return None
    heard = None if _asks_something_else(turn, form) else forms.hear(turn, form)
    if heard is not None:
        return heard
    if _is_clear(turn):
        return None
    if learned:  # a correction of the case may open a question again
        return forms.proceed(turn, form)
    return forms.again(turn, form, turn.t.gettext("I could not read an answer in that."))


def _wants_to_erase(turn: Turn) -> bool:
    return turn.said.intent == "delete_my_data" and turn.said.confidence >= CERTAIN_TO_ERASE


def _asks_something_else(turn: Turn, form: forms.Form) -> bool:
    said = turn.said
    question = forms.question_of(form, turn.state.form_asks)
    if question is not None and question.words:
        return False
    other = said.intent in TOPICS and said.intent != form.topic and said.confidence >= CERTAIN_ASIDE
    return other and any(mark in said.text for mark in _QUESTION_MARKS)


def _is_clear(turn: Turn) -> bool:
    """Whether a message in the middle of a form clearly wants something else."""
    said = turn.said
    return said.intent in (*TOPICS, *_SMALLTALK) and said.confidence >= CERTAIN_ASIDE


def _and_the_form(turn: Turn, form: forms.Form, reply: Reply) -> Reply:
    """A side answer, and then the question that is still open."""
    again = forms.again(replace(turn, state=replace(reply.state, form=form.name)), form)
    asks = reply.messages[:-1] if reply.messages[-1].choices and len(reply.messages) > 1 else reply.messages
    return replace(reply, state=again.state, messages=(*asks, *again.messages))


def _meant(turn: Turn, learned: bool) -> Reply:
    """What the classifier makes of a message."""
    said, state = turn.said, turn.state
    yes_or_no = _yes_or_no(turn)
    if yes_or_no is not None:
        return yes_or_no
    if learned and state.waits_for is not None:
        return WAITING[state.waits_for](turn.with_state(waits_for=None))
    if tells_only_case(said.text, (state.language, said.language)):  # whatever the classifier makes of it
        return answer_topic(turn, state.topic) if state.topic else _thanks_for_facts(turn)
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
    topics = _topics(turn)
    if topics:
        return _answers(turn, topics)
    hinted = _hinted_topic(turn)
    if said.intent == "inform" and hinted is not None:
        return _answers(turn, (hinted,))
    if learned and state.topic is not None:
        return answer_topic(turn, state.topic)
    if learned or said.intent == "inform":
        return _thanks_for_facts(turn)
    if said.intent in ("affirm", "deny"):
        return smalltalk.ask_what(turn)
    return smalltalk.not_understood(turn)


def _topics(turn: Turn) -> tuple[str, ...]:
    """What is asked, the urgent first; at most two."""
    said = turn.said
    asked = [name for name, share in said.parts if name in TOPICS and share >= CERTAIN_ASIDE]
    if len(set(asked)) > 1:
        return tuple(sorted(dict.fromkeys(asked), key=_urgency)[:2])
    return (said.intent,) if said.intent in TOPICS and said.confidence >= CERTAIN else ()


# Of two questions in one message these come first, in this order.
_URGENT = ("emergency", "forced_labour", "violence_harassment", "employment_injury", "medical_care",
           "document_retention", "death_abroad", "wages", "termination", "housing")  # fmt: skip


def _urgency(topic: str) -> int:
    return _URGENT.index(topic) if topic in _URGENT else len(_URGENT)


def _answers(turn: Turn, topics: tuple[str, ...]) -> Reply:
    """The answer to each topic; what was asked for before is forgotten where the topic is new."""
    first, *rest = topics
    turn = turn.with_state(asked=_forget_asked(turn, first), waits_for=None)
    reply = answer_one(turn, first)
    for topic in rest:
        if reply.case is None:  # a question comes first
            return reply
        second = answer_topic(replace(turn, state=reply.state), topic)
        messages, asked = (*reply.messages[:-1], *second.messages), (*reply.asked, *second.asked)
        reply = replace(second, messages=messages, asked=asked)
    return reply


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
