"""Finding phrases of word lists in the words of a message.

Phrases stand in a dictionary by their latinised key: spaCy's PhraseMatcher makes a document of each, which
took four seconds at every start for ninety thousand. A case ending may stand on the last word, a particle
on the first ("بقطر", "በኳታር"), and short keys must agree letter by letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final, Generic, NamedTuple, TypeVar

from bot.language.lexicon import load, words
from bot.language.normalise import latin_word, latinise
from bot.language.scope import Scope, by_scope
from bot.language.tokens import Token, plain, plain_key

T = TypeVar("T")
SHORT: Final = 3
MIN_STEM: Final = 3


@dataclass(frozen=True)
class Match(Generic[T]):
    """A phrase in tokens ``first`` to ``last`` (inclusive), less an ``ending`` of the last.

    ``prefix`` is what is written on the first word before the phrase.
    """

    meaning: T
    key: str
    first: int
    last: int
    ending: str = ""
    cut: int = 0  # letters that the ending or the prefix took
    prefix: str = ""

    @property
    def order(self) -> tuple[int, int, int]:
        """By place, then the longest first, then the least cut off."""
        return self.first, -self.last, self.cut


class Phrases(Generic[T]):
    """Phrases by latinised key; the longest match wins, matches do not overlap."""

    def __init__(self, short: int = SHORT) -> None:
        self.meanings: dict[str, T] = {}
        self._forms: dict[str, tuple[str, ...]] = {}
        self._short = short
        self._sizes: dict[str, tuple[int, ...]] = {}  # of the phrases that begin with a word, in words
        self._last_words: set[str] = set()
        self._longest = 0

    def add(self, form: str, meaning: T, key: str = "") -> bool:
        """Add a phrase; the first meaning of a key stays. Whether this is its meaning."""
        key = key or latinise(form)
        if not key or self.meanings.setdefault(key, meaning) != meaning:
            return False
        self._forms[key] = (*self._forms.get(key, ()), form)
        parts = key.split()
        self._sizes[parts[0]] = _and(self._sizes.get(parts[0], ()), len(parts))
        self._last_words.add(parts[-1])
        self._longest = max(self._longest, len(parts))
        return True

    def candidates(self, said: Keys) -> list[Match[T]]:
        """Every phrase, overlapping ones too, in the order of preference."""
        found = list(self._matches(said.keys, 0))
        found += self._with_prefix(said)
        if not self._last_words.isdisjoint(said.before_ending):
            found += self._with_ending(said)
        return sorted(found, key=lambda match: match.order)

    def _with_ending(self, said: Keys) -> Iterator[Match[T]]:
        for last, stem, ending in said.endings:
            if stem in self._last_words:
                first = max(0, last + 1 - self._longest)
                for match in self._matches([*said.keys[first:last], stem], first):
                    if match.last == last:
                        yield replace(match, ending=ending, cut=len(said.keys[last]) - len(stem))

    def _with_prefix(self, said: Keys) -> Iterator[Match[T]]:
        for first, stem, prefix in said.prefixes:
            if stem in self._sizes:
                for match in self._matches([stem, *said.keys[first + 1 : first + self._longest]], first):
                    if match.first == first:
                        yield replace(match, prefix=prefix, cut=len(said.keys[first]) - len(stem))

    def _matches(self, keys: Sequence[str], shift: int) -> Iterator[Match[T]]:
        for first, word in enumerate(keys):
            for size in self._sizes.get(word, ()):
                end = first + size
                key = " ".join(keys[first:end])
                if end <= len(keys) and key in self.meanings:
                    yield Match(self.meanings[key], key, shift + first, shift + end - 1)

    def agrees(self, match: Match[T], said: list[Token], strict: bool = False) -> bool:
        """Short keys must agree letter by letter: folding joins too many short words."""
        if len(match.key) > self._short and not strict:
            return True
        exact = "".join(plain(token.text) for token in said[match.first : match.last + 1])
        return exact in map(plain_key, self._forms[match.key])


@cache
def _and(sizes: tuple[int, ...], size: int) -> tuple[int, ...]:
    return tuple(sorted({*sizes, size}))  # one tuple for all words that have the same


def without_overlaps(matches: Iterable[Match[T]]) -> list[Match[T]]:
    """Of matches in the order of preference, those that stand on words that no other took."""
    found: list[Match[T]] = []
    for match in matches:
        if not found or match.first > found[-1].last:
            found.append(match)
    return found


def find_in(tables: Mapping[str, Phrases[T]], said: list[Token], read: Scope) -> list[Match[T]]:
    """The phrases of the lists of ``read``; of two at one place the longer, then the earlier list's."""
    keys = keys_of(said, read)
    found = [
        (match.order, rank, match)
        for rank, language in enumerate(read)
        if (table := tables.get(language))
        for match in table.candidates(keys)
        if table.agrees(match, said)
    ]
    return without_overlaps(match for _, _, match in sorted(found, key=lambda item: item[:2]))


