"""Treaties: read with every mistake named, kept whole in the database, and what follows from them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.rules import yamlfile
from bot.rules.errors import Complaints, LawMistakes
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook, read_law
from bot.rules.model import Group, Membership, Provenance, Source
from bot.rules.reading import LawFile
from bot.rules.treaties.derivation import (
    ABOUT_EVIDENCE,
    CONDITIONS,
    Derivation,
    Derived,
    derive,
)  # fmt: skip
from bot.rules.treaties.files import TreatyBook, TreatyReader
from bot.rules.treaties.model import (
    AGREEMENT_STATUSES,
    ENDED,
    EQUALITY,
    EXPORT,
    IN_FORCE,
    LEGISLATION,
    NOT_YET,
    TOTALIZATION,
    UNSURE,
    Agreement,
    AgreementList,
    Instrument,
    NoAgreement,
    Provision,
    Ratification,
)  # fmt: skip
from bot.rules.treaties.register import Treaties
from bot.rules.treaties.serial import treaties_from_json, treaties_to_json
from bot.rules.vocabulary import BRANCHES, PROTECTION, SECTORS, STATUSES
from tests.rules.support import LAW, TODAY, case_of

HERE = Path(__file__).parent
SEEN = Provenance(Source("List of ratifications", "ILO", None), None, "2026", "seen", "high")
KNOWN = Provenance(None, None, None, "known", "medium")

# -- reading ------------------------------------------------------------------------------------

SOURCES = "sources:\n  list: {title: List, publisher: ILO}\n"
RATIFIED = f"law: ratifications\ninstrument: C118\n{SOURCES}ratifications:\n"
AGREED = f"law: agreements\n{SOURCES}agreements:\n"
INSTRUMENTS = f"law: instruments\n{SOURCES}instruments:\n"
PROVIDED = f"law: provisions\n{SOURCES}provisions:\n"
LISTED = f"law: agreements\n{SOURCES}lists:\n"
KNOWN_YAML = "source: null, as_of: null, evidence: known, confidence: low"
C118 = (
    f"{INSTRUMENTS}- {{id: C118, kind: convention, title: Equality of Treatment, year: 1962, {KNOWN_YAML}}}\n"
)
ARTICLE = (
    "- {id: c118-3, instrument: C118, article: '3', principle: equality_of_treatment, topics: [old_age], "
    f"{KNOWN_YAML}}}\n"
)
TERMS = (
    "law: types\nterms:\n  treaty_condition: {resident: if you live there}\n"
    "  undertaking: {equal_court: people can go to court}\n"
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
    "no such instrument": (
        f"{RATIFIED.replace('C118', 'C999')}- {{country: NP, status: in_force, {KNOWN_YAML}}}\n", 6,
        "instrument", "Declare it",
    ),
    "no such group": (f"{AGREED}{BLOCK}  group: nowhere\n", 5, "group", "data/law/regions"),
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
    "added for no branch": (f"{AGREED}{BLOCK}  totalization: [pension]\n", 12, "totalization", "old_age"),
    "no such personal scope": (f"{AGREED}{BLOCK}  personal_scope: all\n", 12, "personal_scope", "nationals"),
    "no such law at sea": (f"{AGREED}{BLOCK}  seafarers: port\n", 12, "seafarers", "flag"),
    "no such method": (f"{AGREED}{BLOCK}  method: half\n", 12, "method", "pro_rata"),
    "refugees perhaps": (f"{AGREED}{BLOCK}  refugees: some\n", 12, "refugees", "true or false"),
    "two lists": (
        f"{LISTED}- {{country: VN, names: [KR], {KNOWN_YAML}}}\n- {{country: VN, names: [], {KNOWN_YAML}}}\n",
        6, "country", "Keep the newer one",
    ),
    "a list of a stranger": (
        f"{LISTED}- {{country: VN, names: [ZZ], {KNOWN_YAML}}}\n", 5, "names", "See the vocabulary",
    ),
    "provision twice": (PROVIDED + ARTICLE + ARTICLE, 6, "id", "stands twice"),
    "provision on nothing": (PROVIDED + ARTICLE.replace("[old_age]", "[]"), 5, "topics", "any topic"),
    "provision on no topic": (PROVIDED + ARTICLE.replace("old_age", "pension"), 5, "topics", "vocabulary"),
    "no such side": (
        PROVIDED + ARTICLE.replace("article:", "bound: host, article:"), 5, "bound", "destination",
    ),
    "no such principle of a provision": (
        PROVIDED + ARTICLE.replace("equality_of_treatment", "fairness"), 5, "principle", "protection",
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


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (("instrument: C118", "instrument: C119"), "no instrument 'C119'"),
        (("article:", "conditions: [rich], article:"), "'rich' is no term of treaty_condition"),
        (("article:", "if_status: rich, article:"), "'rich' is no term of treaty_condition"),
        (("article:", "sectors: [mining], article:"), "'mining' is no term of treaty_condition"),
        (("equality_of_treatment", "protection, what: [gold]"), "'gold' is no term of undertaking"),
        (("equality_of_treatment", "protection"), "`what` goes with `principle: protection`"),
        (("article:", "what: [equal_court], article:"), "`what` goes with `principle: protection`"),
    ],
)
def test_a_provision_must_fit_the_rest(tmp_path: Path, changed: tuple[str, str], words: str) -> None:
    assert read_law(law_with(tmp_path / "good", PROVIDED + ARTICLE, C118, TERMS)).treaties.provisions
    with pytest.raises(LawMistakes, match=re.escape(words)):
        read_law(law_with(tmp_path / "bad", PROVIDED + ARTICLE.replace(*changed), C118, TERMS))


def test_a_good_file_is_read(tmp_path: Path) -> None:
    ratified = f"{RATIFIED}- {{country: NP, status: in_force, ratified: 1984-03-01, {KNOWN_YAML}}}\n"
    book = read_law(law_with(tmp_path, ratified, C118, AGREED + BLOCK)).treaties
    assert book.ratifications["C118/NP"].ratified == "1984-03-01"
    assert book.agreements["ssa-aa"].parties == ("KR", "US")


def test_what_an_agreement_says_is_read_whole(tmp_path: Path) -> None:
    more = """  branches: [old_age, sickness]
  totalization: [old_age]
  export: false
  personal_scope: insured
  refugees: true
  posting_months: 24
  self_employed: true
  seafarers: flag
  certificate: A1
  certificate_from: {KR: the fund}
  method: better_of_two
