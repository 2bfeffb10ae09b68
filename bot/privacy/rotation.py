"""A new sealing key, and everything sealed anew with it, while the servers run.

Why nothing is lost: whoever seals looks at the date of the key file first, so that from the moment when the
new key stands there nobody begins to seal with an older one. What was begun before is waited for (`pause`),
then every row is sealed anew if it is still as it was read. The older keys go only when a pass over
everything has found nothing left that they open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any, Final

from sqlalchemy import column, inspect, select, table, update
from sqlalchemy.engine import Engine

from bot.privacy.database import clear_traces, open_private
from bot.privacy.keyring import add_key, keep_only
from bot.privacy.places import IN_ACCOUNTS, IN_CONVERSATIONS, SealedColumn
from bot.privacy.sealing import Sealer, SealError
from bot.settings import Settings

PAUSE_SECONDS: Final = 30.0
"""Longer than any transaction of ours takes from sealing to its end."""

_AT_ONCE: Final = 200
_MOST_PASSES: Final = 20
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Resealed:
    """What came of a pass."""

    anew: int = 0
    unreadable: int = 0  # sealed with a key that is not in the file: noise already

    def __add__(self, other: Resealed) -> Resealed:
        return Resealed(self.anew + other.anew, self.unreadable + other.unreadable)


class NotFinished(RuntimeError):
    """Something sealed with an older key turned up again and again: the older keys are kept."""


@dataclass(frozen=True)
class Sealed:
    """A database with its keys and the columns that they seal."""

    name: str
    url: str
    key_file: Path
    columns: tuple[SealedColumn, ...]


def sealed_databases(settings: Settings) -> tuple[Sealed, ...]:
    """All that the program seals in."""
    return (
        Sealed("people", settings.conversations_url, settings.people_key, IN_CONVERSATIONS),
        Sealed("accounts", settings.accounts_url, settings.accounts_key, IN_ACCOUNTS),
    )


def rotate(database: Sealed, tell: Tell, pause: float = PAUSE_SECONDS) -> Resealed:
    """Makes a new key, seals everything with it and drops the older ones.

    Raises KeyFileError for a file that cannot be written, NotFinished, or what the database raises; then
    old and new keys all stay, and another call goes on.
    """
    name = add_key(database.key_file)
    tell(f"{database.name}: a new key seals; waiting {pause:g} s for what was begun before")
    sleep(pause)
    done = reseal(database)
    dropped = keep_only(database.key_file, name)
    tell(f"{database.name}: {done.anew} texts sealed anew, {dropped} older keys dropped")
    if done.unreadable:
        tell(f"{database.name}: {done.unreadable} texts were sealed with a key that is lost")
    return done


def reseal(database: Sealed) -> Resealed:
    """Seals everything with the newest key of the file, until a pass finds nothing left. Drops no key."""
    engine, sealer = open_private(database.url), Sealer(database.key_file)
    try:
        total = Resealed()
        for _ in range(_MOST_PASSES):
            found = reseal_once(engine, sealer, database.columns)
            total = Resealed(total.anew + found.anew, found.unreadable)
            if not found.anew:
                clear_traces(engine)
                return total
    finally:
        engine.dispose()
    raise NotFinished(
        "Something still seals with an older key: is a server of an earlier version running? "
        "Stop it and run this again; until then all keys are kept."
    )


def reseal_once(engine: Engine, sealer: Sealer, columns: Iterable[SealedColumn]) -> Resealed:
    """One pass over the columns, a few rows at a time."""
    there = set(inspect(engine).get_table_names())
    return sum((_column(engine, sealer, each) for each in columns if each.table in there), Resealed())


def _column(engine: Engine, sealer: Sealer, which: SealedColumn) -> Resealed:
    rows: Any = table(which.table, column(which.key), column(which.column))
    key, value = rows.c[which.key], rows.c[which.column]
    older = value.is_not(None) & (value != "") & ~value.like(f"{sealer.newest()}.%")
    total, last = Resealed(), None
    while True:
        query = select(key, value).where(older if last is None else older & (key > last)).order_by(key)
        with engine.connect() as connection:
            found = connection.execute(query.limit(_AT_ONCE)).all()
        if not found:
            return total
        last = found[-1][0]
        changes = [(row[0], row[1], _anew(sealer, row[1], which.place)) for row in found]
        readable = [each for each in changes if each[2] is not None]
        with engine.begin() as connection:
            for name, before, after in readable:  # a row that changed meanwhile was sealed anew, or is gone
                unchanged = (key == name) & (value == before)
                connection.execute(update(rows).where(unchanged).values({which.column: after}))
        total += Resealed(len(readable), len(changes) - len(readable))


def _anew(sealer: Sealer, sealed: str, place: str) -> str | None:
    try:
        return sealer.seal(sealer.open(sealed, place), place)
    except SealError:
        return None