@cache
def _endings_of(language: str) -> dict[str, str]:
    """Case endings and plurals of a language as they end a key, and in full."""
    found: dict[str, str] = {}
    for suffix in words(load(language, "affixes").get("suffixes"), language):
        key = latin_word(suffix)
        # Folding drops a final "a". Of one-letter endings "m" (Nepali ma) is the safe one.
        short = key[:-1] if key.endswith("a") and (len(key) > 2 or key == "ma") else key
        found.setdefault(key, key)
        found.setdefault(short, key)
    return {written: ending for written, ending in found.items() if written}


@by_scope
def _endings(read: Scope) -> dict[str, str]:
    found: dict[str, str] = {}
    for language in reversed(read):
        found |= _endings_of(language)
    return found


@by_scope
def _prefixes(read: Scope) -> frozenset[str]:
    """Particles that some languages write on the word that follows, as keys."""
    return frozenset(
        latin_word(prefix)
        for language in read
        for prefix in words(load(language, "affixes").get("prefixes"), language)
    ) - {""}


class Keys(NamedTuple):
    """The keys of a message's words, whole, and without particles and endings: index, rest, what was cut."""

    keys: tuple[str, ...]
    prefixes: tuple[tuple[int, str, str], ...]
    endings: tuple[tuple[int, str, str], ...]
    before_ending: frozenset[str]


def keys_of(said: list[Token], read: Scope) -> Keys:
    """The keys of a message as some languages cut them."""
    return _cut_up(tuple(token.key for token in said), read)


@lru_cache(maxsize=4)  # many kinds of lists read one message, one after the other
def _cut_up(keys: tuple[str, ...], read: Scope) -> Keys:
    prefixes = tuple((index, *cut) for index, key in enumerate(keys) for cut in without_prefix(key, read))
    endings = tuple((index, *cut) for index, key in enumerate(keys) for cut in stems(key, read))
    return Keys(
        keys, prefixes, endings,
        before_ending=frozenset(rest for _, rest, _ in endings),
    )  # fmt: skip


@lru_cache(maxsize=16384)
def without_prefix(key: str, read: Scope) -> tuple[tuple[str, str], ...]:
    """What is left of a key without a particle written on it, and the particle."""
    return tuple(
        (key[len(prefix) :], prefix)
        for prefix in _prefixes(read)
        if key.startswith(prefix) and len(key) - len(prefix) >= MIN_STEM
    )


@lru_cache(maxsize=16384)
def stems(key: str, read: Scope) -> tuple[tuple[str, str], ...]:
    """What is left of a key without one or two endings, as it is and folded, and the last one."""
    once = _cut(key, read)
    twice = [cut for stem, last in once for cut in _cut(stem, read) if cut[1] != last]
    found = [(form, cut) for stem, cut in (*once, *twice) for form in (stem, latin_word(stem))]
    return tuple(dict.fromkeys(found))


def _cut(key: str, read: Scope) -> list[tuple[str, str]]:
    return [
        (key[: -len(written)], ending)
        for written, ending in _endings(read).items()
        if key.endswith(written) and len(key) - len(written) >= MIN_STEM
    ]
