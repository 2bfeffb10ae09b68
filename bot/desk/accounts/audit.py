"""The audit log: who did what, on which record or chat; never what a person wrote. Entries
go once they are as old as the settings say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, distinct, insert, select
from sqlalchemy.engine import Engine

from bot.desk.accounts import clock
from bot.desk.accounts.tables import audit

PAGE = 50


@dataclass(frozen=True)
class Entry:
    """One thing that was done."""

    id: int
    at: str
    who: str
    did: str
    what: Mapping[str, Any]


class AuditLog:
    """Written by all, read by admins."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, who: str, did: str, what: Mapping[str, Any]) -> None:
        """Adds an entry."""
        said = json.dumps(what, ensure_ascii=False)
        with self._engine.begin() as connection:
            connection.execute(insert(audit).values(at=clock.text(clock.now()), who=who, did=did, what=said))

    def purge(self, kept: timedelta) -> int:
        """Drops entries that are older; gives how many."""
        old = delete(audit).where(audit.c.at < clock.text(clock.now() - kept))
        with self._engine.begin() as connection:
            return connection.execute(old).rowcount

    def entries(
        self, *, who: str = "", did: str = "", day: date | None = None, before: int | None = None
    ) -> list[Entry]:
        """A page of entries, the newest first; `before`: the number of the last entry of the page before."""
        query = select(audit).order_by(audit.c.id.desc()).limit(PAGE)
        if who:
            query = query.where(audit.c.who == who)
        if did:
            query = query.where(audit.c.did == did)
        if day is not None:
            query = query.where(audit.c.at.startswith(day.isoformat()))
        if before is not None:
            query = query.where(audit.c.id < before)
        with self._engine.connect() as connection:
            return [
                Entry(row.id, row.at, row.who, row.did, json.loads(row.what))
                for row in connection.execute(query)
            ]

    def names(self) -> tuple[list[str], list[str]]:
        """Everybody who did something, and everything that was done."""
        with self._engine.connect() as connection:
            who = connection.execute(select(distinct(audit.c.who)).order_by(audit.c.who)).scalars().all()
            did = connection.execute(select(distinct(audit.c.did)).order_by(audit.c.did)).scalars().all()
        return list(who), list(did)
