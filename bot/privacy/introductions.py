"""Where people say their name: "my name is ...", in the sixteen languages and as they are romanised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_MOST_WORDS: Final = 4
_SAYS: Final = (
    # en, fr, es, pt
    r"\bname(?:'s|’s|\s+is)", r"\bi(?:'m|\s+am)\s+called", r"\bje m['’]\s?appelle",
    r"\bmon nom(?:,? c['’])?\s?est",
    r"\bme llamo", r"\bmi nombre es", r"\bmeu nome [ée]", r"\bme chamo", r"\bchamo-me",
    # sw, id, fil, vi
    r"\bjina langu(?: ni)?", r"\bnaitwa", r"\bnama (?:saya|aku|ku)(?: adalah)?",
    r"\bpangalan ko(?: po)?(?: ay)?", r"\bako (?:po )?si",
    r"\btên (?:của )?(?:tôi|em|mình|anh|chị) là", r"\b(?:tôi|em|mình) tên(?: là)?",
    # ar, ur, am, hi, ne, bn, si, ta
    r"[اأإ]سمي(?:\s+هو)?", r"میرا نام", r"ስሜ", r"मेरा नाम", r"मेरो नाम", r"আমার নাম", r"මගේ නම",
    r"(?:என்|எனது) பெயர்",
    # romanised: ar, hi and ur, ne, bn, si, ta
    r"\b[ie]smi", r"\bmera na+m", r"\bmero na+m", r"\bamar na+m", r"\bmage nama", r"\ben pe[yi]ar",
)  # fmt: skip
_INTRODUCTION: Final = re.compile("(?:" + "|".join(_SAYS) + r")\s*[:\-–]?\s*", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\s\d,.;:!?¿¡،؛؟۔।॥፣።()\[\]{}\"“”«»·/]+")
# What follows a name, or shows that none does.
_STOP_WORDS: Final = """
    and i am from in on at of the a an not no but with because who working work is was my
    et je suis de du dans pas mais y soy de en no pero e sou eu do da em não mas
    na nina natoka kutoka ni si dan saya dari bekerja bukan at ako ay taga po sa hindi
    và tôi ở là từ không quê
    hai hain hoon hu hun aur main mein me se ho ra ma bata chha ar ami theke o ebong
    و انا أنا وانا وأنا من في ليس لا ہے ہوں اور میں سے نہیں ነው እና እኔ ከ
    है हैं हूँ और मैं में से नहीं हो र म बाट छ एवं আমি এবং থেকে না হয় සහ මම නොවේ மற்றும் நான் இல்லை
"""
_STOPS: Final = frozenset(_STOP_WORDS.split())


def introduced(text: str) -> Iterator[tuple[int, int]]:
    """Where in a text a name stands after the words that announce one."""
    for said in _INTRODUCTION.finditer(text):
        start = end = said.end()
        at = start
        for _ in range(_MOST_WORDS):
            word = _WORD.match(text, at)
            if word is None or word[0] in _STOPS:
                break
            end = word.end()
            at = end + len(text[end:]) - len(text[end:].lstrip(" \u00a0"))
        if end > start:
            yield start, end
