"""Treaties: read with every mistake named, kept whole in the database, and what follows from them by day."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.rules.errors import LawMistakes
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook, read_law
from bot.rules.model import Group, Membership, Provenance, Source
from bot.rules.treaties.derivation import (
    CONDITIONS,
    EQUALITY,
    EXPORT,
    TOTALIZATION,
    Derivation,
    Treaties,
    derive,
)  # fmt: skip
from bot.rules.treaties.model import (
    AGREEMENT_STATUSES,
    ENDED,
    IN_FORCE,
    NOT_YET,
    UNSURE,
    Agreement,
    Instrument,
    NoAgreement,
    Ratification,
)  # fmt: skip
from bot.rules.treaties.serial import treaties_from_json, treaties_to_json
from bot.rules.vocabulary import BRANCHES
from tests.rules.support import TODAY, case_of

HERE = Path(__file__).parent
SEEN = Provenance(Source("List of ratifications", "ILO", None), None, "2026", "seen", "high")
KNOWN = Provenance(None, None, None, "known", "medium")

# -- reading ------------------------------------------------------------------------------------

SOURCES = "sources:\n  list: {title: List, publisher: ILO}\n"
RATIFIED = f"law: ratifications\ninstrument: C118\n{SOURCES}ratifications:\n"
AGREED = f"law: agreements\n{SOURCES}agreements:\n"
INSTRUMENTS = f"law: instruments\n{SOURCES}instruments:\n"
KNOWN_YAML = "source: null, as_of: null, evidence: known, confidence: low"
C118 = (
    f"{INSTRUMENTS}- {{id: C118, kind: convention, title: Equality of Treatment, year: 1962, {KNOWN_YAML}}}\n"
)
BLOCK = """- id: ssa-aa
  kind: bilateral_ssa
  parties: [KR, US]
  status: in_force
  source: list
  evidence: seen
  confidence: high
