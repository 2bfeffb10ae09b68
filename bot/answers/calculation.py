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
from bot.rules.units import Duration

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
    "claim_from": "You can ask from this day on: {date}.",
    "claim_by": "Ask by this day at the latest: {date}.",
    "after_tax": "Of {paid}, tax of {percent} is taken. This leaves {amount}.",
    "lost_for_totalization": (
        "What you give up: {months} that could count for a pension under the agreement between {between}."
    ),
    "nothing_to_add_to": (
        "We know of no agreement under which this time could count in another country. {country}"
    ),
}
_MONTHS = ("months", "needed", "total", "shortest", "most")
_COUNTRIES = ("others", "countries", "between")


def step_text(step: Step, t: Translator) -> str:
    """One step as a sentence."""
    said = t.gettext(STEP_TEXTS[step.name], **{name: _said(name, value, t) for name, value in step.values})
    return said if step.ground is None else f"{said} [{formats.isolate(step.ground, t)}]"


def steps_json(steps: Iterable[Step], t: Translator) -> list[dict[str, Any]]:
    """The steps as JSON, each with its text."""
    return [{**step.to_json(), "text": step_text(step, t)} for step in steps]


def _said(name: str, value: Any, t: Translator) -> str:
    if name in _MONTHS:
        return formats.duration(Duration(Decimal(value), "month"), t)
    if name == "country":
        return formats.country(value, t)
    if name in _COUNTRIES:
        return formats.listing((formats.country(item, t) for item in value), t)
    if name == "percent":
        return formats.percent(value, t)
    if isinstance(value, date):
        return formats.isolate(format_date(value, "long", locale=t.locale), t)
    return formats.number(value, t) if isinstance(value, Decimal) else formats.isolate(str(value), t)
