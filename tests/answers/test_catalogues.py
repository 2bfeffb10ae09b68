"""The catalogues of all languages are whole."""

import pytest
from babel.messages.catalog import Catalog

from bot.answers.catalogues import check, languages_with_catalogue, states
from bot.answers.extraction import desk_template, template
from bot.answers.translations import DESK_DOMAIN, SOURCE_LANGUAGE, translator
from bot.rules.lawfiles import LawBook
from bot.rules.vocabulary import LANGUAGES


@pytest.fixture(scope="module")
def source(book: LawBook) -> Catalog:
    return template(book)


def test_every_language_has_one() -> None:
    assert set(languages_with_catalogue()) == set(LANGUAGES) - {SOURCE_LANGUAGE}


@pytest.mark.parametrize("language", languages_with_catalogue())
def test_nothing_is_missing_or_broken(language: str, source: Catalog) -> None:
    assert [str(fault) for fault in check(language, source)] == []


@pytest.mark.parametrize("language", languages_with_catalogue())
def test_every_message_was_read_twice(language: str) -> None:
    assert set(states(language)) <= {"second-read", "native-reviewed"}


@pytest.mark.parametrize("language", ["fr", "es", "ar", "pt"])
def test_the_desk_speaks_five_languages(language: str) -> None:
    assert [str(fault) for fault in check(language, desk_template(), DESK_DOMAIN)] == []
    assert set(states(language, DESK_DOMAIN)) <= {"second-read", "native-reviewed"}


def test_arabic_counts_as_arabic_does() -> None:
    """Its six forms stand in the order of the catalogue's own rule, which is not CLDR's."""
    t = translator("ar")
    said = [t.ngettext("{n} day", "{n} days", n, n=str(n)) for n in (3, 11, 99, 100, 101, 103)]
    assert said == ["3 أيام", "11 يومًا", "99 يومًا", "100 يوم", "101 يوم", "103 أيام"]
