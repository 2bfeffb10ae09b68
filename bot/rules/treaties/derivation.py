"""Rights that follow from instruments and agreements between two countries, with their conditions.

A treaty binds countries. What follows is worded as the country's undertaking; only national law
makes it a person's right. Nothing follows from an instrument that is not ratified, denounced or
not yet in force, from an agreement that is not in force, or from a guideline.

Sources of the derivations: C19 art. 1; C118 arts 3, 5 and 10; C157 arts 6 to 9; C102 art. 68;
C97 art. 6(1)(b); C143 art. 9(1); C189 art. 14(1); each agreement's own branches and provisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.rules.case import Case
from bot.rules.model import Group, Provenance
from bot.rules.treaties.model import (
    ENDED,
    IN_FORCE,
    NOT_YET,
    UNSURE,
    Agreement,
    Instrument,
    NoAgreement,
    Ratification,
)  # fmt: skip
from bot.rules.vocabulary import BRANCHES

EQUALITY = "equality_of_treatment"
EXPORT = "maintenance_of_acquired_rights"
TOTALIZATION = "maintenance_in_course_of_acquisition"
LEGISLATION = "applicable_legislation"

# Benefits that C118 art. 5 and C157 art. 9 let follow a person: long-term ones and injury pensions.
_PAID_ABROAD = ("old_age", "invalidity", "survivors", "employment_injury")

# Conditions that a derived right may carry; their words stand in bot/answers.
CONDITIONS = (
    "lawful_stay",  # in the country lawfully
    "resident",  # living there
    "contributory",  # in schemes paid by contributions
    "not_tax_funded",  # not for what is paid wholly or mainly from taxes
    "reciprocity_possible",  # the country may ask for an agreement with the home country
    "past_work",  # from work done before, though the stay was not regular
    "domestic_work",
    "date_unsure",  # the exact day from which it holds is not known
    "branches_unconfirmed",
    "provision_unconfirmed",
    "ratification_unconfirmed",
    "part_of_country",  # only a region is bound
)


# Why an agreement of a status gives nothing; others are not in force yet.
_REASONS = {
    "non_binding": "not_binding",
    "draft": "not_binding",
    "signed": "force_unknown",
    "unknown": "force_unknown",
}


@dataclass(frozen=True)
class Derived:
    """One thing that a country has undertaken, on one branch."""

    instrument: str  # C118, ssa-kr-us
    country: str  # whose undertaking it is
    branch: str
    principle: str
    conditions: tuple[str, ...]
    confirmed: bool
    provenance: Provenance

    @property
    def id(self) -> str:
        """A stable id: instrument/country/principle/branch."""
        return f"{self.instrument}/{self.country}/{self.principle}/{self.branch}"


@dataclass(frozen=True)
class Setback:
    """Something that people may count on but that gives nothing, and why."""

    instrument: str
    country: str | None
    reason: str  # not_yet | ended | not_binding | force_unknown


@dataclass(frozen=True)
class Derivation:
    """What the treaties between two countries give on a day, and what they do not."""

    rights: tuple[Derived, ...]
    agreements: tuple[Agreement, ...]  # those in force between the two
    setbacks: tuple[Setback, ...]
    no_agreement: NoAgreement | None


@dataclass
class Treaties:
    """All instruments, ratifications and agreements, indexed for derivation."""

    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    ratifications: Mapping[tuple[str, str], Ratification] = field(default_factory=dict)
    agreements: Mapping[str, Agreement] = field(default_factory=dict)
    none_known: Mapping[frozenset[str], NoAgreement] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_country: dict[str, set[str]] = {}
        for agreement in self.agreements.values():
            group = self.groups.get(agreement.group or "")
            for country in {*agreement.parties, *(group.ever() if group else ())}:
                self._by_country.setdefault(country, set()).add(agreement.id)

    def between(self, one: str, other: str) -> list[Agreement]:
        """Every agreement that binds or bound the two to each other, by id."""
        shared = self._by_country.get(one, set()) & self._by_country.get(other, set())
        found = [self.agreements[key] for key in sorted(shared)]
        return [each for each in found if each.hub in (None, one, other)]

    def ratification(self, instrument: str, country: str) -> Ratification | None:
        """The country's word on an instrument, if any is known."""
        return self.ratifications.get((instrument, country))

    def bound(self, agreement: Agreement, one: str, other: str, on: date) -> str:
        """How the agreement stands between two parties on a day."""
        if agreement.hub not in (None, one, other):
            return NOT_YET
        forces = [agreement.force(on)]
        since = dict(agreement.since)
        for party in (one, other):
            if party in since:
                forces.append(
                    Ratification("", party, IN_FORCE, agreement.provenance, start=since[party]).force(on)
                )
            group = self.groups.get(agreement.group or "")
            if group is not None and party not in group.on(on):
                forces.append(NOT_YET)
        return next((worst for worst in (ENDED, NOT_YET, UNSURE) if worst in forces), IN_FORCE)


