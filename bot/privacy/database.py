"""Databases that hold something of people: what is deleted there is overwritten too."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from bot.rules.database import file_of, open_database

_PATIENCE_MS = 200
_BESIDE = ("-wal", "-shm", "-journal")


def open_private(url: str) -> Engine:
    """As `open_database`; SQLite overwrites with zeros what it frees, in a file of its owner's alone."""
    engine = open_database(url)
    engine.hide_parameters = True  # errors would repeat them in logs
    if engine.dialect.name == "sqlite":
        if (file := file_of(engine.url)) is not None:
            _close_to_others(file)
        event.listen(engine, "connect", _overwrite_freed)
    return engine


def _close_to_others(file: Path) -> None:
    """Makes an SQLite file unreadable for others; one that is missing begins as an empty file.

    One that is there is never opened: closing it would take away the locks that this process holds on it,
    and another process would then delete the write-ahead log under us (sqlite.org/howtocorrupt.html, 2.2).
    """
    with suppress(OSError):  # another's file, a folder that cannot be written: SQLite says what is wrong
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0o600))
    for each in (file, *(file.with_name(f"{file.name}{end}") for end in _BESIDE)):
        with suppress(OSError):
            if each.stat().st_mode & 0o077:
                each.chmod(0o600)


def clear_traces(engine: Engine) -> None:
    """Takes what was deleted out of the files as well, as far as that goes without stopping anybody.

    SQLite: the write-ahead log is emptied, unless somebody reads just now. PostgreSQL: dead rows are freed
    (`VACUUM`); its own log keeps them, sealed and hashed, until it is recycled.
    """
    if engine.dialect.name == "sqlite":
        with suppress(OperationalError), engine.connect() as connection:
            patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
            connection.exec_driver_sql(f"PRAGMA busy_timeout={_PATIENCE_MS}")
            try:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={patience}")
        return
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    with suppress(OperationalError), alone.connect() as connection:  # its own housekeeping comes later anyway
        connection.exec_driver_sql("VACUUM")


def _overwrite_freed(connection: object, record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
