"""What came and what is to go out, kept until it is done: the reason why no message is lost.

A message is kept before it is acknowledged, once for its platform's id (a unique key). Its answer is kept
in the same transaction that ends it. Whoever works for a person holds that person's row for some seconds,
so that several processes never answer one person at once; a holder that died is outlived. Ids are kept as
keyed hashes; words and addresses are sealed and go as soon as they are done with.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import time
from typing import Any

from sqlalchemy import Column, Table, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine, Row

from bot.channels.mail import (
    DEAD,
    DONE,
    NEW,
    READY,
    SENDING,
    SENT,
    Known,
    Letter,
    inbound,
    inbound_json,
    inbox,
    outbox,
    part,
    part_json,
    people,
)  # fmt: skip
from bot.channels.platform import Inbound, Part
from bot.databases.migrating import PEOPLE, bring_up_to_date
from bot.observability import correlation
from bot.privacy.database import open_private
from bot.privacy.places import ADDRESS, LETTER, MESSAGE, REST
from bot.privacy.sealing import Sealer, SealError

DOUBT_SECONDS = 15.0
HOLD_SECONDS = 15.0  # so long a person's row is held without a sign of life
# A moment further ahead than this was written before the clock was set back: nobody waits for it.
_AHEAD_SECONDS = 60.0
# Platforms send a message again for seven days; so long an id must be known.
IDS_KEPT_SECONDS = 8 * 24 * 3600.0
DEAD_KEPT_SECONDS = 30 * 24 * 3600.0


class Mailbox:
    """Inbox and outbox of all channels in one database."""

    def __init__(self, url: str, key_file: Path) -> None:
        self._engine: Engine = open_private(url)
        self._sealer = Sealer(key_file)
        self._me = secrets.token_hex(16)
        self._holding: dict[str, float] = {}  # until when; asking the database each time costs
        bring_up_to_date(self._engine, PEOPLE)

    # -- in -------------------------------------------------------------------------------------------

    def person(self, channel: str, sender: str) -> str:
        """The keyed hash of a person on a channel: whom the rest of the program knows."""
        return self._sealer.person(f"{channel}:{sender}")

    def accept(self, channel: str, messages: Sequence[Inbound], now: float | None = None) -> int:
        """Keeps messages that were not kept before; gives how many are new. They are safe when it returns."""
        now = time() if now is None else now
        new = 0
        with self._engine.begin() as connection:
            for number, each in enumerate(messages):
                person = self._know(connection, channel, each, now)
                row = {
                    "channel": channel, "message": self._id(channel, each),
                    "person": person, "state": NEW, "sent_at": each.at or now, "place": each.order,
                    "came_at": now,
                    "body": self._seal(inbound_json(each, correlation.branch(number)), MESSAGE),
                }  # fmt: skip
                new += self._insert(connection, inbox, row)  # 0: the platform sent it again
        return new

    def unknown(self, channel: str, messages: Sequence[Inbound]) -> list[Inbound]:
        """Those messages that were not kept before: what a platform sends again is nobody's haste.

        Two webhooks at once may both find a message unknown; `accept` keeps it once all the same.
        """
        ids = {self._id(channel, each): each for each in messages}
        query = select(inbox.c.message).where(inbox.c.channel == channel, inbox.c.message.in_(list(ids)))
        with self._engine.connect() as connection:
            kept = set(connection.execute(query).scalars())
        return [each for key, each in ids.items() if key not in kept]

    def _id(self, channel: str, message: Inbound) -> str:
        return self._sealer.person(f"{channel}/{message.id}")

    def _know(self, connection: Connection, channel: str, message: Inbound, now: float) -> str:
        person = self.person(channel, message.sender)
        if message.formerly:
            self._rename(connection, channel, message.formerly, message.sender)
        found = connection.execute(
            update(people).where(people.c.person == person).values(seen_at=now)
        ).rowcount
        if not found:
            row = {
                "person": person,
                "channel": channel,
                "address": self._seal(message.sender, ADDRESS),
                "seen_at": now,
            }
            self._insert(connection, people, row)
        return person

    def _insert(self, connection: Connection, table: Table, row: Mapping[str, Any]) -> int:
        """Inserts a row unless its unique key is there; the database decides, not a look before."""
        dialect = {"sqlite": sqlite, "postgresql": postgresql}[self._engine.dialect.name]
        return int(connection.execute(dialect.insert(table).values(**row).on_conflict_do_nothing()).rowcount)

    def _rename(self, connection: Connection, channel: str, old: str, new: str) -> None:
        """Work that waits for a person whose id has changed goes to the new id."""
        before, after = self.person(channel, old), self.person(channel, new)
        for table in (inbox, outbox):
            connection.execute(update(table).where(table.c.person == before).values(person=after))
        connection.execute(delete(people).where(people.c.person == before))

    def next_message(self, person: str, settled_before: float) -> tuple[int, Inbound] | None:
        """The first message of a person that waits, once any of theirs came before some moment.

        One that was written earlier but came only just now goes before the one that has waited.
        """
        other = inbox.alias()
        settled = select(other.c.id).where(
            other.c.person == person, other.c.state == NEW, _past(other.c.came_at, settled_before)
        )
        query = (
            select(inbox)
            .where(inbox.c.person == person, inbox.c.state == NEW, settled.exists())
            .order_by(inbox.c.sent_at, inbox.c.place, inbox.c.id)
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        try:
            body = json.loads(self._sealer.open(row.body, MESSAGE))
            return int(row.id), inbound({**body, "came": float(row.came_at)})
        except SealError:  # sealed with a key that is lost: nobody can answer it
            self.answer(int(row.id), person, row.channel, ())
            return self.next_message(person, settled_before)

    def answer(
        self, message: int, person: str, channel: str, parts: Sequence[Part], *,
        rest: Sequence[Mapping[str, Any]] = (), language: str = "", country: str = "", token: str = "",
        forget: bool = False, now: float | None = None,
    ) -> None:  # fmt: skip
        """Ends a message and keeps its answer, at once or not at all."""
        now = time() if now is None else now
        changes: dict[str, Any] = {"rest": self._seal(list(rest), REST) if rest else ""}
        changes |= {"forget": True} if forget else {}
        changes |= {"language": language} if language else {}
        changes |= {"country": country} if country else {}
        with self._engine.begin() as connection:
            ended = connection.execute(
                update(inbox).where(inbox.c.id == message, inbox.c.state == NEW).values(state=DONE, body="")
            ).rowcount
            if not ended:  # another process has answered it
                return
            connection.execute(update(people).where(people.c.person == person).values(**changes))
            if parts:
                connection.execute(outbox.insert(), self._letters(channel, person, parts, token, now))

    # -- out ------------------------------------------------------------------------------------------

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
        """The first message that waits to be sent to a person, due or not: those behind it wait for it."""
        query = (
            select(outbox, people.c.address)
            .join(people, people.c.person == outbox.c.person)
            .where(outbox.c.person == person, outbox.c.state.in_((READY, SENDING)))
            .order_by(outbox.c.id)
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        try:
            return self._letter(row)
        except SealError:
            self.settle(int(row.id), DEAD, code="key lost")
            return self.next_letter(person)

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

    # -- work -----------------------------------------------------------------------------------------

    def with_work(self, channel: str, settled_before: float, now: float, most: int = 200) -> list[str]:
        """People of a channel for whom something is to be answered or sent, whom nobody holds."""
        waiting = select(inbox.c.person).where(
            inbox.c.channel == channel, inbox.c.state == NEW, _past(inbox.c.came_at, settled_before)
        )
        leaving = select(outbox.c.person).where(
            outbox.c.channel == channel, outbox.c.state.in_((READY, SENDING)),
            or_(outbox.c.due_at <= now, outbox.c.tries == 0),
        )  # fmt: skip
        query = (
            select(people.c.person)
            .where(
                _past(people.c.held_until, now),
                or_(people.c.person.in_(waiting), people.c.person.in_(leaving)),
            )
            .order_by(people.c.seen_at)
            .limit(most)
        )
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def hold(self, person: str, now: float | None = None) -> bool:
        """Takes or keeps hold of a person; False while somebody else holds them."""
        now = time() if now is None else now
        if self._holding.get(person, 0.0) > now + HOLD_SECONDS / 2:
            return True
        with self._engine.begin() as connection:
            done = connection.execute(
                update(people)
                .where(
                    people.c.person == person,
                    or_(_past(people.c.held_until, now), people.c.held_by == self._me),
                )
                .values(held_by=self._me, held_until=now + HOLD_SECONDS)
            )
        if done.rowcount:
            self._holding[person] = now + HOLD_SECONDS
        return bool(done.rowcount)

    def let_go(self, person: str) -> None:
        """Lets go of a person."""
        self._holding.pop(person, None)
        with self._engine.begin() as connection:
            connection.execute(
                update(people)
                .where(people.c.person == person, people.c.held_by == self._me)
                .values(held_by="", held_until=0.0)
            )

    def known(self, person: str) -> Known | None:
        """What is known of a person."""
        with self._engine.connect() as connection:
            row = connection.execute(select(people).where(people.c.person == person)).first()
        if row is None:
            return None
        try:
            rest = json.loads(self._sealer.open(row.rest, REST)) if row.rest else []
            address = self._opened_address(row)
            return Known(row.person, address, row.language, row.country, tuple(rest), row.forget)
        except SealError:
            return None

    def is_waiting(self, person: str) -> bool:
        """Whether a message of a person waits for its answer, or the answer for being sent."""
        mine = select(inbox.c.id).where(inbox.c.person == person, inbox.c.state == NEW)
        theirs = select(outbox.c.id).where(outbox.c.person == person, outbox.c.state.in_((READY, SENDING)))
        with self._engine.connect() as connection:
            return any(connection.execute(query.limit(1)).first() is not None for query in (mine, theirs))

    # -- dead letters, counting, forgetting -----------------------------------------------------------

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

    def counts(self) -> dict[str, int]:
        """How many messages wait, are on their way, or are dead."""
        with self._engine.connect() as connection:
            found = {NEW: connection.execute(_count(inbox, NEW)).scalar() or 0}
            for state in (READY, SENDING, DEAD):
                found[state] = connection.execute(_count(outbox, state)).scalar() or 0
        return found

    def erase(self, person: str) -> dict[str, int]:
        """Erases what a person wrote and what was to be sent; how many rows of each table there were.

        The hashes of done messages stay for a while, without the person, so that a platform that sends one
        again does not open the chat anew.
        """
        self._holding.pop(person, None)
        with self._engine.begin() as connection:
            blank = update(inbox).where(inbox.c.person == person)
            return {
                inbox.name: connection.execute(blank.values(body="", state=DONE, person="")).rowcount,
                **{
                    table.name: connection.execute(delete(table).where(table.c.person == person)).rowcount
                    for table in (outbox, people)
                },
            }

    def begin_anew(self, person: str) -> bool:
        """Erases what was said up to now; True when they have written since, and wait for an answer."""
        mine = people.c.person == person
        new = select(inbox.c.id).where(inbox.c.person == person, inbox.c.state == NEW).limit(1)
        fresh = {"forget": False, "rest": "", "country": "", "language": ""}
        with self._engine.begin() as connection:
            # Before anything is looked at: whoever accepts a message of theirs waits for us, or we for them.
            connection.execute(update(people).where(mine).values(**fresh))
            if connection.execute(new).first() is not None:
                done = update(inbox).where(inbox.c.person == person, inbox.c.state == DONE)
                connection.execute(done.values(body="", person=""))
                connection.execute(delete(outbox).where(outbox.c.person == person))
                return True
        self.erase(person)
        return False

    def purge(
        self, now: float | None = None, kept: float = DEAD_KEPT_SECONDS,
        is_wanted: Callable[[str], bool] = lambda _person: False,
    ) -> int:  # fmt: skip
        """Drops ids that no platform sends again, letters that are done with, and people long silent.

        Whoever `is_wanted` stays: there is still something to tell them. Gives how many people went.
        """
        now = time() if now is None else now
        silent = select(people.c.person).where(people.c.seen_at < now - kept)
        with self._engine.connect() as connection:
            gone = [each for each in connection.execute(silent).scalars() if not is_wanted(each)]
        with self._engine.begin() as connection:
            connection.execute(
                delete(inbox).where(inbox.c.state == DONE, inbox.c.came_at < now - IDS_KEPT_SECONDS)
            )
            connection.execute(
                delete(outbox).where(outbox.c.state == SENT, outbox.c.made_at < now - 24 * 3600)
            )
            connection.execute(delete(outbox).where(outbox.c.made_at < now - kept))
            connection.execute(delete(inbox).where(inbox.c.state == NEW, inbox.c.came_at < now - kept))
        return sum(self.erase(person)[people.name] for person in gone)

    # -- sealed ---------------------------------------------------------------------------------------

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


def _past(moment: Column[float], now: float) -> Any:
    """Whether a moment is over, or so far ahead that it is from another clock."""
    return or_(moment <= now, moment > now + _AHEAD_SECONDS)


def _count(table: Table, state: str) -> Any:
    return select(func.count()).where(table.c.state == state)
