"""Everything that is kept of people besides their conversation, in one database.

The desk's queue (`queue.py`) and who is at the desk (`presence.py`), messages to send (`outbox.py`), and
feedback (`feedback.py`). `erase` takes everything of a person out and says what it found.
"""

from __future__ import annotations

import json

from sqlalchemy import delete, func, select, update

from bot.people.feedback import Feedback
from bot.people.outbox import FROM_DESK, REMINDER, Outbox, Outgoing
from bot.people.presence import PRESENCE
from bot.people.queue import KEPT, SILENCE, DeskQueue, erase_of_person
from bot.people.records import (
    RELEASED,
    TAKEN,
    WAITING,
    Handoff,
    Line,
    NoSuchHandoff,
    Note,
    Place,
    TakenBySomebody,
)  # fmt: skip
from bot.people.tables import handoffs, outbox
from bot.privacy.places import CHAT_ADDRESS
from bot.privacy.sealing import SealError

__all__ = (
    "FROM_DESK", "KEPT", "PRESENCE", "RELEASED", "REMINDER", "SILENCE", "TAKEN", "WAITING", "Handoff", "Line",
    "NoSuchHandoff", "Note", "Outgoing", "PeopleStore", "Place", "TakenBySomebody",
)  # fmt: skip


class PeopleStore(DeskQueue, Outbox, Feedback):
    """The desk's queue, the outbox and the feedback in one database."""

    def erase(self, sender: str) -> dict[str, int]:
        """Takes out everything of a person; how many rows of each table there were."""
        person = self._sealer.person(sender)
        with self._changing() as connection:
            return {
                **erase_of_person(connection, person),
                "outbox": connection.execute(delete(outbox).where(outbox.c.person == person)).rowcount,
            }

    def rename(self, channel: str, sender: str, new: str) -> None:
        """Goes on under the new id of a person: the chat with the desk, reminders, what is to be sent."""
        if not self.held(sender):
            return
        before = self._sealer.person(sender)
        moved = {"person": self._sealer.person(new), "address": self._address(channel, new)}
        with self._changing() as connection:
            for table in (handoffs, outbox):
                connection.execute(update(table).where(table.c.person == before).values(**moved))

    def person_of(self, number: int) -> str | None:
        """Who writes in a chat, as the rest of the program names them; None when there is no such chat.

        Raises SealError when their address cannot be opened, or is that of somebody else.
        """
        query = select(handoffs.c.person, handoffs.c.address).where(handoffs.c.id == number)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        _channel, sender = json.loads(self._sealer.open(row.address, CHAT_ADDRESS))
        if self._sealer.person(sender) != row.person:
            raise SealError("This was sealed for another person.")
        return str(sender)

    def held(self, sender: str) -> int:
        """How many rows there are of a person."""
        person = self._sealer.person(sender)
        with self._engine.connect() as connection:
            return sum(
                int(connection.execute(select(func.count()).where(table.c.person == person)).scalar() or 0)
                for table in (handoffs, outbox)
            )
