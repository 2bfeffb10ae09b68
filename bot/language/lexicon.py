"""Loading of the word lists under ``data/``: one folder a language, ``shared`` for all.

A file is read once and cached. Errors in a file raise ``LexiconError`` with its name.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

DATA: Final = Path(__file__).parent / "data"
SHARED: Final = "shared"


class LexiconError(ValueError):
    """A word list that cannot be used; the message names the file."""


@cache
def languages() -> tuple[str, ...]:
    """The languages that have word lists, by folder name, sorted."""
    return tuple(sorted(p.name for p in DATA.iterdir() if p.is_dir() and p.name != SHARED))


@cache
def load(folder: str, name: str) -> dict[str, Any]:
    """The mapping in ``data/<folder>/<name>.yml``; empty when there is no such file. Not to be changed.

    Raises LexiconError when the file is not a YAML mapping.
    """
    path = DATA / folder / f"{name}.yml"
    if not path.exists():
        return {}
    # The base loader reads every scalar as a string: NO stays Norway, "yes" and "y" stay words.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - strings only
    except yaml.YAMLError as error:
        raise LexiconError(f"{path}: not readable as YAML: {error}") from error
    if not isinstance(content, dict):
        raise LexiconError(f"{path}: a mapping is expected, not {type(content).__name__}")
    return content


def load_all(name: str) -> dict[str, dict[str, Any]]:
    """The file ``name`` of every language that has it, by language."""
    return {language: found for language in languages() if (found := load(language, name))}


def words(content: object, where: str) -> list[str]:
    """A list of words written as a YAML list or as one string with commas between.

    Raises LexiconError, naming ``where``, for anything else.
    """
    if content is None:
        return []
    if isinstance(content, str):
        return [word.strip() for word in content.split(",") if word.strip()]
    if isinstance(content, list):
        return [_word(word, where) for word in content]
    raise LexiconError(f"{where}: words are expected, not {type(content).__name__}")


def _word(word: object, where: str) -> str:
    if isinstance(word, str):
        return word
    raise LexiconError(f"{where}: {word!r} is not a string; put it in quotes")
