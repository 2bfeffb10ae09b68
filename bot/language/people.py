"""Whether a message speaks of somebody close to the person: a brother, a wife, a friend."""

from __future__ import annotations

from bot.language.lexicon import load, words
from bot.language.normalise import latinise
from bot.language.scope import Scope, by_scope


def speaks_of_relative(text: str, read: Scope) -> bool:
    """Whether a word for a relative or friend stands in a message, in one of some languages."""
    said = f" {latinise(text)} "
    return any(f" {word} " in said for word in _relatives(read))


@by_scope
def _relatives(read: Scope) -> frozenset[str]:
    return frozenset(
        latinise(word)
        for language in read
        for word in words(load(language, "people").get("relatives"), f"{language}/people.yml")
    ) - {""}