"""
    lists = f"{LISTED}- {{country: VN, names: [KR], {KNOWN_YAML}}}\n"
    book = read_law(law_with(tmp_path, AGREED + BLOCK + more, lists)).treaties
    read = book.agreements["ssa-aa"]
    assert (read.totalization, read.export, read.equal_treatment) == (("old_age",), False, None)
    assert (read.personal_scope, read.refugees, read.self_employed) == ("insured", True, True)
    assert (read.posting_months, read.seafarers, read.method) == (24, "flag", "better_of_two")
    assert (read.certificate, read.certificate_from) == ("A1", (("KR", "the fund"),))
    assert book.lists["VN"].names == ("KR",)
    again = treaties_from_json(treaties_to_json(book).items(), {})
    assert again.agreements == book.agreements and again.lists == book.lists


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
    assert held.provisions == read.provisions and held.lists == read.lists
    assert held.methods == read.methods
    again = treaties_from_json(treaties_to_json(read).items(), book.groups)
    assert again.agreements == held.agreements and again.ratifications == held.ratifications


def test_what_the_data_names_exists(book: LawBook) -> None:
    fields = {"branches", "totalization", "export", "equal_treatment", "posting_months"}
    for agreement in book.treaties.agreements.values():
        assert agreement.hub is None or agreement.hub in agreement.parties, agreement.id
        assert {party for party, _ in agreement.since} <= set(agreement.parties), agreement.id
        assert {region[:2] for region in agreement.regions} <= set(agreement.parties), agreement.id
        if agreement.totalization and not agreement.branches:
            assert agreement.note, agreement.id  # says what it is about instead
        for given_for in (agreement.totalization, agreement.export):
            if isinstance(given_for, tuple):
                assert set(given_for) <= set(agreement.branches), agreement.id
        assert fields & set(agreement.seen) == set() or agreement.provenance.evidence == "seen", agreement.id


def test_a_pair_known_to_have_none_is_denied_nowhere(real: Treaties) -> None:
    for pair in real.none_known:
        one, other = sorted(pair)
        assert not [
            each.id
            for each in real.between(one, other)
            if each.social_security and real.bound(each, one, other, TODAY) == IN_FORCE
        ], pair
        for country, partner in ((one, other), (other, one)):
            assert country not in real.lists or partner not in real.lists[country].names, pair


def test_a_provision_asks_both_countries_where_its_instrument_is_reciprocal(book: LawBook) -> None:
    reciprocal = {each.id for each in book.treaties.instruments.values() if each.reciprocal}
    assert {each.instrument for each in PROVISIONS.values() if each.bound == "both"} == reciprocal
    assert book.treaties.provisions.keys() == PROVISIONS.keys()


# -- a small world ------------------------------------------------------------------------------


def real_provisions() -> dict[str, Provision]:
    """The provisions of the repository, as if their texts had been seen."""

    def refuse(*mistake: object) -> None:
        raise AssertionError(mistake)

    path, read, complaints = LAW / "instruments" / "provisions.yml", TreatyBook(), Complaints()
    content = yamlfile.read(path, refuse)
    assert content is not None
    TreatyReader(complaints).read(LawFile(path, content), read)
    complaints.raise_if_any()
    return {name: replace(each, provenance=SEEN) for name, each in read.provisions.items()}


PROVISIONS = real_provisions()
Record = Ratification | Agreement | AgreementList | NoAgreement | Group


@pytest.fixture(scope="module")
def real(base: LawBase) -> Treaties:
    """The treaties of the real law."""
    with base.reading() as reader:
        return reader.treaties


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


def world(*records: Record, provisions: Mapping[str, Provision] = PROVISIONS) -> Treaties:
    """The treaties of a small world, with the provisions of the real one."""
    held = [each for each in records if isinstance(each, Ratification)]
    instruments = {each.instrument for each in held}
    return Treaties(
        {each: Instrument(each, "convention", each, 1900, (), False, False, SEEN) for each in instruments},
        {(each.instrument, each.country): each for each in held},
        {each.id: each for each in records if isinstance(each, Agreement)},
        {frozenset(each.parties): each for each in records if isinstance(each, NoAgreement)},
        {each.id: each for each in records if isinstance(each, Group)},
        provisions,
        {each.country: each for each in records if isinstance(each, AgreementList)},
    )


def found(treaties: Treaties, **known: str) -> Derivation:
    """What follows for a case in US from KR."""
    return derive(case_of(**{"home": "KR", "to": "US", **known}), treaties)


def given(treaties: Treaties, principle: str | None = None, **known: str) -> dict[str, tuple[str, ...]]:
    """Conditions by topic (by principle/topic when none is named) of a case in US from KR."""
    return {
        each.topic if principle else f"{each.principle}/{each.topic}": each.conditions
        for each in found(treaties, **known).rights
        if principle in (None, each.principle)
    }


def reasons(derivation: Derivation) -> dict[str, str]:
    return {each.instrument: each.reason for each in derivation.setbacks}


# -- each provision of an instrument ------------------------------------------------------------

SIDES = {"destination": {"US"}, "origin": {"KR"}, "both": {"KR", "US"}}
# What keeps a ratification from binding on 21 November 2026; None: nothing is known of the country.
NOT_BOUND: dict[str, dict[str, str | None] | None] = {
    "nothing known": None,
    "not ratified": {"status": "not_ratified_known"},
    "denounced": {"status": "denounced"},
    "denounced yesterday": {"status": "denounced", "end": "2026-11-20"},
    "from tomorrow on": {"on": "2025-11-22"},
    "from tomorrow on, said": {"start": "2026-11-22"},
}


def alone(name: str, bound: Iterable[str], *others: Ratification, **known: str) -> tuple[Derived, ...]:
    """What a provision alone gives where some countries are bound, to someone whom it is for."""
    each = PROVISIONS[name]
    held = [ratified(each.instrument, country, *BRANCHES) for country in sorted(bound)]
    fitting = {"status": each.status[:1], "sector": each.sectors[:1]}
    case = {key: words[0] for key, words in fitting.items() if words} | known
    return found(world(*held, *others, provisions={name: each}), **case).rights


def topics(rights: Iterable[Derived]) -> set[str]:
    return {each.topic for each in rights}


@pytest.mark.parametrize("name", PROVISIONS)
def test_a_provision_is_given_where_the_countries_that_it_needs_are_bound(name: str) -> None:
    each = PROVISIONS[name]
    for bound in (set(), {"US"}, {"KR"}, {"KR", "US"}):
        rights = alone(name, bound)
        assert topics(rights) == (set(each.topics) if SIDES[each.bound] <= bound else set())
        for right in rights:
            assert right.country == ("KR" if each.bound == "origin" else "US")
            assert (right.instrument, right.provision) == (each.instrument, name)
            assert right.principle == each.principle and right.confirmed
    accepted_at_home = alone(name, {"KR", "US"})
    assert {right.conditions for right in accepted_at_home} == {each.conditions}


@pytest.mark.parametrize("why", NOT_BOUND)
@pytest.mark.parametrize("name", PROVISIONS)
def test_a_provision_is_not_given_where_one_of_them_is_not_bound(name: str, why: str) -> None:
    each, changes = PROVISIONS[name], NOT_BOUND[why]
    for out in SIDES[each.bound]:
        other = [] if changes is None else [ratified(each.instrument, out, *BRANCHES, **changes)]  # type: ignore[arg-type]
        assert not alone(name, {"KR", "US"} - {out}, *other), out


@pytest.mark.parametrize("name", PROVISIONS)
def test_a_provision_is_given_up_to_the_last_day_and_from_the_first(name: str) -> None:
    each = PROVISIONS[name]
    for changes in (
        {"on": "2025-11-21"},
        {"start": "2026-11-21"},
        {"status": "denounced", "end": "2026-11-21"},
    ):
        held = [ratified(each.instrument, country, *BRANCHES, **changes) for country in ("KR", "US")]
        assert topics(alone(name, (), *held)) == set(each.topics), changes


@pytest.mark.parametrize("name", PROVISIONS)
def test_a_provision_reaches_whom_it_names(name: str) -> None:
    each = PROVISIONS[name]
    for status in STATUSES:
        rights = alone(name, {"KR", "US"}, status=status)
        assert bool(rights) == (not each.status or status in each.status), status
    for sector in SECTORS:
        rights = alone(name, {"KR", "US"}, sector=sector)
        assert bool(rights) == (not each.sectors or sector in each.sectors), sector
    unknown = found(
        world(
            *(ratified(each.instrument, country, *BRANCHES) for country in ("KR", "US")),
            provisions={name: each},
        )
    ).rights
    assert bool(unknown) == (not each.stated)
    said = {*each.conditions, *each.sectors, *((each.if_status,) if each.if_status else ())}
    assert all(set(right.conditions) == said for right in unknown)


# For whom the treaties speak, as their texts have it.
STATUS_OF = {
    "c118-3": {"regular", "irregular"}, "c118-10": {"refugee"}, "c118-5-refugee": {"refugee"},
    "c102-68": {"regular", "refugee"},
    "c97-6a": {"regular", "refugee"}, "c97-6b": {"regular", "refugee"}, "c97-6d": {"regular", "refugee"},
    "c143-9": {"irregular", "refugee"}, "c143-9-pay": {"irregular", "refugee"}, "c143-9-3": {"irregular"},
}  # fmt: skip
SECTOR_OF = {"C189": "domestic_work", "C188": "fishing", "MLC": "seafaring"}
AT_SEA = {"C188", "MLC"}


def test_the_provisions_are_for_those_whom_the_treaties_name() -> None:
    assert {name: set(each.status) for name, each in PROVISIONS.items() if each.status} == STATUS_OF
    for each in PROVISIONS.values():
        sector = SECTOR_OF.get(each.instrument)
        assert each.sectors == ((sector,) if sector else ()), each.id
        assert each.stated == (each.instrument in AT_SEA), each.id
    assert {each.id for each in PROVISIONS.values() if each.bound == "origin"} == {
        "c181-7-home", "c181-8-home",
    }  # fmt: skip
    assert {each.id for each in PROVISIONS.values() if each.reciprocity} == {"c102-68"}
    assert {each.id: each.accepted for each in PROVISIONS.values() if each.accepted} == {
        "c118-3": "destination", "c118-10": "destination", "c118-5": "both",
        "c118-5-refugee": "destination", "c102-68": "destination",
    }  # fmt: skip


# -- instruments, whole -------------------------------------------------------------------------


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
    # Art. 5 speaks of long-term benefits alone; refugees need no acceptance by another country.
    assert given(treaties, EXPORT) == {"old_age": (), "survivors": ("refugee",)}
    assert set(given(treaties, EXPORT, status="regular")) == {"old_age"}
    assert not given(treaties, TOTALIZATION)
    other_way = found(treaties, home="US", to="KR").rights
    assert {each.country for each in other_way} == {"KR"}
    assert topics(each for each in other_way if each.principle == EQUALITY) == {
        "old_age", "maternity", "family_benefit",
    }  # fmt: skip


def test_c118_asks_no_reciprocity_of_refugees() -> None:
    host_only = world(ratified("C118", "US", "old_age", "maternity"))
    for status, conditions in (("refugee", ()), (None, ("refugee",))):
        known = {"status": status} if status else {}
        assert given(host_only, **known) == {
            f"{EQUALITY}/old_age": conditions,
            f"{EQUALITY}/maternity": conditions,
            f"{EXPORT}/old_age": conditions,
        }
    assert not given(host_only, status="regular") and not given(host_only, status="irregular")
    assert not given(world(ratified("C118", "KR", "old_age")), status="refugee")
    both = world(ratified("C118", "US", "old_age"), ratified("C118", "KR"))
    assert given(both, EQUALITY) == {"old_age": ()}  # what art. 3 gives to all hides art. 10


def test_c157_adds_and_exports_between_two_ratifying_states_alone() -> None:
    both = world(ratified("C157", "US"), ratified("C157", "KR"))
    long_term = {"old_age", "invalidity", "survivors", "employment_injury"}
    assert given(both, TOTALIZATION) == dict.fromkeys(long_term, ("needs_agreement",))
    assert given(both, EXPORT) == dict.fromkeys(long_term, ())
    assert not given(both, EQUALITY)
    assert not given(world(ratified("C157", "US"))) and not given(world(ratified("C157", "KR")))


def test_c102_may_ask_for_an_agreement_unless_the_origin_accepted_the_branch() -> None:
    host = ratified("C102", "US", "old_age", "sickness")
    asked = ("resident", "not_tax_funded", "reciprocity_possible")
    assert given(world(host)) == {f"{EQUALITY}/{branch}": asked for branch in ("sickness", "old_age")}
    both = given(world(host, ratified("C102", "KR", "old_age")), EQUALITY)
    assert both == {"old_age": asked[:2], "sickness": asked}
    for out in ({"status": "denounced"}, {"start": "2026-11-22"}, {"start": "2026"}):  # not surely bound
        home = ratified("C102", "KR", "old_age", **out)
        assert given(world(host, home), EQUALITY)["old_age"] == asked, out
    assert not given(world(host), status="irregular")
    assert not given(world(ratified("C102", "KR", "old_age")))


def test_c97_is_for_lawful_presence() -> None:
    treaties = world(ratified("C97", "US"))
    for status in ("regular", "refugee"):
        assert given(treaties, EQUALITY, status=status) == dict.fromkeys(BRANCHES, ("not_tax_funded",))
        assert set(given(treaties, PROTECTION, status=status).values()) == {()}
    assert given(treaties, EQUALITY) == dict.fromkeys(BRANCHES, ("not_tax_funded", "lawful_stay"))
    assert set(given(treaties, PROTECTION).values()) == {("lawful_stay",)}
    assert not given(treaties, status="irregular")


def test_c143_is_for_past_work_where_the_status_is_not_regular() -> None:
    treaties = world(ratified("C143", "US"))
    for known in ({}, {"status": "irregular"}, {"status": "refugee"}):
        assert given(treaties, EQUALITY, **known) == dict.fromkeys(BRANCHES, ("past_work",))
        assert given(treaties, PROTECTION, **known)["wages"] == ("past_work",)
    assert not given(treaties, status="regular")
    removal = {
        status: given(treaties, PROTECTION, **({"status": status} if status else {})).get(
            "end_of_contract_return"
        )
        for status in (None, *STATUSES)
    }
    assert removal == {None: ("irregular",), "irregular": (), "regular": None, "refugee": None}


@pytest.mark.parametrize(
    ("instrument", "branches", "conditions"),
    [
        ("C121", {"employment_injury"}, ()),
        ("C130", {"medical_care", "sickness"}, ("resident",)),
        ("C168", {"unemployment"}, ("conditions_of_law",)),
        ("ICRMW", set(BRANCHES), ("conditions_of_law",)),
    ],
)
def test_the_host_alone_is_bound_to_treat_everybody_equally(
    instrument: str, branches: set[str], conditions: tuple[str, ...]
) -> None:
    host, home = (world(ratified(instrument, country)) for country in ("US", "KR"))
    for status in (None, *STATUSES):
        known = {"status": status} if status else {}
        assert given(host, EQUALITY, **known) == dict.fromkeys(branches, conditions)
    assert not given(home)


@pytest.mark.parametrize("instrument", SECTOR_OF)
def test_a_treaty_for_one_sector_is_for_it_alone(instrument: str) -> None:
    treaties, sector = world(ratified(instrument, "US")), SECTOR_OF[instrument]
    mine = given(treaties, PROTECTION, sector=sector)
    assert set(BRANCHES) - set(mine) <= {"unemployment", "old_age", "family_benefit", "maternity"}
    assert all(sector not in conditions for conditions in mine.values())
    assert set(mine) == set(given(treaties, PROTECTION, sector=sector, status="irregular"))
    assert not given(treaties, sector="construction")
    unknown = given(treaties)
    if instrument in AT_SEA:  # who works at sea says so
        assert not unknown
    else:
        assert len(unknown) == len(mine) and all(sector in each for each in unknown.values())


def test_an_agency_is_watched_by_the_country_where_it_is() -> None:
    for bound in ({"US"}, {"KR"}, {"US", "KR"}):
        rights = found(world(*(ratified("C181", country) for country in bound))).rights
        assert {each.country for each in rights} == bound
        assert all("recruited_there" in each.conditions for each in rights)


def test_a_ratification_may_bind_a_part_of_a_country_alone() -> None:
    injury = f"{EQUALITY}/employment_injury"
    part = world(ratified("C121", "US", regions=("US-NY",)))
    assert given(part) == {injury: ("part_of_country",)}
    assert given(part, to="US-NY") == {injury: ()}
    assert not given(part, to="US-CA")
    home = world(ratified("C19", "US"), ratified("C19", "KR", regions=("KR-11",)))
    assert given(home, to="US-CA") == {injury: ("part_of_country",)}


def test_of_two_articles_on_the_same_both_are_said_if_they_promise_different_things() -> None:
    rights = found(world(ratified("C190", "US"))).rights
    assert {each.provision for each in rights if each.topic == "violence_harassment"} == {
        "c190-4", "c190-10",
    }  # fmt: skip


def test_a_denunciation_and_what_is_to_come_are_named() -> None:
    def named(**changes: str) -> dict[str, str]:
        return reasons(found(world(ratified("C97", "US", **changes))))

    assert named(status="denounced") == {"C97": "ended"}
    assert named(status="denounced", end="2026-11-20") == {"C97": "ended"}
    assert named(on="2025-11-22") == {"C97": "not_yet"}
    assert named(status="not_ratified_known") == {} == named()
    assert not reasons(found(world(ratified("C97", "KR", status="denounced"))))


# -- days ---------------------------------------------------------------------------------------


def test_a_ratification_counts_from_twelve_months_later_to_the_day() -> None:
    treaties = world(ratified("C97", "US", on="2019-09-11"))
    expected = {"2019-09-11": 0, "2020-09-10": 0, "2020-09-11": 9, "2020-09-12": 9}
    assert {day: len(given(treaties, EQUALITY, on=day, status="regular")) for day in expected} == expected
    assert reasons(found(treaties, on="2020-09-10")) == {"C97": "not_yet"}
    assert not reasons(found(treaties, on="2020-09-11"))


def test_a_ratification_on_a_leap_day_has_a_year_too() -> None:
    record = ratified("C97", "US", on="2020-02-29")
    assert [record.force(date(2021, 2, each)) for each in (27, 28)] == [NOT_YET, IN_FORCE]


def test_a_start_that_is_known_counts_instead_of_the_twelve_months() -> None:
    record = ratified("ICRMW", "US", on="2020-02-03", start="2020-06-01")
    assert [record.force(date(2020, *each)) for each in ((5, 31), (6, 1))] == [NOT_YET, IN_FORCE]


def test_an_unsure_year_is_said() -> None:
    treaties = world(ratified("C121", "US", on="2019"))
    assert not given(treaties, on="2019-12-31")
    said = {on: given(treaties, EQUALITY, on=on) for on in ("2020-01-01", "2020-12-30", "2020-12-31")}
    assert [each["employment_injury"] for each in said.values()] == [("date_unsure",), ("date_unsure",), ()]


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
    named = {day: reasons(found(treaties, on=day)) for day in days}
    assert named["2001-03-31"] == {"ssa-kr-us": "not_yet"}
    assert named["2001-04-01"] == {} == named["2010-06-30"]
    assert named["2010-07-01"] == {"ssa-kr-us": "ended"}


def test_a_party_that_joined_later_counts_from_then() -> None:
    late = agreement("msa", ("KR", "US", "JP"), since=(("KR", "2005-05-05"),))
    days = {"2001-04-01": 0, "2005-05-04": 0, "2005-05-05": 2, "2005-05-06": 2}
    assert {day: len(given(world(late), on=day)) for day in days} == days
    assert len(given(world(late), home="JP", on="2001-04-01")) == 2


def test_a_change_of_membership_changes_the_answer_that_day() -> None:
    group = Group("club", "Club", (Membership("US"), Membership("KR", "2003-01-01", "2009-12-31")))
    for parties in (("KR", "US"), ("US", "JP")):  # a member need not be named as a party
        framed = agreement("msa", parties, group="club")
        days = {"2002-12-31": 0, "2003-01-01": 2, "2009-12-31": 2, "2010-01-01": 0}
        assert {day: len(given(world(framed, group), on=day)) for day in days} == days


def test_a_hub_binds_its_spokes_with_itself_alone() -> None:
    treaties = world(agreement("msa", ("KR", "US", "JP"), hub="JP"))
    assert found(treaties) == Derivation()  # not even as a setback
    for home, to in (("KR", "JP"), ("JP", "KR"), ("US", "JP")):
        assert len(given(treaties, home=home, to=to)) == 2


# -- what an agreement gives --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("says", "given_for"),
    [
        (True, {"old_age", "sickness"}), (("old_age",), {"old_age"}), (("old_age", "maternity"), {"old_age"}),
        ((), set()), (False, set()), (None, set()),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("field", "principle"), [("totalization", TOTALIZATION), ("export", EXPORT)])
def test_an_agreement_gives_its_branches_or_those_that_it_lists(
    field: str, principle: str, says: object, given_for: set[str]
) -> None:
    both = {"totalization": None, "export": None, field: says}
    treaties = world(agreement(branches=("old_age", "sickness"), **both))
    assert given(treaties) == {f"{principle}/{branch}": () for branch in given_for}


@pytest.mark.parametrize("kind", ["bilateral_labour_agreement", "framework"])
def test_only_an_agreement_on_social_security_gives_any(kind: str) -> None:
    none = NoAgreement(("KR", "US"), KNOWN)
    derivation = found(world(agreement(kind=kind, equal_treatment=True, posting_months=24), none))
    assert not derivation.rights and [each.kind for each in derivation.agreements] == [kind]
    assert derivation.no_agreement is none and not derivation.left_out("sickness")


def test_equal_treatment_is_given_where_the_agreement_says_so() -> None:
    bare = {"totalization": None, "export": None, "branches": ("old_age", "sickness")}
    for says in (None, False):
        assert not given(world(agreement(equal_treatment=says, **bare)))
    seen = agreement(equal_treatment=True, seen=("branches", "equal_treatment"), **bare)
    assert given(world(seen)) == {f"{EQUALITY}/{branch}": () for branch in ("old_age", "sickness")}
    unseen = given(world(agreement(equal_treatment=True, **bare)))
    assert set(unseen.values()) == {("provision_unconfirmed",)}


@pytest.mark.parametrize("personal_scope", [None, "nationals", "insured"])
@pytest.mark.parametrize("refugees", [None, False, True])
def test_a_refugee_may_not_count_as_a_citizen(personal_scope: str | None, refugees: bool | None) -> None:
    treaties = world(
        agreement(
            personal_scope=personal_scope, refugees=refugees, equal_treatment=True, posting_months=24,
            seen=("branches", "totalization", "export", "equal_treatment", "posting_months"),
        )
    )  # fmt: skip
    doubtful = personal_scope != "insured" and not refugees
    for status in (None, *STATUSES):
        said = given(treaties, **({"status": status} if status else {}))
        assert len(said) == 4
        expected = ("nationals_only",) if doubtful and status == "refugee" else ()
        assert set(said.values()) == {expected}, status


def test_posting_is_said_of_the_law_that_applies() -> None:
    posted = agreement(branches=(), posting_months=24, seen=("posting_months",))
    assert given(world(posted)) == {f"{LEGISLATION}/applicable_legislation": ()}
    assert given(world(replace(posted, seen=()))) == {
        f"{LEGISLATION}/applicable_legislation": ("provision_unconfirmed",)
    }
    assert not given(world(replace(posted, posting_months=None)))


@pytest.mark.parametrize(
    ("changes", "conditions"),
    [
        ({"seen": ("totalization", "export")}, ("branches_unconfirmed",)),
        ({"seen": ("branches", "export")}, ("provision_unconfirmed",)),
        ({"seen": ("parties",)}, ("branches_unconfirmed", "provision_unconfirmed")),
        ({"provenance": KNOWN}, ("branches_unconfirmed", "provision_unconfirmed")),
        ({"start": "2026"}, ("date_unsure",)),
        ({"status": "in_force_partly"}, ("date_unsure",)),
        ({"status": "in_force_between_ratifying_states"}, ("date_unsure",)),
        ({"regions": ("US-NY",)}, ("part_of_country",)),
        ({"regions": ("KR-11",)}, ("part_of_country",)),
        ({"end": "2026"}, ("date_unsure",)),
    ],
)
def test_what_is_not_sure_is_a_condition(changes: dict[str, object], conditions: tuple[str, ...]) -> None:
    rights = found(world(agreement(**changes))).rights
    added = next(each for each in rights if each.principle == TOTALIZATION)
    assert added.conditions == conditions
    assert set(conditions) <= set(CONDITIONS)
    assert added.confirmed == (not set(ABOUT_EVIDENCE) & set(conditions))
    assert set(added.depends_on) == set(conditions) - set(ABOUT_EVIDENCE)


def test_what_is_not_confirmed_of_an_instrument_says_so() -> None:
    treaties = world(ratified("C19", "US"), ratified("C19", "KR", seen=False))
    (right,) = found(treaties).rights
    assert right.conditions == ("ratification_unconfirmed",) and not right.confirmed
    assert right.provenance is KNOWN
    unread = {"c19-1": replace(PROVISIONS["c19-1"], provenance=KNOWN)}
    (right,) = found(world(ratified("C19", "US"), ratified("C19", "KR"), provisions=unread)).rights
    assert right.conditions == ("provision_unconfirmed",) and not right.confirmed and not right.depends_on


def test_a_region_is_bound_alone() -> None:
    treaties = world(agreement(regions=("US-NY",)))
    assert set(given(treaties, to="US-NY").values()) == {()}
    assert found(treaties, to="US-CA") == Derivation()


@pytest.mark.parametrize("status", [each for each in AGREEMENT_STATUSES if not each.startswith("in_force")])
def test_what_is_not_in_force_gives_nothing_and_is_named(status: str) -> None:
    derivation = found(world(agreement(status=status, equal_treatment=True, posting_months=24)))
    assert not derivation.rights and not derivation.agreements and not derivation.left_out("sickness")
    expected = {
        "non_binding": "not_binding", "draft": "not_binding", "terminated": "ended",
        "signed": "force_unknown", "unknown": "force_unknown",
    }  # fmt: skip
    assert reasons(derivation) == {"ssa-kr-us": expected.get(status, "not_yet")}


def test_a_labour_agreement_is_of_one_direction() -> None:
    labour = agreement(
        "bla", kind="bilateral_labour_agreement", origin="KR", destination="US", status="signed"
    )
    assert reasons(found(world(labour))) == {"bla": "force_unknown"}
    assert not found(world(labour), home="US", to="KR").setbacks


LEFT_OUT = [
    # what is said, what was seen, which of old age (named) and sickness (not named) is known to be left out
    ({}, ("branches",), {"sickness"}),
    ({}, ("totalization",), set()),
    ({}, (), set()),
    ({"provenance": KNOWN}, ("branches", "totalization"), set()),
    ({"totalization": False}, ("totalization",), {"old_age", "sickness"}),
    ({"totalization": False}, ("branches",), {"sickness"}),
    ({"totalization": False}, (), set()),
    ({"totalization": None}, ("branches",), {"sickness"}),
    ({"totalization": ("old_age",), "branches": ("old_age", "sickness")}, ("branches",), set()),
    ({"totalization": ("old_age",), "branches": ("old_age", "sickness")}, ("totalization",), {"sickness"}),
]


@pytest.mark.parametrize(("changes", "seen", "branches"), LEFT_OUT)
def test_a_branch_is_left_out_only_if_a_source_was_seen_for_it(
    changes: dict[str, object], seen: tuple[str, ...], branches: set[str]
) -> None:
    derivation = found(world(agreement(**{"seen": seen, **changes})))
    named = {branch: derivation.left_out(branch) for branch in ("old_age", "sickness")}
    assert {branch for branch in named if named[branch]} == branches
    assert {each.id for held in named.values() for each in held} <= {"ssa-kr-us"}


# -- no agreement -------------------------------------------------------------------------------


def listed(country: str, *names: str, seen: bool = True) -> AgreementList:
    return AgreementList(country, names, SEEN if seen else KNOWN)


def test_a_pair_known_to_have_none_is_said_both_ways() -> None:
    pair = NoAgreement(("KR", "US"), KNOWN)
    for home, to in (("KR", "US"), ("US", "KR")):
        assert found(world(pair), home=home, to=to).no_agreement is pair
    assert found(world(pair), to="JP").no_agreement is None


@pytest.mark.parametrize("lister", ["US", "KR"])
def test_who_is_not_on_the_list_of_all_has_none(lister: str) -> None:
    held = listed(lister, "JP", "FR")
    for home, to in (("KR", "US"), ("US", "KR")):
        none = found(world(held), home=home, to=to).no_agreement
        assert none is not None
        assert (none.parties, none.listed_by, none.provenance) == (("KR", "US"), lister, held.provenance)
    assert found(world(held), home="JP", to=lister).no_agreement is None
    assert found(world(held), home="JP", to="FR").no_agreement is None


def test_an_agreement_in_force_hides_what_a_list_does_not_name() -> None:
    none = NoAgreement(("KR", "US"), SEEN)
    for other in (listed("US"), none):
        for status, said in (("in_force", False), ("in_force_partly", False), ("signed_not_in_force", True)):
            derivation = found(world(agreement(status=status), other))
            assert (derivation.no_agreement is not None) == said, status
        before = found(world(agreement(), other), on="2001-03-31")
        assert before.no_agreement is not None and reasons(before) == {"ssa-kr-us": "not_yet"}


def test_what_was_seen_is_preferred() -> None:
    pairs = {seen: NoAgreement(("KR", "US"), SEEN if seen else KNOWN) for seen in (False, True)}

    def lister(*records: Record) -> str | None:
        none = found(world(*records)).no_agreement
        assert none is not None
        return none.listed_by

    assert lister(listed("US"), pairs[False]) == "US"
    assert lister(listed("US", seen=False), pairs[True]) is None
    assert lister(listed("US", seen=False), listed("KR")) == "KR"


def test_who_is_on_one_list_is_not_known_to_have_none() -> None:
    for lists in ((listed("US", "KR"),), (listed("US", "KR"), listed("KR", "US"))):
        assert found(world(*lists)).no_agreement is None
    # Two lists of which one names the other country and one does not: it is not known.
    assert found(world(listed("US"), listed("KR", "US"))).no_agreement is None


def test_without_both_countries_nothing_follows(real: Treaties) -> None:
    for case in (case_of(home="NP"), case_of(to="QA"), case_of()):
        assert derive(case, real) == Derivation((), (), (), None)


# -- the real law -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "home", "to", "reason"),
    [
        ("msa-andean-583", "CO", "EC", "not_yet"),
        ("msa-ecowas", "GH", "NG", "not_yet"),
        ("msa-uma", "MA", "TN", "not_yet"),
        ("ssa-de-ua", "UA", "DE", "not_yet"),
        ("msa-clmtv", "LA", "TH", "not_binding"),
    ],
)
def test_the_real_setbacks(real: Treaties, name: str, home: str, to: str, reason: str) -> None:
    derivation = found(real, home=home, to=to)
    assert reasons(derivation)[name] == reason
    assert name not in {each.instrument for each in derivation.rights}


def test_every_real_agreement_that_is_not_in_force_gives_nothing(real: Treaties) -> None:
    idle = [each for each in real.agreements.values() if not each.binding]
    assert {"non_binding", "draft", "unknown"} <= {each.status for each in idle}
    for each in idle:
        home = each.origin or each.parties[0]
        to = each.destination or next(party for party in each.parties if party != home)
        derivation = found(real, home=home, to=to)
        assert each.id in reasons(derivation) and each not in derivation.agreements, each.id
        assert each.id not in {right.instrument for right in derivation.rights}


def test_who_is_not_on_a_real_list_has_no_agreement(real: Treaties) -> None:
    assert real.lists
    for country, held in real.lists.items():
        for other in sorted({"NP", "TV", "DE", *held.names} - {country}):
            derivation = found(real, home=other, to=country)
            none = derivation.no_agreement
            back = real.lists.get(other)
            if other in held.names or (back and country in back.names):
                assert none is None, (country, other)
            elif not any(each.social_security for each in derivation.agreements):
                assert none is not None and none.provenance.evidence == "seen", (country, other)


def test_the_real_hub_binds_its_spokes_with_itself_alone(real: Treaties) -> None:
    derivation = found(real, home="DE", to="FR")
    assert "msa-eu-uk-tca" not in {each.instrument for each in derivation.rights} | set(reasons(derivation))
    assert "msa-eu-883-2004" in {each.id for each in derivation.agreements}
    assert {"msa-eu-uk-tca"} == {each.id for each in found(real, home="DE", to="GB").agreements if each.hub}


def test_mistakes_end_in_a_line_that_an_editor_can_jump_to(tmp_path: Path) -> None:
    text, line, *_ = MISTAKES["unknown status"]
    with pytest.raises(LawMistakes) as caught:
        read_law(law_with(tmp_path, text, C118))
    assert re.search(rf"zz0\.yml:{line}: status: ", str(caught.value))
