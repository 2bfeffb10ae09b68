"""What an editor does at a desk: revise a record of the law, take a revision back, see its history."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.rules import tables, yamlfile
from bot.rules.database import migrate, open_database
from bot.rules.diff import FieldChange, field_changes
from bot.rules.errors import Complaints, LawBaseUnavailable, RulesError
from bot.rules.lawfiles import LawBook, read_law
from bot.rules.load import LoadReport, now, store_law
from bot.rules.model import Contact, Rule
from bot.rules.revisions import (
    FOLLOWED,
    SECTIONS,
    WITHDRAWN,
    Revision,
    add_revision,
    all_revisions,
    end_revision,
    hold_revisions,
    open_revisions,
    record_hash,
)  # fmt: skip
from bot.rules.vocabulary import COUNTRIES

_FILE_KEYS = ("law", "country", "review_every_months", "sources")


@dataclass(frozen=True)
class Step:
    """One moment in the life of a record. `fields`: what changed; None: it was new, or removed."""

    at: str
    version: str
    kind: str  # added | changed | removed
    fields: tuple[FieldChange, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        fields = [{"field": each.field, "before": each.before, "after": each.after} for each in self.fields]
        return {"at": self.at, "version": self.version, "change": self.kind, "fields": fields}


def revise(url: str, law: Path, file: Path, author: str, reason: str) -> tuple[list[int], LoadReport]:
    """Lays the rules and contacts of a file over the law, live at once; gives the revisions' numbers.

    `file`: written as a law file of one country. All or nothing: raises LawMistakes for a mistake in
    it, or where it does not go with the rest of the law; LawBaseUnavailable.
    """
    complaints = Complaints()
    content = yamlfile.read(file, lambda *mistake: complaints.add(file, *mistake))
    parts = [] if content is None else list(_parts(content))
    if content is not None:
        _check_frame(content, parts, lambda *mistake: complaints.add(file, *mistake))
    complaints.raise_if_any()
    assert content is not None
    files = read_law(law)
    with _writing(url) as connection:
        made = all_revisions(connection)
    mine = [
        Revision(
            number, record, str(content.get("country")), record_hash(_in_files(files, record)), document,
            author, reason, now(),
        )
        for number, (record, document) in enumerate(parts, 1 + max((each.id for each in made), default=0))
    ]  # fmt: skip
    records = {each.record for each in mine}
    standing_now = [each for each in made if each.ended is None]
    over = [*(each for each in standing_now if each.record not in records), *mine]
    book = read_law(law, revisions=over)
    with _writing(url) as connection:
        hold_revisions(connection, standing_now)
        for each in standing_now:
            if each.record in records:
                end_revision(connection, each.id, FOLLOWED, now(), author)
        for each in mine:
            add_revision(connection, each)
        return [each.id for each in mine], store_law(connection, book, over)


def _check_frame(content: yamlfile.Map, parts: list[tuple[str, str]], complain: yamlfile.Complain) -> None:
    """What a revision may hold: rules and contacts of one country, each once."""
    country = content.get("country")
    if (
        content.get("law") != "country"
        or not isinstance(country, str)
        or country not in COUNTRIES
        or not parts
    ):
        complain(
            1, "law", "A revision is a law file of one country with rules or contacts.",
            "Write `law: country`, `country: QA`, `sources:` and `rules:`.",
        )  # fmt: skip
    for key in content:
        if key not in (*_FILE_KEYS, *SECTIONS):
            complain(
                content.line_of(key), key, "A revision holds rules and contacts alone.",
                "Change this in the law files.",
            )  # fmt: skip
    for record, count in Counter(record for record, _ in parts).items():
        if count > 1:
            complain(1, "id", f"{record} stands {count} times.", "Keep one of them.")


def withdraw(url: str, law: Path, revision: int, author: str) -> LoadReport:
    """Takes an open revision back: the law files hold again. Raises RulesError if it is not open."""
    held = standing(url)
    left = [each for each in held if each.id != revision]
    if len(left) == len(held):
        raise RulesError(f"There is no open revision {revision}. `haq rules revisions` lists them.")
    book = read_law(law, revisions=left)
    with _writing(url) as connection:
        hold_revisions(connection, held)
        end_revision(connection, revision, WITHDRAWN, now(), author)
        return store_law(connection, book, left)


def _in_files(files: LawBook, record: str) -> Rule | Contact | None:
    kind, _, name = record.partition("/")
    return files.rules.get(name) if kind == "rule" else files.contacts.get(name)


def revisions(url: str) -> list[Revision]:
    """Every revision, with what became of it. Raises LawBaseUnavailable."""
    with _writing(url) as connection:
        return all_revisions(connection)


def standing(url: str) -> list[Revision]:
    """The open revisions; none where there is no database yet, or one without them."""
    engine = open_database(url)
    try:
        with engine.connect() as connection:
            return open_revisions(connection)
    except SQLAlchemyError:
        return []
    finally:
        engine.dispose()


def history(url: str, record: str) -> list[Step]:
    """The life of a record (`rule/ID` or `contact/ID`) in this database, oldest first."""
    table = tables.record_change.c
    with _writing(url) as connection:
        rows = connection.execute(
            select(table.at, table.version, table.body).where(table.record == record).order_by(table.id)
        ).all()
    steps, before = [], None
    for row in rows:
        if row.body is None:
            steps.append(Step(row.at, row.version, "removed"))
        elif before is None:
            steps.append(Step(row.at, row.version, "added"))
        else:
            changed = tuple(field_changes("", json.loads(before), json.loads(row.body)))
            steps.append(Step(row.at, row.version, "changed", changed))
        before = row.body
    return steps


def _parts(content: yamlfile.Map) -> Iterator[tuple[str, str]]:
    """Each rule and contact of a file: its name, and a law file that holds it alone."""
    frame = {key: content[key] for key in _FILE_KEYS if key in content}
    for section, kind in SECTIONS.items():
        items = content.get(section)
        for item in items if isinstance(items, yamlfile.Seq) else ():
            name = item.get("id") if isinstance(item, yamlfile.Map) else None
            document = {**frame, section: [item]}
            yield f"{kind}/{name}", yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False)


class _Dumper(yaml.SafeDumper):
    """Writes what `yamlfile` read so that it reads the same again."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'")


def _plain(dumper: yaml.SafeDumper, number: Any) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:float", str(number))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(yamlfile.Map, yaml.SafeDumper.represent_dict)
_Dumper.add_representer(yamlfile.Seq, yaml.SafeDumper.represent_list)
_Dumper.add_representer(Decimal, _plain)


@contextmanager
def _writing(url: str) -> Iterator[Connection]:
    engine = open_database(url)
    try:
        migrate(engine)
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise LawBaseUnavailable(f"The rules database cannot be used: {type(error).__name__}.") from error
    finally:
        engine.dispose()
