"""Keeps the catalogues in step with their sources, and checks them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from bot.answers.translations import (
    DOMAIN,
    LOCALES,
    REVIEW_STATES,
    SOURCE_LANGUAGE,
    state_of,
)
from bot.rules.ruletypes import placeholders
from bot.rules.vocabulary import LANGUAGES

# What WhatsApp shows of one row of a list; reply buttons hold 20. Longer ones are cut by the channel.
LONGEST_CHOICE = 24
CHOICE_CONTEXTS = ("topic", "sector", "status")
CHOICES = (
    "Show more", "Talk to a person", "In English", "I do not want to say", "Yes", "No", "employed",
    "seasonal worker", "working for myself", "Yes, forget everything",
)  # fmt: skip
# The script of a language that is not written in Latin letters, as Unicode names its letters.
_SCRIPTS = {
    "ar": "ARABIC", "ur": "ARABIC", "am": "ETHIOPIC", "hi": "DEVANAGARI", "ne": "DEVANAGARI",
    "bn": "BENGALI", "si": "SINHALA", "ta": "TAMIL",
}  # fmt: skip
_PLACEHOLDER = re.compile(r"\{\w+\}|https?://\S+")
_LOWER_LATIN = re.compile(r"(?<![A-Za-z.-])[a-z]{4,}(?![A-Za-z.-])")
_ORDINAL_SIGNS = "ªº"
# Names that are written so in every language.
_NAMES_IN_LATIN = frozenset(("kafala", "huroob"))


@dataclass(frozen=True)
class Fault:
    """Something wrong with one message of one language."""

    language: str
    message: str
    problem: str

    def __str__(self) -> str:
        return f"{self.language}: {self.message!r}: {self.problem}"


def catalogue_path(language: str, domain: str = DOMAIN) -> Path:
    """Where a language's messages are."""
    return LOCALES / language / "LC_MESSAGES" / f"{domain}.po"


def read_catalogue(language: str, domain: str = DOMAIN) -> Catalog:
    """A language's catalogue; an empty one when there is none yet."""
    path = catalogue_path(language, domain)
    if not path.is_file():
        return Catalog(locale=_babel_name(language), domain=domain, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=_babel_name(language), domain=domain)


def write_catalogue(language: str, catalogue: Catalog, domain: str = DOMAIN) -> None:
    """Writes a language's catalogue in a stable order."""
    path = catalogue_path(language, domain)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, omit_header=False, ignore_obsolete=True)


def update(language: str, template: Catalog, domain: str = DOMAIN) -> None:
    """Brings a catalogue in step with its sources; translations and review states stay."""
    catalogue = read_catalogue(language, domain)
    catalogue.update(template, no_fuzzy_matching=True)
    write_catalogue(language, catalogue, domain)


def states(language: str, domain: str = DOMAIN) -> Counter[str]:
    """How many messages are in which review state; `missing` has no translation."""
    return Counter(
        (state_of(message) or "no state") if is_translated(message) else "missing"
        for message in read_catalogue(language, domain)
        if message.id
    )


def is_translated(message: Message) -> bool:
    """Whether every form of a message has a text."""
    return bool(_forms(message)) and all(_forms(message))


def check(language: str, template: Catalog, domain: str = DOMAIN) -> Iterator[Fault]:
    """Missing and superfluous messages, placeholders that differ, plural forms, review states."""
    catalogue = read_catalogue(language, domain)
    for name, held in _beside(template, catalogue):
        if held is None:
            yield Fault(language, name, "It has no translation.")
        else:
            yield from check_message(language, name, held, catalogue)


def _beside(template: Catalog, catalogue: Catalog) -> Iterator[tuple[str, Message | None]]:
    """Each message of the sources by its English text, with its translation if it has a whole one."""
    for message in template:
        if message.id:
            name = message.id if isinstance(message.id, str) else message.id[0]
            held = catalogue.get(name, message.context)
            yield name, held if held is not None and is_translated(held) else None


def check_message(language: str, name: str, message: Message, catalogue: Catalog) -> Iterator[Fault]:
    """What is wrong with one translated message: placeholders, plural forms, review state."""
    source = message.id if isinstance(message.id, str) else message.id[1]
    strings = _forms(message)
    if isinstance(message.id, list | tuple) and len(strings) != catalogue.num_plurals:
        yield Fault(
            language, name, f"It has {len(strings)} plural forms; the language has {catalogue.num_plurals}."
        )
    for text in strings:
        try:
            held = placeholders(str(text))
        except ValueError:
            yield Fault(language, name, "Its braces do not match.")
            continue
        if held != placeholders(source) and not (len(strings) > 1 and held <= placeholders(source)):
            yield Fault(
                language, name, f"Its placeholders are {sorted(held)}, not {sorted(placeholders(source))}."
            )
    if any(mark in str(text) for text in strings for mark in ("\u2066", "\u2067", "\u2068", "\u2069")):
        yield Fault(language, name, "It holds direction marks; the program sets them.")
    if state_of(message) not in REVIEW_STATES:
        yield Fault(language, name, f"It has no review state ({', '.join(REVIEW_STATES)}).")


def doubts(language: str, template: Catalog, domain: str = DOMAIN) -> Iterator[Fault]:
    """What may be wrong: labels too long for a button, another language or script in a message."""
    for name, held in _beside(template, read_catalogue(language, domain)):
        if held is not None:
            yield from doubt_message(language, name, held)


def doubt_message(language: str, name: str, message: Message) -> Iterator[Fault]:
    """As `doubts`, for one message."""
    strings = [str(each) for each in _forms(message)]
    label = message.context in CHOICE_CONTEXTS or name in CHOICES
    if label and len(strings[0]) > LONGEST_CHOICE:
        problem = f"{strings[0]!r} has {len(strings[0])} letters; a button shows {LONGEST_CHOICE}."
        yield Fault(language, name, problem)
    for problem in dict.fromkeys(filter(None, (_leak(language, name, each) for each in strings))):
        yield Fault(language, name, problem)


def _forms(message: Message) -> Sequence[object]:
    return message.string if isinstance(message.string, list | tuple) else (message.string,)


def _leak(language: str, source: str, text: str) -> str | None:
    """Letters of a script that is not the language's, or words of the source left as they are."""
    script = _SCRIPTS.get(language)
    scripts = {
        unicodedata.name(char, "").split(" ")[0]
        for char in text
        if unicodedata.category(char) == "Lo" and char not in _ORDINAL_SIGNS
    }
    if foreign := scripts - {script, "CJK", "HIRAGANA", "KATAKANA", "HANGUL"}:
        return f"It holds letters of another script: {', '.join(sorted(foreign)).lower()}."
    if script is None:
        words = source.split()
        same = len(words) > 2 and text == source and not source[:1].isupper()
        return "It is the English text itself." if same else None
    plain = _PLACEHOLDER.sub("", text)
    left = set(_LOWER_LATIN.findall(plain)) - _NAMES_IN_LATIN
    return f"Words in Latin letters: {', '.join(sorted(left))}." if left else None


def languages_with_catalogue(domain: str = DOMAIN) -> tuple[str, ...]:
    """The languages that have a catalogue, in the vocabulary's order."""
    return tuple(
        code for code in LANGUAGES if code != SOURCE_LANGUAGE and catalogue_path(code, domain).is_file()
    )


def _babel_name(language: str) -> str:
    return language
