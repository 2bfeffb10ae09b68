"""The protection map: what each state rests on, and every pair of countries without an error."""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import pytest

from bot.rules.lawbase import LawBase, LawReader
from bot.rules.lawfiles import LawBook
from bot.rules.matching import Context
from bot.rules.model import ANY, Provenance, Rule, Source
from bot.rules.protection import (
    ABSENT,
    COLUMNS,
    CONDITIONAL,
    GAP,
    NO,
    STATES,
    UNCONFIRMED,
    YES,
    Cell,
    ProtectionMap,
    _state,
    map_in,
    protection_map,
)
from bot.rules.resolution import Result
from bot.rules.ruletypes import Catalogue
from bot.rules.treaties.derivation import Derived
from bot.rules.treaties.model import EQUALITY, EXPORT, IN_FORCE, TOTALIZATION, UNSURE, NoAgreement
from bot.rules.treaties.register import Treaties
from bot.rules.vocabulary import BRANCHES, COUNTRIES, PROTECTION, STATUSES
from tests.rules.support import case_of
from tests.rules.test_treaties import Record, agreement, listed, ratified, world

CODES = sorted(COUNTRIES)
SAMPLE = 1_000
BOUND_MS = 40  # p99 with one reader; the aim is 20 ms. Both are printed.
PRINCIPLES = {
    "covered": PROTECTION,
    "equal_treatment": EQUALITY,
    "totalization": TOTALIZATION,
    "export": EXPORT,
}
FIELDS = {EQUALITY: "equal_treatment", TOTALIZATION: "totalization", EXPORT: "export"}
CROSSING = ("totalization", "export")


def map_of(base: LawBase, home: str, to: str, **known: str) -> ProtectionMap:
    return protection_map(base, case_of(home=home, to=to, **known))


def check(found: ProtectionMap, reader: LawReader) -> None:
    """All that must hold of every map."""
    assert [(cell.branch, cell.column) for cell in found.cells] == [
        (branch, column) for branch in BRANCHES for column in COLUMNS
    ]
    for cell in found.cells:
        where = (found.case.origin, found.case.destination, found.case.status, cell.branch, cell.column)
        assert cell.state in STATES, where
        assert cell.no_agreement is (found.derivation.no_agreement if cell.column in CROSSING else None), (
            where
        )
        assert not cell.left_out or (cell.column == "totalization" and not cell.derived), where
        assert all(each.leaves_out(cell.branch) for each in cell.left_out), where
        for each in cell.derived:
            assert (each.topic, each.principle) == (cell.branch, PRINCIPLES.get(cell.column)), where
            assert bound(each, found, reader) in (IN_FORCE, UNSURE), (where, each.id)
        assert all(belongs(result.rule, cell) for result in cell.rules), where
        refusing = [result for result in cell.rules if denies(result, found)]
        sure_refusals = [result for result in refusing if result.applies == YES]
        gives = len(refusing) < len(cell.rules) or bool(cell.derived)
        if cell.state == YES:
            assert grounds(cell, found, reader) and cell.seen, where
        if cell.state in (YES, UNCONFIRMED):
            assert gives and not sure_refusals, where
        if cell.state == ABSENT:
            assert sure_refusals and not gives, where
            assert all(result.rule.values.get("obstacle") == "no_scheme" for result in sure_refusals), where
        if cell.state == NO and not sure_refusals:
            assert cell.column == "totalization" and not cell.rules and not gives, where
            assert cell.no_agreement or nothing_is_added(cell.branch, found), where
        if cell.state == NO:
            assert not gives, where
        if cell.state == GAP:
            assert not cell.rules and not cell.derived and not cell.seen, where


def belongs(rule: Rule, cell: Cell) -> bool:
    """Whether a rule has its place in a cell."""
    at_home = rule.key.destinations == (ANY,)
    if at_home or cell.column == "fallback":
        return at_home and cell.column == "fallback" and cell.branch in rule.topics
    if rule.values.get("obstacle") == "no_scheme":
        return True
    if cell.column in CROSSING:
        return {"totalization": "totalization", "export": "export_of_benefits"}[cell.column] in rule.topics
    return (cell.column == "equal_treatment") == (rule.type == "equal_social_security") or (
        rule.type == "insurance_cover" or rule.values.get("obstacle") == "nationality"
    )


