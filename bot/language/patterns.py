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
from functools import cached_property
from typing import Final, Generic, TypeVar

from bot.language.normalise import latin_word, split_words

T = TypeVar("T")
GAP: Final = r"(?:[^ ]+ ){0,4}"
_ELEMENT: Final = re.compile(r"\?\{[^}]*\}|\([^)]*\)|\.\.\.|[^\s(){}]+")


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


def _marks(element: str) -> tuple[str, ...]:
    """Letters of which some are in every text that holds an element; nothing for one that may be missing."""
    if element == "..." or element.startswith("?"):
        return ()
    choices = element[1:-1].split("|") if element[0] in "({" else [element]
    marks = [max(_keys(choice), key=len, default="") for choice in choices]
    return tuple(marks) if all(marks) else ()


def _keys(choice: str) -> list[str]:
    """The words that always stand in a choice."""
    always = [word for word in choice.split() if word != "..." and not word.startswith("?")]
    return [key for word in always for part in split_words(word) if (key := latin_word(part))]


def _first_words(written: str, endings: int) -> Iterator[tuple[str, bool]]:
    """The words that an element can begin with, and whether each may go on."""
    choices = written[1:-1].split("|") if written[:1] in {"(", "{"} else [written]
    for choice in choices:
        first = choice.split()[0]
        keys = [key for part in split_words(first) if (key := latin_word(part))]
        stem = first.endswith("*") or 0 < endings <= len(latin_word(first))
        if not keys:
            raise PatternError(f"nothing to match in {first!r}")
        yield keys[0], stem and len(keys) == 1


def elements_of(written: str) -> list[str]:
    """The elements of a pattern. Raises PatternError when it is empty or begins with a gap."""
    elements = _ELEMENT.findall(written)
    if not elements or elements[0] == "..." or elements[0].startswith("?"):
        raise PatternError(f"a pattern begins with a word: {written!r}")
    return elements


def expression_of(written: str, endings: int = 0) -> str:
    """The regular expression of a pattern.

    ``endings``: words of so many letters or more may carry any ending (0: none may). Raises PatternError.
    """
    parts = []
    for element in elements_of(written):
        if element == "...":
            parts.append(GAP)
        elif element.startswith("?"):
            parts.append(f"(?:{'|'.join(_alternatives(element[1:], endings))})?")
        else:
            parts.append(f"(?:{'|'.join(_alternatives(element, endings))})")
    return "".join(parts)


class _Pattern(Generic[T]):
    """A pattern that is read when a message may hold it: there are thousands, of a millisecond each."""

    def __init__(self, written: str, meaning: T, endings: int) -> None:
        self.written, self.meaning, self.endings = written, meaning, endings

    def match(self, text: str, position: int) -> re.Match[str] | None:
        """Its match at a place of a text."""
        if "compiled" not in self.__dict__ and not self._may_be_in(text):
            return None
        return self.compiled.match(text, position)

    def _may_be_in(self, text: str) -> bool:
        return all(any(mark in text for mark in marks) for marks in self._marks)

    @cached_property
    def _marks(self) -> list[tuple[str, ...]]:
        return [marks for element in _ELEMENT.findall(self.written) if (marks := _marks(element))]

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(expression_of(self.written, self.endings))


class PatternTable(Generic[T]):
    """Many patterns with a meaning each, found quickly by the word that they begin with."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[_Pattern[T]]] = {}
        self._by_stem: dict[str, list[_Pattern[T]]] = {}
        self._sizes: set[int] = set()  # lengths of the stems

    def add(self, written: str, meaning: T, endings: int = 0) -> None:
        """Add a pattern. Raises PatternError when its beginning cannot be read; `check` reads all of it."""
        pattern = _Pattern(written, meaning, endings)
        for word, stem in dict.fromkeys(_first_words(elements_of(written)[0], endings)):
            (self._by_stem if stem else self._by_word).setdefault(word, []).append(pattern)
            if stem:
                self._sizes.add(len(word))

    def check(self) -> None:
        """Reads every pattern. Raises PatternError."""
        for patterns in (*self._by_word.values(), *self._by_stem.values()):
            for pattern in patterns:
                expression_of(pattern.written, pattern.endings)

    def extend(self, patterns: Iterable[str], meaning: T, endings: int = 0) -> None:
        """Add several patterns of one meaning."""
        for written in patterns:
            self.add(written, meaning, endings)

    def find(self, latinised: str) -> Iterator[tuple[T, int, int, str]]:
        """Meaning, start, end (in the padded text) and pattern of every match."""
        text, position = latinised + " ", 0
        for word in latinised.split():
            for pattern in self._beginning(word):
                if match := pattern.match(text, position):
                    yield pattern.meaning, match.start(), match.end(), pattern.written
            position += len(word) + 1

    def _beginning(self, word: str) -> Iterator[_Pattern[T]]:
        yield from self._by_word.get(word, ())
        for size in self._sizes:
            if size <= len(word):
                yield from self._by_stem.get(word[:size], ())

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
