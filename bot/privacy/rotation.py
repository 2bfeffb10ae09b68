"""A new sealing key, and everything sealed anew with it, while the servers run.

Why nothing is lost: whoever seals or opens looks at the date of the key file first, but machines that share
it see a change at different moments. So the new key stands second at first, where it only opens, until all
have it (`pause`); then it stands first and seals, and what was begun with the older one is waited for
(`pause` again). Then every row is sealed anew if it is still as it was read. The older keys go only when a
pass over everything has found nothing left that they open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any, Final

from sqlalchemy import column, delete, inspect, select, table, update
from sqlalchemy.engine import Connection, Engine

from bot.databases.migrating import PEOPLE, bring_up_to_date
from bot.privacy.database import clear_traces, open_private
from bot.privacy.keyring import add_key, keep_only, put_first
from bot.privacy.ownership import give_to
from bot.privacy.places import ADDRESS, IN_ACCOUNTS, IN_CONVERSATIONS, REST, SealedColumn
from bot.privacy.sealing import Sealer, SealError
from bot.settings import Settings

PAUSE_SECONDS: Final = 30.0
"""Longer than a transaction of ours takes from sealing to its end, and than a shared file takes to change."""

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
    tell(f"{database.name}: a new key opens; waiting {pause:g} s until all have it")
    sleep(pause)
    put_first(database.key_file, name)
    tell(f"{database.name}: the new key seals; waiting {pause:g} s for what was begun before")
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
    rows, key, value = _rows_of(which)
    total = Resealed()
    for found in _sealed_with_another(engine, sealer, which):
        changes = [(name, before, _anew(sealer, before, which.place)) for name, before in found]
        readable = [each for each in changes if each[2] is not None]
        with engine.begin() as connection:
            for name, before, after in readable:  # a row that changed meanwhile was sealed anew, or is gone
                unchanged = (key == name) & (value == before)
                connection.execute(update(rows).where(unchanged).values({which.column: after}))
        total += Resealed(len(readable), len(changes) - len(readable))
    return total


def _rows_of(which: SealedColumn) -> tuple[Any, Any, Any]:
    """A table with the two columns that matter, and these."""
    rows: Any = table(which.table, column(which.key), column(which.column))
    return rows, rows.c[which.key], rows.c[which.column]


def _sealed_with_another(
    engine: Engine, sealer: Sealer, which: SealedColumn
) -> Iterator[list[tuple[Any, str]]]:
    """The key and the text of each row that the newest key did not seal, a few rows at a time."""
    _, key, value = _rows_of(which)
    older = value.is_not(None) & (value != "") & ~value.like(f"{sealer.newest()}.%")
    last: Any = None
    while True:
        query = select(key, value).where(older if last is None else older & (key > last)).order_by(key)
        with engine.connect() as connection:
            found = [(row[0], row[1]) for row in connection.execute(query.limit(_AT_ONCE))]
        if not found:
            return
        last = found[-1][0]
        yield found


def _anew(sealer: Sealer, sealed: str, place: str) -> str | None:
    try:
        return sealer.seal(sealer.open(sealed, place), place)
    except SealError:
        return None


# -- what no key opens any more -----------------------------------------------------------------------


def unreadable(database: Sealed) -> dict[str, int]:
    """How many texts of each table no key of the file opens."""
    engine, sealer = open_private(database.url), Sealer(database.key_file)
    try:
        there = set(inspect(engine).get_table_names())
        found: dict[str, int] = {}
        for which in database.columns:
            if which.table in there:
                found[which.table] = found.get(which.table, 0) + sum(
                    len(rows) for rows in _unreadable(engine, sealer, which)
                )
        return {name: number for name, number in found.items() if number}
    finally:
        engine.dispose()


def let_go(database: Sealed) -> int:
    """Erases what no key of the file opens, and gives the database to the keys of the file.

    For who has lost a key for good. Gives how many texts went. An address stays until its person writes
    again, which mends it, or is silent for the time that people are kept.
    """
    engine, sealer = open_private(database.url), Sealer(database.key_file)
    try:
        bring_up_to_date(engine, PEOPLE)
        gone = sum(
            _erase(engine, which, rows)
            for which in database.columns
            if which.place != ADDRESS
            for rows in _unreadable(engine, sealer, which)
        )
        with engine.begin() as connection:
            _drop_orphans(connection)
            give_to(connection, sealer)
        clear_traces(engine)
        return gone
    finally:
        engine.dispose()


def _unreadable(engine: Engine, sealer: Sealer, which: SealedColumn) -> Iterator[list[tuple[Any, str]]]:
    for found in _sealed_with_another(engine, sealer, which):
        yield [each for each in found if _anew(sealer, each[1], which.place) is None]


def _erase(engine: Engine, which: SealedColumn, found: Iterable[tuple[Any, str]]) -> int:
    rows, key, value = _rows_of(which)
    gone = 0
    with engine.begin() as connection:
        for name, before in found:
            unchanged = (key == name) & (value == before)
            emptying = which.place == REST  # of a row that holds more than this
            statement = update(rows).values({which.column: ""}) if emptying else delete(rows)
            gone += connection.execute(statement.where(unchanged)).rowcount
    return gone


def _drop_orphans(connection: Connection) -> None:
    """What belongs to chats and messages that are gone goes too."""
    for child, name, parent in (
        ("handoff_message", "handoff", "handoff"),
        ("handoff_note", "handoff", "handoff"),
        ("handoff_message_detail", "message", "handoff_message"),
    ):
        rows: Any = table(child, column(name))
        whole: Any = table(parent, column("id"))
        connection.execute(delete(rows).where(rows.c[name].not_in(select(whole.c.id))))
