"""Loads the law files into the database: all or nothing, and only what changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import Table

from bot.rules import tables
from bot.rules.database import migrate, open_database
from bot.rules.emergency import emergency_numbers
from bot.rules.errors import LawBaseUnavailable
from bot.rules.lawfiles import LawBook, read_law
from bot.rules.model import ANY, Contact, Group, Rule, to_json
from bot.rules.revisions import SETTLED, Revision, end_revision, hold_revisions, open_revisions
from bot.rules.searches import search_to_json
from bot.rules.serial import catalogue_to_json
from bot.rules.treaties.serial import treaties_to_json

_BATCH = 500


@dataclass
class LoadReport:
    """What a load changed, by kind of record; ids in order."""

    version: str = ""
    added: dict[str, list[str]] = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    removed: dict[str, list[str]] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    revisions: list[int] = field(default_factory=list)  # those that lie over the files
    settled: list[int] = field(default_factory=list)  # those that the files caught up with in this load

    @property
    def touched(self) -> set[str]:
        """Every record that is different now, as `rule/ID`."""
        parts = (self.added, self.changed, self.removed)
        return {f"{table}/{key}" for part in parts for table, keys in part.items() for key in keys}

    @property
    def anything(self) -> bool:
        """Whether the database is different now."""
        return bool(self.touched)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "version": self.version,
            "added": self.added,
            "changed": self.changed,
            "removed": self.removed,
            "unchanged": self.unchanged,
            "revisions": self.revisions,
            "settled": self.settled,
        }


def load_law(url: str, folder: Path, progress: Callable[[str], None] | None = None) -> LoadReport:
    """Reads, checks and loads all law files of a folder into the database at `url`.

    Loading the same files again changes nothing. Raises LawMistakes (nothing was changed) or
    LawBaseUnavailable.
    """
    tell = progress or (lambda text: None)
    engine = open_database(url, patient=True)
    try:
        migrate(engine)
        with engine.connect() as connection:
            revisions = open_revisions(connection)
        book = read_law(folder, lambda path: tell(path.name), revisions)
        with engine.begin() as connection:
            hold_revisions(connection, revisions)
            return store_law(connection, book, revisions, tell)
    except SQLAlchemyError as error:
        raise LawBaseUnavailable(f"The rules database cannot be written: {type(error).__name__}.") from error
    finally:
        engine.dispose()


def store_law(
    connection: Connection, book: LawBook, revisions: Iterable[Revision],
    tell: Callable[[str], None] = lambda text: None,
) -> LoadReport:  # fmt: skip
    """Stores a law book that was read with revisions over it, in a transaction of the caller."""
    revisions = list(revisions)
    report = _store(connection, book, tell)
    for revision in revisions:
        if revision.id in book.settled:
            end_revision(connection, revision.id, SETTLED, now())
    report.settled = list(book.settled)
    report.revisions = [each.id for each in revisions if each.id not in book.settled]
    return report


def now() -> str:
    """The time of a change, to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def records(book: LawBook) -> dict[Table, dict[str, str]]:
    """Every record as it stands in the database: its JSON text, by table and id."""
    return {
        tables.catalogue: catalogue_to_json(book.catalogue),
        tables.country_group: {group.id: to_json(group) for group in book.groups.values()},
        tables.legal_scope: {scope.id: to_json(scope) for scope in book.scopes.values()},
        tables.contact: {contact.id: to_json(contact) for contact in book.contacts.values()},
        tables.treaty: treaties_to_json(book.treaties),
        tables.named_gap: {search.id: search_to_json(search) for search in book.searches.values()},
        tables.rule: {rule.id: to_json(rule) for rule in book.rules.values()},
    }


def _store(connection: Connection, book: LawBook, tell: Callable[[str], None]) -> LoadReport:
    bodies = records(book)
    report = LoadReport(_version(bodies))
    columns: dict[Table, Callable[[str], Mapping[str, Any]]] = {
        tables.treaty: lambda key: {"kind": key.partition("/")[0]},
        tables.contact: lambda key: _contact_row(book.contacts[key]),
        tables.rule: lambda key: _rule_row(book.rules[key]),
    }
    stale: dict[Table, set[str]] = {}
    for table, wanted in bodies.items():
        tell(table.name)
        stale[table] = _sync(connection, table, wanted, columns.get(table, lambda key: {}), report)
    regrouped = bool(stale[tables.country_group])
    fresh_rules = set(book.rules) if regrouped else stale[tables.rule] & set(book.rules)
    tell("rule_reach")
    _replace_reach(connection, [book.rules[key] for key in sorted(fresh_rules)], book.groups)
    _replace_contact_parts(
        connection, [book.contacts[key] for key in sorted(stale[tables.contact] & set(book.contacts))]
    )
    tell("emergency_number")
    _replace_emergency(connection, book)
    _note_changes(connection, bodies, report)
    connection.execute(delete(tables.law_version))
    connection.execute(
        insert(tables.law_version),
        {
            "id": 1,
            "version": report.version,
            "loaded_at": now(),
        },
    )
    return report


def _note_changes(
    connection: Connection, bodies: Mapping[Table, Mapping[str, str]], report: LoadReport
) -> None:
    """Adds to the history what each changed rule and contact says from now on."""
    at = now()
    rows = [
        {
            "record": f"{table.name}/{key}", "at": at, "version": report.version,
            "body": bodies[table].get(key),
        }
        for table in (tables.rule, tables.contact)
        for part in (report.added, report.changed, report.removed)
        for key in part[table.name]
    ]  # fmt: skip
    if report.anything:  # also when only types, groups or treaties changed
        counts = {name: len(ids) for name, ids in report.changed.items() if ids}
        rows.append(
            {"record": "law/version", "at": at, "version": report.version, "body": json.dumps(counts)}
        )
    for start in range(0, len(rows), _BATCH):
        connection.execute(insert(tables.record_change), rows[start : start + _BATCH])


