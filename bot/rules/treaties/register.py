"""The register of treaties: instruments, provisions, ratifications and agreements, indexed."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date

from bot.rules.model import Group
from bot.rules.treaties.model import (
    ENDED,
    IN_FORCE,
    NOT_YET,
    PRO_RATA,
    TOPIC_OF,
    UNSURE,
    Agreement,
    AgreementList,
    Certificate,
    Instrument,
    NoAgreement,
    PensionMethod,
    Provision,
    Ratification,
)  # fmt: skip

Held = tuple[Ratification, str]  # a country's word, and how it stands on a day
_KEPT = 1_000  # countries and days that are kept worked out
# Months: under most agreements a country pays nothing for less (883/2004 art. 57).
SHORTEST = 12


@dataclass
class Treaties:
    """Everything that binds countries to each other, and what is known not to."""

    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    ratifications: Mapping[tuple[str, str], Ratification] = field(default_factory=dict)
    agreements: Mapping[str, Agreement] = field(default_factory=dict)
    none_known: Mapping[frozenset[str], NoAgreement] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    provisions: Mapping[str, Provision] = field(default_factory=dict)
    lists: Mapping[str, AgreementList] = field(default_factory=dict)
    methods: Mapping[str, PensionMethod] = field(default_factory=dict)
    certificates: Mapping[str, Certificate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_country: dict[str, set[str]] = {}
        for agreement in self.agreements.values():
            group = self.groups.get(agreement.group or "")
            for country in {*agreement.parties, *(group.ever() if group else ())}:
                self._by_country.setdefault(country, set()).add(agreement.id)
        self._by_instrument: dict[str, list[Provision]] = {}
        for provision in self.provisions.values():
            self._by_instrument.setdefault(provision.instrument, []).append(provision)
        self._speaking_of: dict[str, set[tuple[str, str]]] = {}
        for provision in self.provisions.values():
            for topic in {*provision.topics, TOPIC_OF.get(provision.principle, "")}:
                self._speaking_of.setdefault(topic, set()).add((provision.instrument, provision.principle))
        self._standing: dict[tuple[str, date], list[Held]] = {}
        self._ratified: dict[str, list[Ratification]] = {}
        for ratification in self.ratifications.values():
            self._ratified.setdefault(ratification.country, []).append(ratification)

    def between(self, one: str, other: str) -> list[Agreement]:
        """Every agreement that binds or bound the two to each other, by id."""
        shared = self._by_country.get(one, set()) & self._by_country.get(other, set())
        found = [self.agreements[key] for key in sorted(shared)]
        return [each for each in found if each.hub in (None, one, other)]

    def ratification(self, instrument: str, country: str) -> Ratification | None:
        """The country's word on an instrument, if any is known."""
        return self.ratifications.get((instrument, country))

    def ratified_by(self, country: str) -> list[Ratification]:
        """The country's word on every instrument on which it is known."""
        return self._ratified.get(country, [])

    def standing(self, country: str, on: date) -> list[Held]:
        """How a country stands on a day to every instrument on which its word is known."""
        key = (country, on)
        if key not in self._standing:
            if len(self._standing) > _KEPT:
                self._standing.clear()
            self._standing[key] = [(each, each.force(on)) for each in self.ratified_by(country)]
        return self._standing[key]

    def provisions_of(self, instrument: str) -> list[Provision]:
        """What an instrument has its parties do."""
        return self._by_instrument.get(instrument, [])

    def speaking_of(self, topic: str) -> Set[tuple[str, str]]:
        """The instruments that give something on a topic, each with the principle by which."""
        return self._speaking_of.get(topic, frozenset())

    def bound(self, agreement: Agreement, one: str, other: str, on: date) -> str:
        """How the agreement stands between two parties on a day."""
        if agreement.hub not in (None, one, other):
            return NOT_YET
        forces = [agreement.force(on)]
        since = dict(agreement.since)
        group = self.groups.get(agreement.group or "")
        members = group.on(on) if group is not None else None
        for party in (one, other):
            if party in since:
                forces.append(
                    Ratification("", party, IN_FORCE, agreement.provenance, start=since[party]).force(on)
                )
            if group is not None and members is not None and party not in members:
                forces.append(ENDED if group.left(party, on) else NOT_YET)
        return next((worst for worst in (ENDED, NOT_YET, UNSURE) if worst in forces), IN_FORCE)

    def method(self, agreement: Agreement, country: str) -> str:
        """How a country works out a pension under an agreement."""
        own = self.methods.get(country)
        return agreement.method or (own.method if own else PRO_RATA)

    def shortest(self, agreement: Agreement, country: str) -> int:
        """The months of insurance below which a country pays nothing under an agreement."""
        own = self.methods.get(country)
        if agreement.min_months is not None:
            return agreement.min_months
        return own.shortest_months if own and own.shortest_months is not None else SHORTEST

    def no_agreement(self, one: str, other: str) -> NoAgreement | None:
        """Whether the two are known to have no social security agreement, and from where.

        Known from a record of the pair, or from the whole list of agreements that an institution of
        one of them publishes and that does not name the other. What was seen in a source is preferred.
        Where the list of one names the other, nothing is known to be missing.
        """
        lists = (self.lists.get(one), self.lists.get(other))
        if any(each is not None and {one, other} & set(each.names) for each in lists):
            return None
        found = [self._not_listed(one, other), self._not_listed(other, one)]
        found.append(self.none_known.get(frozenset((one, other))))
        known = [each for each in found if each is not None]
        return min(known, key=lambda each: each.provenance.evidence != "seen", default=None)

    def _not_listed(self, country: str, other: str) -> NoAgreement | None:
        held = self.lists.get(country)
        if held is None or other in held.names:
            return None
        first, second = sorted((country, other))
        return NoAgreement((first, second), held.provenance, held.note, listed_by=country)
