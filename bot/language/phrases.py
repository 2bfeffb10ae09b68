"""Finding phrases of word lists in the words of a message, by spaCy's PhraseMatcher.

The matcher runs over the latinised keys. What it cannot do is here: a case ending on the last
word, and short keys, which must agree letter by letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Generic, TypeVar

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.language.lexicon import load_all, words
from bot.language.normalise import latin_word, latinise
from bot.language.tokens import Token, plain, plain_key

T = TypeVar("T")
SHORT: Final = 3
MIN_STEM: Final = 3
_VOCABULARY: Final = Vocab()
# Stands for every word that is in no phrase, so that nothing a person types is kept.
_OTHER: Final = "-"


@dataclass(frozen=True)
class Match(Generic[T]):
    """A phrase in tokens ``first`` to ``last`` (inclusive), less an ``ending`` of the last."""

    meaning: T
    key: str
    first: int
    last: int
    ending: str = ""
    cut: int = 0  # letters that the ending took

    @property
    def order(self) -> tuple[int, int, int]:
        """By place, then the longest first, then the least cut off."""
        return self.first, -self.last, self.cut


class Phrases(Generic[T]):
    """Phrases by latinised key; the longest match wins, matches do not overlap."""

    def __init__(self, short: int = SHORT) -> None:
        self.meanings: dict[str, T] = {}
        self._forms: dict[str, set[str]] = {}
        self._short = short
        self._matcher: PhraseMatcher | None = None

    def add(self, form: str, meaning: T, key: str = "") -> bool:
        """Add a phrase; the first meaning of a key stays. Whether this is its meaning."""
        key = key or latinise(form)
        if not key or self.meanings.setdefault(key, meaning) != meaning:
            return False
        self._forms.setdefault(key, set()).add(form)
        self._matcher = None
        return True

    def _build(self) -> PhraseMatcher:
        parts = [key.split() for key in self.meanings]
        self._words = {word for phrase in parts for word in phrase}
        self._last_words = {phrase[-1] for phrase in parts}
        self._longest = max(map(len, parts), default=0)
        matcher = PhraseMatcher(_VOCABULARY)
        matcher.add("phrase", [Doc(_VOCABULARY, words=phrase) for phrase in parts])
        return matcher

    def find(self, said: list[Token]) -> list[Match[T]]:
        """All phrases in the words of a message, in order."""
        found: list[Match[T]] = []
        for match in self.candidates(said):
            if (not found or match.first > found[-1].last) and self.agrees(match, said):
                found.append(match)
        return found

    def candidates(self, said: list[Token]) -> list[Match[T]]:
        """Every phrase, overlapping ones too, in the order of preference."""
        keys = [token.key for token in said]
        found = list(self._matches(keys, 0))
        for last, key in enumerate(keys):
            for stem, ending in stems(key):
                if stem in self._last_words:
                    first = max(0, last + 1 - self._longest)
                    found += [
                        replace(match, ending=ending, cut=len(key) - len(stem))
                        for match in self._matches([*keys[first:last], stem], first)
                        if match.last == last
                    ]
        return sorted(found, key=lambda match: match.order)

    def _matches(self, keys: list[str], shift: int) -> Iterator[Match[T]]:
        if self._matcher is None:
            self._matcher = self._build()
        doc = Doc(_VOCABULARY, words=[key if key in self._words else _OTHER for key in keys])
        for _, start, end in self._matcher(doc):
            key = " ".join(keys[start:end])
            yield Match(self.meanings[key], key, shift + start, shift + end - 1)

    def agrees(self, match: Match[T], said: list[Token], strict: bool = False) -> bool:
        """Short keys must agree letter by letter: folding joins too many short words."""
        if len(match.key) > self._short and not strict:
            return True
        exact = "".join(plain(token.text) for token in said[match.first : match.last + 1])
        return exact in map(plain_key, self._forms[match.key])


@lru_cache(maxsize=1)
def _endings() -> dict[str, str]:
    """Case endings and plurals of every language as they end a key, and in full."""
    found: dict[str, str] = {}
    for language, content in load_all("affixes").items():
        for suffix in words(content.get("suffixes"), language):
            key = latin_word(suffix)
            # Folding drops a final "a". Of one-letter endings "m" (Nepali ma) is the safe one.
            short = key[:-1] if key.endswith("a") and (len(key) > 2 or key == "ma") else key
            found.setdefault(key, key)
            found.setdefault(short, key)
    return found


@lru_cache(maxsize=16384)
def stems(key: str) -> tuple[tuple[str, str], ...]:
    """What is left of a key without one or two endings, as it is and folded, and the last one."""
    once = _cut(key)
    twice = [cut for stem, last in once for cut in _cut(stem) if cut[1] != last]
    found = [(form, cut) for stem, cut in (*once, *twice) for form in (stem, latin_word(stem))]
    return tuple(dict.fromkeys(found))


def _cut(key: str) -> list[tuple[str, str]]:
    return [
        (key[: -len(written)], ending)
        for written, ending in _endings().items()
        if key.endswith(written) and len(key) - len(written) >= MIN_STEM
    ]
