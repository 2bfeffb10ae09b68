"""Totalization: which insured periods of several countries add up, and each country's share.

Under an agreement between two countries, or a framework of several, a country whose own periods do
not reach its qualifying period counts the periods of the others that the same agreement binds.
It then pays the part of a theoretical benefit that its own periods have in all that were added
(pro rata temporis): share = own months / all months (Regulation (EC) No 883/2004, art. 52(1)(b);
the bilateral agreements follow the same rule). A country in which the own periods suffice pays
its own pension without adding. Periods under two different agreements are not added together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from bot.rules.calculators.steps import Step, step
from bot.rules.errors import CaseError
from bot.rules.treaties.model import IN_FORCE, UNSURE, Agreement
from bot.rules.treaties.register import Treaties

SHORTEST = (
    12  # months: under most agreements a State pays nothing for less (883/2004 art. 57; field min_months)
)
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Period:
    """Insured time in a country; both months belong to it."""

    country: str
    first: tuple[int, int]  # (year, month)
    last: tuple[int, int]

    def months(self) -> list[int]:
        """Each month as a running number."""
        start, end = (year * 12 + month - 1 for year, month in (self.first, self.last))
        return list(range(start, end + 1))


@dataclass(frozen=True)
class Share:
    """What one country owes: alone, pro rata under an agreement, or nothing, and why."""

    country: str
    months: int
    outcome: str  # alone | pro_rata | too_short | not_reached | not_known
    agreement: str | None = None
    total_months: int | None = None
    share: Fraction | None = None
    amount: Decimal | None = None
    certain: bool = True


@dataclass
class Totalization:
    """The shares of all countries, with the steps that led to them."""

    shares: list[Share] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def make_period(text: str) -> Period:
    """A period written as `KR:2001-01..2010-12`. Raises CaseError."""
    country, _, span = text.partition(":")
    first, _, last = span.partition("..")
    try:
        begin, end = date.fromisoformat(f"{first}-01"), date.fromisoformat(f"{last}-01")
    except ValueError:
        raise CaseError(f"{text!r} is no period. Write KR:2001-01..2010-12.") from None
    if len(country) != 2 or not country.isalpha() or end < begin:
        raise CaseError(
            f"{text!r} is no period. Write the country's code, then first and last month, in order."
        )
    return Period(country.upper(), (begin.year, begin.month), (end.year, end.month))


def totalize(
    periods: Sequence[Period], treaties: Treaties, *, branch: str, on: date, qualifying: Mapping[str, int],
    theoretical: Mapping[str, Decimal] | None = None, national: Mapping[str, Decimal] | None = None,
) -> Totalization:  # fmt: skip
    """The share of each country in which there are periods.

    `qualifying`: months that each country's law needs for the benefit; a country that is missing
    there is answered `not_known`. `theoretical`: the benefit that each would pay if all added
    periods were its own, in its currency. `national`: what each pays for its own periods alone.
    Raises CaseError for no periods.
    """
    if not periods:
        raise CaseError("There are no periods. Say at least one, as KR:2001-01..2010-12.")
    result = Totalization()
    own = _own_months(periods, result)
    for country in own:
        result.shares.append(
            _share(country, own, treaties, branch, on, qualifying, theoretical or {}, national or {}, result)
        )
    return result


def _own_months(periods: Sequence[Period], result: Totalization) -> dict[str, set[int]]:
    """The months of each country. A month in two countries counts once, for the country named first."""
    own: dict[str, set[int]] = {}
    taken: dict[int, str] = {}
    for period in periods:
        months = period.months()
        fresh = {month for month in months if taken.setdefault(month, period.country) == period.country}
        overlap = len(months) - len(fresh)
        own.setdefault(period.country, set()).update(fresh)
        result.steps.append(step("period", country=period.country, months=len(months)))
        if overlap:
            result.steps.append(step("overlap", country=period.country, months=overlap))
    return own


def _share(
    country: str, own: Mapping[str, set[int]], treaties: Treaties, branch: str, on: date,
    qualifying: Mapping[str, int], theoretical: Mapping[str, Decimal], national: Mapping[str, Decimal],
    result: Totalization,
) -> Share:  # fmt: skip
    mine = len(own[country])
    needed = qualifying.get(country)
    if needed is None:
        result.steps.append(step("qualifying_unknown", country=country))
        return Share(country, mine, "not_known")
    result.steps.append(step("qualifying", country=country, months=mine, needed=needed))
    if mine >= needed:
        result.steps.append(step("alone", country=country, months=mine))
        return Share(country, mine, "alone", share=Fraction(1), amount=national.get(country))
    best = max(_options(country, own, treaties, branch, on), key=lambda option: option[1], default=None)
    if best is None:
        result.steps.append(step("no_agreement", country=country))
        return Share(country, mine, "not_reached")
    agreement, total, certain = best
    others = sorted(
        other for other in own if other != country and _binds(agreement, country, other, treaties, on)
    )
    result.steps.append(step("added", agreement.id, country=country, others=others, total=total))
    shortest = agreement.min_months if agreement.min_months is not None else SHORTEST
    if mine < shortest:
        result.steps.append(step("too_short", agreement.id, country=country, months=mine, shortest=shortest))
        return Share(country, mine, "too_short", agreement.id, total, certain=certain)
    if total < needed:
        result.steps.append(step("not_reached", agreement.id, country=country, total=total, needed=needed))
        return Share(country, mine, "not_reached", agreement.id, total, certain=certain)
    share = Fraction(mine, total)
    amount = theoretical.get(country)
    owed = None
    if amount is not None:
        owed = (amount * share.numerator / share.denominator).quantize(_CENT, ROUND_HALF_UP)
        result.steps.append(
            step(
                "pro_rata",
                agreement.id,
                country=country,
                months=mine,
                total=total,
                theoretical=amount,
                amount=owed,
            )
        )
    else:
        result.steps.append(step("share", agreement.id, country=country, months=mine, total=total))
    return Share(country, mine, "pro_rata", agreement.id, total, share, owed, certain)


def _options(
    country: str, own: Mapping[str, set[int]], treaties: Treaties, branch: str, on: date
) -> list[tuple[Agreement, int, bool]]:
    """Each agreement under which the country adds periods of others: how many months that makes in all."""
    found: dict[str, tuple[Agreement, set[int], bool]] = {}
    for other in own:
        if other == country:
            continue
        for agreement in treaties.between(country, other):
            adds = agreement.totalization and branch in agreement.branches
            if not adds or not _binds(agreement, country, other, treaties, on):
                continue
            sure = (
                agreement.confirmed("totalization")
                and not agreement.regions
                and treaties.bound(agreement, country, other, on) == IN_FORCE
            )
            held = found.setdefault(agreement.id, (agreement, set(own[country]), sure))
            found[agreement.id] = (agreement, held[1] | own[other], held[2] and sure)
    return [(agreement, len(months), sure) for agreement, months, sure in found.values()]


def _binds(agreement: Agreement, one: str, other: str, treaties: Treaties, on: date) -> bool:
    both = agreement in treaties.between(one, other)
    return both and treaties.bound(agreement, one, other, on) in (IN_FORCE, UNSURE)
