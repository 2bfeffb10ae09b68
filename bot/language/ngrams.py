"""Character and word n-grams of a message in the common latinised form, and their TF-IDF.

What both classifiers see. The vocabulary is learnt once; a message then becomes the numbers and
weights of the features that it holds. NumPy alone is needed to read one; scikit-learn to learn.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.language.normalise import latinise

LONGEST: Final = 5


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


def word_pairs(words: Sequence[str]) -> list[str]:
    """The words of a message and each two that follow each other."""
    return [*words, *(f"{first} {second}" for first, second in pairwise(words))]


def _hashes(grams: Sequence[str]) -> NDArray[np.uint64]:
    """A number of 64 bits for each, the same in every process; of a million no two are alike."""
    digests = (blake2b(gram.encode(), digest_size=8).digest() for gram in grams)
    return np.frombuffer(b"".join(digests), "<u8")


@lru_cache(maxsize=1024)
def _log_count(count: int) -> float:
    return 1 + math.log(count)


@dataclass(frozen=True)
class Block:
    """The features of one kind: number and inverse document frequency of each.

    They are known by their hashes: a dictionary of the runs themselves takes a hundred megabytes.
    """

    hashes: NDArray[np.uint64]  # sorted
    numbers: NDArray[np.int32]  # of each hash
    idf: NDArray[np.float32]  # of each number

    @classmethod
    def of(cls, names: Sequence[str], idf: NDArray[np.float32]) -> Block:
        """The block of some features, numbered in their order."""
        hashes = _hashes(names)
        order = np.argsort(hashes)
        return cls(hashes[order], order.astype(np.int32), idf)

    def known(self, grams: Sequence[str]) -> list[int]:
        """The numbers of those that were learnt."""
        wanted = _hashes(grams)
        places = np.minimum(np.searchsorted(self.hashes, wanted), len(self.hashes) - 1)
        found: list[int] = self.numbers[places[self.hashes[places] == wanted]].tolist()
        return found

    def weigh(self, numbers: Iterable[int]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The features of a message, each once, and their weights: a vector of length 1."""
        counts = Counter(numbers)
        if not counts:
            return np.empty(0, np.intp), np.empty(0, np.float32)
        indices = np.fromiter(counts, np.intp, len(counts))
        weights = np.array([_log_count(n) for n in counts.values()], np.float32) * self.idf[indices]
        return indices, weights / np.linalg.norm(weights)


class NGrams:
    """TF-IDF of characters and words side by side, each a vector of length 1."""

    def __init__(self, characters: Block, words: Block) -> None:
        self._characters, self._words = characters, words

    @property
    def size(self) -> int:
        """How many features there are."""
        return len(self._characters.idf) + len(self._words.idf)

    @lru_cache(maxsize=2)  # noqa: B019 - both classifiers read a message, one after the other
    def read(self, text: str) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The numbers and weights of the features of a message; not to be changed."""
        words = latinise(text).split()
        runs = chain.from_iterable(map(self._runs, words))
        first, first_weights = self._characters.weigh(runs)
        second, second_weights = self._words.weigh(self._words.known(word_pairs(words)))
        indices = np.concatenate([first, second + len(self._characters.idf)])
        return indices, np.concatenate([first_weights, second_weights])

    @lru_cache(maxsize=1 << 14)  # noqa: B019 - the features live as long as the process
    def _runs(self, word: str) -> tuple[int, ...]:
        """The numbers of the runs of letters of a word."""
        return tuple(self._characters.known(word_grams(word)))

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

        said = [latinise(text).split() for text in texts]
        characters, first = _learn_block(said, word_grams, rarest)
        # Each two words stand as one, so that a message is a row of its words and its pairs.
        words, second = _learn_block([word_pairs(words) for words in said], lambda word: (word,), 1)
        return cls(characters, words), hstack([first, second]).tocsr()


def _learn_block(
    texts: Sequence[Sequence[str]], grams: Callable[[str], tuple[str, ...]], rarest: int
) -> tuple[Block, Any]:
    """The features of one kind, and the weights of the texts: 1 + ln(count), times ln((1+n)/(1+df)) + 1,
    each row of length 1 (as scikit-learn's TfidfVectorizer has it with `sublinear_tf`).

    The features of a word are looked up once however often it stands in the texts.
    """
    from scipy.sparse import csr_matrix, diags
    from sklearn.preprocessing import normalize

    numbers: dict[str, int] = {}
    of_word: dict[str, NDArray[np.int32]] = {}
    rows = []
    for words in texts:
        for word in words:
            if word not in of_word:
                of_word[word] = np.array(
                    [numbers.setdefault(gram, len(numbers)) for gram in grams(word)], np.int32
                )
        rows.append(np.concatenate([of_word[word] for word in words]) if words else np.empty(0, np.int32))
    ends = np.cumsum([0, *map(len, rows)])
    indices = np.concatenate(rows)
    counts = csr_matrix((np.ones(len(indices), np.float32), indices, ends), shape=(len(texts), len(numbers)))
    counts.sum_duplicates()
    frequency = np.bincount(counts.indices, minlength=len(numbers))
    names = sorted(gram for gram, number in numbers.items() if frequency[number] >= rarest)
    order = np.array([numbers[gram] for gram in names])
    counts = counts[:, order]
    counts.data = 1 + np.log(counts.data)
    idf = (np.log((1 + len(texts)) / (1 + frequency[order])) + 1).astype(np.float32)
    weights = normalize(counts @ diags(idf), copy=False).tocsr().astype(np.float32)
    return Block.of(names, idf), weights
