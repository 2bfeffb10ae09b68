"""Whose case it is, what is known of it, and how it is corrected.

A person may talk of two cases: their own and that of somebody close. One is in the slots, the other
waits in `State.other`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.answers import formats, names
from bot.answers.translations import Translator
from bot.conversation.asking import choices, question
from bot.conversation.questions import STILL, money_of, shown_day
from bot.conversation.turn import CASE_SLOTS, ME, Message, Reply, State, Turn

OTHER = "other"
_OF_A_CASE = (*CASE_SLOTS, "known", "topic", "asked", "shown", "shown_from", "cited", "last_form")
_CHANGED = ("destination", "origin", "sector", "status")


def switch(state: State, about: str) -> State:
    """The state with the other case in hand; the one that was talked about waits."""
    if about == state.about:
        return state
    waiting = {name: getattr(state, name) for name in _OF_A_CASE}
    fresh = State()
    taken = {name: getattr(fresh, name) for name in _OF_A_CASE} | {
        name: tuple(value) if isinstance(value, list) else value for name, value in state.other.items()
    }
    return replace(
        state, **taken, about=about, other={name: _plain(value) for name, value in waiting.items()},
        asking=None, form=None, form_asks=None, choices=(), danger=None, waits_for=None,
        role=state.role or ("family" if about == OTHER else None),
    )  # fmt: skip


def talk_of(turn: Turn, about: str) -> Reply:
    """Turns to the other case, and says what is known of it."""
    return show_case(replace(turn, state=switch(turn.state, about)))


def show_case(turn: Turn) -> Reply:
    """Everything that is remembered, with a way to change each part and to forget it all."""
    t, state = turn.t, turn.state
    lines = list(known_lines(state, t))
    head = _head(state, t)
    if not lines:
        lines = [t.gettext("Nothing yet.")]
    lines.append(t.gettext("I do not keep your name. I forget all of it after 30 days without a message."))
    offered = [(f"change:{name}", _slot_label(name, t)) for name in _CHANGED]
    if state.about != ME:
        offered.append((f"about:{ME}", t.gettext("My own case")))
    elif state.other:
        offered.append((f"about:{OTHER}", t.gettext("The other person")))
    else:
        offered.append((f"about:{OTHER}", t.gettext("Ask for someone else")))
    offered += [("ask_forget", t.gettext("Forget everything")), ("menu", t.gettext("Menu"))]
    return turn.reply(Message("\n".join((head, *lines)), tuple(offered)))


def _head(state: State, t: Translator) -> str:
    if state.role == "outreach":
        return t.gettext("This is what I know about the person you help:")
    if state.about == ME:
        return t.gettext("This is what I know about you:")
    return t.gettext("This is what I know about the other person:")


def change(turn: Turn, name: str) -> Reply:
    """Asks anew for something of the case."""
    turn = turn.with_state(asking=name, form=None, form_asks=None)
    return turn.reply(Message(question(name, turn.t), tuple(choices(name, turn.t)), topic=turn.state.topic))


def known_lines(state: State, t: Translator) -> Iterator[str]:
    """What is remembered of a case, a line each."""
    if state.destination:
        yield "• " + t.gettext("country of work: {country}", country=formats.country(state.destination, t))
    if state.origin:
        yield "• " + t.gettext("home country: {country}", country=formats.country(state.origin, t))
    if state.sector:
        yield "• " + t.gettext(
            "work: {sector}", sector=t.pgettext("sector", formats.SECTOR_NAMES[state.sector])
        )
    if state.private_household:
        yes = t.gettext("Yes") if state.private_household == "yes" else t.gettext("No")
        yield "• " + t.gettext("in a private home: {answer}", answer=yes)
    if state.status:
        yield "• " + t.gettext(
            "papers: {status}", status=t.pgettext("status", names.STATUS_NAMES[state.status])
        )
    yield from _told(state, t)


def _told(state: State, t: Translator) -> Iterator[str]:
    """The pay and the days that were told for a form."""
    if wage := state.known.get("wage"):
        yield "• " + t.gettext(
            "{name}: {number}", name=t.gettext("pay for a month"), number=formats.money(money_of(wage), t)
        )
    days = {
        "start": t.gettext("start of the job"),
        "end": t.gettext("last day of work"),
        "since": t.gettext("day that a claim runs from"),
        "left": t.gettext("day of leaving"),
    }
    for name, text in days.items():
        value = state.known.get(name)
        if value and value != STILL:
            yield "• " + t.gettext("{name}: {number}", name=text, number=shown_day(value, t))


def _slot_label(name: str, t: Translator) -> str:
    return {
        "destination": t.gettext("Change country of work"),
        "origin": t.gettext("Change home country"),
        "sector": t.gettext("Change my work"),
        "status": t.gettext("Change my papers"),
    }[name]


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
