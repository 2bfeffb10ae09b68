"""The messages that go out: kept until they are sent, or given up, whoever dies over it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import time
from typing import Any

from sqlalchemy import Table, or_, select, update
from sqlalchemy.engine import Connection, Engine, Row

from bot.channels.mail import DEAD, READY, SENDING, SENT, Letter, outbox, part, part_json, people
from bot.channels.platform import Part
from bot.channels.unopened import Unopened
from bot.databases.migrating import PEOPLE, bring_up_to_date
from bot.databases.upserts import upsert
from bot.observability import correlation
from bot.privacy.database import open_private
from bot.privacy.ownership import sealer_for
from bot.privacy.places import ADDRESS, LETTER
from bot.privacy.sealing import SealError

DOUBT_SECONDS = 15.0


class Letters:
    """The outbox of all channels in one database."""

    def __init__(self, url: str, key_file: Path) -> None:
        self._engine: Engine = open_private(url)
        bring_up_to_date(self._engine, PEOPLE)
        self._sealer = sealer_for(self._engine, key_file)
        self._unopened = Unopened()

    def person(self, channel: str, sender: str) -> str:
        """The keyed hash of a person on a channel: whom the rest of the program knows."""
        return self._sealer.person(f"{channel}:{sender}")

    def post(self, person: str, parts: Sequence[Part], reference: str, now: float | None = None) -> bool:
        """Keeps messages to a person who has written before; False when nobody of that name has.

        The same reference is kept once, however often it is posted.
        """
        now = time() if now is None else now
        with self._engine.begin() as connection:
            channel = connection.execute(select(people.c.channel).where(people.c.person == person)).scalar()
            if channel is None:
                return False
            for number, row in enumerate(self._letters(channel, person, parts, "", now)):
                self._insert(connection, outbox, row | {"reference": f"{reference}-{number}"})
            return True

    def _letters(
        self, channel: str, person: str, parts: Sequence[Part], token: str, now: float
    ) -> list[dict[str, Any]]:
        trace = correlation.current()
        return [
            {
                "channel": channel, "person": person, "reference": secrets.token_hex(16), "state": READY,
                "due_at": now, "made_at": now,
                "body": self._seal({"part": part_json(each), "token": token, "trace": trace}, LETTER),
            }
            for each in parts
        ]  # fmt: skip

    def next_letter(self, person: str) -> Letter | None:
        """The first message that waits to be sent to a person, due or not: those behind it wait for it.

        One that cannot be opened here is left as it is, and those behind it go on.
        """
        query = (
            select(outbox, people.c.address)
            .join(people, people.c.person == outbox.c.person)
            .where(outbox.c.person == person, outbox.c.state.in_((READY, SENDING)))
            .order_by(outbox.c.id)
            .limit(1)
        )
        while True:
            with self._engine.connect() as connection:
                row = connection.execute(query.where(self._unopened.without(outbox.c.reference))).first()
            if row is None:
                return None
            try:
                return self._letter(row)
            except SealError:
                self._unopened.put(row.reference)

    def sending(self, letter: int, now: float | None = None) -> None:
        """Notes that a message is on its way: whether it arrived is in doubt if we die now.

        Then it is tried again, but not before a receipt of the platform had time to come.
        """
        due = (time() if now is None else now) + DOUBT_SECONDS
        with self._engine.begin() as connection:
            connection.execute(
                update(outbox)
                .where(outbox.c.id == letter)
                .values(state=SENDING, tries=outbox.c.tries + 1, due_at=due)
            )

    def doubt_anew(self, now: float | None = None) -> None:
        """Gives what was on its way when a process died the whole time for its receipt again: while nobody
        listened, none could come. To be called before listening begins."""
        due = (time() if now is None else now) + DOUBT_SECONDS
        with self._engine.begin() as connection:
            connection.execute(
                update(outbox).where(outbox.c.state == SENDING, outbox.c.due_at < due).values(due_at=due)
            )

    def settle(
        self, letter: int, state: str, *, due_at: float = 0.0, code: str = "", message: str = ""
    ) -> None:
        """Notes what came of sending: sent (its words go), dead, or ready for another try."""
        changes: dict[str, Any] = {"state": state, "due_at": due_at, "code": code[:60]}
        if message:
            changes["message"] = self._sealer.person(message)
        if state == SENT:
            changes["body"] = ""
        with self._engine.begin() as connection:
            connection.execute(update(outbox).where(outbox.c.id == letter).values(**changes))

    def receipt(self, reference: str, failed: bool, code: str) -> None:
        """Takes up what the platform tells later of a message, by our reference or its own id."""
        mine = or_(outbox.c.reference == reference, outbox.c.message == self._sealer.person(reference))
        if failed:
            with self._engine.begin() as connection:
                connection.execute(update(outbox).where(mine).values(state=DEAD, code=code[:60]))
            return
        # Several come for each message, and only one that is in doubt has anything to learn: those are few.
        in_doubt = select(outbox.c.id).where(outbox.c.state == SENDING, outbox.c.reference == reference)
        with self._engine.connect() as connection:
            found = connection.execute(in_doubt).scalar()
        if found is not None:
            self.settle(int(found), SENT)

    def dead(self) -> list[Letter]:
        """Messages that could not be sent, the oldest first."""
        query = (
            select(outbox, people.c.address)
            .join(people, people.c.person == outbox.c.person)
            .where(outbox.c.state == DEAD)
            .order_by(outbox.c.id)
        )
        found = []
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                try:
                    found.append(self._letter(row))
                except SealError:
                    continue
        return found

    def replay(self, letter: int | None = None) -> int:
        """Sends dead messages once more, one or all whose words are still kept; gives their number."""
        which = [outbox.c.state == DEAD, outbox.c.body != ""]
        if letter is not None:
            which.append(outbox.c.id == letter)
        with self._engine.begin() as connection:
            changes = {"state": READY, "tries": 0, "due_at": 0.0, "code": ""}
            return int(connection.execute(update(outbox).where(*which).values(**changes)).rowcount)

    # -- within ---------------------------------------------------------------------------------------

    def _insert(self, connection: Connection, table: Table, row: Mapping[str, Any]) -> int:
        """Inserts a row unless its unique key is there; the database decides, not a look before."""
        return int(
            connection.execute(upsert(connection, table).values(**row).on_conflict_do_nothing()).rowcount
        )

    def _seal(self, value: Any, place: str) -> str:
        return self._sealer.seal(json.dumps(value, ensure_ascii=False), place)

    def _opened_address(self, row: Row[Any]) -> str:
        """Where to write to. Raises SealError for an address that was put into somebody else's row."""
        address = str(json.loads(self._sealer.open(row.address, ADDRESS)))
        if self.person(row.channel, address) != row.person:
            raise SealError("This address is not that of the person.")
        return address

    def _letter(self, row: Row[Any]) -> Letter:
        body = json.loads(self._sealer.open(row.body, LETTER)) if row.body else {}
        return Letter(
            id=int(row.id),
            channel=row.channel,
            person=row.person,
            address=self._opened_address(row),
            reference=row.reference,
            part=part(body.get("part") or {"text": ""}),
            token=body.get("token") or "",
            trace=body.get("trace") or "",
            tries=int(row.tries),
            doubtful=row.state == SENDING,
            due_at=float(row.due_at),
            code=row.code,
        )
