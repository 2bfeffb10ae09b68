"""Rights that follow from instruments and agreements between two countries, with their conditions.

A treaty binds countries. What follows is worded as the country's undertaking; only national law
makes it a person's right. Nothing follows from an instrument that is not ratified, denounced or
not yet in force, from an agreement that is not in force, or from a guideline.

What each instrument has its parties do is declared, article by article, in
data/law/instruments/provisions.yml; agreements carry their own branches and provisions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from bot.rules.case import Case
from bot.rules.model import Provenance
from bot.rules.treaties.model import (
    ENDED,
    EQUALITY,
    EXPORT,
    IN_FORCE,
    LEGISLATION,
    NOT_YET,
    TOPIC_OF,
    TOTALIZATION,
    UNSURE,
    Agreement,
    NoAgreement,
    Provision,
    Ratification,
)  # fmt: skip
from bot.rules.treaties.register import Held, Treaties
from bot.rules.vocabulary import BRANCHES, PROTECTION

# Conditions that the derivation itself adds; provisions name others. Their words are the terms of
# the vocabulary `treaty_condition` (data/law/types/treaties.yml).
ABOUT_EVIDENCE = ("branches_unconfirmed", "provision_unconfirmed", "ratification_unconfirmed")
CONDITIONS = (
    "reciprocity_possible",  # the country may ask for an agreement with the home country
    "date_unsure",  # the exact day from which it holds is not known
    "part_of_country",  # only a region is bound
    "nationals_only",  # nationals of the parties; a refugee may not be counted as one
    *ABOUT_EVIDENCE,
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
    """One thing that a country has undertaken, on one topic (mostly a branch)."""

    instrument: str  # C118, ssa-kr-us
    country: str  # whose undertaking it is
    topic: str
    principle: str
    conditions: tuple[str, ...]
    confirmed: bool
    provenance: Provenance
    provision: str | None = None  # of an instrument
    agreement: Agreement | None = None

    @property
    def id(self) -> str:
        """A stable id: instrument/country/principle/topic."""
        return f"{self.instrument}/{self.country}/{self.principle}/{self.topic}"

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The conditions that are about the person or the country, not about how well it is known."""
        return tuple(each for each in self.conditions if each not in ABOUT_EVIDENCE)


@dataclass(frozen=True)
class Setback:
    """Something that people may count on but that gives nothing, and why."""

    instrument: str
    country: str | None
    reason: str  # not_yet | ended | not_binding | force_unknown
    provenance: Provenance


@dataclass(frozen=True)
class Derivation:
    """What the treaties between two countries give on a day, and what they do not."""

    rights: tuple[Derived, ...] = ()
    agreements: tuple[Agreement, ...] = ()  # those in force between the two
    setbacks: tuple[Setback, ...] = ()
    no_agreement: NoAgreement | None = None

    def left_out(self, branch: str) -> tuple[Agreement, ...]:
        """The social security agreements in force, if each is known not to add up years in a branch."""
        held = tuple(each for each in self.agreements if each.social_security)
        return held if all(each.leaves_out(branch) for each in held) else ()


def derive(case: Case, treaties: Treaties, topics: Collection[str] | None = None) -> Derivation:
    """What follows for a person of the case's origin who works or worked in its destination.

    `topics`: of instruments, only what they give on these; None: all.
    """
    if case.destination is None or case.origin is None:
        return Derivation()
    host, home = case.destination, case.origin
    there, at_home = treaties.standing(host, case.on), treaties.standing(home, case.on)
    rights = _without_weaker(_from_instruments(case, there, at_home, treaties, topics))
    setbacks: list[Setback] = []
    in_force = []
    for agreement in treaties.between(host, home):
        if not _reaches(agreement, case):
            continue
        force = treaties.bound(agreement, host, home, case.on)
        if force in (IN_FORCE, UNSURE):
            in_force.append(agreement)
            rights += _from_agreement(agreement, case, force)
        else:
            reason = "ended" if force == ENDED else _REASONS.get(agreement.status, "not_yet")
            setbacks.append(Setback(agreement.id, None, reason, agreement.provenance))
    setbacks += _setbacks(there)
    none = None if any(each.social_security for each in in_force) else treaties.no_agreement(host, home)
    return Derivation(tuple(rights), tuple(in_force), tuple(setbacks), none)


def _setbacks(standing: list[Held]) -> Iterator[Setback]:
    for ratification, force in sorted(standing, key=lambda each: each[0].instrument):
        if ratification.status != "not_ratified_known" and force in (ENDED, NOT_YET):
            reason = "ended" if force == ENDED else "not_yet"
            yield Setback(ratification.instrument, ratification.country, reason, ratification.provenance)


def _from_instruments(
    case: Case, there: list[Held], at_home: list[Held], treaties: Treaties, topics: Collection[str] | None
) -> Iterator[Derived]:
    """What the provisions of all instruments give that bind the countries concerned."""
    bound = {"destination": dict(_binding(there)), "origin": dict(_binding(at_home))}
    # By principle, not by provision: one provision may stand before another of the same principle.
    wanted = None if topics is None else set().union(*map(treaties.speaking_of, topics))
    for instrument in sorted({*bound["destination"], *bound["origin"]}):
        for provision in treaties.provisions_of(instrument):
            if wanted is not None and (instrument, provision.principle) not in wanted:
                continue
            sides = ("destination", "origin") if provision.bound == "both" else (provision.bound,)
            held = [bound[side][instrument] for side in sides if instrument in bound[side]]
            if len(held) == len(sides) and _concerns(provision, case):
                yield from _from_provision(provision, held, bound["origin"].get(instrument), case, topics)


