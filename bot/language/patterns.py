"""A small language for phrases in word lists, matched on the latinised form.

``word``            that word (in any spelling that latinises alike)
``stem*``           a word that begins so
``(a|b c|d*)``      one of these
``...``             up to four words between
``?word``           the word may be missing; ``?{a|b}``: one of these, or nothing

Everything is latinised when the pattern is read, so lists are written as people write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, Generic, TypeVar

from bot.language.normalise import latin_word, split_words

T = TypeVar("T")
GAP: Final = r"(?:[^ ]+ ){0,4}"
_ELEMENT: Final = re.compile(r"\?\{[^}]*\}|\([^)]*\)|\.\.\.|[^\s(){}]+")
_INDEX: Final = 2


class PatternError(ValueError):
    """A pattern that cannot be read; the message quotes it."""


def _word(written: str, endings: int) -> str:
    if written == "...":
        return GAP
    if written.startswith("?"):
        return f"(?:{_word(written[1:], endings)})?"
    stem = written.endswith("*") or 0 < endings <= len(latin_word(written))
    keys = [key for part in split_words(written) if (key := latin_word(part))]
    if not keys:
        raise PatternError(f"nothing to match in {written!r}")
    return " ".join(keys) + (r"[^ ]*" if stem else "") + " "


def _alternatives(written: str, endings: int) -> list[str]:
    """The regular expressions of one element (several for "(a|b)")."""
    if written[:1] not in {"(", "{"}:
        return [_word(written, endings)]
    choices = written[1:-1].split("|")
    return ["".join(_word(word, endings) for word in choice.split()) for choice in choices]


def compile_pattern(written: str, endings: int = 0) -> tuple[re.Pattern[str], set[str]]:
    """The regular expression of a pattern, and the first letters with which it can begin.

    ``endings``: words of so many letters or more may carry any ending (0: none may).
    Raises PatternError when the pattern is empty or begins with a gap.
    """
    elements = _ELEMENT.findall(written)
    if not elements or elements[0] == "..." or elements[0].startswith("?"):
        raise PatternError(f"a pattern begins with a word: {written!r}")
    parts = []
    for element in elements:
        if element == "...":
            parts.append(GAP)
        elif element.startswith("?"):
            parts.append(f"(?:{'|'.join(_alternatives(element[1:], endings))})?")
        else:
            parts.append(f"(?:{'|'.join(_alternatives(element, endings))})")
    starts = {re.split(r"\[| ", first)[0][:_INDEX] for first in _alternatives(elements[0], endings)}
    return re.compile("".join(parts)), starts


class PatternTable(Generic[T]):
    """Many patterns with a meaning each, found quickly by how a word begins."""

    def __init__(self) -> None:
        self._by_start: dict[str, list[tuple[re.Pattern[str], T, str]]] = {}

    def add(self, written: str, meaning: T, endings: int = 0) -> None:
        """Add a pattern. Raises PatternError when it cannot be read."""
        pattern, starts = compile_pattern(written, endings)
        for start in starts:
            self._by_start.setdefault(start, []).append((pattern, meaning, written))

    def extend(self, patterns: Iterable[str], meaning: T, endings: int = 0) -> None:
        """Add several patterns of one meaning."""
        for written in patterns:
            self.add(written, meaning, endings)

    def find(self, latinised: str) -> Iterator[tuple[T, int, int, str]]:
        """Meaning, start, end (in the padded text) and pattern of every match."""
        text = latinised + " "
        position = 0
        while position < len(text) - 1:
            for size in range(1, _INDEX + 1):
                for pattern, meaning, written in self._by_start.get(self._start(text, position, size), ()):
                    match = pattern.match(text, position)
                    if match:
                        yield meaning, match.start(), match.end(), written
            position = text.index(" ", position) + 1

    @staticmethod
    def _start(text: str, position: int, size: int) -> str:
        piece = text[position : position + size]
        return piece if " " not in piece else "\n"

    def blank(self, latinised: str) -> str:
        """The text with every match replaced by one "_"."""
        spans = [(start, end) for _, start, end, _ in self.find(latinised)]
        text, last = [], 0
        padded = latinised + " "
        for start, end in sorted(spans):
            if start >= last:
                text.append(padded[last:start] + "_ ")
                last = end
        return ("".join(text) + padded[last:]).strip()
