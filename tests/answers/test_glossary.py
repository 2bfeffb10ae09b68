"""The glossary fixes the terms of every language."""

from typing import Any

import pytest
import yaml

from bot.answers.translations import LOCALES, SOURCE_LANGUAGE
from bot.rules.vocabulary import LANGUAGES

TERMS: dict[str, dict[str, Any]] = yaml.safe_load((LOCALES / "glossary.yml").read_text("utf-8"))["terms"]


@pytest.mark.parametrize("term", TERMS)
def test_each_term_has_a_word_in_every_language(term: str) -> None:
    assert set(TERMS[term]) == set(LANGUAGES) - {SOURCE_LANGUAGE}
    assert all(isinstance(word, str) and word.strip() for word in TERMS[term].values())