def denies(result: Result, found: ProtectionMap) -> bool:
    return found.catalogue.types[result.rule.type].denies


def nothing_is_added(branch: str, found: ProtectionMap) -> bool:
    """Whether every agreement in force is known, from a source, not to add up years in a branch."""
    held = [each for each in found.derivation.agreements if each.social_security]
    return bool(held) and all(each.leaves_out(branch) for each in held)


def grounds(cell: Cell, found: ProtectionMap, reader: LawReader) -> list[str]:
    """What makes a cell `yes`: a sure rule or a treaty without conditions, seen in a source."""
    rules = [
        result.rule.id
        for result in cell.rules
        if result.applies == YES
        and not denies(result, found)
        and result.rule.provenance.evidence == "seen"
        and not {"branches", "benefits", "covers"} & set(result.rule.unconfirmed)
    ]
    return rules + [each.id for each in cell.derived if certain(each, found, reader)]


def certain(each: Derived, found: ProtectionMap, reader: LawReader) -> bool:
    """Whether a treaty surely gives this to the person, and everything about that was seen in a source."""
    if each.conditions or each.principle == PROTECTION or bound(each, found, reader) != IN_FORCE:
        return False
    held = reader.treaties.agreements.get(each.instrument)
    if held is None:
        provision = reader.treaties.provisions[str(each.provision)]
        ratification = reader.treaties.ratification(each.instrument, each.country)
        return provision.provenance.evidence == "seen" == ratification.provenance.evidence  # type: ignore[union-attr]
    return held.status == IN_FORCE and held.confirmed("branches") and held.confirmed(FIELDS[each.principle])


def bound(each: Derived, found: ProtectionMap, reader: LawReader) -> str:
    """How the treaty binds the country that day, asked of the records themselves."""
    case, treaties = found.case, reader.treaties
    held = treaties.agreements.get(each.instrument)
    if held is not None:
        return treaties.bound(held, str(case.origin), str(case.destination), case.on)
    ratification = treaties.ratification(each.instrument, each.country)
    return "unknown" if ratification is None else ratification.force(case.on)


# -- states -------------------------------------------------------------------------------------

SEEN = Provenance(Source("Law", "State", None), None, "2026", "seen", "high")
KNOWN = Provenance(None, None, None, "known", "low")


@pytest.fixture(scope="module")
def some_rules(book: LawBook) -> tuple[Rule, Rule, Rule]:
    """A rule that gives, one that denies, and one by which there is no such insurance."""
    types = book.catalogue.types
    rules = [replace(rule, provenance=SEEN) for rule in book.rules.values() if "sickness" in rule.topics]
    denying = [rule for rule in rules if types[rule.type].denies]
    giving = next(rule for rule in rules if rule not in denying)
    absent = next(rule for rule in denying if rule.values.get("obstacle") == "no_scheme")
    other = next(rule for rule in denying if rule.values.get("obstacle") != "no_scheme")
    return replace(giving, unconfirmed=()), other, absent


def result(rule: Rule, applies: str = "yes", **changes: object) -> Result:
    depends = () if applies == "yes" else ("status",)
    return Result(replace(rule, **changes), applies, depends, ())  # type: ignore[arg-type]


def right(*conditions: str, confirmed: bool = True, principle: str = EQUALITY) -> Derived:
    return Derived("C118", "US", "sickness", principle, conditions, confirmed, SEEN if confirmed else KNOWN)


