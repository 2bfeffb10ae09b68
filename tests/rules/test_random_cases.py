"""Two hundred random cases on all topics: one value for one thing, nobody excluded reached, no past law.

The cases are drawn from the countries that have rules; every topic is asked at once, as of today and
of other days.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from bot.rules.case import Case, make_case
from bot.rules.dates import PartialDate
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook, agree, rivalry
from bot.rules.lookup import Lookup, lookup
from bot.rules.model import ANY
from bot.rules.vocabulary import COUNTRIES, EMPLOYMENTS, SECTORS, STATUSES, TOPICS
from tests.rules.support import TODAY

CASES, SEED = 200, 20261121
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(base: LawBase, book: LawBook) -> list[Lookup]:
    return [lookup(base, case) for case in cases(book)]


def cases(book: LawBook) -> list[Case]:
    chance = random.Random(SEED)
    works = sorted(
        {
            place.partition("-")[0]
            for rule in book.rules.values()
            for place in rule.key.destinations
            if place != ANY and place not in book.groups
        }
    )
    named = {place for rule in book.rules.values() for place in rule.key.origins}
    homes = sorted(place for place in named if place in COUNTRIES)
    made = []
    while len(made) < CASES:
        place, home = chance.choice(works), chance.choice(homes)
        if place == home:
            continue
        day = chance.choice((TODAY, TODAY - timedelta(days=chance.randrange(1500)), date(2027, 1, 2)))
        made.append(
            make_case(
                today=max(day, TODAY),
                on=day,
                origin=home,
                destination=place,
                sector=chance.choice((None, *SECTORS)),
                status=chance.choice((None, *STATUSES)),
                employment=chance.choice((None, *EMPLOYMENTS)),
                facts={"private_household": "yes"} if chance.random() < 0.2 else {},
            )
        )
    return made


def test_no_two_values_for_one_thing(found: list[Lookup], book: LawBook) -> None:
    for each in found:
        sure = [result.rule for result in each.answers if result.applies == "yes"]
        sure = [rule for rule in sure if rule.id in book.rules]  # what is derived adds up
        for position, one in enumerate(sure):
            rule_type = book.catalogue.types[one.type]
            if rule_type.combine != "one":
                continue
            for other in sure[position + 1 :]:
                if other.type == one.type and rivalry(other, rule_type) == rivalry(one, rule_type):
                    assert agree(one, other), (each.case, one.id, other.id)


def test_no_rule_in_a_sector_that_it_excludes(found: list[Lookup]) -> None:
    excluding = 0
    for each in found:
        for result in (*each.answers, *each.channels):
            excluded = set(result.rule.key.except_sectors)
            excluding += bool(excluded)
            if result.legal_sectors and excluded:
                assert not result.legal_sectors <= excluded, (each.case, result.rule.id)
                if result.applies == "yes":
                    assert not result.legal_sectors & excluded, (each.case, result.rule.id)
    assert excluding > CASES, "rules that exclude were among them"


def test_no_past_law_as_present(found: list[Lookup]) -> None:
    for each in found:
        for result in each.answers:
            rule = result.rule
            day = each.case.today if rule.kind == "complaint_channel" else each.case.on
            if rule.end is not None and PartialDate.parse(rule.end).day is not None:
                assert day <= PartialDate.parse(rule.end).latest, (each.case, rule.id)
            if rule.start is not None:
                begun = PartialDate.parse(rule.start)
                assert day >= begun.earliest, (each.case, rule.id)
                if day < begun.latest:
                    assert result.applies == "depends", (each.case, rule.id)


def test_every_topic_is_answered_or_a_gap_is_named(found: list[Lookup]) -> None:
    for each in found:
        spoken = {topic for result in each.answers for topic in result.rule.topics}
        missing = set(TOPICS) - spoken - {gap.topic for gap in each.gaps} - {"emergency"}
        assert not missing, (each.case, missing)
