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
from sqlalchemy.engine import Connection

from bot.channels.letters import DOUBT_SECONDS, Letters
from bot.channels.mail import (
    DEAD,
    DONE,
    NEW,
    READY,
    SENDING,
    SENT,
    Known,
    inbound,
    inbound_json,
    inbox,
    outbox,
    people,
)  # fmt: skip
from bot.channels.platform import Inbound, Part
from bot.observability import correlation
from bot.privacy.places import ADDRESS, MESSAGE, REST
from bot.privacy.sealing import SealError

__all__ = ("DOUBT_SECONDS", "HOLD_SECONDS", "Mailbox")

HOLD_SECONDS = 15.0  # so long a person's row is held without a sign of life
# A moment further ahead than this was written before the clock was set back: nobody waits for it.
_AHEAD_SECONDS = 60.0
# Platforms send a message again for seven days; so long an id must be known.
IDS_KEPT_SECONDS = 8 * 24 * 3600.0
DEAD_KEPT_SECONDS = 30 * 24 * 3600.0


class Mailbox(Letters):
    """Inbox and outbox of all channels in one database."""

    def __init__(self, url: str, key_file: Path) -> None:
        super().__init__(url, key_file)
        self._me = secrets.token_hex(16)
        self._holding: dict[str, float] = {}  # until when; asking the database each time costs

    # -- in -------------------------------------------------------------------------------------------

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
        # The address anew each time: the one that is kept may be sealed with a key that was lost.
        row = {"address": self._seal(message.sender, ADDRESS), "seen_at": now}
        self._unopened.drop(person)
        if connection.execute(update(people).where(people.c.person == person).values(**row)).rowcount:
            self._try_again(connection, person, now)
        else:
            self._insert(connection, people, {"person": person, "channel": channel, **row})
        return person

    def _try_again(self, connection: Connection, person: str, now: float) -> None:
        """Sends at once what waits for another try: who writes can be written to."""
        waiting = update(outbox).where(outbox.c.person == person, outbox.c.state == READY)
        connection.execute(waiting.where(outbox.c.due_at > now).values(due_at=now, tries=0))

    def _rename(self, connection: Connection, channel: str, old: str, new: str) -> None:
        """What is known of a person whose id has changed, and the work that waits, goes to the new id."""
        before, after = self.person(channel, old), self.person(channel, new)
        row = connection.execute(select(people).where(people.c.person == before)).first()
        if row is None or before == after:
            return
        connection.execute(delete(people).where(people.c.person == before))
        moved = {**row._mapping, "person": after, "address": self._seal(new, ADDRESS)}
        if not self._insert(connection, people, moved):
            for name in ("language", "country"):  # what the new one has said itself goes first
                unsaid = (people.c.person == after) & (people.c[name] == "")
                connection.execute(update(people).where(unsaid).values({name: row._mapping[name]}))
        for table in (inbox, outbox):
            connection.execute(update(table).where(table.c.person == before).values(person=after))

    def next_message(self, person: str, settled_before: float) -> tuple[int, Inbound] | None:
        """The first message of a person that waits, once any of theirs came before some moment.

        One that was written earlier but came only just now goes before the one that has waited. One that
        cannot be opened here is left as it is.
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
        while True:
            with self._engine.connect() as connection:
                row = connection.execute(query.where(self._unopened.without(inbox.c.message))).first()
            if row is None:
                return None
            try:
                body = json.loads(self._sealer.open(row.body, MESSAGE))
                return int(row.id), inbound({**body, "came": float(row.came_at)})
            except SealError:
                self._unopened.put(row.message)

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
        mine = inbox.c.id == message
        with self._engine.connect() as connection, connection.begin() as whole:
            # The person first, as everywhere: two who took rows in different order would lock each other out.
            found = connection.execute(_changed(person, changes)).rowcount
            if not found:  # they have another id by now, or are erased
                person = connection.execute(select(inbox.c.person).where(mine)).scalar() or ""
                connection.execute(_changed(person, changes))
            ended = update(inbox).where(mine, inbox.c.state == NEW).values(state=DONE, body="")
            if not connection.execute(ended).rowcount:  # another process has answered it
                whole.rollback()
                return
            if parts:
                connection.execute(outbox.insert(), self._letters(channel, person, parts, token, now))

    # -- work -----------------------------------------------------------------------------------------

    def with_work(self, channel: str, settled_before: float, now: float, most: int = 200) -> list[str]:
        """People of a channel for whom something is to be answered or sent, whom nobody holds."""
        waiting = select(inbox.c.person).where(
            inbox.c.channel == channel, inbox.c.state == NEW, _past(inbox.c.came_at, settled_before),
            self._unopened.without(inbox.c.message),
        )  # fmt: skip
        leaving = select(outbox.c.person).where(
            outbox.c.channel == channel, outbox.c.state.in_((READY, SENDING)),
            or_(outbox.c.due_at <= now, outbox.c.tries == 0),
            self._unopened.without(outbox.c.reference),
        )  # fmt: skip
        query = (
            select(people.c.person)
            .where(
                _past(people.c.held_until, now),
                or_(people.c.person.in_(waiting), people.c.person.in_(leaving)),
                self._unopened.without(people.c.person),
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
        """What is known of a person; None of one whose address cannot be opened here."""
        with self._engine.connect() as connection:
            row = connection.execute(select(people).where(people.c.person == person)).first()
        if row is None:
            return None
        try:
            address = self._opened_address(row)
        except SealError:
            self._unopened.put(person)
            return None
        try:
            rest = json.loads(self._sealer.open(row.rest, REST)) if row.rest else []
        except SealError:  # they may ask again
            rest = []
        return Known(row.person, address, row.language, row.country, tuple(rest), row.forget)

    def is_waiting(self, person: str) -> bool:
        """Whether a message of a person waits for its answer, or the answer for being sent."""
        mine = select(inbox.c.id).where(inbox.c.person == person, inbox.c.state == NEW)
        theirs = select(outbox.c.id).where(outbox.c.person == person, outbox.c.state.in_((READY, SENDING)))
        with self._engine.connect() as connection:
            return any(connection.execute(query.limit(1)).first() is not None for query in (mine, theirs))

    # -- counting, forgetting -------------------------------------------------------------------------

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
            return _erased(connection, person)

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
            _erased(connection, person)  # in the same transaction: what comes now is a message of after
        self._holding.pop(person, None)
        return False

    def purge(
        self, now: float | None = None, kept: float = DEAD_KEPT_SECONDS,
        is_wanted: Callable[[str], bool] = lambda _person: False,
    ) -> int:  # fmt: skip
        """Drops ids that no platform sends again, letters that are done with, and people long silent.

        Whoever `is_wanted` stays: there is still something to tell them. Gives how many people went.
        """
        now = time() if now is None else now
        silent = people.c.seen_at < now - kept
        with self._engine.connect() as connection:
            found = connection.execute(select(people.c.person).where(silent)).scalars().all()
        gone = [each for each in found if not is_wanted(each)]
        with self._engine.begin() as connection:
            connection.execute(
                delete(inbox).where(inbox.c.state == DONE, inbox.c.came_at < now - IDS_KEPT_SECONDS)
            )
            connection.execute(
                delete(outbox).where(outbox.c.state == SENT, outbox.c.made_at < now - 24 * 3600)
            )
            connection.execute(delete(outbox).where(outbox.c.made_at < now - kept))
            connection.execute(delete(inbox).where(inbox.c.state == NEW, inbox.c.came_at < now - kept))
        return sum(self._erase_silent(person, silent) for person in gone)

    def _erase_silent(self, person: str, silent: Any) -> int:
        """Erases a person unless they have come back since; gives how many went, one or none."""
        with self._engine.begin() as connection:
            return _erased(connection, person, silent)[people.name]


def _changed(person: str, changes: Mapping[str, Any]) -> Any:
    return update(people).where(people.c.person == person).values(**changes)


def _erased(connection: Connection, person: str, *conditions: Any) -> dict[str, int]:
    """Erases a person whose row meets the conditions; how many rows of each table there were.

    The person goes first: who accepts a message of theirs at the same time waits for it, then makes a new
    row, and the message stays. The other way round it would stay without a person, and nobody would find it.
    """
    found = connection.execute(delete(people).where(people.c.person == person, *conditions)).rowcount
    if conditions and not found:
        return {inbox.name: 0, outbox.name: 0, people.name: 0}
    ended = update(inbox).where(inbox.c.person == person).values(body="", state=DONE, person="")
    return {
        inbox.name: connection.execute(ended).rowcount,
        outbox.name: connection.execute(delete(outbox).where(outbox.c.person == person)).rowcount,
        people.name: found,
    }


def _past(moment: Column[float], now: float) -> Any:
    """Whether a moment is over, or so far ahead that it is from another clock."""
    return or_(moment <= now, moment > now + _AHEAD_SECONDS)


def _count(table: Table, state: str) -> Any:
    return select(func.count()).where(table.c.state == state)
