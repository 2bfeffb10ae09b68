"""The fonts of the letters, and which of them writes a character."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

import uharfbuzz as hb

FOLDER = Path(__file__).resolve().parent / "fonts"
# The first holds the Latin letters, which no other one has.
FONTS = {
    "latin": "NotoSans-Regular.ttf",
    "arabic": "NotoNaskhArabic-Regular.ttf",
    "devanagari": "NotoSansDevanagari-Regular.ttf",
    "bengali": "NotoSansBengali-Regular.ttf",
    "tamil": "NotoSansTamil-Regular.ttf",
    "sinhala": "NotoSansSinhala-Regular.ttf",
    "ethiopic": "NotoSansEthiopic-Regular.ttf",
}
FIRST = next(iter(FONTS))
# They join letters or turn the direction; none of them is drawn.
JOINERS = frozenset("\u200c\u200d")
DIRECTIONS = frozenset("\u061c\u200e\u200f\u2066\u2067\u2068\u2069")


def path(font: str) -> Path:
    """Where a font's file is."""
    return FOLDER / FONTS[font]


@cache
def letters(font: str) -> frozenset[str]:
    """Every character that a font can draw."""
    face = hb.Face(hb.Blob.from_file_path(str(path(font))))
    return frozenset(map(chr, face.unicodes))


def font_of(character: str, before: str) -> str | None:
    """The font for a character after text in the font `before`; None when no font has it.

    A sign of no script, such as a full stop, stays in the font before it: letters are shaped in
    unbroken runs. The digits 0-9 look the same everywhere.
    """
    if character.isalnum() and character in letters(FIRST):
        return FIRST
    if character in JOINERS or character in letters(before):
        return before
    return next((font for font in FONTS if character in letters(font)), None)


@lru_cache(maxsize=4096)
def _kept(character: str) -> bool:
    if unicodedata.category(character) in ("Cc", "Cf"):
        return character in JOINERS | DIRECTIONS
    return font_of(character, FIRST) is not None


def readable(text: str) -> str:
    """One line of text without what cannot be drawn, such as emoji; never a box in its place."""
    composed = unicodedata.normalize("NFC", text)
    drawn = "".join(char if _kept(char) else " " if char.isspace() else "" for char in composed)
    return re.sub(" +", " ", drawn).strip()
