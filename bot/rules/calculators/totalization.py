"""Totalization: which insured periods of several countries add up, and each country's share.

Under an agreement between two countries, or a framework of several, a country whose own periods do
not reach its qualifying period counts the periods of the others that the same agreement binds.
It then pays the part of a theoretical benefit that its own periods have in all that were added
(pro rata temporis): share = own months / all months (Regulation (EC) No 883/2004, art. 52(1)(b);
the bilateral agreements follow the same rule). A country in which the own periods suffice pays
its own pension without adding; under the European regulation it pays the pro-rata one if that is
higher (art. 52(3)). Periods under two different
agreements are not added together here; a few national laws do so.

Some countries work the pension out by their own formula from the time there alone: added time only
opens the right (Germany under bilateral agreements, the United Kingdom, the United States, Canada,
Australia; data/law/agreements/methods.yml). No share is said of them.

Time shorter than the agreement counts (mostly a year) gives nothing where it was spent. Under the
European regulation the others then take it into the theoretical amount, but not into the share
(art. 57(2)); if all of it is that short, the country of the last insurance that the whole time
qualifies in pays as if all were its own (art. 57(3)).

A month in two countries counts once in what is added; in each country's own sum it is its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from bot.rules.calculators.periods import Period, make_period, own_months
from bot.rules.calculators.steps import Step, step
from bot.rules.errors import CaseError
from bot.rules.treaties.model import BETTER_OF_TWO, IN_FORCE, OWN_FORMULA, UNSURE, Agreement
from bot.rules.treaties.register import Treaties

__all__ = ["OUTCOMES", "Period", "Qualifying", "Share", "Totalization", "make_period", "totalize"]

# `opened`: a right by added time, with an amount by the country's own formula.
OUTCOMES = ("alone", "pro_rata", "opened", "too_short", "not_reached", "not_known")
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Qualifying:
    """How long one must have been insured for a benefit, and the rule that says so."""

    months: int
    rule: str | None = None


@dataclass(frozen=True)
class Share:
    """What one country owes: alone, pro rata under an agreement, or nothing, and why."""

    country: str
    months: int
    outcome: str  # one of OUTCOMES
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


@dataclass(frozen=True)
class _Option:
    """An agreement under which a country adds the periods of others."""

    agreement: Agreement
    months: frozenset[int]
    others: tuple[str, ...]
    certain: bool


def totalize(
    periods: Sequence[Period], treaties: Treaties, *, branch: str, on: date,
    qualifying: Mapping[str, int | Qualifying], theoretical: Mapping[str, Decimal] | None = None,
    national: Mapping[str, Decimal] | None = None, nationality: str | None = None,
) -> Totalization:  # fmt: skip
    """The share of each country in which there are insured periods.

    `qualifying`: months that each country's law needs for the benefit; a country that is missing
    there is answered `not_known`. `theoretical`: the benefit that each would pay if all added
    periods were its own, in its currency. `national`: what each pays for its own periods alone.
    `nationality`: an agreement for nationals of its parties alone is left out for others; without
    it the person is taken for a national of a party. Raises CaseError for no insured periods.
    """
    own, steps = own_months(periods)
    if not own:
        raise CaseError("There are no periods with insurance. Say at least one, as KR:2001-01..2010-12.")
    needs = {
        country: need if isinstance(need, Qualifying) else Qualifying(need)
        for country, need in qualifying.items()
    }
    result = Totalization(steps=steps)
    calculation = _Calculation(own, treaties, branch, on, needs, nationality, result.steps)
    for country in own:
        share = calculation.share(country, (theoretical or {}).get(country), (national or {}).get(country))
        result.shares.append(share)
    result.shares = calculation.taken_over(result.shares, theoretical or {})
    return result


class _Calculation:
    """The shares of one person's countries, one after the other."""

    def __init__(
        self, own: Mapping[str, set[int]], treaties: Treaties, branch: str, on: date,
        needs: Mapping[str, Qualifying], nationality: str | None, steps: list[Step],
    ) -> None:  # fmt: skip
        self._own, self._treaties, self._branch, self._on = own, treaties, branch, on
        self._needs, self._nationality, self._steps = needs, nationality, steps

    def share(self, country: str, theoretical: Decimal | None, national: Decimal | None) -> Share:
        """What one country owes."""
        mine = len(self._own[country])
        need = self._needs.get(country)
        option = max(self._options(country), key=lambda each: (len(each.months), each.certain), default=None)
        if need is None:
            self._say("qualifying_unknown", country)
            if option is not None:
                self._added(country, option)
            return Share(country, mine, "not_known", option.agreement.id if option else None)
        self._say("qualifying", country, need.rule, months=mine, needed=need.months)
        if mine >= need.months:
            return self._alone(country, option, theoretical, national)
        if option is None:
            self._say("no_agreement", country)
            return Share(country, mine, "not_reached")
        return self._pro_rata(country, option, need, theoretical)

    def _alone(
        self, country: str, option: _Option | None, theoretical: Decimal | None, national: Decimal | None
    ) -> Share:
        mine = len(self._own[country])
        self._say("alone", country, months=mine)
        if option is not None and theoretical and national and self._method(option, country) == BETTER_OF_TWO:
            part = Fraction(mine, self._counted(option, country))
            owed = _part(theoretical, part)
            better = max(owed, national)
            self._say("better_of_two", country, option.agreement.id, national=national, pro_rata=owed)
            outcome = "pro_rata" if owed > national else "alone"
            return Share(
                country, mine, outcome, option.agreement.id, len(option.months), part, better, option.certain
            )
        return Share(country, mine, "alone", share=Fraction(1), amount=national)

    def _pro_rata(
        self, country: str, option: _Option, need: Qualifying, theoretical: Decimal | None
    ) -> Share:
        mine, total, name = len(self._own[country]), len(option.months), option.agreement.id
        self._added(country, option)
        shortest = self._treaties.shortest(option.agreement, country)
        if mine < shortest:
            self._say("too_short", country, name, months=mine, shortest=shortest)
            return Share(country, mine, "too_short", name, total, certain=option.certain)
        if total < need.months:
            self._say("not_reached", country, name, total=total, needed=need.months)
            return Share(country, mine, "not_reached", name, total, certain=option.certain)
        if self._method(option, country) == OWN_FORMULA:
            self._say("opened", country, name, months=mine, total=total)
            return Share(country, mine, "opened", name, total, certain=option.certain)
        counted = self._counted(option, country)
        if counted < total:
            self._say("short_elsewhere", country, name, months=total - counted)
        part = Fraction(mine, counted)
        owed = None
        if theoretical is None:
            self._say("share", country, name, months=mine, total=counted)
        else:
            owed = _part(theoretical, part)
            self._say(
                "pro_rata", country, name, months=mine, total=counted, theoretical=theoretical, amount=owed
            )
        return Share(country, mine, "pro_rata", name, total, part, owed, option.certain)

    def taken_over(self, shares: list[Share], theoretical: Mapping[str, Decimal]) -> list[Share]:
        """Where the time was too short everywhere, the last country that it qualifies in pays all of it."""
        if not shares or any(share.outcome != "too_short" for share in shares):
            return shares
        for share in sorted(shares, key=lambda each: max(self._own[each.country]), reverse=True):
            agreement = self._treaties.agreements[str(share.agreement)]
            total = share.total_months or 0
            if self._treaties.method(agreement, share.country) != BETTER_OF_TWO:
                return shares
            if total >= self._needs[share.country].months:
                self._say("taken_over", share.country, agreement.id, total=total)
                whole = replace(
                    share, outcome="pro_rata", share=Fraction(1), amount=theoretical.get(share.country)
                )
                return [whole if each is share else each for each in shares]
        return shares

    def _method(self, option: _Option, country: str) -> str:
        return self._treaties.method(option.agreement, country)

    def _counted(self, option: _Option, country: str) -> int:
        """The months under the fraction line: by the European regulation without what was too short."""
        if self._method(option, country) != BETTER_OF_TWO:
            return len(option.months)
        counted = set(self._own[country])
        for other in option.others:
            if len(self._own[other]) >= self._treaties.shortest(option.agreement, other):
                counted |= self._own[other]
        return len(counted)

    def _added(self, country: str, option: _Option) -> None:
        self._say("added", country, option.agreement.id, others=list(option.others), total=len(option.months))
        if not option.certain:
            self._say("not_certain", country, option.agreement.id)
        office = dict(option.agreement.institutions).get(country)
        if office:
            self._say("claim_at", country, option.agreement.id, office=office)

    def _options(self, country: str) -> list[_Option]:
        """Each agreement under which the country adds periods of others: which months that makes in all."""
        found: dict[str, _Option] = {}
        for other in self._own:
            if other == country:
                continue
            for agreement in self._treaties.between(country, other):
                force = self._treaties.bound(agreement, country, other, self._on)
                if force not in (IN_FORCE, UNSURE) or not agreement.gives("totalization", self._branch):
                    continue
                reach = self._reaches_person(agreement, country)
                if reach is False:
                    continue
                sure = (
                    reach is True
                    and force == IN_FORCE
                    and agreement.confirmed("totalization")
                    and not agreement.regions
                )
                held = found.get(
                    agreement.id, _Option(agreement, frozenset(self._own[country]), (), certain=True)
                )
                found[agreement.id] = _Option(
                    agreement, held.months | self._own[other], (*held.others, other), held.certain and sure
                )
        return list(found.values())

    def _reaches_person(self, agreement: Agreement, country: str) -> bool | None:
        """Whether the agreement is for a person of this nationality; None when it is not known."""
        if self._nationality is None or agreement.personal_scope == "insured":
            return True
        group = self._treaties.groups.get(agreement.group or "")
        parties = {*agreement.parties, *(group.on(self._on) if group else ())}
        if self._nationality in parties:
            return True
        if agreement.personal_scope == "nationals":
            self._say("nationals_only", country, agreement.id)
            return False
        return None

    def _say(self, name: str, country: str, ground: str | None = None, **values: object) -> None:
        self._steps.append(step(name, ground, country=country, **values))


def _part(amount: Decimal, part: Fraction) -> Decimal:
    return (amount * part.numerator / part.denominator).quantize(_CENT, ROUND_HALF_UP)
