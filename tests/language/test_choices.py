"""Choosing by number or by words; yes and no."""

import pytest

from bot.language.choices import is_no, is_yes, parse_choice
from bot.language.scope import scope

READ = scope("en", "fr", "ne")
OPTIONS = ["Construction", "Domestic work", "घर काम", "Farm"]


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("1", 0), ("२", 1), ("3.", 2), ("number 4 please", 3), ("dui", 1), ("deux", 1),
        ("Domestic work", 1), ("domestic", 1), ("ghar kam", 2), ("Constr", 0),
        ("९", None), ("0", None), ("", None), ("hello", None), ("2 months in Qatar no salary", None),
    ],
)  # fmt: skip
def test_choice(text: str, index: int | None) -> None:
    assert parse_choice(text, OPTIONS, READ) == index


@pytest.mark.parametrize("text", ["yes", "Oui merci", "हो", "ho ni dai", "hunchha", "ok", "👍", "d'accord"])
def test_yes(text: str) -> None:
    assert is_yes(text, READ)
    assert not is_no(text, READ)


@pytest.mark.parametrize("text", ["no", "non", "होइन", "hoina hajur", "xaina", "pas du tout", "👎"])
def test_no(text: str) -> None:
    assert is_no(text, READ)
    assert not is_yes(text, READ)


@pytest.mark.parametrize("text", ["no salary for 3 months", "", "Qatar", "oui non"])
def test_neither(text: str) -> None:
    assert not is_yes(text, READ)
    assert not is_no(text, READ)