def derive(case: Case, treaties: Treaties) -> Derivation:
    """What follows for a person of the case's origin who works or worked in its destination."""
    if case.destination is None or case.origin is None:
        return Derivation((), (), (), None)
    host, home, on = case.destination, case.origin, case.on
    rights: list[Derived] = []
    setbacks: list[Setback] = []
    for rule in (_c19, _c118, _c157, _c102, _c97, _c143, _c189):
        rights += rule(case, treaties)
    in_force = []
    for agreement in treaties.between(host, home):
        if not _reaches(agreement, case):
            continue
        force = treaties.bound(agreement, host, home, on)
        if force in (IN_FORCE, UNSURE):
            in_force.append(agreement)
            rights += _from_agreement(agreement, case, force)
        else:
            reason = "ended" if force == ENDED else _REASONS.get(agreement.status, "not_yet")
            setbacks.append(Setback(agreement.id, None, reason))
    setbacks += _setbacks(host, on, treaties)
    return Derivation(
        tuple(rights), tuple(in_force), tuple(setbacks), treaties.none_known.get(frozenset((host, home)))
    )


def _setbacks(host: str, on: date, treaties: Treaties) -> Iterator[Setback]:
    for instrument in sorted(treaties.instruments):
        ratification = treaties.ratification(instrument, host)
        if ratification is None or ratification.status == "not_ratified_known":
            continue
        force = ratification.force(on)
        if force in (ENDED, NOT_YET):
            yield Setback(instrument, host, "ended" if force == ENDED else "not_yet")


def _held(
    treaties: Treaties, instrument: str, countries: Iterable[str], on: date
) -> list[Ratification] | None:
    """The ratifications of all countries, when the instrument binds (or may bind) each of them that day."""
    found = []
    for country in countries:
        ratification = treaties.ratification(instrument, country)
        if ratification is None or ratification.force(on) not in (IN_FORCE, UNSURE):
            return None
        found.append(ratification)
    return found


def _right(
    held: list[Ratification], instrument: str, country: str, branch: str, principle: str, on: date,
    *conditions: str,
) -> Derived:  # fmt: skip
    confirmed = all(each.provenance.evidence == "seen" for each in held)
    weakest = min(held, key=lambda each: each.provenance.evidence == "seen")
    said = list(conditions)
    if any(each.force(on) == UNSURE for each in held):
        said.append("date_unsure")
    if not confirmed:
        said.append("ratification_unconfirmed")
    return Derived(instrument, country, branch, principle, tuple(said), confirmed, weakest.provenance)


def _c19(case: Case, treaties: Treaties) -> Iterator[Derived]:
    """Work accidents: nationals of other ratifying countries are treated as own; no residence needed."""
    held = _held(treaties, "C19", (str(case.destination), str(case.origin)), case.on)
    if held:
        yield _right(held, "C19", str(case.destination), "employment_injury", EQUALITY, case.on)


def _c118(case: Case, treaties: Treaties) -> Iterator[Derived]:
    """Equality in the branches that the host accepted; pensions abroad in those that both accepted."""
    host, home = str(case.destination), str(case.origin)
    held = _held(treaties, "C118", (host, home), case.on)
    if case.status == "refugee":  # art. 10: without reciprocity
        alone = _held(treaties, "C118", (host,), case.on)
        for branch in alone[0].branches if alone else ():
            yield _right(alone or [], "C118", host, branch, EQUALITY, case.on)
        if held is None:
            return
    elif held:
        for branch in held[0].branches:
            yield _right(held, "C118", host, branch, EQUALITY, case.on)
    both = set(held[0].branches) & set(held[1].branches) if held else set()
    for branch in _PAID_ABROAD:
        if branch in both:
            yield _right(held or [], "C118", host, branch, EXPORT, case.on)


