"""Values in a language: money, durations, dates, numbers, names of countries and days.

Numbers, money, dates and country names come from CLDR through Babel; durations and counts are own
plural messages, since CLDR's unit patterns print raw keys in several of our languages. Digits are
0-9 everywhere: a number must be dialable and comparable on any phone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date, get_day_names
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent, get_currency_precision

from bot.answers.translations import Translator
from bot.rules.dates import PartialDate
from bot.rules.hours import parse_hours
from bot.rules.ruletypes import Catalogue
from bot.rules.units import Duration, Money, Unit

_FIRST_STRONG_ISOLATE, _POP = "\u2068", "\u2069"
_LEFT_TO_RIGHT_ISOLATE = "\u2066"
_HALF = Decimal("0.5")


def isolate(text: str, t: Translator) -> str:
    """The text kept apart from the direction of what surrounds it, where that matters."""
    return f"{_FIRST_STRONG_ISOLATE}{text}{_POP}" if t.right_to_left else text


def dialable(number: str, t: Translator) -> str:
    """A number to dial: its digits as they are, always from left to right."""
    return f"{_LEFT_TO_RIGHT_ISOLATE}{number}{_POP}" if t.right_to_left else number


def number(value: Decimal | int, t: Translator) -> str:
    """A plain number."""
    return isolate(format_decimal(value, locale=t.locale), t)


def percent(value: Decimal, t: Translator) -> str:
    """A percentage, given as percent."""
    return isolate(format_percent(value / 100, locale=t.locale, decimal_quantization=False), t)


def money(value: Money, t: Translator) -> str:
    """Money with its ISO code, which every remittance slip shows; a rate with its period."""
    _, _, decimals = f"{value.amount:f}".partition(".")
    places = max(get_currency_precision(value.currency), len(decimals.rstrip("0")))
    digits = "." + "0" * places if decimals.strip("0") else ""
    amount = format_decimal(value.amount, format=f"#,##0{digits}", locale=t.locale)
    shown = isolate(f"{value.currency} {amount}", t)
    if value.per is None:
        return shown
    return t.gettext(_PER[value.per], amount=shown)


_PER = {
    "hour": "{amount} an hour",
    "day": "{amount} a day",
    "week": "{amount} a week",
    "month": "{amount} a month",
    "year": "{amount} a year",
    "piece": "{amount} a piece",
}


def messages_of_rates() -> Iterable[str]:
    """For the extractor: the messages that stand in a table here."""
    return _PER.values()


def duration(value: Duration, t: Translator) -> str:
    """A length of time in the unit that the law uses."""
    if value.amount == _HALF and value.unit in ("month", "year", "day"):
        return _half(value.unit, t)
    whole = value.amount == value.amount.to_integral_value()
    count = int(value.amount) if whole else 2  # "1.5 months" takes the plural
    n = isolate(format_decimal(value.amount, locale=t.locale), t)
    return _DURATIONS[value.unit](t, count, n)


def _half(unit: str, t: Translator) -> str:
    if unit == "month":
        return t.gettext("half a month")
    return t.gettext("half a year") if unit == "year" else t.gettext("half a day")


_DURATIONS: dict[str, Callable[[Translator, int, str], str]] = {
    "minute": lambda t, count, n: t.ngettext("{n} minute", "{n} minutes", count, n=n),
    "hour": lambda t, count, n: t.ngettext("{n} hour", "{n} hours", count, n=n),
    "day": lambda t, count, n: t.ngettext("{n} day", "{n} days", count, n=n),
    "working_day": lambda t, count, n: t.ngettext("{n} working day", "{n} working days", count, n=n),
    "week": lambda t, count, n: t.ngettext("{n} week", "{n} weeks", count, n=n),
    "month": lambda t, count, n: t.ngettext("{n} month", "{n} months", count, n=n),
    "year": lambda t, count, n: t.ngettext("{n} year", "{n} years", count, n=n),
}


@lru_cache(maxsize=10_000)  # Babel reads its pattern anew each time, and every statement has a date
def partial_date(value: PartialDate, t: Translator) -> str:
    """A date as precisely as it is known."""
    if value.month is None:
        return isolate(str(value.year), t)
    month = t.locale.datetime_skeletons.get("yMMMM", "MMMM y")
    pattern = str(month) if value.day is None else "long"
    return isolate(format_date(value.earliest, pattern, locale=t.locale), t)


def written_date(text: str | None, t: Translator) -> str | None:
    """As `partial_date`, for a date as the data hold it; None stays None."""
    return None if text is None else partial_date(PartialDate.parse(text), t)


def day_of_year(value: str, t: Translator) -> str:
    """A day of every year, such as 15 June."""
    month, day = (int(part) for part in value.split("-"))
    pattern = t.locale.datetime_skeletons.get("MMMMd", "d MMMM")
    return isolate(format_date(date(2024, month, day), str(pattern), locale=t.locale), t)


def time_of_day(value: str, t: Translator) -> str:
    """A time by the clock of 24 hours: understood everywhere, and morning and evening are never mixed up."""
    if value == "24:00":
        return isolate(value, t)
    hour, minute = (int(part) for part in value.split(":"))
    return isolate(f"{hour:02d}:{minute:02d}", t)


def country(code: str, t: Translator) -> str:
    """A country's name; a region (`CA-QC`) keeps its code beside the country."""
    land, _, region = code.partition("-")
    name = t.locale.territories.get(land, land)
    return f"{name} ({region})" if region else name


