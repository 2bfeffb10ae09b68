"""A small linear classifier of dangers, trained on the labels of the utterances.

It backs the lexicon: the Rasa component combines both. One model says whether there is danger at
all, a second, trained on the dangerous messages alone, which one it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from bot.language.ngrams import NGrams
from bot.rules.vocabulary import Danger

SEED: Final = 20261121
_FAR: Final = 30.0  # log odds beyond which nothing changes


class DangerModel:
    """Linear weights over the n-grams of a message.

    ``predict`` gives the likeliest danger (None when the likeliest is "no danger") and the
    score of danger at all, 0 to 1: the probability that the message is no ordinary one.
    """

    def __init__(self) -> None:
        self.dangers: list[str] = []
        self._features: NGrams | None = None
        self._any: NDArray[np.float32] = np.empty(0, np.float32)
        self._any_bias = 0.0
        self._which: NDArray[np.float32] = np.empty((0, 0), np.float32)  # a row for each feature
        self._which_bias: NDArray[np.float32] = np.empty(0, np.float32)

    def fit(self, texts: Sequence[str], labels: Sequence[str | None]) -> DangerModel:
        """Train; a label is a danger, or None or "" for no danger.

        Raises ValueError when texts and labels differ in number or hold one class only.
        """
        if len(texts) != len(labels):
            raise ValueError(f"{len(texts)} texts but {len(labels)} labels")
        dangerous = np.array([bool(label) for label in labels])
        if dangerous.all() or not dangerous.any():
            raise ValueError("at least one danger and one harmless message are needed")
        self._features, matrix = NGrams.learn(texts)
        model = _logistic().fit(matrix, dangerous)
        self._any, self._any_bias = model.coef_[0].astype(np.float32), float(model.intercept_[0])
        self._fit_which(matrix[dangerous], [str(label) for label in labels if label])
        return self

    def _fit_which(self, matrix: Any, labels: Sequence[str]) -> None:
        self.dangers = sorted(set(labels))
        shape = (matrix.shape[1], len(self.dangers))
        self._which, self._which_bias = np.zeros(shape, np.float32), np.zeros(len(self.dangers), np.float32)
        for column, danger in enumerate(self.dangers if len(self.dangers) > 1 else ()):
            model = _logistic().fit(matrix, [label == danger for label in labels])
            self._which[:, column] = model.coef_[0]
            self._which_bias[column] = model.intercept_[0]

    def predict(self, text: str) -> tuple[Danger | None, float]:
        """The likeliest danger or None, and the score that there is danger (0 to 1)."""
        danger, score = self.likeliest(text)
        return (danger if score >= 0.5 else None), score

    def likeliest(self, text: str) -> tuple[Danger, float]:
        """The likeliest danger, supposing that there is one, and the score that there is.

        Raises ValueError when the model has not been fitted.
        """
        if self._features is None:
            raise ValueError("the model has not been fitted")
        indices, weights = self._features.read(text)
        odds = float(weights @ self._any[indices]) + self._any_bias
        which = weights @ self._which[indices] + self._which_bias
        score = 1 / (1 + math.exp(-min(max(odds, -_FAR), _FAR)))
        return cast(Danger, self.dangers[int(np.argmax(which))]), score


def _logistic() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=30.0, class_weight="balanced", solver="liblinear", random_state=SEED)