def test_the_state_of_a_cell(book: LawBook, some_rules: tuple[Rule, Rule, Rule]) -> None:
    gives, denies_it, absent = some_rules
    known = {"provenance": KNOWN}
    promise = right(principle=PROTECTION)
    expected: list[tuple[Iterable[Result], Iterable[Derived], str]] = [
        ([], [], GAP),
        ([result(gives)], [], YES),
        ([result(gives, **known)], [], UNCONFIRMED),
        ([result(gives, unconfirmed=("benefits",))], [], UNCONFIRMED),
        ([result(gives, unconfirmed=("amount",))], [], YES),
        ([result(gives, "depends")], [], CONDITIONAL),
        ([result(gives, "depends"), result(gives, **known)], [], UNCONFIRMED),
        ([result(denies_it)], [], NO),
        ([result(denies_it, "depends")], [], CONDITIONAL),
        ([result(denies_it), result(gives)], [], CONDITIONAL),
        ([result(denies_it)], [right()], CONDITIONAL),
        ([result(denies_it, "depends"), result(gives)], [], YES),
        ([result(absent)], [], ABSENT),
        ([result(absent), result(absent)], [], ABSENT),
        ([result(absent), result(denies_it)], [], NO),
        ([result(absent), result(denies_it, "depends")], [], ABSENT),
        ([result(absent, "depends")], [], CONDITIONAL),
        ([result(absent, "depends"), result(denies_it)], [], NO),
        ([result(absent), result(gives)], [], CONDITIONAL),
        ([result(absent)], [right()], CONDITIONAL),
        ([], [right()], YES),
        ([], [right("lawful_stay")], CONDITIONAL),
        ([], [right("date_unsure")], CONDITIONAL),
        ([], [right("nationals_only")], CONDITIONAL),
        ([], [right("branches_unconfirmed", confirmed=False)], UNCONFIRMED),
        ([], [right("provision_unconfirmed", confirmed=False)], UNCONFIRMED),
        ([], [right("ratification_unconfirmed", confirmed=False)], UNCONFIRMED),
        ([], [right("resident", "ratification_unconfirmed", confirmed=False)], CONDITIONAL),
        ([], [right("resident"), right("provision_unconfirmed", confirmed=False)], UNCONFIRMED),
        ([result(gives, "depends")], [right()], YES),
        ([], [promise], CONDITIONAL),
        ([result(gives, "depends")], [promise], CONDITIONAL),
        ([result(gives, **known)], [promise], UNCONFIRMED),
        ([result(denies_it)], [promise], CONDITIONAL),
    ]
    for rules, derived, state in expected:
        found = _state(tuple(rules), tuple(derived), book.catalogue)
        assert found == state, (rules, derived)


# -- a small law of treaties alone ----------------------------------------------------------------


@dataclass
class SmallLaw:
    """What a map reads, without any national law."""

    treaties: Treaties
    catalogue: Catalogue
    version: str = "small"
    context: Context = Context()  # noqa: RUF009 - it does not change

    def candidates(self, *_: object) -> list[Rule]:
        return []


def drawn(book: LawBook, *records: Record, **known: str) -> dict[str, dict[str, Cell]]:
    """The cells of a map of a small world, by column and branch."""
    reader = SmallLaw(world(*records), book.catalogue)
    found = map_in(reader, case_of(**{"home": "KR", "to": "US", **known}))  # type: ignore[arg-type]
    check(found, reader)  # type: ignore[arg-type]
    return {column: {branch: found.cell(branch, column) for branch in BRANCHES} for column in COLUMNS}


def states(cells: dict[str, Cell]) -> set[str]:
    return {cell.state for cell in cells.values()}


@pytest.mark.parametrize("record", [NoAgreement(("KR", "US"), KNOWN), listed("KR", "JP"), listed("US")])
def test_no_agreement_is_a_no_to_added_years_alone(book: LawBook, record: Record) -> None:
    cells = drawn(book, record)
    seen = record.provenance.evidence == "seen"  # type: ignore[union-attr]
    for cell in cells["totalization"].values():
        assert cell.state == NO and cell.no_agreement and cell.seen == seen
    for cell in cells["export"].values():  # national law may pay abroad without one
        assert cell.state == GAP and cell.no_agreement and not cell.seen
    assert {
        state for column in ("covered", "equal_treatment", "fallback") for state in states(cells[column])
    } == {GAP}


@pytest.mark.parametrize(
    ("changes", "named", "unnamed"),
    [
        ({}, YES, NO),
        ({"seen": ("totalization", "export")}, UNCONFIRMED, GAP),
        ({"seen": ("branches",)}, UNCONFIRMED, NO),
        ({"provenance": KNOWN}, UNCONFIRMED, GAP),
        ({"start": "2026"}, CONDITIONAL, NO),
        ({"status": "in_force_partly"}, CONDITIONAL, NO),
        ({"regions": ("US-NY",)}, CONDITIONAL, NO),
        ({"totalization": False}, NO, NO),
        ({"totalization": False, "seen": ("branches",)}, GAP, NO),
        ({"totalization": None}, GAP, NO),
        ({"totalization": ("old_age",)}, YES, NO),
        ({"totalization": ("old_age",), "seen": ("branches",)}, UNCONFIRMED, NO),
    ],
)
def test_an_agreement_is_a_no_where_its_branches_were_seen(
    book: LawBook, changes: dict[str, object], named: str, unnamed: str
) -> None:
    held = agreement(**changes)
    cells = drawn(book, held, listed("US", "KR"))
    added = cells["totalization"]
    assert (added["old_age"].state, added["sickness"].state) == (named, unnamed)
    for cell in added.values():
        assert cell.left_out == ((held,) if cell.state == NO else ())
    assert {cells["export"][branch].state for branch in BRANCHES if branch != "old_age"} == {GAP}


