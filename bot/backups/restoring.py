"""Putting a backup back: everything is checked first, then databases and keys are replaced one by one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
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
from bot.backups.workshop import RESTORE, workshop
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
    with workshop(Path(tempfile.gettempdir()), RESTORE) as folder:
        manifest = unpack(archive, folder)
        for entry in manifest.entries:
            _check_content(entry, folder / entry.file)
    return manifest


def restore(
    settings: Settings, archive: Path, *, key_archive: Path | None, force: bool, tell: Tell
) -> Manifest:
    """Puts a backup where the settings say. Raises BackupError.

    `force`: also over databases and keys that hold something. What can be wrong is looked for before
    anything is changed. A failure of the disk or of PostgreSQL later, which `tell` tells too, leaves each
    database and each key file either as it was or as in the backup.
    """
    with workshop(settings.var_dir, RESTORE) as folder:
        manifest = unpack(archive, folder)
        steps = [_step(settings, entry, folder / entry.file) for entry in manifest.entries]
        brought = _brought_keys(key_archive, folder, manifest.parts)
        for step in steps:
            _check_content(step.entry, step.copied)
        _refuse_running(settings, steps)
        if not force:
            _refuse_occupied(settings, steps, brought)
        _refuse_unreadable(settings, manifest, brought)
        _replace(settings, steps, brought, tell)
    return manifest


def _replace(settings: Settings, steps: list[_Step], brought: Mapping[str, Path], tell: Tell) -> None:
    """Replaces the databases, then the keys.

    In this order: whoever restores has both archives and can begin anew, but the key that is here may be
    the only one to the database that is here.
    """
    places = key_files(settings)
    with ExitStack() as stack:
        ready = {
            part: stack.enter_context(keys.made_ready(file, places[part])) for part, file in brought.items()
        }
        stack.enter_context(_told_when_cut_short(tell))
        for step in steps:
            _put_back(step)
            tell(f"put back: {', '.join(step.entry.parts)}")
        for part, file in ready.items():
            kept = keys.put(file, places[part])
            tell(f"put back: the key of {part}{f'; the one before is kept as {kept}' if kept else ''}")


@contextmanager
def _told_when_cut_short(tell: Tell) -> Iterator[None]:
    finished = False
    try:
        yield
        finished = True
    finally:
        if not finished:
            tell("Not everything was put back. Restore again before you start Haq.")


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


def _brought_keys(key_archive: Path | None, folder: Path, parts: Collection[str]) -> dict[str, Path]:
    """The keys of an archive that open these parts; those of others stay with the databases that are here."""
    if key_archive is None:
        return {}
    manifest = unpack(key_archive, folder)
    if any(entry.kind != KEY or len(entry.parts) != 1 for entry in manifest.entries):
        raise BackupError(f"{key_archive} does not hold keys: make it with `haq backup --keys FILE`.")
    files = {entry.parts[0]: folder / entry.file for entry in manifest.entries}
    return {part: file for part, file in files.items() if part in parts}


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
        if step.entry.kind == SQLITE:  # an assistant that hangs says nothing of itself
            sqlite.refuse_open(step.database.file)
        elif postgresql.is_in_use(step.database.url):
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
