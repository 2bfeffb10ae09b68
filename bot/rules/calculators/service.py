"""Length of service and rates of pay: what the calculators of work count with.

A part of a year is counted by its days over the days of that year of service. A day's pay is the
month's pay divided by the number that the rule names (`day_divisor`); where no rule names it, by 30,
and the result says that this is not certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from dateutil.relativedelta import relativedelta

from bot.rules.errors import CaseError
from bot.rules.spans import Span
from bot.rules.units import Duration, Money

DAYS_OF_MONTH = 30
WEEK = 7
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Service(Span):
    """Work for one employer; both days belong to it."""

    @property
    def whole_years(self) -> int:
        """Completed years."""
        return relativedelta(self.last + timedelta(days=1), self.first).years

    @property
    def odd_days(self) -> int:
        """Days beyond the completed years."""
        begun = self.first + relativedelta(years=self.whole_years)
        return (self.last - begun).days + 1

    @property
    def beyond(self) -> Span | None:
        """What is beyond the completed years."""
        begun = self.first + relativedelta(years=self.whole_years)
        return Span(begun, self.last) if begun <= self.last else None

    @property
    def years(self) -> Fraction:
        """Completed years, and the days beyond them as a part of a year."""
        begun, full = (self.first + relativedelta(years=self.whole_years + more) for more in (0, 1))
        return self.whole_years + Fraction(self.odd_days, (full - begun).days)

    def within(self, first: date | None, last: date | None) -> Service | None:
        """The part of it between two days, both included; None when there is none."""
        begin, end = max(self.first, first or self.first), min(self.last, last or self.last)
        return Service(begin, end) if begin <= end else None


def make_service(first: date, last: date) -> Service:
    """Service from a first to a last day. Raises CaseError when the last is before the first."""
    if last < first:
        raise CaseError(f"The job ends ({last}) before it begins ({first}). Write the first day as --start.")
    if last.year >= 9000:
        raise CaseError(f"{last} is too far ahead to count to. Write the last day as --end 2026-10-31.")
    return Service(first, last)


@dataclass(frozen=True)
class Pay:
    """What a month pays, and what an hour and a day of it are worth."""

    month: Decimal
    currency: str
    day_divisor: Decimal | None = None
    hour_divisor: Decimal | None = None
    day: Decimal | None = None  # told by the person
    weeks_per_year: Decimal | None = None
    weeks_per_month: Decimal | None = None
    days_per_year: Decimal | None = None
    week: Decimal | None = None  # told by the person, or the most that counts

    @property
    def day_is_known(self) -> bool:
        """Whether a rule or the person says what a day's pay is."""
        return any(each is not None for each in (self.day, self.day_divisor, self.days_per_year))

    def known(self, unit: str) -> bool:
        """Whether a rule or the person says what a day's (or a week's) pay is."""
        if unit == "week" and (self.week or self.weeks_per_year or self.weeks_per_month):
            return True
        return self.day_is_known or unit in ("month", "year", "hour")

    def _day(self) -> Fraction:
        if self.day is not None:
            return Fraction(self.day)
        if self.days_per_year is not None:
            return Fraction(self.month) * 12 / Fraction(self.days_per_year)
        return Fraction(self.month) / Fraction(self.day_divisor or DAYS_OF_MONTH)

    def of(self, length: Duration) -> Fraction | None:
        """The pay of a length of time, unrounded; None when it cannot be told from a month's pay."""
        amount = Fraction(length.amount)
        month = Fraction(self.month)
        if length.unit == "month":
            return amount * month
        if length.unit == "year":
            return amount * month * 12
        if length.unit == "week" and self.week is not None:
            return amount * Fraction(self.week)
        if length.unit == "week" and self.weeks_per_year is not None:
            return amount * month * 12 / Fraction(self.weeks_per_year)
        if length.unit == "week" and self.weeks_per_month is not None:
            return amount * month / Fraction(self.weeks_per_month)
        if length.unit in ("day", "working_day", "week"):
            days = amount * WEEK if length.unit == "week" else amount
            day = self._day()
            return days * day
        if length.unit == "hour" and self.hour_divisor:
            return amount * month / Fraction(self.hour_divisor)
        return None

    def money(self, amount: Decimal) -> Money:
        """An amount in the money of the wage."""
        return Money(amount, self.currency)

    def reckoned_by(self, values: Mapping[str, Any]) -> Pay:
        """The same pay with the divisors that a rule names."""
        return replace(
            self,
            day_divisor=values.get("day_divisor") or self.day_divisor,
            hour_divisor=values.get("hour_divisor") or self.hour_divisor,
            weeks_per_year=values.get("weeks_per_year") or self.weeks_per_year,
            days_per_year=values.get("days_per_year") or self.days_per_year,
            weeks_per_month=values.get("weeks_per_month") or self.weeks_per_month,
        )


def make_pay(wage: Money, day: Money | None = None, week: Money | None = None) -> Pay:
    """Pay from a monthly wage, and a day's or a week's where the person knows it. Raises CaseError."""
    if wage.amount <= 0:
        raise CaseError("A wage is more than zero.")
    for part, name in ((day, "a day's"), (week, "a week's")):
        if part is not None and part.currency != wage.currency:
            raise CaseError(
                f"The wage is in {wage.currency}, {name} pay in {part.currency}. Write one money."
            )
    return Pay(
        wage.amount, wage.currency, day=day.amount if day else None, week=week.amount if week else None
    )


def rounded(amount: Fraction) -> Decimal:
    """To the cent, halves up: the only rounding in a calculation, at its end."""
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(_CENT, ROUND_HALF_UP)
