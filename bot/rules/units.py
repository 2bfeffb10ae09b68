"""The values that rules hold: money, durations, percentages, terms..., each with its unit.

A value is written in YAML as text (`QAR 1000 / month`, `3 weeks`), read into one of the small
classes here, and given out as JSON. How it is said in a language is no business of this module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import list_currencies

from bot.rules.dates import PartialDate
from bot.rules.vocabulary import COUNTRIES, SECTORS

PERIODS = ("hour", "day", "week", "month", "year", "piece")
DURATION_UNITS = ("minute", "hour", "day", "working_day", "week", "month", "year")
CURRENCIES = frozenset(list_currencies())

_MONEY = re.compile(r"([A-Z]{3}) (\d+(?:\.\d+)?)")
_PAY = re.compile(r"([A-Z]{3}) (\d+(?:\.\d+)?) / (\w+)")
_DURATION = re.compile(r"(\d+(?:\.\d+)?) ((?:working )?[a-z]+)")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_DAY = re.compile(r"(\d{2})-(\d{2})")
_SHARE = re.compile(r"(\d+)/(\d+)")


# Only for ordering tiers and comparing conditions; never for computing a deadline.
_DAYS = {
    "minute": Decimal(1) / 1440, "hour": Decimal(1) / 24, "day": Decimal(1),
    "working_day": Decimal(7) / 5, "week": Decimal(7), "month": Decimal("30.4375"),
    "year": Decimal("365.25"),
}  # fmt: skip


class UnitError(ValueError):
    """A value that does not fit its unit; the message says how it is written."""


@dataclass(frozen=True)
class Money:
    """An amount in an ISO 4217 currency; `per` for a rate of pay."""

    amount: Decimal
    currency: str
    per: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Amount as text, so that nothing is lost."""
        found: dict[str, Any] = {"amount": str(self.amount), "currency": self.currency}
        return found | ({"per": self.per} if self.per else {})


@dataclass(frozen=True)
class Duration:
    """A length of time in one unit, as the law says it (30 days are not one month)."""

    amount: Decimal
    unit: str

    def about_days(self) -> Decimal:
        """Roughly how many days; for ordering."""
        return self.amount * _DAYS[self.unit]

    def to_json(self) -> dict[str, Any]:
        """Amount as text, unit in the singular."""
        return {"amount": str(self.amount), "unit": self.unit}


@dataclass(frozen=True)
class Unit:
    """What a value of a rule is: a unit, its vocabulary or noun, or a list of groups of values."""

    name: str
    argument: str | None = None
    fields: tuple[tuple[str, Unit], ...] = ()
    say: str | None = None

    @property
    def is_list(self) -> bool:
        return self.name in ("tiers", "options", "steps")


@dataclass(frozen=True)
class Vocabularies:
    """The names that values may take: term ids by vocabulary, and contact ids."""

    terms: Mapping[str, frozenset[str]]
    contacts: frozenset[str] | None = None  # None: not known yet, anything goes


def parse_unit(spec: str) -> Unit:
    """A plain unit as written in a rule type: `duration`, `count worker`, `term wage_base`.

    Raises UnitError.
    """
    name, _, argument = spec.strip().partition(" ")
    if name not in _READERS:
        raise UnitError(f"{name!r} is no unit. Units: {', '.join(sorted(_READERS))}.")
    if (name in _WITH_ARGUMENT) != bool(argument):
        raise UnitError(f"`{name}` is followed by {'a vocabulary' if name in _WITH_ARGUMENT else 'nothing'}.")
    return Unit(name, argument or None)


def parse_value(unit: Unit, raw: Any, words: Vocabularies) -> Any:
    """A value as written, read by its unit. Raises UnitError."""
    if unit.is_list:
        return _items(unit, raw, words)
    return _READERS[unit.name](raw, unit, words)


def value_json(value: Any) -> Any:
    """A value as plain JSON."""
    if isinstance(value, Money | Duration):
        return value.to_json()
    if isinstance(value, Decimal | PartialDate):
        return str(value)
    if isinstance(value, tuple):
        return [value_json(item) for item in value]
    if isinstance(value, dict):
        return {key: value_json(item) for key, item in value.items()}
    return value


def _items(unit: Unit, raw: Any, words: Vocabularies) -> tuple[dict[str, Any], ...]:
    if not isinstance(raw, list) or not raw:
        raise UnitError("A list with at least one item belongs here.")
    fields = dict(unit.fields)
    items = []
    for number, item in enumerate(raw, 1):
        if not isinstance(item, dict):
            raise UnitError(f"Item {number} must be a mapping of {', '.join(fields)}.")
        unknown = sorted(set(item) - set(fields))
        if unknown:
            raise UnitError(f"Item {number} has no field {unknown[0]!r}. Fields: {', '.join(fields)}.")
        items.append({key: parse_value(fields[key], value, words) for key, value in item.items()})
    return tuple(items)


