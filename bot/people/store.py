"""The tables of the desk's queue, of messages to send, and of feedback.

Persons stand under the hash that their conversation has; what they wrote and where to reach them is
sealed. `erase` takes everything of a person out and says what it found.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, Text, delete, func, select, update
from sqlalchemy.engine import Connection, Engine, Row

from bot.privacy.sealing import Sealer, SealError
from bot.rules.database import open_database

T = TypeVar("T")
WAITING, TAKEN, RELEASED = "waiting", "taken", "released"
# A desk that has not been heard of for so long is closed.
PRESENCE = timedelta(minutes=2)
# Who took a chat over and fell silent for so long has left it.
SILENCE = timedelta(minutes=30)
KEPT = timedelta(days=30)
REMINDER, FROM_DESK = "reminder", "desk"

_metadata = MetaData()
_handoffs = Table(
    "handoff", _metadata,
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
    Column("changed_at", String(32), nullable=False),
)  # fmt: skip
_messages = Table(
    "handoff_message", _metadata,
    Column("id", Integer, primary_key=True),
    Column("handoff", Integer, nullable=False, index=True),
    Column("from_desk", Boolean, nullable=False),
    Column("text", Text, nullable=False),  # sealed
    Column("at", String(32), nullable=False),
)  # fmt: skip
_outbox = Table(
    "outbox", _metadata,
    Column("id", Integer, primary_key=True),
    Column("person", String(64), nullable=False, index=True),
    Column("address", Text, nullable=False),  # sealed
    Column("kind", String(10), nullable=False),
    Column("text", Text, nullable=False),  # sealed
    Column("due", String(32), nullable=False, index=True),
)  # fmt: skip
_presence = Table(
    "desk_presence", _metadata,
    Column("worker", String(80), primary_key=True),
    Column("seen_at", String(32), nullable=False),
)  # fmt: skip
_feedback = Table(
    "feedback", _metadata,
    Column("id", Integer, primary_key=True),
    Column("day", String(10), nullable=False),
    Column("kind", String(12), nullable=False),  # helped, not_helped, unanswered
    Column("language", String(8), nullable=False),
    Column("topic", String(40)),
    Column("body", Text, nullable=False),  # JSON without personal data: rules, corridor, known words
)  # fmt: skip


@dataclass(frozen=True)
class Handoff:
    """One chat in the desk's queue."""

    id: int
    state: str
    urgent: bool
    danger: str | None
    language: str
    summary: Mapping[str, Any]
    taken_by: str | None
    opened_at: str


@dataclass(frozen=True)
class Outgoing:
    """A message to send: to whom (as the channel names them), and what."""

    id: int
    channel: str
    sender: str
    kind: str
    text: str


class NoSuchHandoff(LookupError):
    """A number that stands for no open chat, or for one that somebody else has taken."""


