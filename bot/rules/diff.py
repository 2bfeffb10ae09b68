"""What loading the law files would change: record by record, field by field; nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.rules.database import open_database
from bot.rules.errors import EmptyLawBase, LawBaseUnavailable
from bot.rules.lawfiles import read_law
from bot.rules.load import records
from bot.rules.revisions import open_revisions


@dataclass(frozen=True)
class FieldChange:
    """One field of a record: `values.max_per_day`, before and after. None: not there."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """One record that is new, gone, or other than what is loaded."""

    table: str
    id: str
    kind: str  # added | removed | changed
    fields: tuple[FieldChange, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        fields = [{"field": each.field, "before": each.before, "after": each.after} for each in self.fields]
        return {"table": self.table, "id": self.id, "change": self.kind, "fields": fields}


def diff(url: str, folder: Path) -> list[Change]:
    """The changes from the loaded law to the law files of a folder.

    Raises LawMistakes, EmptyLawBase or LawBaseUnavailable.
    """
    engine = open_database(url, patient=True)
    try:
        with engine.connect() as connection:
            wanted = records(read_law(folder, revisions=open_revisions(connection)))
            return [
                change
                for table, bodies in wanted.items()
                for change in _changes(
                    table.name,
                    {row.id: row.body for row in connection.execute(select(table.c.id, table.c.body))},
                    bodies,
                )
            ]
    except SQLAlchemyError as error:
        if "no such table" in str(error) or "does not exist" in str(error):
            raise EmptyLawBase from error
        raise LawBaseUnavailable("The rules database cannot be read now.") from error
    finally:
        engine.dispose()


def _changes(table: str, held: dict[str, str], wanted: dict[str, str]) -> Iterator[Change]:
    for key in sorted({*held, *wanted}):
        if key not in held:
            yield Change(table, key, "added")
        elif key not in wanted:
            yield Change(table, key, "removed")
        elif held[key] != wanted[key]:
            changed = field_changes("", json.loads(held[key]), json.loads(wanted[key]))
            yield Change(table, key, "changed", tuple(changed))


def field_changes(path: str, before: Any, after: Any) -> Iterator[FieldChange]:
    """The fields that differ, mappings entered, everything else compared whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from field_changes(f"{path}.{key}" if path else key, before.get(key), after.get(key))
    elif before != after:
        yield FieldChange(path, before, after)
