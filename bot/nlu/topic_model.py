"""The topic classifier: sparse character and word n-grams of a latinised text, a linear model.

Chosen by experiment (docs/understanding.md): one common latinised form lets native and romanised
writing share what they learn, and a linear model trains in seconds where DIET takes hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.svm import LinearSVC

from bot.language.normalise import features

SEED = 20261121
# Turns the margins of the linear model into confidences; fitted by cross-validation on the utterances.
SHARPNESS = 7.0


def _counts(**settings: Any) -> TfidfVectorizer:
    return TfidfVectorizer(
        sublinear_tf=True,
        dtype=np.float32,
        token_pattern=None,
        **settings,
    )


class TopicModel:
    """Predicts the intent of a message, with a confidence for each."""

    def __init__(self, c: float = 0.5, sharpness: float = SHARPNESS) -> None:
        self._pipeline = Pipeline(
            [
                (
                    "features",
                    FeatureUnion(
                        [
                            ("char", _counts(analyzer="char_wb", ngram_range=(1, 5), min_df=2)),
                            ("word", _counts(analyzer="word", ngram_range=(1, 2), tokenizer=str.split)),
                        ]
                    ),
                ),
                ("classifier", LinearSVC(C=c, random_state=SEED)),
            ]
        )  # fmt: skip
        self._sharpness = sharpness

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> TopicModel:
        """Learns from utterances and their intents."""
        self._pipeline.fit([features(text) for text in texts], list(intents))
        return self

    def predict(self, text: str) -> list[tuple[str, float]]:
        """Every intent with its confidence, the likeliest first; confidences add up to 1."""
        margins = self._pipeline.decision_function([features(text)])[0]
        weights = np.exp(self._sharpness * (margins - margins.max()))
        shares = weights / weights.sum()
        order = np.argsort(-shares)
        classes = self._pipeline.named_steps["classifier"].classes_
        return [(str(classes[index]), float(shares[index])) for index in order]