"""

# file, line of the mistake, field, words of problem or mend
MISTAKES = {
    "unknown country": (
        f"{RATIFIED}- {{country: ZZ, status: in_force, {KNOWN_YAML}}}\n", 6, "country", "ISO 3166-1",
    ),
    "unknown status": (
        f"{RATIFIED}- {{country: NP, status: ratified, {KNOWN_YAML}}}\n", 6, "status", "not_ratified_known",
    ),
    "no such branch": (
        f"{RATIFIED}- {{country: NP, status: in_force, branches: [pension], {KNOWN_YAML}}}\n", 6, "branches",
        "old_age",
    ),
    "no such day": (
        f"{RATIFIED}- {{country: NP, status: in_force, ratified: '1984-02-30', {KNOWN_YAML}}}\n", 6,
        "ratified", "Write '2021'",
    ),
    "country twice": (
        f"{RATIFIED}- {{country: NP, status: in_force, {KNOWN_YAML}}}\n"
        f"- {{country: NP, status: denounced, {KNOWN_YAML}}}\n", 7, "country", "Keep one",
    ),
    "unknown key": (
        f"{RATIFIED}- {{country: NP, status: in_force, day: 3, {KNOWN_YAML}}}\n", 6, "day", "Known: country",
    ),
    "seen without source": (
        f"{RATIFIED}- {{country: NP, status: in_force, as_of: null, evidence: seen, confidence: low}}\n", 6,
        "source", "evidence: known",
    ),
    "one party": (AGREED + BLOCK.replace("[KR, US]", "[KR]"), 7, "parties", "at least two"),
    "no such kind": (AGREED + BLOCK.replace("bilateral_ssa", "treaty"), 6, "kind", "multilateral_ssa"),
    "no such agreement status": (
        AGREED + BLOCK.replace("in_force", "active"), 8, "status", "signed_not_in_force",
    ),
    "bad id": (AGREED + BLOCK.replace("ssa-aa", "SSA_AA"), 5, "id", "small letters"),
    "agreement twice": (AGREED + BLOCK + BLOCK, 12, "id", "stands twice"),
    "since of a stranger": (f"{AGREED}{BLOCK}  since: {{FR: '2001'}}\n", 12, "FR", "parties' country codes"),
    "since in a list": (f"{AGREED}{BLOCK}  since: [KR]\n", 12, "since", "mapping by country"),
    "months in words": (f"{AGREED}{BLOCK}  posting_months: five years\n", 12, "posting_months", "digits"),
    "maybe": (f"{AGREED}{BLOCK}  export: perhaps\n", 12, "export", "true or false"),
    "no such principle": (
        f"{INSTRUMENTS}- id: C999\n  kind: convention\n  title: X\n  year: 1999\n"
        "  principles: {fairness: true}\n  source: null\n  evidence: known\n  confidence: low\n",
        9, "fairness", "equality_of_treatment",
    ),
    "no instrument id": (
        f"{INSTRUMENTS}- {{id: c118, kind: convention, title: X, year: 1999, {KNOWN_YAML}}}\n", 5, "id",
        "C118",
    ),
    "three in a pair": (
        f"law: agreements\nno_agreement:\n- {{parties: [NP, QA, AE], {KNOWN_YAML}}}\n", 3, "parties",
        "Mend the pair",
    ),
    "pair twice": (
        f"law: agreements\nno_agreement:\n- {{parties: [NP, QA], {KNOWN_YAML}}}\n"
        f"- {{parties: [QA, NP], {KNOWN_YAML}}}\n", 4, "parties", "each pair once",
    ),
}  # fmt: skip


def law_with(folder: Path, text: str, *others: str) -> Path:
    """The small good law book, and files of treaties."""
    law = folder / "law"
    shutil.copytree(HERE / "good", law)
    for number, each in enumerate((text, *others)):
        (law / f"zz{number}.yml").write_text(each, encoding="utf-8")
    return law


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_file_line_field_and_mend(mistake: str, tmp_path: Path) -> None:
    text, line, field, words = MISTAKES[mistake]
    others = () if text.startswith("law: instruments") else (C118,)
    with pytest.raises(LawMistakes) as caught:
        read_law(law_with(tmp_path, text, *others))
    shown = "\n".join(str(each) for each in caught.value.mistakes)
    found = [each for each in caught.value.mistakes if each.field == field]
    assert found, shown
    assert (Path(found[0].file).name, found[0].line) == ("zz0.yml", line), shown
    assert words in f"{found[0].problem} {found[0].mend}", shown
    assert found[0].mend.endswith((".", "...")), shown


def test_a_ratification_of_nothing_and_a_group_of_nobody_are_named(tmp_path: Path) -> None:
    ratified = f"{RATIFIED}- {{country: NP, status: in_force, {KNOWN_YAML}}}\n"
    with pytest.raises(LawMistakes, match="no instrument 'C118'"):
        read_law(law_with(tmp_path / "one", ratified))
    with pytest.raises(LawMistakes, match="no group 'atlantis'"):
        read_law(law_with(tmp_path / "two", f"{AGREED}{BLOCK}  group: atlantis\n"))


def test_a_good_file_is_read(tmp_path: Path) -> None:
    ratified = f"{RATIFIED}- {{country: NP, status: in_force, ratified: 1984-03-01, {KNOWN_YAML}}}\n"
    book = read_law(law_with(tmp_path, ratified, C118, AGREED + BLOCK)).treaties
    assert book.ratifications["C118/NP"].ratified == "1984-03-01"
    assert book.agreements["ssa-aa"].parties == ("KR", "US")


def test_the_database_gives_back_what_was_read(book: LawBook, base: LawBase) -> None:
    read = book.treaties
    assert len(read.instruments) >= 31 and len(read.agreements) >= 600 and len(read.ratifications) >= 1_000
    with base.reading() as reader:
        held = reader.treaties
    assert held.instruments == read.instruments
    assert held.ratifications == {
        (each.instrument, each.country): each for each in read.ratifications.values()
    }
    assert held.agreements == read.agreements
    assert held.none_known == {frozenset(each.parties): each for each in read.none_known.values()}
    again = treaties_from_json(treaties_to_json(read).items(), book.groups)
    assert again.agreements == held.agreements and again.ratifications == held.ratifications


def test_what_the_data_names_exists(book: LawBook) -> None:
    fields = {"branches", "totalization", "export"}
    for agreement in book.treaties.agreements.values():
        assert agreement.hub is None or agreement.hub in agreement.parties, agreement.id
        assert {party for party, _ in agreement.since} <= set(agreement.parties), agreement.id
        assert {region[:2] for region in agreement.regions} <= set(agreement.parties), agreement.id
        if agreement.totalization and not agreement.branches:
            assert agreement.note, agreement.id  # says what it is about instead
        assert fields & set(agreement.seen) == set() or agreement.provenance.evidence == "seen", agreement.id
    pairs = {frozenset(pair.parties) for pair in book.treaties.none_known.values()}
    held = Treaties(agreements=book.treaties.agreements, groups=book.groups)
    for pair in pairs:  # none known, and one in force, cannot both be true
        one, other = sorted(pair)
        assert not [
            each.id
            for each in held.between(one, other)
            if each.kind != "bilateral_labour_agreement" and held.bound(each, one, other, TODAY) == IN_FORCE
        ], pair


# -- a small world ------------------------------------------------------------------------------


def ratified(
    instrument: str, country: str, *branches: str, status: str = "in_force", seen: bool = True,
    on: str | None = "2000-01-01", **dates: str,
) -> Ratification:  # fmt: skip
    provenance = SEEN if seen else KNOWN
    return Ratification(instrument, country, status, provenance, on, branches=branches, **dates)


def agreement(name: str = "ssa-kr-us", parties: Iterable[str] = ("KR", "US"), **changes: object) -> Agreement:
    whole = Agreement(
        name, "bilateral_ssa", tuple(parties), "in_force", SEEN, start="2001-04-01", branches=("old_age",),
        totalization=True, export=True, seen=("branches", "totalization", "export"),
    )  # fmt: skip
    return replace(whole, **changes)  # type: ignore[arg-type]


def world(*records: Ratification | Agreement, groups: Iterable[Group] = ()) -> Treaties:
    held = [each for each in records if isinstance(each, Ratification)]
    return Treaties(
        {
            each.instrument: Instrument(each.instrument, "convention", "", 1900, (), False, False, SEEN)
            for each in held
        },
        {(each.instrument, each.country): each for each in held},
        {each.id: each for each in records if isinstance(each, Agreement)},
        {},
        {group.id: group for group in groups},
    )


def given(treaties: Treaties, principle: str | None = None, **known: str) -> dict[str, tuple[str, ...]]:
    """Conditions by branch (by principle/branch when none is named) of a case in US from KR."""
    case = case_of(**{"home": "KR", "to": "US", **known})
    return {
        each.branch if principle else f"{each.principle}/{each.branch}": each.conditions
        for each in derive(case, treaties).rights
        if principle in (None, each.principle)
    }


def reasons(found: Derivation) -> dict[str, str]:
    return {each.instrument: each.reason for each in found.setbacks}


def test_work_accidents_need_both_ratifications() -> None:
    both = world(ratified("C19", "US"), ratified("C19", "KR"))
    assert given(both) == {f"{EQUALITY}/employment_injury": ()}
    assert given(both, status="irregular") == given(both)
    assert not given(world(ratified("C19", "US")))
    assert not given(world(ratified("C19", "KR")))


def test_c118_gives_equality_by_the_hosts_branches_and_export_where_both_accepted() -> None:
    treaties = world(
        ratified("C118", "US", "old_age", "survivors", "maternity", "sickness"),
        ratified("C118", "KR", "old_age", "maternity", "family_benefit"),
    )
    assert set(given(treaties, EQUALITY)) == {"old_age", "survivors", "maternity", "sickness"}
    assert set(given(treaties, EXPORT)) == {"old_age"}  # art. 5 speaks of long-term benefits alone
    assert not given(treaties, TOTALIZATION)
    other_way = derive(case_of(home="US", to="KR"), treaties)
    assert {each.country for each in other_way.rights} == {"KR"}


def test_c118_asks_no_reciprocity_of_refugees() -> None:
    alone = world(ratified("C118", "US", "old_age", "maternity"))
    assert not given(alone) and not given(alone, status="regular")
    assert given(alone, status="refugee") == {f"{EQUALITY}/old_age": (), f"{EQUALITY}/maternity": ()}
    home_only = world(ratified("C118", "KR", "old_age"))
    assert not given(home_only, status="refugee")


def test_c157_adds_and_exports_between_two_ratifying_states_alone() -> None:
    both = world(ratified("C157", "US"), ratified("C157", "KR"))
    long_term = {"old_age", "invalidity", "survivors", "employment_injury"}
    assert set(given(both, TOTALIZATION)) == long_term == set(given(both, EXPORT))
    assert not given(world(ratified("C157", "US"))) and not given(world(ratified("C157", "KR")))


def test_c102_carries_its_conditions() -> None:
    host = ratified("C102", "US", "old_age", "sickness")
    alone = given(world(host), EQUALITY)
    assert alone == dict.fromkeys(
        ("old_age", "sickness"), ("resident", "not_tax_funded", "reciprocity_possible")
    )
    both = given(world(host, ratified("C102", "KR", "old_age")), EQUALITY)
    assert both["old_age"] == ("resident", "not_tax_funded")
    assert "reciprocity_possible" in both["sickness"]
    assert not given(world(host), status="irregular")
    assert not given(world(ratified("C102", "KR", "old_age")))


def test_c97_is_for_lawful_presence() -> None:
    treaties = world(ratified("C97", "US"))
    assert given(treaties, EQUALITY, status="regular") == dict.fromkeys(BRANCHES, ())
    assert given(treaties, EQUALITY) == dict.fromkeys(BRANCHES, ("lawful_stay",))
    assert not given(treaties, status="irregular")


def test_c143_is_for_past_work_where_the_status_is_not_regular() -> None:
    treaties = world(ratified("C143", "US"))
    for known in ({}, {"status": "irregular"}):
        assert given(treaties, EQUALITY, **known) == dict.fromkeys(BRANCHES, ("past_work",))
    assert not given(treaties, status="regular")


def test_c189_is_for_domestic_work() -> None:
    treaties = world(ratified("C189", "US"))
    assert given(treaties, EQUALITY, sector="domestic_work") == {"maternity": ()}
    assert given(treaties, EQUALITY) == {"maternity": ("domestic_work",)}
    assert not given(treaties, sector="construction")


@pytest.mark.parametrize("instrument", ["C19", "C118", "C157", "C102", "C97", "C143", "C189"])
@pytest.mark.parametrize("host_status", ["not_ratified_known", "denounced"])
def test_nothing_follows_from_what_does_not_bind(instrument: str, host_status: str) -> None:
    treaties = world(
        ratified(instrument, "US", "old_age", status=host_status), ratified(instrument, "KR", "old_age")
    )
    for status in (None, "regular", "irregular", "refugee"):
        case = case_of(home="KR", to="US", **({"status": status} if status else {}))
        found = derive(case, treaties)
        assert not found.rights
        assert reasons(found) == ({instrument: "ended"} if host_status == "denounced" else {})


@pytest.mark.parametrize("instrument", ["C19", "C118", "C157"])
def test_a_reciprocal_instrument_gives_nothing_where_the_home_country_is_out(instrument: str) -> None:
    for status in ("not_ratified_known", "denounced"):
        treaties = world(
            ratified(instrument, "US", "old_age"), ratified(instrument, "KR", "old_age", status=status)
        )
        assert not given(treaties)


# -- days ---------------------------------------------------------------------------------------


def test_a_ratification_counts_from_twelve_months_later_to_the_day() -> None:
    treaties = world(ratified("C97", "US", on="2019-09-11"))
    expected = {"2019-09-11": 0, "2020-09-10": 0, "2020-09-11": 9, "2020-09-12": 9}
    assert {day: len(given(treaties, on=day, status="regular")) for day in expected} == expected
    before = derive(case_of(home="KR", to="US", on="2020-09-10"), treaties)
    assert reasons(before) == {"C97": "not_yet"}


def test_a_ratification_on_a_leap_day_has_a_year_too() -> None:
    record = ratified("C97", "US", on="2020-02-29")
    assert [record.force(date(2021, 2, each)) for each in (27, 28)] == [NOT_YET, IN_FORCE]


def test_an_unsure_year_is_said() -> None:
    treaties = world(ratified("C97", "US", on="2019"))
    assert not given(treaties, on="2019-12-31", status="regular")
    unsure = given(treaties, EQUALITY, on="2020-06-01", status="regular")
    assert set(unsure.values()) == {("date_unsure",)}
    assert set(given(treaties, EQUALITY, on="2020-12-31", status="regular").values()) == {()}


@pytest.mark.parametrize("end", ["2005-12-20", "2005-12", "2005"])
def test_a_denunciation_ends_it_to_the_day(end: str) -> None:
    record = ratified("C118", "SE", "old_age", on="1963-04-25", status="denounced", end=end)
    last = {"2005-12-20": date(2005, 12, 20)}.get(end, date(2005, 12, 31))
    assert record.force(date(1963, 4, 25)) == NOT_YET
    assert record.force(date(2004, 12, 31)) == IN_FORCE
    assert record.force(last) == (IN_FORCE if len(end) == 10 else UNSURE)
    assert record.force(date.fromordinal(last.toordinal() + 1)) == ENDED


def test_an_agreement_counts_from_its_start_to_its_end() -> None:
    treaties = world(agreement(end="2010-06-30"))
    days = {"2001-03-31": 0, "2001-04-01": 2, "2001-04-02": 2, "2010-06-30": 2, "2010-07-01": 0}
    assert {day: len(given(treaties, on=day)) for day in days} == days
    found = {day: reasons(derive(case_of(home="KR", to="US", on=day), treaties)) for day in days}
    assert found["2001-03-31"] == {"ssa-kr-us": "not_yet"}
    assert found["2001-04-01"] == {}
    assert found["2010-07-01"] == {"ssa-kr-us": "ended"}


def test_a_party_that_joined_later_counts_from_then() -> None:
    late = agreement("msa", ("KR", "US", "JP"), since=(("KR", "2005-05-05"),))
    days = {"2001-04-01": 0, "2005-05-04": 0, "2005-05-05": 2, "2005-05-06": 2}
    assert {day: len(given(world(late), on=day)) for day in days} == days
    assert len(given(world(late), home="JP", on="2001-04-01")) == 2


def test_a_change_of_membership_changes_the_answer_that_day() -> None:
    group = Group("club", "Club", (Membership("US"), Membership("KR", "2003-01-01", "2009-12-31")))
    framed = agreement("msa", ("KR", "US"), group="club")
    days = {"2002-12-31": 0, "2003-01-01": 2, "2009-12-31": 2, "2010-01-01": 0}
    assert {day: len(given(world(framed, groups=[group]), on=day)) for day in days} == days


def of(book: LawBook, name: str, one: str, other: str, day: str) -> bool:
    """Whether an agreement of the real law is in force between two countries on a day, both ways."""
    held = Treaties(agreements=book.treaties.agreements, groups=book.groups)
    found = {
        name in {each.id for each in derive(case_of(home=home, to=to, on=day), held).agreements}
        for home, to in ((one, other), (other, one))
    }
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize(
    ("name", "one", "other", "start"),
    [
        ("msa-eu-883-2004", "HR", "DE", "2013-07-01"),
        ("msa-eu-883-2004", "DE", "FR", "2010-05-01"),
        ("msa-eu-883-2004", "CH", "IT", "2012-04-01"),
        ("msa-eu-883-2004", "NO", "PL", "2012-06-01"),
        ("msa-iberoamerican", "ES", "PE", "2016-10-20"),
        ("msa-iberoamerican", "ES", "BO", "2011-05-01"),
        ("msa-iberoamerican", "CO", "ES", "2023-08-01"),
        ("msa-eu-uk-tca", "GB", "PL", "2021-01-01"),
        ("ssa-kr-us", "KR", "US", "2001-04-01"),
        ("ssa-jp-ph", "JP", "PH", "2018-08-01"),
    ],
)
def test_the_real_frameworks_begin_on_their_day(
    book: LawBook, name: str, one: str, other: str, start: str
) -> None:
    first = date.fromisoformat(start).toordinal()
    days = [date.fromordinal(first + step).isoformat() for step in (-1, 0, 1)]
    assert [of(book, name, one, other, day) for day in days] == [False, True, True]


def test_a_hub_binds_its_spokes_with_itself_alone(book: LawBook) -> None:
    held = Treaties(agreements=book.treaties.agreements, groups=book.groups)
    found = derive(case_of(home="DE", to="FR"), held)
    assert "msa-eu-uk-tca" not in {each.instrument for each in found.rights} | set(reasons(found))
    assert "msa-eu-883-2004" in {each.id for each in found.agreements}
    assert {"msa-eu-uk-tca"} == {
        each.id for each in derive(case_of(home="DE", to="GB"), held).agreements if each.hub
    }


# -- what an agreement gives --------------------------------------------------------------------


def test_an_agreement_gives_its_branches_and_provisions() -> None:
    assert given(world(agreement())) == {f"{TOTALIZATION}/old_age": (), f"{EXPORT}/old_age": ()}
    assert given(world(agreement(export=False))) == {f"{TOTALIZATION}/old_age": ()}
    assert given(world(agreement(totalization=None))) == {f"{EXPORT}/old_age": ()}
    assert not given(world(agreement(kind="bilateral_labour_agreement")))


@pytest.mark.parametrize(
    ("changes", "conditions"),
    [
        ({"seen": ("totalization", "export")}, ("branches_unconfirmed",)),
        ({"seen": ("branches", "export")}, ("provision_unconfirmed",)),
        ({"seen": ("parties",)}, ("branches_unconfirmed", "provision_unconfirmed")),
        ({"provenance": KNOWN}, ("branches_unconfirmed", "provision_unconfirmed")),
        ({"start": "2026"}, ("date_unsure",)),
        ({"status": "in_force_partly"}, ("date_unsure",)),
        ({"regions": ("US-NY",)}, ("part_of_country",)),
        ({"regions": ("KR-11",)}, ("part_of_country",)),
    ],
)
def test_what_is_not_sure_is_a_condition(changes: dict[str, object], conditions: tuple[str, ...]) -> None:
    found = derive(case_of(home="KR", to="US"), world(agreement(**changes)))
    added = next(each for each in found.rights if each.principle == TOTALIZATION)
    assert added.conditions == conditions
    assert set(conditions) <= set(CONDITIONS)
    assert added.confirmed == (not {"branches_unconfirmed", "provision_unconfirmed"} & set(conditions))


def test_an_unconfirmed_ratification_says_so() -> None:
    treaties = world(ratified("C19", "US"), ratified("C19", "KR", seen=False))
    (right,) = derive(case_of(home="KR", to="US"), treaties).rights
    assert right.conditions == ("ratification_unconfirmed",) and not right.confirmed
    assert right.provenance is KNOWN


def test_a_region_is_bound_alone() -> None:
    treaties = world(agreement(regions=("US-NY",)))
    assert set(given(treaties, to="US-NY").values()) == {()}
    elsewhere = derive(case_of(home="KR", to="US-CA"), treaties)
    assert not elsewhere.rights and not elsewhere.agreements and not elsewhere.setbacks


@pytest.mark.parametrize("status", [each for each in AGREEMENT_STATUSES if not each.startswith("in_force")])
def test_what_is_not_in_force_gives_nothing_and_is_named(status: str) -> None:
    found = derive(case_of(home="KR", to="US"), world(agreement(status=status)))
    assert not found.rights and not found.agreements
    expected = {
        "non_binding": "not_binding", "draft": "not_binding", "terminated": "ended",
        "signed": "force_unknown", "unknown": "force_unknown",
    }  # fmt: skip
    assert reasons(found) == {"ssa-kr-us": expected.get(status, "not_yet")}


def test_a_labour_agreement_is_of_one_direction() -> None:
    labour = agreement(
        "bla", kind="bilateral_labour_agreement", origin="KR", destination="US", status="signed"
    )
    assert reasons(derive(case_of(home="KR", to="US"), world(labour))) == {"bla": "force_unknown"}
    assert not derive(case_of(home="US", to="KR"), world(labour)).setbacks


@pytest.mark.parametrize(
    ("name", "home", "to", "reason"),
    [
        ("msa-andean-583", "CO", "EC", "not_yet"),
        ("msa-ecowas", "GH", "NG", "not_yet"),
        ("msa-uma", "MA", "TN", "not_yet"),
        ("msa-cepgl", "RW", "BI", "force_unknown"),
        ("ssa-de-ua", "UA", "DE", "not_yet"),
    ],
)
def test_the_real_setbacks(book: LawBook, name: str, home: str, to: str, reason: str) -> None:
    held = Treaties(agreements=book.treaties.agreements, groups=book.groups)
    found = derive(case_of(home=home, to=to), held)
    assert reasons(found)[name] == reason
    assert name not in {each.instrument for each in found.rights}


def test_a_guideline_gives_nothing(book: LawBook) -> None:
    held = Treaties(agreements=book.treaties.agreements, groups=book.groups)
    unbinding = [each for each in held.agreements.values() if each.status in ("non_binding", "draft")]
    assert unbinding
    for each in unbinding:
        found = derive(case_of(home=each.parties[0], to=each.parties[1]), held)
        assert reasons(found)[each.id] == "not_binding"
        assert each.id not in {right.instrument for right in found.rights}


def test_a_pair_known_to_have_none_is_said_both_ways() -> None:
    pair = NoAgreement(("KR", "US"), KNOWN)
    treaties = Treaties(none_known={frozenset(pair.parties): pair})
    for home, to in (("KR", "US"), ("US", "KR")):
        assert derive(case_of(home=home, to=to), treaties).no_agreement is pair
    assert derive(case_of(home="KR", to="JP"), treaties).no_agreement is None


def test_without_both_countries_nothing_follows(book: LawBook) -> None:
    held = Treaties(agreements=book.treaties.agreements, groups=book.groups)
    for case in (case_of(home="NP"), case_of(to="QA"), case_of()):
        assert derive(case, held) == Derivation((), (), (), None)


def test_mistakes_end_in_a_line_that_an_editor_can_jump_to(tmp_path: Path) -> None:
    text, line, *_ = MISTAKES["unknown status"]
    with pytest.raises(LawMistakes) as caught:
        read_law(law_with(tmp_path, text, C118))
    assert re.search(rf"zz0\.yml:{line}: status: ", str(caught.value))
