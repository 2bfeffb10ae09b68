"""What a backup consists of: the three parts, and in which databases they stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.settings import Settings

RULES, PEOPLE, ACCOUNTS = "rules", "people", "accounts"
PARTS: Final = (RULES, PEOPLE, ACCOUNTS)
SQLITE, POSTGRESQL = "sqlite", "postgresql"
ENDINGS: Final = {SQLITE: "db", POSTGRESQL: "dump"}
VARIABLES: Final = {
    RULES: "HAQ_DATABASE_URL", PEOPLE: "HAQ_CONVERSATIONS_URL", ACCOUNTS: "HAQ_ACCOUNTS_URL",
}  # fmt: skip


class BackupError(Exception):
    """A backup could not be made or put back; the message says why and what to do."""


@dataclass(frozen=True)
class Database:
    """One database with the parts that stand in it: PostgreSQL may hold all three."""

    url: str
    parts: tuple[str, ...]

    @property
    def kind(self) -> str:
        """SQLITE or POSTGRESQL."""
        return kind_of(self.url)

    @property
    def file(self) -> Path:
        """Of SQLite: its file."""
        return Path(str(make_url(self.url).database)).absolute()

    @property
    def name(self) -> str:
        """The name of its file in a backup."""
        return f"{'-'.join(self.parts)}.{ENDINGS[self.kind]}"


def kind_of(url: str) -> str:
    """Which database an address is for. Raises BackupError, which does not repeat the address."""
    try:
        kind = make_url(url).get_backend_name()
    except ArgumentError:
        kind = ""
    if kind not in ENDINGS:
        raise BackupError(
            "Only SQLite and PostgreSQL can be backed up: look at the addresses of the databases."
        )
    return kind


def url_of(settings: Settings, part: str) -> str:
    """Where a part stands."""
    urls = {
        RULES: settings.database_url, PEOPLE: settings.conversations_url, ACCOUNTS: settings.accounts_url,
    }  # fmt: skip
    return urls[part]


def key_files(settings: Settings) -> dict[str, Path]:
    """The key file of each part that has one."""
    return {PEOPLE: settings.people_key, ACCOUNTS: settings.accounts_key}


def databases(settings: Settings, parts: tuple[str, ...] = PARTS) -> tuple[Database, ...]:
    """The databases that hold these parts, each once."""
    found: dict[str, list[str]] = {}
    for part in parts:
        found.setdefault(url_of(settings, part), []).append(part)
    return tuple(Database(url, tuple(here)) for url, here in found.items())


def folders(settings: Settings) -> set[Path]:
    """Where databases and keys are put back, and where a backup is unpacked for it."""
    files = [each.file for each in databases(settings) if each.kind == SQLITE]
    return {settings.var_dir, *(file.parent for file in (*files, *key_files(settings).values()))}


def tables_of(part: str) -> tuple[str, ...]:
    """The tables of a part, with the one that says which steps were made."""
    from bot.databases.migrating import ACCOUNTS as ACCOUNT_STEPS
    from bot.databases.migrating import PEOPLE as PEOPLE_STEPS
    from bot.privacy import retention
    from bot.rules.tables import metadata

    if part == RULES:
        return (*(table.name for table in metadata.sorted_tables), "alembic_version")
    where, steps = {
        PEOPLE: (retention.CONVERSATIONS, PEOPLE_STEPS), ACCOUNTS: (retention.ACCOUNTS, ACCOUNT_STEPS),
    }[part]  # fmt: skip
    kept = (table for store in retention.STORES if store.where == where for table in store.tables)
    return (*kept, steps.version_table)