def test_what_one_agreement_leaves_out_another_may_give(book: LawBook) -> None:
    one, other = agreement("ssa-one"), agreement("ssa-two", branches=("invalidity",), seen=())
    assert drawn(book, one)["totalization"]["sickness"].state == NO
    for pair in ((one, other), (other, one)):
        cells = drawn(book, *pair)["totalization"]
        assert (cells["old_age"].state, cells["invalidity"].state) == (YES, UNCONFIRMED)
        assert cells["sickness"].state == GAP  # the branches of the second are not confirmed
    both = drawn(book, one, replace(other, seen=("branches",)))["totalization"]
    assert {each.id for each in both["sickness"].left_out} == {"ssa-one", "ssa-two"}


def test_what_an_instrument_adds_is_not_left_out(book: LawBook) -> None:
    both = [ratified("C157", country) for country in ("KR", "US")]
    cells = drawn(book, agreement(), *both)["totalization"]
    assert (cells["invalidity"].state, cells["invalidity"].left_out) == (CONDITIONAL, ())
    assert cells["sickness"].state == NO and cells["sickness"].left_out


@pytest.mark.parametrize("status", ["signed_not_in_force", "draft", "non_binding", "terminated", "unknown"])
def test_what_is_not_in_force_is_nothing_in_the_map(book: LawBook, status: str) -> None:
    cells = drawn(book, agreement(status=status, equal_treatment=True))
    assert {state for column in COLUMNS for state in states(cells[column])} == {GAP}


def test_equal_treatment_by_an_agreement_is_a_yes_only_if_it_was_seen(book: LawBook) -> None:
    for seen, state in ((("branches", "equal_treatment"), YES), (("branches",), UNCONFIRMED)):
        cells = drawn(book, agreement(equal_treatment=True, seen=seen))["equal_treatment"]
        assert {branch: cell.state for branch, cell in cells.items() if cell.state != GAP} == {
            "old_age": state
        }


def test_a_promise_of_a_treaty_alone_covers_nobody_for_sure(book: LawBook) -> None:
    urgent = drawn(book, ratified("ICRMW", "US"))
    assert urgent["covered"]["medical_care"].state == CONDITIONAL
    assert states(urgent["equal_treatment"]) == {CONDITIONAL}
    at_sea = drawn(book, ratified("MLC", "US"), sector="seafaring")["covered"]
    assert {branch for branch, cell in at_sea.items() if cell.state == CONDITIONAL} == {
        "medical_care", "sickness", "employment_injury", "invalidity", "survivors",
    }  # fmt: skip
    sure = drawn(book, ratified("C19", "US"), ratified("C19", "KR"))
    assert sure["equal_treatment"]["employment_injury"].state == YES
    assert states(sure["covered"]) == {GAP}


# -- the real law -------------------------------------------------------------------------------


def test_a_corridor_with_a_framework(base: LawBase) -> None:
    found = map_of(base, "HR", "DE", status="regular")
    assert "msa-eu-883-2004" in {each.id for each in found.derivation.agreements}
    for branch in BRANCHES:
        for column in CROSSING:
            cell = found.cell(branch, column)
            assert (cell.branch, cell.column) == (branch, column)
            assert "msa-eu-883-2004" in {each.instrument for each in cell.derived}
    before = map_of(base, "HR", "DE", status="regular", on="2013-06-30")
    assert "msa-eu-883-2004" not in {each.id for each in before.derivation.agreements}


