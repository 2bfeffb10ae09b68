"""The complaint letter from a form at the desk: composed and printed at once, kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from babel.numbers import get_territory_currencies

from bot.answers import formats
from bot.answers.answer import answer
from bot.answers.options import money
from bot.answers.translations import translator
from bot.conversation.letter_form import SUBJECTS, grounds, to_tick
from bot.desk.asked import Asked
from bot.letters.letter import Letter, LetterFacts, compose
from bot.letters.official import official_language
from bot.letters.pdf import render
from bot.letters.sheet import Texts
from bot.rules.case import check_topic, parse_day
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawBase
from bot.rules.lookup import Lookup, lookup
from bot.rules.units import Money

LONGEST_STORY: Final = 1500
LONGEST_NAME: Final = 80
_NAMES: Final = ("office", "worker", "employer", "workplace")
_STORIES: Final = ("happened", "wants")
FIELDS: Final = ("about", *_NAMES, "started", "ended", *_STORIES, "amount", "currency")


@dataclass(frozen=True)
class Told:
    """What was told for a letter, as it was written; "" is what was not."""

    about: str
    office: str = ""
    worker: str = ""
    employer: str = ""
    workplace: str = ""
    started: date | None = None
    ended: date | None = None
    happened: str = ""
    wants: str = ""
    amount: Money | None = None


def read_letter(given: dict[str, str]) -> Told:
    """What a form says. Raises CaseError, naming what cannot be meant."""
    names = {name: given.get(name, "").strip()[:LONGEST_NAME] for name in _NAMES}
    stories = {name: given.get(name, "").strip()[:LONGEST_STORY] for name in _STORIES}
    started, ended = (parse_day(given.get(name) or None) for name in ("started", "ended"))
    if started and ended and ended < started:
        raise CaseError("The last day of work is before the first one.")
    about = check_topic(given.get("about", ""))
    return Told(about, started=started, ended=ended, amount=_amount(given), **names, **stories)


def print_letters(base: LawBase, asked: Asked, told: Told, language: str, today: date) -> bytes:
    """The letter in the worker's language, to read, and in one of the country's, to hand in.

    Raises CaseError for a case without a country of work.
    """
    case = asked.case(today)
    if case.destination is None:
        raise CaseError("A letter needs the country of work.")
    found = lookup(base, case, [told.about])
    return render([_letter(found, told, each, language) for each in letter_languages(asked, language)])


def letter_languages(asked: Asked, language: str) -> Texts:
    """The worker's language, and the official one of the country of work."""
    official = official_language(asked.destination or "")
    return tuple(dict.fromkeys((language, official)))


def subjects(topics: tuple[str, ...]) -> tuple[str, ...]:
    """What a letter can be about, what the sheet is about first."""
    return tuple(sorted(SUBJECTS, key=lambda topic: topic not in topics))


def usual_currency(destination: str | None) -> str:
    """The money of the country of work."""
    country = (destination or "").partition("-")[0]
    return next(iter(get_territory_currencies(country)), "") if country else ""


def _letter(found: Lookup, told: Told, language: str, told_in: str) -> Letter:
    t, case = translator(language), found.case
    said = answer(found, language)
    return compose(
        LetterFacts(
            topic=told.about,
            destination=case.region or case.destination or "",
            day=case.today,
            office=told.office,
            worker=told.worker,
            employer=told.employer,
            workplace=told.workplace,
            started=_day(told.started, language),
            ended=_day(told.ended, language),
            job=t.pgettext("sector", formats.SECTOR_NAMES[case.sector]) if case.sector else "",
            happened=told.happened,
            wants=told.wants,
            amount=formats.money(told.amount, t) if told.amount else "",
            grounds=grounds(said, told.about),
            evidence=to_tick(told.about, t),
            told_in=told_in,
        ),
        t,
    )


def _day(day: date | None, language: str) -> str:
    return formats.written_date(day.isoformat(), translator(language)) or "" if day else ""


def _amount(given: dict[str, str]) -> Money | None:
    """The amount with its money, through the reader that the commands use."""
    amount, currency = given.get("amount", "").strip(), given.get("currency", "").strip().upper()
    if not amount:
        return None
    return money(f"{currency} {amount}")
