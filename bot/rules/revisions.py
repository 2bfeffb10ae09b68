"""Revisions: changes of the law made at a desk, beside the law files, live at once.

The law that holds is the law files with every open revision laid over them. A revision is written as a
law file of one country is, keeps what it was made over, and is never changed or erased: it ends when the
law files say the same (`settled`), when somebody takes it back (`withdrawn`), or when a later revision of
the same record takes its place (`followed`). Law files that were changed otherwise meanwhile are a named
conflict, and nothing is loaded until it is settled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from bot.rules import tables
from bot.rules.errors import Complaints, RulesError
from bot.rules.model import to_json

SETTLED, WITHDRAWN, FOLLOWED = "settled", "withdrawn", "followed"
SECTIONS = {"rules": "rule", "contacts": "contact"}  # of a law file, and the table of each
AS_FOUND = "as found"  # in `replaces` of a revision that is being made: whatever the law files say


@dataclass(frozen=True)
class Revision:
    """One record of the law as somebody at a desk wrote it."""

    id: int
    record: str  # rule/ID or contact/ID
    country: str
    replaces: str | None  # hash of the record in the law files; None: they had none
    document: str  # a law file of the country that holds this record alone
    author: str
    reason: str
    at: str
    ended: str | None = None  # settled | withdrawn | followed
    follows: Revision | None = None  # of one that is being made: the open one whose place it takes

    @property
    def name(self) -> Path:
        """Where mistakes in it are said to be."""
        return Path(f"revision {self.id}")

    @property
    def said(self) -> str:
        """Who made it, when and why."""
        return f"revision {self.id} ({self.author}, {self.at[:10]}: {self.reason})"

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "id": self.id, "record": self.record, "country": self.country, "author": self.author,
            "reason": self.reason, "at": self.at, "ended": self.ended, "document": self.document,
        }  # fmt: skip


@dataclass(frozen=True)
class Beneath:
    """What the law files say of a record that a revision lies over, and where."""

    record: Any  # a Rule or Contact; None: they have no such record
    path: Path
    line: int


def all_revisions(connection: Connection) -> list[Revision]:
    """Every revision ever made, in the order in which they were made."""
    table, end = tables.revision, tables.revision_end
    query = select(table, end.c.how).outerjoin(end, end.c.revision_id == table.c.id).order_by(table.c.id)
    return [
        Revision(
            row.id, row.record, row.country, row.replaces, row.document, row.author, row.reason, row.at,
            row.how,
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def open_revisions(connection: Connection) -> list[Revision]:
    """Those that lie over the law files now: one a record at most."""
    return [each for each in all_revisions(connection) if each.ended is None]


def hold_revisions(connection: Connection, expected: Iterable[Revision]) -> None:
    """Keeps others from revising until the transaction ends; the open revisions must be the expected ones.

    Raises RulesError when they are not: somebody was faster.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DELETE FROM revision_end WHERE 0")  # takes the one lock for writing
    else:
        connection.exec_driver_sql("LOCK TABLE revision IN SHARE ROW EXCLUSIVE MODE")
    if [each.id for each in open_revisions(connection)] != [each.id for each in expected]:
        raise RulesError("Somebody else revised the law just now. Nothing was changed; do it again.")


def standing_together(
    made: Sequence[Revision], changes: Iterable[Collection[int]], numbers: Collection[int]
) -> list[int]:
    """Some revisions, and the open ones that stand or fall with them, in order.

    `changes`: the numbers that were made as one. The end of a rule and the rule that follows it are one
    change: half of it would leave no law, or both. What was changed again since then stands and falls
    with it too, for the files hold again at once.
    """
    linked = [set(each) for each in (*changes, *_followers(made))]
    found: set[int] = set()
    more = set(numbers)
    while more != found:
        found = more
        more = found.union(*(each for each in linked if each & found))
    return sorted({each.id for each in made if each.id in found and each.ended is None}.union(numbers))


def made_at_once(made: Iterable[Revision]) -> list[list[int]]:
    """The revisions that one file made: by one author, for one reason, at one time."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for each in made:
        found.setdefault((each.author, each.reason, each.at), []).append(each.id)
    return list(found.values())


def _followers(made: Iterable[Revision]) -> list[list[int]]:
    """The revisions that took each other's place, record by record, since the files held last."""
    chains: dict[str, list[int]] = {}
    for each in made:
        chains.setdefault(each.record, []).append(each.id)
        if each.ended in (SETTLED, WITHDRAWN):
            chains[each.record] = []
    return list(chains.values())


def add_revision(connection: Connection, revision: Revision) -> None:
    """Notes a revision under its own number."""
    row = {
        "id": revision.id, "record": revision.record, "country": revision.country[:2],
        "replaces": revision.replaces, "document": revision.document, "author": revision.author,
        "reason": revision.reason, "at": revision.at,
    }  # fmt: skip
    connection.execute(insert(tables.revision), row)


def end_revision(connection: Connection, revision: int, how: str, at: str, by: str | None = None) -> None:
    """Notes what became of a revision."""
    connection.execute(insert(tables.revision_end), {"revision_id": revision, "how": how, "by": by, "at": at})


def record_hash(record: Any) -> str | None:
    """The hash under which a record of the law files is known; None for none."""
    return None if record is None else hashlib.sha256(to_json(record).encode()).hexdigest()


def settle(
    revisions: Iterable[Revision], beneath: Mapping[str, Beneath], amended: Mapping[str, Any],
    complaints: Complaints,
) -> tuple[int, ...]:  # fmt: skip
    """The revisions that the law files have caught up with; complains of those that they contradict.

    `amended`: the records as revised, by table and id.
    """
    settled = []
    for revision in revisions:
        below = beneath.get(revision.record)
        record = amended.get(revision.record)
        if below is None or record is None:
            continue  # the revision itself holds a mistake, which is named already
        held = revision.follows or revision  # a conflict is not settled by revising once more
        if below.record is not None and to_json(below.record) == to_json(record):
            settled.append(revision.id)
        elif held.replaces not in (AS_FOUND, record_hash(below.record)):
            complaints.add(
                below.path, below.line, held.record,
                f"The files were changed, and {held.said} changes the same record.",
                f"Put what holds into the files (`haq rules export --revisions`), or take the revision "
                f"back: `haq rules withdraw {held.id} --by NAME --load`.",
            )  # fmt: skip
    return tuple(settled)
