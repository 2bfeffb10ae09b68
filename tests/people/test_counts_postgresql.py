"""Counting in PostgreSQL as in SQLite: a real server."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from bot.conversation.outcomes import week_of
from bot.conversation.turn import Reply, State
from bot.people.counts import CountStore, Selection, questions_of
from bot.people.questions import Filters, report

pytestmark = pytest.mark.slow
TODAY = date(2026, 11, 22)


def test_several_sides_count_at_once(postgresql: str) -> None:
    known = Reply(State(language="ne", origin="NP", destination="QA"), ())
    asked = [
        each
        for topic in ("wages", "housing")
        for each in questions_of("rest", known.counting("gap", topic, "treaty_only"), TODAY)
    ]

    def count(turned: bool) -> None:
        mine = CountStore(postgresql)
        for _ in range(20):
            mine.add(Counter(reversed(asked) if turned else asked))

    store = CountStore(postgresql)
    threads = [threading.Thread(target=count, args=(turned,)) for turned in (False, True, False)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    sums = store.sums(("topic",), Selection(country="QA"))
    assert {what: cell.number for what, cell in sums.items()} == {("wages",): 60, ("housing",): 60}
    found = report(store, lambda first: [], Filters(weeks=0, language="ne"), TODAY)
    assert found.total == 120 and found.tables["gap"].rows[0] == (("NP", "QA", "housing"), 60)


def test_one_question_of_two_people_is_one_row(postgresql: str) -> None:
    """For one of them it is the first of this week."""
    told = Reply(State(language="ne", destination="SA"), ()).counting("gap", "wages", "treaty_only")
    (known,) = questions_of("rest", told, TODAY)
    new = replace(known, first=("people", "people_of_topic"))
    store = CountStore(postgresql)
    for _ in range(2):
        store.add({new: 2, known: 3})
    (cell,) = store.sums(("topic",), Selection(country="SA")).values()
    assert (cell.number, cell.weekly) == (10, ((week_of(TODAY), 4),))
