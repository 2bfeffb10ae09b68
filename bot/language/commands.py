"""Short messages that move the conversation: back, skip, why, "what law says that", "remind me".

A message counts only as a whole, so that "my boss says go back home" stays a story.
"""

from __future__ import annotations

from functools import cache
from typing import Final, Literal, get_args

from rapidfuzz import fuzz, process

from bot.language.lexicon import LexiconError, load, words
from bot.language.normalise import latinise
from bot.language.scope import Scope, by_scope

Command = Literal[
    "back", "skip", "stop", "menu", "why", "show_case", "law", "since", "cost", "resign", "family",
    "letter", "remind", "hide", "safe", "about_me", "about_other", "calculate", "guide",
]  # fmt: skip
COMMANDS: Final[tuple[Command, ...]] = get_args(Command)
# A longer message tells a story.
_MAX_WORDS: Final = 10
# So long a phrase is recognised with a typing mistake or two.
_SHORTEST_MISSPELT: Final = 9
_LIKENESS: Final = 91
# "There is danger" is near "there is no danger", and "I resign" answers a question: word for word.
_WORD_FOR_WORD: Final = frozenset[Command](("safe", "resign"))


def command(text: str, read: Scope) -> Command | None:
    """What a message asks of the conversation itself, if it is one of the short ones we know.

    ``read``: the languages whose phrases count. Raises LexiconError for a command that nobody knows.
    """
    said = latinise(text)
    if not said or len(said.split()) > _MAX_WORDS:
        return None
    phrases = _phrases(read)
    if said in phrases:
        return phrases[said]
    found = phrases.get(_plain(said, read)) or _nearest(said, phrases)
    return None if found in _WORD_FOR_WORD else found


def _nearest(said: str, phrases: dict[str, Command]) -> Command | None:
    """The command of the phrase that a misspelt one is closest to."""
    if len(said) < _SHORTEST_MISSPELT:
        return None
    nearest = process.extractOne(said, phrases.keys(), scorer=fuzz.ratio, score_cutoff=_LIKENESS)
    return phrases[nearest[0]] if nearest and len(nearest[0]) >= _SHORTEST_MISSPELT else None


def _plain(said: str, read: Scope) -> str:
    """Without words of courtesy: "skip please" is "skip"."""
    polite = _polite(read)
    return " ".join(word for word in said.split() if word not in polite)


@by_scope
def _polite(read: Scope) -> frozenset[str]:
    return frozenset().union(*map(_polite_of, read))


@cache
def _polite_of(language: str) -> frozenset[str]:
    return frozenset(map(latinise, words(load(language, "answers").get("polite"), language)))


@by_scope
def _phrases(read: Scope) -> dict[str, Command]:
    """Each phrase of some languages; the first language that has it decides."""
    found: dict[str, Command] = {}
    for language in reversed(read):
        found |= _phrases_of(language)
    return found


@cache
def _phrases_of(language: str) -> dict[str, Command]:
    where = f"{language}/commands.yml"
    found: dict[str, Command] = {}
    for name, forms in load(language, "commands").items():
        if name not in COMMANDS:
            raise LexiconError(f"{where}: {name!r} is no command; there are {', '.join(COMMANDS)}")
        for form in words(forms, where):
            found.setdefault(latinise(form), name)
    found.pop("", None)
    return found
