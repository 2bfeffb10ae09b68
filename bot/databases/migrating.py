"""Brings the tables of a database to the newest step while other processes use it.

The first step takes a database as earlier versions left it; each later one only adds (tables, columns that
may be empty or have a default, indexes), so that old and new processes work side by side. docs/scaling.md
says what may stand in a step. Whoever opens a database first makes the steps; the others wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import MetaData, inspect, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.rules.database import ONE_UPGRADE, open_database
from bot.rules.errors import LawBaseUnavailable

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Steps:
    """The steps of one kind of database; several kinds may share one PostgreSQL database."""

    name: str  # also the folder of its steps
    newest: str
    lock: int  # PostgreSQL's number of the lock under which steps are made

    @property
    def folder(self) -> Path:
        """Where the steps stand."""
        return _HERE / self.name

    @property
    def version_table(self) -> str:
        """The table that says which steps were made."""
        return f"{self.name}_version"


PEOPLE = Steps("people", "0004", lock=8)
"""Conversations, mailboxes, the desk's queue, counts: HAQ_CONVERSATIONS_URL."""
ACCOUNTS = Steps("accounts", "0001", lock=9)
"""Accounts, sessions, proposals, the audit log: HAQ_ACCOUNTS_URL."""


def bring_up_to_date(engine: Engine, steps: Steps) -> None:
    """Makes the steps that are missing; of processes that start at once, one makes them.

    A database that a newer program brought further is taken as it is: steps only add.
    Raises LawBaseUnavailable when it names a step that there cannot be.
    """
    if _is_up_to_date(version(engine, steps), steps):  # nearly always: and quick
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("version_locations", str(steps.folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with ONE_UPGRADE, _alone(engine, steps) as connection:
        if _is_up_to_date(_version_on(connection, steps), steps):  # somebody was faster, and may be newer
            return
        config.attributes.update(connection=connection, version_table=steps.version_table)
        command.upgrade(config, "head")


def _is_up_to_date(found: str | None, steps: Steps) -> bool:
    """Whether no step is missing. Raises LawBaseUnavailable for what is no number of a step."""
    if found is None:
        return False
    if len(found) != len(steps.newest) or not found.isdecimal():
        raise LawBaseUnavailable(
            f"The table {steps.version_table} names a step {found!r}; a step is a number such as "
            f"{steps.newest}. Put a backup back, or write the step there that was made last."
        )
    return found >= steps.newest


def version(engine: Engine, steps: Steps) -> str | None:
    """The newest step that was made in a database; None before the first."""
    try:
        with engine.connect() as connection:
            return _named(connection, steps)
    except DBAPIError:
        with engine.connect() as connection:  # down, or only without the table?
            if inspect(connection).has_table(steps.version_table):
                raise
        return None


def _version_on(connection: Connection, steps: Steps) -> str | None:
    """As `version`, within a transaction: PostgreSQL ends one in which a table is missing."""
    return _named(connection, steps) if inspect(connection).has_table(steps.version_table) else None


def _named(connection: Connection, steps: Steps) -> str | None:
    found = connection.execute(text(f"SELECT version_num FROM {steps.version_table}"))  # noqa: S608
    return found.scalar()


def adopt(connection: Connection, metadata: MetaData) -> None:
    """Makes the tables that are missing, and in those of an earlier version the columns that came since."""
    metadata.create_all(connection)
    found = inspect(connection)
    for table in metadata.sorted_tables:
        there = {column["name"] for column in found.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                kind = column.type.compile(connection.dialect)
                connection.execute(text(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {kind}'))


@contextmanager
def _alone(engine: Engine, steps: Steps) -> Iterator[Connection]:
    """A transaction beside which nobody else makes steps; the others wait here, as long as it takes."""
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
        return
    patient = open_database(engine.url, patient=True)
    try:
        with patient.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({steps.lock})")
            yield connection
    finally:
        patient.dispose()
