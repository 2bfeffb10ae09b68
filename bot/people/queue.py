"""The desk's queue: chats in which somebody asked for a person, and who of the desk has them.

A chat waits, is taken by one person at the desk, and goes back: to the queue (`hand_back`) or to the
assistant (`release`), which erases what was written in it. Only one person has a chat at a time: the
database decides, in one statement.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import Select

from bot.people import clock
from bot.people.outbox import FROM_DESK
from bot.people.presence import Presence
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
from bot.people.tables import changes, details, handoffs, messages, notes, outbox, readable
from bot.privacy.places import CHAT_NOTE, CHAT_SUMMARY, CHAT_WORDS, TO_SEND

# Who took a chat over and fell silent for so long has left it.
SILENCE = timedelta(minutes=30)
KEPT = timedelta(days=30)

Words = Callable[[str], str]
"""What the person is told in their language, which is given."""

# Asked at every message: building a statement costs more than running it.
_OPEN = select(handoffs).where(handoffs.c.person == bindparam("person"), handoffs.c.state != RELEASED)


class DeskQueue(Presence):
    """Chats that wait for a person, or have one."""

    # -- what the assistant does ----------------------------------------------------------------------

    def ask_for_person(
        self, channel: str, sender: str, language: str, summary: Mapping[str, Any], *,
        urgent: bool = False, danger: str | None = None,
    ) -> int:  # fmt: skip
        """Puts a chat in the queue, or brings the one that waits there up to date; gives its number."""
        person, now = self._sealer.person(sender), clock.now()
        values = self._known(language, summary)
        with self._changing() as connection:
            held = _open_handoff(connection, person)
            if held is not None:
                more = {"urgent": held.urgent or urgent, "danger": danger or held.danger}
                # In a chat that is taken this is when the desk last spoke.
                more |= {"changed_at": now} if held.state == WAITING else {}
                connection.execute(update(handoffs).where(handoffs.c.id == held.id).values(**values, **more))
                return int(held.id)
            row = {
                **values, "person": person, "address": self._address(channel, sender), "state": WAITING,
                "urgent": urgent, "danger": danger, "opened_at": now, "changed_at": now,
            }  # fmt: skip
            return int(connection.execute(handoffs.insert().values(**row)).inserted_primary_key[0])

    def pass_on(
        self, sender: str, text: str, *, answered: str = "", language: str = "",
        summary: Mapping[str, Any] | None = None,
    ) -> bool:  # fmt: skip
        """Keeps a message of the person for the desk that has taken the chat; False when nobody has.

        `answered`: what the assistant said to it all the same; `language` and `summary`: what is known now.
        """
        with self._changing() as connection:
            held = _open_handoff(connection, self._sealer.person(sender))
            if held is None or held.state != TAKEN:
                return False
            self._keep(connection, held.id, text)
            if answered:
                self._keep_said(connection, held.id, answered)
            if summary is not None:
                known = self._known(language or held.language, summary)
                connection.execute(update(handoffs).where(handoffs.c.id == held.id).values(**known))
            return True

    def is_taken(self, sender: str) -> bool:
        """Whether somebody at the desk speaks in this chat; one who fell silent has left it."""
        person = self._sealer.person(sender)
        with self._engine.connect() as connection:
            held = _open_handoff(connection, person)
        if held is None or held.state != TAKEN:
            return False
        if held.changed_at >= clock.now(-SILENCE):
            return True
        self.tidy()
        return False

    # -- what the desk does ---------------------------------------------------------------------------

    def queue(self) -> list[Handoff]:
        """Open chats: the urgent first, then who has waited longest."""
        with self._engine.connect() as connection:
            return list(readable(connection.execute(_in_order(select(handoffs))), self._handoff))

    def places(self) -> tuple[Place, ...]:
        """As `queue`, without opening what is sealed."""
        query = _in_order(select(handoffs.c.id, handoffs.c.state, handoffs.c.urgent, handoffs.c.taken_by))
        with self._engine.connect() as connection:
            return tuple(
                Place(row.id, row.state, bool(row.urgent), row.taken_by) for row in connection.execute(query)
            )

    def changed(self) -> int:
        """A number that grows whenever something of the queue or of who is at the desk changes."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(changes.c.number)).scalar() or 0)

    def handoff(self, number: int) -> Handoff | None:
        """A chat, also one that is closed; None for one that was erased or never was."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(handoffs).where(handoffs.c.id == number))
            return next(readable(rows, self._handoff), None)

    def take(self, number: int, worker: str, hello: Words | None = None) -> Handoff:
        """Takes a chat over: from now on the assistant keeps quiet in it, and the person is told `hello`.

        Taking one's own chat again changes nothing. Raises TakenBySomebody when a colleague was faster,
        NoSuchHandoff when no such chat waits.
        """
        with self._changing() as connection:
            taken = connection.execute(
                update(handoffs)
                .where(handoffs.c.id == number, handoffs.c.state == WAITING)
                .values(state=TAKEN, taken_by=worker, changed_at=clock.now())
            ).rowcount
            row = connection.execute(select(handoffs).where(handoffs.c.id == number)).one_or_none()
            if row is None or row.state != TAKEN:
                raise NoSuchHandoff(f"No chat {number} waits. `haq handoff list` shows those that do.")
            if row.taken_by != worker:
                raise TakenBySomebody(number, row.taken_by)
            if taken and hello is not None:
                self._tell(connection, row, hello(row.language))
        return self._handoff(row)

    def say(self, number: int, worker: str, text: str, rules: Sequence[str] = (), token: str = "") -> None:
        """Sends a message of the desk to the person; one form (`token`) is sent once, however often it comes.

        Raises TakenBySomebody or NoSuchHandoff when this is not the worker's chat (any more).
        """
        with self._changing() as connection:
            row = self._mine(connection, number, worker)
            before = self._said_with(connection, token)
            if before == text:
                return
            # A text that was mended after its first sending, whose answer was lost, is another message.
            self._tell(connection, row, text, worker, rules, token if before is None else "")

    def _said_with(self, connection: Connection, token: str) -> str | None:
        """What was sent with a form; None when nothing was."""
        query = select(messages.c.text).join(details, details.c.message == messages.c.id)
        sealed = connection.execute(query.where(details.c.token == token)).scalar() if token else None
        return None if sealed is None else self._sealer.open(sealed, CHAT_WORDS)

    def hand_back(self, number: int, worker: str, goodbye: Words | None = None) -> None:
        """Puts the chat back in the queue for a colleague. Raises as `say`."""
        with self._changing() as connection:
            row = self._mine(connection, number, worker)
            if goodbye is not None:
                self._tell(connection, row, goodbye(row.language))
            _wait_again(connection, number)

    def release(self, number: int, worker: str, goodbye: Words | None = None) -> None:
        """Gives the chat back to the assistant; what was written in it is erased. Raises as `say`."""
        with self._changing() as connection:
            row = self._mine(connection, number, worker)
            if goodbye is not None:
                self._tell(connection, row, goodbye(row.language))
            _close(connection, number)

    def transcript(self, number: int) -> list[Line]:
        """What was written since the chat was taken over."""
        query = (
            select(messages, details.c.worker, details.c.rules)
            .outerjoin(details, details.c.message == messages.c.id)
            .where(messages.c.handoff == number)
            .order_by(messages.c.id)
        )
        with self._engine.connect() as connection:
            return list(readable(connection.execute(query), self._line))

    def add_note(self, number: int, worker: str, text: str) -> None:
        """Keeps a note for colleagues; it goes when the chat is closed. Raises NoSuchHandoff."""
        still_open = select(handoffs.c.id).where(handoffs.c.id == number, handoffs.c.state != RELEASED)
        with self._changing() as connection:
            if connection.execute(still_open).first() is None:
                raise NoSuchHandoff(f"There is no open chat {number}.")
            sealed = self._sealer.seal(text, CHAT_NOTE)
            row = {"handoff": number, "worker": worker, "text": sealed, "at": clock.now()}
            connection.execute(notes.insert().values(**row))

    def notes(self, number: int) -> list[Note]:
        """What colleagues noted, the oldest first."""
        query = select(notes).where(notes.c.handoff == number).order_by(notes.c.id)
        with self._engine.connect() as connection:
            return list(
                readable(
                    connection.execute(query),
                    lambda row: Note(row.worker, self._sealer.open(row.text, CHAT_NOTE), row.at),
                )
            )

    def tidy(self, goodbye: Words | None = None) -> None:
        """Ends what nobody ended: chats whose worker fell silent, people who left the desk without a word.

        A chat in which the person waits for an answer goes back to the queue; an answered one is closed.
        """
        silent = (handoffs.c.state == TAKEN) & (handoffs.c.changed_at < clock.now(-SILENCE))
        with self._engine.connect() as connection:
            if not self._has_lapsed(connection) and connection.execute(
                select(handoffs.c.id).where(silent)
            ).first() is None:  # fmt: skip
                return
        with self._changing() as connection:
            self._drop_lapsed(connection)
            for row in connection.execute(select(handoffs).where(silent)).all():
                waits = _waits_for_answer(connection, row.id)
                if goodbye is not None:
                    self._tell(connection, row, goodbye(row.language))
                (_wait_again if waits else _close)(connection, row.id)

    def purge(self, kept: timedelta = KEPT) -> int:
        """Erases chats that nobody has touched for the time that conversations are kept."""
        old = select(handoffs.c.id).where(handoffs.c.changed_at < clock.now(-kept))
        with self._engine.connect() as connection:
            numbers = list(connection.execute(old).scalars())
        if not numbers:
            return 0
        with self._changing() as connection:
            numbers = list(connection.execute(old).scalars())
            _erase_words(connection, numbers)
            return connection.execute(delete(handoffs).where(handoffs.c.id.in_(numbers))).rowcount

    # -- within ---------------------------------------------------------------------------------------

    def _known(self, language: str, summary: Mapping[str, Any]) -> dict[str, str]:
        return {
            "language": language,
            "summary": self._sealer.seal(json.dumps(summary, ensure_ascii=False), CHAT_SUMMARY),
        }

    def _mine(self, connection: Connection, number: int, worker: str) -> Row:
        row = connection.execute(select(handoffs).where(handoffs.c.id == number)).one_or_none()
        if row is not None and row.state == TAKEN and row.taken_by == worker:
            return row
        if row is not None and row.state == TAKEN:
            raise TakenBySomebody(number, row.taken_by)
        raise NoSuchHandoff(f"You have not taken chat {number}. `haq handoff take {number}` does.")

    def _tell(
        self, connection: Connection, row: Row, text: str, worker: str | None = None,
        rules: Sequence[str] = (), token: str = "",
    ) -> None:  # fmt: skip
        """Sends something to the person, and keeps it in the transcript."""
        now = clock.now()
        letter = {
            "person": row.person, "address": row.address, "kind": FROM_DESK,
            "text": self._sealer.seal(text, TO_SEND), "due": now,
        }  # fmt: skip
        connection.execute(outbox.insert().values(**letter))
        self._keep_said(connection, row.id, text, worker, rules, token)
        connection.execute(update(handoffs).where(handoffs.c.id == row.id).values(changed_at=now))

    def _keep(self, connection: Connection, number: int, text: str, from_desk: bool = False) -> int:
        row = {
            "handoff": number, "from_desk": from_desk, "text": self._sealer.seal(text, CHAT_WORDS),
            "at": clock.now(),
        }  # fmt: skip
        return int(connection.execute(messages.insert().values(**row)).inserted_primary_key[0])

    def _keep_said(
        self, connection: Connection, number: int, text: str, worker: str | None = None,
        rules: Sequence[str] = (), token: str = "",
    ) -> None:  # fmt: skip
        row = {
            "message": self._keep(connection, number, text, from_desk=True), "handoff": number,
            "worker": worker, "rules": json.dumps(list(rules)), "token": token or None,
        }  # fmt: skip
        connection.execute(details.insert().values(**row))

    def _line(self, row: Row) -> Line:
        rules = tuple(json.loads(row.rules)) if row.rules else ()
        words = self._sealer.open(row.text, CHAT_WORDS)
        return Line(row.id, words, row.at, bool(row.from_desk), row.worker, rules)

    def _handoff(self, row: Row) -> Handoff:
        return Handoff(
            row.id, row.state, bool(row.urgent), row.danger, row.language,
            json.loads(self._sealer.open(row.summary, CHAT_SUMMARY)), row.taken_by, row.opened_at,
        )  # fmt: skip


def _in_order(query: Select) -> Select:
    return query.where(handoffs.c.state != RELEASED).order_by(
        handoffs.c.urgent.desc(), handoffs.c.opened_at, handoffs.c.id
    )


def _open_handoff(connection: Connection, person: str) -> Row | None:
    return connection.execute(_OPEN, {"person": person}).first()


def _waits_for_answer(connection: Connection, number: int) -> bool:
    """Whether nobody of the desk has written since the person did last, or at all."""
    said = select(messages.c.from_desk, details.c.worker).outerjoin(
        details, details.c.message == messages.c.id
    )
    by_people = (messages.c.from_desk.is_(False)) | (details.c.worker.is_not(None))
    query = said.where(messages.c.handoff == number, by_people).order_by(messages.c.id.desc())
    last = connection.execute(query).first()
    return last is None or not last.from_desk


def _wait_again(connection: Connection, number: int) -> None:
    connection.execute(
        update(handoffs)
        .where(handoffs.c.id == number)
        .values(state=WAITING, taken_by=None, changed_at=clock.now())
    )


def _close(connection: Connection, number: int) -> None:
    """Ends a chat with the desk; what was written in it is not kept."""
    _erase_words(connection, [number])
    connection.execute(
        update(handoffs).where(handoffs.c.id == number).values(state=RELEASED, changed_at=clock.now())
    )


def _erase_words(connection: Connection, numbers: Sequence[int]) -> int:
    """Takes out what was written in chats and noted of them; gives the number of messages."""
    for table in (details, notes):
        connection.execute(delete(table).where(table.c.handoff.in_(numbers)))
    return connection.execute(delete(messages).where(messages.c.handoff.in_(numbers))).rowcount


def erase_of_person(connection: Connection, person: str) -> dict[str, int]:
    """Takes everything of a person out of the queue; how many rows of each table there were."""
    numbers = list(connection.execute(select(handoffs.c.id).where(handoffs.c.person == person)).scalars())
    noted = connection.execute(delete(notes).where(notes.c.handoff.in_(numbers))).rowcount
    return {
        "handoff_note": noted,
        "handoff_message": _erase_words(connection, numbers),
        "handoff": connection.execute(delete(handoffs).where(handoffs.c.person == person)).rowcount,
    }
