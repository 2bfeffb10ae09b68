"""Scores the assistant's understanding on labelled questions (the format stands in docs/understanding.md).

A question is right when the intent is one of those that it accepts; a part of the corridor when it
is the labelled one, and none is invented where none is labelled. Romanised Hindi and Urdu count as
one language.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.rules.vocabulary import DANGERS, DIALOGUE_INTENTS, SECTORS, TOPICS

PARTS = ("origin", "destination", "sector")
_HINDI_URDU = {"hi", "ur"}
SHORT = 3  # the language of fewer words is not scored


class BadQuestion(ValueError):
    """A line that is no labelled question; the message names the line and the mend."""


@dataclass(frozen=True)
class Question:
    """One labelled question."""

    id: str
    lang: str
    script: str
    text: str
    topic: str
    accept: tuple[str, ...]
    parts: Mapping[str, str | None]
    emergency: str | None = None
    emergency_labelled: bool = False


@dataclass
class Score:
    """Right, found and invented things of one group of questions."""

    questions: int = 0
    right: int = 0
    strict: int = 0
    asked_back: int = 0
    certain_wrong: int = 0
    language: int = 0
    language_of: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    invented: Counter[str] = field(default_factory=Counter)
    emergencies: int = 0
    emergencies_found: int = 0
    alarms: int = 0  # false ones
    calm: int = 0  # questions that are no emergency
    confusions: Counter[str] = field(default_factory=Counter)
    by_topic: dict[str, tuple[int, int]] = field(default_factory=dict)  # questions, right
    by_confidence: dict[int, tuple[int, int, float]] = field(default_factory=dict)  # ..., confidences added

    def to_json(self) -> dict[str, Any]:
        """Shares, rounded, with the counts they rest on."""
        found: dict[str, Any] = {
            "questions": self.questions,
            "accuracy": _share(self.right, self.questions),
            "strict_accuracy": _share(self.strict, self.questions),
            "asked_back": _share(self.asked_back, self.questions),
            "certain_but_wrong": _share(self.certain_wrong, self.questions),
            "language": _share(self.language, self.language_of),
            "emergency_recall": _share(self.emergencies_found, self.emergencies),
            "false_alarms": _share(self.alarms, self.calm),
        }
        for part in PARTS:
            found[part] = {
                "precision": _share(self.hits[part], self.hits[part] + self.invented[part]),
                "recall": _share(self.hits[part], self.hits[part] + self.missed[part]),
                "f1": _share(
                    2 * self.hits[part], 2 * self.hits[part] + self.missed[part] + self.invented[part]
                ),
            }
        found["confusions"] = self.confusions.most_common(10)
        found["topics"] = {
            topic: {"questions": questions, "accuracy": _share(right, questions)}
            for topic, (questions, right) in sorted(self.by_topic.items())
        }
        found["calibration"] = [
            {
                "confidence": round(total / questions, 4),
                "questions": questions,
                "accuracy": _share(right, questions),
            }
            for _, (questions, right, total) in sorted(self.by_confidence.items())
        ]
        found["calibration_error"] = self.calibration_error
        return found

    @property
    def calibration_error(self) -> float | None:
        """The expected calibration error: |confidence - accuracy| of each tenth, weighed by its questions."""
        gaps = sum(abs(total - right) for _, right, total in self.by_confidence.values())
        return round(gaps / self.questions, 4) if self.questions else None


def read_questions(path: Path) -> list[Question]:
    """The labelled questions of a JSON-lines file. Raises BadQuestion."""
    questions = []
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadQuestion(f"{path.name} is not UTF-8 text. Save it as UTF-8.") from error
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            questions.append(_question(line, f"{path.name}:{number}"))
    if not questions:
        raise BadQuestion(f"{path.name} holds no questions. Write a JSON object a line.")
    return questions


def score(
    questions: Iterable[Question], parse: Callable[[str], Mapping[str, Any]], certain: float
) -> dict[str, Score]:
    """Scores by language and script, and in all (`all`).

    `parse` gives what the parse route gives; below the confidence `certain` the assistant asks back.
    """
    scores: dict[str, Score] = defaultdict(Score)
    for question in questions:
        parsed = parse(question.text)
        for group in ("all", f"{question.lang}/{question.script}"):
            _add(scores[group], question, parsed, certain)
    return dict(sorted(scores.items()))


def _add(score: Score, question: Question, parsed: Mapping[str, Any], certain: float) -> None:
    intent, confidence = parsed["intent"]["name"], parsed["intent"]["confidence"]
    right = intent in question.accept
    score.questions += 1
    score.right += right
    score.strict += intent == question.topic
    score.asked_back += confidence < certain
    score.certain_wrong += confidence >= certain and not right
    questions, hits = score.by_topic.get(question.topic, (0, 0))
    score.by_topic[question.topic] = (questions + 1, hits + right)
    tenth = min(int(confidence * 10), 9)
    held = score.by_confidence.get(tenth, (0, 0, 0.0))
    score.by_confidence[tenth] = (held[0] + 1, held[1] + right, held[2] + confidence)
    if not right:
        score.confusions[f"{question.topic} → {intent}"] += 1
    if len(question.text.split()) >= SHORT:
        score.language_of += 1
        score.language += _same_language(question, parsed.get("language"))
    for part in PARTS:
        _add_part(score, part, question.parts[part], found_part(parsed, part))
    if question.emergency is not None:
        score.emergencies += 1
        score.emergencies_found += parsed.get("emergency") is not None
    elif question.emergency_labelled or not {"emergency", "forced_labour", "violence_harassment"} & set(
        question.accept
    ):
        score.calm += 1
        score.alarms += parsed.get("emergency") is not None


# What must hold on unseen questions: (what, bound over all languages, bound in each; at least or at most).
AIMS: tuple[tuple[str, float, float, bool], ...] = (
    ("accuracy", 0.92, 0.85, True),
    ("asked_back", 0.12, 0.12, False),
    ("certain_but_wrong", 0.03, 0.03, False),
    ("language", 0.97, 0.97, True),
    ("emergency_recall", 0.98, 0.98, True),
    ("false_alarms", 0.02, 0.02, False),
    ("origin", 0.92, 0.92, True),
    ("destination", 0.92, 0.92, True),
    ("sector", 0.85, 0.85, True),
)


def missed_aims(group: str, found: Mapping[str, Any]) -> list[str]:
    """The aims that the scores of a group (`to_json`) do not reach; what was not measured misses none."""
    missed = []
    for name, over_all, in_each, at_least in AIMS:
        value = found[name]["f1"] if name in PARTS else found[name]
        bound = over_all if group == "all" else in_each
        if value is not None and (value < bound if at_least else value > bound):
            missed.append(name)
    return missed


def found_part(parsed: Mapping[str, Any], part: str) -> str | None:
    """The part of the corridor that a parse found; a country without a role is where the person works."""
    entities = parsed.get("entities") or ()
    if part == "sector":
        return next((entity["value"] for entity in entities if entity["entity"] == "sector"), None)
    countries = [entity for entity in entities if entity["entity"] == "country"]
    named = next((entity["value"] for entity in countries if entity.get("role") == part), None)
    if named is None and part == "destination":
        return next((entity["value"] for entity in countries if not entity.get("role")), None)
    return named


def _add_part(score: Score, part: str, wanted: str | None, found: str | None) -> None:
    if wanted is not None and found == wanted:
        score.hits[part] += 1
        return
    score.missed[part] += wanted is not None
    score.invented[part] += found is not None


def _same_language(question: Question, found: str | None) -> bool:
    if question.script == "latin" and question.lang in _HINDI_URDU:
        return found in _HINDI_URDU
    return found == question.lang


def _question(line: str, place: str) -> Question:
    try:
        body = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadQuestion(f"{place} is not JSON: {error.msg}.") from error
    if not isinstance(body, dict):
        raise BadQuestion(f"{place} is not a JSON object.")
    missing = [key for key in ("id", "lang", "script", "text", "topic", "accept") if not body.get(key)]
    if missing:
        raise BadQuestion(f"{place} does not say {', '.join(missing)}.")
    if not (isinstance(body["text"], str) and _all_words(body["accept"]) and _all_words([body["topic"]])):
        raise BadQuestion(f"{place} needs words in `text` and `topic`, and a list of words in `accept`.")
    known = {*TOPICS, *DIALOGUE_INTENTS}
    unknown = [word for word in (body["topic"], *body["accept"]) if word not in known]
    if unknown or body.get("sector") not in (None, *SECTORS) or body.get("emergency") not in (None, *DANGERS):
        raise BadQuestion(
            f"{place} holds a word that is not in the vocabulary: {(unknown or [body.get('sector')])[0]!r}."
        )
    return Question(
        body["id"], body["lang"], body["script"], body["text"], body["topic"], tuple(body["accept"]),
        {part: body.get(part) for part in PARTS}, body.get("emergency"), "emergency" in body,
    )  # fmt: skip


def _all_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
