"""What was chosen from a list of buttons, and plain yes and no."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from bot.language.lexicon import load_all, words
from bot.language.normalise import latinise, plain_digits

# A label shown by a channel may be cut; a trimmed answer this long (in letters of the
# latinised form) is accepted when only one label begins with it.
MIN_TRIMMED: Final = 3
# A number may come with a few words around it ("number 2 please").
_MAX_WORDS_AROUND: Final = 2
_MAX_YES_NO_WORDS: Final = 4


def parse_choice(text: str, options: list[str]) -> int | None:
    """The index (from 0) of the option that a text chooses, or None.

    A number in any script counts from 1; else the words of a label, or a label as a channel
    trimmed it, or words that stand in one label only. Doubt gives None.
    """
    said = latinise(text)
    if not said or not options:
        return None
    labels = [latinise(option) for option in options]
    if labels.count(said) == 1:
        return labels.index(said)
    number = _number(text)
    if number is not None:
        return number - 1 if 1 <= number <= len(options) else None
    return _only(labels, lambda label: _begins(label, said)) if _long(said) else None


def _long(said: str) -> bool:
    return len(said.replace(" ", "")) >= MIN_TRIMMED


def _begins(label: str, said: str) -> bool:
    return bool(label) and (label.startswith(said) or _inside(label, said) or _inside(said, label))


def _inside(inner: str, outer: str) -> bool:
    return f" {inner} " in f" {outer} "


def _only(labels: list[str], test: object) -> int | None:
    assert callable(test)
    found = [index for index, label in enumerate(labels) if test(label)]
    return found[0] if len(found) == 1 else None


def _number(text: str) -> int | None:
    """The one number of a short text ("2", "२", "2.", "number 3"), or None."""
    parts = latinise(plain_digits(text)).split()
    numbers = [part for part in parts if part.isdecimal()]
    if len(numbers) != 1 or len(parts) > 1 + _MAX_WORDS_AROUND or len(numbers[0]) > 3:
        return _spelled(parts)
    return int(numbers[0])


def _spelled(parts: list[str]) -> int | None:
    found = [n for part in parts if (n := _number_words().get(part)) is not None]
    return found[0] if len(found) == 1 and len(parts) <= 2 else None


@lru_cache(maxsize=1)
def _number_words() -> dict[str, int]:
    """Spelled numbers of every language, latinised."""
    table: dict[str, int] = {}
    for language, content in load_all("answers").items():
        for number, spelled in content.get("numbers", {}).items():
            for word in words(spelled, f"{language}/answers.yml numbers"):
                table.setdefault(latinise(word), int(number))
    return table


@lru_cache(maxsize=4)
def _answers(kind: str) -> frozenset[str]:
    return frozenset(
        latinise(word)
        for language, content in load_all("answers").items()
        for word in words(content.get(kind), f"{language}/answers.yml {kind}")
    ) - {""}


def is_yes(text: str) -> bool:
    """Whether a short text says yes, in any known language."""
    return _says(text, "yes") and not _says(text, "no")


def is_no(text: str) -> bool:
    """Whether a short text says no, in any known language."""
    return _says(text, "no") and not _says(text, "yes")


def _says(text: str, kind: str) -> bool:
    if text.strip() in _SIGNS:
        return _SIGNS[text.strip()] == kind
    said = latinise(text)
    if said in _answers(kind):
        return True
    parts = said.split()
    if not parts or len(parts) > _MAX_YES_NO_WORDS:
        return False
    polite = _answers("polite")
    rest = [part for part in parts if part not in polite]
    return " ".join(rest) in _answers(kind) or (bool(rest) and all(p in _answers(kind) for p in rest))


_SIGNS: Final = {"👍": "yes", "✅": "yes", "👎": "no", "❌": "no"}
