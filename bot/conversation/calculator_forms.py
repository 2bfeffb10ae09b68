"""The calculators as forms: what each asks for."""

from __future__ import annotations

from typing import Final

from bot.answers import names
from bot.conversation import questions as ask
from bot.conversation import reckoning
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
    return Question(
        "origin",
        lambda t: t.gettext("Which country are you from?"),
        lambda t: t.gettext("Your home country's insurance and its agreements count too."),
        lambda turn: turn.state.origin,
    )


def _month(name: str, text: ask.Say, last: bool = False) -> Question:
    return Question(
        name,
        text,
        lambda t: t.gettext("Insured time is counted by months."),
        ask.read_last_day(name) if last else ask.read_day(name),
        lambda turn: [(ask.STILL, turn.t.gettext("Until now"))] if last else [],
        needed=False,
        unasked=False,
    )


FORMS: Final[dict[str, Form]] = {
    form.name: form
    for form in (
        _form(
            "end_of_service",
            Calculation(
                "end_of_service",
                lambda t: t.gettext("What you get at the end of the job"),
                reckoning.reckon_end_of_service,
                ("end", "start"),
            ),
            ask.destination(), ask.last_day_of_work(), ask.first_day_of_work(), ask.wage(), ask.who_ended()
        ),
        _form(
            "wages",
            Calculation(
                "wages",
                lambda t: t.gettext("Wages that were not paid"),
                reckoning.reckon_wages,
            ),
            ask.destination(),
                ask.number(
                    "months_owed",
                    lambda t: t.gettext("For how many months were you not paid? Write a number, such as: 3."),
                    lambda t: t.gettext("What you are owed is counted by months."),
                    unit="M",
                ),
                ask.wage(),
                Question(
                    "received",
                    lambda t: t.gettext("Did you get a part of it? How much?"),
                    lambda t: t.gettext("What you already got is taken off."),
                    ask.read_money("received"),
                    lambda turn: [("", turn.t.gettext("Nothing"))],
                    needed=False,
                    unasked=False,
                ),
        ),
        _form(
            "overtime",
            Calculation(
                "overtime",
                lambda t: t.gettext("Pay for overtime"),
                reckoning.reckon_overtime,
            ),
            ask.destination(),
                ask.number(
                    "overtime_hours",
                    lambda t: t.gettext("How many hours of overtime were not paid? Write a number: 20."),
                    lambda t: t.gettext("Each hour of overtime has its own pay."),
                ),
                ask.number(
                    "rest_day_hours",
                    lambda t: t.gettext("How many hours did you work on your rest day? Write 0 if none."),
                    lambda t: t.gettext("Work on a rest day is often paid more."),
                    needed=False,
                ),
                ask.wage(),
            Question(
                "hour_pay",
                lambda t: t.gettext("How much do you get for one normal hour, if you know it?"),
                lambda t: t.gettext("Overtime is counted from the pay of an hour."),
                ask.read_money("hour_pay"),
                needed=False,
                unasked=False,
            ),
        ),
        _form(
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
                    lambda t: t.gettext("The time of notice runs from that day."),
                    ask.read_day("notice_given"),
                ),
                ask.first_day_of_work(),
                ask.wage(),
                ask.who_ended(),
        ),
        _form(
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
                    lambda t: t.gettext("Days that you took are not paid again."),
                ),
                ask.wage(),
        ),
        _form(
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
                    lambda t: t.gettext("Each kind of claim has its own last day."),
                    ask.read_choice("claim", _claims),
                    _claims,
                ),
                Question(
                    "since",
                    lambda t: t.gettext(
                        "When did it happen? For pay: the day it was due. After the job: your last day. "
                        "Write it such as: 31 March 2026."
                    ),
                    lambda t: t.gettext("The time to claim runs from that day."),
                    ask.read_day("since"),
                ),
        ),
        _form(
            "refund",
            Calculation(
                "contribution_refund",
                lambda t: t.gettext("Getting your contributions back"),
                reckoning.reckon_refund,
                ("left",),
            ),
            ask.destination(),
                _origin(),
                ask.number(
                    "insured_months",
                    lambda t: t.gettext(
                        "For how many months were contributions paid for you there? "
                        "You can also write: 4 years 10 months."
                    ),
                    lambda t: t.gettext("Some countries pay back only after or before a certain time."),
                    unit="M",
                ),
                Question(
                    "left",
                    lambda t: t.gettext("When did you leave that country, or when will you?"),
                    lambda t: t.gettext("The time to ask for the money often runs from that day."),
                    ask.read_day("left"),
                    needed=False,
                    unasked=False,
                ),
        ),
        _form(
            "totalization",
            Calculation(
                "totalization",
                lambda t: t.gettext("Adding up your insured years"),
                reckoning.reckon_totalization,
            ),
            ask.destination(),
                _origin(),
                _month(
                    "insured_from",
                    lambda t: t.gettext(
                        "Since when were contributions paid for you in the country of work? Write the month, "
                        "such as: March 2015."
                    ),
                ),
                _month(
                    "insured_to",
                    lambda t: t.gettext("Until when were they paid there? Write the month, or: until now."),
                    last=True,
                ),
                _month(
                    "home_insured_from",
                    lambda t: t.gettext("Since when were contributions paid for you at home? Write a month."),
                ),
                _month(
                    "home_insured_to",
                    lambda t: t.gettext("Until when were they paid at home? Write the month."),
                    last=True,
                ),
        ),
    )
}  # fmt: skip
