"""A case sheet as an A4 PDF: two languages side by side, each in its own direction."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, zip_longest

from bot.answers.translations import RTL_LANGUAGES
from bot.letters.canvas import BLACK, Canvas, Colour, Style
from bot.letters.layout import Line
from bot.letters.sheet import Code, Row, Section, Sheet, SheetSource, Tone, short_version

# All lengths are in points.
_MARGIN, _FOOT = 36.0, 30.0
_GAP = 20.0  # between the columns
_SIZE, _SMALL, _HEADING, _TINY = 9.0, 8.0, 11.0, 6.5
_LEADING = 1.42  # the height of a line by the size of its letters; signs stand over and under many of them
_BETWEEN, _BEFORE = 3.5, 9.0  # rows, sections
_WORTH = 56.0  # with less room than this a row begins on the next page
_CODE = 92.0  # the square code's side
_GREEN: Colour = (0.04, 0.36, 0.31)
_RED: Colour = (0.64, 0.09, 0.11)
_GREY: Colour = (0.30, 0.36, 0.34)
_OF_TONE: dict[Tone, Colour] = {"plain": BLACK, "danger": _RED, "list": BLACK, "faint": _GREY}
_LINE_GREY = 190
_NO_BREAK = "\u00a0"  # the number of a source stays with the last word

Written = list[tuple[Line, Style]]
"""The lines of one cell, from above."""


def render_sheet(sheet: Sheet) -> bytes:
    """The sheet; it keeps no more of the case than what stands on it."""
    page = _Page(sheet)
    page.write_sheet()
    return bytes(page.output())


class _Page(Canvas):
    """A sheet, written from the top of the first page down."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self._sheet = sheet
        self._below = 0.0  # how far down the page is full
        self._end = 0.0  # room that is taken at the end of the lines, by the square code

    def write_sheet(self) -> None:
        """Everything."""
        sheet = self._sheet
        self._begin_page()
        self._write_top(sheet)
        for section, following in pairwise((*sheet.sections, None)):
            assert section is not None
            self._write_section(section, following)
        self._write_sources(sheet.sources)
        for row in sheet.closing:
            self._below += _BETWEEN
            self._write_row(row, "faint")
        self._write_feet()

    # -- parts ----------------------------------------------------------------------------------------

    def _write_top(self, sheet: Sheet) -> None:
        """The case, and the code at the end of it."""
        top = self._below
        if sheet.code is not None:
            self._end = _CODE + _GAP
            self._draw_code(sheet.code, top)
        for row in sheet.case:
            self._write_row(row, "plain", size=_HEADING)
        if sheet.code is not None:
            below = self._write_caption(sheet.code, top + _CODE)
            self._end, self._below = 0.0, max(self._below, below)

    def _write_caption(self, code: Code, below: float) -> float:
        """The words under the code; where they end."""
        left = self.w - _MARGIN - _CODE
        for language, text in zip(self._sheet.languages, code.caption, strict=True):
            style = Style(language, _TINY, _GREY)
            for line in self.broken(text, style, _CODE):
                below += style.size * _LEADING
                self.draw_line(line, style, left, _CODE, below)
        return below

    def _write_section(self, section: Section, following: Section | None) -> None:
        size = _HEADING if section.level == 1 else _SIZE
        colour = _RED if section.tone == "danger" else _GREEN
        cells = [
            self._cell(text, Style(language, size, colour), room)
            for (language, text), (_, room) in zip(
                self._in_order(section.heading), self._columns(), strict=False
            )
        ]
        # A heading never stands alone at the end of a page.
        row = next(iter(section.rows or (following.rows if following else ())), None)
        after = min(self._height(self._row_cells(row, section.tone, _SIZE)), _WORTH) if row else 0.0
        if self._below + _BEFORE + self._height(cells) + after > self._bottom:
            self._begin_page()
        elif section.level == 1:
            self._below += _BEFORE
            self._draw_rule()
        else:
            self._below += _BETWEEN
        self._write_cells(cells)
        for row in section.rows:
            self._below += _BETWEEN
            self._write_row(row, section.tone)

    def _write_row(self, row: Row, tone: Tone, size: float = _SIZE) -> None:
        self._write_cells(self._row_cells(row, tone, size))

    def _row_cells(self, row: Row, tone: Tone, size: float) -> list[Written]:
        marks = "".join(f"{_NO_BREAK}[{number}]" for number in row.sources)
        box = "[  ] " if tone == "list" else ""
        conditions = dict(zip(self._sheet.languages, row.condition, strict=False))
        cells = []
        for (language, text), (_, room) in zip(self._in_order(row.texts), self._columns(), strict=True):
            lines = f"{box}{text}{marks}".splitlines()
            style = Style(language, _SMALL if tone == "faint" else size, _OF_TONE[tone])
            cell = [each for line in lines for each in self._cell(line, style, room)]
            condition = conditions.get(language)
            if condition:
                cell += self._cell(condition, Style(language, _SMALL, _GREY), room)
            cells.append(cell)
        return cells

    def _write_sources(self, sources: Sequence[SheetSource]) -> None:
        """Each source once, in the desk's language, two beside each other."""
        if not sources:
            return
        self._write_section(Section("sources", self._sheet.sources_heading), None)
        style = Style(self._sheet.languages[-1], _TINY, _GREY)
        room = (self.w - 2 * _MARGIN - _GAP) / 2
        columns = [(_MARGIN, room), (_MARGIN + room + _GAP, room)]
        if style.right_to_left:
            columns.reverse()
        for beside in zip_longest(sources[::2], sources[1::2]):
            cells = [
                self._cell(f"[{source.number}] {source.text}", style, room)
                + self._cell(source.url, style, room)
                for source in beside
                if source is not None
            ]
            self._write_cells(cells, columns)

    def _write_feet(self) -> None:
        """On every page: the day, the version of the law, the page."""
        sheet, pages = self._sheet, len(self.pages)
        style = Style("en", _TINY, _GREY)
        for number in range(1, pages + 1):
            self.page = number
            foot = f"Haq · {sheet.day} · {short_version(sheet.version)} · {number}/{pages}"
            for line in self.broken(foot, style, self.w - 2 * _MARGIN)[:1]:
                self.draw_line(line, style, _MARGIN, self.w - 2 * _MARGIN, self.h - _FOOT / 2)

    # -- columns --------------------------------------------------------------------------------------

    def _in_order(self, texts: Sequence[str]) -> list[tuple[str, str]]:
        """The texts with their languages from left to right: what runs from right to left stands right."""
        pairs = list(zip(self._sheet.languages, texts, strict=False))  # a part without a heading has none
        return sorted(pairs, key=lambda pair: pair[0] in RTL_LANGUAGES)

    def _columns(self) -> list[tuple[float, float]]:
        """Where each column begins, and its room."""
        count = len(self._sheet.languages)
        room = (self.w - 2 * _MARGIN - self._end - _GAP * (count - 1)) / count
        return [(_MARGIN + index * (room + _GAP), room) for index in range(count)]

    def _cell(self, text: str, style: Style, room: float) -> Written:
        return [(line, style) for line in self.broken(text, style, room)]

    def _height(self, cells: Sequence[Written]) -> float:
        return max((sum(style.size * _LEADING for _, style in cell) for cell in cells), default=0.0)

    def _write_cells(
        self, cells: Sequence[Written], columns: Sequence[tuple[float, float]] | None = None
    ) -> None:
        """Cells beside each other; what does not fit goes on overleaf, on either side."""
        places = columns or self._columns()
        if self._below + min(self._height(cells), _WORTH) > self._bottom:
            self._begin_page()
        rests = [list(cell) for cell in cells]
        while any(rests):
            top, deepest = self._below, self._below
            for rest, (left, room) in zip(rests, places, strict=False):
                below = top
                while rest and below + rest[0][1].size * _LEADING <= self._bottom:
                    line, style = rest.pop(0)
                    below += style.size * _LEADING
                    self.draw_line(line, style, left, room, below)
                deepest = max(deepest, below)
            self._below = deepest
            if any(rests):
                self._begin_page()

    # -- the page -------------------------------------------------------------------------------------

    @property
    def _bottom(self) -> float:
        return float(self.h) - _MARGIN - _FOOT / 2

    def _begin_page(self) -> None:
        self.add_page()
        self._below = _MARGIN

    def _draw_rule(self) -> None:
        self.set_draw_color(_LINE_GREY)
        self.set_line_width(0.6)
        self.line(_MARGIN, self._below, self.w - _MARGIN, self._below)

    def _draw_code(self, code: Code, top: float) -> None:
        """The code in black squares; light ones stay paper."""
        side = _CODE / len(code.squares)
        left = self.w - _MARGIN - _CODE
        self.set_fill_color(0)
        for down, row in enumerate(code.squares):
            for across, dark in enumerate(row):
                if dark:
                    self.rect(left + across * side, top + down * side, side, side, style="F")
        self.link(left, top, _CODE, _CODE, code.address)
