"""Letters as an A4 PDF, in every script of the assistant's languages."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from fpdf import FPDF
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont

from bot.answers.translations import RTL_LANGUAGES
from bot.letters.fonts import path, readable
from bot.letters.layout import Line, Run, lines
from bot.letters.letter import BLANK, Letter

# All lengths are in points.
_MARGIN = 48.0
_SIZE, _TITLE_SIZE = 11.0, 16.0
_LEADING = 1.5  # the height of a line by the size of its letters
_LARGER = {"arabic": 1.2}  # fonts whose letters look small beside the others
_TO_WRITE_ON = 5.0  # more room above a line that is filled in by hand
_BETWEEN = 7.0  # between paragraphs
# A PDF must name the moment when it was made; ours all name the same.
_NO_DAY = datetime(2000, 1, 1, tzinfo=timezone.utc)

# It tells which letters a text uses; nothing that a person wrote goes to a log.
logging.getLogger("fontTools").setLevel(logging.WARNING)


def render(letters: Sequence[Letter]) -> bytes:
    """The letters one after the other, each from a new page. The file does not say who made it or when."""
    sheet = _Sheet()
    for letter in letters:
        sheet.write_letter(letter)
    return bytes(sheet.output())


class _Sheet(FPDF):
    """A PDF whose glyphs are placed one by one, as HarfBuzz shapes them.

    fpdf2's own text methods break words at joiners and vowel signs that many scripts share.
    """

    def __init__(self) -> None:
        super().__init__(format="A4", unit="pt")
        self.set_auto_page_break(False)
        self.set_creation_date(_NO_DAY)
        self.set_producer("Haq")
        self._below = 0.0  # how far down the page is full
        self._language = ""
        self._right_to_left = False
        self._widths: dict[tuple[Run, float, str], float] = {}

    def write_letter(self, letter: Letter) -> None:
        """A letter, from the top of a new page."""
        self._language = letter.language
        self._right_to_left = letter.language in RTL_LANGUAGES
        self._begin_page()
        self._write_paragraph(letter.title, _TITLE_SIZE)
        for paragraph in letter.paragraphs:
            self._below += _BETWEEN
            self._write_paragraph(paragraph, _SIZE)

    def _begin_page(self) -> None:
        self.add_page()
        self._below = _MARGIN

    def _write_paragraph(self, paragraph: str, size: float) -> None:
        """A paragraph, on a new page where only a part of it would stand on this one."""
        made = [line for text in paragraph.splitlines() for line in self._lines(text, size)]
        whole, bottom = sum(height for _, height in made), self.h - _MARGIN
        if self._below + whole > bottom and whole <= bottom - _MARGIN:
            self._begin_page()
        for line, height in made:
            if self._below + height > bottom:
                self._begin_page()
            self._below += height
            self._draw_line(line, size)

    def _lines(self, text: str, size: float) -> list[tuple[Line, float]]:
        """A line of the letter as lines of the page, with their heights."""
        height = size * _LEADING
        if not text.endswith(BLANK):
            return [(line, height) for line in self._broken(text, size)]
        last = self._broken(text, size)[-1]
        made = self._broken(text + "." * self._dots_that_fit(last, size), size)
        return [(line, height + _TO_WRITE_ON) for line in made]

    def _broken(self, text: str, size: float) -> list[Line]:
        return lines(readable(text), self._right_to_left, self._room, lambda run: self._width(run, size))

    @property
    def _room(self) -> float:
        return float(self.w) - 2 * _MARGIN

    def _dots_that_fit(self, line: Line, size: float) -> int:
        left = self._room - self._line_width(line, size)
        ten = Run("." * 10, line.runs[0 if line.right_to_left else -1].font, line.right_to_left)
        return max(0, int(10 * left / self._width(ten, size)) - 1)

    def _line_width(self, line: Line, size: float) -> float:
        return sum(self._width(run, size) for run in line.runs)

    def _draw_line(self, line: Line, size: float) -> None:
        x = _MARGIN
        if line.right_to_left:
            x = float(self.w) - _MARGIN - self._line_width(line, size)
        for run in line.runs:
            x = self._draw_run(run, x, size)

    def _draw_run(self, run: Run, x: float, size: float) -> float:
        """Draws a run from x on; where it ends."""
        font, size = self._font(run.font), size * _LARGER.get(run.font, 1.0)
        self._out(self._set_font_for_page(font, size))
        scale = font.scale * size / 1000
        drawn = []
        for glyph in font.shape_text(run.text, size, self._shaping(run)):
            if glyph["mapped_char"] is not None:
                at_x = x + glyph["x_offset"] * scale
                at_y = self.h - self._below + glyph["y_offset"] * scale
                code = font.escape_text(chr(glyph["mapped_char"]))
                drawn.append(f"1 0 0 1 {at_x:.2f} {at_y:.2f} Tm ({code}) Tj")
            x += glyph["x_advance"] * scale
        self._out(f"BT {' '.join(drawn)} ET")
        return x

    def _width(self, run: Run, size: float) -> float:
        key = (run, size, self._language)
        if key not in self._widths:
            larger = size * _LARGER.get(run.font, 1.0)
            _, width = self._font(run.font).get_text_width(run.text, larger, self._shaping(run))
            self._widths[key] = width
        return self._widths[key]

    def _shaping(self, run: Run) -> dict[str, Any]:
        direction = TextDirection.RTL if run.right_to_left else TextDirection.LTR
        return {"features": {}, "fragment_direction": direction, "language": self._language}

    def _font(self, name: str) -> TTFFont:
        if name not in self.fonts:
            self.add_font(name, fname=path(name))
        font = self.fonts[name]
        assert isinstance(font, TTFFont)
        return font
