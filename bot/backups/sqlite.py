"""Copying an SQLite database while others write to it, and putting a copy in its place."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.backups.plan import BackupError
from bot.backups.workshop import RESTORE, copy_privately, workshop

_PATIENCE_SECONDS = 30.0
_BESIDE = ("-wal", "-shm", "-journal")


def copy(source: Path, target: Path) -> None:
    """Copies the database as of one moment, whole: one file without a log beside it. Raises BackupError."""
    try:
        with (
            closing(sqlite3.connect(source, timeout=_PATIENCE_SECONDS)) as reading,
            closing(sqlite3.connect(target)) as writing,
        ):
            reading.backup(writing)  # all pages in one step: it would begin anew whenever somebody writes
            writing.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BackupError(f"{source} could not be copied: {error}.") from error
    check(target)


def check(file: Path) -> None:
    """Raises BackupError unless the file is a sound database."""
    try:
        with closing(sqlite3.connect(file)) as opened:
            found = opened.execute("PRAGMA quick_check").fetchone()
    except sqlite3.Error as error:
        raise BackupError(f"{file.name} is no sound SQLite database: {error}.") from error
    if found != ("ok",):
        raise BackupError(f"{file.name} is a damaged SQLite database.")


def refuse_open(file: Path) -> None:
    """Raises BackupError when another process has the database open; what stands in its log goes into it.

    Such a process would go on writing to the file that is replaced, and what it writes would be lost.
    """
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(file, timeout=0)) as opened:
            opened.execute("PRAGMA journal_mode=DELETE")  # only whoever is alone with it can leave the log
    except sqlite3.OperationalError as error:
        raise BackupError(
            f"{file} is in use, or cannot be written: {error}. Stop Haq and whatever else has it open "
            "(`fuser` names it); if nothing has, move the file away yourself."
        ) from error
    except sqlite3.DatabaseError:
        return  # damaged: that may be why it is replaced


def put_back(copied: Path, target: Path) -> None:
    """Puts a copy where the database is, whole or not at all. Raises BackupError while the old is open."""
    with workshop(target.parent, RESTORE) as folder:
        made = folder / target.name
        copy_privately(copied, made)
        refuse_open(target)
        for end in _BESIDE:  # they belong to the old one
            target.with_name(f"{target.name}{end}").unlink(missing_ok=True)
        made.replace(target)
