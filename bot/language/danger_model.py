"""A small linear classifier of dangers, trained on the labels of the utterances.

It backs the lexicon: the Rasa component combines both. scikit-learn is imported only when
a model is fitted; prediction needs numpy alone, and a model is plain data (``to_dict``).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, cast

from bot.language.normalise import latinise
from bot.rules.vocabulary import Danger

NONE: Final = ""
_MIN_N: Final = 2
_MAX_N: Final = 5


def grams(text: str) -> Iterator[str]:
    """Character n-grams inside words, words and word pairs of the latinised text."""
    parts = latinise(text).split()
    for word in parts:
        padded = f" {word} "
        for size in range(_MIN_N, _MAX_N + 1):
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]
    for first, second in pairwise(parts):
        yield f"{first}_{second}"
    for first, second in zip(parts, parts[2:], strict=False):
        yield f"{first}__{second}"


class DangerModel:
    """One weight vector a danger over TF-IDF of ``grams``.

    ``predict`` gives the likeliest danger (None when the likeliest is "no danger") and the
    score of danger at all, 0 to 1: the probability that the message is no ordinary one.
    """

    def __init__(self) -> None:
        self.classes: list[str] = []
        self.idf: dict[str, float] = {}
        self.weights: dict[str, list[float]] = {}
        self.bias: list[float] = []

    def fit(self, texts: Sequence[str], labels: Sequence[str | None]) -> DangerModel:
        """Train; a label is a danger, or None or "" for no danger.

        Raises ValueError when texts and labels differ in number or hold one class only.
        """
        if len(texts) != len(labels):
            raise ValueError(f"{len(texts)} texts but {len(labels)} labels")
        targets = [label or NONE for label in labels]
        if len(set(targets)) < 2:
            raise ValueError("at least one danger and one harmless message are needed")
        counts = [Counter(grams(text)) for text in texts]
        self._fit_idf(counts)
        self._fit_weights([self._vector(count) for count in counts], targets)
        return self

    def _fit_idf(self, counts: Sequence[Counter[str]]) -> None:
        documents: Counter[str] = Counter()
        for count in counts:
            documents.update(count.keys())
        self.idf = {gram: math.log((1 + len(counts)) / (1 + n)) + 1 for gram, n in documents.items() if n > 1}

    def _fit_weights(self, vectors: Sequence[Mapping[str, float]], targets: Sequence[str]) -> None:
        from sklearn.feature_extraction import DictVectorizer
        from sklearn.linear_model import LogisticRegression

        vectorizer = DictVectorizer()
        matrix = vectorizer.fit_transform(vectors)
        model = LogisticRegression(C=30.0, class_weight="balanced", solver="liblinear", multi_class="ovr")
        model.fit(matrix, targets)
        self.classes = [str(name) for name in model.classes_]
        rows = model.coef_ if len(self.classes) > 2 else [[-w for w in model.coef_[0]], model.coef_[0]]
        self.bias = [float(b) for b in model.intercept_]
        if len(self.classes) == 2:
            self.bias = [-self.bias[0], self.bias[0]]
        names = vectorizer.get_feature_names_out()
        self.weights = {str(name): [round(float(row[i]), 4) for row in rows] for i, name in enumerate(names)}

    def _vector(self, count: Mapping[str, int]) -> dict[str, float]:
        raw = {g: (1 + math.log(n)) * self.idf[g] for g, n in count.items() if g in self.idf}
        norm = math.sqrt(sum(value * value for value in raw.values()))
        return {gram: value / norm for gram, value in raw.items()} if norm else {}

    def predict(self, text: str) -> tuple[Danger | None, float]:
        """The likeliest danger or None, and the score that there is danger (0 to 1)."""
        danger, score = self.likeliest(text)
        return (danger if score >= 0.5 else None), score

    def likeliest(self, text: str) -> tuple[Danger, float]:
        """The likeliest danger, supposing that there is one, and the score that there is."""
        if not self.classes:
            raise ValueError("the model has not been fitted")
        totals = list(self.bias)
        for gram, value in self._vector(Counter(grams(text))).items():
            for index, weight in enumerate(self.weights.get(gram, ())):
                totals[index] += weight * value
        odds = dict(zip(self.classes, totals, strict=True))
        none = odds.pop(NONE, 0.0)
        score = 1 / (1 + math.exp(min(max(none, -30.0), 30.0)))
        return cast(Danger, max(odds, key=lambda name: odds[name])), score

    def to_dict(self) -> dict[str, Any]:
        """The model as plain data (JSON can hold it)."""
        return {"classes": self.classes, "idf": self.idf, "weights": self.weights, "bias": self.bias}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> DangerModel:
        """A model from ``to_dict``. Raises KeyError when a part is missing."""
        model = cls()
        model.classes = list(data["classes"])
        model.idf = dict(data["idf"])
        model.weights = {gram: list(row) for gram, row in data["weights"].items()}
        model.bias = list(data["bias"])
        return model
