"""Proposals, and what became of them: kept beside the accounts, decided by somebody else than the author.

waiting → approved | returned | withdrawn; returned → waiting | withdrawn. Nothing is erased.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, func, insert, or_, select, update
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import SQLAlchemyError

from bot.databases.migrating import ACCOUNTS, bring_up_to_date
from bot.privacy.database import open_private
from bot.rules.errors import LawBaseUnavailable, RulesError

WAITING, RETURNED, APPROVED, WITHDRAWN = "waiting", "returned", "approved", "withdrawn"
RULE, WORDING = "rule", "wording"
# An approval that is not live after this time was cut short, and may be given again.
_CUT_SHORT = timedelta(minutes=2)

metadata = MetaData()
proposal = Table(
    "proposal", metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),  # rule | wording
    Column("subject", String(240), nullable=False, index=True),  # rule/ID, or LANGUAGE/MESSAGE
    Column("document", Text, nullable=False),  # a law file, or a wording as JSON
    Column("before", Text),  # what the subject said when it was proposed: a hash, or the old wording
    Column("author", String(80), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("edition", Integer, nullable=False),  # grows with every change of the document
    Column("at", String(32), nullable=False),  # of the last step
    Column("outcome", String(80)),  # of an approved one: the revisions that it became, or `kept`
)  # fmt: skip
step = Table(
    "proposal_step", metadata,
    Column("id", Integer, primary_key=True),
    Column("proposal", Integer, nullable=False, index=True),
    Column("at", String(32), nullable=False),
    Column("who", String(80), nullable=False),
    Column("did", String(20), nullable=False),  # proposed | changed | returned | withdrawn | approved
    Column("why", Text, nullable=False),
)  # fmt: skip


class ProposalRefused(RulesError):
    """What was asked of a proposal cannot be: `why` is one of the words below."""

    OWN, CHANGED, DECIDED, NOT_YOURS = "own", "changed", "decided", "not yours"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Step:
    """One moment in the life of a proposal."""

    at: str
    who: str
    did: str
    why: str


@dataclass(frozen=True)
class Proposal:
    """A change that somebody proposes."""

    id: int
    kind: str
    subject: str
    document: str
    before: str | None
    author: str
    reason: str
    state: str
    edition: int
    at: str
    outcome: str | None

    @property
    def open(self) -> bool:
        """Whether its author may still change it."""
        return self.state in (WAITING, RETURNED)

    @property
    def name(self) -> str:
        """What it is about, without the kind: the id of a rule."""
        return self.subject.partition("/")[2]


class ProposalStore:
    """Proposals in the database of accounts. Raises LawBaseUnavailable when it cannot be used."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = open_private(url)
        bring_up_to_date(self._engine, ACCOUNTS)

    def add(
        self, kind: str, subject: str, document: str, before: str | None, author: str, reason: str
    ) -> Proposal:
        """A new proposal, waiting for somebody else."""
        at = _text(_now())
        row = {
            "kind": kind, "subject": subject, "document": document, "before": before, "author": author,
            "reason": reason, "state": WAITING, "edition": 1, "at": at,
        }  # fmt: skip
        with self._changing() as connection:
            number = int(connection.execute(insert(proposal).values(**row)).inserted_primary_key[0])
            _note(connection, number, at, author, "proposed", reason)
        return self.get(number)

    def get(self, number: int) -> Proposal:
        """One proposal. Raises KeyError."""
        with self._reading() as connection:
            row = connection.execute(select(proposal).where(proposal.c.id == number)).one_or_none()
        if row is None:
            raise KeyError(number)
        return _proposal(row)

    def find(self, *, kind: str | None = None, subject: str | None = None, state: str | None = None,
             author: str | None = None, most: int = 200) -> list[Proposal]:  # fmt: skip
        """Proposals, those that wait first, then the latest first."""
        query = select(proposal).order_by(proposal.c.state != WAITING, proposal.c.id.desc()).limit(most)
        wanted = {"kind": kind, "subject": subject, "state": state, "author": author}
        for name, value in wanted.items():
            if value is not None:
                query = query.where(proposal.c[name] == value)
        with self._reading() as connection:
            return [_proposal(row) for row in connection.execute(query)]

    def count(self, state: str) -> int:
        """How many there are in a state."""
        query = select(func.count()).select_from(proposal).where(proposal.c.state == state)
        with self._reading() as connection:
            return int(connection.execute(query).scalar() or 0)

    def approvals(self) -> list[list[int]]:
        """The revisions that each approved proposal became."""
        query = select(proposal.c.outcome).where(proposal.c.kind == RULE, proposal.c.outcome.is_not(None))
        with self._reading() as connection:
            return [_numbers(outcome) for (outcome,) in connection.execute(query)]

    def steps(self, number: int) -> list[Step]:
        """The life of a proposal, oldest first."""
        query = select(step).where(step.c.proposal == number).order_by(step.c.id)
        with self._reading() as connection:
            return [Step(row.at, row.who, row.did, row.why) for row in connection.execute(query)]

    def change(
        self, number: int, who: str, subject: str, document: str, before: str | None, reason: str
    ) -> None:
        """Its author writes it anew; it waits again. Raises ProposalRefused."""
        self._of_author(number, who)
        values = {
            "subject": subject, "document": document, "before": before, "reason": reason, "state": WAITING,
            "edition": proposal.c.edition + 1,
        }  # fmt: skip
        self._move(number, who, "changed", reason, values, proposal.c.state.in_((WAITING, RETURNED)))

    def withdraw(self, number: int, who: str) -> None:
        """Its author takes it back. Raises ProposalRefused."""
        self._of_author(number, who)
        self._move(
            number, who, "withdrawn", "", {"state": WITHDRAWN}, proposal.c.state.in_((WAITING, RETURNED))
        )

    def send_back(self, number: int, who: str, edition: int, why: str) -> None:
        """Somebody else wants it changed. Raises ProposalRefused."""
        self._of_another(number, who, edition)
        held = (proposal.c.state == WAITING) & (proposal.c.edition == edition)
        self._move(number, who, "returned", why, {"state": RETURNED}, held)

    def claim(self, number: int, who: str, edition: int) -> None:
        """Somebody else approves it, as they read it: nobody else can decide meanwhile.

        Raises ProposalRefused. It is live only when `finish` says what it became; `fail` gives it back.
        """
        self._of_another(number, who, edition)
        long_ago = _text(_now() - _CUT_SHORT)
        cut_short = (proposal.c.state == APPROVED) & proposal.c.outcome.is_(None) & (proposal.c.at < long_ago)
        held = or_(proposal.c.state == WAITING, cut_short) & (proposal.c.edition == edition)
        self._move(number, who, None, "", {"state": APPROVED}, held)

    def finish(self, number: int, who: str, outcome: str) -> None:
        """What a claimed proposal became."""
        self._move(number, who, "approved", "", {"outcome": outcome}, proposal.c.state == APPROVED)

    def fail(self, number: int, who: str) -> None:
        """A claimed proposal could not go live: it waits again."""
        held = (proposal.c.state == APPROVED) & proposal.c.outcome.is_(None)
        self._move(number, who, None, "", {"state": WAITING}, held)

    def _of_author(self, number: int, who: str) -> None:
        if self.get(number).author != who:
            raise ProposalRefused(ProposalRefused.NOT_YOURS)

    def _of_another(self, number: int, who: str, edition: int) -> None:
        held = self.get(number)
        if held.author == who:
            raise ProposalRefused(ProposalRefused.OWN)
        if held.edition != edition:
            raise ProposalRefused(ProposalRefused.CHANGED)

    def _move(
        self, number: int, who: str, did: str | None, why: str, values: dict[str, Any], held: Any
    ) -> None:
        at = _text(_now())
        query = update(proposal).where(proposal.c.id == number, held).values(**values, at=at)
        with self._changing() as connection:
            if connection.execute(query).rowcount != 1:
                raise ProposalRefused(ProposalRefused.DECIDED)
            if did is not None:
                _note(connection, number, at, who, did, why)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise LawBaseUnavailable(f"Proposals cannot be read now: {type(error).__name__}.") from error

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise LawBaseUnavailable(f"Proposals cannot be kept now: {type(error).__name__}.") from error


def _numbers(outcome: str) -> list[int]:
    return [int(number) for number in outcome.split() if number.isdecimal()]


def _note(connection: Connection, number: int, at: str, who: str, did: str, why: str) -> None:
    row = {"proposal": number, "at": at, "who": who, "did": did, "why": why}
    connection.execute(insert(step).values(**row))


def _proposal(row: Row) -> Proposal:
    return Proposal(
        row.id, row.kind, row.subject, row.document, row.before, row.author, row.reason, row.state,
        row.edition, row.at, row.outcome,
    )  # fmt: skip


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
