"""How often somebody may try a password or a code, counted over all processes in the database.

An attempt is noted before it is looked at, so that many at once cannot slip through together; a right
one is taken back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import delete, insert, select, text
from sqlalchemy.engine import Connection, Engine

from bot.desk.accounts import clock
from bot.desk.accounts.problems import TooManyAttempts
from bot.desk.accounts.tables import attempt

WINDOW_SECONDS = 15 * 60
OF_ACCOUNT, OF_ADDRESS = 5, 30
"""Wrong attempts in a window: for one account, and from one address (an office may share one)."""


class Attempt:
    """One try at something secret."""

    def __init__(self) -> None:
        self.right = False

    def succeeded(self) -> None:
        """It was right: it does not count."""
        self.right = True


class Throttle:
    """Counts wrong attempts; `hide` makes a hash under a key, since a name or an address is personal."""

    def __init__(self, engine: Engine, hide: Callable[[str], str]) -> None:
        self._engine = engine
        self._hide = hide

    @contextmanager
    def attempt(self, account: str, address: str) -> Iterator[Attempt]:
        """An attempt, which counts unless it succeeds. Raises TooManyAttempts when it may not be made."""
        limits = {self._hide(f"account {account}"): OF_ACCOUNT, self._hide(f"address {address}"): OF_ADDRESS}
        numbers = self._note(limits)
        this = Attempt()
        yield this
        if this.right:
            with self._engine.begin() as connection:
                connection.execute(delete(attempt).where(attempt.c.id.in_(numbers)))

    def forget(self, account: str) -> None:
        """Somebody is in: earlier mistakes at this account do not count."""
        with self._engine.begin() as connection:
            connection.execute(delete(attempt).where(attempt.c.of == self._hide(f"account {account}")))

    def purge(self) -> int:
        """Drops attempts that count no more; gives how many."""
        old = delete(attempt).where(attempt.c.at < clock.now().timestamp() - WINDOW_SECONDS)
        with self._engine.begin() as connection:
            return connection.execute(old).rowcount

    def _note(self, limits: dict[str, int]) -> list[int]:
        now = clock.now().timestamp()
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":  # SQLite lets one write at a time anyway
                connection.execute(text(f"LOCK TABLE {attempt.name} IN EXCLUSIVE MODE"))
            connection.execute(delete(attempt).where(attempt.c.at < now - WINDOW_SECONDS))
            numbers = [
                int(connection.execute(insert(attempt).values(of=each, at=now)).inserted_primary_key[0])
                for each in limits
            ]
            free_at = max(_free_at(connection, each, most) for each, most in limits.items())
            if free_at > now:
                connection.execute(delete(attempt).where(attempt.c.id.in_(numbers)))
        if free_at > now:
            raise TooManyAttempts(math.ceil((free_at - now) / 60))
        return numbers


def _free_at(connection: Connection, of: str, most: int) -> float:
    """When the next attempt may be made: when so many have left the window that this one fits."""
    query = select(attempt.c.at).where(attempt.c.of == of).order_by(attempt.c.at.desc(), attempt.c.id.desc())
    times = connection.execute(query.offset(most).limit(1)).scalars().all()
    return float(times[0]) + WINDOW_SECONDS if times else 0.0
