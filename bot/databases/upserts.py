"""Inserts that may say what to do about a row that is there already: each database has its own."""

from __future__ import annotations

from typing import Final, TypeAlias

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

Upsert: TypeAlias = sqlite.Insert | postgresql.Insert
_KINDS: Final = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def upsert(database: Engine | Connection, table: Table) -> Upsert:
    """An insert as the database takes it."""
    return _KINDS[database.dialect.name](table)
