"""What an editor does at a desk: revise a record of the law, take a revision back, see its history."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.rules import tables, yamlfile
from bot.rules.database import migrate, open_database
from bot.rules.diff import FieldChange, field_changes
from bot.rules.errors import Complaints, LawBaseUnavailable, LawMistakes, RecordChanged, RulesError
from bot.rules.lawfiles import CheckedLaw, LawBook, read_law
from bot.rules.load import LoadReport, now, store_law
from bot.rules.revisions import (
    AS_FOUND,
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
from bot.rules.writing import as_yaml

_FILE_KEYS = ("law", "country", "review_every_months", "sources")
_TABLES = {"rule": tables.rule, "contact": tables.contact}


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


Law = Path | CheckedLaw
"""Where the law files are; as `CheckedLaw`, for whoever asks often."""


def revise(url: str, law: Law, file: Path, author: str, reason: str) -> tuple[list[int], LoadReport]:
    """Lays the rules and contacts of a file over the law, live at once; gives the revisions' numbers.

    `file`: written as a law file of one country. All or nothing: raises LawMistakes for a mistake in
    it, or where it does not go with the rest of the law; RulesError where the law files say anything
    otherwise than what is loaded, or somebody else was faster; LawBaseUnavailable.
    """
    complaints = Complaints()
    content = yamlfile.read(file, lambda *mistake: complaints.add(file, *mistake))
    return _revise(url, law, _checked_frame(content, file, complaints), author, reason, {})


def revise_with(
    url: str, law: Law, document: str, author: str, reason: str, expected: Mapping[str, str | None]
) -> tuple[list[int], LoadReport]:
    """As `revise`, for the text of such a file.

    `expected`: the hashes of records (`rule/ID`) as its author read them, None for none. Raises
    RecordChanged when one is another now.
    """
    return _revise(url, law, _content(document), author, reason, expected)


def records_of(document: str) -> list[str]:
    """The records (`rule/ID`) that the text of such a file holds. Raises LawMistakes."""
    return [record for record, _ in _parts(_content(document))]


def made_from(made: Iterable[Revision], document: str) -> list[Revision]:
    """Those of some revisions that were made from the text of such a file. Raises LawMistakes."""
    parts = dict(_parts(_content(document)))
    return [each for each in made if parts.get(each.record) == each.document]


def law_with(url: str, law: Law, document: str) -> LawBook:
    """The law as it would be with the rules and contacts of a document; nothing is changed.

    Raises LawMistakes, in which the document's own stand under the record (`rule/ID`); LawBaseUnavailable.
    """
    with _writing(url) as connection:
        made = all_revisions(connection)
    mine, over = _laid_over(made, _content(document), "", "")
    names = {str(each.name): each.record for each in mine}
    try:
        return law_over(law, over)
    except LawMistakes as error:
        named = [replace(each, file=names.get(each.file, each.file)) for each in error.mistakes]
        raise LawMistakes(named) from error


def _content(document: str) -> yamlfile.Map:
    complaints, name = Complaints(), Path("revision")
    content = yamlfile.parse(document, lambda *mistake: complaints.add(name, *mistake))
    return _checked_frame(content, name, complaints)


def _checked_frame(content: yamlfile.Map | None, file: Path, complaints: Complaints) -> yamlfile.Map:
    if content is not None:
        _check_frame(content, list(_parts(content)), lambda *mistake: complaints.add(file, *mistake))
    complaints.raise_if_any()
    assert content is not None
    return content


def law_over(law: Law, revisions: Iterable[Revision]) -> LawBook:
    """The law files with revisions over them. Raises LawMistakes."""
    return law.read(revisions) if isinstance(law, CheckedLaw) else read_law(law, revisions=revisions)


def _revise(
    url: str, law: Law, content: yamlfile.Map, author: str, reason: str, expected: Mapping[str, str | None]
) -> tuple[list[int], LoadReport]:
    with _writing(url) as connection:
        made = all_revisions(connection)
        _check_read(connection, expected)  # before the law is read, which takes its time
    mine, over = _laid_over(made, content, author, reason)
    book = law_over(law, over)
    below = {each.record: record_hash(book.beneath[each.record].record) for each in mine}
    with _writing(url) as connection:
        hold_revisions(connection, [each for each in made if each.ended is None])
        _check_read(connection, expected)
        _check_loaded(connection, {each.record: below[each.record] for each in mine if not each.follows})
        for each in mine:
            if each.follows:
                end_revision(connection, each.follows.id, FOLLOWED, now(), author)
            add_revision(connection, replace(each, replaces=below[each.record]))
        return [each.id for each in mine], _store(connection, book, over, {each.record for each in mine})


def _store(
    connection: Connection, book: LawBook, revisions: Iterable[Revision], seen: Collection[str]
) -> LoadReport:
    """Stores the law with other revisions over its files; `seen`: the records that this may change.

    Raises RulesError where the files say more otherwise than what is loaded: nobody asked for that. They
    may be those of an older release, or not meant to be live yet.
    """
    loaded = _is_loaded(connection)
    report = store_law(connection, book, revisions)
    unseen = report.touched.difference(seen)
    if loaded and unseen:
        raise _unloaded(unseen)
    return report


def _is_loaded(connection: Connection) -> bool:
    """Whether there is law; without it the files are all that there is to read."""
    return connection.execute(select(tables.law_version.c.version)).first() is not None


def _unloaded(records: Collection[str]) -> RulesError:
    """What is said of records in the law files that nobody loaded."""
    first, more = min(records), len(records) - 1
    named = f"{first} and {more} more" if more else first
    return RulesError(
        f"The law files say {named} otherwise than what is loaded. Load them (`haq rules load`), "
        "and look again."
    )


def _check_read(connection: Connection, expected: Mapping[str, str | None]) -> None:
    """Raises RecordChanged for a record that is not as whoever changes it has read it."""
    for record, wanted in expected.items():
        if _stored(connection, record) != wanted:
            raise RecordChanged(f"{record} was changed since it was read. Look at it again.")


def _check_loaded(connection: Connection, below: Mapping[str, str | None]) -> None:
    """Raises RulesError for a record that the law files say otherwise than what is loaded.

    Nobody who revises it has read that: a revision would put it aside unseen.
    """
    unread = [record for record, wanted in below.items() if _stored(connection, record) != wanted]
    if unread and _is_loaded(connection):
        raise _unloaded(unread)


def _stored(connection: Connection, record: str) -> str | None:
    """The hash of a record as it is loaded; None for none."""
    kind, _, name = record.partition("/")
    table = _TABLES[kind].c
    found: str | None = connection.execute(select(table.hash).where(table.id == name)).scalar()
    return found


def _laid_over(
    made: list[Revision], content: yamlfile.Map, author: str, reason: str
) -> tuple[list[Revision], list[Revision]]:
    """The revisions that a law file makes, and all that then lie over the law (theirs instead of older)."""
    first, at = 1 + max((each.id for each in made), default=0), now()
    held, country = {each.record: each for each in made if each.ended is None}, str(content["country"])
    mine = [
        Revision(
            number, record, country, AS_FOUND, document, author, reason, at, follows=held.pop(record, None)
        )
        for number, (record, document) in enumerate(_parts(content), first)
    ]
    return mine, [*held.values(), *mine]


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


def withdraw(url: str, law: Law, numbers: Sequence[int], author: str, load: bool = False) -> LoadReport:
    """Takes open revisions back, all of them or none: for their records the law files hold again.

    `load`: the files are loaded with that, whatever else they say; for files that no load takes while
    these revisions contradict them. Raises LawMistakes; RulesError if a revision is not open, or where
    the files say anything else otherwise than what is loaded; LawBaseUnavailable.
    """
    held = standing(url)
    gone = sorted(set(numbers) - {each.id for each in held})
    if gone or not numbers:
        named = f" {gone[0]}" if gone else ""
        raise RulesError(f"There is no open revision{named}. `haq rules revisions` lists them.")
    left = [each for each in held if each.id not in numbers]
    book = law_over(law, left)
    with _writing(url) as connection:
        hold_revisions(connection, held)
        for number in numbers:
            end_revision(connection, number, WITHDRAWN, now(), author)
        if load:
            return store_law(connection, book, left)
        return _store(connection, book, left, {each.record for each in held if each.id in numbers})


def revisions(url: str) -> list[Revision]:
    """Every revision, with what became of it. Raises LawBaseUnavailable."""
    with _writing(url) as connection:
        return all_revisions(connection)


def standing(url: str) -> list[Revision]:
    """The open revisions; none where there is no database yet, or one without them.

    Raises LawBaseUnavailable.
    """
    engine = open_database(url, patient=True)
    try:
        with engine.connect() as connection:
            there = inspect(connection).has_table(tables.revision.name)
            return open_revisions(connection) if there else []
    except SQLAlchemyError as error:
        raise LawBaseUnavailable(f"The rules database cannot be read: {type(error).__name__}.") from error
    finally:
        engine.dispose()


def history(url: str, record: str) -> list[Step]:
    """The life of a record (`rule/ID` or `contact/ID`) in this database, oldest first."""
    table = tables.record_change.c
    with _writing(url) as connection:
        rows = connection.execute(
            select(table.at, table.version, table.body).where(table.record == record).order_by(table.id)
        ).all()
    return steps_of((row.at, row.version, row.body) for row in rows)


def steps_of(changes: Iterable[tuple[str, str, str | None]]) -> list[Step]:
    """Changes of a record (when, the law's version, what it then said), each with what it changed."""
    steps: list[Step] = []
    before: str | None = None
    for at, version, body in changes:
        if body is None:
            steps.append(Step(at, version, "removed"))
        elif before is None:
            steps.append(Step(at, version, "added"))
        else:
            changed = tuple(field_changes("", json.loads(before), json.loads(body)))
            steps.append(Step(at, version, "changed", changed))
        before = body
    return steps


def _parts(content: yamlfile.Map) -> Iterator[tuple[str, str]]:
    """Each rule and contact of a file: its name, and a law file that holds it alone."""
    frame = {key: content[key] for key in _FILE_KEYS if key in content}
    for section, kind in SECTIONS.items():
        items = content.get(section)
        for item in items if isinstance(items, yamlfile.Seq) else ():
            name = item.get("id") if isinstance(item, yamlfile.Map) else None
            document = {**frame, section: [item]}
            yield f"{kind}/{name}", as_yaml(document)


@contextmanager
def _writing(url: str) -> Iterator[Connection]:
    engine = open_database(url, patient=True)
    try:
        migrate(engine)
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise LawBaseUnavailable(f"The rules database cannot be used: {type(error).__name__}.") from error
    finally:
        engine.dispose()
