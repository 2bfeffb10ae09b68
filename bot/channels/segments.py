"""How many segments a text takes as SMS, and the plain text that takes fewest.

GSM 03.38 (3GPP TS 23.038) has 128 characters of 7 bits and ten more behind an escape; any other character
makes the whole message UCS-2. A long message gives up 6 of its 140 bytes in every segment
(3GPP TS 23.040, 9.2.3.24.1; https://www.twilio.com/docs/glossary/what-sms-character-limit).
"""

from __future__ import annotations

import re

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM = _BASIC | _EXTENSION

_SEPTETS = (160, 153)  # of a single segment, of each of several
_UNITS = (70, 67)

# What a phone that takes SMS may show as a box, or must not see at all.
_MARKS = re.compile("[\u200e\u200f\u061c\u2060\u2066-\u2069]")
_SIMPLE = {0x2022: "-", 0xA0: " ", 0x202F: " "}
_TYPOGRAPHIC = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‹": "'", "›": "'"}
    | {"–": "-", "—": "-", "‑": "-", "−": "-", "…": "...", "×": "x"}
)


def segments(text: str) -> int:
    """How many segments a text takes; no character is split over two."""
    if _GSM.issuperset(text):
        sizes, (single, each) = [2 if letter in _EXTENSION else 1 for letter in text], _SEPTETS
    else:
        sizes, (single, each) = [2 if letter > "\uffff" else 1 for letter in text], _UNITS
    if sum(sizes) <= single:
        return 1 if text else 0
    count, used = 1, 0
    for size in sizes:
        if used + size > each:
            count, used = count + 1, 0
        used += size
    return count


def fits(text: str, most: int) -> bool:
    """Whether a text takes at most so many segments."""
    return segments(text) <= most


def plain(text: str) -> str:
    """The text as SMS: without marks of direction, and without typography where nothing else needs UCS-2."""
    bare = _MARKS.sub("", text).translate(_SIMPLE)
    simple = bare.translate(_TYPOGRAPHIC)
    return simple if _GSM.issuperset(simple) else bare
