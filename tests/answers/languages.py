"""Which languages the tests say everything in.

Every language in the slow tests; in the fast ones English, Arabic (right to left, six plural forms) and
Nepali. What is said of each single rule is said in these three of all rules, in the others of at
least one rule of each type and of every fourth rule.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.answers.translations import available_languages
from bot.rules.lawfiles import LawBook
from bot.rules.model import Rule

WHOLE = ("en", "ar")
EACH = 4
LANGUAGES = [
    language if language in WHOLE else pytest.param(language, marks=pytest.mark.slow)
    for language in available_languages()
]


def rules_for(book: LawBook, language: str) -> Iterator[Rule]:
    """The rules to say in a language."""
    seen: set[str] = set()
    offset = available_languages().index(language)
    for number, rule in enumerate(book.rules.values()):
        if language in WHOLE or rule.type not in seen or (number + offset) % EACH == 0:
            seen.add(rule.type)
            yield rule
