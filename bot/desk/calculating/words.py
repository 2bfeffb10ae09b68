"""What the calculators and their fields are called on a page."""

from __future__ import annotations

from bot.answers import names
from bot.answers.calculators import CALCULATORS
from bot.answers.translations import Translator
from bot.rules.vocabulary import STATUSES


def titles(t: Translator) -> dict[str, tuple[str, str]]:
    """Each calculator's name and what it is for; a new one goes by what its command says."""
    said = {
        "end-of-service": (
            t.gettext("Money at the end of the job"),
            t.gettext("Gratuity, severance pay or seniority pay."),
        ),
        "wages": (t.gettext("Unpaid wages"), t.gettext("Months and days that were not paid.")),
        "overtime": (
            t.gettext("Overtime pay"),
            t.gettext("More hours, work at night, on rest days and on holidays."),
        ),
        "notice": (t.gettext("Notice"), t.gettext("How long it is, until when, and what it pays.")),
        "leave": (t.gettext("Paid leave"), t.gettext("Leave that was earned and not taken.")),
        "deadline": (t.gettext("Time to claim"), t.gettext("The last day on which one can claim.")),
        "benefit": (
            t.gettext("Pay without work"),
            t.gettext("While ill or hurt, after a birth, or out of work."),
        ),
        "sums": (
            t.gettext("Single sums"),
            t.gettext("What insurances and funds pay once, there and at home: after a death, an injury..."),
        ),
        "refund": (
            t.gettext("Contributions back"),
            t.gettext("If they are paid back, from when and until when."),
        ),
        "totalization": (
            t.gettext("Insured years of several countries"),
            t.gettext("Which time adds up, and the share that each country pays."),
        ),
    }
    further = {name: (name, each.help) for name, each in CALCULATORS.items() if name not in said}
    return {**{name: words for name, words in said.items() if name in CALCULATORS}, **further}


def field_label(calculator: str, name: str, t: Translator) -> str:
    """What a field is called; some mean another thing in another calculator."""
    own = {
        ("refund", "months"): t.gettext("Months with contributions there"),
        ("refund", "paid"): t.gettext("The sum before tax, if it is known"),
        ("benefit", "days"): t.gettext("Days without work"),
        ("deadline", "starts"): t.gettext("What happened?"),
        ("deadline", "topic"): t.gettext("What is the claim about?"),
        ("refund", "scheme"): t.gettext("Kind of permit, if known"),
    }
    words = {
        "to": t.gettext("Country of work"),
        "from": t.gettext("Country of origin"),
        "home": t.gettext("Country to return to"),
        "nationality": t.gettext("Nationality"),
        "sector": t.gettext("Work"),
        "status": t.gettext("Papers"),
        "private_household": t.gettext("In a private home?"),
        "ended_by": t.gettext("Who ended the job?"),
        "wage": t.gettext("Pay for a month"),
        "day_pay": t.gettext("Pay for a day, if known"),
        "week_pay": t.gettext("Pay for a week, if known"),
        "hour_pay": t.gettext("Pay for a normal hour, if known"),
        "start": t.gettext("First day of work"),
        "end": t.gettext("Last day of work"),
        "given": t.gettext("Day of the notice"),
        "since": t.gettext("Day from which the time runs"),
        "left": t.gettext("Day of leaving the country"),
        "months": t.gettext("Months without pay"),
        "days": t.gettext("More days without pay"),
        "received": t.gettext("What was paid of it"),
        "hours": t.gettext("Hours of overtime"),
        "night_hours": t.gettext("Hours at night"),
        "rest_day_hours": t.gettext("Hours on rest days"),
        "holiday_hours": t.gettext("Hours on public holidays"),
        "taken": t.gettext("Days of leave taken"),
        "branch": t.gettext("What is it for?"),
        "event": t.gettext("What happened?"),
        "on": t.gettext("Law of which day?"),
    }
    return own.get((calculator, name)) or words.get(name, name.replace("_", " ").capitalize())


def field_hint(name: str, t: Translator) -> str:
    """What helps to fill a field in, where the label is not enough."""
    words = {
        "wage": t.gettext("The basic wage, where the rule counts that."),
        "end": t.gettext("Leave it empty if the job goes on."),
        "since": t.gettext("For pay: the day it was due. After the job: the last day."),
        "to": t.gettext("Country or city, in any language"),
        "sector": t.gettext("The job, such as: welder, maid, driver"),
        "on": t.gettext("Leave it empty for today."),
        "left": t.gettext("The time to ask counts from it."),
        "scheme": t.gettext("Such as E-9"),
    }
    return words.get(name, "")


def field_options(name: str, mine: Translator, t: Translator) -> list[tuple[str, str]]:
    """The choices of a field that has few, in words: by the desk's catalogue, or by that of the law."""
    if name == "status":
        return [(each, t.pgettext("status", names.STATUS_NAMES[each])) for each in STATUSES]
    if name == "private_household":
        return [("yes", mine.gettext("Yes")), ("no", mine.gettext("No"))]
    return [
        ("worker", mine.gettext("the worker")),
        ("employer", mine.gettext("the employer")),
        ("expiry", mine.gettext("it reached its end date")),
    ]
