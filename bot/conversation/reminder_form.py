"""Reminders: asked for by the person, before a permit, a contract or a claim runs out.

What is sent on the day gives nothing away: somebody else may hold the phone.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta

from bot.answers.translations import Translator
from bot.conversation import questions as ask
from bot.conversation.forms import Choices, Form, Question
from bot.conversation.turn import Message, Reply, Turn

# So long before a day the person is reminded: first of a permit or contract, which take long to renew,
# then (and of a claim) shortly before. The steps are those of Taiwan's official line for workers.
_EARLY: Final = (relativedelta(months=4), relativedelta(days=14), relativedelta(days=7))
_SHORT: Final = (relativedelta(days=14), relativedelta(days=7), relativedelta(days=1))
_BEFORE: Final = {"permit": _EARLY, "contract": _EARLY, "claim": _SHORT, "other": _SHORT}
_LONGEST: Final = timedelta(days=3660)


def reminder_days(kind: str, day: date, today: date) -> tuple[date, ...]:
    """The days on which to remind somebody of a day to come; the day before at the least."""
    days = tuple(day - before for before in _BEFORE[kind] if day - before > today)
    return days or ((day - timedelta(days=1),) if day - timedelta(days=1) > today else ())


def reminder_text(t: Translator) -> str:
    """What is sent on the day: it names neither the matter nor the assistant's work."""
    return t.gettext(
        "Hello. You asked for this message today. Write “menu” when you have time. To end: “stop”."
    )


def _kinds(turn: Turn) -> Choices:
    t = turn.t
    return [
        ("permit", t.gettext("My permit or visa ends")),
        ("contract", t.gettext("My contract ends")),
        ("claim", t.gettext("My time to claim ends")),
        ("other", t.gettext("Something else")),
    ]


def _finish(turn: Turn) -> Reply:
    t, known = turn.t, turn.state.known
    day = ask.day_of(known["remind_of"])
    days = reminder_days(known["remind_kind"], day, turn.today) if day - turn.today < _LONGEST else ()
    if not days:
        text = t.gettext("That day is too near or too far for a reminder. Write it down now: {date}.",
                         date=ask.shown_day(day.isoformat(), t))  # fmt: skip
        return turn.reply(Message(text))
    lines = [
        t.gettext("Good. I write to you on these days:"),
        *(f"• {ask.shown_day(each.isoformat(), t)}" for each in days),
        t.gettext("The message does not say what it is about. Write “stop” to end it."),
        t.gettext(
            "Some apps let me write only shortly after your own last message. Note the day yourself too."
        ),
    ]
    held = tuple(dict.fromkeys((*turn.state.reminders, *(each.isoformat() for each in days))))
    reply = turn.reply(Message("\n".join(lines)), reminders=held)
    return reply.doing("remind", days=[each.isoformat() for each in days], text=reminder_text(t))


FORM: Final = Form(
    "reminder",
    "complaint",
    lambda t: t.gettext("A reminder"),
    (
        Question(
            "remind_kind",
            lambda t: t.gettext("Of what shall I remind you?"),
            ask.read_choice("remind_kind", _kinds),
            _kinds,
            unasked=False,
            why=lambda t: t.gettext("For some things you need to start early, for others not."),
        ),
        Question(
            "remind_of",
            lambda t: t.gettext("On which day does it end? Write it such as: 31 March 2027."),
            ask.read_day("remind_of"),
            why=lambda t: t.gettext("I remind you some time before that day."),
        ),
    ),
    _finish,
    private=("remind_kind", "remind_of"),
)
