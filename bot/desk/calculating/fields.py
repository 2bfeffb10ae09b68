"""What stands in a field of a form, and reading it as a calculator is told it.

A person writes "1,500.50", chooses a country by name and a day; a calculator is told `1500.50`, `QA` and
`2026-03-31`, as on a command line. What cannot be read is said beside its field.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel.numbers import NumberFormatError, get_territory_currencies, parse_decimal

from bot.answers import formats
from bot.answers.options import number
from bot.answers.translations import Translator
from bot.desk.pickers import Kind, label, resolve
from bot.language.normalise import plain_digits
from bot.rules.case import parse_day
from bot.rules.errors import CaseError
from bot.rules.vocabulary import COUNTRIES

FACT: Final = "fact."  # before the names of fields that say a fact of the case
_MOST_SIGNS: Final = 40  # of a number, with what stands between its thousands


@dataclass(frozen=True)
class Field:
    """One field of a form, with what stands in it."""

    name: str
    kind: str  # picker, choice, day, month, money, number, text
    label: str
    hint: str = ""
    required: bool = False
    picks: str = ""  # of a picker: country or sector
    options: tuple[tuple[str, str], ...] = ()
    value: str = ""  # as it is shown
    told: str = ""  # as a calculator is told it; empty: nothing that can be used
    error: str = ""
    more: bool = False  # shown under "More about the case"

    @property
    def is_fact(self) -> bool:
        """Whether it is something that only some rules ask for."""
        return self.name.startswith(FACT)

    def wrong(self, error: str) -> Field:
        """The same field with what is wrong with it."""
        return replace(self, told="", error=error)


class Reader:
    """Reads what was written in fields, in one language."""

    def __init__(self, mine: Translator, t: Translator) -> None:
        self.mine = mine  # the desk's messages
        self.t = t  # terms of the law, and how numbers are written

    def picked(self, made: Field) -> Field:
        """A country or a sector by any of its names."""
        kind: Kind = "sector" if made.picks == "sector" else "country"
        found = resolve(kind, made.value, self.t.language)
        if found.code is not None:
            return replace(made, value=label(kind, found.code, self.t.language), told=found.code)
        if not found.choices:
            return made.wrong(self.mine.gettext("We do not know this word. Write it another way."))
        named = formats.listing((each.label for each in found.choices), self.mine, "or")
        return made.wrong(self.mine.gettext("Which one is meant: {names}?", names=named))

    def day(self, made: Field) -> Field:
        """A day, as a field for dates sends it."""
        try:
            day = parse_day(plain_digits(made.value))
        except CaseError:
            return made.wrong(self.mine.gettext("Write the day such as 2026-03-31."))
        assert day is not None
        return replace(made, value=day.isoformat(), told=day.isoformat())

    def month(self, made: Field) -> Field:
        """A month: 2015-03."""
        text = plain_digits(made.value)
        try:
            date.fromisoformat(f"{text}-01")
        except ValueError:
            return made.wrong(self.mine.gettext("Write the month such as 2015-03."))
        return replace(made, told=text)

    def number(self, made: Field, whole: bool = False) -> Field:
        """A number from zero up."""
        found = read_number(made.value, self.t)
        if found is None:
            return made.wrong(self.mine.gettext("Write a number, such as 1500."))
        if whole and found != int(found):
            return made.wrong(self.mine.gettext("Write a whole number, such as 24."))
        return replace(made, told=f"{found:f}")

    def money(self, made: Field, currency: str) -> Field:
        """An amount above zero, in the money that stands before it (QAR 1500) or that was chosen."""
        code, _, rest = made.value.partition(" ")
        if code.upper() in currencies():
            currency, text = code.upper(), rest
        else:
            text = made.value
        amount = read_number(text, self.t)
        if amount is None or amount == 0:
            return made.wrong(self.mine.gettext("Write a number above zero, such as 1500."))
        if not currency:
            return made.wrong(self.mine.gettext("Choose the money beside it."))
        return replace(made, told=f"{currency} {amount:f}")

    def choice(self, made: Field) -> Field:
        """One of the options."""
        if made.options and made.value not in dict(made.options):
            return made.wrong(self.mine.gettext("Choose one of the list."))
        return replace(made, told=made.value)


def read_number(text: str, t: Translator) -> Decimal | None:
    """A number from zero up, as the language writes it (1,500.50 or 1 500,50) or as programs do."""
    plain = "".join(plain_digits(text).split())  # a narrow space between thousands is typed as any space
    if len(plain) > _MOST_SIGNS or any(map(str.isalpha, plain)):
        return None  # before it is read: 1e-999999999 takes a gigabyte
    with suppress(NumberFormatError):  # else it is as programs write it
        plain = str(parse_decimal(plain, locale=t.locale, strict=True))
    try:
        return number(plain)
    except CaseError:
        return None


@lru_cache(maxsize=1)
def currencies() -> tuple[str, ...]:
    """The money of every country today."""
    return tuple(sorted({code for country in COUNTRIES for code in get_territory_currencies(country)}))


def currency_of(country: str | None) -> str:
    """The money of a country of work; empty for a country that is not known."""
    found = get_territory_currencies(country.partition("-")[0]) if country else []
    return str(found[0]) if found else ""
