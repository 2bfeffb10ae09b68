"""Instruments, ratifications and agreements, as plain immutable objects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from bot.rules.dates import PartialDate
from bot.rules.model import Provenance

IN_FORCE, NOT_YET, ENDED, UNSURE = "in_force", "not_yet", "ended", "unsure"

EQUALITY = "equality_of_treatment"
EXPORT = "maintenance_of_acquired_rights"
TOTALIZATION = "maintenance_in_course_of_acquisition"
LEGISLATION = "applicable_legislation"
# Which topic, beside its branches, what each principle gives is about.
TOPIC_OF = {
    EQUALITY: "discrimination",
    TOTALIZATION: "totalization",
    EXPORT: "export_of_benefits",
    LEGISLATION: "applicable_legislation",
}

# What an agreement's status in the files means for rights. Only `in_force` gives any.
AGREEMENT_STATUSES = (
    "in_force",
    "in_force_partly",
    "in_force_between_ratifying_states",
    "signed",  # labour agreements: signed, its force in law not known
    "signed_not_in_force",
    "adopted_not_operational",
    "adopted_limited_implementation",
    "non_binding",
    "draft",
    "terminated",
    "unknown",
)
RATIFICATION_STATUSES = ("in_force", "not_ratified_known", "denounced")


@dataclass(frozen=True)
class Instrument:
    """A convention or recommendation, with what it says on each of the five principles."""

    id: str
    kind: str  # convention | recommendation | other
    title: str
    year: int
    principles: tuple[tuple[str, bool], ...]  # the ILO papers' five columns; empty where they have none
    reciprocal: bool
    seed: bool  # one of the eighteen of the ILO papers' table
    provenance: Provenance
    note: str | None = None
    in_force: str | None = None  # the day before which it bound nobody
    binds_after: int = 12  # months from a ratification to its force for that country
    binds_on_first: bool = False  # then on the first day of the next month

    def says(self, principle: str) -> bool:
        """Whether the table of the ILO papers says yes."""
        return dict(self.principles).get(principle, False)


@dataclass(frozen=True)
class Ratification:
    """A country's word on an instrument. `branches` are the parts that it accepted, where known."""

    instrument: str
    country: str
    status: str
    provenance: Provenance
    ratified: str | None = None
    start: str | None = None  # in force for the country; a year after ratification when not given
    end: str | None = None
    branches: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()  # where it binds a part of the country alone: MY-12
    note: str | None = None
    # Of the instrument, set when the law is read:
    earliest: str | None = None  # the day before which it bound nobody
    binds_after: int = 12
    binds_on_first: bool = False

    def force(self, on: date) -> str:
        """`in_force`, `not_yet`, `ended`, or `unsure` while the exact day decides and is not known."""
        if self.status == "not_ratified_known":
            return NOT_YET
        if self.earliest is not None and on < PartialDate.parse(self.earliest).earliest:
            return NOT_YET
        if self.status == "denounced" and self.end is None:
            return ENDED
        if self.start is not None:
            begun = _begun(PartialDate.parse(self.start), on)
        elif self.ratified is None:
            begun = IN_FORCE if self.status == "in_force" else UNSURE
        else:
            begun = self._begun(self.ratified, on)
        return _not_past(self.end, begun, on)

    def _begun(self, ratified: str, on: date) -> str:
        """How it stands by its own terms: unsure between the first and the last day that it may mean."""
        first, last = _binding(ratified, self.binds_after, self.binds_on_first)
        if on < first:
            return NOT_YET
        return IN_FORCE if on >= last else UNSURE


@lru_cache(maxsize=5_000)  # a map asks for the same few hundred dates again and again
def _binding(ratified: str, months: int, on_first: bool) -> tuple[date, date]:
    """The first and the last day from which a ratification may bind, as its date is known."""
    known = PartialDate.parse(ratified)
    if on_first:
        first, last = (day.replace(day=1) for day in (known.earliest, known.latest))
        return first + relativedelta(months=months + 1), last + relativedelta(months=months + 1)
    return known.earliest + relativedelta(months=months), known.latest + relativedelta(months=months)


@dataclass(frozen=True)
class Provision:
    """What an instrument has its parties do, for whom, and under which conditions."""

    id: str
    instrument: str
    article: str
    principle: str  # one of the five principles, or `protection`
    topics: tuple[str, ...]
    provenance: Provenance
    bound: str = "destination"  # whose ratification it takes: destination | origin | both
    accepted: str | None = None  # whose accepted branches count: destination | both; None: every topic
    status: tuple[str, ...] = ()  # migration statuses that it reaches; empty: all
    if_status: str | None = None  # the condition that is said while the status is unknown
    sectors: tuple[str, ...] = ()
    stated: bool = False  # left unsaid while the sector is unknown: who works at sea says so
    conditions: tuple[str, ...] = ()
    reciprocity: bool = False  # the country may ask for an agreement where the origin did not accept
    what: tuple[str, ...] = ()  # terms that say what is undertaken, where no principle says it
    note: str | None = None


