"""Databases that hold something of people: what is deleted there is overwritten too."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final
from weakref import WeakValueDictionary

from sqlalchemy import event, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import OperationalError

from bot.privacy.failures import where
from bot.rules.database import file_of, open_database

logger = logging.getLogger(__name__)

CONNECTIONS: Final = 20
"""Of one process to one database: one for each thread that may wait for it."""
_PATIENCE_MS = 200
_BESIDE = ("-wal", "-shm", "-journal")
_UNTIL: Final = "until the housekeeping of the next hour"
_OURS: Final = text(
    "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tableowner = current_user"
)

_engines: WeakValueDictionary[tuple[int, str], Engine] = WeakValueDictionary()
_opening = Lock()


def open_private(url: str) -> Engine:
    """As `open_database`; SQLite overwrites with zeros what it frees, in a file of its owner's alone.

    All stores of a process that are open on the same database share one engine and its connections.
    """
    with _opening:
        key = (os.getpid(), url)  # a connection must not be used on both sides of a fork
        engine = _engines.get(key)
        if engine is None:
            engine = _engines[key] = _open(url)
    if (file := file_of(engine.url)) is not None:
        _close_to_others(file)
    return engine


def _open(url: str) -> Engine:
    engine = open_database(url, connections=CONNECTIONS)
    engine.hide_parameters = True  # errors would repeat them in logs
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _overwrite_freed)
    return engine


def files_of(url: str) -> tuple[Path, ...]:
    """The files in which an SQLite database may stand; none for another one."""
    file = file_of(make_url(url))
    return () if file is None else (file, *_beside(file))


def _beside(file: Path) -> tuple[Path, ...]:
    return tuple(file.with_name(f"{file.name}{end}") for end in _BESIDE)


def _close_to_others(file: Path) -> None:
    """Makes an SQLite file unreadable for others; one that is missing begins as an empty file.

    One that is there is never opened: closing it would take away the locks that this process holds on it,
    and another process would then delete the write-ahead log under us (sqlite.org/howtocorrupt.html, 2.2).
    """
    with suppress(OSError):  # another's file, a folder that cannot be written: SQLite says what is wrong
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0o600))
    for each in (file, *_beside(file)):
        with suppress(OSError):
            if each.stat().st_mode & 0o077:
                each.chmod(0o600)


def clear_traces(engine: Engine) -> None:
    """Takes what was deleted out of the files as well; the log says when not all could go.

    SQLite: the write-ahead log is emptied, unless somebody reads just now. PostgreSQL: dead rows of our own
    tables are freed (`VACUUM`); its own log keeps them, sealed and hashed, until it is recycled.
    """
    try:
        if engine.dialect.name != "sqlite":
            _free_dead_rows(engine)
        elif not _empty_log(engine):
            logger.warning("SQLite's write-ahead log is in use: what was deleted stands there %s.", _UNTIL)
    except OperationalError as error:
        logger.warning("What was deleted stands in the files %s: %s.", _UNTIL, where(error))


def _empty_log(engine: Engine) -> bool:
    """Whether nothing is left in the write-ahead log; nobody is stopped for it."""
    with engine.connect() as connection:
        patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
        connection.exec_driver_sql(f"PRAGMA busy_timeout={_PATIENCE_MS}")
        try:
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={patience}")
    return not busy


def _free_dead_rows(engine: Engine) -> None:
    """Takes as long as it takes; a table that somebody else looks after just now is left to them."""
    patient = open_database(engine.url, patient=True).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with patient.connect() as connection:
            quote = connection.dialect.identifier_preparer.quote
            if tables := ", ".join(map(quote, connection.execute(_OURS).scalars())):
                connection.exec_driver_sql(f"VACUUM (SKIP_LOCKED) {tables}")
    finally:
        patient.dispose()


def _overwrite_freed(connection: object, record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
