"""The calculators as forms: what each asks for."""

from __future__ import annotations

from typing import Final

from bot.answers import names
from bot.conversation import questions as ask
from bot.conversation import reckoning
from bot.conversation.asking import question
from bot.conversation.forms import Choices, Form, Question
from bot.conversation.reckoning import CLAIMS, Calculation, work_out
from bot.conversation.turn import Reply, Turn


def _form(name: str, calculation: Calculation, *questions: Question) -> Form:
    def finish(turn: Turn) -> Reply:
        return work_out(turn, calculation)

    return Form(name, calculation.topic, calculation.title, questions, finish)


def _claims(turn: Turn) -> Choices:
    return [(topic, names.topic_name(topic, turn.t)) for topic in CLAIMS]


def _origin() -> Question:
    return Question("origin", lambda t: question("origin", t), lambda turn: turn.state.origin)


def _day(name: str, text: ask.Say) -> Question:
    return Question(name, text, ask.read_day(name), needed=False, unasked=False)


def _last_month(name: str, text: ask.Say) -> Question:
    return Question(
        name,
        text,
        ask.read_last_day(name),
        lambda turn: [(ask.STILL, turn.t.gettext("Until now"))],
        needed=False,
        unasked=False,
    )


END_OF_SERVICE = _form(
    "end_of_service",
    Calculation(
        "end_of_service",
        lambda t: t.gettext("What you get at the end of the job"),
        reckoning.reckon_end_of_service,
        ("end", "start"),
    ),
    ask.destination(),
    ask.last_day_of_work(),
    ask.first_day_of_work(),
    ask.wage(),
    ask.who_ended(),
)
WAGES = _form(
    "wages",
    Calculation("wages", lambda t: t.gettext("Wages that were not paid"), reckoning.reckon_wages),
    ask.destination(),
    ask.months(
        "months_owed",
        lambda t: t.gettext("For how many months were you not paid? Write a number, such as: 3."),
    ),
    ask.wage(),
    ask.amount(
        "received",
        lambda t: t.gettext("Did you get a part of it? How much?"),
        lambda turn: [("", turn.t.gettext("Nothing"))],
    ),
)
OVERTIME = _form(
    "overtime",
    Calculation("overtime", lambda t: t.gettext("Pay for overtime"), reckoning.reckon_overtime),
    ask.destination(),
    ask.number(
        "overtime_hours",
        lambda t: t.gettext("How many hours of overtime were not paid? Write a number: 20."),
    ),
    ask.number(
        "rest_day_hours",
        lambda t: t.gettext("How many hours did you work on your rest day? Write 0 if none."),
        needed=False,
    ),
    ask.wage(),
    ask.amount("hour_pay", lambda t: t.gettext("How much do you get for one normal hour, if you know it?")),
)
NOTICE = _form(
    "notice",
    Calculation(
        "termination",
        lambda t: t.gettext("How long the notice is"),
        reckoning.reckon_notice,
        ("start", "notice_given"),
    ),
    ask.destination(),
    Question(
        "notice_given",
        lambda t: t.gettext("On which day was or will notice be given? You can write: today."),
        ask.read_day("notice_given"),
    ),
    ask.first_day_of_work(),
    ask.wage(),
    ask.who_ended(),
)
LEAVE = _form(
    "leave",
    Calculation(
        "annual_leave",
        lambda t: t.gettext("Paid leave that you did not take"),
        reckoning.reckon_leave,
        ("end", "start"),
    ),
    ask.destination(),
    ask.last_day_of_work(),
    ask.first_day_of_work(),
    ask.number(
        "leave_taken",
        lambda t: t.gettext("How many days of paid leave did you take? Write 0 if none."),
    ),
    ask.wage(),
)
DEADLINE = _form(
    "deadline",
    Calculation(
        "complaint",
        lambda t: t.gettext("Until when you can claim"),
        reckoning.reckon_deadline,
        ("since",),
    ),
    ask.destination(),
    Question(
        "claim",
        lambda t: t.gettext("What is your claim about?"),
        ask.read_choice("claim", _claims),
        _claims,
    ),
    Question(
        "since",
        lambda t: t.gettext(
            "When did it happen? For pay: the day it was due. After the job: your last day. "
            "Write it such as: 31 March 2026."
        ),
        ask.read_day("since"),
    ),
)
REFUND = _form(
    "refund",
    Calculation(
        "contribution_refund",
        lambda t: t.gettext("Getting your contributions back"),
        reckoning.reckon_refund,
        ("left",),
    ),
    ask.destination(),
    _origin(),
    ask.months(
        "insured_months",
        lambda t: t.gettext(
            "For how many months were contributions paid for you there? "
            "You can also write: 4 years 10 months."
        ),
    ),
    _day("left", lambda t: t.gettext("When did you leave that country, or when will you?")),
)
TOTALIZATION = _form(
    "totalization",
    Calculation(
        "totalization",
        lambda t: t.gettext("Adding up your insured years"),
        reckoning.reckon_totalization,
    ),
    ask.destination(),
    _origin(),
    _day(
        "insured_from",
        lambda t: t.gettext(
            "Since when were contributions paid for you in the country of work? Write the month, "
            "such as: March 2015."
        ),
    ),
    _last_month(
        "insured_to",
        lambda t: t.gettext("Until when were they paid there? Write the month, or: until now."),
    ),
    _day(
        "home_insured_from",
        lambda t: t.gettext("Since when were contributions paid for you at home? Write a month."),
    ),
    _last_month(
        "home_insured_to",
        lambda t: t.gettext("Until when were they paid at home? Write the month."),
    ),
)

FORMS: Final[dict[str, Form]] = {
    form.name: form
    for form in (END_OF_SERVICE, WAGES, OVERTIME, NOTICE, LEAVE, DEADLINE, REFUND, TOTALIZATION)
}