def _sync(
    connection: Connection, table: Table, wanted: Mapping[str, str],
    columns: Callable[[str], Mapping[str, Any]], report: LoadReport,
) -> set[str]:  # fmt: skip
    """Makes a table hold what is wanted; gives the ids that are new, other or gone."""
    hashes = {key: _hash(body) for key, body in wanted.items()}
    held = {row.id: row.hash for row in connection.execute(select(table.c.id, table.c.hash))}
    removed = sorted(held.keys() - hashes.keys())
    added = sorted(hashes.keys() - held.keys())
    changed = sorted(key for key in hashes.keys() & held.keys() if hashes[key] != held[key])
    for batch in _batches([*removed, *changed]):
        connection.execute(delete(table).where(table.c.id.in_(batch)))
    for batch in _batches([*added, *changed]):
        rows = [{"id": key, "body": wanted[key], "hash": hashes[key], **columns(key)} for key in batch]
        connection.execute(insert(table), rows)
    name = table.name
    report.added[name], report.changed[name], report.removed[name] = added, changed, removed
    report.unchanged[name] = len(hashes) - len(added) - len(changed)
    return {*removed, *added, *changed}


def _rule_row(rule: Rule) -> dict[str, Any]:
    provenance = rule.provenance
    return {
        "type": rule.type, "kind": rule.kind, "via": rule.via, "start": rule.start, "end": rule.end,
        "as_of": provenance.as_of, "evidence": provenance.evidence,
        "confidence": provenance.confidence, "review_by": provenance.review_by,
    }  # fmt: skip


def _contact_row(contact: Contact) -> dict[str, Any]:
    return {"name": contact.name, "country": contact.country, "immigration_risk": contact.immigration_risk}


def _replace_reach(connection: Connection, rules: list[Rule], groups: Mapping[str, Group]) -> None:
    for batch in _batches([rule.id for rule in rules]):
        connection.execute(delete(tables.rule_reach).where(tables.rule_reach.c.rule_id.in_(batch)))
    rows = [row for rule in rules for row in _reach(rule, groups)]
    for start in range(0, len(rows), _BATCH):
        connection.execute(insert(tables.rule_reach), rows[start : start + _BATCH])


def _reach(rule: Rule, groups: Mapping[str, Group]) -> Iterator[dict[str, str]]:
    for topic in rule.topics:
        for destination in sorted(_countries(rule.key.destinations, groups)):
            for origin in sorted(_countries(rule.key.origins, groups)):
                yield {"topic": topic, "destination": destination, "origin": origin, "rule_id": rule.id}


def _countries(places: tuple[str, ...], groups: Mapping[str, Group]) -> set[str]:
    """Country codes (or `any`): regions under their country, groups with all who ever were in."""
    found: set[str] = set()
    for place in places:
        if place in groups:
            found |= groups[place].ever()
        else:
            found.add(place if place == ANY else place.partition("-")[0])
    return found


def _replace_contact_parts(connection: Connection, contacts: list[Contact]) -> None:
    for batch in _batches([contact.id for contact in contacts]):
        for table in (tables.contact_role, tables.contact_value):
            connection.execute(delete(table).where(table.c.contact_id.in_(batch)))
    roles = [
        {"contact_id": contact.id, "role": role}
        for contact in contacts
        for role in sorted(set(contact.roles))
    ]
    values = [row for contact in contacts for row in _contact_values(contact)]
    if roles:
        connection.execute(insert(tables.contact_role), roles)
    if values:
        connection.execute(insert(tables.contact_value), values)


def _contact_values(contact: Contact) -> Iterator[dict[str, Any]]:
    for position, value in enumerate(contact.values):
        provenance = value.provenance
        source = provenance.source
        yield {
            "contact_id": contact.id, "position": position, "channel": value.channel, "value": value.value,
            "from_abroad": value.from_abroad, "evidence": provenance.evidence,
            "confidence": provenance.confidence, "as_of": provenance.as_of, "review_by": provenance.review_by,
            "source_title": source.title if source else None, "source_url": source.url if source else None,
        }  # fmt: skip


def _replace_emergency(connection: Connection, book: LawBook) -> None:
    contacts = [book.contacts[key] for key in sorted(book.contacts)]
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for entry in emergency_numbers(contacts):
        services = ",".join(entry.services)
        rows.setdefault(
            (entry.country, entry.number, services),
            {
                "country": entry.country, "number": entry.number, "services": services,
                "source": entry.source, "as_of": entry.as_of, "confirmed": entry.confirmed,
                "contact_id": entry.contact, "review_by": entry.overdue_from,
            },
        )  # fmt: skip
    connection.execute(delete(tables.emergency_number))
    connection.execute(insert(tables.emergency_number), list(rows.values()))


def _batches(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _version(bodies: Mapping[Table, Mapping[str, str]]) -> str:
    """A hash of the effective set: the same law gives the same version on every machine."""
    whole = {table.name: dict(sorted(rows.items())) for table, rows in bodies.items()}
    return _hash(json.dumps(whole, sort_keys=True, ensure_ascii=False))[:16]
