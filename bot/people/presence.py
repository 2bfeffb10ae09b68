"""Who is at the desk now: each open page says so again and again, and lapses by itself."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.engine import Connection

from bot.databases.upserts import upsert
from bot.people import clock
from bot.people.remembered import forget, remember, remembered
from bot.people.tables import SealedStore, presence

# A desk that has not been heard of for so long is closed.
PRESENCE = timedelta(minutes=2)

# Asked at every message: building a statement costs more than running it.
_SEEN = select(presence.c.worker).where(presence.c.seen_at >= bindparam("since")).order_by(presence.c.worker)


class Presence(SealedStore):
    """The people at the desk."""

    def be_present(self, worker: str) -> None:
        """Notes that somebody is at the desk now."""
        remember(worker)
        seen = {"seen_at": clock.now()}
        with self._engine.begin() as connection:
            renewed = connection.execute(
                update(presence)
                .where(presence.c.worker == worker, presence.c.seen_at >= clock.now(-PRESENCE))
                .values(**seen)
            ).rowcount
        if renewed:
            return  # no news for anybody
        with self._changing() as connection:
            mine = upsert(connection, presence).values(worker=worker, **seen)
            connection.execute(mine.on_conflict_do_update(index_elements=["worker"], set_=seen))

    def leave(self, worker: str) -> None:
        """Notes that somebody has left the desk."""
        forget(worker)
        if worker in self._present_by_table():
            with self._changing() as connection:
                connection.execute(delete(presence).where(presence.c.worker == worker))

    def present(self) -> list[str]:
        """Who was at the desk a moment ago; asked at every message, so of Redis where there is one."""
        return remembered(PRESENCE) or self._present_by_table()

    def _present_by_table(self) -> list[str]:
        with self._engine.connect() as connection:
            return list(connection.execute(_SEEN, {"since": clock.now(-PRESENCE)}).scalars())

    def somebody_is_there(self) -> bool:
        """Whether anybody was at the desk a moment ago."""
        return bool(self.present())

    def _has_lapsed(self, connection: Connection) -> bool:
        """Whether somebody has left without a word."""
        query = select(presence.c.worker).where(presence.c.seen_at < clock.now(-PRESENCE))
        return connection.execute(query).first() is not None

    def _drop_lapsed(self, connection: Connection) -> None:
        connection.execute(delete(presence).where(presence.c.seen_at < clock.now(-PRESENCE)))
