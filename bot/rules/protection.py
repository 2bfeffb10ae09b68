"""The protection map of a case: nine branches × what protects a person there and after.

Each cell says what it rests on and how sure that is. A cell is `yes` only from national law or a
treaty in force, confirmed in a source; what was not confirmed says so; what is not in the data is
a gap, never a no.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bot.rules.case import Case
from bot.rules.lawbase import LawBase, LawReader
from bot.rules.model import ANY, Contact, Rule
from bot.rules.resolution import Result, resolve
from bot.rules.ruletypes import Catalogue
from bot.rules.treaties.derivation import Derivation, Derived, derive
from bot.rules.treaties.model import EQUALITY, EXPORT, TOTALIZATION, Agreement, NoAgreement
from bot.rules.treaties.register import Treaties
from bot.rules.treaties.statements import effects, undertakings
from bot.rules.vocabulary import BRANCHES, PROTECTION

COLUMNS = ("covered", "equal_treatment", "totalization", "export", "fallback")
YES, UNCONFIRMED, CONDITIONAL, NO, ABSENT, GAP = "yes", "unconfirmed", "conditional", "no", "absent", "gap"
STATES = (YES, UNCONFIRMED, CONDITIONAL, NO, ABSENT, GAP)

_GIVING_KINDS = ("entitlement", "obligation", "scheme")
_TOPIC_OF_COLUMN = {"totalization": "totalization", "export": "export_of_benefits"}
_COLUMN_OF_PRINCIPLE = {
    PROTECTION: "covered",
    EQUALITY: "equal_treatment",
    TOTALIZATION: "totalization",
    EXPORT: "export",
}
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
    no_agreement: NoAgreement | None = None
    left_out: tuple[Agreement, ...] = ()  # agreements in force that are known not to speak of the branch

    @property
    def seen(self) -> bool:
        """Whether a source was seen for something on which the state rests."""
        if self.state == GAP:
            return False
        return (
            any(_seen(result.rule) for result in self.rules)
            or any(each.confirmed for each in self.derived)
            or bool(self.left_out)
            or (self.no_agreement is not None and self.no_agreement.provenance.evidence == "seen")
        )


@dataclass(frozen=True)
class ProtectionMap:
    """All cells of a case, row by row."""

    version: str
    case: Case
    cells: tuple[Cell, ...]
    derivation: Derivation
    catalogue: Catalogue
    treaties: Treaties
    contacts: Mapping[str, Contact] = field(default_factory=dict)  # the map itself names no contacts

    @cached_property
    def undertakings(self) -> Mapping[tuple[Any, ...], Result]:
        """What treaties give, as statements, by their keys."""
        return undertakings(self.derivation, self.case, self.treaties)

    @cached_property
    def effects(self) -> tuple[Result, ...]:
        """What is said besides: no agreement, labour agreements, treaties that give nothing."""
        return tuple(effects(self.derivation, self.case, self.treaties))

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
    places: dict[tuple[str, str], tuple[list[Result], list[Derived]]] = {
        (branch, column): ([], []) for branch in BRANCHES for column in COLUMNS
    }
    for result in results:
        denies = reader.catalogue.types[result.rule.type].denies
        for place in _places(result.rule, denies):
            places[place][0].append(result)
    for right in derivation.rights:
        column = _COLUMN_OF_PRINCIPLE.get(right.principle)
        if (right.topic, column) in places:
            places[right.topic, str(column)][1].append(right)
    cells = tuple(
        _cell(branch, column, tuple(mine), tuple(derived), derivation, reader.catalogue)
        for (branch, column), (mine, derived) in places.items()
    )
    return ProtectionMap(reader.version, case, cells, derivation, reader.catalogue, reader.treaties)


def _cell(
    branch: str, column: str, mine: tuple[Result, ...], derived: tuple[Derived, ...],
    derivation: Derivation, catalogue: Catalogue,
) -> Cell:  # fmt: skip
    state = _state(mine, derived, catalogue)
    none = derivation.no_agreement if column in _TOPIC_OF_COLUMN else None
    left_out = derivation.left_out(branch) if column == "totalization" and not derived else ()
    if state == GAP and column == "totalization" and (none is not None or left_out):
        state = NO  # periods are added under a treaty or not at all; payment abroad may be national law
    return Cell(branch, column, state, mine, derived, none, left_out)


def _places(rule: Rule, denies: bool) -> Iterator[tuple[str, str]]:
    """The cells of which a rule speaks."""
    if rule.kind not in _GIVING_KINDS and not denies:
        return
    if rule.key.destinations == (ANY,):
        yield from ((branch, "fallback") for branch in BRANCHES if branch in rule.topics)
        return
    named = _branches(rule)
    if _has_no_scheme(rule):
        columns = ("covered", "equal_treatment", *_TOPIC_OF_COLUMN)
        yield from ((branch, column) for branch in named for column in columns)
        return
    if not _crossing(rule.topics) and rule.type != "equal_social_security":
        yield from ((branch, "covered") for branch in BRANCHES if branch in rule.topics)
    if _on_equality(rule):
        yield from ((branch, "equal_treatment") for branch in named)
    for column, topic in _TOPIC_OF_COLUMN.items():
        if topic in rule.topics:
            yield from ((branch, column) for branch in named)


def _has_no_scheme(rule: Rule) -> bool:
    """Whether no law of the country gives such insurance to anyone: nothing to share or to pay abroad."""
    return rule.values.get("obstacle") == "no_scheme"


def _on_equality(rule: Rule) -> bool:
    """Whether a rule says how foreigners stand beside nationals in social security."""
    if rule.type == "equal_social_security":
        return True
    if rule.values.get("obstacle") == "nationality":
        return True
    return rule.type == "insurance_cover" and bool(
        rule.values.get("as_nationals") or rule.values.get("any_nationality")
    )


def _crossing(topics: tuple[str, ...]) -> bool:
    """Whether a rule speaks first of what crosses the border, not of cover in the country."""
    return topics[0] in (*_TOPIC_OF_COLUMN.values(), "contribution_refund", "social_security_agreement")


def _branches(rule: Rule) -> tuple[str, ...]:
    """What a rule is about: by its topics, its list of branches, or the long-term benefits."""
    named = set(rule.topics) & set(BRANCHES)
    for key in _NAMING:
        listed = rule.values.get(key)
        if isinstance(listed, list):
            named |= {str(item) for item in listed} & set(BRANCHES)
    return tuple(branch for branch in BRANCHES if branch in named) or _LONG_TERM


def _state(rules: tuple[Result, ...], derived: tuple[Derived, ...], catalogue: Catalogue) -> str:
    if not rules and not derived:
        return GAP
    refusing = [result for result in rules if catalogue.types[result.rule.type].denies]
    giving = [result for result in rules if result not in refusing]
    refused = [result for result in refusing if result.applies == "yes"]
    sure = [result for result in giving if result.applies == "yes"]
    # What a treaty promises by itself is brought in by law: alone it never makes a cell sure.
    bound = [each for each in derived if not each.depends_on and each.principle != PROTECTION]
    if refused:  # what gives beside it gives a part at most
        if giving or derived:
            return CONDITIONAL
        return ABSENT if all(_has_no_scheme(result.rule) for result in refused) else NO
    if any(_seen(result.rule) for result in sure) or any(each.confirmed for each in bound):
        return YES
    if sure or bound:
        return UNCONFIRMED
    return CONDITIONAL


def _seen(rule: Rule) -> bool:
    """Whether a source was seen for the rule and for the branches that it names."""
    return rule.provenance.evidence == "seen" and not set(_NAMING) & set(rule.unconfirmed)


# Values by which a rule names branches.
_NAMING = ("branches", "benefits", "covers")
