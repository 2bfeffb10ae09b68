"""What every reader of law files needs: checked words, dates, sources, each mistake with its mend."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from bot.rules.dates import PartialDate
from bot.rules.errors import Complaints
from bot.rules.model import Provenance, Source
from bot.rules.yamlfile import Map, Seq

PROVENANCE = ("legal_basis", "source", "as_of", "evidence", "confidence", "review_by")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass
class LawFile:
    """One law file and what it holds."""

    path: Path
    content: Map


class FileReader:
    """Reads values of the file at hand, and complains with file, line, field and mend."""

    def __init__(self, complaints: Complaints) -> None:
        self._complaints = complaints
        self._places: dict[tuple[str, str], tuple[Path, int]] = {}
        self._file = LawFile(Path(), Map())

    def _say(self, where: Map, key: str, problem: str, mend: str) -> None:
        self._complaints.add(self._file.path, where.line_of(key), key, problem, mend)

    def _known(self, body: Map, keys: tuple[str, ...]) -> None:
        for key in body:
            if key not in keys:
                self._say(body, key, "Unknown key.", f"Known: {', '.join(keys)}.")

    def _interval(self, content: Map) -> None:
        months = content.get("review_every_months")
        if months is not None and not _is_interval(months):
            self._say(
                content,
                "review_every_months",
                f"{months!r} is not a whole number of months.",
                "Write 12, for instance.",
            )

    def _each(self, key: str, read: Callable[[Map], None]) -> None:
        section = self._file.content.get(key)
        if section is None:
            return
        if not isinstance(section, Seq):
            self._say(self._file.content, key, "This must be a list.", "Start each item with `- id:`.")
            return
        for item in section:
            if isinstance(item, Map):
                read(item)
            else:
                self._say(self._file.content, key, f"{item!r} is not a mapping.", "Start it with `- id:`.")

    def _id(self, body: Map, known: Mapping[str, Any], what: str) -> str | None:
        name = body.get("id")
        if not isinstance(name, str) or not _ID.fullmatch(name):
            self._say(body, "id", f"{name!r} is no id.", "Use small letters, digits and hyphens.")
            return None
        if name in known:
            path, line = self._places[what, name]
            self._say(
                body,
                "id",
                f"The {what} {name} stands twice (first in {path.name}:{line}).",
                "Give one of them another id.",
            )
            return None
        self._places[what, name] = (self._file.path, body.line_of("id"))
        return name

    def _one_of(self, body: Map, key: str, allowed: Any, what: str) -> str:
        word = body.get(key)
        if not isinstance(word, str) or word not in allowed:
            shown = ", ".join(sorted(allowed)) if len(allowed) < 40 else "ISO 3166-1 alpha-2, or XK"
            self._say(body, key, f"{word!r} is no {what}.", f"Use {shown}.")
        return str(word)

    def _list(
        self, body: Map, key: str, default: tuple[str, ...], allowed: Any, what: str
    ) -> tuple[str, ...]:
        if key not in body:
            return default
        raw = body[key]
        items = raw if isinstance(raw, list) else [raw]
        for item in items:
            if allowed is None:
                if not isinstance(item, str | int):
                    self._say(body, key, f"{item!r} is no {what}.", "Write a plain text.")
            elif (not isinstance(item, str) or item not in allowed) and (item,) != default:
                known = f"Use {', '.join(sorted(allowed))}." if len(allowed) < 40 else "See the vocabulary."
                self._say(body, key, f"{item!r} is no {what}.", known)
        return tuple(str(item) for item in items)

    def _date(self, body: Map, key: str) -> str | None:
        raw = body.get(key)
        if raw is None:
            return None
        try:
            return str(PartialDate.parse(str(raw)))
        except ValueError:
            self._say(body, key, f"{raw!r} is not a date.", "Write '2021', '2021-03' or '2021-03-20'.")
            return None

    def _text(self, body: Map, key: str) -> str | None:
        raw = body.get(key)
        if isinstance(raw, dict | list):
            self._say(
                body, key, "A text belongs here.", "Write a plain text, in quotes if it has `:` or `#`."
            )
            return None
        return None if raw is None else str(raw)

    def _boolean(self, body: Map, key: str) -> bool | None:
        raw = body.get(key)
        if raw is not None and not isinstance(raw, bool):
            self._say(body, key, f"{raw!r} is neither true nor false.", "Write true or false.")
            return None
        return raw

    def _provenance(self, body: Map, source_needed: bool = True) -> Provenance:
        as_of = self._date(body, "as_of")
        return Provenance(
            source=self._source(body, "source", source_needed),
            legal_basis=self._text(body, "legal_basis"),
            as_of=as_of,
            evidence=self._one_of(body, "evidence", ("seen", "known"), "kind of evidence"),
            confidence=self._one_of(body, "confidence", ("high", "medium", "low"), "degree of confidence"),
            review_by=self._date(body, "review_by") or self._review_by(as_of),
        )

    def _review_by(self, as_of: str | None) -> str | None:
        months = self._file.content.get("review_every_months")
        if as_of is None or not _is_interval(months):
            return None
        date = PartialDate.parse(as_of)
        total = date.latest.year * 12 + date.latest.month - 1 + months
        return f"{total // 12:04d}-{total % 12 + 1:02d}"

    def _source(self, body: Map, key: str, needed: bool) -> Source | None:
        name = body.get(key)
        if name is None:
            if needed and body.get("evidence") == "seen":
                self._say(
                    body,
                    key,
                    "What was seen has a source.",
                    "Name one of the file's `sources`, or say `evidence: known`.",
                )
            return None
        sources = self._file.content.get("sources")
        entry = sources.get(str(name)) if isinstance(sources, Map) else None
        if not isinstance(entry, Map):
            self._say(
                body,
                key,
                f"The file has no source {name!r}.",
                "Add it under `sources:` with title, publisher and url.",
            )
            return None
        if set(entry) - {"title", "publisher", "url"} or not entry.get("title") or not entry.get("publisher"):
            self._say(
                entry, "title", f"The source {name!r} is not whole.", "It has title, publisher and url."
            )
            return None
        url = entry.get("url")
        if url is not None and not re.fullmatch(r"https?://\S+", str(url)):
            self._say(entry, "url", f"{url!r} is no web address.", "Start it with https:// or leave it out.")
        return Source(str(entry["title"]), str(entry["publisher"]), None if url is None else str(url))


def _is_interval(months: object) -> TypeGuard[int]:
    return isinstance(months, int) and not isinstance(months, bool) and months >= 1
