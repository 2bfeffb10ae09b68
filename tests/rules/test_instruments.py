"""The instruments of the ILO papers and what the records hold of them."""

from __future__ import annotations

from collections import Counter

import pytest
import yaml

from bot.answers.extraction import template
from bot.answers.names import TOPIC_NAMES
from bot.rules.lawfiles import LawBook
from bot.rules.treaties.model import Agreement, Provision
from bot.rules.treaties.statements import named_by_title
from bot.rules.vocabulary import BRANCHES, COUNTRIES, PRINCIPLES, PROTECTION, TOPICS
from tests.rules.support import LAW, TODAY

# GB.344/POL/1, appendix: the eighteen instruments and its five columns, in its order. E equality of
# treatment, L applicable legislation, A acquired rights, C rights in course of acquisition, D
# administrative assistance. Not read from the data: the data are held against it.
COLUMNS = dict(
    zip(
        "ELACD",
        (
            "equality_of_treatment",
            "applicable_legislation",
            "maintenance_of_acquired_rights",
            "maintenance_in_course_of_acquisition",
            "administrative_assistance",
        ),
        strict=True,
    )
)
SEED = {
    "C19": "E...D",
    "R86": "E.AC.",
    "C102": "E....",
    "C97": "E....",
    "C118": "E.ACD",
    "C121": "E....",
    "R122": "E....",
    "C128": "...C.",
    "C130": "E....",
    "C143": "E....",
    "R151": "E.AC.",
    "C157": "ELACD",
    "R167": "ELACD",
    "C168": "E....",
    "MLC": "E....",
    "R201": "E.AC.",
    "R202": "E....",
    "R205": "..A..",
}
YEARS = {
    "C19": 1925, "R86": 1949, "C102": 1952, "C97": 1949, "C118": 1962, "C121": 1964, "R122": 1964,
    "C128": 1967, "C130": 1969, "C143": 1975, "R151": 1975, "C157": 1982, "R167": 1983, "C168": 1988,
    "MLC": 2006, "R201": 2011, "R202": 2012, "R205": 2017,
}  # fmt: skip
RELATED = (
    "C29", "C105", "C111", "C169", "C175", "C177", "C181", "C184", "C188", "C189", "C190", "R204", "ICRMW",
)  # fmt: skip
# The table of the same papers, January 2022: how many States had ratified. Later ones may have joined.
RATIFIED = {
    "C19": 121, "C102": 60, "C97": 53, "C118": 38, "C121": 24, "C128": 17, "C130": 16, "C143": 28, "C157": 4,
    "C168": 8, "MLC": 98,
}  # fmt: skip


@pytest.fixture(scope="module")
def words(book: LawBook) -> set[tuple[str | None, str]]:
    """Every message that translators are given, with its context."""
    return {
        (each.context, each.id if isinstance(each.id, str) else each.id[0])
        for each in template(book)
        if each.id
    }


# -- the instruments ----------------------------------------------------------------------------


def test_thirty_one_instruments(book: LawBook) -> None:
    assert len(SEED) == 18 and len(RELATED) == 13
    assert list(book.treaties.instruments) == [*SEED, *RELATED]


@pytest.mark.parametrize("name", SEED)
def test_the_five_columns_of_the_seed(book: LawBook, name: str) -> None:
    held = book.treaties.instruments[name]
    assert held.seed and dict(held.principles).keys() == set(COLUMNS.values()) == set(PRINCIPLES)
    row = "".join(letter if held.says(column) else "." for letter, column in COLUMNS.items())
    assert row == SEED[name]
    assert held.year == YEARS[name]
    kinds = {"C": "convention", "R": "recommendation", "M": "convention"}
    assert held.kind == kinds[name[0]]
    assert held.provenance.evidence == "seen" and held.provenance.source is not None
    assert held.provenance.source.publisher == "ILO Governing Body"


@pytest.mark.parametrize("name", RELATED)
def test_what_is_not_in_the_table_has_no_columns(book: LawBook, name: str) -> None:
    held = book.treaties.instruments[name]
    assert not held.seed and held.principles == ()
    assert not any(held.says(principle) for principle in PRINCIPLES)


def test_three_conventions_rest_on_reciprocity(book: LawBook) -> None:
    """GB.344/POL/1, para. 12."""
    reciprocal = {name for name, each in book.treaties.instruments.items() if each.reciprocal}
    assert reciprocal == {"C19", "C118", "C157"}


def test_every_title_is_told_to_translators(book: LawBook, words: set[tuple[str | None, str]]) -> None:
    titles = [each.title for each in book.treaties.instruments.values()]
    assert len(set(titles)) == 31 and [title for title in titles if (None, title) not in words] == []


# -- ratifications ------------------------------------------------------------------------------


def test_at_least_a_thousand_ratifications(book: LawBook) -> None:
    held = book.treaties.ratifications
    assert len(held) >= 1000
    assert {key for key, each in held.items() if key != f"{each.instrument}/{each.country}"} == set()
    assert {each.country for each in held.values()} <= set(COUNTRIES)
    assert {each.instrument for each in held.values()} <= book.treaties.instruments.keys()