def _binding(standing: list[Held]) -> Iterator[tuple[str, Held]]:
    """The instruments that bind, or may bind, a country."""
    for ratification, force in standing:
        if force in (IN_FORCE, UNSURE):
            yield ratification.instrument, (ratification, force)


def _without_weaker(rights: Iterable[Derived]) -> list[Derived]:
    """Leaves out what the same instrument gives on the same topic under fewer conditions."""
    best: dict[tuple[str, str, str, str], list[Derived]] = {}
    for each in rights:
        what = each.provision or "" if each.principle == PROTECTION else ""
        rivals = best.setdefault((each.instrument, each.country, each.principle, each.topic + what), [])
        if rivals:
            said = set(each.conditions)
            if any(said.issuperset(other.conditions) for other in rivals):
                continue
            rivals[:] = [other for other in rivals if not said.issubset(other.conditions)]
        rivals.append(each)
    return [each for rivals in best.values() for each in rivals]


def _concerns(provision: Provision, case: Case) -> bool:
    """Whether a provision is for people of this status and sector."""
    if case.status is not None and provision.status and case.status not in provision.status:
        return False
    if not provision.sectors:
        return True
    return not provision.stated if case.sector is None else case.sector in provision.sectors


def _from_provision(
    provision: Provision, held: list[Held], home: Held | None, case: Case, topics: Collection[str] | None
) -> Iterator[Derived]:
    """What it gives, on the topics asked about; on all of its own where the principle itself was asked."""
    ratifications = [ratification for ratification, _ in held]
    elsewhere = [each for each in ratifications if each.regions and case.region not in each.regions]
    if any(each.country == case.destination and case.region for each in elsewhere):
        return  # the person works in a part of the country that it does not bind
    said = list(provision.conditions)
    if elsewhere:
        said.append("part_of_country")
    if case.status is None and provision.if_status:
        said.append(provision.if_status)
    if case.sector is None:
        said += provision.sectors
    if any(force == UNSURE for _, force in held):
        said.append("date_unsure")
    if any(each.provenance.evidence != "seen" for each in ratifications):
        said.append("ratification_unconfirmed")
    if provision.provenance.evidence != "seen":
        said.append("provision_unconfirmed")
    weakest = min(ratifications, key=lambda each: each.provenance.evidence == "seen")
    whole = topics is None or TOPIC_OF.get(provision.principle) in topics
    for topic in _topics(provision, ratifications):
        if not whole and topic not in (topics or ()):
            continue
        open_question = provision.reciprocity and not _accepted(home, topic)
        yield Derived(
            provision.instrument,
            ratifications[0].country,
            topic,
            provision.principle,
            (*said, "reciprocity_possible") if open_question else tuple(said),
            not set(said) & set(ABOUT_EVIDENCE),
            weakest.provenance,
            provision.id,
        )


def _topics(provision: Provision, held: list[Ratification]) -> tuple[str, ...]:
    """The topics of a provision, cut to the branches that the countries accepted where that counts."""
    if provision.accepted is None:
        return provision.topics
    accepting = held if provision.accepted == "both" else held[:1]
    return tuple(topic for topic in provision.topics if all(topic in each.branches for each in accepting))


def _accepted(home: Held | None, branch: str) -> bool:
    return home is not None and home[1] == IN_FORCE and branch in home[0].branches


def _reaches(agreement: Agreement, case: Case) -> bool:
    """Whether an agreement speaks of this way between the countries and of this part of them."""
    if agreement.destination not in (None, case.destination):
        return False  # a labour agreement for those who go the other way
    within = [region for region in agreement.regions if region.startswith(f"{case.destination}-")]
    return not within or case.region is None or case.region in within


def _from_agreement(agreement: Agreement, case: Case, force: str) -> Iterator[Derived]:
    if not agreement.social_security:
        return
    common = ["date_unsure"] if force == UNSURE else []
    if set(agreement.regions) - {case.region}:  # of the home country a case names no region
        common.append("part_of_country")
    if case.status == "refugee" and agreement.personal_scope != "insured" and not agreement.refugees:
        common.append("nationals_only")
    branches = [] if agreement.confirmed("branches") else ["branches_unconfirmed"]
    for principle, name in ((TOTALIZATION, "totalization"), (EXPORT, "export")):
        given = [branch for branch in BRANCHES if agreement.gives(name, branch)]
        yield from _of_agreement(agreement, case, principle, given, [*common, *branches], name)
    if agreement.equal_treatment:
        yield from _of_agreement(
            agreement, case, EQUALITY, agreement.branches, [*common, *branches], "equal_treatment"
        )
    if agreement.posting_months is not None:
        yield from _of_agreement(agreement, case, LEGISLATION, [LEGISLATION], common, "posting_months")


def _of_agreement(
    agreement: Agreement, case: Case, principle: str, topics: Iterable[str], said: list[str], field: str
) -> Iterator[Derived]:
    conditions = [*said] if agreement.confirmed(field) else [*said, "provision_unconfirmed"]
    confirmed = not set(conditions) & set(ABOUT_EVIDENCE)
    for topic in topics:
        yield Derived(
            agreement.id, str(case.destination), topic, principle, tuple(conditions), confirmed,
            agreement.provenance, agreement=agreement,
        )  # fmt: skip
