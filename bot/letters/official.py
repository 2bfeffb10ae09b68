"""The language in which a letter can be handed in, country by country, by CLDR's territory data."""

from __future__ import annotations

from babel.languages import get_official_languages

from bot.rules.vocabulary import LANGUAGES

_FALLBACK = "en"
# Where several languages are official and the most spoken one is not what offices write in.
_OF_OFFICES = {"CA-QC": "fr", "SD": "ar", "UG": "en"}


def official_language(country: str) -> str:
    """The language for a letter: the most spoken official one that the assistant writes; else English.

    The country is an ISO code; a region (`CA-QC`) counts as its country unless it is known to differ.
    """
    chosen = _OF_OFFICES.get(country)
    if chosen is not None:
        return chosen
    return next(iter(_written(country)), _FALLBACK)


def is_official(country: str, language: str) -> bool:
    """Whether the language is official in the country, as far as the assistant writes it."""
    return language in _written(country)


def _written(country: str) -> tuple[str, ...]:
    """The country's official languages among those of the assistant. Malay is not one of them."""
    land, _, _ = country.partition("-")
    official = get_official_languages(land, de_facto=True)
    return tuple(language for language in official if language in LANGUAGES)