class PeopleStore:
    """The desk's queue, the outbox and the feedback in one database."""

    def __init__(self, url: str, key_file: Path) -> None:
        self._engine: Engine = open_database(url)
        self._sealer = Sealer(key_file)
        _metadata.create_all(self._engine)

    # -- the queue ------------------------------------------------------------------------------------

    def ask_for_person(
        self, channel: str, sender: str, language: str, summary: Mapping[str, Any], *,
        urgent: bool = False, danger: str | None = None,
    ) -> int:  # fmt: skip
        """Puts a chat in the queue, or brings the one that waits there up to date; gives its number."""
        person, now = self._sealer.person(sender), _now()
        values = {
            "language": language,
            "summary": self._sealer.seal(json.dumps(summary, ensure_ascii=False)),
            "changed_at": now,
        }
        with self._engine.begin() as connection:
            held = _open_handoff(connection, person)
            if held is not None:
                more = {"urgent": held.urgent or urgent, "danger": danger or held.danger}
                connection.execute(
                    update(_handoffs).where(_handoffs.c.id == held.id).values(**values, **more)
                )
                return int(held.id)
            row = {
                **values, "person": person, "address": self._address(channel, sender), "state": WAITING,
                "urgent": urgent, "danger": danger, "opened_at": now,
            }  # fmt: skip
            return int(connection.execute(_handoffs.insert().values(**row)).inserted_primary_key[0])

    def queue(self) -> list[Handoff]:
        """Open chats: the urgent first, then who has waited longest."""
        query = (
            select(_handoffs)
            .where(_handoffs.c.state != RELEASED)
            .order_by(_handoffs.c.urgent.desc(), _handoffs.c.opened_at, _handoffs.c.id)
        )
        with self._engine.connect() as connection:
            return list(_readable(connection.execute(query), self._handoff))

    def take(self, number: int, worker: str) -> Handoff:
        """Takes a chat over: from now on the assistant keeps quiet in it. Raises NoSuchHandoff."""
        with self._engine.begin() as connection:
            done = connection.execute(
                update(_handoffs)
                .where(
                    _handoffs.c.id == number,
                    (_handoffs.c.state == WAITING)
                    | ((_handoffs.c.state == TAKEN) & (_handoffs.c.taken_by == worker)),
                )
                .values(state=TAKEN, taken_by=worker, changed_at=_now())
            )
            if done.rowcount != 1:
                raise NoSuchHandoff(f"No chat {number} waits. `haq handoff list` shows those that do.")
            row = connection.execute(select(_handoffs).where(_handoffs.c.id == number)).one()
        return self._handoff(row)

    def say(self, number: int, worker: str, text: str) -> None:
        """Sends a message of the desk to the person. Raises NoSuchHandoff."""
        with self._engine.begin() as connection:
            row = self._taken(connection, number, worker)
            sealed, now = self._sealer.seal(text), _now()
            connection.execute(_messages.insert().values(handoff=number, from_desk=True, text=sealed, at=now))
            connection.execute(
                _outbox.insert().values(
                    person=row.person, address=row.address, kind=FROM_DESK, text=sealed, due=now
                )
            )
            connection.execute(update(_handoffs).where(_handoffs.c.id == number).values(changed_at=now))

    def release(self, number: int, worker: str) -> None:
        """Gives the chat back to the assistant; what was written in it is erased. Raises NoSuchHandoff."""
        with self._engine.begin() as connection:
            self._taken(connection, number, worker)
            _close(connection, number)

    def transcript(self, number: int) -> list[tuple[bool, str]]:
        """(from the desk, text) of each message since the chat was asked for."""
        query = select(_messages).where(_messages.c.handoff == number).order_by(_messages.c.id)
        with self._engine.connect() as connection:
            return [(row.from_desk, self._sealer.open(row.text)) for row in connection.execute(query)]

    def pass_on(self, sender: str, text: str) -> bool:
        """Keeps a message of the person for the desk that has taken the chat; False when nobody has."""
        with self._engine.begin() as connection:
            held = _open_handoff(connection, self._sealer.person(sender))
            if held is None or held.state != TAKEN:
                return False
            connection.execute(
                _messages.insert().values(
                    handoff=held.id, from_desk=False, text=self._sealer.seal(text), at=_now()
                )
            )
            return True

    def is_taken(self, sender: str) -> bool:
        """Whether somebody at the desk speaks in this chat; one who fell silent has left it."""
        with self._engine.begin() as connection:
            held = _open_handoff(connection, self._sealer.person(sender))
            if held is None or held.state != TAKEN:
                return False
            if held.changed_at < _now(-SILENCE):
                _close(connection, held.id)
                return False
            return True

    def be_present(self, worker: str) -> None:
        """Notes that somebody is at the desk now."""
        with self._engine.begin() as connection:
            connection.execute(delete(_presence).where(_presence.c.worker == worker))
            connection.execute(_presence.insert().values(worker=worker, seen_at=_now()))

    def leave(self, worker: str) -> None:
        """Notes that somebody has left the desk."""
        with self._engine.begin() as connection:
            connection.execute(delete(_presence).where(_presence.c.worker == worker))

    def somebody_is_there(self) -> bool:
        """Whether anybody was at the desk a moment ago."""
        query = select(func.count()).where(_presence.c.seen_at >= _now(-PRESENCE))
        with self._engine.connect() as connection:
            return bool(connection.execute(query).scalar())

    # -- messages to send -----------------------------------------------------------------------------

    def remind(self, channel: str, sender: str, days: Iterable[date], text: str, hour: int = 9) -> None:
        """Keeps a reminder for each day."""
        address, person = self._address(channel, sender), self._sealer.person(sender)
        rows = [
            {
                "person": person, "address": address, "kind": REMINDER, "text": self._sealer.seal(text),
                "due": _text(datetime.combine(day, time(hour), timezone.utc)),
            }
            for day in days
        ]  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(_outbox.insert(), rows)

    def cancel_reminders(self, sender: str) -> int:
        """Takes all reminders of a person out; gives their number."""
        with self._engine.begin() as connection:
            return connection.execute(
                delete(_outbox).where(
                    _outbox.c.person == self._sealer.person(sender), _outbox.c.kind == REMINDER
                )
            ).rowcount

    def due_for(self, sender: str, now: datetime | None = None) -> list[Outgoing]:
        """What is to be sent to a person now; taken out, for the caller sends it."""
        return self._take_due(now, _outbox.c.person == self._sealer.person(sender))

    def due(self, channel: str, now: datetime | None = None) -> list[Outgoing]:
        """What a channel is to send now. It stays until `sent`."""
        query = select(_outbox).where(_outbox.c.due <= _text(now or _clock())).order_by(_outbox.c.id)
        with self._engine.connect() as connection:
            found = list(_readable(connection.execute(query), self._outgoing))
        return [each for each in found if each.channel == channel]

    def sent(self, number: int) -> None:
        """Takes out what was sent."""
        with self._engine.begin() as connection:
            connection.execute(delete(_outbox).where(_outbox.c.id == number))

    # -- feedback -------------------------------------------------------------------------------------

    def note(self, kind: str, language: str, topic: str | None, body: Mapping[str, Any]) -> None:
        """Keeps feedback; the body holds nothing that names a person."""
        row = {
            "day": _clock().date().isoformat(), "kind": kind, "language": language, "topic": topic,
            "body": json.dumps(body, ensure_ascii=False),
        }  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(_feedback.insert().values(**row))

    def feedback(self) -> list[dict[str, Any]]:
        """All feedback, the oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(_feedback).order_by(_feedback.c.id))
            return [
                {"day": row.day, "kind": row.kind, "language": row.language, "topic": row.topic}
                | json.loads(row.body)
                for row in rows
            ]

    # -- forgetting -----------------------------------------------------------------------------------

    def erase(self, sender: str) -> dict[str, int]:
        """Takes out everything of a person; how many rows of each table there were."""
        person = self._sealer.person(sender)
        with self._engine.begin() as connection:
            if self._engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            mine = select(_handoffs.c.id).where(_handoffs.c.person == person)
            return {
                "handoff_message": connection.execute(
                    delete(_messages).where(_messages.c.handoff.in_(mine))
                ).rowcount,
                "handoff": connection.execute(delete(_handoffs).where(_handoffs.c.person == person)).rowcount,
                "outbox": connection.execute(delete(_outbox).where(_outbox.c.person == person)).rowcount,
            }

    def held(self, sender: str) -> int:
        """How many rows there are of a person."""
        person = self._sealer.person(sender)
        with self._engine.connect() as connection:
            return sum(
                int(connection.execute(select(func.count()).where(table.c.person == person)).scalar() or 0)
                for table in (_handoffs, _outbox)
            )

    def purge(self) -> int:
        """Erases chats that nobody has touched for the time that conversations are kept."""
        with self._engine.begin() as connection:
            old = [
                row.id
                for row in connection.execute(
                    select(_handoffs.c.id).where(_handoffs.c.changed_at < _now(-KEPT))
                )
            ]
            connection.execute(delete(_messages).where(_messages.c.handoff.in_(old)))
            return connection.execute(delete(_handoffs).where(_handoffs.c.id.in_(old))).rowcount

    # -- within ---------------------------------------------------------------------------------------

    def _address(self, channel: str, sender: str) -> str:
        return self._sealer.seal(json.dumps([channel, sender]))

    def _taken(self, connection: Connection, number: int, worker: str) -> Row:
        row = connection.execute(
            select(_handoffs).where(
                _handoffs.c.id == number, _handoffs.c.state == TAKEN, _handoffs.c.taken_by == worker
            )
        ).one_or_none()
        if row is None:
            raise NoSuchHandoff(f"You have not taken chat {number}. `haq handoff take {number}` does.")
        return row

    def _take_due(self, now: datetime | None, whose: Any) -> list[Outgoing]:
        where = whose & (_outbox.c.due <= _text(now or _clock()))
        with self._engine.begin() as connection:
            rows = connection.execute(select(_outbox).where(where).order_by(_outbox.c.id)).all()
            connection.execute(delete(_outbox).where(_outbox.c.id.in_([row.id for row in rows])))
        return list(_readable(rows, self._outgoing))

    def _outgoing(self, row: Row) -> Outgoing:
        channel, sender = json.loads(self._sealer.open(row.address))
        return Outgoing(row.id, channel, sender, row.kind, self._sealer.open(row.text))

    def _handoff(self, row: Row) -> Handoff:
        return Handoff(
            row.id, row.state, bool(row.urgent), row.danger, row.language,
            json.loads(self._sealer.open(row.summary)), row.taken_by, row.opened_at,
        )  # fmt: skip


def _readable(rows: Iterable[Row], read: Callable[[Row], T]) -> Iterator[T]:
    """What can be opened; what was sealed with a key that is lost is as good as erased."""
    for row in rows:
        with suppress(SealError):
            yield read(row)


def _open_handoff(connection: Connection, person: str) -> Row | None:
    return connection.execute(
        select(_handoffs).where(_handoffs.c.person == person, _handoffs.c.state != RELEASED)
    ).first()


def _close(connection: Connection, number: int) -> None:
    """Ends a chat with the desk; what was written in it is not kept."""
    connection.execute(delete(_messages).where(_messages.c.handoff == number))
    connection.execute(
        update(_handoffs).where(_handoffs.c.id == number).values(state=RELEASED, changed_at=_now())
    )


def _clock() -> datetime:
    return datetime.now(timezone.utc)


def _now(shift: timedelta = timedelta(0)) -> str:
    return _text(_clock() + shift)


def _text(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).isoformat(timespec="seconds")
