"""Counting what people ask: right, at once from several sides, without the person, and never in the way."""

from __future__ import annotations

import csv
import io
import json
import logging
import random
import sqlite3
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot import cli
from bot.answers.translations import translator
from bot.conversation.outcomes import FIRSTS, settled, week_of
from bot.conversation.turn import OUTCOMES, Reply, State
from bot.desk.counts_in_words import CountsInWords, as_csv
from bot.people import counts as module
from bot.people.counts import CountStore, Question, Selection, Tally, questions_of
from bot.people.disclosure import FEWEST
from bot.people.questions import TABLES, Filters, Report, as_json, report
from bot.rules.errors import CaseError

TODAY = date(2026, 11, 22)
WEEK = week_of(TODAY)
ALL = Selection()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "conversations.db"


@pytest.fixture
def store(database: Path) -> CountStore:
    return CountStore(f"sqlite:///{database}")


def reply(outcome: str = "answered", topic: str | None = "wages", detail: str = "", **known: Any) -> Reply:
    state = State(
        **{"language": "ne", "origin": "NP", "destination": "QA", "sector": "construction", **known}
    )
    return Reply(state, ()).counting(outcome, topic, detail)


def ask(store: CountStore, number: int = 1, day: date = TODAY, **more: Any) -> None:
    store.add(Counter(dict.fromkeys(questions_of("rest", reply(**more), day), number)))


def questions_with_and_without_firsts() -> tuple[Question, Question]:
    """The same question of two people: for one of them it is the first of this week."""
    (known,) = questions_of("rest", reply(), TODAY)
    return replace(known, first=("people", "people_of_topic")), known


def numbers(store: CountStore, *by: str, selection: Selection = ALL) -> dict[tuple[str, ...], int]:
    return {what: cell.number for what, cell in store.sums(by, selection).items()}


def made(store: CountStore, **filters: Any) -> Report:
    return report(store, lambda first: [], Filters(**filters), TODAY)


# -- counting -----------------------------------------------------------------------------------------


def test_a_thousand_questions_are_counted_right(store: CountStore) -> None:
    chance, tally, asked = random.Random(7), Tally(lambda: store), Counter[tuple[str, ...]]()
    for _ in range(1000):
        topic, outcome = chance.choice(("wages", "housing", None)), chance.choice(OUTCOMES)
        home, to = chance.choice((None, "NP", "PH")), chance.choice((None, "QA", "SA"))
        language, day = chance.choice(("ne", "en")), TODAY - timedelta(days=chance.randrange(30))
        given = reply(outcome, topic, origin=home, destination=to, language=language, sector=None)
        tally.add(questions_of("rest", given, day))
        asked[week_of(day), topic or "", home or "", to or "", "", language, "rest", outcome, ""] += 1
    tally.flush()
    assert numbers(store, *module.DIMENSIONS) == asked
    assert numbers(store) == {(): 1000}


def test_one_combination_is_written_once_whatever_was_its_persons_first(store: CountStore) -> None:
    """PostgreSQL refuses a statement that would change one row twice."""
    new, known = questions_with_and_without_firsts()
    (row,) = module._rows({new: 2, known: 3})
    assert (row["number"], row["people"], row["people_of_topic"], row["people_of_sector"]) == (5, 2, 2, 0)
    for _ in range(2):
        store.add({new: 2, known: 3})
    (cell,) = store.sums(("topic",), ALL).values()
    assert (cell.number, cell.weekly) == (10, ((WEEK, 4),))