def language_name(code: str, t: Translator) -> str:
    """A language's name in this language."""
    return t.locale.languages.get({"fil": "fil", "tl": "fil"}.get(code, code), code)


def listing(items: Iterable[str], t: Translator, style: str = "standard") -> str:
    """Items joined as the language does: a, b and c (or, with style `or`, a, b or c)."""
    texts = list(items)
    return format_list(texts, style=style, locale=t.locale) if texts else ""  # type: ignore[arg-type]


def clauses(parts: Iterable[str], t: Translator) -> str:
    """Parts of a sentence side by side, with the semicolon of the script."""
    return ("؛ " if t.right_to_left else "; ").join(parts)


def opening_hours(text: str, t: Translator) -> str:
    """Opening hours with the language's names of the days."""
    if text == "24/7":
        return t.gettext("day and night")
    names = get_day_names("abbreviated", locale=t.locale)
    parts = []
    for opening in parse_hours(text):
        days = ("، " if t.right_to_left else ", ").join(
            names[first] if first == last else f"{names[first]}–{names[last]}" for first, last in opening.days
        )
        clock = f"{time_of_day(opening.opens, t)}–{time_of_day(opening.closes, t)}"
        parts.append(f"{days} {clock}".strip())
    return isolate(clauses(parts, t), t)


def currency_name(code: str, t: Translator) -> str:
    """A currency's name in this language."""
    return t.locale.currencies.get(code, code)


class ValueFormatter:
    """Formats the values of rules by their units, in one language."""

    def __init__(self, t: Translator, catalogue: Catalogue, contact_names: dict[str, str]) -> None:
        self._t = t
        self._catalogue = catalogue
        self._contacts = contact_names

    def format(self, unit: Unit, value: Any) -> str:
        """One value as text."""
        t = self._t
        if isinstance(value, Money):
            return money(value, t)
        if isinstance(value, Duration):
            return duration(value, t)
        if isinstance(value, PartialDate):
            return partial_date(value, t)
        simple: dict[str, Callable[[], str]] = {
            "percent": lambda: percent(value, t),
            "times": lambda: number(value, t),
            "number": lambda: number(value, t),
            "celsius": lambda: t.gettext("{n} °C", n=number(value, t)),
            "share": lambda: isolate(value, t),
            "count": lambda: self._count(unit, value),
            "day": lambda: day_of_year(value, t),
            "time": lambda: time_of_day(value, t),
            "term": lambda: self.term(unit, value),
            "terms": lambda: listing((self.term(unit, item) for item in value), t),
            "country": lambda: country(value, t),
            "countries": lambda: listing((country(item, t) for item in value), t),
            "sector": lambda: t.pgettext("sector", SECTOR_NAMES[value]),
            "sectors": lambda: listing((t.pgettext("sector", SECTOR_NAMES[item]) for item in value), t),
            "name": lambda: isolate(value, t),
            "names": lambda: listing((isolate(item, t) for item in value), t),
            "message": lambda: t.gettext(value),
            "contact": lambda: isolate(self._contacts.get(value, value), t),
            "flag": lambda: "",
        }
        return simple[unit.name]()

    def term(self, unit: Unit, value: str) -> str:
        """A term of a vocabulary in this language."""
        return self._t.pgettext(
            f"term {unit.argument}", str(self._catalogue.terms[unit.argument or ""][value])
        )

    def _count(self, unit: Unit, value: int) -> str:
        noun = self._catalogue.terms["noun"][unit.argument or ""]
        one, other = str(noun["one"]), str(noun["other"])
        return self._t.ngettext(one, other, value, n=number(value, self._t))


SECTOR_NAMES = {
    "domestic_work": "domestic work in a home",
    "construction": "construction",
    "agriculture": "farm work",
    "fishing": "fishing",
    "seafaring": "work on ships",
    "manufacturing": "factory work",
    "hospitality": "hotels and restaurants",
    "care_health": "care and health",
    "transport_delivery": "transport and delivery",
    "platform_work": "app work (riders and drivers)",
    "mining": "mining",
    "cleaning_security": "cleaning and security",
    "retail_services": "shops and services",
    "other": "another job",
}
