"""Finding phrases of word lists in the tokens of a message, with endings and mistakes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Generic, TypeVar

from bot.language.gazetteer import Token, endings_of, key_of, plain, plain_key
from bot.language.lexicon import load_all, words

T = TypeVar("T")
MAX_WORDS: Final = 5
SHORT: Final = 3
MIN_STEM: Final = 4


@dataclass(frozen=True)
class Match(Generic[T]):
    """A phrase found in tokens ``first`` to ``last`` (inclusive), with what it means."""

    meaning: T
    first: int
    last: int


@dataclass
class Phrases(Generic[T]):
    """Phrases by latinised key; the longest match wins, matches do not overlap."""

    meanings: dict[str, T] = field(default_factory=dict)
    letters: dict[str, set[str]] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)  # words, by first word

    def add(self, form: str, meaning: T) -> None:
        """Add a phrase; the first meaning of a key stays."""
        key = key_of(form)
        if key:
            self.meanings.setdefault(key, meaning)
            self.letters.setdefault(key, set()).add(plain_key(form))
            parts = key.split()
            self.longest[parts[0]] = max(self.longest.get(parts[0], 1), len(parts))

    def find(self, said: list[Token]) -> list[Match[T]]:
        """All phrases in the tokens, in order."""
        found: list[Match[T]] = []
        position = 0
        while position < len(said):
            match = self._at(said, position)
            position = match.last + 1 if match else position + 1
            if match:
                found.append(match)
        return found

    def _at(self, said: list[Token], first: int) -> Match[T] | None:
        longest = min(self.longest.get(said[first].key, 1), MAX_WORDS, len(said) - first)
        for count in range(longest, 0, -1):
            part = said[first : first + count]
            for key in self._forms(part):
                if key in self.meanings and self._agrees(key, part):
                    return Match(self.meanings[key], first, first + count - 1)
        return None

    def _agrees(self, key: str, part: list[Token]) -> bool:
        """Short keys must agree letter by letter: folding joins too many short words."""
        exact = "".join(plain(token.text) for token in part)
        return len(key) > SHORT or exact in self.letters[key]

    def _forms(self, part: list[Token]) -> Iterable[str]:
        head = [token.key for token in part[:-1]]
        for last in stems(part[-1].key):
            yield " ".join([*head, last])


@lru_cache(maxsize=1)
def _endings() -> tuple[str, ...]:
    """Case endings and plurals of every language, latinised, longest first."""
    found = {
        ending
        for language, content in load_all("affixes").items()
        for suffix in words(content.get("suffixes"), language)
        for ending in endings_of(suffix)
    }
    return tuple(sorted(found - {""}, key=len, reverse=True))


@lru_cache(maxsize=16384)
def stems(key: str) -> tuple[str, ...]:
    """A key and what is left of it without one or two endings."""
    found = [key]
    for word in (key, *_cut(key)):
        found.extend(stem for stem in _cut(word) if stem not in found)
    return tuple(found)


def _cut(key: str) -> list[str]:
    return [
        key[: -len(ending)]
        for ending in _endings()
        if key.endswith(ending) and len(key) - len(ending) >= MIN_STEM
    ]
