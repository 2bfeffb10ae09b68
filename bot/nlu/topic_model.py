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


def _line(matrix: Any, mine: NDArray[np.bool_], intents: int, c: float) -> tuple[NDArray[np.float32], float]:
    """The line between one intent and all others: its weights and its bias.

    Balanced: emergencies have four times the utterances of other intents and would swallow those.
    """
    weight = {True: mine.size / (intents * mine.sum()), False: 1.0}
    model = LinearSVC(C=c, class_weight=weight, random_state=SEED).fit(matrix, mine)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


class TopicModel:
    """Predicts the intent of a message, with a confidence for each."""

    def __init__(self, c: float = 0.5, sharpness: float = SHARPNESS) -> None:
        self._c = c
        self._sharpness = sharpness
        self._features: NGrams | None = None
        self._weights: NDArray[np.float32] = np.empty((0, 0), np.float32)  # a row for each feature
        self._bias: NDArray[np.float32] = np.empty(0, np.float32)
        self.intents: list[str] = []

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> TopicModel:
        """Learns from utterances and their intents."""
        self._features, matrix = NGrams.learn(texts)
        matrix = matrix.astype(np.float64)
        matrix.sort_indices()
        labels = np.array(list(intents))
        names = [str(name) for name in np.unique(labels)]
        lines = Parallel(n_jobs=-1)(
            delayed(_line)(matrix, labels == name, len(names), self._c) for name in names
        )
        # Rows side by side in memory: reading a message then takes microseconds.
        self._weights = np.ascontiguousarray(np.vstack([weights for weights, _ in lines]).T)
        self._bias = np.array([bias for _, bias in lines], np.float32)
        self.intents = names
        return self

    def margins(self, text: str) -> NDArray[np.float32]:
        """How far on its side of the line each intent is, in the order of ``intents``.

        Raises ValueError when the model has not been fitted.
        """
        if self._features is None:
            raise ValueError("the model has not been fitted")
        indices, weights = self._features.read(text)
        found: NDArray[np.float32] = weights @ self._weights[indices] + self._bias
        return found

    def predict(self, text: str) -> list[tuple[str, float]]:
        """Every intent with its confidence, the likeliest first; confidences add up to 1."""
        margins = self.margins(text)
        weights = np.exp(self._sharpness * (margins - margins.max()))
        shares = weights / weights.sum()
        return [(self.intents[index], float(shares[index])) for index in np.argsort(-shares)]
