"""The loaded law as JSON lines, one record a line, in a fixed order."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.rules import tables
from bot.rules.database import open_database
from bot.rules.editing import revisions
from bot.rules.errors import EmptyLawBase, LawBaseUnavailable
from bot.rules.revisions import Revision


def export_revisions(url: str) -> Iterator[str]:
    """The open revisions as YAML, each headed by who made it, when and why.

    Raises LawBaseUnavailable.
    """
    for revision in revisions(url):
        if revision.ended is None:
            yield from revision_lines(revision)
            yield "---"


def revision_lines(revision: Revision) -> Iterator[str]:
    """One revision as a law file, headed by who made it, when and why."""
    said = " ".join(revision.said.split())  # a reason may have several lines
    yield f"# {said}: {revision.record}, for data/law/countries/{revision.country.lower()}/"
    yield from revision.document.splitlines()


def export_lines(url: str) -> Iterator[str]:
    """Every record with its table: {"table", "id", "record"}. Raises EmptyLawBase, LawBaseUnavailable."""
    engine = open_database(url, patient=True)
    try:
        with engine.connect() as connection:
            version = connection.execute(select(tables.law_version.c.version)).scalar()
            if version is None:
                raise EmptyLawBase
            yield json.dumps({"table": "law_version", "id": version})
            for table in (
                tables.catalogue,
                tables.country_group,
                tables.legal_scope,
                tables.contact,
                tables.treaty,
                tables.named_gap,
                tables.rule,
            ):
                rows = connection.execute(select(table.c.id, table.c.body).order_by(table.c.id))
                for row in rows:
                    yield json.dumps(
                        {"table": table.name, "id": row.id, "record": json.loads(row.body)},
                        ensure_ascii=False,
                    )
    except SQLAlchemyError as error:
        if "no such table" in str(error) or "does not exist" in str(error):
            raise EmptyLawBase from error
        raise LawBaseUnavailable("The rules database cannot be read now.") from error
    finally:
        engine.dispose()
