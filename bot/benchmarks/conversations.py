"""What people write in a benchmark: distinct questions of all languages, a few messages each person."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle

from bot.rules.vocabulary import LANGUAGES
from bot.settings import ROOT

_EXAMPLE = re.compile(r"^\s{4,}- (.+)$", re.MULTILINE)
TURNS = 5
BUTTON = "1"


@dataclass(frozen=True)
class Said:
    """A message of somebody."""

    sender: str
    text: str


@lru_cache(maxsize=64)
def utterances(language: str) -> tuple[str, ...]:
    """Everything that is trained on in a language, each once."""
    files = sorted((ROOT / "data" / "nlu" / language).glob("*.yml"))
    found = (text for file in files for text in _EXAMPLE.findall(file.read_text(encoding="utf-8")))
    return tuple(dict.fromkeys(text.strip("\"'") for text in found if not text.startswith("intent:")))


@lru_cache(maxsize=64)
def questions(language: str) -> tuple[str, ...]:
    """Questions with a whole case (who, where, what), which nothing was trained on; or what there is."""
    file = ROOT / "tests" / "eval" / f"{language}.jsonl"
    if not file.is_file():
        return utterances(language)
    lines = file.read_text(encoding="utf-8").splitlines()
    return tuple(dict.fromkeys(json.loads(line)["text"] for line in lines if line.strip()))


def people(run: str, seed: int, languages: Sequence[str] = LANGUAGES) -> Iterator[tuple[Said, ...]]:
    """Persons without end, the languages in turn: a whole case, three questions, a button.

    Within a language no text comes again before all have come, but for the button.
    """
    chance = random.Random(seed)  # noqa: S311
    first = {language: _shuffled(questions(language), chance) for language in languages}
    later = {language: _shuffled(utterances(language), chance) for language in languages}
    for number, language in enumerate(cycle(languages)):
        sender = f"{run}-{number}"
        asked = [next(later[language]) for _ in range(TURNS - 2)]
        texts = (next(first[language]), asked[0], BUTTON, *asked[1:])
        yield tuple(Said(sender, text) for text in texts)


def interleaved(persons: Iterator[tuple[Said, ...]], count: int, at_once: int) -> list[Said]:
    """So many messages of persons of whom `at_once` talk at the same time, each in their order."""
    found: list[Said] = []
    while len(found) < count:
        group = [next(persons) for _ in range(at_once)]
        found += [person[turn] for turn in range(TURNS) for person in group]
    return found[:count]


def repeated(messages: Sequence[Said]) -> float:
    """The share of messages whose text came before."""
    return round(1 - len({message.text for message in messages}) / len(messages), 3)


def _shuffled(texts: Sequence[str], chance: random.Random) -> Iterator[str]:
    order = list(texts)
    chance.shuffle(order)
    return cycle(order)
