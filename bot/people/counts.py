"""How often people ask what: a number for each week and kind of question, and nobody in it.

A row is a combination (week, topic, countries, sector, language, channel, outcome) with how often it
came. There is no person in it, no day and no time. What may be shown of it, `disclosure` decides.
"""

from __future__ import annotations

import atexit
import logging
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, String, Table, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from bot.conversation.outcomes import week_of
from bot.conversation.turn import Reply
from bot.people.disclosure import KEYS, Cell
from bot.privacy.failures import where
from bot.rules.database import open_database
from bot.rules.errors import RulesError

logger = logging.getLogger(__name__)

# Counts wait so long in memory, so that no answer waits for the database; longer when it is down.
PAUSE, PAUSE_AFTER_FAILURE = 1.0, 30.0
_LENGTHS = {
    "week": 8, "topic": 40, "origin": 8, "destination": 8, "sector": 30, "language": 8, "channel": 20,
    "outcome": 12, "detail": 24,
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A kind of question, as it is counted; what is not known is an empty text."""

    week: str
    topic: str
    origin: str
    destination: str
    sector: str
    language: str
    channel: str
    outcome: str
    detail: str  # the danger of an emergency, the reason of a gap


DIMENSIONS = tuple(each.name for each in fields(Question))
_metadata = MetaData()
_asked = Table(
    "asked", _metadata,
    *(Column(name, String(_LENGTHS[name]), primary_key=True) for name in DIMENSIONS),
    Column("number", BigInteger, nullable=False),
    Column("record_key", BigInteger, nullable=False),  # by chance; decides how sums with this row are rounded
)  # fmt: skip
_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Selection:
    """Which questions are looked at; None is no limit."""

    first: str | None = None  # the first and last week
    last: str | None = None
    country: str | None = None  # where people come from or work
    language: str | None = None

    def conditions(self) -> list[Any]:
        """As the database takes them."""
        columns, found = _asked.c, []
        if self.first is not None:
            found.append(columns.week >= self.first)
        if self.last is not None:
            found.append(columns.week <= self.last)
        if self.country is not None:
            found.append(or_(columns.origin == self.country, columns.destination == self.country))
        if self.language is not None:
            found.append(columns.language == self.language)
        return found


def questions_of(channel: str, reply: Reply, today: date) -> list[Question]:
    """What a reply answers, as it is counted."""
    state = reply.state
    return [
        Question(
            week_of(today), asked.topic or "", state.origin or "", state.destination or "",
            state.sector or "", state.language, channel[: _LENGTHS["channel"]], asked.outcome, asked.detail,
        )
        for asked in reply.asked
    ]  # fmt: skip


class CountStore:
    """The table of counts. Raises what the database raises when it is down."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url)
        _metadata.create_all(self._engine)

    def add(self, numbers: Mapping[Question, int]) -> None:
        """Adds to the counts; several processes may do so at once."""
        insert = _INSERT[self._engine.dialect.name](_asked)
        adding = insert.on_conflict_do_update(
            index_elements=DIMENSIONS, set_={"number": _asked.c.number + insert.excluded.number}
        )
        rows = [
            {**asdict(question), "number": number, "record_key": secrets.randbelow(KEYS)}
            for question, number in sorted(numbers.items(), key=lambda each: astuple(each[0]))
        ]  # in order, so that two who add wait for each other instead of locking each other out
        with self._engine.begin() as connection:
            connection.execute(adding, rows)

    def sums(
        self, by: Sequence[str], selection: Selection, only: Mapping[str, Sequence[str]] | None = None
    ) -> dict[tuple[str, ...], Cell]:
        """How often each combination of some dimensions came.

        `only`: dimensions that must have one of some values.
        """
        columns = [_asked.c[name] for name in by]
        total, key = func.sum(_asked.c.number), func.sum(_asked.c.number * _asked.c.record_key)
        limits = [_asked.c[name].in_(values) for name, values in (only or {}).items()]
        query = select(*columns, total, key).where(*selection.conditions(), *limits).group_by(*columns)
        with self._engine.connect() as connection:
            return {
                tuple(row[: len(by)]): Cell(int(row[-2]), int(row[-1]) % KEYS)
                for row in connection.execute(query)
                if row[-2] is not None  # the sum of no rows
            }

    def weeks(self) -> tuple[str, str] | None:
        """The first and the last week that was counted."""
        with self._engine.connect() as connection:
            first, last = connection.execute(select(func.min(_asked.c.week), func.max(_asked.c.week))).one()
        return None if first is None else (first, last)


class Tally:
    """Counts in memory, and writes a moment later: an answer neither waits for it nor fails by it."""

    def __init__(self, open_store: Callable[[], CountStore]) -> None:
        self._open = open_store
        self._store: CountStore | None = None
        self._waiting: Counter[Question] = Counter()
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        atexit.register(self.flush)

    def add(self, questions: Iterable[Question]) -> None:
        """Counts each."""
        with self._lock:
            self._waiting.update(questions)
            if self._waiting and self._timer is None:
                self._write_in(PAUSE)

    def flush(self) -> None:
        """Writes what waits; what cannot be written waits on."""
        with self._writing:
            with self._lock:
                taken, self._waiting = self._waiting, Counter()
                if self._timer is not None:
                    self._timer.cancel()
                    self._timer = None
            if not taken:
                return
            try:
                self._store = self._store or self._open()
                self._store.add(taken)
            except (RulesError, SQLAlchemyError) as error:
                logger.warning("The counts of questions cannot be written now: %s.", where(error))
                with self._lock:
                    self._waiting.update(taken)
                    self._write_in(PAUSE_AFTER_FAILURE)

    def _write_in(self, seconds: float) -> None:
        timer = threading.Timer(seconds, self.flush)
        timer.daemon = True
        with suppress(RuntimeError):  # no thread to be had now: the next question tries again
            timer.start()
            self._timer = timer
