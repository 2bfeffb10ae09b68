"""Insured time in several countries, month by month."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.rules.calculators.steps import Step, step
from bot.rules.errors import CaseError
from bot.rules.vocabulary import COUNTRIES

_PERIOD = re.compile(r"([A-Za-z]{2}):(\d{4}-\d{2})\.\.(\d{4}-\d{2})(/uninsured)?")


@dataclass(frozen=True)
class Period:
    """Work in a country; both months belong to it."""

    country: str
    first: tuple[int, int]  # (year, month)
    last: tuple[int, int]
    insured: bool = True

    def months(self) -> list[int]:
        """Each month as a running number."""
        start, end = (year * 12 + month - 1 for year, month in (self.first, self.last))
        return list(range(start, end + 1))


def make_period(text: str) -> Period:
    """A period written as `KR:2001-01..2010-12`, with `/uninsured` behind it if nobody paid contributions.

    Raises CaseError.
    """
    match = _PERIOD.fullmatch(text.strip())
    try:
        assert match is not None
        begin, end = (date.fromisoformat(f"{month}-01") for month in match.group(2, 3))
    except (AssertionError, ValueError):
        raise CaseError(
            f"{text!r} is no period. Write the country's code, the first and the last month: "
            "KR:2001-01..2010-12."
        ) from None
    country = match[1].upper()
    if country not in COUNTRIES:
        raise CaseError(f"{match[1]!r} is no country. Write its two-letter code, such as KR.")
    if end < begin:
        raise CaseError(f"{text!r} is no period: it ends before it begins. Write the first month first.")
    return Period(country, (begin.year, begin.month), (end.year, end.month), match[4] is None)


def own_months(periods: Sequence[Period]) -> tuple[dict[str, set[int]], list[Step]]:
    """The insured months of each country; a month in two countries is a month of both."""
    own: dict[str, set[int]] = {}
    steps: list[Step] = []
    for period in periods:
        months = set(period.months())
        if not period.insured:
            steps.append(step("uninsured", country=period.country, months=len(months)))
            continue
        elsewhere = set().union(*(held for country, held in own.items() if country != period.country))
        own.setdefault(period.country, set()).update(months)
        steps.append(step("period", country=period.country, months=len(months)))
        if months & elsewhere:
            steps.append(step("overlap", country=period.country, months=len(months & elsewhere)))
    return own, steps
