"""Pages on which text of every script is drawn glyph by glyph, as HarfBuzz shapes it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from fpdf import FPDF
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont

from bot.answers.translations import RTL_LANGUAGES
from bot.letters.fonts import path, readable
from bot.letters.layout import Line, Run, lines

LEADING = 1.5  # the height of a line by the size of its letters
Colour = tuple[float, float, float]
BLACK: Colour = (0.0, 0.0, 0.0)
_LARGER = {"arabic": 1.2}  # fonts whose letters look small beside the others
# A PDF must name the moment when it was made; ours all name the same.
_NO_DAY = datetime(2000, 1, 1, tzinfo=timezone.utc)

# It tells which letters a text uses; nothing that a person wrote goes to a log.
logging.getLogger("fontTools").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Style:
    """How a text is written."""

    language: str
    size: float  # of the letters, in points
    colour: Colour = BLACK

    @property
    def right_to_left(self) -> bool:
        """Whether its paragraphs begin at the right."""
        return self.language in RTL_LANGUAGES


class Canvas(FPDF):
    """An A4 PDF in points whose glyphs are placed one by one. The file does not say who made it or when.

    fpdf2's own text methods break words at joiners and vowel signs that many scripts share.
    """

    def __init__(self) -> None:
        super().__init__(format="A4", unit="pt")
        self.set_auto_page_break(False)
        self.set_creation_date(_NO_DAY)
        self.set_producer("Haq")
        self._widths: dict[tuple[Run, float, str], float] = {}

    def broken(self, text: str, style: Style, room: float) -> list[Line]:
        """A text as lines that are no wider than the room."""
        return lines(readable(text), style.right_to_left, room, lambda run: self.width_of_run(run, style))

    def width_of(self, line: Line, style: Style) -> float:
        """How wide a line is."""
        return sum(self.width_of_run(run, style) for run in line.runs)

    def width_of_run(self, run: Run, style: Style) -> float:
        """How wide a run is."""
        key = (run, style.size, style.language)
        if key not in self._widths:
            larger = style.size * _LARGER.get(run.font, 1.0)
            _, width = self._font(run.font).get_text_width(run.text, larger, _shaping(run, style))
            self._widths[key] = width
        return self._widths[key]

    def draw_line(self, line: Line, style: Style, left: float, room: float, below: float) -> None:
        """Draws a line so far below the upper edge: from the left of its room, or to the right of it."""
        x = left + room - self.width_of(line, style) if line.right_to_left else left
        for run in line.runs:
            x = self._draw_run(run, style, x, below)

    def _draw_run(self, run: Run, style: Style, x: float, below: float) -> float:
        """Draws a run from x on; where it ends."""
        font, size = self._font(run.font), style.size * _LARGER.get(run.font, 1.0)
        scale = font.scale * size / 1000
        drawn = []
        for glyph in font.shape_text(run.text, size, _shaping(run, style)):
            if glyph["mapped_char"] is not None:
                at_x = x + glyph["x_offset"] * scale
                at_y = self.h - below + glyph["y_offset"] * scale
                code = font.escape_text(chr(glyph["mapped_char"]))
                drawn.append(f"1 0 0 1 {at_x:.2f} {at_y:.2f} Tm ({code}) Tj")
            x += glyph["x_advance"] * scale
        self._out(self._set_font_for_page(font, size))
        red, green, blue = style.colour
        self._out(f"q {red:.3f} {green:.3f} {blue:.3f} rg BT {' '.join(drawn)} ET Q")
        return x

    def _font(self, name: str) -> TTFFont:
        if name not in self.fonts:
            self.add_font(name, fname=path(name))
        font = self.fonts[name]
        assert isinstance(font, TTFFont)
        return font


def _shaping(run: Run, style: Style) -> dict[str, Any]:
    direction = TextDirection.RTL if run.right_to_left else TextDirection.LTR
    return {"features": {}, "fragment_direction": direction, "language": style.language}
