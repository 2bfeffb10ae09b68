"""The topic classifier: sparse character and word n-grams of a latinised text, a linear model.

Chosen by experiment (docs/understanding.md): one common latinised form lets native and romanised
writing share what they learn, and a linear model trains in a minute where DIET takes hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.svm import LinearSVC

from bot.language.ngrams import NGrams

SEED = 20261121
# Turns the margins of the linear model into confidences; fitted by cross-validation on the utterances.
SHARPNESS = 7.0
CORES = 2  # a fixed number, so that the model does not depend on the machine
_OTHERS = "~"  # stands for the intents of the other cores


def _lines(
    matrix: Any, labels: NDArray[np.str_], mine: Sequence[str], weights: dict[str, float], c: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The lines between each of some intents and all others: a row of weights each, and the biases."""
    merged = np.where(np.isin(labels, mine), labels, _OTHERS)
    weight = {name: weights[name] for name in mine} | {_OTHERS: 1.0}
    model = LinearSVC(C=c, class_weight=weight, random_state=SEED).fit(matrix, merged)
    rows = [list(model.classes_).index(name) for name in mine]
    return model.coef_[rows].astype(np.float32), model.intercept_[rows].astype(np.float32)


class TopicModel:
    """Predicts the intent of a message, with a confidence for each."""

    def __init__(self, c: float = 0.5, sharpness: float = SHARPNESS) -> None:
        self._c = c
        self._sharpness = sharpness
        self._features: NGrams | None = None
        self._weights: NDArray[np.float16] = np.empty((0, 0), np.float16)  # a row for each feature
        self._bias: NDArray[np.float32] = np.empty(0, np.float32)
        self.intents: list[str] = []

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> TopicModel:
        """Learns from utterances and their intents."""
        self._features, matrix = NGrams.learn(texts)
        matrix = matrix.astype(np.float64)  # what the solver wants; here once for all
        matrix.sort_indices()
        labels = np.array(list(intents))
        names, counts = np.unique(labels, return_counts=True)
        # Balanced: emergencies have four times the utterances of other intents and would swallow those.
        weights = dict(zip(names, len(labels) / (len(names) * counts), strict=True))
        shares = [list(names[core::CORES]) for core in range(CORES)]
        parts = Parallel(n_jobs=CORES)(
            delayed(_lines)(matrix, labels, mine, weights, self._c) for mine in shares if mine
        )
        # Rows side by side in memory: reading a message then takes microseconds. Half the digits do.
        self._weights = np.ascontiguousarray(np.vstack([rows for rows, _ in parts]).T.astype(np.float16))
        self._bias = np.concatenate([biases for _, biases in parts])
        self.intents = [str(name) for mine in shares for name in mine]
        return self

    def margins(self, text: str) -> NDArray[np.float32]:
        """How far on its side of the line each intent is, in the order of ``intents``.

        Raises ValueError when the model has not been fitted.
        """
        if self._features is None:
            raise ValueError("the model has not been fitted")
        indices, weights = self._features.read(text)
        found: NDArray[np.float32] = weights @ self._weights[indices].astype(np.float32) + self._bias
        return found

    def predict(self, text: str) -> list[tuple[str, float]]:
        """Every intent with its confidence, the likeliest first; confidences add up to 1."""
        margins = self.margins(text)
        weights = np.exp(self._sharpness * (margins - margins.max()))
        shares = weights / weights.sum()
        return [(self.intents[index], float(shares[index])) for index in np.argsort(-shares)]
