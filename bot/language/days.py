"""Days, lengths of time, amounts and numbers as people answer a question that asks for one.

What is not clear ("since Ramadan last year") gives None: the conversation asks back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Final, Literal

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_name, get_territory_currencies
from dateutil.relativedelta import relativedelta
from rapidfuzz import fuzz

from bot.language.lexicon import load, words
from bot.language.normalise import latinise, plain_digits
from bot.language.quantities import Quantity, quantities
from bot.language.scope import Scope, by_scope
from bot.language.tokens import tokens

_EARLIEST: Final = 1950
# Signs that several moneys share, by the names of those moneys.
_SIGNS: Final = {
    "$": ("dolar", "peso"),
    "rs": ("rupi",),
    "rs.": ("rupi",),
    "£": ("pound",),
    "¥": ("yen", "yuan"),
}
_SAME_WORD: Final = 75  # riyal, riyals, rial
_BESIDE: Final = 3  # words between a month and its year
_MONTHS: Final = 70 * 12  # the longest time that is believed
_ISO_DURATION: Final = re.compile(r"P(\d+)([DWMY])")
_YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_NUMBER: Final = re.compile(r"(?<![\d.,])\d{1,3}(?:[ ,]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?")
_UNITS: Final[dict[str, str]] = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}


@dataclass(frozen=True)
class Said:
    """A day as it was said: the day itself, or the first day of a month."""

    day: date
    precision: Literal["day", "month"]


def day_said(text: str, today: date, read: Scope) -> Said | None:
    """The one day that an answer names; a length of time counts back from today.

    None when there is none, or several, or only a year, or one that is to come by more than ten years.
    """
    if _only_words(text, "today", read):
        return Said(today, "day")
    if _only_words(text, "yesterday", read):
        return Said(today - timedelta(days=1), "day")
    named = _named_month(text, read)
    if named is not None:
        return _possible(named, today)
    found = [each for each in _quantities(text, read) if each.entity == "date" and len(str(each.value)) == 10]
    if len(found) == 1:
        return (
            _possible(Said(date.fromisoformat(str(found[0].value)), "day"), today)
            if _exists(found[0])
            else None
        )
    length = length_said(text, read)
    if not found and length is not None and _holds_word(text, "ago", read):
        return _possible(Said(today - length, "day"), today)
    return None


def length_said(text: str, read: Scope) -> relativedelta | None:
    """A length of time: "3 yrs 4 months" is three years and four months together."""
    total = relativedelta()
    for each in _quantities(text, read):
        match = _ISO_DURATION.fullmatch(str(each.value)) if each.entity == "duration" else None
        if match:
            total += relativedelta(**{_UNITS[match[2]]: min(int(match[1]), 40_000)})
    return total if total and total.years * 12 + total.months + total.days / 30 <= _MONTHS else None


def is_still_so(text: str, read: Scope) -> bool:
    """Whether an answer says that the job goes on."""
    return _only_words(text, "still", read)


def amount_said(text: str, read: Scope, country: str | None, today: date) -> tuple[Decimal, str] | None:
    """An amount with its currency; where the currency is not said or has several meanings, that of a country.

    None without an amount, with several, or without any currency.
    """
    found = [each for each in _quantities(text, read) if each.entity == "money"]
    numbers = _numbers(text)
    own = currency_of(country, today) if country else None
    if len(found) == 1 and isinstance(found[0].value, dict):
        currency = found[0].value["currency"]
        if currency is None and own and _may_be_called(own, text[found[0].start : found[0].end], read):
            currency = own
        return (Decimal(str(found[0].value["amount"])), str(currency)) if currency else None
    if not found and len(numbers) == 1 and own:
        return numbers[0], own
    return None


def number_said(text: str, read: Scope) -> Decimal | None:
    """The one number of an answer, in digits of any script."""
    found = _numbers(text)
    if len(found) == 1:
        return found[0]
    spelled = [each for each in _quantities(text, read) if each.entity == "duration"]
    match = _ISO_DURATION.fullmatch(str(spelled[0].value)) if len(spelled) == 1 and not found else None
    return Decimal(match[1]) if match else None


@cache
def currency_of(country: str, today: date) -> str | None:
    """The money of a country on a day (CLDR)."""
    found = get_territory_currencies(country, today, tender=True)
    return found[0] if found else None


def _quantities(text: str, read: Scope) -> list[Quantity]:
    return quantities(text, tokens(text), read)


def _may_be_called(currency: str, said: str, read: Scope) -> bool:
    """Whether a word such as "riyal" can mean a money; rupees cannot mean Saudi riyals."""
    word = re.sub(r"[\d .,]+", " ", latinise(plain_digits(said))).strip()
    names = {latinise(get_currency_name(currency, locale=language)) for language in read if _speaks(language)}
    kinds = _SIGNS.get(said.strip(" 0123456789.,").lower(), ())
    if any(kind in latinise(get_currency_name(currency, locale="en")).split() for kind in kinds):
        return True
    return any(fuzz.ratio(word, part) >= _SAME_WORD for name in names for part in name.split())


def _speaks(language: str) -> bool:
    try:
        Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return False
    return True


def _numbers(text: str) -> list[Decimal]:
    return [
        Decimal(re.sub(r"[ ,](?=\d{3}(?:\D|$))", "", match[0]).replace(",", "."))
        for match in _NUMBER.finditer(plain_digits(text))
        if len(match[0]) <= 12
    ]


def _named_month(text: str, read: Scope) -> Said | None:
    """ "5 March 2021", "march 2021", "मार्च 2021"."""
    words_said = latinise(plain_digits(text)).split()
    at = [index for index, word in enumerate(words_said) if word in _months(read)]
    if len(at) != 1:
        return None
    # A year and a day stand beside their month; a number further off is something else.
    parts = words_said[max(at[0] - _BESIDE, 0) : at[0] + _BESIDE + 1]
    months = {_months(read)[words_said[at[0]]]}
    years = {int(part) for part in parts if _YEAR.fullmatch(part)}
    if len(months) != 1 or len(years) != 1:
        return None
    ordinals = (re.sub(r"(?<=\d)(?:st|nd|rd|th|er|ro)$", "", part) for part in parts)
    days = [int(part) for part in ordinals if part.isdecimal() and len(part) <= 2]
    month, year = months.pop(), years.pop()
    if len(days) > 1:
        return None
    try:
        return Said(date(year, month, days[0]), "day") if days else Said(date(year, month, 1), "month")
    except ValueError:
        return None


@by_scope
def _months(read: Scope) -> dict[str, int]:
    found: dict[str, int] = {}
    for language in reversed(read):
        found |= _months_of(language)
    return found


@cache
def _months_of(language: str) -> dict[str, int]:
    """The names of the months, whole and short (CLDR)."""
    if not _speaks(language):
        return {}
    held = Locale.parse(language).months
    return {
        key: number
        for usage in ("format", "stand-alone")
        for width in ("abbreviated", "wide")
        for number, name in held[usage][width].items()
        if len(key := latinise(name)) > 2 and key.isalpha()
    }


def _only_words(text: str, kind: str, read: Scope) -> bool:
    return latinise(text) in _words(kind, read)


def _holds_word(text: str, kind: str, read: Scope) -> bool:
    said = f" {latinise(text)} "
    return any(f" {word} " in said for word in _words(kind, read))


@by_scope
def _day_words(read: Scope) -> dict[str, frozenset[str]]:
    return {
        kind: frozenset(
            latinise(word) for language in read for word in words(load(language, "days").get(kind), language)
        )
        for kind in ("today", "yesterday", "ago", "still")
    }


def _words(kind: str, read: Scope) -> frozenset[str]:
    return _day_words(read)[kind]


def _exists(quantity: Quantity) -> bool:
    try:
        return bool(date.fromisoformat(str(quantity.value)))
    except ValueError:
        return False


def _possible(said: Said, today: date) -> Said | None:
    """None for a day that cannot be meant, such as one of the Nepali calendar (2081)."""
    return said if date(_EARLIEST, 1, 1) <= said.day <= today + timedelta(days=3660) else None
