"""A calculation in words: each step a sentence, with the rule or agreement that it follows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from bot.answers import formats
from bot.answers.translations import Translator
from bot.rules.calculators.steps import Step
from bot.rules.units import Duration, Money

STEP_TEXTS = {
    # insured time
    "period": "Insured time. {country}: {months}.",
    "overlap": (
        "Part of it is in the same months as time in another country. It is added only once. "
        "{country}: {months}."
    ),
    "uninsured": "Nobody paid contributions for this time, so it does not count. {country}: {months}.",
    "insured": "Insured time. {country}: {months}.",
    # a country's pension
    "qualifying": "{country}: you have {months}. A pension there needs {needed}.",
    "qualifying_unknown": (
        "{country}: we do not know how much time a pension there needs. Ask the insurance there."
    ),
    "alone": "{country}: your own time there is enough. The country pays its own pension.",
    "better_of_two": (
        "{country}: there are two ways to count. By its own time: {national}. By its share: {pro_rata}. "
        "The higher one is paid."
    ),
    "added": "{country}: adds your time in {others}. Together this makes {total}.",
    "not_certain": "We have not confirmed all of this. Ask the insurance before you count on it. {country}",
    "claim_at": "{country}: the office to claim from or to ask is {office}.",
    "nationals_only": (
        "{country}: there is an agreement, but it is only for citizens of its member countries."
    ),
    "too_short": (
        "{country}: your own time there is only {months}. Under the agreement less than {shortest} gives "
        "no pension there."
    ),
    "not_reached": "{country}: even together it is only {total}. It needs {needed}.",
    "short_elsewhere": (
        "{country}: time in countries where you were insured too short is counted in, but not in the share: "
        "{months}."
    ),
    "share": "{country} pays its share: {months} of {total}.",
    "pro_rata": (
        "{country} pays its share: {months} of {total}. With all the time there it would be {theoretical}. "
        "The share is {amount}."
    ),
    "opened": (
        "{country}: with the added time you can get a pension there. The country works it out by its own "
        "rules, mostly from your own time there: {months}."
    ),
    "taken_over": (
        "{country}: your time was short in every country. This country was the last one. It pays for all of "
        "it: {total}."
    ),
    "no_agreement": (
        "{country}: your time there is not enough. We know of no agreement by which time in the other "
        "countries is added."
    ),
    "keep_statements": "Ask each country for a paper that lists your insured time, and keep it: {countries}.",
    "refund_rules": (
        "{country}: the law there speaks of paying contributions back. Look at this before you leave."
    ),
    # refunds
    "refund_unknown": "{country}: we have nothing on paying contributions back in our data.",
    "refund_possible": "By this rule you can ask for your contributions back.",
    "refund_depends": "This rule depends on your case. Read its conditions.",
    "refund_note": "This rule says something besides. Read it.",
    "refund_none": "By this rule contributions are not paid back.",
    "refund_not_enough": "By this rule your insured time is too short for a refund.",
    "refund_too_much": (
        "By this rule your insured time is too long for a refund. A pension may be due instead."
    ),
    "refund_not_yet": "By this rule you must still wait.",
    "refund_too_late": (
        "By this rule the time to ask is over. Ask the office all the same: there may be exceptions."
    ),
    "needs_months": "You have {months}. The rule needs {needed}.",
    "over_months": "You have {months}. The rule allows {most}.",
    "not_under_months": "You have {months}. The rule is for less than {most}.",
    "claim_from": "You can ask from this day on: {date}.",
    "claim_by": "Ask by this day at the latest: {date}.",
    "after_tax": "Of {paid}, tax of {percent} is taken. This leaves {amount}.",
    "lost_for_totalization": (
        "What you give up: {months} that could count for a pension under the agreement between {between}."
    ),
    "nothing_to_add_to": (
        "We know of no agreement under which this time could count in another country. {country}"
    ),
    # end-of-service pay, wages, notice, leave
    "service": "You worked there for {years} and {days}.",
    "service_counted": "Of this, the law counts here: {years} and {days}.",
    "no_service_then": "None of your time there falls under this law.",
    "no_rule_on_end_of_service": "{country}: we have no rule on end-of-service pay in our data for that day.",
    "none_by_law": "By this rule the law gives no end-of-service pay.",
    "whole_years": "Only full years count: {years}.",
    "rounded_years": "With the last part of a year this counts as: {years}.",
    "part_year_by_days": (
        "We do not know how the law counts a part of a year. Here it counts by days: {days}."
    ),
    "months_counted": "In months this counts as: {months}.",
    "years_by_days": "Days worked: {days}. Years that count: {number}.",
    "rest": "For the rest of the last year: {rate} of pay. That is {amount}.",
    "capped_together": "Both parts together have an upper limit. This leaves: {amount}.",
    "half_years": "Years that count: {number}.",
    "wage_limited": "Of a month's pay at most this much counts: {amount}.",
    "week_limited": "Of a week's pay at most this much counts: {amount}.",
    "less_if_resigned": "If you resign yourself, you may get less, or nothing. Read the rule.",
    "limit_in_other_money": "The law has a limit in other money. It is not counted here: {amount}.",
    "area_cap": "If your pay is far above the average of the place, less of it counts. Read the rule.",
    "age_needed": "It depends on your age. Say how old you were on the last day.",
    "plus": "On top once: {rate} of pay. That is {amount}.",
    "plus_share": "On top of that this part of it: {share}. That is {amount}.",
    "sum_capped": "The law allows at most this sum: {amount}.",
    "fund_offset": "What your employer paid for you into this fund may be taken off: {fund}.",
    "at_most_years": "At most this much counts: {years}.",
    "day_by_thirty": (
        "We do not know how the law counts a day's pay. Here it is the month's pay divided by thirty."
    ),
    "rate": "For each year: {rate} of pay. That is {amount}. Years that count: {number}.",
    "rate_share": "For each year: this part of a month's pay: {share}.",
    "band": "For these years: {rate} of pay each. That is {amount} a year. Number of years: {number}.",
    "band_month": (
        "For these months: {rate} of pay each. That is {amount} a month. Number of months: {number}."
    ),
    "band_percent": "For these years: {percent} of a month's pay each. Number of years: {number}.",
    "lump": "In all: {rate} of pay. That is {amount}.",
    "capped": "The law allows at most {cap} of pay. That is {amount}.",
    "resign_full": "If you resign after so long, you get all of it.",
    "resign_share": "If you resign after so long, you get this part of it: {share}.",
    "resign_nothing": "If you resign after so short a time, you get nothing of it.",
    "due": "This comes to: {amount}.",
    "total": "Together: {amount}.",
    "only_if": "It is due only in some cases. Read the rule below.",
    "rule_depends": "This depends on more than we know of your case. Read the rule.",
    "not_computed": "The rule does not say enough to work out a sum. Ask the labour office.",
    "months_of_pay": "Pay for months. Number of months: {number}. That is {amount}.",
    "days_of_pay": "Pay for days. Number of days: {number}. That is {amount}.",
    "received": "You already got {amount}.",
    "see_rule": "This rule says when wages must be paid.",
    "no_rule_on_overtime": "{country}: we have no rule on overtime in our data.",
    "hour_unknown": "We do not know how the law counts an hour's pay. Say what an hour pays.",
    "hour_pay": "An hour of normal work pays {amount}.",
    "hours_of_pay": "Hours: {number}. They are paid with {percent} more. That is {amount}.",
    "no_rate_for_these_hours": "The rule names no rate for these hours: {number}.",
    "rate_differs": "Some hours may be paid more, or on another wage. Read the rule below.",
    "no_rule_on_notice": "{country}: we have no rule on notice that says how long it is.",
    "notice": "The notice is {length}.",
    "notice_until": "If notice is given that day, the last day is {date}.",
    "notice_missing": "Your job ends before that. Days that are missing: {days}.",
    "pay_of_notice": "The pay for this time is {amount}.",
    "no_rule_on_leave": "{country}: we have no rule on paid leave in our data.",
    "leave_rate": "You earn {length} of paid leave a year.",
    "leave_earned": "Days earned: {number}. Days taken: {taken}. Days left: {left}.",
    "leave_by_last_rate": "The leave grows with your time there. Here the last rate is used for all years.",
    # benefits of insurances and funds
    "no_rule_on_benefit": "{country}: we have no rule in our data that says what is paid for this time.",
    "benefit_not_computed": "This rule names no sum that can be worked out. Read it, and ask the office.",
    "benefit_waiting": "The first days are not paid: {days}.",
    "benefit_stretch": "For {days} you get {percent} of your pay. That is {amount}.",
    "benefit_ends": "After that this rule pays no more. Days left without pay: {days}.",
    "benefit_floor": "At least this much is paid: {amount}.",
    "benefit_ceiling": "At most this much is paid: {amount}.",
    "benefit_limited": "The rule limits this further, or asks for more. Read it.",
    "benefit_flat": "The rule names this sum: {amount}.",
    "no_rule_on_sums": "We have no rule in our data that names a sum for this.",
    "sum_exact": "{event}: {amount}.",
    "sum_least": "{event}: at least {amount}.",
    "sum_most": "{event}: up to {amount}.",
    # deadlines
    "no_rule_on_deadline": "{country}: we have no rule on how long you can claim. Claim as soon as you can.",
    "deadline_limit": "You must claim within {length}.",
    "deadline_limit_if_wilful": "If the employer broke the law on purpose, you have {length}.",
    "deadline_small_claims": "At the board for small claims you have {length}.",
    "deadline_employer_first": "You must first write to your employer within {length}.",
    "deadline_court_in_total": "You must go to court within {length}, even with a pause.",
    "last_day": "The last day is {date}, counted from the day that you named.",
    "time_starts": "The time starts: {counted_from}.",
    "time_starts_or": "Or the time starts: {or_from}.",
    "not_counted": "We cannot count this to a day. Ask the office, and do not wait.",
    "days_left": "Days left: {left}.",
    "deadline_over": "This day is over. Ask the office all the same: there may be exceptions.",
    "late_with_reason": "A late claim can be accepted with a good reason.",
}
_UNITS = {
    **dict.fromkeys(("months", "needed", "total", "shortest", "most"), "month"),
    "years": "year",
    "days": "day",
}
_TERMS = {"event": "event", "counted_from": "claim_start", "or_from": "claim_start"}  # of the vocabulary
_COUNTRIES = ("others", "countries", "between")


def step_text(step: Step, t: Translator) -> str:
    """One step as a sentence."""
    said = t.gettext(STEP_TEXTS[step.name], **{name: _said(name, value, t) for name, value in step.values})
    return said if step.ground is None else f"{said} [{formats.isolate(step.ground, t)}]"


def steps_json(steps: Iterable[Step], t: Translator) -> list[dict[str, Any]]:
    """The steps as JSON, each with its text."""
    return [{**step.to_json(), "text": step_text(step, t)} for step in steps]


def _said(name: str, value: Any, t: Translator) -> str:
    if isinstance(value, Money):
        return formats.money(value, t)
    if isinstance(value, Duration):
        return formats.duration(value, t)
    if isinstance(value, date):
        return formats.isolate(format_date(value, "long", locale=t.locale), t)
    if name in _UNITS:
        return formats.duration(Duration(Decimal(value), _UNITS[name]), t)
    if name in _TERMS:
        return t.pgettext(f"term {_TERMS[name]}", value)
    if name == "country":
        return formats.country(value, t)
    if name in _COUNTRIES:
        return formats.listing((formats.country(item, t) for item in value), t)
    if name == "percent":
        return formats.percent(value, t)
    return formats.number(value, t) if isinstance(value, Decimal | int) else formats.isolate(str(value), t)
