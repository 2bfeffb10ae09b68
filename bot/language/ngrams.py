"""Character and word n-grams of a message in the common latinised form, and their TF-IDF.

What both classifiers see. The vocabulary is learnt once; a message then becomes the numbers and
weights of the features that it holds. NumPy alone is needed to read one; scikit-learn to learn.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.language.normalise import latinise

LONGEST: Final = 5


@lru_cache(maxsize=1 << 17)
def word_grams(word: str) -> tuple[str, ...]:
    """The runs of one to five letters of a word, a space at either end, each run once for its length.

    The whole padded word is its longest run; it is not repeated for the lengths beyond.
    """
    padded = f" {word} "
    found: list[str] = []
    for size in range(1, LONGEST + 1):
        if size >= len(padded):
            found.append(padded)
            break
        found += [padded[start : start + size] for start in range(len(padded) - size + 1)]
    return tuple(found)


def character_grams(text: str) -> Iterator[str]:
    """The runs of all words of a message."""
    for word in latinise(text).split():
        yield from word_grams(word)


def word_pairs(text: str) -> Iterator[str]:
    """The words of a message and each two that follow each other."""
    words = latinise(text).split()
    yield from words
    for first, second in pairwise(words):
        yield f"{first} {second}"


@dataclass(frozen=True)
class Block:
    """The features of one kind: number and inverse document frequency of each."""

    numbers: Mapping[str, int]
    idf: NDArray[np.float32]

    def read(self, grams: Iterable[str]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The numbers of the known features of a message, and their weights: a vector of length 1."""
        counts = Counter(grams)
        known = [(self.numbers[gram], n) for gram, n in counts.items() if gram in self.numbers]
        if not known:
            return np.empty(0, np.intp), np.empty(0, np.float32)
        indices = np.fromiter((number for number, _ in known), np.intp, len(known))
        weights = np.fromiter((1 + math.log(n) for _, n in known), np.float32, len(known)) * self.idf[indices]
        return indices, weights / np.linalg.norm(weights)


class NGrams:
    """TF-IDF of characters and words side by side, each a vector of length 1."""

    def __init__(self, characters: Block, words: Block) -> None:
        self._characters, self._words = characters, words

    @property
    def size(self) -> int:
        """How many features there are."""
        return len(self._characters.numbers) + len(self._words.numbers)

    def read(self, text: str) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The numbers and weights of the features of a message."""
        first, first_weights = self._characters.read(character_grams(text))
        second, second_weights = self._words.read(word_pairs(text))
        indices = np.concatenate([first, second + len(self._characters.numbers)])
        return indices, np.concatenate([first_weights, second_weights])

    @classmethod
    def learn(cls, texts: Sequence[str], rarest: int = 2) -> tuple[NGrams, Any]:
        """The features of some texts, and the texts as a sparse matrix (rows of texts), not to be changed.

        A run of letters must occur in ``rarest`` texts; a word or pair may occur in one. The last texts
        are kept: both classifiers learn from the same.
        """
        return cls._learn(tuple(texts), rarest)

    @classmethod
    @lru_cache(maxsize=1)
    def _learn(cls, texts: tuple[str, ...], rarest: int) -> tuple[NGrams, Any]:
        from scipy.sparse import hstack
        from sklearn.feature_extraction.text import TfidfVectorizer

        blocks, parts = [], []
        for analyzer, least in ((character_grams, rarest), (word_pairs, 1)):
            vectorizer = TfidfVectorizer(analyzer=analyzer, min_df=least, sublinear_tf=True, dtype=np.float32)
            parts.append(vectorizer.fit_transform(texts))
            numbers = {gram: int(number) for gram, number in vectorizer.vocabulary_.items()}
            blocks.append(Block(numbers, vectorizer.idf_.astype(np.float32)))
        return cls(*blocks), hstack(parts).tocsr()
