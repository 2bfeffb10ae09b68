"""Locks as rows of the conversations' database: for several workers without Redis."""

from __future__ import annotations

from time import time
from typing import Any

from sqlalchemy import Column, Float, MetaData, String, Table, delete, extract, func, or_, update
from sqlalchemy.engine import Connection, Engine

from bot.databases.aside import Aside
from bot.databases.migrating import PEOPLE, bring_up_to_date
from bot.databases.upserts import upsert
from bot.locks.locks import LIFETIME_SECONDS
from bot.privacy.database import open_private

_THREADS = 4

metadata = MetaData()
_locks = Table(
    "conversation_lock", metadata,
    Column("name", String(64), primary_key=True),  # a keyed hash
    Column("token", String(16), nullable=False),
    Column("until", Float(53), nullable=False),
)  # fmt: skip


class DatabaseKeeper:
    """Keeps each lock in a row, which the database gives to one of those who ask for it."""

    def __init__(self, url: str, lifetime: float = LIFETIME_SECONDS) -> None:
        self._engine: Engine = open_private(url)
        self._lifetime = lifetime
        self._aside = Aside("locks", _THREADS)
        bring_up_to_date(self._engine, PEOPLE)

    async def take(self, name: str, token: str) -> bool:
        """Takes a lock. Raises what the database raises when it is down."""
        return await self._aside(self._take, name, token)

    async def keep(self, name: str, token: str) -> bool:
        """Keeps a lock for longer. Raises what the database raises when it is down."""
        return await self._aside(self._keep, name, token)

    async def give_back(self, name: str, token: str) -> None:
        """Lets go of a lock. Raises what the database raises when it is down."""
        await self._aside(self._give_back, name, token)

    async def close(self) -> None:
        """Ends the threads; the connections are those of all stores of this process."""
        self._aside.close()

    def _take(self, name: str, token: str) -> bool:
        now = self._now()
        mine = {"token": token, "until": now + self._lifetime}
        insert = upsert(self._engine, _locks).values(name=name, **mine)
        taking = insert.on_conflict_do_update(
            index_elements=["name"], set_=mine, where=or_(_locks.c.until < now, _locks.c.token == token)
        )
        with self._engine.begin() as connection:
            self._lightly(connection)
            return bool(connection.execute(taking).rowcount)

    def _keep(self, name: str, token: str) -> bool:
        """Never inserts: it may come after the lock was given back."""
        keeping = update(_locks).where(_locks.c.name == name, _locks.c.token == token)
        with self._engine.begin() as connection:
            self._lightly(connection)
            return bool(connection.execute(keeping.values(until=self._now() + self._lifetime)).rowcount)

    def _give_back(self, name: str, token: str) -> None:
        with self._engine.begin() as connection:
            self._lightly(connection)
            connection.execute(delete(_locks).where(_locks.c.name == name, _locks.c.token == token))

    def _now(self) -> Any:
        """PostgreSQL's own clock: those of several machines may differ."""
        return time() if self._engine.dialect.name == "sqlite" else extract("epoch", func.clock_timestamp())

    def _lightly(self, connection: Connection) -> None:
        """A lock that a failure of power takes away is no loss: nobody waits for the disk."""
        if self._engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
