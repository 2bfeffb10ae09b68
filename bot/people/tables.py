"""The tables of the desk's queue, of messages to send, and of feedback, and what they have in common.

Persons stand under the hash that their conversation has; what they wrote and where to reach them is sealed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, Text
from sqlalchemy.engine import Connection, Engine, Row

from bot.databases.migrating import PEOPLE, bring_up_to_date
from bot.databases.upserts import upsert
from bot.privacy.database import open_private
from bot.privacy.ownership import sealer_for
from bot.privacy.places import CHAT_ADDRESS
from bot.privacy.sealing import SealError

T = TypeVar("T")

metadata = MetaData()
handoffs = Table(
    "handoff", metadata,
    Column("id", Integer, primary_key=True),
    Column("person", String(64), nullable=False, index=True),
    Column("address", Text, nullable=False),  # sealed
    Column("state", String(10), nullable=False, index=True),
    Column("urgent", Boolean, nullable=False),
    Column("danger", String(20)),
    Column("language", String(8), nullable=False),
    Column("summary", Text, nullable=False),  # sealed JSON: the case, the last topic and rules
    Column("taken_by", String(80)),
    Column("opened_at", String(32), nullable=False),
    Column("changed_at", String(32), nullable=False),  # when the desk last did something
    sqlite_autoincrement=True,  # a page that is still open must never show the chat of somebody else
)  # fmt: skip
messages = Table(
    "handoff_message", metadata,
    Column("id", Integer, primary_key=True),
    Column("handoff", Integer, nullable=False, index=True),
    Column("from_desk", Boolean, nullable=False),
    Column("text", Text, nullable=False),  # sealed
    Column("at", String(32), nullable=False),
    sqlite_autoincrement=True,
)  # fmt: skip
# Of what did not come from the person: a table of its own, for `handoff_message` is older.
details = Table(
    "handoff_message_detail", metadata,
    Column("message", Integer, primary_key=True, autoincrement=False),
    Column("handoff", Integer, nullable=False, index=True),
    Column("worker", String(80)),  # who of the desk wrote it; None: the assistant
    Column("rules", Text, nullable=False),  # JSON: the rules that it says
    Column("token", String(40), unique=True),  # of the form that it was sent with: it is sent once
)  # fmt: skip
notes = Table(
    "handoff_note", metadata,
    Column("id", Integer, primary_key=True),
    Column("handoff", Integer, nullable=False, index=True),
    Column("worker", String(80), nullable=False),
    Column("text", Text, nullable=False),  # sealed; for colleagues alone
    Column("at", String(32), nullable=False),
)  # fmt: skip
outbox = Table(
    "outbox", metadata,
    Column("id", Integer, primary_key=True),
    Column("person", String(64), nullable=False, index=True),
    Column("address", Text, nullable=False),  # sealed
    Column("kind", String(10), nullable=False),
    Column("text", Text, nullable=False),  # sealed
    Column("due", String(32), nullable=False, index=True),
)  # fmt: skip
presence = Table(
    "desk_presence", metadata,
    Column("worker", String(80), primary_key=True),
    Column("seen_at", String(32), nullable=False),
)  # fmt: skip
changes = Table(
    "desk_change", metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # there is one row
    Column("number", Integer, nullable=False),
)  # fmt: skip
feedback = Table(
    "feedback", metadata,
    Column("id", Integer, primary_key=True),
    Column("day", String(10), nullable=False),
    Column("kind", String(12), nullable=False),  # helped, not_helped, unanswered
    Column("language", String(8), nullable=False),
    Column("topic", String(40)),
    Column("body", Text, nullable=False),  # JSON without personal data: rules, corridor, known words
)  # fmt: skip


class SealedStore:
    """The database and the key that the parts of the people store share."""

    def __init__(self, url: str, key_file: Path) -> None:
        self._engine: Engine = open_private(url)
        bring_up_to_date(self._engine, PEOPLE)
        self._sealer = sealer_for(self._engine, key_file)

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """A transaction that the open pages of the desk hear of.

        It counts the change first, and so holds the lock of writers: what it then reads stays true until
        it ends. A transaction that raises changes nothing and is heard by nobody.
        """
        with self._engine.begin() as connection:
            first = upsert(connection, changes).values(id=1, number=1)
            connection.execute(
                first.on_conflict_do_update(index_elements=["id"], set_={"number": changes.c.number + 1})
            )
            yield connection

    def _address(self, channel: str, sender: str) -> str:
        return self._sealer.seal(json.dumps([channel, sender]), CHAT_ADDRESS)


def readable(rows: Iterable[Row], read: Callable[[Row], T]) -> Iterator[T]:
    """What can be opened; what was sealed with a key that is lost is as good as erased."""
    for row in rows:
        with suppress(SealError):
            yield read(row)
