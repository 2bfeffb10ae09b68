"""The questions that several forms ask, and how their answers are read and kept.

An answer is kept as plain text: a day as 2023-05-01 or, where only the month was said, 2023-05; a
length of time as P3Y4M0D; money as "SAR 1500"; numbers as digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from bot.answers import formats
from bot.answers.translations import Translator
from bot.conversation.forms import Choices, Question, no_choices
from bot.conversation.turn import State, Turn
from bot.language.choices import parse_choice
from bot.language.days import amount_said, day_said, is_still_so, length_said, number_said
from bot.rules.units import Duration, Money

STILL = "still"
_LENGTH = re.compile(r"P(\d+)Y(\d+)M(\d+)D")
_MONEY = re.compile(r"[A-Z]{3} [\d.]+")
_MONTH = re.compile(r"\d{4}-\d{2}")

Say = Callable[[Translator], str]


# -- reading ------------------------------------------------------------------------------------------


def asked_now(turn: Turn, name: str) -> bool:
    """Whether this is what was asked last: only then does a bare number answer it."""
    return turn.state.form_asks == name


def read_day(name: str, length_too: bool = False) -> Callable[[Turn], str | None]:
    """Reads a day; a length of time too ("3 years"), where that says the same."""

    def read(turn: Turn) -> str | None:
        said = day_said(turn.said.text, turn.today, turn.read)
        if said is not None:
            return said.day.isoformat() if said.precision == "day" else said.day.isoformat()[:7]
        length = length_said(turn.said.text, turn.read) if length_too else None
        if length is not None and (asked_now(turn, name) or turn.state.form_asks is None):
            return f"P{length.years}Y{length.months}M{length.days}D"
        return None

    return read


def read_last_day(name: str) -> Callable[[Turn], str | None]:
    """Reads a last day of work, or that the work goes on."""
    day = read_day(name)

    def read(turn: Turn) -> str | None:
        if not asked_now(turn, name):
            return None
        return STILL if is_still_so(turn.said.text, turn.read) else day(turn)

    return read


def read_money(name: str) -> Callable[[Turn], str | None]:
    """Reads an amount; without a currency only where it was asked for."""

    def read(turn: Turn) -> str | None:
        has_currency = any(each.entity == "money" for each in turn.said.entities)
        if not asked_now(turn, name) and not has_currency:
            return None
        said = amount_said(turn.said.text, turn.read, turn.state.destination, turn.today)
        return f"{said[1]} {said[0].normalize():f}" if said and said[0] > 0 else None

    return read


def read_number(name: str) -> Callable[[Turn], str | None]:
    """Reads a number."""

    def read(turn: Turn) -> str | None:
        number = number_said(turn.said.text, turn.read) if asked_now(turn, name) else None
        return f"{number.normalize():f}" if number is not None else None

    return read


def read_months(name: str) -> Callable[[Turn], str | None]:
    """Reads a number of months, or a length of time in years and months."""
    plain = read_number(name)

    def read(turn: Turn) -> str | None:
        length = length_said(turn.said.text, turn.read)
        if length is None or not (asked_now(turn, name) or turn.state.form_asks is None):
            return plain(turn)
        months = length.years * 12 + length.months
        return str(months) if months and not length.days else None

    return read


def read_choice(name: str, choices: Callable[[Turn], Choices]) -> Callable[[Turn], str | None]:
    """Reads one of the choices, by its words; numbers are read as buttons are."""

    def read(turn: Turn) -> str | None:
        if not asked_now(turn, name):
            return None
        options = choices(turn)
        position = parse_choice(turn.said.text, [label for _, label in options], turn.read)
        return None if position is None else options[position][0]

    return read


def read_text(name: str, most: int) -> Callable[[Turn], str | None]:
    """Takes the words themselves, where they were asked for."""

    def read(turn: Turn) -> str | None:
        said = " ".join(turn.said.text.split())
        return said[:most] if asked_now(turn, name) and said else None

    return read


# -- what was kept ------------------------------------------------------------------------------------


def first_day(text: str, last: date) -> date:
    """A kept first day; a length of time counts back from the last day."""
    length = _LENGTH.fullmatch(text)
    if length:
        years, months, days = (int(part) for part in length.groups())
        return last - relativedelta(years=years, months=months, days=days) + relativedelta(days=1)
    return day_of(text)


def day_of(text: str) -> date:
    """A kept day; of a month its first."""
    return date.fromisoformat(f"{text}-01" if _MONTH.fullmatch(text) else text)


def last_day(text: str, today: date) -> date:
    """A kept last day of work; today where the work goes on."""
    return today if text == STILL else day_of(text)


def money_of(text: str) -> Money:
    """A kept amount."""
    currency, amount = text.split(" ")
    return Money(Decimal(amount), currency)


def without_money(known: Mapping[str, str]) -> dict[str, str]:
    """What was told, but for amounts."""
    return {name: text for name, text in known.items() if not _MONEY.fullmatch(text)}


def number_of(state: State, name: str) -> Decimal:
    """A kept number; zero where it was passed over."""
    return Decimal(state.known.get(name) or 0)


def shown_day(text: str, t: Translator) -> str:
    """A kept day, month or length of time in words."""
    length = _LENGTH.fullmatch(text)
    if length:
        parts = zip(length.groups(), ("year", "month", "day"), strict=True)
        shown = (
            formats.duration(Duration(Decimal(number), unit), t) for number, unit in parts if number != "0"
        )
        return formats.listing(shown, t)
    return formats.written_date(text, t) or text


def assumed_days(state: State, names: tuple[str, ...], t: Translator) -> list[str]:
    """A line for each day of which only the month was said: it was counted from the first."""
    return [
        t.gettext("You did not say the day. I counted from: {date}.", date=shown_day(f"{text}-01", t))
        for name in names
        if _MONTH.fullmatch(text := state.known.get(name) or "")
    ]


# -- the questions ------------------------------------------------------------------------------------


def destination() -> Question:
    """In which country the person works."""
    return Question(
        "destination",
        lambda t: t.gettext("In which country do you work, or did you work?"),
        lambda turn: turn.state.destination,
    )


def wage() -> Question:
    """What a month pays."""
    return Question(
        "wage",
        lambda t: t.gettext(
            "How much is your basic pay for a month? Write it without extras, such as: 1500 riyal."
        ),
        read_money("wage"),
        kept=True,
    )


def last_day_of_work() -> Question:
    """When the job ended."""
    return Question(
        "end",
        lambda t: t.gettext(
            "When was your last day of work? Write it such as: 31 October 2026. "
            "If you still work there, choose that."
        ),
        read_last_day("end"),
        lambda turn: [(STILL, turn.t.gettext("I still work there"))],
        kept=True,
    )


def first_day_of_work() -> Question:
    """When the job began, or how long it lasted."""
    return Question(
        "start",
        lambda t: t.gettext(
            "When did you start this job? You can also write how long you worked, such as: 3 years 4 months."
        ),
        read_day("start", length_too=True),
        kept=True,
    )


def who_ended() -> Question:
    """Who ended the job."""
    return Question(
        "ended_by",
        lambda t: t.gettext("Who ended the job, or who will?"),
        read_choice("ended_by", _who),
        _who,
        needed=False,
        kept=True,
    )


def _who(turn: Turn) -> Choices:
    t = turn.t
    return [
        ("worker", t.gettext("I did")),
        ("employer", t.gettext("My employer")),
        ("expiry", t.gettext("The contract ran out")),
    ]


def number(name: str, text: Say, needed: bool = True) -> Question:
    """A question for a number."""
    return Question(name, text, read_number(name), needed=needed, unasked=False)


def months(name: str, text: Say) -> Question:
    """A question for a number of months."""
    return Question(name, text, read_months(name))


def amount(name: str, text: Say, choices: Callable[[Turn], Choices] = no_choices) -> Question:
    """A question for money that may be passed over."""
    return Question(name, text, read_money(name), choices, needed=False, unasked=False)
