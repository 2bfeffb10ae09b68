"""Where the law says no, what can still be done is said, from rules of the same lookup."""

from __future__ import annotations

import pytest

from bot.answers.answer import answer, answer_json
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook
from bot.rules.lookup import Lookup, lookup
from bot.rules.remedies import WAYS
from tests.rules.support import case_of


def ways(found: Lookup, topic: str) -> dict[str, tuple[str, ...]]:
    remedy = next(each for each in found.remedies if each.topic == topic)
    return {way.name: way.rules for way in remedy.ways}


@pytest.fixture(scope="module")
def gulf(base: LawBase) -> Lookup:
    return lookup(base, case_of(home="PH", to="SA", sector="construction", status="regular"))


def test_every_no_comes_with_what_is_left(gulf: Lookup) -> None:
    types = gulf.catalogue.types
    denied = {
        topic
        for each in gulf.answers
        if types[each.rule.type].denies and each.applies == "yes"
        for topic in each.rule.topics
    }
    assert denied and denied <= {each.topic for each in gulf.remedies}
    assert any(each.ways for each in gulf.remedies)


def test_ways_rest_on_rules_of_the_same_answer(gulf: Lookup) -> None:
    shown = {each.rule.id for each in (*gulf.answers, *gulf.channels)}
    for remedy in gulf.remedies:
        named = [way.name for way in remedy.ways]
        assert named == sorted(set(named), key=WAYS.index)
        for way in remedy.ways:
            assert way.rules and set(way.rules) <= shown
            assert not set(way.rules) & set(remedy.denied_by)


def test_the_home_scheme_is_a_way(gulf: Lookup, book: LawBook) -> None:
    held = [way for each in gulf.remedies for way in each.ways if way.name == "home_scheme"]
    assert held
    assert all(book.rules[rule].key.origins == ("PH",) for way in held for rule in way.rules)


def test_without_a_no_nothing_is_said(base: LawBase) -> None:
    found = lookup(base, case_of(home="TV", to="NR"), ["wages"])
    assert found.remedies == ()


def test_it_is_said_in_words_and_in_json(gulf: Lookup) -> None:
    said = answer(gulf, "en")
    texts = [each.text for each in said.remedies]
    assert len(texts) == len(gulf.remedies) and all(
        "you can still " in text or "no other way" in text for text in texts
    )
    body = answer_json(said)["still_possible"]
    assert [each["topic"] for each in body] == [each.topic for each in gulf.remedies]
    assert all({"topic", "denied_by", "ways", "text"} == set(each) for each in body)
