"""What is said of treaties: undertakings or warnings, each with its ground, beside national law."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import SimpleNamespace

import pytest

from bot.answers.statements import Speaker, Statement
from bot.answers.translations import translator
from bot.rules.case import Case
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook
from bot.rules.lookup import Lookup, lookup
from bot.rules.resolution import Result
from bot.rules.treaties.derivation import ABOUT_EVIDENCE, CONDITIONS, Setback, derive
from bot.rules.treaties.register import Treaties
from bot.rules.treaties.statements import derived_results, statement_key, undertakings
from bot.rules.vocabulary import BRANCHES, MEASURES, SECTORS, STATUSES, TOPICS
from tests.rules.support import case_of
from tests.rules.test_treaties import (
    KNOWN,
    PROVISIONS,
    SEEN,
    Record,
    agreement,
    listed,
    ratified,
    world,
)

KIND_OF = {
    "undertaking": "obligation",
    "agreement_in_force": "scheme",
    "no_agreement": "warning",
    "treaty_without_effect": "warning",
    "labour_agreement": "scheme",
}
BORDER = ("social_security_agreement", "totalization", "export_of_benefits", "applicable_legislation")
NOT_CONFIRMED = "We have not confirmed this in a source."


@pytest.fixture(scope="module")
def real(base: LawBase) -> Treaties:
    """The treaties of the real law."""
    with base.reading() as reader:
        return reader.treaties


def results(treaties: Treaties, topics: Iterable[str] = TOPICS, **known: str) -> list[Result]:
    """What treaties say to a case in US from KR."""
    case = case_of(**{"home": "KR", "to": "US", **known})
    return derived_results(derive(case, treaties), case, treaties, set(topics))


def promised(treaties: Treaties, **known: str) -> list[Result]:
    """What countries have undertaken."""
    return [each for each in results(treaties, **known) if each.rule.type == "undertaking"]


def said(found: Iterable[Result], book: LawBook, case: Case | None = None) -> dict[str, Statement]:
    """The statements in English, by the ids of what they say."""
    told = SimpleNamespace(case=case or case_of(home="KR", to="US"), catalogue=book.catalogue, contacts={})
    speaker = Speaker(told, translator("en"))  # type: ignore[arg-type]
    return {each.rule.id: speaker.statement(each) for each in found}


def values(found: Iterable[Result]) -> dict[str, Mapping[str, object]]:
    return {each.rule.id: each.rule.values for each in found}


EVERYTHING = world(
    *(
        ratified(each, country, *BRANCHES)
        for each in {provision.instrument for provision in PROVISIONS.values()}
        for country in ("KR", "US")
    ),
    agreement(equal_treatment=True, posting_months=24),
)


# -- every statement ----------------------------------------------------------------------------


def check(found: list[Result], book: LawBook, case: Case) -> None:
    """All that must hold of everything that is said of treaties to a case."""
    spoken = said(found, book, case)
    assert len(spoken) == len(found), "two statements have one id"
    for result in found:
        rule, statement = result.rule, spoken[result.rule.id]
        text = statement.full_text()
        where = (case.origin, case.destination, rule.id, text)
        assert rule.kind == KIND_OF.get(rule.type), where
        assert rule.via in MEASURES and set(rule.topics) <= set(TOPICS) and rule.topics, where
        if not rule.id.endswith("/posting"):  # see below
            assert (rule.type == "undertaking") == ("has undertaken" in text), where
        assert not any(word in text.lower() for word in ("entitled", "have the right", "your right to")), (
            where
        )
        assert "{" not in text and "None" not in text and "_" not in text.replace(rule.id, ""), where
        assert (
            rule.provenance.legal_basis or rule.provenance.source or NOT_CONFIRMED in str(statement.caution)
        ), where
        conditions = set(rule.values.get("conditions", ()))
        assert not conditions & set(ABOUT_EVIDENCE) or rule.provenance.evidence == "known", where
        assert (rule.provenance.evidence == "seen") == (NOT_CONFIRMED not in str(statement.caution)), where
        assert set(result.depends_on) == conditions - set(ABOUT_EVIDENCE), where
        assert result.applies == ("depends" if result.depends_on else "yes") and result.trace, where


def test_what_every_real_agreement_gives_is_said_well(real: Treaties, book: LawBook) -> None:
    """Between two of its parties, one way or the other, with all that instruments give there."""
    spoken = set()
    for number, each in enumerate(real.agreements.values()):
        one = each.hub or each.parties[0]
        other = next(party for party in each.parties if party != one)
        home, to = (one, other) if number % 2 else (other, one)
        status = (None, *STATUSES)[number // 2 % 4]
        case = case_of(home=home, to=to, **({"status": status} if status else {}))
        found = derived_results(derive(case, real), case, real, TOPICS)
        check(found, book, case)
        spoken |= {result.rule.type for result in found}
    assert spoken == KIND_OF.keys()


@pytest.mark.parametrize("sector", [None, *SECTORS])
def test_all_provisions_at_once_are_said_well(book: LawBook, sector: str | None) -> None:
    for status in (None, *STATUSES):
        known = {"status": status, "sector": sector}
        case = case_of(home="KR", to="US", **{key: word for key, word in known.items() if word})
        found = derived_results(derive(case, EVERYTHING), case, EVERYTHING, TOPICS)
        check(found, book, case)
        given = {provision.id for provision in PROVISIONS.values() if f"{provision.id}/US" in values(found)}
        assert given >= {"c19-1", "c121-27", "icrmw-21"}


def test_posting_is_worded_as_an_undertaking_too(book: LawBook) -> None:
    (statement,) = said(promised(world(agreement(branches=(), posting_months=24))), book).values()
    assert "has undertaken" in statement.text


def test_every_right_is_in_the_one_statement_that_says_it() -> None:
    case = case_of(home="KR", to="US")
    derivation = derive(case, EVERYTHING)
    held = undertakings(derivation, case, EVERYTHING)
    for right in derivation.rights:
        rule = held[statement_key(right)].rule
        assert right.topic in rule.topics and rule.values["country"] == right.country
        assert tuple(rule.values.get("conditions", ())) == right.conditions
    assert len({result.rule.id for result in held.values()}) == len(held)


def test_the_same_article_under_other_conditions_is_another_statement() -> None:
    """C102 with one branch that the origin accepted too, and one that it did not."""
    treaties = world(ratified("C102", "US", "old_age", "sickness"), ratified("C102", "KR", "old_age"))
    found = values(results(treaties))
    assert found.keys() == {"c102-68/US", "c102-68/US/old_age"} or found.keys() == {
        "c102-68/US", "c102-68/US/sickness",
    }  # fmt: skip
    assert sorted(each["equal_in"] for each in found.values()) == [["old_age"], ["sickness"]]  # type: ignore[type-var]


# -- what each says -----------------------------------------------------------------------------


def test_an_instrument_names_its_article(book: LawBook) -> None:
    treaties = world(
        *(ratified("C118", country, "old_age") for country in ("KR", "US")), ratified("MLC", "US")
    )
    found = said(results(treaties, sector="seafaring"), book)
    assert found["c118-3/US"].rule.provenance.legal_basis == "C118, art. 3(1)"
    assert found["c118-3/US"].source.startswith("C118, art. 3(1); ILO")
    assert found["mlc-2-2/US"].rule.provenance.legal_basis == "MLC, Reg. 2.2"
    assert {each.rule.via for each in found.values()} == {"international_labour_standard"}
    assert "This follows from: C118." in found["c118-3/US"].text
    assert found["c118-3/US"].values["equal_in"] == ["old_age"]
    assert found["c118-5/US"].values["paid_abroad"] == ["old_age"]


def test_an_agreement_says_its_branches_offices_and_shortest_time(book: LawBook) -> None:
    full = agreement(
        branches=("invalidity", "old_age"), equal_treatment=True, min_months=18,
        institutions=(("US", "SSA"), ("KR", "NPS")), seen=("branches", "totalization", "export"),
    )  # fmt: skip
    found = said(promised(world(full)), book)
    parts = ("totalization", "export", "equal_treatment")
    assert found.keys() == {f"ssa-kr-us/US/{part}" for part in parts}
    added, paid, equal = (found[f"ssa-kr-us/US/{part}"] for part in parts)
    assert added.values["added_for"] == ["old_age", "invalidity"] == paid.values["paid_abroad"]
    assert (added.values["office_there"], added.values["office_home"]) == ("SSA", "NPS")
    assert "18 months" in added.text and "18 months" not in paid.text
    assert "between: United States and South Korea" in added.text
    assert (added.caution is None, NOT_CONFIRMED in str(equal.caution)) == (True, True)
    assert {each.rule.via for each in found.values()} == {"social_security_agreement"}
    back = said(promised(world(full), home="US", to="KR"), book)["ssa-kr-us/KR/totalization"]
    assert (back.values["office_there"], back.values["office_home"]) == ("NPS", "SSA")


def test_an_agreement_of_many_goes_by_its_title(book: LawBook) -> None:
    many = agreement("msa", ("KR", "US", "JP"), title="Convention of the Pacific")
    text = said(promised(world(many)), book)["msa/US/totalization"].text
    assert "This follows from: Convention of the Pacific." in text and "between" not in text


def test_posting_says_how_long_with_which_paper_and_whose_law_at_sea(book: LawBook) -> None:
    posted = agreement(
        branches=(), posting_months=24, posting_extension_months=36, self_employed=True, seafarers="flag",
        certificate="A1", certificate_from=(("KR", "NPS"), ("US", "SSA")), seen=("posting_months",),
    )  # fmt: skip
    for sector, at_sea in ((None, True), ("seafaring", True), ("construction", False)):
        found = promised(world(posted), **({"sector": sector} if sector else {}))
        (statement,) = said(found, book).values()
        assert statement.rule.id == "ssa-kr-us/US/posting" and statement.rule.provenance.evidence == "seen"
        assert statement.rule.topics == ("applicable_legislation", "social_security_agreement")
        words = ("24 months", "36 months", "work for yourself", "A1", "NPS")
        assert all(word in statement.text for word in words) and "SSA" not in statement.text
        assert ("whose flag" in statement.text) == at_sea
    (employees,) = said(promised(world(replace(posted, self_employed=False))), book).values()
    assert "work for yourself" not in employees.text


def test_what_is_not_confirmed_is_never_said_as_seen(book: LawBook) -> None:
    for changes in ({"seen": ()}, {"provenance": KNOWN}):
        for each in said(promised(world(agreement(**changes))), book).values():
            assert each.rule.provenance.evidence == "known" and NOT_CONFIRMED in str(each.caution)
            assert "we have not confirmed for which benefits" in each.text
    treaties = world(ratified("C19", "US", seen=False), ratified("C19", "KR"))
    (unsure,) = said(results(treaties), book).values()
    assert unsure.rule.provenance.evidence == "known" and NOT_CONFIRMED in str(unsure.caution)
    assert "we have not confirmed that the countries are bound by it" in unsure.text


def test_every_condition_has_words(book: LawBook) -> None:
    terms = book.catalogue.terms
    named = {word for each in PROVISIONS.values() for word in (*each.conditions, *each.sectors)}
    named |= {each.if_status for each in PROVISIONS.values() if each.if_status}
    assert named | set(CONDITIONS) <= terms["treaty_condition"].keys()
    what = {word for each in PROVISIONS.values() for word in each.what}
    assert what <= terms["undertaking"].keys()


def test_that_there_is_an_agreement_is_said_with_what_it_is_known_not_to_give(book: LawBook) -> None:
    confirmed = ("branches", "totalization", "export", "start")
    bare = agreement(totalization=False, export=False, personal_scope="nationals", seen=confirmed)
    words = {
        "There is a social security agreement between: United States and South Korea.": {},
        "It has been in force since 1 April 2001.": {"seen": confirmed[:3]},
        "It is for citizens of these countries.": {"personal_scope": "insured"},
        "It does not add up insured time.": {"totalization": None},
        "It does not promise to pay pensions in the other country.": {"export": None},
    }
    for sentence, without in words.items():
        (statement,) = said(results(world(bare)), book).values()
        assert statement.rule.id == "ssa-kr-us" and statement.rule.topics == BORDER
        assert sentence in statement.text
        if without:
            (other,) = said(results(world(replace(bare, **without))), book).values()  # type: ignore[arg-type]
            assert sentence not in other.text
    unknown = replace(bare, totalization=None, export=None)
    assert "We do not know what it covers." in said(results(world(unknown)), book)["ssa-kr-us"].text
    for field in ("totalization", "export"):
        unseen = replace(bare, seen=tuple(each for each in confirmed if each != field))
        assert "(not confirmed)" in said(results(world(unseen)), book)["ssa-kr-us"].text


def test_since_when_is_said_for_these_two_countries(book: LawBook) -> None:
    seen = ("branches", "totalization", "export", "start")
    joined = agreement("msa", ("KR", "US", "JP"), since=(("KR", "2005-05-05"),), seen=seen)
    assert "1 April 2001" not in said(results(world(joined)), book)["msa"].text
    assert "1 April 2001" in said(results(world(joined), home="JP"), book)["msa"].text


def test_no_agreement_says_by_whose_list_and_what_then(book: LawBook) -> None:
    found = said(results(world(listed("KR", "JP"))), book)
    (statement,) = found.values()
    assert found.keys() == {"no-agreement/KR-US"} and statement.rule.kind == "warning"
    assert statement.rule.topics == BORDER and statement.caution is None
    assert "We know of no social security agreement between: United States and South Korea." in statement.text
    assert "the other country is not on it: South Korea." in statement.text
    assert "Before you leave, ask" in statement.text


@pytest.mark.parametrize(
    ("records", "reason", "words"),
    [
        ([agreement(status="signed_not_in_force")], "not_yet", "It is not in force yet."),
        ([agreement(status="terminated")], "ended", "It is no longer in force."),
        ([agreement(status="draft")], "not_binding", "It does not bind the countries."),
        ([agreement(status="unknown")], "force_unknown", "We do not know if it is in force."),
        ([ratified("C118", "US", status="denounced")], "ended", "It is no longer in force."),
        ([ratified("C118", "US", on="2026-01-01")], "not_yet", "It is not in force yet."),
    ],
)
def test_what_gives_nothing_says_why(book: LawBook, records: list[Record], reason: str, words: str) -> None:
    (statement,) = said(results(world(*records)), book).values()
    assert statement.rule.id.endswith(f"/{reason}") and statement.rule.type == "treaty_without_effect"
    assert statement.text.startswith("Do not count on") and words in statement.text
    assert set(statement.rule.topics) & {*BORDER, "old_age"}


def test_a_labour_agreement_is_named_and_promises_nothing(book: LawBook) -> None:
    labour = agreement(
        "bla", kind="bilateral_labour_agreement", destination="US", sector="construction", signed="2019-05"
    )
    for status, unsure in (("in_force", False), ("signed", True), ("in_force_partly", True)):
        (statement,) = said(results(world(replace(labour, status=status))), book).values()
        assert (statement.rule.id, statement.rule.via) == ("bla", "bilateral_labour_agreement")
        assert ("We do not know if it is in force." in statement.text) == unsure, status
        assert "May 2019" in statement.text and "construction" in statement.text
    for status in ("terminated", "draft", "signed_not_in_force"):
        assert not results(world(replace(labour, status=status))), status
    assert not results(world(labour), home="US", to="KR")


def test_the_reasons_are_those_that_have_words(book: LawBook, real: Treaties) -> None:
    assert {"not_yet", "ended", "not_binding", "force_unknown"} == book.catalogue.terms["no_effect"].keys()
    assert Setback("C118", "US", "ended", SEEN).reason in book.catalogue.terms["no_effect"]


def test_only_what_speaks_of_the_topics_is_said() -> None:
    treaties = world(ratified("C118", "US", *BRANCHES), ratified("C118", "KR", *BRANCHES), agreement())
    for topic in ("old_age", "maternity", "totalization", "export_of_benefits", "discrimination", "wages"):
        found = results(treaties, [topic])
        assert all(topic in each.rule.topics for each in found), topic
        assert {each.rule.id for each in found} == {
            each.rule.id for each in results(treaties) if topic in each.rule.topics
        }
    assert not results(treaties, ["wages"])
    ids = {each.rule.id for each in results(treaties, ["totalization"])}
    assert ids == {"ssa-kr-us/US/totalization", "ssa-kr-us"}


# -- lookups ------------------------------------------------------------------------------------

# topic, case, which statement is among the answers
SPEAKING = [
    ("totalization", {"home": "KR", "to": "US"}, "ssa-kr-us/US/totalization"),
    ("export_of_benefits", {"home": "KR", "to": "US"}, "ssa-kr-us/US/export"),
    ("social_security_agreement", {"home": "KR", "to": "US"}, "ssa-kr-us/US/export"),
    ("applicable_legislation", {"home": "KR", "to": "US"}, "ssa-kr-us/US/posting"),
    ("totalization", {"home": "NP", "to": "JP"}, "no-agreement/JP-NP"),
    ("social_security_agreement", {"home": "NP", "to": "QA"}, "no-agreement/NP-QA"),
    ("export_of_benefits", {"home": "UA", "to": "DE"}, "ssa-de-ua/not_yet"),
    ("document_retention", {"home": "PH", "to": "UY"}, "icrmw-21/UY"),
    ("document_retention", {"home": "PH", "to": "DE", "sector": "domestic_work"}, "c189-9/DE"),
    ("recruitment_fees", {"home": "NP", "to": "JP"}, "c181-7/JP"),
    ("old_age", {"home": "KR", "to": "US"}, "ssa-kr-us/US/totalization"),
]  # fmt: skip


@pytest.mark.parametrize(("topic", "known", "name"), SPEAKING)
def test_a_lookup_says_what_treaties_say(base: LawBase, topic: str, known: dict[str, str], name: str) -> None:
    found = lookup(base, case_of(**known), [topic])
    (answer,) = (each for each in found.answers if each.rule.id == name)
    assert topic in answer.rule.topics and answer.rule.type in KIND_OF
    if topic in BORDER:
        assert not found.gaps


def derived(found: Lookup, topic: str) -> set[str]:
    """The kinds of what treaties say on a topic."""
    return {
        each.rule.kind for each in found.answers if each.rule.type in KIND_OF and topic in each.rule.topics
    }


def national(found: Lookup, topic: str) -> bool:
    """Whether any rule of a country speaks of a topic."""
    return any(topic in each.rule.topics for each in found.answers if each.rule.type not in KIND_OF)


GAPPED = [
    {"home": "KR", "to": "UY"},
    {"home": "NP", "to": "UY", "sector": "domestic_work"},
    {"home": "NP", "to": "BO", "sector": "domestic_work"},
    {"home": "PH", "to": "GY"},
    {"home": "NP", "to": "LU"},
    {"home": "TV", "to": "NR"},
    {
        "home": "TV",
        "to": "UY",
        "sector": "construction",
        "on": "2020-07-01",
    },  # Uruguay ratified C190 in June 2020
]


@pytest.mark.parametrize("known", GAPPED)
def test_where_only_a_treaty_speaks_the_gap_says_so(base: LawBase, known: dict[str, str]) -> None:
    found = lookup(base, case_of(**known))
    gaps = {gap.topic: gap.reason for gap in found.gaps}
    for topic in TOPICS:
        if topic == "emergency" or national(found, topic):
            continue
        kinds = derived(found, topic)
        if topic in BORDER:
            assert gaps.get(topic) == (None if kinds else "nothing_in_data"), topic
        else:
            promised = kinds & {"obligation", "scheme"}
            assert gaps.get(topic) == ("treaty_only" if promised else "nothing_in_data"), topic


def test_the_gaps_of_treaties_are_not_empty_tests(base: LawBase) -> None:
    reasons = {
        (gap.topic in BORDER, gap.reason) for known in GAPPED for gap in lookup(base, case_of(**known)).gaps
    }
    assert {(False, "treaty_only"), (False, "nothing_in_data"), (True, "nothing_in_data")} <= reasons
    assert (True, "treaty_only") not in reasons
