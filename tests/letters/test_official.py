"""In which language a letter can be handed in."""

import pytest

from bot.letters.official import is_official, official_language
from bot.rules.vocabulary import COUNTRIES, LANGUAGES


@pytest.mark.parametrize(
    ("country", "language"),
    [
        ("QA", "ar"), ("SA", "ar"), ("LB", "ar"), ("SG", "en"), ("HK", "en"), ("US", "en"), ("CA", "en"),
        ("CA-QC", "fr"), ("BR", "pt"), ("ES", "es"), ("VN", "vi"), ("ET", "am"), ("TZ", "sw"), ("BE", "fr"),
    ],
)  # fmt: skip
def test_the_language_of_the_country(country: str, language: str) -> None:
    assert official_language(country) == language
    assert is_official(country, language)


@pytest.mark.parametrize("country", ["KR", "JP", "IT", "MY", "BN", "TW", "TH", "DE", "CY"])
def test_english_where_the_language_is_not_written(country: str) -> None:
    assert official_language(country) == "en"
    assert not is_official(country, "en")


def test_several_languages_may_be_official() -> None:
    assert is_official("SG", "ta")
    assert is_official("LK", "si") and is_official("LK", "ta")
    assert not is_official("QA", "en")


def test_every_country_has_one() -> None:
    assert {official_language(country) for country in COUNTRIES} <= set(LANGUAGES)