def test_nobody_ratifies_a_recommendation(book: LawBook) -> None:
    guidance = {name for name, each in book.treaties.instruments.items() if each.kind == "recommendation"}
    assert len(guidance) == 8
    assert guidance & {each.instrument for each in book.treaties.ratifications.values()} == set()


def test_not_more_have_ratified_than_there_are_states(book: LawBook) -> None:
    """The numbers of January 2022, and a few that joined since."""
    count = Counter(
        each.instrument for each in book.treaties.ratifications.values() if each.status == "in_force"
    )
    assert {name: count[name] for name, most in RATIFIED.items() if count[name] > most + 15} == {}
    assert sum(count[name] for name in RATIFIED) >= 0.5 * sum(RATIFIED.values())


def test_a_convention_is_older_than_its_ratifications(book: LawBook) -> None:
    for each in book.treaties.ratifications.values():
        if each.ratified:
            assert int(each.ratified[:4]) >= book.treaties.instruments[each.instrument].year, each


def test_every_instrument_with_a_provision_is_ratified_by_somebody(book: LawBook) -> None:
    bound = {
        each.instrument for each in book.treaties.ratifications.values() if each.force(TODAY) == "in_force"
    }
    assert {each.instrument for each in book.treaties.provisions.values()} - bound == set()


# -- provisions ---------------------------------------------------------------------------------


def provisions(book: LawBook) -> list[Provision]:
    return list(book.treaties.provisions.values())


def test_every_provision_belongs_to_an_instrument_and_speaks_of_topics(book: LawBook) -> None:
    assert len(provisions(book)) >= 50
    for each in provisions(book):
        held = book.treaties.instruments[each.instrument]
        assert held.kind != "recommendation", each.id  # guidance gives nobody a right
        assert each.topics and set(each.topics) <= set(TOPICS), each.id
        assert each.accepted is None or set(each.topics) <= set(BRANCHES), each.id
        assert bool(each.what) == (each.principle == PROTECTION), each.id


def test_no_provision_gives_what_the_table_denies(book: LawBook) -> None:
    """Where the papers' table says no, a provision may only say what a part of the instrument says."""
    denied = [
        (each.id, each.principle)
        for each in provisions(book)
        if each.instrument in SEED
        and each.principle in PRINCIPLES
        and not book.treaties.instruments[each.instrument].says(each.principle)
    ]
    assert denied == []


def test_all_that_a_provision_says_has_words(book: LawBook, words: set[tuple[str | None, str]]) -> None:
    terms, missing = book.catalogue.terms, []
    for each in provisions(book):
        said = [*each.conditions, *each.sectors, *([each.if_status] if each.if_status else [])]
        named = [("treaty_condition", word) for word in said] + [("undertaking", word) for word in each.what]
        for vocabulary, word in named:
            text = terms[vocabulary].get(word)
            if text is None or (f"term {vocabulary}", str(text)) not in words:
                missing.append((each.id, word))
    assert missing == []


def test_every_topic_of_a_provision_has_a_name(book: LawBook, words: set[tuple[str | None, str]]) -> None:
    topics = {topic for each in provisions(book) for topic in each.topics}
    assert {topic for topic in topics if ("topic", TOPIC_NAMES[topic]) not in words} == set()


# -- agreements ---------------------------------------------------------------------------------


def agreements(book: LawBook) -> list[Agreement]:
    return list(book.treaties.agreements.values())


def test_an_agreement_of_a_group_has_members(book: LawBook) -> None:
    grouped = [each for each in agreements(book) if each.group]
    assert len(grouped) >= 10
    for each in grouped:
        members = book.groups[str(each.group)].on(TODAY)
        assert len(members) >= 2, each.id
        assert not each.binding or members <= set(each.parties), each.id


def test_an_agreement_of_many_has_a_title_for_translators(
    book: LawBook, words: set[tuple[str | None, str]]
) -> None:
    many = [each for each in agreements(book) if named_by_title(each)]
    assert len(many) >= 10
    assert [each.id for each in many if not each.title or (None, each.title) not in words] == []


def test_an_agreement_on_adding_up_names_branches(book: LawBook) -> None:
    """Without them it adds up nothing."""
    empty = [
        each.id
        for each in agreements(book)
        if each.binding and each.totalization is True and each.social_security and not each.branches
    ]
    assert empty == []


# -- the facts of the research ------------------------------------------------------------------

FACTS = yaml.safe_load((LAW / "agreements" / "facts.yml").read_text(encoding="utf-8"))["facts"]


def test_197_facts_went_somewhere_or_have_a_reason(book: LawBook) -> None:
    assert len(FACTS) == 197 == len({each["id"] for each in FACTS})
    for each in FACTS:
        assert set(each) == {"id", "into", "why"}, each["id"]
        assert each["into"] or len(each["why"].split()) >= 3, each["id"]
        assert book.reconciled[each["id"]].into == tuple(each["into"])


def test_what_a_fact_went_into_exists(book: LawBook) -> None:
    records = {*book.record_ids()}
    assert [(each["id"], name) for each in FACTS for name in each["into"] if name not in records] == []
    assert sum(bool(each["into"]) for each in FACTS) >= 150
