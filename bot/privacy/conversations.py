"""The store of conversations: one row a person, under a keyed hash, sealed, short, erasable.

Only what the dialogue needs is kept: the slots and the last few turns. A row that nobody wrote to
for the retention time is erased by `purge` (`housekeeping.py` calls it).
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy import Column, MetaData, String, Table, Text, bindparam, delete, select, text, update
from sqlalchemy.engine import Engine

from bot.databases.migrating import PEOPLE, bring_up_to_date
from bot.privacy.database import open_private
from bot.privacy.ownership import sealer_for
from bot.privacy.places import CONVERSATION

RETENTION = timedelta(days=30)

_metadata = MetaData()
_conversations = Table(
    "conversation",
    _metadata,
    Column("person", String(64), primary_key=True),
    Column("body", Text, nullable=False),
    Column("updated_at", String(32), nullable=False, index=True),
)


# Run at every message: building a statement costs more than running it. (An insert that says what to do
# about a row that is there already is compiled anew each time; as text it is not.)
_KEPT = select(_conversations.c.body).where(_conversations.c.person == bindparam("of"))
_KEEP = text(
    "INSERT INTO conversation (person, body, updated_at) VALUES (:person, :body, :updated_at) "
    "ON CONFLICT (person) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at"
)


class ConversationStore:
    """Keeps the state of each person's conversation as text."""

    def __init__(self, url: str, key_file: Path) -> None:
        self._engine: Engine = open_private(url)
        bring_up_to_date(self._engine, PEOPLE)
        self._sealer = sealer_for(self._engine, key_file)

    def get(self, person: str) -> str | None:
        """What is kept of a person, or None.

        Raises SealError for what no key here opens: whoever took it for nothing would write over it.
        """
        with self._engine.connect() as connection:
            sealed = connection.execute(_KEPT, {"of": self._hash(person)}).scalar()
        return None if sealed is None else self._sealer.open(sealed, CONVERSATION)

    def put(self, person: str, body: str) -> None:
        """Keeps this, and nothing of before."""
        row = {
            "person": self._hash(person),
            "body": self._sealer.seal(body, CONVERSATION),
            "updated_at": _now().isoformat(timespec="seconds"),
        }
        with self._engine.begin() as connection:
            connection.execute(_KEEP, row)

    def rename(self, person: str, new: str) -> None:
        """Goes on with a conversation under the new id of the same person, unless that has one already."""
        old_key, new_key = self._hash(person), self._hash(new)
        with self._engine.begin() as connection:
            taken = select(_conversations.c.person).where(_conversations.c.person == new_key)
            if connection.execute(taken).first() is None:
                connection.execute(
                    update(_conversations).where(_conversations.c.person == old_key).values(person=new_key)
                )

    def erase(self, person: str) -> int:
        """Erases everything of a person; gives the number of rows, one or none."""
        where = _conversations.c.person == self._hash(person)
        with self._engine.begin() as connection:
            return connection.execute(delete(_conversations).where(where)).rowcount

    def purge(self, now: datetime | None = None, kept: timedelta = RETENTION) -> int:
        """Erases whoever has not written for the retention time; gives their number."""
        limit = ((now or _now()) - kept).isoformat(timespec="seconds")
        with self._engine.begin() as connection:
            return connection.execute(
                delete(_conversations).where(_conversations.c.updated_at < limit)
            ).rowcount

    def _hash(self, person: str) -> str:
        return self._sealer.person(person)


def _now() -> datetime:
    return datetime.now(timezone.utc)
