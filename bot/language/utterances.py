"""The training utterances, ``data/nlu/<language>/*.yml`` in Rasa's format, and their faults."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import yaml

from bot.language.identification import identify, script_languages
from bot.language.lexicon import DATA
from bot.language.normalise import latinise, split_words
from bot.rules.vocabulary import DIALOGUE_INTENTS, TOPICS

FOLDER: Final = DATA.parents[2] / "data" / "nlu"
# At least so many utterances an intent and language.
LEAST_TOPIC: Final = 40
LEAST_DIALOGUE: Final = 25
# Shares of common words from which two messages are near-duplicates, and a question has leaked.
NEAR: Final = 0.85
LEAKED: Final = 0.8
_MIN_WORDS: Final = 4
_ITEM: Final = re.compile(r"^\s*-\s+(.*)$")
_MARKUP: Final = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
_HINDI_URDU: Final = frozenset(("hi", "ur"))


@dataclass(frozen=True)
class Utterance:
    """One training message."""

    language: str
    intent: str
    text: str
    danger: str | None = None


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, or may be (a doubt)."""

    language: str
    problem: str
    text: str
    doubt: bool = False

    def __str__(self) -> str:
        return f"{'perhaps: ' if self.doubt else ''}{self.language}: {self.problem}: {self.text}"


def languages() -> tuple[str, ...]:
    """The languages that have utterances."""
    return tuple(sorted(path.name for path in FOLDER.iterdir() if path.is_dir()))


def read(language: str) -> list[Utterance]:
    """The utterances of a language, in the order of the files; none when it has no folder."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: list[Utterance] = []
    for path in sorted((FOLDER / language).glob("**/*.yml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or {}  # noqa: S506 - a safe one
        for block in content.get("nlu", []):
            danger = (block.get("metadata") or {}).get("danger")
            for line in str(block.get("examples", "")).splitlines():
                if match := _ITEM.match(line):
                    text = _MARKUP.sub(r"\1", match[1])
                    found.append(Utterance(language, block["intent"], text, danger))
    return found


def check(utterances: Sequence[Utterance], questions: Iterable[str] = ()) -> Iterator[Finding]:
    """What is wrong with the utterances of one language; ``questions`` are those that measure it."""
    if utterances:
        language = utterances[0].language
        yield from _too_few(language, Counter(each.intent for each in utterances))
        yield from _duplicates(utterances)
        yield from _near_duplicates(utterances)
        yield from _leaks(language, utterances, questions)
        for each in utterances:
            yield from _foreign(each)


def _too_few(language: str, counts: Mapping[str, int]) -> Iterator[Finding]:
    for intent in (*TOPICS, *DIALOGUE_INTENTS):
        least = LEAST_TOPIC if intent in TOPICS else LEAST_DIALOGUE
        if counts.get(intent, 0) < least:
            yield Finding(language, f"{intent} has {counts.get(intent, 0)} utterances, not {least}", "")
    for intent in sorted(set(counts) - {*TOPICS, *DIALOGUE_INTENTS}):
        yield Finding(language, f"{intent} is no intent", "")


def _folded(text: str) -> str:
    return "".join(split_words(text.lower())) or text


def _duplicates(utterances: Sequence[Utterance]) -> Iterator[Finding]:
    seen: dict[str, Utterance] = {}
    for each in utterances:
        first = seen.setdefault(_folded(each.text), each)
        if first is not each:
            both = "twice" if first.intent == each.intent else f"under {first.intent} too"
            yield Finding(each.language, f"{each.intent} and {both}", each.text)


def _near_duplicates(utterances: Sequence[Utterance]) -> Iterator[Finding]:
    index = _Index([each.text for each in utterances])
    for position, each in enumerate(utterances):
        near = index.nearest(each.text, before=position)
        if near is None or near[1] < NEAR:
            continue
        other = utterances[near[0]]
        if _folded(other.text) != _folded(each.text):
            problem = f"{each.intent} nearly as under {other.intent} ({other.text!r})"
            yield Finding(each.language, problem, each.text, doubt=other.intent == each.intent)


def _leaks(language: str, utterances: Sequence[Utterance], questions: Iterable[str]) -> Iterator[Finding]:
    index = _Index([each.text for each in utterances])
    exact = {_folded(each.text) for each in utterances if len(split_words(each.text)) >= _MIN_WORDS}
    for question in questions:
        near = index.nearest(question)
        if _folded(question) in exact or (near is not None and near[1] >= LEAKED):
            yield Finding(language, "a question that measures stands in the training data", question)


def _foreign(each: Utterance) -> Iterator[Finding]:
    """An utterance in another script, or one that reads as another language."""
    written_in = script_languages(each.text)
    if written_in and each.language not in written_in:
        yield Finding(each.language, "it is in another script", each.text)
        return
    guess = identify(each.text)
    romanised = {guess.language, each.language} <= _HINDI_URDU and guess.script == "latin"
    if guess.confident and guess.language != each.language and not romanised:
        yield Finding(each.language, f"it reads as {guess.language}", each.text, doubt=True)


class _Index:
    """Finds the message that shares most words with another (Jaccard), by its rarest words."""

    _RAREST: Final = 3

    def __init__(self, texts: Sequence[str]) -> None:
        self._words = [frozenset(latinise(text).split()) for text in texts]
        self._counts = Counter(word for words in self._words for word in words)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for position, words in enumerate(self._words):
            for word in words:
                self._by_word[word].append(position)

    def nearest(self, text: str, before: int | None = None) -> tuple[int, float] | None:
        """Position and share of common words of the nearest message (of those before a position)."""
        words = frozenset(latinise(text).split())
        if len(words) < _MIN_WORDS:
            return None
        rarest = sorted(words, key=lambda word: (self._counts[word], word))[: self._RAREST]
        near = {position for word in rarest for position in self._by_word.get(word, ())}
        shares = (
            (len(words & self._words[each]) / len(words | self._words[each]), -each)
            for each in near
            if before is None or each < before
        )
        share, position = max(shares, default=(0.0, 0))
        return (-position, share) if share else None
