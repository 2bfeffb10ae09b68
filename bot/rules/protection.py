"""The protection map of a case: nine branches × what protects a person there and after.

Each cell says what it rests on and how sure that is. A cell is `yes` only from national law or a
treaty in force, confirmed in a source; what was not confirmed says so; what is not in the data is
a gap, never a no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.rules.case import Case
from bot.rules.lawbase import LawBase, LawReader
from bot.rules.model import ANY, Rule
from bot.rules.resolution import Result, resolve
from bot.rules.ruletypes import Catalogue
from bot.rules.treaties.derivation import EQUALITY, EXPORT, TOTALIZATION, Derivation, Derived, derive
from bot.rules.vocabulary import BRANCHES

COLUMNS = ("covered", "equal_treatment", "totalization", "export", "fallback")
YES, UNCONFIRMED, CONDITIONAL, NO, GAP = "yes", "unconfirmed", "conditional", "no", "gap"
STATES = (YES, UNCONFIRMED, CONDITIONAL, NO, GAP)

_GIVING_KINDS = ("entitlement", "obligation", "scheme")
_TOPIC_OF_COLUMN = {"totalization": "totalization", "export": "export_of_benefits"}
# What the national rules on pensions abroad and added periods speak of when they name no branch.
_LONG_TERM = ("old_age", "invalidity", "survivors")


@dataclass(frozen=True)
class Cell:
    """One branch under one heading."""

    branch: str
    column: str
    state: str
    rules: tuple[Result, ...] = ()
    derived: tuple[Derived, ...] = ()
    no_agreement: bool = False

    @property
    def seen(self) -> bool:
        """Whether a source was seen for something that the cell rests on."""
        return any(result.rule.provenance.evidence == "seen" for result in self.rules) or any(
            each.provenance.evidence == "seen" for each in self.derived
        )


@dataclass(frozen=True)
class ProtectionMap:
    """All cells of a case, row by row."""

    version: str
    case: Case
    cells: tuple[Cell, ...]
    derivation: Derivation
    catalogue: Catalogue

    def cell(self, branch: str, column: str) -> Cell:
        """One cell."""
        return self.cells[BRANCHES.index(branch) * len(COLUMNS) + COLUMNS.index(column)]


def protection_map(base: LawBase, case: Case) -> ProtectionMap:
    """The map of a case. Raises EmptyLawBase or LawBaseUnavailable."""
    with base.reading() as reader:
        return map_in(reader, case)


def map_in(reader: LawReader, case: Case) -> ProtectionMap:
    """As `protection_map`, within a view of the law base that the caller holds."""
    topics = {
        *BRANCHES,
        *_TOPIC_OF_COLUMN.values(),
        "contribution_refund",
        "voluntary_insurance",
        "welfare_fund",
    }
    rules = reader.candidates(topics, case.destination, case.origin)
    results = resolve(rules, case, reader.context, reader.catalogue.types).results
    derivation = derive(case, reader.treaties)
    cells = tuple(
        _cell(branch, column, results, derivation, reader.catalogue)
        for branch in BRANCHES
        for column in COLUMNS
    )
    return ProtectionMap(reader.version, case, cells, derivation, reader.catalogue)


def _cell(
    branch: str, column: str, results: Iterable[Result], derivation: Derivation, catalogue: Catalogue
) -> Cell:
    mine = tuple(result for result in results if _belongs(result, branch, column, catalogue))
    principle = {"equal_treatment": EQUALITY, "totalization": TOTALIZATION, "export": EXPORT}.get(column)
    derived = tuple(
        each for each in derivation.rights if each.branch == branch and each.principle == principle
    )
    none_known = principle in (TOTALIZATION, EXPORT) and derivation.no_agreement is not None
    state = _state(mine, derived, catalogue)
    if state == GAP and none_known:
        state = NO
    return Cell(branch, column, state, mine, derived, none_known)


def _belongs(result: Result, branch: str, column: str, catalogue: Catalogue) -> bool:
    rule = result.rule
    speaks = rule.kind in _GIVING_KINDS or catalogue.types[rule.type].denies
    at_home = rule.key.destinations == (ANY,)
    if column == "fallback":
        return at_home and branch in rule.topics and speaks
    if column == "covered":
        return not at_home and branch in rule.topics and speaks and not _crossing(rule.topics)
    if column == "equal_treatment":
        return rule.type in ("equal_social_security", "equal_treatment") and _speaks_of(
            rule.values, rule.topics, branch
        )
    topic = _TOPIC_OF_COLUMN[column]
    return not at_home and topic in rule.topics and _speaks_of(rule.values, rule.topics, branch)


def _crossing(topics: tuple[str, ...]) -> bool:
    """Whether a rule speaks first of what crosses the border, not of cover in the country."""
    return topics[0] in (*_TOPIC_OF_COLUMN.values(), "contribution_refund", "social_security_agreement")


def _speaks_of(values: Mapping[str, object], topics: tuple[str, ...], branch: str) -> bool:
    """Whether a rule is about the branch: by its topics, its list of branches, or as a long-term benefit."""
    named = set(topics) & set(BRANCHES)
    for key in _NAMING:
        listed = values.get(key)
        if isinstance(listed, list):
            named |= {str(item) for item in listed} & set(BRANCHES)
    return branch in named if named else branch in _LONG_TERM


def _state(rules: tuple[Result, ...], derived: tuple[Derived, ...], catalogue: Catalogue) -> str:
    refusing = [result for result in rules if catalogue.types[result.rule.type].denies]
    giving = [result for result in rules if result not in refusing]
    sure = [result for result in giving if result.applies == "yes"]
    bound = [each for each in derived if not set(each.conditions) - _ABOUT_EVIDENCE]
    refused = any(result.applies == "yes" for result in refusing)
    if refused:  # what gives beside it gives a part at most
        return CONDITIONAL if giving or derived else NO
    if any(_seen(result.rule) for result in sure) or any(each.confirmed for each in bound):
        return YES
    if sure or bound:
        return UNCONFIRMED
    return CONDITIONAL if rules or derived else GAP


def _seen(rule: Rule) -> bool:
    """Whether a source was seen for the rule and for the branches that it names."""
    return rule.provenance.evidence == "seen" and not set(_NAMING) & set(rule.unconfirmed)


# Values by which a rule names branches.
_NAMING = ("branches", "benefits", "covers")
# Conditions that say how well a thing is known, not on what it depends.
_ABOUT_EVIDENCE = {"branches_unconfirmed", "provision_unconfirmed", "ratification_unconfirmed"}
