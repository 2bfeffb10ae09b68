"""How often people ask what: a number for each week and kind of question, and nobody in it.

A row is a combination (week, topic, countries, sector, language, channel, outcome) with how often it
came, and how many people's first it was. There is no person in it, no day and no time. What may be shown of
it, `disclosure` decides.
"""

from __future__ import annotations

import atexit
import logging
import secrets
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, String, Table, delete, func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from bot.conversation.outcomes import FIRSTS, week_of
from bot.conversation.turn import Reply
from bot.databases.migrating import PEOPLE, bring_up_to_date
from bot.databases.upserts import upsert
from bot.people.disclosure import KEYS, Cell
from bot.privacy.database import open_private
from bot.privacy.failures import where
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
    first: tuple[str, ...] = ()  # of `FIRSTS`: what it is its person's first of this week


DIMENSIONS = tuple(each.name for each in fields(Question) if each.name != "first")
_metadata = MetaData()
_asked = Table(
    "asked", _metadata,
    *(Column(name, String(_LENGTHS[name]), primary_key=True) for name in DIMENSIONS),
    Column("number", BigInteger, nullable=False),
    Column("record_key", BigInteger, nullable=False),  # by chance; decides how sums with this row are rounded
    *(Column(name, BigInteger, nullable=False, server_default="0") for name in FIRSTS),
)  # fmt: skip
_SUMMED = ("number", *FIRSTS)


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
            asked.first,
        )
        for asked in reply.asked
    ]  # fmt: skip


def _rows(numbers: Mapping[Question, int]) -> list[dict[str, Any]]:
    """As the table has them: each combination once, whatever it was its person's first of.

    They are in order, so that two who add wait for each other instead of locking each other out.
    """
    sums: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for question, number in numbers.items():
        what = tuple(getattr(question, name) for name in DIMENSIONS)
        sums[what].update({"number": number, **dict.fromkeys(question.first, number)})
    return [
        {
            **dict(zip(DIMENSIONS, what, strict=True)),
            **{name: found[name] for name in _SUMMED},
            "record_key": secrets.randbelow(KEYS),
        }
        for what, found in sorted(sums.items())
    ]


@dataclass
class _Sum:
    """Adds up what belongs to one cell."""

    number: int = 0
    key: int = 0
    most: int = 0
    firsts: Counter[tuple[str, ...]] = field(default_factory=Counter)  # by kind, week and what sets it apart

    def take(self, row: Mapping[str, Any], firsts: Sequence[str]) -> None:
        """Adds the sums of one week, and of one corridor where these are apart."""
        self.number += int(row["number"])
        self.key += int(row["record_key"]) % KEYS
        self.most = max(self.most, int(row["most"]))
        for name in firsts:
            what = (name, row["week"], *(row[part] for part in FIRSTS[name]))
            self.firsts[what] += int(row[name])

    def cell(self) -> Cell:
        """What came of it."""
        weekly = sorted((what[1], number) for what, number in self.firsts.items() if what[0] == "people")
        return Cell(self.number, self.key % KEYS, tuple(weekly), max(self.most, *self.firsts.values(), 0))


class CountStore:
    """The table of counts. Raises what the database raises when it is down."""

    def __init__(self, url: str) -> None:
        self._engine = open_private(url)
        bring_up_to_date(self._engine, PEOPLE)

    def add(self, numbers: Mapping[Question, int]) -> None:
        """Adds to the counts; several processes may do so at once."""
        insert = upsert(self._engine, _asked)
        adding = insert.on_conflict_do_update(
            index_elements=DIMENSIONS,
            set_={name: _asked.c[name] + insert.excluded[name] for name in _SUMMED},
        )
        with self._engine.begin() as connection:
            connection.execute(adding, _rows(numbers))

    def sums(
        self, by: Sequence[str], selection: Selection, only: Mapping[str, Sequence[str]] | None = None
    ) -> dict[tuple[str, ...], Cell]:
        """How often each combination of some dimensions came.

        `only`: dimensions that must have one of some values.
        """
        # People are told apart within a week alone; one country may be in several corridors of a person.
        apart = ("week", *(FIRSTS["people_of_corridor"] if selection.country else ()))
        columns = [_asked.c[name] for name in dict.fromkeys((*by, *apart))]
        firsts = [name for name, parts in FIRSTS.items() if set(parts) <= {*by, *apart}]
        limits = [_asked.c[name].in_(values) for name, values in (only or {}).items()]
        query = select(
            *columns,
            func.sum(_asked.c.number).label("number"),
            func.sum(_asked.c.number * _asked.c.record_key).label("record_key"),
            func.max(_asked.c.number).label("most"),  # one combination holds a person once
            *(func.sum(_asked.c[name]).label(name) for name in firsts),
        )
        query = query.where(*selection.conditions(), *limits).group_by(*columns)
        sums: dict[tuple[str, ...], _Sum] = defaultdict(_Sum)
        with self._engine.connect() as connection:
            for row in connection.execute(query).mappings():
                sums[tuple(row[name] for name in by)].take(row, firsts)
        return {what: found.cell() for what, found in sums.items()}

    def purge(self, before: str) -> int:
        """Drops the counts of weeks before one; gives the number of rows."""
        with self._engine.begin() as connection:
            return connection.execute(delete(_asked).where(_asked.c.week < before)).rowcount

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
