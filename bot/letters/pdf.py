"""Letters as an A4 PDF, in every script of the assistant's languages."""

from __future__ import annotations

from collections.abc import Sequence

from bot.letters.canvas import LEADING, Canvas, Style
from bot.letters.layout import Line, Run
from bot.letters.letter import BLANK, Letter

# All lengths are in points.
_MARGIN = 48.0
_SIZE, _TITLE_SIZE = 11.0, 16.0
_TO_WRITE_ON = 5.0  # more room above a line that is filled in by hand
_BETWEEN = 7.0  # between paragraphs


def render(letters: Sequence[Letter]) -> bytes:
    """The letters one after the other, each from a new page. The file does not say who made it or when."""
    sheet = _Sheet()
    for letter in letters:
        sheet.write_letter(letter)
    return bytes(sheet.output())


class _Sheet(Canvas):
    """Letters, written from the top of a page down."""

    def __init__(self) -> None:
        super().__init__()
        self._below = 0.0  # how far down the page is full

    def write_letter(self, letter: Letter) -> None:
        """A letter, from the top of a new page."""
        self._begin_page()
        self._write_paragraph(letter.title, Style(letter.language, _TITLE_SIZE))
        for paragraph in letter.paragraphs:
            self._below += _BETWEEN
            self._write_paragraph(paragraph, Style(letter.language, _SIZE))

    def _begin_page(self) -> None:
        self.add_page()
        self._below = _MARGIN

    def _write_paragraph(self, paragraph: str, style: Style) -> None:
        """A paragraph, on a new page where only a part of it would stand on this one."""
        made = [line for text in paragraph.splitlines() for line in self._lines(text, style)]
        whole, bottom = sum(height for _, height in made), self.h - _MARGIN
        if self._below + whole > bottom and whole <= bottom - _MARGIN:
            self._begin_page()
        for line, height in made:
            if self._below + height > bottom:
                self._begin_page()
            self._below += height
            self.draw_line(line, style, _MARGIN, self._room, self._below)

    def _lines(self, text: str, style: Style) -> list[tuple[Line, float]]:
        """A line of the letter as lines of the page, with their heights."""
        height = style.size * LEADING
        if not text.endswith(BLANK):
            return [(line, height) for line in self.broken(text, style, self._room)]
        last = self.broken(text, style, self._room)[-1]
        made = self.broken(text + "." * self._dots_that_fit(last, style), style, self._room)
        return [(line, height + _TO_WRITE_ON) for line in made]

    @property
    def _room(self) -> float:
        return float(self.w) - 2 * _MARGIN

    def _dots_that_fit(self, line: Line, style: Style) -> int:
        left = self._room - self.width_of(line, style)
        ten = Run("." * 10, line.runs[0 if line.right_to_left else -1].font, line.right_to_left)
        return max(0, int(10 * left / self.width_of_run(ten, style)) - 1)