# How a pension is worked out where time was added: the share of a theoretical pension; the better
# of that share and the national pension; or by the country's own formula, from time there alone.
PRO_RATA, BETTER_OF_TWO, OWN_FORMULA = "pro_rata", "better_of_two", "own_formula"
METHODS = (PRO_RATA, BETTER_OF_TWO, OWN_FORMULA)
PERSONAL_SCOPES = ("nationals", "insured")
SEA_LAWS = ("flag", "residence", "employer")


@dataclass(frozen=True)
class Agreement:
    """A social security or labour agreement between countries, or a framework of many."""

    id: str
    kind: str  # bilateral_ssa | multilateral_ssa | bilateral_labour_agreement | framework
    parties: tuple[str, ...]
    status: str
    provenance: Provenance
    title: str | None = None
    group: str | None = None  # members by date, for frameworks
    since: tuple[tuple[str, str], ...] = ()  # parties that joined later, from when
    hub: str | None = None  # it binds this party with each other, not the others among themselves
    regions: tuple[str, ...] = ()  # where a part of a State alone is bound: CA-QC
    signed: str | None = None
    start: str | None = None
    end: str | None = None
    branches: tuple[str, ...] = ()
    totalization: bool | tuple[str, ...] | None = None  # for these branches alone, where it is a tuple
    export: bool | tuple[str, ...] | None = None
    equal_treatment: bool | None = None
    personal_scope: str | None = None  # nationals of the parties | everybody insured
    refugees: bool | None = None  # whether it names refugees
    posting_months: int | None = None
    posting_extension_months: int | None = None
    self_employed: bool | None = None  # whether posting is for the self-employed too
    seafarers: str | None = None  # whose law counts at sea: flag | residence | employer
    certificate: str | None = None  # the name of the certificate of coverage
    certificate_from: tuple[tuple[str, str], ...] = ()  # who issues it, by country
    method: str | None = None  # one of METHODS
    min_months: int | None = None  # shortest period in a State that counts
    institutions: tuple[tuple[str, str], ...] = ()
    claim: str | None = None
    origin: str | None = None  # labour agreements: from where to where, for whom
    destination: str | None = None
    sector: str | None = None
    seen: tuple[str, ...] = ()
    note: str | None = None

    def force(self, on: date) -> str:
        """Whether it gives rights on a day: `in_force`, `not_yet`, `ended` or `unsure`."""
        if self.status == "terminated":
            return ENDED
        if not self.binding:
            return NOT_YET
        begun = IN_FORCE if self.start is None else _begun(PartialDate.parse(self.start), on)
        if begun == IN_FORCE and self.status != "in_force":
            begun = UNSURE
        return _not_past(self.end, begun, on)

    @property
    def binding(self) -> bool:
        """Whether it binds the parties at all: a guideline, a draft or a signature does not."""
        return self.status.startswith("in_force")

    @property
    def social_security(self) -> bool:
        """Whether it is an agreement on social security."""
        return self.kind in ("bilateral_ssa", "multilateral_ssa")

    def gives(self, provision: str, branch: str) -> bool:
        """Whether `totalization` or `export` is given in a branch."""
        given = self.totalization if provision == "totalization" else self.export
        return branch in self.branches and (given is True or (isinstance(given, tuple) and branch in given))

    def leaves_out(self, branch: str) -> bool:
        """Whether it is known, from a source, not to add up years in a branch."""
        if branch not in self.branches and self.confirmed("branches"):
            return True
        known = self.totalization is False or (branch in self.branches and self.totalization is not None)
        return known and not self.gives("totalization", branch) and self.confirmed("totalization")

    def confirmed(self, field: str) -> bool:
        """Whether a source was seen for this very field."""
        return self.provenance.evidence == "seen" and field in self.seen


@dataclass(frozen=True)
class NoAgreement:
    """Two countries that are known to have no social security agreement."""

    parties: tuple[str, str]
    provenance: Provenance
    note: str | None = None
    listed_by: str | None = None  # the country whose list of agreements does not name the other


@dataclass(frozen=True)
class Certificate:
    """The paper that proves insurance at home to another country, and who issues it."""

    country: str  # the country of the insurance
    certificate: str
    office: str | None
    provenance: Provenance
    note: str | None = None


@dataclass(frozen=True)
class PensionMethod:
    """How a country works out pensions under its agreements that name no method of their own."""

    country: str
    method: str  # one of METHODS
    provenance: Provenance
    shortest_months: int | None = None  # shorter time there gives nothing
    note: str | None = None


@dataclass(frozen=True)
class AgreementList:
    """All partners of a country, as one of its institutions lists them: who is not named has no agreement."""

    country: str
    names: tuple[str, ...]
    provenance: Provenance
    note: str | None = None


def _not_past(end: str | None, begun: str, on: date) -> str:
    """What the end, its last day, makes of something that has begun; an unsure end leaves it unsure."""
    if end is None:
        return begun
    last = PartialDate.parse(end)
    if on > last.latest:
        return ENDED
    return UNSURE if begun == IN_FORCE and last.day is None and on >= last.earliest else begun


def _begun(start: PartialDate, on: date) -> str:
    if on < start.earliest:
        return NOT_YET
    return IN_FORCE if on >= start.latest or start.day is not None else UNSURE
