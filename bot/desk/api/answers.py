"""Answers of the API, ready to be sent: the last ones are kept, each under all that settles it.

An answer follows from the version of the law, the operation, what was asked, the day, and the release (its
code and its words). These together are its ETag: whoever has it already is told so before anything is
computed.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from bot.answers.options import Told
from bot.answers.translations import LOCALES
from bot.desk.api.operations import Operation
from bot.rules.lawbase import LawBase
from bot.settings import ROOT, VERSION

MOST_BYTES = 64 * 1024 * 1024
WORTH_PACKING = 1400  # bytes: less fits into one packet as it is
_PACKING_LEVEL, _GZIP = 2, 16 + zlib.MAX_WBITS  # more work saves little; the format that browsers take


@dataclass(frozen=True)
class Rendered:
    """A body as it is sent, plain and packed. One of the two is always there."""

    etag: str
    plain: bytes | None  # None: held packed only, since hardly anybody asks for it plain
    packed: bytes | None  # None: too small to be worth it

    @property
    def body(self) -> bytes:
        """The plain body."""
        return self.plain if self.plain is not None else gzip.decompress(self.packed or b"")

    @property
    def size(self) -> int:
        """About what it takes in memory."""
        return len(self.plain or b"") + len(self.packed or b"")


@dataclass(frozen=True)
class Unchanged:
    """Whoever asks has the answer already."""

    etag: str


class Kept:
    """The answers that were asked for last, up to so many bytes."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most, self._bytes = most, 0
        self._held: OrderedDict[str, Rendered] = OrderedDict()
        self._lock = Lock()

    def get(self, etag: str) -> Rendered | None:
        """The answer, if it is still there."""
        with self._lock:
            found = self._held.get(etag)
            if found is not None:
                self._held.move_to_end(etag)
            return found

    def put(self, answer: Rendered) -> None:
        """Keeps an answer; the ones that nobody asked for go."""
        if answer.packed is not None:
            answer = replace(answer, plain=None)
        with self._lock:
            if answer.etag in self._held:
                return
            self._held[answer.etag] = answer
            self._bytes += answer.size
            while self._bytes > self._most:
                _, gone = self._held.popitem(last=False)
                self._bytes -= gone.size


def answered(
    law: LawBase, kept: Kept, operation: Operation, told: Told, known: frozenset[str]
) -> Rendered | Unchanged | None:
    """The answer to a question; None where there is nothing of that name.

    `known`: the ETags that the asker has. Raises RulesError.
    """
    with law.reading() as reader:
        etag = _etag(reader.version, operation, told)
        if operation.kept:
            if etag in known:
                return Unchanged(etag)
            found = kept.get(etag)
            if found is not None:
                return found
        body = operation.answer(reader, told)
    if body is None:
        return None
    made = rendered(body, etag if operation.kept else None)
    if operation.kept:
        kept.put(made)
    return Unchanged(made.etag) if made.etag in known else made


def rendered(body: Mapping[str, Any], etag: str | None = None) -> Rendered:
    """A body as it is sent; without an ETag it is known by its content."""
    text = orjson.dumps(body)
    packed = _packed(text) if len(text) >= WORTH_PACKING else None
    return Rendered(etag or _digest(text), text, packed)


def _packed(content: bytes) -> bytes:
    packer = zlib.compressobj(_PACKING_LEVEL, zlib.DEFLATED, _GZIP)
    return packer.compress(content) + packer.flush()


def _etag(version: str, operation: Operation, told: Told) -> str:
    asked = sorted((name, tuple(values)) for name, values in told.values.items() if values)
    return _digest(repr((release(), version, operation.name, told.today.isoformat(), asked)).encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:24]


@cache
def release() -> str:
    """Changes with the code and the words that make an answer."""
    digest = hashlib.sha256(VERSION.encode())
    for path in sorted(_sources()):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    for package in ("rules", "answers", "language", "desk/api"):
        yield from (ROOT / "bot" / package).rglob("*.py")
    yield from LOCALES.rglob("*.po")
