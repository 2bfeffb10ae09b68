"""Keeps the catalogues in step with their sources, and checks them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from bot.answers.translations import DOMAIN, LOCALES, REVIEW_STATES, SOURCE_LANGUAGE, state_of
from bot.rules.ruletypes import placeholders
from bot.rules.vocabulary import LANGUAGES


@dataclass(frozen=True)
class Fault:
    """Something wrong with one message of one language."""

    language: str
    message: str
    problem: str

    def __str__(self) -> str:
        return f"{self.language}: {self.message!r}: {self.problem}"


def catalogue_path(language: str) -> Path:
    """Where a language's messages are."""
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(language: str) -> Catalog:
    """A language's catalogue; an empty one when there is none yet."""
    path = catalogue_path(language)
    if not path.is_file():
        return Catalog(locale=_babel_name(language), domain=DOMAIN, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=_babel_name(language), domain=DOMAIN)


def write_catalogue(language: str, catalogue: Catalog) -> None:
    """Writes a language's catalogue in a stable order."""
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, omit_header=False, ignore_obsolete=True)


def update(language: str, template: Catalog) -> None:
    """Brings a catalogue in step with its sources; translations and review states stay."""
    catalogue = read_catalogue(language)
    catalogue.update(template, no_fuzzy_matching=True)
    write_catalogue(language, catalogue)


def states(language: str) -> Counter[str]:
    """How many messages are in which review state; `missing` has no translation."""
    return Counter(
        (state_of(message) or "no state") if is_translated(message) else "missing"
        for message in read_catalogue(language)
        if message.id
    )


def is_translated(message: Message) -> bool:
    """Whether every form of a message has a text."""
    strings = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return bool(strings) and all(strings)


def check(language: str, template: Catalog) -> Iterator[Fault]:
    """Missing and superfluous messages, placeholders that differ, plural forms, review states."""
    catalogue = read_catalogue(language)
    for message in template:
        if not message.id:
            continue
        name = message.id if isinstance(message.id, str) else message.id[0]
        held = catalogue.get(name, message.context)
        if held is None or not is_translated(held):
            yield Fault(language, name, "It has no translation.")
            continue
        yield from _check_message(language, name, held, catalogue)


def _check_message(language: str, name: str, message: Message, catalogue: Catalog) -> Iterator[Fault]:
    source = message.id if isinstance(message.id, str) else message.id[1]
    strings = message.string if isinstance(message.string, list | tuple) else (message.string,)
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


def languages_with_catalogue() -> tuple[str, ...]:
    """The languages that have a catalogue, in the vocabulary's order."""
    return tuple(code for code in LANGUAGES if code != SOURCE_LANGUAGE and catalogue_path(code).is_file())


def _babel_name(language: str) -> str:
    return language
