"""Making a backup, and erasing those whose time is over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

from bot.backups import keys, postgresql, sqlite
from bot.backups.archive import KEY, Entry, Manifest, entry_of, pack, read_manifest
from bot.backups.plan import (
    PARTS,
    PEOPLE,
    SQLITE,
    VARIABLES,
    BackupError,
    Database,
    databases,
    folders,
    key_files,
    tables_of,
)
from bot.backups.workshop import BACKUP, remove_leftovers, workshop
from bot.settings import VERSION, Settings

_NAMES = "haq-*.tar.gz"


def file_name(now: datetime, people: bool) -> str:
    """What a backup is called.

    >>> file_name(datetime(2026, 11, 22, 9, 5, tzinfo=timezone.utc), people=False)
    'haq-20261122T090500Z-without-people.tar.gz'
    """
    return f"haq-{now:%Y%m%dT%H%M%SZ}{'' if people else '-without-people'}.tar.gz"


def make_backup(settings: Settings, target: Path, now: datetime, *, people: bool = True) -> Manifest:
    """Writes all databases into one file, each as of one moment; servers may run. Raises BackupError."""
    parts = tuple(part for part in PARTS if people or part != PEOPLE)
    chosen = databases(settings, parts)
    if not people:
        _refuse_mixed(settings, chosen)
    files = {part: path for part, path in key_files(settings).items() if part in parts}
    before = {part: keys.names_of(path) for part, path in files.items()}
    for place in folders(settings):
        remove_leftovers(place)
    with workshop(target.parent, BACKUP) as folder:
        entries = tuple(_copied(database, folder) for database in chosen)
        if before != {part: keys.names_of(path) for part, path in files.items()}:
            raise BackupError(
                "The keys were changed meanwhile (`haq privacy rotate`). Make the backup again."
            )
        manifest = Manifest(
            made=now.isoformat(timespec="seconds"), program=VERSION, entries=entries,
            keep_until=(now + timedelta(days=settings.keep_days)).date().isoformat() if people else None,
            keys=before,
        )  # fmt: skip
        pack(manifest, folder, target)
    return manifest


def make_key_backup(settings: Settings, target: Path, now: datetime) -> Manifest:
    """Writes the key files into a file of their own. Raises BackupError when there are none."""
    files = {part: path for part, path in key_files(settings).items() if path.is_file()}
    if not files:
        raise BackupError("There is no key file yet: they are made at the first start.")
    with workshop(target.parent, BACKUP) as folder:
        entries = []
        for part, path in files.items():
            copied = folder / f"{part}.key"
            shutil.copyfile(path, copied)
            entries.append(entry_of(copied, KEY, (part,)))
        names = {part: keys.names_of(path) for part, path in files.items()}
        manifest = Manifest(now.isoformat(timespec="seconds"), VERSION, tuple(entries), None, names)
        pack(manifest, folder, target)
    return manifest


def drop_expired(folder: Path, now: datetime) -> Iterator[Path]:
    """Erases the backups of a folder in which people stand longer than they may; gives which."""
    for file, manifest in backups_in(folder):
        if manifest.keep_until is not None and manifest.keep_until < now.date().isoformat():
            file.unlink()
            yield file


def backups_in(folder: Path) -> Iterator[tuple[Path, Manifest]]:
    """The backups that lie in a folder under the names that we give, with what each holds."""
    for file in sorted(folder.glob(_NAMES)):
        try:
            manifest = read_manifest(file)
        except (BackupError, OSError):
            continue  # not ours to judge
        yield file, manifest


def now() -> datetime:
    """The time."""
    return datetime.now(timezone.utc)


def _copied(database: Database, folder: Path) -> Entry:
    target = folder / database.name
    if database.kind == SQLITE:
        if not database.file.is_file():
            names = " and ".join(VARIABLES[part] for part in database.parts)
            raise BackupError(f"There is no database {database.file} ({names}): is the setting right?")
        sqlite.copy(database.file, target)
    else:
        postgresql.dump(database.url, [name for part in database.parts for name in tables_of(part)], target)
    return entry_of(target, database.kind, database.parts)


def _refuse_mixed(settings: Settings, chosen: tuple[Database, ...]) -> None:
    """An SQLite file is copied whole: people must not come along in it."""
    if settings.conversations_url in {each.url for each in chosen if each.kind == SQLITE}:
        raise BackupError(
            "People stand in the same SQLite file as something else: they cannot be left out. "
            "Give HAQ_CONVERSATIONS_URL a file of its own."
        )
