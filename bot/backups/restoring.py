"""Putting a backup back: everything is checked first, then keys and databases are replaced one by one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.backups import keys, postgresql, sqlite
from bot.backups.archive import KEY, Entry, Manifest, unpack
from bot.backups.plan import (
    SQLITE,
    VARIABLES,
    BackupError,
    Database,
    databases,
    key_files,
    kind_of,
    tables_of,
    url_of,
)
from bot.settings import Settings
from bot.supervisor.services import health

Tell = Callable[[str], None]


@dataclass(frozen=True)
class _Step:
    """A file of a backup and the database that it goes to."""

    entry: Entry
    copied: Path
    database: Database

    @property
    def tables(self) -> list[str]:
        return [name for part in self.entry.parts for name in tables_of(part)]


def check_backup(archive: Path) -> Manifest:
    """What a backup holds, after looking at every byte of it. Raises BackupError when it is damaged."""
    with tempfile.TemporaryDirectory(prefix="haq-check-") as name:
        folder = Path(name)
        manifest = unpack(archive, folder)
        for entry in manifest.entries:
            _check_content(entry, folder / entry.file)
    return manifest


def restore(
    settings: Settings, archive: Path, *, key_archive: Path | None, force: bool, tell: Tell
) -> Manifest:
    """Puts a backup where the settings say. Raises BackupError, and then nothing was changed.

    `force`: also over databases and keys that hold something. A failure of the disk or of PostgreSQL in
    the middle leaves each database either as it was or as in the backup.
    """
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".haq-restore-", dir=settings.var_dir) as name:
        folder = Path(name)
        manifest = unpack(archive, folder)
        steps = [_step(settings, entry, folder / entry.file) for entry in manifest.entries]
        brought = _brought_keys(key_archive, folder)
        for step in steps:
            _check_content(step.entry, step.copied)
        _refuse_running(settings, steps)
        if not force:
            _refuse_occupied(settings, steps, brought)
        _refuse_unreadable(settings, manifest, brought)
        for part, file in brought.items():
            keys.put(file, key_files(settings)[part])
            tell(f"put back: the key of {part}")
        for step in steps:
            _put_back(step)
            tell(f"put back: {', '.join(step.entry.parts)}")
    return manifest


def _step(settings: Settings, entry: Entry, copied: Path) -> _Step:
    if entry.kind == KEY:
        raise BackupError("This holds keys, not databases: give it with --keys.")
    urls = {url_of(settings, part) for part in entry.parts}
    names = ", ".join(VARIABLES[part] for part in entry.parts)
    if len(urls) > 1:
        raise BackupError(f"In the backup one database holds {', '.join(entry.parts)}: set {names} to one.")
    (url,) = urls
    if kind_of(url) != entry.kind:
        raise BackupError(f"The backup is of {entry.kind}, the setting of {kind_of(url)}: change {names}.")
    (database,) = databases(settings, entry.parts)
    return _Step(entry, copied, database)


def _brought_keys(key_archive: Path | None, folder: Path) -> dict[str, Path]:
    if key_archive is None:
        return {}
    manifest = unpack(key_archive, folder)
    if any(entry.kind != KEY or len(entry.parts) != 1 for entry in manifest.entries):
        raise BackupError(f"{key_archive} does not hold keys: make it with `haq backup --keys FILE`.")
    return {entry.parts[0]: folder / entry.file for entry in manifest.entries}


def _check_content(entry: Entry, file: Path) -> None:
    if entry.kind == SQLITE:
        sqlite.check(file)
    elif entry.kind != KEY:
        postgresql.check(file)


def _refuse_running(settings: Settings, steps: list[_Step]) -> None:
    for name, url in (("assistant", settings.assistant_url), ("desk", settings.desk_url)):
        if health(url, whatever=True) is not None:
            raise BackupError(f"The {name} runs at {url}. Stop Haq first.")
    for step in steps:
        if step.entry.kind != SQLITE and postgresql.is_in_use(step.database.url):
            raise BackupError(
                "Somebody else is connected to PostgreSQL as this user. Stop Haq everywhere first."
            )


def _refuse_occupied(settings: Settings, steps: list[_Step], brought: Mapping[str, Path]) -> None:
    for step in steps:
        database = step.database
        if database.kind == SQLITE and database.file.exists():
            raise BackupError(f"There is a database {database.file} already. --force replaces it.")
        if database.kind != SQLITE and postgresql.holds_anything(database.url, step.tables):
            raise BackupError(f"PostgreSQL holds {', '.join(step.entry.parts)} already. --force replaces it.")
    for part, file in brought.items():
        target = key_files(settings)[part]
        if target.exists() and target.read_bytes() != file.read_bytes():
            raise BackupError(f"There is another key file {target}. --force replaces it.")


def _refuse_unreadable(settings: Settings, manifest: Manifest, brought: Mapping[str, Path]) -> None:
    for part, wanted in manifest.keys.items():
        file = brought.get(part, key_files(settings)[part])
        if keys.missing(file, wanted):
            raise BackupError(
                f"What {part} holds was sealed with keys that are not in {key_files(settings)[part]}: nobody "
                "could read it. Give the keys that were saved with it: --keys FILE."
            )


def _put_back(step: _Step) -> None:
    if step.database.kind == SQLITE:
        sqlite.put_back(step.copied, step.database.file)
    else:
        postgresql.put_back(step.copied, step.database.url, step.tables)
