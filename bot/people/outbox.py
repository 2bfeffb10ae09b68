"""Messages to send later or from the desk, until a channel has taken them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from sqlalchemy import bindparam, delete, select
from sqlalchemy.engine import Row

from bot.people import clock
from bot.people.tables import SealedStore, outbox, readable
from bot.privacy.places import CHAT_ADDRESS, TO_SEND

REMINDER, FROM_DESK = "reminder", "desk"


@dataclass(frozen=True)
class Outgoing:
    """A message to send: to whom (as the channel names them), and what."""

    id: int  # SQLite gives the number of a message that was taken out to another one
    channel: str
    sender: str
    kind: str
    text: str
    key: str  # of this message alone


# Asked at every message: building a statement costs more than running it.
_DUE = (
    select(outbox)
    .where(outbox.c.person == bindparam("person"), outbox.c.due <= bindparam("moment"))
    .order_by(outbox.c.id)
)


class Outbox(SealedStore):
    """What waits to be sent."""

    def remind(self, channel: str, sender: str, days: Iterable[date], text: str, hour: int = 9) -> None:
        """Keeps a reminder for each day."""
        address, person = self._address(channel, sender), self._sealer.person(sender)
        rows = [
            {
                "person": person, "address": address, "kind": REMINDER,
                "text": self._sealer.seal(text, TO_SEND),
                "due": clock.written(datetime.combine(day, time(hour), timezone.utc)),
            }
            for day in days
        ]  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(outbox.insert(), rows)

    def cancel_reminders(self, sender: str) -> int:
        """Takes all reminders of a person out; gives their number."""
        mine = outbox.c.person == self._sealer.person(sender)
        with self._engine.begin() as connection:
            return connection.execute(delete(outbox).where(mine, outbox.c.kind == REMINDER)).rowcount

    def is_reminded(self, sender: str) -> bool:
        """Whether a reminder waits for a person."""
        mine = outbox.c.person == self._sealer.person(sender)
        with self._engine.connect() as connection:
            found = select(outbox.c.id).where(mine, outbox.c.kind == REMINDER).limit(1)
            return connection.execute(found).first() is not None

    def purge_outbox(self, kept: timedelta) -> int:
        """Erases what was due so long ago and nobody has fetched; gives how much."""
        with self._engine.begin() as connection:
            return connection.execute(delete(outbox).where(outbox.c.due < clock.now(-kept))).rowcount

    def due_for(self, sender: str, now: datetime | None = None) -> list[Outgoing]:
        """What is to be sent to a person now; taken out, for the caller sends it."""
        moment = clock.written(now or clock.moment())
        asked = {"person": self._sealer.person(sender), "moment": moment}
        with self._engine.begin() as connection:
            rows = connection.execute(_DUE, asked).all()
            if rows:  # asked at every message: nothing is changed when nothing waits
                connection.execute(delete(outbox).where(outbox.c.id.in_([row.id for row in rows])))
        return list(readable(rows, self._outgoing))

    def due(self, channel: str, now: datetime | None = None) -> list[Outgoing]:
        """What a channel is to send now. It stays until `sent`."""
        moment = clock.written(now or clock.moment())
        query = select(outbox).where(outbox.c.due <= moment).order_by(outbox.c.id)
        with self._engine.connect() as connection:
            found = list(readable(connection.execute(query), self._outgoing))
        return [each for each in found if each.channel == channel]

    def sent(self, number: int) -> None:
        """Takes out what was sent."""
        with self._engine.begin() as connection:
            connection.execute(delete(outbox).where(outbox.c.id == number))

    def _outgoing(self, row: Row) -> Outgoing:
        channel, sender = json.loads(self._sealer.open(row.address, CHAT_ADDRESS))
        text = self._sealer.open(row.text, TO_SEND)
        key = hashlib.sha256(row.text.encode()).hexdigest()[:20]  # sealing never gives the same twice
        return Outgoing(row.id, channel, sender, row.kind, text, key)
