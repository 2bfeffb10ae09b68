"""Looks for words in raw files, however a database or a log may have written them."""

from __future__ import annotations

import base64
import json
import mmap
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_FEWEST_LETTERS = 4  # fewer stand in any file by chance


@dataclass(frozen=True)
class Found:
    """A word in a file."""

    path: Path
    mark: int  # which of the words
    written: str  # how it stands there
    at: int  # the byte


def search(places: Iterable[Path], marks: Sequence[str]) -> Iterator[Found]:
    """Where words stand in files and folders, the first place of each in each file.

    Raises OSError for a file that cannot be read; one that goes meanwhile is passed over.
    """
    wanted = [(number, how, raw) for number, mark in enumerate(marks) for how, raw in ways(mark).items()]
    for path in _files(places):
        try:
            with path.open("rb") as file:
                if path.stat().st_size == 0:
                    continue
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    for number, how, raw in wanted:
                        if (at := content.find(raw)) >= 0:
                            yield Found(path, number, how, at)
        except FileNotFoundError:
            continue


def ways(mark: str) -> Mapping[str, bytes]:
    """How a text may stand in a file."""
    plain = mark.encode()
    found = {
        "text": plain,
        "UTF-16": mark.encode("utf-16-le"),
        "JSON": json.dumps(mark)[1:-1].encode(),
        "hex": plain.hex().encode(),
        **_base64(plain),
    }
    digits = re.sub(r"\D", "", mark)
    if len(digits) > 6 and digits != mark:  # a telephone number as a platform writes it
        found["digits"] = digits.encode()
    return {how: raw for how, raw in found.items() if raw and (how == "text" or raw != plain)}


def _base64(plain: bytes) -> dict[str, bytes]:
    """How it stands within a longer text: its letters depend on how many bytes stand before it."""
    found = {}
    for before in range(3):
        length = before + len(plain)
        encoded = base64.b64encode(bytes(before) + plain)
        own = encoded[-(-before * 8 // 6) : length * 8 // 6]  # without letters that neighbours share in
        if not before or len(own) >= _FEWEST_LETTERS:
            found[f"base64 after {before} more" if before else "base64"] = own
    return found


def _files(places: Iterable[Path]) -> Iterator[Path]:
    """Each once, however many of the places it stands in."""
    seen: set[Path] = set()
    for place in places:
        within = (path for path in place.rglob("*") if path.is_file() and not path.is_symlink())
        for path in sorted(within) if place.is_dir() else (place,):
            if (real := path.resolve()) not in seen:
                seen.add(real)
                yield path
