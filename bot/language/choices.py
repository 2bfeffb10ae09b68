"""What was chosen from a list of buttons, and plain yes and no."""

from __future__ import annotations

from typing import Final

from bot.language.lexicon import load, words
from bot.language.normalise import latinise, plain_digits
from bot.language.scope import Scope, by_scope

# A label shown by a channel may be cut; a trimmed answer this long (in letters of the
# latinised form) is accepted when only one label begins with it.
MIN_TRIMMED: Final = 3
# A number may come with a few words around it ("number 2 please").
_MAX_WORDS_AROUND: Final = 2
_MAX_YES_NO_WORDS: Final = 4


def parse_choice(text: str, options: list[str], read: Scope) -> int | None:
    """The index (from 0) of the option that a text chooses, or None.

    A number in any script counts from 1; else the words of a label, or a label as a channel
    trimmed it, or words that stand in one label only. Doubt gives None. ``read``: the languages
    whose words for numbers are known.
    """
    said = latinise(text)
    if not said or not options:
        return None
    labels = [latinise(option) for option in options]
    if labels.count(said) == 1:
        return labels.index(said)
    number = _number(text, read)
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


def _number(text: str, read: Scope) -> int | None:
    """The one number of a short text ("2", "२", "2.", "number 3"), or None."""
    parts = latinise(plain_digits(text)).split()
    numbers = [part for part in parts if part.isdecimal()]
    if len(numbers) != 1 or len(parts) > 1 + _MAX_WORDS_AROUND or len(numbers[0]) > 3:
        return _spelled(parts, read)
    return int(numbers[0])


def _spelled(parts: list[str], read: Scope) -> int | None:
    found = [n for part in parts if (n := _number_words(read).get(part)) is not None]
    return found[0] if len(found) == 1 and len(parts) <= 2 else None


@by_scope
def _number_words(read: Scope) -> dict[str, int]:
    """Spelled numbers of some languages, latinised; the first language that has a word decides."""
    table: dict[str, int] = {}
    for language in read:
        for number, spelled in load(language, "answers").get("numbers", {}).items():
            for word in words(spelled, f"{language}/answers.yml numbers"):
                table.setdefault(latinise(word), int(number))
    return table


@by_scope
def _answers(kind: str, read: Scope) -> frozenset[str]:
    return frozenset(
        latinise(word)
        for language in read
        for word in words(load(language, "answers").get(kind), f"{language}/answers.yml {kind}")
    ) - {""}


def is_yes(text: str, read: Scope) -> bool:
    """Whether a short text says yes, in one of some languages."""
    return _says(text, "yes", read) and not _says(text, "no", read)


def is_no(text: str, read: Scope) -> bool:
    """Whether a short text says no, in one of some languages."""
    return _says(text, "no", read) and not _says(text, "yes", read)


def _says(text: str, kind: str, read: Scope) -> bool:
    if text.strip() in _SIGNS:
        return _SIGNS[text.strip()] == kind
    said, known = latinise(text), _answers(kind, read)
    if said in known:
        return True
    parts = said.split()
    if not parts or len(parts) > _MAX_YES_NO_WORDS:
        return False
    polite = _answers("polite", read)
    rest = [part for part in parts if part not in polite]
    return " ".join(rest) in known or (bool(rest) and all(part in known for part in rest))


_SIGNS: Final = {"👍": "yes", "✅": "yes", "👎": "no", "❌": "no"}
