"""Researched facts that became no rule of their own: where each went, or why nowhere.

The facts that the law files were made from carry ids; a rule made from a fact has its id (or the id
with a suffix). What was merged into another record, or says nothing that helps anybody, is listed in
files `law: reconciled`, so that nothing gets lost unseen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.rules.errors import CaseError, Complaints
from bot.rules.reading import FileReader, LawFile
from bot.rules.yamlfile import Map

LAW_KIND = "reconciled"


@dataclass(frozen=True)
class Reconciled:
    """One fact, the ids of the records that hold it (none: see `why`), and where this is written."""

    fact: str
    into: tuple[str, ...]
    why: str
    path: Path
    line: int


class ReconciledReader(FileReader):
    """Reads `law: reconciled` files."""

    def read(self, file: LawFile, found: dict[str, Reconciled]) -> None:
        """Adds what one file lists."""
        self._file, self._found = file, found
        self._known(file.content, ("law", "facts"))
        self._each("facts", self._fact)

    def _fact(self, body: Map) -> None:
        self._known(body, ("id", "into", "why"))
        name, why = str(body.get("id")), self._text(body, "why")
        into = self._list(body, "into", (), None, "record")
        if name in self._found:
            self._say(body, "id", f"The fact {name} stands twice.", "Keep one of them.")
        elif not into and not why:
            self._say(body, "why", "It went nowhere, and no reason is given.", "Say why it says no rule.")
        else:
            line = body.line_of("into" if into else "id")
            self._found[name] = Reconciled(name, into, why or "", self._file.path, line)


def check_reconciled(
    found: Mapping[str, Reconciled], records: Collection[str], complaints: Complaints
) -> None:
    """Complains of a fact that is said to be in a record which does not exist."""
    for fact in found.values():
        for record in fact.into:
            if record not in records:
                problem = f"The fact {fact.fact} is said to be in {record!r}, which does not exist."
                complaints.add(fact.path, fact.line, "into", problem, "Name the record that holds it.")


def not_carried(
    folder: Path, records: Collection[str], found: Mapping[str, Reconciled]
) -> Iterator[tuple[str, str | None]]:
    """The facts of a folder that are no record of their own: each with where it went, None if unknown.

    Raises CaseError when the folder holds no facts.
    """
    ids = sorted(set(_fact_ids(folder)))
    if not ids:
        raise CaseError(f"There are no facts in {folder}. Name the folder that holds the *.yaml files.")
    prefixes = {record.rsplit("-", count)[0] for record in records for count in range(record.count("-") + 1)}
    for fact in ids:
        if fact in records or fact in prefixes:
            continue
        where = found.get(fact)
        into = ", ".join(where.into) if where else ""
        yield fact, None if where is None else " ".join(part for part in (into, where.why) if part)


def _fact_ids(folder: Path) -> Iterator[str]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in sorted(folder.glob("*.yaml")):
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
        if isinstance(content, list):
            yield from (str(each["id"]) for each in content if isinstance(each, dict) and "fact" in each)