def _c157(case: Case, treaties: Treaties) -> Iterator[Derived]:
    """Between two ratifying countries: periods are added, long-term benefits are paid abroad."""
    held = _held(treaties, "C157", (str(case.destination), str(case.origin)), case.on)
    for branch in _PAID_ABROAD if held else ():
        yield _right(held or [], "C157", str(case.destination), branch, TOTALIZATION, case.on)
        yield _right(held or [], "C157", str(case.destination), branch, EXPORT, case.on)


def _c102(case: Case, treaties: Treaties) -> Iterator[Derived]:
    """Art. 68: foreign residents have the rights of nationals in the parts that the host accepted.

    Not for what is paid wholly or mainly from public funds; in contributory schemes for employees
    the host may ask for an agreement of reciprocity.
    """
    host = str(case.destination)
    held = _held(treaties, "C102", (host,), case.on)
    if held is None or case.status == "irregular":
        return
    home = treaties.ratification("C102", str(case.origin))
    for branch in held[0].branches:
        conditions = ["resident", "not_tax_funded"]
        if home is None or home.force(case.on) != IN_FORCE or branch not in home.branches:
            conditions.append("reciprocity_possible")
        yield _right(held, "C102", host, branch, EQUALITY, case.on, *conditions)


def _c97(case: Case, treaties: Treaties) -> Iterator[Derived]:
    """Art. 6(1)(b): those lawfully within the territory, whatever their nationality."""
    held = _held(treaties, "C97", (str(case.destination),), case.on)
    if held is None or case.status == "irregular":
        return
    conditions = () if case.status == "regular" else ("lawful_stay",)
    for branch in BRANCHES:
        yield _right(held, "C97", str(case.destination), branch, EQUALITY, case.on, *conditions)


def _c143(case: Case, treaties: Treaties) -> Iterator[Derived]:
    """Art. 9(1): rights of past employment whatever the status: pay, social security, other benefits."""
    held = _held(treaties, "C143", (str(case.destination),), case.on)
    if held is None or case.status == "regular":
        return
    for branch in BRANCHES:
        yield _right(held, "C143", str(case.destination), branch, EQUALITY, case.on, "past_work")


def _c189(case: Case, treaties: Treaties) -> Iterator[Derived]:
    """Art. 14(1): social security of domestic workers as of workers generally, maternity included."""
    held = _held(treaties, "C189", (str(case.destination),), case.on)
    if held is None or case.sector not in (None, "domestic_work"):
        return
    conditions = () if case.sector else ("domestic_work",)
    yield _right(held, "C189", str(case.destination), "maternity", EQUALITY, case.on, *conditions)


def _reaches(agreement: Agreement, case: Case) -> bool:
    """Whether an agreement speaks of this way between the countries and of this part of them."""
    if agreement.destination not in (None, case.destination):
        return False  # a labour agreement for those who go the other way
    within = [region for region in agreement.regions if region.startswith(f"{case.destination}-")]
    return not within or case.region is None or case.region in within


def _from_agreement(agreement: Agreement, case: Case, force: str) -> Iterator[Derived]:
    host = str(case.destination)
    if agreement.kind == "bilateral_labour_agreement":
        return
    common = ["date_unsure"] if force == UNSURE else []
    if set(agreement.regions) - {case.region}:  # of the home country a case names no region
        common.append("part_of_country")
    for principle, given, name in (
        (TOTALIZATION, agreement.totalization, "totalization"),
        (EXPORT, agreement.export, "export"),
    ):
        if not given:
            continue
        for branch in agreement.branches:
            unconfirmed = [] if agreement.confirmed("branches") else ["branches_unconfirmed"]
            unconfirmed += [] if agreement.confirmed(name) else ["provision_unconfirmed"]
            yield Derived(
                agreement.id,
                host,
                branch,
                principle,
                (*common, *unconfirmed),
                not unconfirmed,
                agreement.provenance,
            )