def test_a_pair_known_to_have_no_agreement(base: LawBase) -> None:
    found = map_of(base, "NP", "QA", sector="construction", status="regular")
    assert found.derivation.no_agreement is not None
    for branch in BRANCHES:
        added, paid = (found.cell(branch, column) for column in CROSSING)
        assert added.no_agreement and paid.no_agreement and added.state != GAP
        assert added.state == NO or added.rules or added.derived
        assert (paid.state == GAP) == (not paid.rules and not paid.derived)
        assert not found.cell(branch, "covered").no_agreement


def test_where_nobody_has_such_an_insurance_there_is_nothing_to_share_or_to_pay(base: LawBase) -> None:
    found = map_of(base, "NP", "LB", sector="construction", status="regular")
    for column in ("covered", "equal_treatment", "totalization", "export"):
        cell = found.cell("unemployment", column)
        assert cell.state == ABSENT, column
        assert {result.rule.values.get("obstacle") for result in cell.rules} == {"no_scheme"}
    assert found.cell("unemployment", "fallback").state != ABSENT
    assert found.cell("maternity", "covered").state != ABSENT


def test_national_law_on_equality_stands_under_equal_treatment(base: LawBase, book: LawBook) -> None:
    rules = [rule for rule in book.rules.values() if rule.type == "equal_social_security"]
    shown = {
        (result.rule.id, cell.column)
        for to in sorted({place for rule in rules for place in rule.key.destinations} & COUNTRIES)
        for cell in map_of(base, "NP" if to != "NP" else "IN", to, status="regular").cells
        for result in cell.rules
        if result.rule in rules
    }
    equal = {rule for rule, column in shown if column == "equal_treatment"}
    assert len(equal) >= 10 and not {rule for rule, column in shown if column == "covered"}


def test_an_unknown_corridor_is_gaps_not_noes(base: LawBase) -> None:
    found = map_of(base, "TV", "NR")
    assert {cell.state for cell in found.cells} == {GAP}


def test_irregular_work_keeps_what_c143_gives(base: LawBase) -> None:
    for status in ("irregular", "regular"):
        found = map_of(base, "NG", "CM", status=status)
        instruments = {each.instrument for each in found.cell("old_age", "equal_treatment").derived}
        assert ("C143" in instruments) == (status == "irregular")


def test_the_signed_gives_nothing(base: LawBase) -> None:
    found = map_of(base, "UA", "DE")
    assert "ssa-de-ua" in {each.instrument for each in found.derivation.setbacks}
    assert "ssa-de-ua" not in {each.instrument for cell in found.cells for each in cell.derived}


def test_every_pair_with_an_agreement_whose_branches_were_seen(base: LawBase) -> None:
    """Here added years are refused by what an agreement leaves out; all pairs are too many."""
    refused = 0
    with base.reading() as reader:
        for each in reader.treaties.agreements.values():
            if each.social_security and each.binding and each.confirmed("branches"):
                home, to = each.parties[:2]
                found = map_in(reader, case_of(home=home, to=to))
                check(found, reader)
                refused += any(cell.left_out for cell in found.cells)
    assert refused


# -- every pair ---------------------------------------------------------------------------------


def walk(base: LawBase, cases: Iterable[tuple[str, str, str | None]]) -> None:
    """Draws and checks every map, and prints how long one takes and what the cells say."""
    times, states = [], Counter[str]()
    with base.reading() as reader:
        map_in(reader, case_of(home="NP", to="QA"))
        for home, to, status in cases:
            case = case_of(home=home, to=to, **({"status": status} if status else {}))
            begun = time.perf_counter()
            found = map_in(reader, case)
            times.append((time.perf_counter() - begun) * 1_000)
            check(found, reader)
            states.update(cell.state for cell in found.cells)
    cuts = statistics.quantiles(times, n=100)
    print(f"\n{len(times)} maps: p50 {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms, most {max(times):.1f} ms")
    print(", ".join(f"{state} {states[state] / states.total():.1%}" for state in STATES))
    assert cuts[98] < BOUND_MS


def pairs() -> Iterator[tuple[str, str]]:
    return ((home, to) for home in CODES for to in CODES if home != to)


def test_a_fixed_sample_of_pairs_and_statuses(base: LawBase) -> None:
    drawn = random.Random(3)
    chosen = drawn.sample(list(pairs()), SAMPLE)
    walk(base, ((home, to, drawn.choice((None, *STATUSES))) for home, to in chosen))
