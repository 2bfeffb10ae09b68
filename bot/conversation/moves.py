"""What a button or a short command does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from bot.conversation import cases, follow_ups, forms, journey, safety, smalltalk
from bot.conversation.answering import CALCULATED, answer_topic, show_more, show_original
from bot.conversation.companion import how_to_complain
from bot.conversation.emergencies import answer_emergency
from bot.conversation.form_list import FORMS
from bot.conversation.guide import guide
from bot.conversation.turn import ME, Message, Reply, Turn

# What cannot be undone is done at once only when it is clearly meant.
CERTAIN_TO_ERASE = 0.9
Move = Callable[[Turn], Reply]


def choose(turn: Turn, choice: str) -> Reply:
    """Does what a button stands for, such as `topic:wages` or `set:sector=mining`."""
    does, _, what = choice.partition(":")
    if does in _WITH_NAME:
        return _WITH_NAME[does](turn, what)
    if does in _PLAIN:
        return _PLAIN[does](turn)
    if does == "set":
        name, _, value = what.partition("=")
        turn = turn.with_state(**{name: value}, asking=None)
    else:  # skip: the answer stands as it was said, with its conditions
        turn = turn.with_state(asking=None)
    if turn.state.form is not None and turn.state.form_asks is not None:
        return forms.proceed(turn, FORMS[turn.state.form])
    return answer_topic(turn, turn.state.topic) if turn.state.topic else smalltalk.ask_what(turn)


def answer_one(turn: Turn, topic: str) -> Reply:
    """The answer to a topic; a complaint gets its companion."""
    return how_to_complain(turn) if topic == "complaint" else answer_topic(turn, topic)


def handed_over(turn: Turn, moved: bool) -> Reply:
    """While a person from the desk writes, the message goes to them; a danger still gets its number.

    `moved`: the message names the country of work, which the number may have waited for.
    """
    said, state = turn.said, turn.state
    if said.intent == "delete_my_data" and said.confidence >= CERTAIN_TO_ERASE:
        return smalltalk.forget(turn)
    waited = state.danger if moved and state.destination is not None else None
    danger = said.danger or waited
    if danger is None:
        return Reply(state, ()).doing("pass_on", text=said.text)
    return answer_emergency(turn, danger).doing("pass_on", text=said.text)


def _answer_form(turn: Turn, what: str) -> Reply:
    name, _, value = what.partition("=")
    form = FORMS.get(turn.state.form or "")
    return forms.choose(turn, form, name, value) if form else journey.menu(turn)


def _go_on(turn: Turn) -> Reply:
    form = FORMS.get(turn.state.form or "")
    turn = turn.with_state(tries=0, form_asks=None, danger=None)
    return forms.proceed(turn, form) if form else journey.menu(turn)


def _stop_form(turn: Turn) -> Reply:
    form = FORMS.get(turn.state.form or "")
    return forms.leave(turn, form) if form else _stop(turn)


def _redo(turn: Turn) -> Reply:
    """Opens the last form again with all its answers as they were, at the last question."""
    form = FORMS.get(turn.state.last_form or "")
    return forms.back(turn.with_state(form=form.name, form_asks=None), form) if form else journey.menu(turn)


def _resign(turn: Turn) -> Reply:
    """After a calculation: the same for somebody who resigns. Otherwise what the law says of it."""
    form = FORMS.get(turn.state.last_form or "")
    if form is not None and any(each.name == "ended_by" for each in form.questions):
        return forms.proceed(forms.with_answer(turn, "ended_by", "worker"), form)
    return follow_ups.if_i_resign(turn)


def _calculate(turn: Turn) -> Reply:
    """The calculator of the topic that was talked about; a choice of all without one."""
    name = CALCULATED.get(turn.state.topic or "")
    if name is not None:
        return forms.start(turn, FORMS[name])
    t = turn.t
    choices = tuple((f"form:{name}", FORMS[name].title(t)) for name in dict.fromkeys(CALCULATED.values()))
    text = t.gettext("What shall I work out?")
    return turn.reply(Message(text, (*choices, ("form:deadline", FORMS["deadline"].title(t)))))


def _open_form(turn: Turn, name: str) -> Reply:
    return forms.start(turn, FORMS[name])


def _letter(turn: Turn) -> Reply:
    return _open_form(turn, "letter")


def _remind(turn: Turn) -> Reply:
    return _open_form(turn, "reminder")


def _stop(turn: Turn) -> Reply:
    """Outside a form "stop" ends reminders."""
    t = turn.t
    if not turn.state.reminders:  # they may have been asked for in a conversation that is forgotten by now
        return journey.menu(turn).doing("cancel_reminders")
    text = t.gettext("All right. I do not send you reminders any more.")
    return turn.reply(Message(text), reminders=()).doing("cancel_reminders")


def _feedback(turn: Turn, helped: str) -> Reply:
    t, state = turn.t, turn.state
    values = {"topic": state.topic, "rules": list(state.cited), "helped": helped == "yes"}
    if helped == "yes":
        return turn.reply(Message(t.gettext("Good to know. Thank you."))).doing("feedback", **values)
    text = t.gettext(
        "Thank you for saying so. I tell the people who keep this up to date. What can I do now?"
    )
    choices = (("human", t.gettext("Talk to a person")), ("menu", t.gettext("Menu")))
    reply = turn.reply(Message(text, choices)).doing("feedback", **values)
    return reply.counting("corrected", state.topic)


_WITH_NAME: Final[Mapping[str, Callable[[Turn, str], Reply]]] = {
    "topic": answer_one,
    "stage": journey.open_stage,
    "language": smalltalk.choose_language,
    "form": _open_form,
    "answer": _answer_form,
    "change": cases.change,
    "about": cases.talk_of,
    "feedback": _feedback,
}
_PLAIN: Final[Mapping[str, Move]] = {
    "more": show_more,
    "original": show_original,
    "forget": smalltalk.forget,
    "ask_forget": smalltalk.ask_to_forget,
    "human": smalltalk.bring_a_person,
    "menu": journey.menu,
    "go_on": _go_on,
    "stop_form": _stop_form,
    "redo": _redo,
    "complain": how_to_complain,
    "guide": guide,
    "hide": safety.hide,
    "safe": safety.safe_now,
}
# What short messages do, also in the middle of a form, whose question then follows.
HEARD: Final[Mapping[str, Move]] = {
    "back": journey.menu,
    "skip": smalltalk.ask_what,
    "stop": _stop,
    "menu": journey.menu,
    "why": smalltalk.why,
    "show_case": cases.show_case,
    "law": follow_ups.which_law,
    "since": follow_ups.since_when,
    "cost": follow_ups.what_it_costs,
    "family": follow_ups.for_the_family,
    "resign": _resign,
    "calculate": _calculate,
    "guide": guide,
    "letter": _letter,
    "remind": _remind,
    "hide": safety.hide,
    "safe": safety.safe_now,
    "about_me": lambda turn: cases.talk_of(turn, ME),
    "about_other": lambda turn: cases.talk_of(turn, cases.OTHER),
}
# What is given once a country is known.
WAITING: Final[Mapping[str, Move]] = {"guide": guide, "complain": how_to_complain}
