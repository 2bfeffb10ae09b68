"""Copying an SQLite database while others write to it, and putting a copy in its place."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.backups.plan import BackupError

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


def put_back(copied: Path, target: Path) -> None:
    """Puts a copy where the database is, whole or not at all. Nobody may have the old one open."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f"{target.name}.restoring")
    try:
        shutil.copyfile(copied, beside)
        beside.chmod(0o600)
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        for end in _BESIDE:  # they belong to the old one
            target.with_name(f"{target.name}{end}").unlink(missing_ok=True)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
