"""Forms of a text: NFC, plain digits, and the common latinised form.

The latinised form lets native and romanised writing of a language, and neighbouring
languages, share what a classifier learns and what a word list knows: "कतारमा", "katarma"
and "Qatarma" become the same word. It is a key for matching; nobody reads it.

Measured (char_wb 1-5, LinearSVC, trained on the 1,203 native Hindi utterances, tested on the
802 romanised ones, strict label): plain anyascii 0.479; with the unwritten vowels of Indic
scripts 0.534; with ca as "ch", sh as s, hard c as k, x as ch ("garxu") 0.550.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from anyascii import anyascii

# Blocks that follow the ISCII layout (Devanagari ... Malayalam), 0x80 code points each.
_INDIC_FIRST: Final = 0x0900
_INDIC_LAST: Final = 0x0D7F
_VIRAMA: Final = 0x4D
_LATE_VOWEL_SIGNS: Final = frozenset((0x3A, 0x3B, 0x4E, 0x4F, 0x55, 0x56, 0x57))
# Sinhala follows the others with a layout of its own.
_SINHALA_FIRST: Final = 0x0D80
_SINHALA_LAST: Final = 0x0DFF
_SINHALA_VIRAMA: Final = "\u0dca"
_NUKTA: Final = 0x3C
# anyascii writes the letter ca (as in Nepali "cha") with a bare c; people type ch.
_INDIC_SPELLING: Final = {"c": "ch"}

# Vowels of Arabic script: long ones, and what stands for the stops in the throat.
_ARABIC_FIRST: Final = dict.fromkeys("اآأإٱعئء", "a")
_ARABIC_INSIDE: Final = {
    **_ARABIC_FIRST, "ى": "a", **dict.fromkeys("يیئ", "i"), **dict.fromkeys("وؤ", "u"), "ء": "",
}  # fmt: skip

# Letters that people swap when they romanise; each target stands for itself.
_SWAPPED: Final = str.maketrans({"w": "v", "z": "j", "q": "k"})
_LONG_I: Final = re.compile(r"e{2,}")
_LONG_U: Final = re.compile(r"o{2,}")
_HARD_C: Final = re.compile(r"c(?![heiy])")
_REPEATED: Final = re.compile(r"([a-z])\1+")
_NOT_WORD: Final = re.compile(r"[^a-z0-9]+")
# A final "a" comes and goes in romanised writing ("garcha", "garch").
_FINAL_A: Final = re.compile(r"(?<=[a-z0-9]{3})a$")
_MARKS: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\u064b-\u0652\u0640]")
_SHORT_VOWEL_END: Final = re.compile(r"[aeiou]")


def nfc(text: str) -> str:
    """The text in Unicode normal form C."""
    return unicodedata.normalize("NFC", text)


def plain_digits(text: str) -> str:
    """The text with the digits of every script as 0-9; its length does not change."""
    if text.isascii():
        return text
    return "".join(_plain_digit(char) for char in text)


def _plain_digit(char: str) -> str:
    if char.isascii() or not char.isdecimal():
        return char
    return str(unicodedata.decimal(char))


def _indic_offset(char: str) -> int | None:
    code = ord(char)
    return (code - _INDIC_FIRST) % 0x80 if _INDIC_FIRST <= code <= _INDIC_LAST else None


def _is_sinhala(char: str) -> bool:
    return _SINHALA_FIRST <= ord(char) <= _SINHALA_LAST


def _is_consonant(char: str) -> bool:
    """Whether a letter of India or Sri Lanka is a consonant, which has a vowel even if none is written."""
    if _is_sinhala(char):
        return "\u0d9a" <= char <= "\u0dc6"
    offset = _indic_offset(char)
    return offset is not None and (0x15 <= offset <= 0x39 or 0x58 <= offset <= 0x5F)


def _is_vowel_sign(char: str) -> bool:
    if _is_sinhala(char):
        return "\u0dcf" <= char <= "\u0df3"
    offset = _indic_offset(char)
    return offset is not None and (0x3E <= offset <= 0x4C or offset in _LATE_VOWEL_SIGNS)


def _is_virama(char: str) -> bool:
    return char == _SINHALA_VIRAMA or _indic_offset(char) == _VIRAMA


def _indic_units(word: str) -> list[str]:
    """The word in Latin letters, in pieces; an unwritten vowel is the piece "@"."""
    units: list[str] = []
    for index, char in enumerate(word):
        if _is_virama(char):
            continue
        if _indic_offset(char) != _NUKTA:
            latin = anyascii(char)
            units.append(_INDIC_SPELLING.get(latin, latin) if _indic_offset(char) is not None else latin)
        if _is_consonant(char) and not _vowel_is_written(word, index):
            units.append("@")
    return [unit for unit in units if unit]


def _vowel_is_written(word: str, index: int) -> bool:
    """Whether the consonant at ``index`` is followed by a vowel sign or a virama."""
    following = index + 1
    if following < len(word) and _indic_offset(word[following]) == _NUKTA:
        following += 1
    return following < len(word) and (_is_virama(word[following]) or _is_vowel_sign(word[following]))


def _speak_indic(word: str) -> str:
    """Latin letters of an Indic word as people type them: unspoken vowels left out.

    A final unwritten vowel is silent, and so is one between vowel-consonant and
    consonant-vowel (कतारमा: "katarma", not "katarama").
    """
    units = _indic_units(word)
    if units and units[-1] == "@":
        others = any(_SHORT_VOWEL_END.search(unit) or unit == "@" for unit in units[:-1])
        units[-1] = "" if others else "a"
    units = [unit for unit in units if unit]
    for index in range(len(units) - 3, 1, -1):
        if units[index] == "@" and _is_silent(units, index):
            units[index] = ""
    return "".join(units).replace("@", "a")


def _is_silent(units: list[str], index: int) -> bool:
    return (
        _is_vowel(units[index - 2])
        and not _is_vowel(units[index - 1])
        and not _is_vowel(units[index + 1])
        and _is_vowel(units[index + 2])
    )


def _is_vowel(unit: str) -> bool:
    return unit[:1] in set("aeiou@") if unit else False


def _speak_arabic(word: str) -> str:
    """Latin letters of a word in Arabic script, with its long vowels as people romanise them.

    Without this alef, ain and hamza leave no letter at all ("عمان", Oman, becomes "من", from).
    """
    return "".join(
        (_ARABIC_INSIDE if index else _ARABIC_FIRST).get(char, char) for index, char in enumerate(word)
    )


@lru_cache(maxsize=65536)
def latin_word(word: str) -> str:
    """The latinised form of one word (or a piece of text without spaces)."""
    if not word.isascii():
        word = _MARKS.sub("", nfc(word))
        if any(_INDIC_FIRST <= ord(char) <= _SINHALA_LAST for char in word):
            word = _speak_indic(word)
        elif any("\u0600" <= char <= "\u06ff" for char in word):
            word = _speak_arabic(word)
        word = anyascii(plain_digits(word))
    word = _NOT_WORD.sub("", word.lower())
    while (folded := _fold(word)) != word:
        word = folded
    return word


def _fold(word: str) -> str:
    """One round of folding of a lower-case ASCII word."""
    word = word.translate(_SWAPPED).replace("ph", "f").replace("x", "ch").replace("sh", "s")
    if "c" in word:
        word = _HARD_C.sub("k", word)
    if "ee" in word:
        word = _LONG_I.sub("i", word)
    if "oo" in word:
        word = _LONG_U.sub("u", word)
    return _FINAL_A.sub("", _REPEATED.sub(r"\1", word))


def latinise(text: str) -> str:
    """The common latinised form of a text: lower-case words of a-z and 0-9, single spaces.

    Idempotent. Empty when nothing of the text is a letter or a digit.
    """
    return " ".join(key for key in map(latin_word, split_words(text)) if key)


def split_words(text: str) -> list[str]:
    """The words of a text, in the original writing."""
    return WORD.findall(text)


# Combining marks belong to words: ``\w`` alone splits words at vowel signs.
_WORD_MARKS: Final = re.escape(
    "".join(chr(code) for code in range(0x300, 0x11000) if unicodedata.category(chr(code))[0] == "M")
)
WORD: Final = re.compile(f"[^\\W_](?:[^\\W_]|[{_WORD_MARKS}\u200c\u200d\u00ad])*")
# What stands between words, as a regular expression.
BETWEEN_WORDS: Final = f"(?:[\\W_](?<![{_WORD_MARKS}\u200c\u200d\u00ad]))+"
