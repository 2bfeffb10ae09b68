"""The law base: what a lookup reads from the database.

Types, groups, scope, treaties and emergency numbers are few and held in memory for the loaded version;
rules and contacts are fetched by an index on topic, destination and origin, and kept decoded while the
version stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.schema import Table
from sqlalchemy.sql import Select

from bot.rules import tables
from bot.rules.database import open_database
from bot.rules.emergency import EmergencyNumber
from bot.rules.errors import EmptyLawBase, LawBaseUnavailable
from bot.rules.matching import Context
from bot.rules.model import (
    ANY,
    Contact,
    Rule,
    contact_from_json,
    group_from_json,
    rule_from_json,
    scope_from_json,
)  # fmt: skip
from bot.rules.searches import Searches, search_from_json
from bot.rules.serial import catalogue_from_json
from bot.rules.treaties.register import Treaties
from bot.rules.treaties.serial import treaties_from_json

if TYPE_CHECKING:
    from bot.rules.ruletypes import Catalogue

# Decoding a rule costs more than fetching it; the text is the key, so a changed rule is decoded anew.
_decode_rule = lru_cache(maxsize=20_000)(rule_from_json)
_decode_contact = lru_cache(maxsize=5_000)(contact_from_json)


@lru_cache(maxsize=8)  # building a statement costs more than running it
def _candidates(destination_known: bool, origin_known: bool, some_topics: bool) -> Select:
    """The rules, each once, that an index entry of topic, destination and origin leads to."""
    reach = tables.rule_reach.c
    query = select(reach.rule_id)
    if destination_known:
        query = query.where(reach.destination.in_(bindparam("destinations", expanding=True)))
    else:
        query = query.where(reach.destination == ANY)
    if origin_known:
        query = query.where(reach.origin.in_(bindparam("origins", expanding=True)))
    elif destination_known:
        query = query.where((reach.destination == bindparam("destination")) | (reach.origin == ANY))
    else:
        query = query.where(reach.origin == ANY)
    if some_topics:
        query = query.where(reach.topic.in_(bindparam("topics", expanding=True)))
    # Each rule once, though it may be reached by several topics.
    return select(tables.rule.c.body).where(tables.rule.c.id.in_(query)).order_by(tables.rule.c.id)


_VERSION = "SELECT version FROM law_version"  # asked with every lookup: no building, no compiling
_CONTACTS = select(tables.contact.c.body).where(tables.contact.c.id.in_(bindparam("ids", expanding=True)))


_Reach = tuple[str | None, str | None, str | None]  # topic (None: all), destination, origin
MOST_HELD = 100_000  # rules in all reaches together, each as often as it stands in one


class Reaches:
    """The rules fetched while a version stands, by what reaches them. The first to come go first."""

    def __init__(self, most: int = MOST_HELD) -> None:
        self._most, self._count = most, 0
        self._rules: dict[_Reach, tuple[Rule, ...]] = {}
        self._lock = Lock()

    def get(self, reach: _Reach) -> tuple[Rule, ...] | None:
        """The rules, if they are still there."""
        return self._rules.get(reach)

    def keep(self, reach: _Reach, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        """Holds what was fetched, and gives it back."""
        with self._lock:
            if self._rules.setdefault(reach, rules) is rules:
                self._count += len(rules) + 1  # what reaches nothing takes room as well
            while self._count > self._most:
                gone = self._rules.pop(next(iter(self._rules)))
                self._count -= len(gone) + 1
        return rules


@dataclass(frozen=True)
class _Held:
    """What is few and kept in memory while a version stands."""

    version: str
    catalogue: Catalogue
    context: Context
    treaties: Treaties
    searches: Searches
    emergency: Mapping[str, tuple[EmergencyNumber, ...]]  # by country
    earliest: str | None
    # What was fetched for this version: many ask about the same corridors.
    reaches: Reaches = field(default_factory=Reaches)
    contacts: dict[str, Contact] = field(default_factory=dict)


class LawBase:
    """Reads the loaded law. Safe to share between threads; sessions are short."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = open_database(url, one_view=True)
        self._lock = Lock()
        self._held: _Held | None = None

    @contextmanager
    def reading(self) -> Iterator[LawReader]:
        """A consistent view for one lookup. Raises EmptyLawBase or LawBaseUnavailable."""
        try:
            connection, held = self._open()
            with connection:
                yield LawReader(connection, held)
        except (OperationalError, ProgrammingError) as error:
            if "no such table" in str(error.orig) or "does not exist" in str(error.orig):
                raise EmptyLawBase from error
            raise LawBaseUnavailable("The rules database cannot be read now.") from error
        except SQLAlchemyError as error:
            raise LawBaseUnavailable("The rules database cannot be read now.") from error

    def _open(self) -> tuple[Connection, _Held]:
        """A connection with a view of one moment. One that died while it rested is opened anew, once."""
        connection = self._engine.connect()
        try:
            return connection, self._view(connection)
        except DBAPIError as error:
            connection.close()
            if not error.connection_invalidated:
                raise
        except EmptyLawBase:
            connection.close()
            raise
        connection = self._engine.connect()
        return connection, self._view(connection)

    def _view(self, connection: Connection) -> _Held:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")  # the driver itself begins only before a change
        return self._current(connection)

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()

    def _current(self, connection: Connection) -> _Held:
        version = connection.exec_driver_sql(_VERSION).scalar()
        if version is None:
            raise EmptyLawBase
        held = self._held
        if held is None or held.version != version:
            with self._lock:  # one thread reads it; the others find it read
                held = self._held
                if held is None or held.version != version:
                    held = self._held = _read_held(connection, version)
        return held


