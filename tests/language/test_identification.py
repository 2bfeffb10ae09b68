"""The language of a message, and when a message may switch the conversation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.identification import identify


@pytest.mark.parametrize(
    ("text", "language", "script"),
    [
        ("my boss does not pay my salary since two months", "en", "native"),
        ("mon patron ne me paie pas depuis deux mois", "fr", "native"),
        ("कम्पनीले तलब दिएन, के गर्ने होला", "ne", "native"),
        ("कंपनी ने वेतन नहीं दिया, क्या करूं", "hi", "native"),
        ("company le talab diyena ke garne hola", "ne", "latin"),
        ("company ne salary nahi di hai kya karu", "hi", "latin"),
        ("mi jefe no me paga desde hace dos meses y no sé qué hacer", "es", "native"),
        ("الشركة ما دفعت الراتب من شهرين", "ar", "native"),
        ("কোম্পানি দুই মাস বেতন দেয় না", "bn", "native"),
        ("kampuni hainilipi mshahara kwa miezi miwili, naomba msaada tafadhali", "sw", "native"),
        ("majikan saya tidak bayar gaji sudah dua bulan", "id", "native"),
        ("hindi po ako binabayaran ng amo ko ng dalawang buwan", "fil", "native"),
        ("አሰሪዬ ደሞዜን አልከፈለኝም", "am", "native"),
    ],
)
def test_language(text: str, language: str, script: str) -> None:
    guess = identify(text)
    assert (guess.language, guess.script) == (language, script)
    assert guess.confident


@pytest.mark.parametrize("text", ["ok", "Qatar", "नेपाल", "Sita", "👍", "", "12", "iqama", "merci"])
@pytest.mark.parametrize("current", ["en", "fr", "ne"])
def test_one_word_never_switches(text: str, current: str) -> None:
    guess = identify(text, current=current)
    assert guess.language == current or not guess.confident


def test_a_clear_message_switches() -> None:
    guess = identify("mon patron garde mon passeport et je veux partir", current="en")
    assert (guess.language, guess.confident) == ("fr", True)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_never_raises(text: str) -> None:
    identify(text)
