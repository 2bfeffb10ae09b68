"""Money, durations and dates, where they are plain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal

from bot.language.lexicon import SHARED, load, load_all, words
from bot.language.normalise import latinise, plain_digits
from bot.language.phrases import Match, Phrases, find_in
from bot.language.scope import Scope, by_scope
from bot.language.tokens import Token

QuantityName = Literal["money", "duration", "date"]
_NUMBER: Final = re.compile(r"\d{1,3}(?:[ .,'\u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)")
_ISO_DATE: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d{1,2})-(\d{1,2})(?!\d)")
_DAY_FIRST: Final = re.compile(r"(?<!\d)(\d{1,2})[/.](\d{1,2})[/.]((?:19|20)\d\d)(?!\d)")
_YEAR: Final = re.compile(r"(?<![\d.,/-])((?:19|20)\d\d)(?![\d.,/-])")
_SIGNS: Final = {"€": "EUR", "£": "GBP", "₹": "INR", "₱": "PHP", "₩": "KRW", "¥": "JPY", "$": None}
_AFTER_YEAR: Final = 2
_MAX_AMOUNT: Final = 1e12


@dataclass(frozen=True)
class Quantity:
    """Money, a duration (ISO 8601) or a date (ISO 8601, its precision kept), with offsets."""

    entity: QuantityName
    value: str | dict[str, str | float | None]
    start: int
    end: int


@cache
def _units(kind: str = "units") -> dict[str, Phrases[str]]:
    """``quantities.yml``: words for day, week, month, year; the value is D, W, M, Y or H.

    ``kind``: "units" after a number, "units_first" before one (Swahili "miezi 3"), "doubled" for words
    that say two by themselves (Arabic duals).
    """
    tables: dict[str, Phrases[str]] = {}
    for language, content in load_all("quantities").items():
        table = tables.setdefault(language, Phrases())
        for unit, forms in (content.get(kind) or {}).items():
            for form in words(forms, f"{language}/quantities.yml"):
                table.add(form, unit)
    return tables


@by_scope
def _unit_words(read: Scope) -> dict[str, str]:
    """Unit by key, of some languages; the first that has a key decides."""
    found: dict[str, str] = {}
    for language in read:
        if table := _units().get(language):
            found = {**table.meanings, **found}
    return found


@cache
def _numbers_of(language: str) -> dict[str, float]:
    numbers = load(language, "quantities").get("numbers") or {}
    return {
        latinise(form): float(number)
        for number, forms in numbers.items()
        for form in words(forms, f"{language}/quantities.yml numbers")
    }


@by_scope
def _numbers(read: Scope) -> dict[str, float]:
    found: dict[str, float] = {}
    for language in reversed(read):
        found |= _numbers_of(language)
    return found


@cache
def _year_cues_of(language: str) -> frozenset[str]:
    return frozenset(map(latinise, words(load(language, "quantities").get("year_cues"), language)))


def _is_year_cue(key: str, read: Scope) -> bool:
    return any(key in _year_cues_of(language) for language in read)


@lru_cache(maxsize=1)
def _currencies() -> dict[str, Phrases[str | None]]:
    """``currencies.yml`` of every language and the shared one: words with their ISO 4217 code."""
    tables: dict[str, Phrases[str | None]] = {}
    for language, content in {SHARED: load(SHARED, "currencies"), **load_all("currencies")}.items():
        table = tables.setdefault(language, Phrases())
        for code, forms in (content.get("codes") or {}).items():
            for form in words(forms, f"{language}/currencies.yml {code}"):
                table.add(form, code)
        for form in words(content.get("ambiguous"), f"{language}/currencies.yml"):
            table.add(form, None)
    return tables


@by_scope
def currency_words(read: Scope) -> dict[str, str | None]:
    """Currency words of some languages with their ISO 4217 code (None: several currencies)."""
    found: dict[str, str | None] = {}
    for name in (*read, SHARED):
        if table := _currencies().get(name):
            found = {**table.meanings, **found}
    return found


def quantities(text: str, said: list[Token], read: Scope) -> list[Quantity]:
    """Money, durations and dates of a message."""
    digits = plain_digits(text)
    dates = _dates(digits, said, read)
    taken = [(date.start, date.end) for date in dates]
    return [*dates, *(q for q in _counted(digits, said, read) if not _overlaps(q, taken))]


def _overlaps(quantity: Quantity, taken: list[tuple[int, int]]) -> bool:
    return any(quantity.start < end and start < quantity.end for start, end in taken)


def _dates(digits: str, said: list[Token], read: Scope) -> list[Quantity]:
    found: list[Quantity] = []
    for match in _ISO_DATE.finditer(digits):
        _add_date(found, match, match[1], match[2], match[3])
    for match in _DAY_FIRST.finditer(digits):
        _add_date(found, match, match[3], match[2], match[1])
    for match in _YEAR.finditer(digits):
        if _is_year(match, said, read):
            found.append(Quantity("date", match[1], match.start(), match.end()))
    return found


def _add_date(found: list[Quantity], match: re.Match[str], year: str, month: str, day: str) -> None:
    if 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
        iso = f"{year}-{int(month):02d}-{int(day):02d}"
        found.append(Quantity("date", iso, match.start(), match.end()))


def _is_year(match: re.Match[str], said: list[Token], read: Scope) -> bool:
    """A bare four-digit number is a year only beside a word such as "since" or "in"."""
    before = [token.key for token in said if token.end <= match.start()][-_AFTER_YEAR:]
    after = [token.key for token in said if token.start >= match.end()][:1]
    return any(_is_year_cue(key, read) for key in [*before[-1:], *after])


def _counted(digits: str, said: list[Token], read: Scope) -> list[Quantity]:
    """Numbers with a unit of time or money beside them."""
    found: list[Quantity] = []
    units = {match.first: match for match in find_in(_units(), said, read)}
    units_first = {match.last: match for match in find_in(_units("units_first"), said, read)}
    money = find_in(_currencies(), said, (*read, SHARED))
    after = {match.first: match for match in money}
    before = {match.last: match for match in money}
    for number in _NUMBER.finditer(digits):
        value = _value(number[0])
        following = next((i for i, t in enumerate(said) if t.start >= number.end()), len(said))
        preceding = max((i for i, t in enumerate(said) if t.end <= number.start()), default=-1)
        if preceding in units_first and _touches(digits, said[preceding].end, number.start()):
            start = said[units_first[preceding].first].start
            found.append(_duration(value, units_first[preceding].meaning, start, number.end()))
        elif following in units:
            end = said[units[following].last].end
            found.append(_duration(value, units[following].meaning, number.start(), end))
        elif following in after and _touches(digits, number.end(), said[following].start):
            end = said[after[following].last].end
            found.append(_money(value, after[following].meaning, number.start(), end))
        elif preceding in before and _touches(digits, said[preceding].end, number.start()):
            start = said[before[preceding].first].start
            found.append(_money(value, before[preceding].meaning, start, number.end()))
        else:
            found.extend(_signed(digits, number, value))
    found.extend(_joined(said, read))
    found.extend(_spelled(said, units, read))
    # Words that say two of a unit by themselves, as Arabic duals do.
    for pair in find_in(_units("doubled"), said, read):
        two = _duration(2, pair.meaning, said[pair.first].start, said[pair.last].end)
        if not _overlaps(two, [(each.start, each.end) for each in found]):
            found.append(two)
    return [quantity for quantity in found if quantity]


def _touches(digits: str, start: int, end: int) -> bool:
    return end - start <= 2 and not digits[start:end].strip(" .,:")


def _signed(digits: str, number: re.Match[str], value: float) -> list[Quantity]:
    """Money with a sign before or after the number."""
    left = digits[: number.start()].rstrip()
    right = digits[number.end() :]
    if left and left[-1] in _SIGNS:
        return [_money(value, _SIGNS[left[-1]], len(left) - 1, number.end())]
    stripped = right.lstrip()
    if stripped and stripped[0] in _SIGNS:
        end = number.end() + len(right) - len(stripped) + 1
        return [_money(value, _SIGNS[stripped[0]], number.start(), end)]
    return []


_JOINED: Final = re.compile(r"(?:([a-z]{1,6})(\d{2,9})|(\d{1,9})([a-z]{1,12}))$")


def _joined(said: list[Token], read: Scope) -> list[Quantity]:
    """ "RM1400", "500aed", "3mahina": number and unit in one word."""
    found: list[Quantity] = []
    for token in said:
        match = _JOINED.fullmatch(token.key)
        if not match:
            continue
        word, value = match[1] or match[4], float(match[2] or match[3])
        money, units = currency_words(read), _unit_words(read)
        if word in money:
            found.append(_money(value, money[word], token.start, token.end))
        elif not match[1] and word in units and len(word) > 1:
            found.append(_duration(value, units[word], token.start, token.end))
    return found


def _spelled(said: list[Token], units: Mapping[int, Match[str]], read: Scope) -> list[Quantity]:
    """ "two months", "तीन महिना"."""
    found: list[Quantity] = []
    for index, token in enumerate(said[:-1]):
        number = _numbers(read).get(token.key)
        if number is not None and (match := units.get(index + 1)):
            found.append(_duration(number, match.meaning, token.start, said[match.last].end))
    return found


def _value(number: str) -> float:
    """The value of a written number; separators before three digits are thousands."""
    if re.fullmatch(r"\d{1,3}(?:[ .,'\u00a0\u202f]\d{3})+", number):
        return float(re.sub(r"\D", "", number))
    return float(number.replace(",", "."))


def _money(value: float, currency: str | None, start: int, end: int) -> Quantity:
    return Quantity("money", {"amount": min(value, _MAX_AMOUNT), "currency": currency}, start, end)


def _duration(value: float, unit: str, start: int, end: int) -> Quantity:
    """ISO 8601; half years, months and weeks in the next smaller unit (6 M, 15 D)."""
    if unit == "H":
        return Quantity("duration", f"PT{_plain(value)}H", start, end)
    if value != int(value) and unit in _SMALLER:
        value, unit = round(value * _SMALLER[unit][0]), _SMALLER[unit][1]
    return Quantity("duration", f"P{_plain(value)}{unit}", start, end)


_SMALLER: Final = {"Y": (12, "M"), "M": (30, "D"), "W": (7, "D")}


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