def _read_held(connection: Connection, version: str) -> _Held:
    def bodies(table: Table) -> list[str]:
        return [body for (body,) in connection.execute(select(table.c.body).order_by(table.c.id))]

    types = connection.execute(select(tables.catalogue.c.id, tables.catalogue.c.body))
    catalogue = catalogue_from_json({row.id: row.body for row in types})
    groups = {group.id: group for group in map(group_from_json, bodies(tables.country_group))}
    scopes = tuple(map(scope_from_json, bodies(tables.legal_scope)))
    rows = connection.execute(select(tables.treaty.c.id, tables.treaty.c.body))
    rule = tables.rule.c
    return _Held(
        version,
        catalogue,
        Context(groups, catalogue.facts, scopes),
        treaties_from_json(((row.id, row.body) for row in rows), groups),
        Searches(map(search_from_json, bodies(tables.named_gap))),
        _emergency_table(connection),
        connection.execute(select(func.min(func.coalesce(rule.start, rule.as_of)))).scalar(),
    )


def _emergency_table(connection: Connection) -> dict[str, tuple[EmergencyNumber, ...]]:
    """Numbers by country: those whose service is known first."""
    found: dict[str, list[EmergencyNumber]] = {}
    for row in connection.execute(select(tables.emergency_number)):
        entry = EmergencyNumber(
            row.country, row.number, tuple(part for part in row.services.split(",") if part), row.source,
            row.as_of, bool(row.confirmed), row.contact_id, row.review_by,
        )  # fmt: skip
        found.setdefault(entry.country, []).append(entry)
    return {
        country: tuple(
            sorted(entries, key=lambda entry: (not entry.services, len(entry.number), entry.number))
        )
        for country, entries in found.items()
    }


