"""What the classifiers see: the same features whether learnt or read, and nothing of unknown words."""

import numpy as np
import pytest

from bot.language.ngrams import NGrams, word_grams, word_pairs


def test_runs_of_letters() -> None:
    assert word_grams("ab") == (" ", "a", "b", " ", " a", "ab", "b ", " ab", "ab ", " ab ")
    assert max(map(len, word_grams("salary"))) == 5


def test_words_and_pairs() -> None:
    assert word_pairs(["no", "salary", "bos"]) == ["no", "salary", "bos", "no salary", "salary bos"]


def test_reading_gives_the_row_that_was_learnt() -> None:
    pytest.importorskip("sklearn")
    texts = [
        "my boss does not pay",
        "where is my passport",
        "तलब पाइनँ साहुले दिएन",
        "talab paina sahu le diyena",
    ]
    features, matrix = NGrams.learn(texts, rarest=1)
    for row, text in enumerate(texts):
        indices, weights = features.read(text)
        read = np.zeros(features.size, np.float32)
        read[indices] = weights
        assert np.allclose(read, matrix[row].toarray()[0], atol=1e-6)


def test_an_empty_message_has_no_features() -> None:
    pytest.importorskip("sklearn")
    features, _ = NGrams.learn(["abc abd", "abe abf"], rarest=1)
    indices, weights = features.read("")
    assert indices.size == weights.size == 0
