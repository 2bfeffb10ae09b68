"""A thousand personal marks through the real stores, then a search of the raw files: none is there.

The search is that of `grep`, not ours: it must not share our mistakes.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.people import clock
from bot.privacy import conversations, housekeeping
from bot.privacy.places import IN_CONVERSATIONS
from bot.privacy.search import search
from bot.privacy.stores import Stores, open_stores, written_ways
from bot.settings import Settings, load_settings
from tests.privacy.people import Worker, rows, texts_of, workers, write_everything
from tests.servers import empty_database

OF_NOBODY = {
    "asked",
    "feedback",
    "desk_change",
    "desk_presence",
    "sqlite_sequence",
    "people_version",
    "people_key",
}
"""Tables in which no person stands."""


def in_raw_files(folder: Path, marks: Iterable[str]) -> list[str]:
    """Which marks stand in the files below a folder, as text, as hexadecimal digits or in any case."""
    wanted = [way for mark in marks for way in (mark, mark.encode().hex())]
    ran = subprocess.run(
        ["grep", "--recursive", "--text", "--fixed-strings", "--ignore-case", "--only-matching",
         "--no-filename", "--file=-", str(folder)],
        input="\n".join(wanted), capture_output=True, text=True, env={"LC_ALL": "C"}, check=False,
    )  # fmt: skip
    assert ran.returncode in (0, 1), ran.stderr
    return ran.stdout.split()


def marks_of(people: Sequence[Worker]) -> list[str]:
    return [mark for each in people for mark in each.marks]


def fill(stores: Stores, people: Sequence[Worker]) -> list[str]:
    """Everybody uses everything; the names under which the program knows them."""
    return [write_everything(stores, each) for each in people]


def of_somebody(stores: Stores) -> dict[str, int]:
    found = rows(stores.databases[0])
    return {name: number for name, number in found.items() if name not in OF_NOBODY and number}


def hashes(stores: Stores, persons: Iterable[str]) -> list[str]:
    """What stands for people in the tables."""
    return [each for person in persons for each in (person, stores.people._sealer.person(person))]


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """Else the tests below would prove nothing."""
    one = workers(1)[0]
    (tmp_path / "a.db").write_bytes(b"\0\xff" + one.words.encode() + b"\0")
    found = {each.lower() for each in in_raw_files(tmp_path, one.marks)}
    assert found == {mark.lower() for mark in one.marks if mark in one.words}
    assert {each.mark for each in search([tmp_path], one.marks)} == set(range(1, len(one.marks)))


def test_nothing_that_names_anybody_ever_reaches_the_disk(stores: Stores, settings: Settings) -> None:
    """Not even while it is kept: neither in the tables nor in the files of SQLite."""
    people = workers(10)
    fill(stores, people)
    counts = of_somebody(stores)
    assert counts["conversation"] == counts["handoff"] == 10 and counts["channel_person"] == 8
    assert counts["handoff_note"] == 10 and counts["outbox"] == 30 and counts["web_event"] == 2
    assert counts["channel_inbox"] == 16 and counts["channel_outbox"] == 8
    assert in_raw_files(settings.var_dir, marks_of(people)) == []
    assert list(search([settings.var_dir], marks_of(people))) == []


def test_every_column_with_something_sealed_is_known_to_the_rotation(
    stores: Stores, settings: Settings
) -> None:
    fill(stores, workers(5))
    key = stores.people._sealer.newest()
    sealed = {
        (table, column)
        for table, column, value in texts_of(settings.conversations_url)
        if value.startswith(f"{key}.") or value.startswith("gAAAA")
    }
    assert sealed == {(each.table, each.column) for each in IN_CONVERSATIONS}


def test_no_error_of_a_database_repeats_what_somebody_wrote(stores: Stores) -> None:
    with pytest.raises(SQLAlchemyError) as failed, stores.databases[0].begin() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": "my boss hits me"})
    assert "my boss" not in str(failed.value)


def test_free_words_of_feedback_hold_nothing_that_names_anybody(stores: Stores) -> None:
    one = workers(1)[0]
    write_everything(stores, one)
    said = [each["words"] for each in stores.people.feedback() if each["kind"] == "unanswered"]
    assert len(said) == 1 and "passport" in said[0].lower()
    assert not any(mark.lower() in said[0].lower() for mark in one.marks)
    assert not any(letter.isdigit() for letter in said[0])


def erase_all(stores: Stores, people: Sequence[Worker]) -> None:
    for number, each in enumerate(people):
        typed = f"+{each.address[:5]} {each.address[5:]}" if each.channel == "whatsapp" else each.address
        erased = [stores.erase(each.channel, way) for way in written_ways(each.channel, typed)]
        assert sum(one["conversation"] for one in erased) == sum(one["handoff"] for one in erased) == 1, (
            number
        )
    stores.clear_traces()


def later(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """From now on it is so many days later, for every store."""
    then = datetime.now(timezone.utc) + timedelta(days=days)
    monkeypatch.setattr(clock, "moment", lambda: then)
    monkeypatch.setattr(conversations, "_now", lambda: then)
    for module in ("bot.channels.mailbox", "bot.channels.weblog"):
        monkeypatch.setattr(f"{module}.time", then.timestamp)


def test_the_program_forgets_by_itself(
    stores: Stores, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The web chat after a day, everything else after thirty; a reminder is still sent."""
    people = workers(10)
    persons = fill(stores, people)
    for each in persons[1:]:
        stores.people.cancel_reminders(each)
    later(monkeypatch, 29)
    housekeeping.tidy(stores, settings)
    kept = of_somebody(stores)
    assert kept["conversation"] == kept["handoff"] == 8 and "web_session" not in kept
    later(monkeypatch, 31)
    housekeeping.tidy(stores, settings)
    assert of_somebody(stores) == {"channel_person": 1, "outbox": 1}
    assert stores.mailbox.known(persons[0]) is not None, "who waits for a reminder can be reached"
    stores.people.cancel_reminders(persons[0])
    housekeeping.tidy(stores, settings)
    assert of_somebody(stores) == {}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_thousand_marks_are_nowhere_after_erasing_and_after_their_time(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the people are erased, the others have had their time.

    PostgreSQL keeps dead rows in its log until that is recycled: they are hashed and sealed.
    """
    given = {"HAQ_VAR_DIR": str(tmp_path)}
    if kind == "postgresql":
        given["HAQ_CONVERSATIONS_URL"] = empty_database(request.getfixturevalue("postgresql_server"))
    settings = load_settings(given)
    stores, people = open_stores(settings), workers()
    assert len(marks_of(people)) == 1000
    persons = fill(stores, people)
    raw = _raw_files(stores, tmp_path)
    assert in_raw_files(raw, hashes(stores, persons[:3])), "the search reads the files of the database"
    assert in_raw_files(raw, marks_of(people)) == []

    erase_all(stores, people[:25])
    left = of_somebody(stores)
    assert left["conversation"] == left["handoff"] == 25 and left["channel_inbox"] == 2 * 40
    for each in persons[25:]:
        stores.people.cancel_reminders(each)
    later(monkeypatch, 31)
    housekeeping.tidy(stores, settings)

    assert of_somebody(stores) == {}
    _raw_files(stores, tmp_path)
    assert in_raw_files(raw, marks_of(people)) == in_raw_files(tmp_path, marks_of(people)) == []
    gone = [*hashes(stores, persons), f"{stores.people._sealer.newest()}.gAAAA"]
    if kind == "sqlite":
        assert in_raw_files(raw, gone) == []
        return
    until = monotonic() + 60  # what the server's own housekeeping looks at just now stays a moment longer
    while found := in_raw_files(_rewritten(stores, tmp_path), gone):
        assert monotonic() < until, found[:5]
        sleep(0.5)


def _rewritten(stores: Stores, folder: Path) -> Path:
    """The tables of PostgreSQL, as docs/privacy.md says for a server that is handed over."""
    with stores.databases[0].connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM FULL"))
    return _raw_files(stores, folder) / "base"


def _raw_files(stores: Stores, folder: Path) -> Path:
    """Where the database has its files, once what it holds in memory is written there."""
    if stores.databases[0].dialect.name == "sqlite":
        return folder
    with stores.databases[0].connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        return Path(str(connection.execute(text("SHOW data_directory")).scalar()))