class LawReader:
    """One consistent view of the law base."""

    def __init__(self, connection: Connection, held: _Held) -> None:
        self._connection = connection
        self._held = held
        self._emergency = held.emergency
        self.version = held.version
        self.catalogue = held.catalogue
        self.context = held.context
        self.treaties = held.treaties
        self.searches = held.searches  # named gaps
        self.earliest = held.earliest  # the earliest date that any rule reaches back to, as written

    def candidates(
        self, topics: Iterable[str] | None, destination: str | None, origin: str | None
    ) -> list[Rule]:
        """The rules of some topics (None: all) that may reach this corridor.

        With a country unknown, only rules that name no such country or that stand for the other
        one come: a scheme of some origin country says nothing about a person of unknown origin.
        """
        held, wanted = self._held.reaches, (None,) if topics is None else tuple(topics)
        parts = {topic: held.get((topic, destination, origin)) for topic in wanted}
        missing = [topic for topic, rules in parts.items() if rules is None]
        if missing:
            fetched = self._fetched(missing, destination, origin)
            for topic in missing:
                rules = tuple(rule for rule in fetched if topic is None or topic in rule.topics)
                parts[topic] = held.keep((topic, destination, origin), rules)
        found = {rule.id: rule for rules in parts.values() for rule in rules or ()}
        return [found[key] for key in sorted(found)]

    def _fetched(
        self, topics: Sequence[str | None], destination: str | None, origin: str | None
    ) -> list[Rule]:
        query = _candidates(destination is not None, origin is not None, None not in topics)
        values = {
            "destination": destination,
            "destinations": [ANY, destination],
            "origins": [ANY, origin],
            "topics": list(topics),
        }
        return [_decode_rule(body) for (body,) in self._connection.execute(query, values)]

    def rule(self, rule_id: str) -> Rule | None:
        """One rule by its id."""
        body = self._connection.execute(
            select(tables.rule.c.body).where(tables.rule.c.id == rule_id)
        ).scalar()
        return None if body is None else _decode_rule(body)

    def page_of_rules(
        self, *, place: str | None = None, topic: str | None = None, type_: str | None = None,
        words: Iterable[str] = (), first: int = 0, most: int = 50,
    ) -> tuple[int, list[Rule]]:  # fmt: skip
        """How many rules there are of a place, topic and type that hold all words, and some of them by id.

        A place is a country of work or of origin that the rules name, by itself or in a group. Words are
        looked for in the whole record: its values, law, source and note.
        """
        rule, reach = tables.rule.c, tables.rule_reach.c
        query = select(rule.id, rule.body)
        if place is not None or topic is not None:
            reached = select(reach.rule_id)
            if place is not None:
                reached = reached.where((reach.destination == place) | (reach.origin == place))
            if topic is not None:
                reached = reached.where(reach.topic == topic)
            query = query.where(rule.id.in_(reached))
        if type_ is not None:
            query = query.where(rule.type == type_)
        for word in words:
            query = query.where(func.lower(rule.body).contains(word.lower(), autoescape=True))
        total = self._connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        rows = self._connection.execute(query.order_by(rule.id).offset(first).limit(most))
        return int(total), [_decode_rule(row.body) for row in rows]

    def changes(self, record: str) -> list[tuple[str, str, str | None]]:
        """Every change of a record (`rule/ID`), oldest first: when, the law's version, what it then said."""
        table = tables.record_change.c
        query = select(table.at, table.version, table.body).where(table.record == record).order_by(table.id)
        return [(row.at, row.version, row.body) for row in self._connection.execute(query)]

    def revised(self, record: str) -> list[tuple[int, str, str | None]]:
        """The revisions of a record, oldest first: number, when, and how it ended (None: it holds)."""
        made, end = tables.revision, tables.revision_end.c
        query = (
            select(made.c.id, made.c.at, end.how)
            .outerjoin(tables.revision_end, end.revision_id == made.c.id)
            .where(made.c.record == record)
            .order_by(made.c.id)
        )
        return [(row.id, row.at, row.how) for row in self._connection.execute(query)]

    def all_rules(self) -> list[Rule]:
        """Every rule, by id."""
        query = select(tables.rule.c.body).order_by(tables.rule.c.id)
        return [_decode_rule(body) for (body,) in self._connection.execute(query)]

    def all_contacts(self) -> list[Contact]:
        """Every contact, by id."""
        query = select(tables.contact.c.body).order_by(tables.contact.c.id)
        return [_decode_contact(body) for (body,) in self._connection.execute(query)]

    def contacts(self, ids: Iterable[str]) -> dict[str, Contact]:
        """Contacts by id; an unknown id is left out."""
        wanted, held = set(ids), self._held.contacts
        missing = sorted(wanted - held.keys())
        if missing:
            for (body,) in self._connection.execute(_CONTACTS, {"ids": missing}):
                contact = _decode_contact(body)
                held[contact.id] = contact
        return {name: held[name] for name in sorted(wanted) if name in held}

    def contacts_with_role(self, roles: Iterable[str], country: str) -> list[Contact]:
        """The contacts of a country that have one of the roles, by id."""
        query = (
            select(tables.contact.c.body)
            .join(tables.contact_role, tables.contact.c.id == tables.contact_role.c.contact_id)
            .where(tables.contact.c.country == country, tables.contact_role.c.role.in_(sorted(roles)))
        )
        bodies = {body for (body,) in self._connection.execute(query)}
        return sorted((_decode_contact(body) for body in bodies), key=lambda contact: contact.id)

    def emergency_numbers(self, country: str) -> tuple[EmergencyNumber, ...]:
        """The emergency table of a country: numbers whose service is known first."""
        return self._emergency.get(country, ())