def _number(raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        raise UnitError("A number belongs here.")
    try:
        found = Decimal(str(raw))
    except ArithmeticError:
        raise UnitError(f"{raw!r} is not a number.") from None
    if not found.is_finite() or found < 0:
        raise UnitError(f"{raw!r} is not a number from zero up.")
    return found


def _money(raw: Any, unit: Unit, words: Vocabularies) -> Money:
    match = _MONEY.fullmatch(str(raw))
    if match is None:
        raise UnitError(f"{raw!r} is not money. Write `QAR 1000`.")
    return Money(Decimal(match[2]), _currency(match[1]))


def _pay(raw: Any, unit: Unit, words: Vocabularies) -> Money:
    match = _PAY.fullmatch(str(raw))
    if match is None or match[3] not in PERIODS:
        raise UnitError(f"{raw!r} is not a rate of pay. Write `QAR 1000 / month` ({', '.join(PERIODS)}).")
    return Money(Decimal(match[2]), _currency(match[1]), match[3])


def _currency(code: str) -> str:
    if code not in CURRENCIES:
        raise UnitError(f"{code!r} is no ISO 4217 currency.")
    return code


def _duration(raw: Any, unit: Unit, words: Vocabularies) -> Duration:
    match = _DURATION.fullmatch(str(raw))
    name = match[2].removesuffix("s").replace(" ", "_") if match else ""
    if match is None or name not in DURATION_UNITS:
        raise UnitError(f"{raw!r} is not a duration. Write `3 weeks`, `1 working day`, `0.5 months`.")
    return Duration(Decimal(match[1]), name)


def _share(raw: Any, unit: Unit, words: Vocabularies) -> str:
    match = _SHARE.fullmatch(str(raw))
    if match is None or not 0 < int(match[1]) <= int(match[2]):
        raise UnitError(f"{raw!r} is not a share. Write `1/3`.")
    return str(raw)


def _count(raw: Any, unit: Unit, words: Vocabularies) -> int:
    # Conditions and facts of a case hold their numbers as text.
    if isinstance(raw, bool) or not isinstance(raw, int | str) or not str(raw).isdecimal():
        raise UnitError(f"{raw!r} is not a whole number.")
    return int(raw)


def _day(raw: Any, unit: Unit, words: Vocabularies) -> str:
    match = _DAY.fullmatch(str(raw))
    try:
        assert match is not None
        PartialDate.parse(f"2024-{match[1]}-{match[2]}")
    except (AssertionError, ValueError):
        raise UnitError(f"{raw!r} is not a day of the year. Write '06-15'.") from None
    return str(raw)


def _time(raw: Any, unit: Unit, words: Vocabularies) -> str:
    if not _TIME.fullmatch(str(raw)):
        raise UnitError(f"{raw!r} is not a time. Write '12:30'.")
    return str(raw)


def _date(raw: Any, unit: Unit, words: Vocabularies) -> PartialDate:
    try:
        return PartialDate.parse(str(raw))
    except ValueError:
        raise UnitError(f"{raw!r} is not a date. Write '2021', '2021-03' or '2021-03-20'.") from None


def _flag(raw: Any, unit: Unit, words: Vocabularies) -> bool:
    if not isinstance(raw, bool):
        raise UnitError("Write true or false.")
    return raw


def _text(raw: Any, unit: Unit, words: Vocabularies) -> str:
    if not isinstance(raw, str | int) or isinstance(raw, bool) or not str(raw).strip():
        raise UnitError("A text belongs here.")
    return str(raw)


def _one_of(raw: Any, allowed: frozenset[str] | tuple[str, ...], what: str) -> str:
    if not isinstance(raw, str) or raw not in allowed:
        known = ", ".join(sorted(allowed)) if len(allowed) < 40 else f"{len(allowed)} of them"
        raise UnitError(f"{raw!r} is no {what}. Known: {known}.")
    return str(raw)


def _term(raw: Any, unit: Unit, words: Vocabularies) -> str:
    return _one_of(raw, words.terms.get(unit.argument or "", frozenset()), f"term of {unit.argument}")


def _contact(raw: Any, unit: Unit, words: Vocabularies) -> str:
    if not isinstance(raw, str) or (words.contacts is not None and raw not in words.contacts):
        raise UnitError(f"There is no contact {raw!r}.")
    return str(raw)


def _country(raw: Any, unit: Unit, words: Vocabularies) -> str:
    return _one_of(raw, COUNTRIES, "country code")


def _sector(raw: Any, unit: Unit, words: Vocabularies) -> str:
    return _one_of(raw, SECTORS, "sector")


Reader = Callable[[Any, Unit, Vocabularies], Any]


def _many(reader: Reader) -> Reader:
    def read_many(raw: Any, unit: Unit, words: Vocabularies) -> tuple[Any, ...]:
        if not isinstance(raw, list) or not raw:
            raise UnitError("A list with at least one item belongs here.")
        return tuple(reader(item, unit, words) for item in raw)

    return read_many


_WITH_ARGUMENT = {"count", "term", "terms"}
_READERS: dict[str, Reader] = {
    "money": _money,
    "pay": _pay,
    "duration": _duration,
    "percent": lambda raw, unit, words: _number(raw),
    "times": lambda raw, unit, words: _number(raw),
    "number": lambda raw, unit, words: _number(raw),
    "celsius": lambda raw, unit, words: _number(raw),
    "share": _share,
    "count": _count,
    "day": _day,
    "time": _time,
    "date": _date,
    "flag": _flag,
    "term": _term,
    "terms": _many(_term),
    "country": _country,
    "countries": _many(_country),
    "sector": _sector,
    "sectors": _many(_sector),
    "name": _text,
    "names": _many(_text),
    "message": _text,
    "contact": _contact,
}
