"""The one message in languages that the assistant can tell but does not speak.

It says which languages there are and gives emergency numbers. The texts are in
`locales/further.yml`; they have no plural forms and no rules of law, so they need no catalogue.
"""

from __future__ import annotations

from functools import lru_cache

import yaml

from bot.answers.translations import LOCALES

PATH = LOCALES / "further.yml"


@lru_cache(maxsize=1)
def further_languages() -> dict[str, str]:
    """The text of each language. Raises ValueError, naming the language, when it lacks a placeholder."""
    texts: dict[str, str] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    for language, text in texts.items():
        if "{languages}" not in text or "{numbers}" not in text:
            raise ValueError(f"{PATH.name}: {language} must hold {{languages}} and {{numbers}}.")
    return texts


def kind_message(language: str, languages: str, numbers: str) -> str | None:
    """The message in a language; None for one that it was not written in."""
    text = further_languages().get(language)
    return text.format(languages=languages, numbers=numbers) if text else None