def test_several_sides_count_at_once_and_nothing_is_lost(database: Path) -> None:
    def count() -> None:
        mine = CountStore(f"sqlite:///{database}")
        for _ in range(25):
            ask(mine)
            ask(mine, topic="housing")

    CountStore(f"sqlite:///{database}")
    threads = [threading.Thread(target=count) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    found = numbers(CountStore(f"sqlite:///{database}"), "topic")
    assert found == {("wages",): 100, ("housing",): 100}


def test_counts_are_written_a_moment_later_by_themselves(
    store: CountStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.05)
    tally = Tally(lambda: store)
    tally.add(questions_of("rest", reply(), TODAY))
    began = time.monotonic()
    while not numbers(store, "topic") and time.monotonic() - began < 5:
        time.sleep(0.02)
    assert numbers(store, "topic") == {("wages",): 1}


def test_a_database_that_is_down_delays_the_counts_and_nothing_else(
    store: CountStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_numbers: object) -> None:
        raise OperationalError("a statement", {"origin": "NP"}, Exception("disk full"))

    tally = Tally(lambda: store)
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(store, "add", broken)
        tally.add(questions_of("rest", reply(), TODAY))
        tally.flush()
    assert "cannot be written now" in caplog.text and "NP" not in caplog.text
    tally.add(questions_of("rest", reply(), TODAY))
    tally.flush()
    assert numbers(store, "topic") == {("wages",): 2}


def test_counting_costs_an_answer_next_to_nothing(store: CountStore) -> None:
    tally, spent = Tally(lambda: store), []
    for _ in range(500):
        said = reply()
        began = time.perf_counter()
        tally.add(questions_of("rest", said, TODAY))
        spent.append(time.perf_counter() - began)
    assert statistics.median(spent) < 0.000_3


def test_there_is_nobody_in_the_table(store: CountStore, database: Path) -> None:
    ask(store)
    with sqlite3.connect(database) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(asked)")]
        rows = list(connection.execute("SELECT * FROM asked"))
    assert columns == [
        "week", "topic", "origin", "destination", "sector", "language", "channel", "outcome", "detail",
        "number", "record_key", *FIRSTS,
    ]  # fmt: skip
    what = ("2026-W47", "wages", "NP", "QA", "construction", "ne", "rest", "answered", "")
    assert rows[0][: len(what) + 1] == (*what, 1)


def test_papers_are_not_counted() -> None:
    one, other = (questions_of("rest", reply(status=status), TODAY) for status in ("irregular", "regular"))
    assert one == other


# -- what is shown ------------------------------------------------------------------------------------


def test_tables_by_topic_corridor_language_and_week(store: CountStore) -> None:
    ask(store, 20)
    ask(store, 10, topic="housing", origin=None, language="en", day=TODAY - timedelta(weeks=2))
    found = as_json(made(store, weeks=4))
    tables = found["tables"]
    assert found["total"] == 30 and found["weeks"] == {"first": "2026-W44", "last": "2026-W47"}
    assert tables["topic"]["rows"] == [
        {"topic": "wages", "questions": 20}, {"topic": "housing", "questions": 10},
    ]  # fmt: skip
    assert tables["corridor"]["rows"] == [
        {"origin": "NP", "destination": "QA", "questions": 20},
        {"origin": None, "destination": "QA", "questions": 10},
    ]
    assert {row["language"]: row["questions"] for row in tables["language"]["rows"]} == {"ne": 20, "en": 10}
    weeks = [(row["week"], row["questions"]) for row in tables["week"]["rows"]]
    assert weeks == [("2026-W44", None), ("2026-W45", 10), ("2026-W46", None), ("2026-W47", 20)]


def test_filters(store: CountStore) -> None:
    ask(store, 10)
    ask(store, 5, language="en", origin="PH", destination="SA")
    ask(store, 15, day=TODAY - timedelta(weeks=30))
    totals = [made(store, **each).total for each in (
        {}, {"weeks": 0}, {"language": "en"}, {"country": "NP"}, {"country": "SA"},
        {"country": "SA", "language": "ne"}, {"weeks": 52, "country": "QA"},
    )]  # fmt: skip
    assert totals == [15, 30, 5, 10, 5, None, 25]
    assert made(store, weeks=0).weeks[0] == week_of(TODAY - timedelta(weeks=30))


@pytest.mark.parametrize("wrong", [{"weeks": 5}, {"weeks": -4}, {"country": "XX"}, {"language": "tlh"}])
def test_filters_that_cannot_be_meant(wrong: dict[str, Any]) -> None:
    with pytest.raises(CaseError):
        Filters(**wrong)


def test_no_number_under_five_is_shown_anywhere(store: CountStore) -> None:
    chance = random.Random(11)
    for _ in range(400):
        outcome = chance.choice(OUTCOMES)
        detail = {"gap": "treaty_only", "emergency": "violence"}.get(outcome, "")
        known = {
            "topic": chance.choice(("wages", "housing", "contract", "embassy")),
            "origin": chance.choice(("NP", "PH", "BD", "IN")),
            "language": chance.choice(("ne", "en", "bn")),
            "day": TODAY - timedelta(days=chance.randrange(60)),
        }
        ask(store, chance.randrange(1, 4), outcome=outcome, detail=detail, **known)
    for filters in (
        {},
        {"country": "NP"},
        {"language": "bn", "weeks": 4},
        {"country": "PH", "language": "en"},
    ):
        found = made(store, **filters)
        lines = list(csv.DictReader(io.StringIO(as_csv(found, words()).removeprefix("\ufeff"))))
        assert len(lines) > 20
        for line in lines:
            shown = line["questions"]
            assert shown == "<5" or (int(shown) >= FEWEST and int(shown) % FEWEST == 0), line
        for table in as_json(found)["tables"].values():
            for row in table["rows"]:
                assert row["questions"] is None or row["questions"] % FEWEST == 0


def test_gaps_come_by_demand_and_with_their_reason(store: CountStore) -> None:
    ask(store, 10, outcome="gap", detail="nothing_in_data", topic="housing")
    ask(store, 20, outcome="gap", detail="treaty_only", topic="old_age", origin="PH", destination="SA")
    ask(store, 15, outcome="corrected", detail="nothing_in_data", topic="contract")
    ask(store, 4, outcome="gap", detail="nothing_in_data", topic="embassy")
    ask(store, 30)
    tables = made(store).tables
    assert tables["gap"].rows == (
        (("PH", "SA", "old_age"), 20), (("NP", "QA", "contract"), 15), (("NP", "QA", "housing"), 10),
    )  # fmt: skip
    assert tables["gap"].rest is None
    assert tables["gap_by_country"].rows[0] == (("SA", "old_age"), 20)
    reasons = {reason: number for (reason,), number in tables["gap_by_reason"].rows}
    assert reasons["treaty_only"] == 20 and reasons["nothing_in_data"] in (25, 30)
    assert reasons["not_known_then"] is None


def test_what_did_not_go_well(store: CountStore) -> None:
    ask(store, 10, outcome="unanswered", topic=None)
    ask(store, 5, outcome="corrected")
    ask(store, 15, outcome="handed_over", topic="housing", language="en")
    ask(store, 25, outcome="emergency", topic="emergency", detail="violence")
    found = made(store).tables
    assert dict(found["trouble_by_topic"].rows) == {
        ("corrected", "wages"): 5, ("handed_over", "housing"): 15,
    }  # fmt: skip
    assert dict(found["trouble_by_language"].rows)["handed_over", "en"] == 15
    assert dict(found["danger"].rows)["violence",] == 25 and dict(found["danger"].rows)["arrest",] is None
    assert dict(found["outcome"].rows)["emergency",] == 25


def test_words_of_what_was_not_understood(store: CountStore) -> None:
    def note(words: str, first: bool = True, day: date = TODAY) -> dict[str, Any]:
        return {"language": "en", "day": day.isoformat(), "words": words, "first": first}

    notes = [note("the passport passport ·")] * 7 + [note("agency the")] * 4
    notes += [note("salary", first=False)] * 9  # one person over and over
    notes += [note("camp", day=TODAY - timedelta(weeks=week)) for week in range(9)]  # perhaps one person
    asked_for: list[date] = []

    def words(**filters: Any) -> tuple[tuple[str, str, int], ...]:
        def unanswered(first: date) -> list[dict[str, Any]]:
            asked_for.append(first)
            return notes

        return report(store, unanswered, Filters(**filters), TODAY).words

    assert words() == (("en", "passport", 5),)
    assert words(language="ne") == ()
    assert asked_for == [date(2026, 8, 31)] * 2
    assert words(country="NP") == () and len(asked_for) == 2, "not even read where a country is asked for"


# -- people, not questions ----------------------------------------------------------------------------


def a_week_of(store: CountStore, *topics: str, day: date = TODAY, **known: Any) -> None:
    """A person who asks about these topics, in the order of the topics."""
    state = State(**{"language": "ne", "origin": "NP", "destination": "QA", **known})
    for topic in topics:
        told = settled(state, Reply(state, ()).counting("gap", topic, "nothing_in_data"), day)
        state = told.state
        store.add(Counter(questions_of("rest", told, day)))


def shown(found: Report) -> dict[str, list[tuple[tuple[str, ...], int]]]:
    return {
        name: [(what, number) for what, number in table.rows if number is not None]
        for name, table in found.tables.items()
    }


def test_five_questions_of_one_person_are_not_five_people(store: CountStore) -> None:
    """In no table, with no filter; nor one question a week over many weeks."""
    many = ("wages", "housing", "contract", "overtime", "embassy", "termination", "hotline")
    a_week_of(store, *many)
    for week in range(1, 9):
        a_week_of(store, "old_age", day=TODAY - timedelta(weeks=week))
    assert numbers(store) == {(): len(many) + 8}
    for filters in ({}, {"country": "NP"}, {"language": "ne", "weeks": 0}, {"country": "QA", "weeks": 52}):
        found = made(store, **filters)
        assert found.total is None
        assert not any(shown(found).values()), shown(found)
        assert all(table.rest is None for table in found.tables.values())


def test_five_people_are_shown_however_they_ask(store: CountStore) -> None:
    """Each table by the people in it, not by their first question of all alone."""
    for person in range(5):
        a_week_of(store, "wages", "housing", *(["contract"] if person == 0 else []))
    found = made(store)
    assert found.total in (10, 15)
    tables = shown(found)
    assert tables["topic"] == [(("housing",), 5), (("wages",), 5)]
    assert [what for what, _ in tables["corridor"]] == [("NP", "QA")]
    assert [what for what, _ in tables["week"]] == [(WEEK,)]
    assert [what for what, _ in tables["gap"]] == [("NP", "QA", "housing"), ("NP", "QA", "wages")]
    assert [what for what, _ in tables["gap_by_reason"]] == [("nothing_in_data",)]
    assert shown(made(store, country="QA"))["topic"] == tables["topic"]


def test_people_who_are_asked_for_their_country_first_count_in_their_corridor(store: CountStore) -> None:
    for topic in ("wages", "housing", "contract", "overtime", "embassy"):
        state = State(language="ne")
        told = settled(state, Reply(state, ()).counting("asked_back", topic), TODAY)
        store.add(Counter(questions_of("rest", told, TODAY)))
        a_week_of(store, topic, known=told.state.known)
    tables = shown(made(store))
    assert tables["corridor"] == [(("", ""), 5), (("NP", "QA"), 5)]
    assert tables["outcome"] == [(("gap",), 5), (("asked_back",), 5)]
    assert tables["topic"] == []
    assert [number for _, number in shown(made(store, country="QA"))["week"]] == [5]


def test_whoever_asks_without_end_is_counted_on_no_more(store: CountStore) -> None:
    """Nothing that was counted is forgotten within a week: no question of one person counts twice."""
    state = State(language="ne")
    for turn in range(2):
        for number in range(200):
            given = settled(state, Reply(state, ()).counting("gap", f"topic{number}"), TODAY)
            state = given.state
            assert turn == 0 or given.asked == ()
    assert len(state.known["counted"]) < 3_000


def test_counts_of_an_earlier_version_stay(tmp_path: Path) -> None:
    """Their people are not known: only what one combination tells is shown."""
    with sqlite3.connect(tmp_path / "old.db") as connection:
        columns = ", ".join(f"{name} VARCHAR(40) NOT NULL" for name in module.DIMENSIONS)
        keys = ", ".join(module.DIMENSIONS)
        connection.execute(
            f"CREATE TABLE asked ({columns}, number BIGINT NOT NULL, record_key BIGINT NOT NULL, "
            f"PRIMARY KEY ({keys}))"
        )
        rows = [
            (WEEK, topic, "NP", "QA", "", "ne", "rest", "answered", "", number, 7)
            for topic, number in (("wages", 10), ("housing", 4), ("contract", 3))
        ]
        connection.executemany("INSERT INTO asked VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    for _ in range(2):
        store = CountStore(f"sqlite:///{tmp_path / 'old.db'}")
    assert numbers(store) == {(): 17}
    assert shown(made(store))["topic"] == [(("wages",), 10)]
    ask(store, 20)
    assert numbers(store, "topic")["wages",] == 30


# -- on the command line ------------------------------------------------------------------------------


def test_the_command(
    store: CountStore, database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(store, 20, day=date.today())
    ask(store, 3, day=date.today(), topic="housing")
    monkeypatch.setenv("HAQ_VAR_DIR", str(database.parent))
    assert cli.run(["questions", "--country", "QA"]) == 0
    said = capsys.readouterr().out
    assert "20  unpaid or late wages" in said and "housing" not in said and "fewer than 5" in said
    assert cli.run(["questions", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"]["topic"]["rows"][0]["questions"] == 20
    assert cli.run(["questions", "--csv"]) == 0
    assert "topic,wages,unpaid or late wages,20" in capsys.readouterr().out
    assert cli.run(["questions", "--json", "--csv"]) == cli.run(["questions", "--weeks", "5"]) == 2


# -- as a file ----------------------------------------------------------------------------------------


def words(language: str = "en") -> CountsInWords:
    return CountsInWords(translator(language), translator(language, "desk"))


def test_the_file_opens_in_a_spreadsheet_and_runs_nothing(store: CountStore) -> None:
    ask(store, 20, outcome="gap", detail="treaty_only")
    store.add({Question(WEEK, "wages", "NP", "QA", "", "ne", "=HYPERLINK(1)", "answered", ""): 9})
    note = {"language": "en", "day": TODAY.isoformat(), "words": "@sum -1+2 agency", "first": True}
    text = as_csv(report(store, lambda first: [note] * 5, Filters(), TODAY), words())
    assert text.startswith("\ufeff")
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert lines[0] == ["table", "codes", "in words", "questions"]
    assert ["gap", "NP/QA/wages", "Nepal / Qatar / unpaid or late wages", "20"] in lines
    assert ["gap_by_reason", "treaty_only", "only a treaty, no law of the country", "20"] in lines
    assert all(not cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)
    assert "'=HYPERLINK(1)" in {cell for line in lines for cell in line}
    assert "'@sum" in {cell for line in lines for cell in line}


def test_every_value_has_words_and_an_old_one_its_code() -> None:
    said = words()
    named = [said.row(table, (row,))[0] for table in TABLES.values() for row in table.rows]
    assert len(set(named)) == len(named) and not any("_" in name for name in named)
    assert said.value("topic", "a_topic_of_old") == "a_topic_of_old"
    assert words().row(TABLES["corridor"], ("", "QA")) == ["not known", "Qatar"]


@pytest.mark.parametrize("run", [made, lambda store: made(store, weeks=0)])
def test_nothing_yet(store: CountStore, run: Callable[[CountStore], Report]) -> None:
    found = run(store)
    assert found.total is None and found.weeks[-1] == WEEK
    assert all(number is None for shown in found.tables.values() for _, number in shown.rows)
