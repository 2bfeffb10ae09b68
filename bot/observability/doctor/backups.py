"""Backups: whether they are made, and whether what is made could be put back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from sqlalchemy.exc import SQLAlchemyError

from bot.backups import postgresql
from bot.backups.making import backups_in
from bot.backups.plan import POSTGRESQL, databases
from bot.observability.doctor.finding import Finding, warning, well
from bot.rules.errors import LawBaseUnavailable
from bot.settings import Settings

BACKUP_DAYS = 8


def backups(settings: Settings) -> Iterator[Finding]:
    """How old the newest backup with people is, where this program makes them."""
    folder = settings.var_dir / "backups"
    made = [
        datetime.fromisoformat(manifest.made)
        for _, manifest in backups_in(folder)
        if manifest.keep_until is not None
    ]
    if not made:
        yield warning(
            "backups",
            f"There is no backup in {folder}.",
            "A lost disk loses accounts, changes of the law and the messages on their way.",
            "If you keep backups elsewhere, all is well; if not, see docs/deployment.md.",
        )
        return
    days = (datetime.now(timezone.utc) - max(made)).total_seconds() / 86_400
    if days > BACKUP_DAYS:
        yield warning(
            "backups",
            f"The newest backup is {days:.0f} days old.",
            "What came since would be lost.",
            "Look why the backups have stopped; see docs/deployment.md.",
        )
    else:
        yield well("backups", f"The newest is {days:.0f} days old.")


def backup_programs(settings: Settings) -> Iterator[Finding]:
    """Whether PostgreSQL's programs on this machine fit the servers that they are to save."""
    urls = [each.url for each in databases(settings) if each.kind == POSTGRESQL]
    if not urls:
        return
    client = postgresql.client_version()
    if client is None:
        yield warning(
            "backups",
            "PostgreSQL's programs (pg_dump) are not on this machine.",
            "`haq backup` and `haq restore` cannot work here.",
            "Install postgresql-client of the server's version, or make backups where it is.",
        )
        return
    try:
        servers = {postgresql.server_version(url) for url in urls}
    except (SQLAlchemyError, LawBaseUnavailable):
        return  # another check says so
    for server in sorted(servers - {client}):
        why = (
            "Programs that are newer may write what the server does not understand: a backup that cannot be "
            "put back."
            if client > server
            else "pg_dump refuses to save a server that is newer: no backup can be made."
        )
        yield warning(
            "backups",
            f"PostgreSQL's programs here are of version {client}, the server is of version {server}.",
            why,
            f"Install postgresql-client-{server}, and try a restore (docs/deployment.md).",
        )
    if servers == {client}:
        yield well("backups", f"PostgreSQL's programs and the server are both of version {client}.")
