"""Languages that are told but not spoken get one message: what there is, and whom to call."""

import pytest

from bot.answers.further import further_languages, kind_message
from bot.language.identification import identify

WANTED = ("th", "my", "km", "ti", "so", "zh", "ru", "ro", "ht", "uk", "om", "ha")


def test_every_language_has_its_message() -> None:
    assert set(WANTED) <= set(further_languages())


@pytest.mark.parametrize("language", WANTED)
def test_the_message_names_languages_and_numbers(language: str) -> None:
    text = kind_message(language, "English, नेपाली", "112, 911")
    assert text is not None and "English, नेपाली" in text and "112, 911" in text


@pytest.mark.parametrize("language", WANTED)
def test_the_message_is_in_its_language(language: str) -> None:
    text = kind_message(language, "", "")
    assert text is not None
    guess = identify(text)
    assert guess.language == language and guess.confident


def test_other_languages_have_none() -> None:
    assert kind_message("te", "English", "112") is None
