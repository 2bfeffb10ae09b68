"""What the processes check before they call themselves ready; each raises when something is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import Engine, make_url

from bot.observability.readiness import Check
from bot.rules import tables
from bot.rules.database import open_database
from bot.settings import Settings
from bot.supervisor.services import health

LEAST_FREE_BYTES = 50_000_000
"""Below this much space SQLite may fail in the middle of a message."""


class NotReady(Exception):
    """What is wrong, in a few words without anything personal."""


def law(settings: Settings) -> Check:
    """The rules database answers, and holds a law."""
    engine = lru_cache(maxsize=1)(lambda: open_database(settings.database_url))

    def check() -> None:
        with engine().connect() as connection:
            if connection.execute(select(tables.law_version.c.version)).scalar() is None:
                raise NotReady("No law is loaded.")

    return check


def writable(url: str, table: str) -> Check:
    """A database takes writes: an update of no row, which needs all that one of a row would."""
    engine = lru_cache(maxsize=1)(lambda: open_database(url))

    def check() -> None:
        write_nothing(engine(), table)

    return check


def write_nothing(engine: Engine, table: str) -> None:
    """Takes the lock of writers of a table, changes nothing, lets go. Raises what the database raises."""
    if engine.dialect.name == "sqlite":
        folder = Path(str(engine.url.database)).parent
        if engine.url.database not in (None, "", ":memory:") and free_bytes(folder) < LEAST_FREE_BYTES:
            raise NotReady("The disk is full.")
    quoted = engine.dialect.identifier_preparer.quote(table)
    with engine.connect() as connection, connection.begin() as transaction:
        connection.exec_driver_sql(f"DELETE FROM {quoted} WHERE 1 = 0")  # noqa: S608 - a name of our own
        transaction.rollback()


def answers(url: str, service: str) -> Check:
    """One of our services answers at an address."""

    def check() -> None:
        said = health(url, timeout=1.0)
        if said is None or said.get("service") != service:
            raise NotReady(f"The service {service} does not answer.")

    return check


def true(state: Callable[[], bool]) -> Check:
    """Something that is known at once."""

    def check() -> None:
        if not state():
            raise NotReady("Not yet.")

    return check


def free_bytes(folder: Path) -> int:
    """The space that is left where a folder is, or would be made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def file_of(url: str) -> Path | None:
    """The file of an SQLite database; None for any other."""
    parsed = make_url(url)
    known = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    return Path(str(parsed.database)) if known else None
