"""Messages to send later or from the desk, until a channel has taken them."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from sqlalchemy import bindparam, delete, select
from sqlalchemy.engine import Row

from bot.people import clock
from bot.people.tables import SealedStore, outbox, readable
from bot.privacy.places import CHAT_ADDRESS, TO_SEND
from bot.privacy.sealing import SealError

logger = logging.getLogger(__name__)

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
        """What is to be sent to a person now; taken out, for the caller sends it.

        What cannot be opened with the keys that are here stays.
        """
        moment = clock.written(now or clock.moment())
        asked = {"person": self._sealer.person(sender), "moment": moment}
        with self._engine.begin() as connection:
            rows = connection.execute(_DUE, asked).all()
            if not rows:  # asked at every message: nothing is changed when nothing waits
                return []
            found = list(readable(rows, self._outgoing))
            connection.execute(delete(outbox).where(outbox.c.id.in_([each.id for each in found])))
        if len(found) < len(rows):
            logger.error("A message to send was sealed with a key that is not in the key file: it waits.")
        return found

    def due(self, channels: Collection[str], now: datetime | None = None) -> list[Outgoing]:
        """What these channels are to send now. It stays until `sent`."""
        moment = clock.written(now or clock.moment())
        query = select(outbox).where(outbox.c.due <= moment).order_by(outbox.c.id)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return list(readable(self._of(channels, rows), self._outgoing))

    def _of(self, channels: Collection[str], rows: Iterable[Row]) -> Iterator[Row]:
        """The rows of some channels: of the others, which may wait for weeks, no text is opened."""
        for row in rows:
            with suppress(SealError):
                if self._where(row)[0] in channels:
                    yield row

    def sent(self, message: Outgoing) -> None:
        """Takes out what was sent; never another one that has its number by now."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(outbox).where(outbox.c.id == message.id)).all()
            for row in rows:
                if message in readable([row], self._outgoing):
                    unchanged = (outbox.c.id == row.id) & (outbox.c.text == row.text)
                    connection.execute(delete(outbox).where(unchanged))

    def _outgoing(self, row: Row) -> Outgoing:
        channel, sender = self._where(row)
        text = self._sealer.open(row.text, TO_SEND)
        # Not of the sealed text, which changes with the keys; keyed, for it stands beside what is sealed.
        key = self._sealer.person(f"to send: {row.id} {sender} {row.due} {text}")[:20]
        return Outgoing(row.id, channel, sender, row.kind, text, key)

    def _where(self, row: Row) -> tuple[str, str]:
        """The channel and the person of a message. Raises SealError, also for somebody else's address."""
        channel, sender = json.loads(self._sealer.open(row.address, CHAT_ADDRESS))
        if self._sealer.person(sender) != row.person:
            raise SealError("This address is not that of the person.")
        return str(channel), str(sender)
