"""The tables of people and accounts, step by step: drift, adoption, several processes at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, inspect, text

from bot.channels import mail, weblog
from bot.databases import migrating
from bot.databases.migrating import ACCOUNTS, PEOPLE, Steps, bring_up_to_date, version
from bot.desk.accounts import tables as accounts
from bot.desk.workshop import proposals
from bot.locks import database as locks
from bot.people import counts
from bot.people import tables as people
from bot.privacy import conversations, ownership
from bot.rules.database import open_database
from bot.rules.errors import LawBaseUnavailable

OURS: dict[Steps, tuple[MetaData, ...]] = {
    PEOPLE: (
        conversations._metadata, mail.metadata, weblog._metadata, people.metadata, counts._metadata,
        locks.metadata, ownership.metadata,
    ),
    ACCOUNTS: (accounts.metadata, proposals.metadata),
}  # fmt: skip
BOTH = pytest.mark.parametrize("steps", OURS, ids=lambda steps: steps.name)


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'some.db'}"


def together(parts: Iterable[MetaData]) -> MetaData:
    whole = MetaData()
    for part in parts:
        for table in part.sorted_tables:
            table.to_metadata(whole)
    return whole


def drift(url: str, steps: Steps) -> list[object]:
    """What the program's tables have that those of the database have not, and the other way round."""
    engine, ours = open_database(url), together(OURS[steps])
    others = {name for parts in OURS.values() for part in parts for name in part.tables} - set(ours.tables)
    others.add("sqlite_sequence")

    def is_ours(name: str | None, kind: str, parents: object) -> bool:
        return kind != "table" or not (name in others or str(name).endswith("_version"))

    options = {"compare_type": True, "include_name": is_ours}
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts=options), ours)
    engine.dispose()
    return list(found)


def at_once(do: Callable[[], None], times: int = 6) -> None:
    failures: list[BaseException] = []

    def one() -> None:
        try:
            do()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=one) for _ in range(times)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failures == []


def check_steps(url: str, steps: Steps) -> None:
    """From nothing, several at once, and once more."""

    def open_it() -> None:
        engine = open_database(url)
        bring_up_to_date(engine, steps)
        engine.dispose()

    at_once(open_it)
    assert drift(url, steps) == []
    open_it()


def check_adoption(url: str, steps: Steps) -> None:
    """A database of before, with rows and without a column that came later."""
    engine = open_database(url)
    old = import_module(f"bot.databases.{steps.name}.0001_first_tables").metadata
    old.create_all(engine)
    table, column, others = {
        "people": ("desk_change", "", ""),
        "accounts": ("account", "totp_step", "name, roles, language, created_at"),
    }[steps.name]
    with engine.begin() as connection:
        if column:
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
            values = "VALUES ('ana', 'desk', 'en', '2026')"
            connection.execute(text(f"INSERT INTO {table} ({others}) {values}"))
        else:
            connection.execute(text(f"INSERT INTO {table} (id, number) VALUES (1, 77)"))  # noqa: S608
    assert version(engine, steps) is None
    bring_up_to_date(engine, steps)
    assert version(engine, steps) == steps.newest
    with engine.connect() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 1  # noqa: S608
    engine.dispose()
    assert drift(url, steps) == []


def test_the_newest_step_is_the_one_that_is_named() -> None:
    for steps in OURS:
        names = sorted(path.name.partition("_")[0] for path in steps.folder.glob("[0-9]*.py"))
        assert names[-1] == steps.newest


@BOTH
def test_drift_sqlite(sqlite: str, steps: Steps) -> None:
    check_steps(sqlite, steps)


@BOTH
def test_adoption_sqlite(sqlite: str, steps: Steps) -> None:
    check_adoption(sqlite, steps)


def test_later_steps_only_add() -> None:
    """Old and new processes work side by side: a step takes nothing away and renames nothing."""
    for steps in OURS:
        for path in steps.folder.glob("[0-9]*.py"):
            _, _, upgrade = path.read_text(encoding="utf-8").partition("def upgrade")
            upgrade, _, _ = upgrade.partition("def downgrade")
            taking = ("drop_", "rename_", "alter_column", "DROP ", "RENAME ")
            assert [word for word in taking if word in upgrade] == [], path


@pytest.mark.slow
def test_postgresql(postgresql: str) -> None:
    """Both kinds in one database, beside each other."""
    for steps in OURS:
        check_steps(postgresql, steps)
    engine = open_database(postgresql)
    assert {"people_version", "accounts_version"} <= set(inspect(engine).get_table_names())
    engine.dispose()


@pytest.mark.slow
@BOTH
def test_adoption_postgresql(postgresql: str, steps: Steps) -> None:
    check_adoption(postgresql, steps)


def check_a_newer_database_is_taken_as_it_is(url: str) -> None:
    """The way back, and old workers that start again while a new version comes."""
    engine = open_database(url)
    bring_up_to_date(engine, PEOPLE)
    with engine.begin() as connection:
        connection.execute(text("UPDATE people_version SET version_num = '9998'"))
    bring_up_to_date(engine, PEOPLE)
    assert version(engine, PEOPLE) == "9998"
    engine.dispose()


def test_a_newer_sqlite_is_taken_as_it_is(sqlite: str) -> None:
    check_a_newer_database_is_taken_as_it_is(sqlite)


@pytest.mark.slow
def test_a_newer_postgresql_is_taken_as_it_is(postgresql: str) -> None:
    check_a_newer_database_is_taken_as_it_is(postgresql)


def test_one_that_became_newer_while_we_waited_for_it_is_taken_too(
    sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_database(sqlite)
    bring_up_to_date(engine, PEOPLE)
    with engine.begin() as connection:
        connection.execute(text("UPDATE people_version SET version_num = '9998'"))
    monkeypatch.setattr(migrating, "version", lambda *_: "0001")  # what was read before the wait
    bring_up_to_date(engine, PEOPLE)
    assert version(engine, PEOPLE) == "9998"
    engine.dispose()


@pytest.mark.parametrize("odd", ["a3f9c2", "12", "00003"])
def test_a_step_that_cannot_be_is_told(sqlite: str, odd: str) -> None:
    engine = open_database(sqlite)
    bring_up_to_date(engine, PEOPLE)
    with engine.begin() as connection:
        connection.execute(text("UPDATE people_version SET version_num = :odd"), {"odd": odd})
    with pytest.raises(LawBaseUnavailable, match=f"people_version names a step '{odd}'"):
        bring_up_to_date(engine, PEOPLE)
    engine.dispose()
