"""Forms: a few questions that lead to one result.

A form is left and taken up again at will: a side question is answered and the form goes on, "back",
"skip" and "why" are heard, one message may answer several questions, and whoever is asked the same
in vain for the third time gets a way out instead. What is answered stands in `State.known`; an
empty text there means that the question was passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.answers.translations import Translator
from bot.conversation.asking import why_i_ask
from bot.conversation.turn import CASE_SLOTS, Message, Reply, State, Turn
from bot.rules.errors import CaseError

Choices = list[tuple[str, str]]
# The same question is put so often; then the form is set aside.
MAX_TRIES = 3


def no_choices(_turn: Turn) -> Choices:
    """None: the answer is written."""
    return []


@dataclass(frozen=True)
class Question:
    """One question of a form. `read` gives the answer that a message holds, as plain text, or None."""

    name: str
    text: Callable[[Translator], str]
    read: Callable[[Turn], str | None]
    choices: Callable[[Turn], Choices] = no_choices  # (answer, label)
    why: Callable[[Translator], str] = why_i_ask
    needed: bool = True  # False: it may be passed over
    unasked: bool = True  # True: also read from a message that answers something else
    words: bool = False  # True: the words themselves are the answer, whatever they speak of
    kept: bool = False  # True: known for the rest of the chat, so that no other form asks it again


@dataclass(frozen=True)
class Form:
    """What is asked, and what comes of it."""

    name: str
    topic: str
    title: Callable[[Translator], str]
    questions: tuple[Question, ...]
    finish: Callable[[Turn], Reply]  # may raise CaseError for answers that contradict each other
    private: tuple[str, ...] = ()  # answers that are forgotten as soon as the form is done


def answer_of(state: State, name: str) -> str | None:
    """What was answered; an empty text where the question was passed over, None where it is open."""
    return getattr(state, name) if name in CASE_SLOTS else state.known.get(name)


def with_answer(turn: Turn, name: str, value: str | None) -> Turn:
    """The same turn with an answer noted, or taken back (None)."""
    if name in CASE_SLOTS:
        return turn.with_state(**{name: value or None})
    known = {key: held for key, held in turn.state.known.items() if key != name}
    return turn.with_state(known=known if value is None else {**known, name: value})


def start(turn: Turn, form: Form) -> Reply:
    """Opens a form with what is known of the job, and what the message itself says."""
    anew = {each.name for each in form.questions if not each.kept}
    known = {key: value for key, value in turn.state.known.items() if key not in anew}
    turn = turn.with_state(
        form=form.name, form_asks=None, tries=0, topic=form.topic, asking=None, danger=None, known=known
    )
    return proceed(_take(turn, form), form)


def proceed(turn: Turn, form: Form) -> Reply:
    """The next open question, or the result."""
    question = _next(turn.state, form)
    if question is not None:
        return ask(turn, form, question)
    done = turn.with_state(form=None, form_asks=None, tries=0, last_form=form.name, asking=None)
    try:
        reply = form.finish(done)
    except CaseError:
        return _start_over(turn, form)
    if not form.private:
        return reply
    known = {key: value for key, value in reply.state.known.items() if key not in form.private}
    return reply.remembering(known=known)


def _start_over(turn: Turn, form: Form) -> Reply:
    """Answers that contradict each other are taken back, and asked for again."""
    names = {each.name for each in form.questions}
    known = {key: value for key, value in turn.state.known.items() if key not in names}
    turn = turn.with_state(known=known, form_asks=None, tries=0)
    question = _next(turn.state, form)
    assert question is not None, form.name
    lead = turn.t.gettext(
        "Something in these answers does not fit, such as an end before the start. Let us try again."
    )
    return ask(turn, form, question, lead)


def ask(turn: Turn, form: Form, question: Question, lead: str = "") -> Reply:
    """Puts a question, with its choices and the ways out."""
    state = turn.state
    tries = state.tries + 1 if state.form_asks == question.name else 1
    if tries > MAX_TRIES:
        return set_aside(turn, form)
    asking = question.name if question.name in CASE_SLOTS else None
    turn = turn.with_state(form=form.name, form_asks=question.name, tries=tries, asking=asking)
    text = question.text(turn.t)
    return turn.reply(Message("\n\n".join(filter(None, (lead, text))), tuple(_ways(turn, question))))


def hear(turn: Turn, form: Form) -> Reply | None:
    """Takes up the message as an answer to the open question; None when it is none."""
    question = question_of(form, turn.state.form_asks)
    if question is None:
        return None
    taken = _take(turn, form, question)
    if answer_of(taken.state, question.name) is None:
        return None
    return proceed(taken.with_state(tries=0, misunderstood=0), form)


def choose(turn: Turn, form: Form, name: str, value: str) -> Reply:
    """Takes the answer of a button."""
    return proceed(with_answer(turn.with_state(tries=0), name, value), form)


def again(turn: Turn, form: Form, lead: str = "") -> Reply:
    """The open question once more."""
    question = question_of(form, turn.state.form_asks) or _next(turn.state, form)
    return proceed(turn, form) if question is None else ask(turn, form, question, lead)


def back(turn: Turn, form: Form) -> Reply:
    """Takes the last answer back and asks for it again."""
    names = [each.name for each in form.questions if each.name not in CASE_SLOTS]
    here = names.index(turn.state.form_asks) if turn.state.form_asks in names else len(names)
    if here == 0 or turn.state.form_asks in CASE_SLOTS:
        return leave(turn, form)
    before = names[here - 1]
    turn = with_answer(turn, before, None).with_state(form_asks=None, tries=0)
    question = question_of(form, before)
    assert question is not None
    return ask(turn, form, question)


def skip(turn: Turn, form: Form) -> Reply:
    """Passes a question over, or says that the result needs it."""
    question = question_of(form, turn.state.form_asks)
    if question is None:
        return proceed(turn, form)
    if question.needed:
        return ask(
            turn, form, question, turn.t.gettext("Without this I cannot go on. You can also stop here.")
        )
    return proceed(with_answer(turn, question.name, "").with_state(tries=0), form)


def why(turn: Turn, form: Form) -> Reply:
    """Says what a question is for, and puts it again."""
    question = question_of(form, turn.state.form_asks)
    return again(turn, form, question.why(turn.t) if question else "")


def leave(turn: Turn, form: Form) -> Reply:
    """Stops a form; what was told for the letter alone is forgotten."""
    known = {key: value for key, value in turn.state.known.items() if key not in form.private}
    turn = turn.with_state(form=None, form_asks=None, tries=0, asking=None, known=known)
    t = turn.t
    choices = ((f"topic:{form.topic}", t.gettext("What the law says")), ("menu", t.gettext("Menu")))
    return turn.reply(Message(t.gettext("All right, I stopped. What do you want to do next?"), choices))


def set_aside(turn: Turn, form: Form) -> Reply:
    """When a question cannot be answered now: the way back stays open, and nothing is asked again."""
    t = turn.t
    turn = turn.with_state(form_asks=None, tries=0, asking=None)
    text = t.gettext("Let us leave this for now: {title}. Nothing is lost.", title=form.title(t))
    choices = (
        ("go_on", t.gettext("Go on")),
        ("stop_form", t.gettext("Stop this")),
        ("human", t.gettext("Talk to a person")),
        ("menu", t.gettext("Menu")),
    )
    return turn.reply(Message(text, choices))


def question_of(form: Form, name: str | None) -> Question | None:
    """A question by its name."""
    return next((each for each in form.questions if each.name == name), None)


def _next(state: State, form: Form) -> Question | None:
    return next((each for each in form.questions if answer_of(state, each.name) is None), None)


def _take(turn: Turn, form: Form, asked: Question | None = None) -> Turn:
    """Notes what the message answers: the question that was put, then others that are open."""
    first = [asked] if asked is not None else []
    others = [each for each in form.questions if each.unasked and each is not asked]
    used: set[str] = set()
    for question in (*first, *others):
        if question is not asked and answer_of(turn.state, question.name) is not None:
            continue
        value = question.read(turn)
        if value is not None and (value not in used or question is asked):
            turn = with_answer(turn, question.name, value)
            used.add(value)
    return turn


def _ways(turn: Turn, question: Question) -> Choices:
    t = turn.t
    ways = [(f"answer:{question.name}={value}", label) for value, label in question.choices(turn)]
    if not question.needed:
        ways.append((f"answer:{question.name}=", t.gettext("I do not know")))
    return [*ways, ("stop_form", t.gettext("Stop this"))]
