"""The same law in PostgreSQL as in SQLite: a real server."""

from __future__ import annotations

import random

import pytest

from bot.rules.diff import diff
from bot.rules.lawbase import LawBase
from bot.rules.load import load_law
from bot.rules.lookup import lookup
from bot.rules.vocabulary import COUNTRIES, SECTORS, TOPICS
from tests.rules.support import LAW, case_of

pytest.importorskip("psycopg2")  # the current Python's environment has no driver
pytestmark = pytest.mark.slow


def test_the_law_is_the_same_in_both(postgresql: str, base: LawBase) -> None:
    report = load_law(postgresql, LAW)
    assert diff(postgresql, LAW) == [] and not load_law(postgresql, LAW).anything
    other = LawBase(postgresql)
    chance = random.Random(5)
    countries = sorted(COUNTRIES)
    cases = [("NP", "QA"), ("MA", "FR"), ("PH", "KR"), *(chance.sample(countries, 2) for _ in range(60))]
    for home, to in cases:
        case = case_of(home=home, to=to, sector=chance.choice((None, *SECTORS)))
        topics = chance.sample(TOPICS, 5)
        one, two = lookup(base, case, topics), lookup(other, case, topics)
        assert one.version == two.version == report.version
        assert (one.answers, one.channels, one.gaps) == (two.answers, two.channels, two.gaps), case
        assert (one.contacts, one.emergency) == (two.contacts, two.emergency), case
    other.close()
