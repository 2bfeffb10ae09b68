"""Lines of mixed scripts and directions: where they break, and in what order their parts stand.

The directions follow the Unicode bidirectional algorithm (UAX 9). fpdf2 resolves the levels; the
order is settled here line by line, which fpdf2 does for a whole paragraph before it breaks it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from fpdf.bidi import BidiParagraph, auto_detect_base_direction
from fpdf.enums import TextDirection

from bot.letters.fonts import DIRECTIONS, FIRST, JOINERS, font_of
from bot.letters.letter import FIRST_STRONG_ISOLATE, POP_ISOLATE

_BREAK_AFTER = frozenset(" \u1361")  # the space, and the Ethiopic one


@dataclass(frozen=True)
class Character:
    """A character, the font that draws it and its level: odd runs from right to left."""

    text: str
    font: str
    level: int


@dataclass(frozen=True)
class Run:
    """Text of one font and one direction, in the order in which it is read."""

    text: str
    font: str
    right_to_left: bool


@dataclass(frozen=True)
class Line:
    """Runs as they stand from left to right."""

    runs: tuple[Run, ...]
    right_to_left: bool  # the direction of the paragraph: where the line begins


Measure = Callable[[Run], float]


def lines(text: str, right_to_left: bool, width: float, measure: Measure) -> list[Line]:
    """Breaks one line of a letter to a width; a text that is one whole isolate takes its own direction."""
    right_to_left = _direction(text, right_to_left)
    words = _words(_characters(text, right_to_left))
    return [_line(chars, right_to_left) for chars in _filled(words, width, measure)]


def _direction(text: str, right_to_left: bool) -> bool:
    inner = text.strip()[1:-1]
    if text.strip() != f"{FIRST_STRONG_ISOLATE}{inner}{POP_ISOLATE}" or POP_ISOLATE in inner:
        return right_to_left
    if not any(unicodedata.bidirectional(char) in ("L", "R", "AL") for char in inner):
        return right_to_left
    return auto_detect_base_direction(inner) is TextDirection.RTL


def _characters(text: str, right_to_left: bool) -> list[Character]:
    """The characters to draw, with their levels; marks of direction have done their work."""
    levels = _levels(text, right_to_left)
    characters: list[Character] = []
    font = FIRST
    for index, character in enumerate(text):
        if character not in DIRECTIONS:
            font = font_of(character, font) or font
            characters.append(Character(character, font, levels[index]))
    return characters


def _levels(text: str, right_to_left: bool) -> list[int]:
    """The level of each character; what joins letters has the level of the letter before it (rule X9)."""
    base = TextDirection.RTL if right_to_left else TextDirection.LTR
    seen = "".join(character for character in text if character not in JOINERS)
    found = iter(BidiParagraph(text=seen, base_direction=base).get_characters())
    levels: list[int] = []
    for character in text:
        before = levels[-1] if levels else int(right_to_left)
        levels.append(before if character in JOINERS else next(found).embedding_level)
    return levels


def _words(characters: Sequence[Character]) -> Iterator[list[Character]]:
    """Parts that a line may end after, each with the space that follows it."""
    word: list[Character] = []
    for character in characters:
        word.append(character)
        if character.text in _BREAK_AFTER:
            yield word
            word = []
    if word:
        yield word


def _filled(words: Iterator[list[Character]], width: float, measure: Measure) -> Iterator[list[Character]]:
    """Puts as many words on each line as it holds."""
    line: list[Character] = []
    used = 0.0
    for whole in words:
        for word in _pieces(whole, width, measure):
            if line and used + _width(_trimmed(word), measure) > width:
                yield line
                line, used = [], 0.0
            line += word
            used += _width(word, measure)
    if line:
        yield line


def _pieces(word: list[Character], width: float, measure: Measure) -> Iterator[list[Character]]:
    """The word, cut between letters where it is longer than a line."""
    if _width(_trimmed(word), measure) <= width:
        yield word
        return
    piece: list[Character] = []
    for cluster in _clusters(word):
        if piece and _width(piece + cluster, measure) > width:
            yield piece
            piece = []
        piece = piece + cluster
    yield piece


def _clusters(word: list[Character]) -> Iterator[list[Character]]:
    """Letters with the marks that belong to them."""
    cluster: list[Character] = []
    for character in word:
        joined = character.text in JOINERS or unicodedata.category(character.text).startswith("M")
        if cluster and not joined and cluster[-1].text not in JOINERS:
            yield cluster
            cluster = []
        cluster.append(character)
    yield cluster


def _trimmed(word: list[Character]) -> list[Character]:
    """Without the space at the end; a line has one at most."""
    return word[:-1] if word[-1].text == " " else word


def _width(characters: Sequence[Character], measure: Measure) -> float:
    return sum(measure(run) for _, run in _runs(characters))


def _runs(characters: Sequence[Character]) -> list[tuple[int, Run]]:
    """The runs and their levels, in the order in which they are read."""
    return [
        (level, Run("".join(each.text for each in part), font, level % 2 == 1))
        for (font, level), part in groupby(characters, key=lambda each: (each.font, each.level))
    ]


def _line(characters: list[Character], right_to_left: bool) -> Line:
    """The line without the space at its end (rule L1), its runs in the order of rule L2."""
    runs = _runs(_trimmed(characters))
    for level in range(max((level for level, _ in runs), default=0), 0, -1):
        runs = _reversed_from(level, runs)
    return Line(tuple(run for _, run in runs), right_to_left)


def _reversed_from(level: int, runs: list[tuple[int, Run]]) -> list[tuple[int, Run]]:
    """Turns round each unbroken row of runs of that level and above."""
    turned: list[tuple[int, Run]] = []
    for high, part in groupby(runs, key=lambda run: run[0] >= level):
        row = list(part)
        turned += reversed(row) if high else row
    return turned
