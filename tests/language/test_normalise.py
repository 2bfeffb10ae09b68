"""The latinised form: what it joins, and its laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.normalise import latinise, nfc, plain_digits


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("कतार", "qatar"),
        ("कतारमा", "Qatarma"),
        ("छैन", "chhaina"),
        ("गर्छु", "garxu"),
        ("गर्नुहुन्छ", "garnuhunchha"),
        ("तलब", "talab"),
        ("पासपोर्ट", "passport"),
        ("Koweït", "koweit"),
        ("soooo", "soo"),
        ("phone", "fone"),
        ("wisa", "visa"),
    ],
)
def test_spellings_of_one_word_share_a_key(one: str, other: str) -> None:
    assert latinise(one) == latinise(other)


def test_different_short_words_stay_apart() -> None:
    assert latinise("ma") != latinise("m")
    assert latinise("China") != latinise("Chile")


@given(st.text(max_size=80))
def test_latinising_twice_changes_nothing(text: str) -> None:
    once = latinise(text)
    assert latinise(once) == once


@given(st.text(max_size=80))
def test_the_latinised_form_is_plain(text: str) -> None:
    assert all(char.isascii() and (char.isalnum() or char == " ") for char in latinise(text))


def test_digits_of_every_script() -> None:
    assert plain_digits("२५०० ٣ ৪ ௫ 7") == "2500 3 4 5 7"


@given(st.text(max_size=40))
def test_digits_keep_the_length(text: str) -> None:
    assert len(plain_digits(text)) == len(text)


def test_nfc_joins_marks() -> None:
    assert nfc("e\u0301") == "é"
