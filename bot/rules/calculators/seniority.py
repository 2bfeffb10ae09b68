"""How much of a service a rule counts: whole years, part years, months, a half year, at most so many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from dateutil.relativedelta import relativedelta

from bot.rules.calculators.service import Service
from bot.rules.units import Duration

Say = Callable[..., None]
_SHORT_YEAR = 360


@dataclass(frozen=True)
class Seniority:
    """The years that a rule counts; `certain`: the rule says how a part of a year counts."""

    years: Fraction
    certain: bool = True


def seniority(values: Mapping[str, Any], service: Service, say: Say) -> Seniority:
    """The years of a service that count under a rule's values; each step is said.

    A part of a year counts by its days over the days of that year of service, unless the rule says
    otherwise: full years or full months alone, part months as months, the nearest month, half years.
    """
    counted = _part_years(values, service, say)
    years, most = counted.years, values.get("max_years")
    if isinstance(most, Duration) and years > int(most.amount):
        say("at_most_years", years=int(most.amount))
        years = Fraction(int(most.amount))
    return Seniority(years, counted.certain)


def _part_years(values: Mapping[str, Any], service: Service, say: Say) -> Seniority:
    beyond = service.beyond
    over, half, least = (values.get(name) for name in ("round_up_over", "half_year_below", "part_years_from"))
    too_short = isinstance(least, Duration) and beyond is not None and not beyond.reaches(least)
    if values.get("whole_years_only") or "rest_by_service" in values or too_short:
        say("whole_years", years=service.whole_years)
        return Seniority(Fraction(service.whole_years))
    if isinstance(over, Duration):
        years = service.whole_years + int(beyond is not None and beyond.exceeds(over))
        say("rounded_years", years=years)
        return Seniority(Fraction(years))
    if isinstance(half, Duration):
        return Seniority(_half_years(service, half, say))
    for name, count in (("months_up", _months_up), ("whole_months", _months), ("nearest_month", _nearest)):
        if values.get(name):
            months = count(service)
            say("months_counted", months=months)
            return Seniority(Fraction(months, 12))
    if "days_of_year" in values:
        return Seniority(_by_days(values, service, say))
    one_sum = "lump" in values or ("lump_by_service" in values and "lump_extra" not in values)
    if values.get("part_years") or beyond is None or one_sum:
        return Seniority(service.years)
    say("part_year_by_days", days=service.odd_days)
    return Seniority(service.years, certain=False)


def _by_days(values: Mapping[str, Any], service: Service, say: Say) -> Fraction:
    """All days over the days of a year; a year of 360 days has twelve months of thirty."""
    a_year = Fraction(values["days_of_year"])
    if a_year == _SHORT_YEAR:
        length = _length(service)
        years = length.years + Fraction(length.months, 12) + Fraction(length.days, _SHORT_YEAR)
    else:
        years = service.days / a_year
    decimals = values.get("year_decimals")
    if decimals is not None:
        cut = Decimal(1).scaleb(-int(decimals))
        years = Fraction((Decimal(years.numerator) / years.denominator).quantize(cut, ROUND_HALF_UP))
    say("years_by_days", days=service.days, number=_shown(years))
    return years


def _shown(years: Fraction) -> Decimal:
    return (Decimal(years.numerator) / Decimal(years.denominator)).quantize(Decimal("0.0001")).normalize()


def _half_years(service: Service, limit: Duration, say: Say) -> Fraction:
    beyond = service.beyond
    if beyond is None:
        return Fraction(service.whole_years)
    part = Fraction(1) if beyond.reaches(limit) else Fraction(1, 2)
    years = service.whole_years + part
    say("half_years", number=_shown(years))
    return years


def _months(service: Service) -> int:
    length = _length(service)
    return length.years * 12 + length.months


def _months_up(service: Service) -> int:
    return _months(service) + bool(_length(service).days)


def _nearest(service: Service) -> int:
    """Completed months, and one more where half a month or more is beyond them."""
    begun = service.first + relativedelta(months=_months(service))
    full = service.first + relativedelta(months=_months(service) + 1)
    beyond = (service.last + timedelta(days=1) - begun).days
    return _months(service) + (2 * beyond >= (full - begun).days)


def _length(service: Service) -> relativedelta:
    return relativedelta(service.last + timedelta(days=1), service.first)


def years_by_age(service: Service, age: int, most: int | None) -> Iterator[int]:
    """The worker's age in each completed year of service, latest first, counted back from the last day.

    The age in a year is the age at its beginning, so that a year in which a birthday fell counts at the
    lower rate: Employment Rights Act 1996 (United Kingdom), section 162.
    """
    years = service.whole_years if most is None else min(service.whole_years, most)
    for back in range(1, years + 1):
        yield age - back


def on_day(value: Any, *, last: bool = False) -> date | None:
    """The first or last day that a date of a rule may mean."""
    if value is None:
        return None
    day: date = value.latest if last else value.earliest
    return day
