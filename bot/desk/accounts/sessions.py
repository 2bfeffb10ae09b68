"""Sessions: an opaque token in a cookie, its hash in the database.

A session begins anew at each step up (password, code), so that no token from before is worth more after.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import Engine, Row

from bot.desk.accounts import clock
from bot.desk.accounts.roles import allowed
from bot.desk.accounts.tables import account, hash_of, session
from bot.desk.visitor import Account, Visitor

LIFE, IDLE, HALFWAY = timedelta(hours=12), timedelta(hours=2), timedelta(minutes=10)
_NOTED_EVERY = timedelta(minutes=1)


class Stage(str, Enum):
    """How far somebody has come."""

    PASSWORD = "password"  # noqa: S105  # the second factor is still to come: opens nothing but its page
    FULL = "full"


@dataclass(frozen=True)
class OpenSession:
    """A session as its owner sees it in a list."""

    id: int
    browser: str
    began_at: str
    seen_at: str
    is_this: bool


class Sessions:
    """All of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, number: int, stage: Stage = Stage.FULL, browser: str = "") -> str:
        """A new session of an account; gives its token, which is kept nowhere."""
        token, now = secrets.token_urlsafe(32), clock.now()
        row = {
            "token_hash": hash_of(token), "account": number, "csrf": secrets.token_urlsafe(24),
            "stage": stage.value, "browser": browser, "began_at": clock.text(now), "seen_at": clock.text(now),
            "expires_at": clock.text(now + (LIFE if stage is Stage.FULL else HALFWAY)),
        }  # fmt: skip
        self.purge()
        with self._engine.begin() as connection:
            connection.execute(insert(session).values(**row))
            if stage is Stage.FULL:
                signed_in = update(account).where(account.c.id == number)
                connection.execute(signed_in.values(signed_in_at=clock.text(now)))
        return token

    def purge(self) -> int:
        """Drops those that are over; gives how many."""
        now = clock.now()
        over = or_(session.c.expires_at < clock.text(now), session.c.seen_at < clock.text(now - IDLE))
        with self._engine.begin() as connection:
            return connection.execute(delete(session).where(over)).rowcount

    def visitor(self, token: str) -> Visitor:
        """Whose session a token opens; a guest when it opens none."""
        row = self._find(token, Stage.FULL)
        if row is None:
            return Visitor()
        if row.seen_at < clock.text(clock.now() - _NOTED_EVERY):
            with self._engine.begin() as connection:
                seen = update(session).where(session.c.token_hash == hash_of(token))
                connection.execute(seen.values(seen_at=clock.text(clock.now())))
        found = account_of(row)
        return Visitor(found, allowed(found.roles), row.csrf)

    def halfway(self, token: str) -> Account | None:
        """Who has given the password, and not yet the code."""
        row = self._find(token, Stage.PASSWORD)
        return None if row is None else account_of(row)

    def _find(self, token: str, stage: Stage) -> Row | None:
        now = clock.now()
        query = (
            select(account, session.c.csrf, session.c.seen_at)
            .join(session, session.c.account == account.c.id)
            .where(
                session.c.token_hash == hash_of(token),
                session.c.stage == stage.value,
                session.c.expires_at >= clock.text(now),
                session.c.seen_at >= clock.text(now - IDLE),
                account.c.disabled_at.is_(None),
            )
        )
        with self._engine.connect() as connection:
            return connection.execute(query).one_or_none()

    def end(self, token: str) -> None:
        """Ends this one."""
        with self._engine.begin() as connection:
            connection.execute(delete(session).where(session.c.token_hash == hash_of(token)))

    def end_one(self, number: int, which: int) -> None:
        """Ends one of an account's own sessions."""
        with self._engine.begin() as connection:
            ours = (session.c.account == number) & (session.c.id == which)
            connection.execute(delete(session).where(ours))

    def end_all(self, number: int) -> None:
        """Ends every session of an account."""
        with self._engine.begin() as connection:
            connection.execute(delete(session).where(session.c.account == number))

    def of(self, number: int, this: str = "") -> list[OpenSession]:
        """An account's sessions, the last used first; `this` is the token of whoever looks."""
        now = clock.now()
        query = (
            select(session)
            .where(
                session.c.account == number,
                session.c.stage == Stage.FULL.value,
                session.c.expires_at >= clock.text(now),
                session.c.seen_at >= clock.text(now - IDLE),
            )
            .order_by(session.c.seen_at.desc(), session.c.id.desc())
        )
        with self._engine.connect() as connection:
            return [
                OpenSession(row.id, row.browser, row.began_at, row.seen_at, row.token_hash == hash_of(this))
                for row in connection.execute(query)
            ]


def account_of(row: Row) -> Account:
    """An account from its row."""
    return Account(row.id, row.name, tuple(row.roles.split()), row.language)
