"""A case as the words with which a person begins a chat: what a link or a square code fills in.

The words are those of the catalogue, in the person's language, and are given only where the assistant
reads the same case in them. Papers are left out: whoever sees the code must not learn of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import Final

from bot.answers import formats
from bot.answers.translations import SOURCE_LANGUAGE, Translator, available_languages, translator
from bot.language.entities import extract
from bot.language.identification import identify
from bot.language.lexicon import load, words
from bot.rules.vocabulary import COUNTRIES, SECTORS

_MOST_JOBS: Final = 12  # words for a kind of work that are tried
_MOST_TRIES: Final = 60
_CODE = re.compile(r"([a-z]{2,3})_([A-Z]{2})?_([A-Z]{2})?_([a-z_]+)?")


@dataclass(frozen=True)
class Told:
    """What of a case is told. Countries are ISO codes; the region of a country is not told."""

    origin: str | None = None
    destination: str | None = None
    sector: str | None = None

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to tell."""
        return self == Told()


@lru_cache(maxsize=512)
def opening_words(told: Told, language: str) -> str | None:
    """The sentence that tells a case in a language; None where none is understood.

    First in the language itself, then in English, then without the kind of work, which the assistant
    asks for when it needs it.
    """
    without_work = Told(told.origin, told.destination)
    for told_now in dict.fromkeys((told, without_work)):
        for spoken in dict.fromkeys((language, SOURCE_LANGUAGE)):
            found = None if told_now.nothing else _understood(told_now, spoken)
            if found is not None:
                return found
    return None


def understood(text: str) -> Told:
    """What the assistant reads in a text."""
    found = {"origin": None, "destination": None, "sector": None}
    for each in extract(text):
        name = each.role if each.entity == "country" else each.entity
        if each.entity == "country" and name is None:
            return Told()  # in doubt which country it is
        if name in found:
            if found[name] not in (None, each.value):
                return Told()
            found[name] = each.value  # type: ignore[assignment]
    return Told(**found)


def tells_only_case(text: str, languages: Iterable[str | None]) -> bool:
    """Whether a message has the form of our opening words in one of some languages, and so asks nothing."""
    parts = [part.casefold() for part in re.split(r"\. |\n", text.strip())]
    return any(
        all(part.startswith(_beginnings(language)) for part in parts)
        for language in {*languages, SOURCE_LANGUAGE}
        if language in available_languages()
    )


@lru_cache(maxsize=32)
def _beginnings(language: str) -> tuple[str, ...]:
    """How the parts of opening words begin in a language."""
    t = translator(language)
    messages = (
        t.gettext("home country: {country}"), t.gettext("country of work: {country}"),
        t.gettext("My work: {job}"), t.gettext("work: {sector}"),
    )  # fmt: skip
    return tuple(message.partition("{")[0].casefold() for message in messages if message[:1] != "{")


def case_code(told: Told, language: str) -> str:
    """A case in at most 64 of the characters that a link to Telegram may hold; read by `words_of_code`."""
    return "_".join((language, told.origin or "", told.destination or "", told.sector or ""))


def is_case_code(text: str) -> bool:
    """Whether a text is a code of ours."""
    return _decoded(text) is not None


def words_of_code(code: str) -> str | None:
    """The sentence that a code stands for; None for what is no code of ours."""
    found = _decoded(code)
    return found and opening_words(*found)


def _decoded(code: str) -> tuple[Told, str] | None:
    found = _CODE.fullmatch(code)
    if found is None:
        return None
    language, origin, destination, sector = found.groups()
    known = {origin, destination} <= {None, *COUNTRIES} and sector in (None, *SECTORS)
    if not known or language not in available_languages():
        return None
    return Told(origin, destination, sector), language


def _understood(told: Told, language: str) -> str | None:
    """The first wording in which the assistant reads the case, and the language too if there is one."""
    fallback = None
    for text in islice(_wordings(told, translator(language)), _MOST_TRIES):
        if understood(text) == told:
            if identify(text).language == language:
                return text
            fallback = fallback or text
    return fallback


def _wordings(told: Told, t: Translator) -> Iterator[str]:
    """Ways to tell a case, the plainest first."""
    countries = []
    if told.origin:
        countries.append(t.gettext("home country: {country}", country=_country(told.origin, t)))
    if told.destination:
        countries.append(t.gettext("country of work: {country}", country=_country(told.destination, t)))
    orders = (countries, countries[::-1]) if len(countries) > 1 else (countries,)
    for work, order, between in product(_works(told, t), orders, (". ", "\n")):
        yield between.join(_begun(part) for part in (*order, work) if part)


def _works(told: Told, t: Translator) -> Iterator[str]:
    if told.sector is None:
        yield ""
        return
    name = t.pgettext("sector", formats.SECTOR_NAMES[told.sector])
    for job in (name, *_jobs(told.sector, t.language)):
        yield t.gettext("My work: {job}", job=job)
        yield t.gettext("work: {sector}", sector=job)


def _jobs(sector: str, language: str) -> list[str]:
    """Words of a language for jobs of a sector: what its name alone does not say to the assistant."""
    table = load(language, "jobs").get("job") or {}
    return [str(word) for word in words(table.get(sector), language)][:_MOST_JOBS]


def _country(code: str, t: Translator) -> str:
    return formats.country(code, t)


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
