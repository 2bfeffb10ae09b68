"""The printed case sheet: two languages side by side, each in its own direction, no letter missing."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
import pytest

from bot.answers.translations import RTL_LANGUAGES
from bot.letters.fonts import readable
from bot.letters.layout import lines
from bot.letters.sheet import Code, Row, Section, Sheet, SheetSource
from bot.letters.sheet_pdf import render_sheet
from tests.letters.samples import OWN_WORDS
from tests.letters.test_pdf import glyphs

MIDDLE = 595.28 / 2
OTHERS = tuple(language for language in OWN_WORDS if language != "en")


def sheet(first: str, second: str | None = "en", rows: int = 1) -> Sheet:
    """A sheet with the sample of each language in every row."""
    languages = (first, second) if second else (first,)
    words = tuple(OWN_WORDS[language] for language in languages)
    row = Row(words, sources=(1,), numbers=("999",), condition=words, rule="xx/one")
    return Sheet(
        languages=languages,
        case=(Row(words),),
        sections=(
            Section("emergency", words, (Row(("999",) * len(words)),), tone="danger"),
            Section("law", words, (row,) * rows),
            Section("evidence", words, (Row(words),), tone="list"),
            Section("advice", (), (Row(words),), level=2),
        ),
        sources=(SheetSource(1, "Law 14/2004, art. 66; as of 2025", "Law", "https://law.example/14"),),
        sources_heading=words,
        closing=(Row(words),),
        day="22 November 2026",
        version="118695b411ba77b8",
    )


def opened(made: Sheet) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(render_sheet(made))


def text_of(document: pypdfium2.PdfDocument) -> str:
    return "".join(str(page.get_textpage().get_text_range()) for page in document)


def rendered(made: Sheet) -> pypdfium2.PdfPage:
    return opened(made)[0]


def boxes(page: pypdfium2.PdfPage) -> list[tuple[str, float, float, float]]:
    """Each character that is no space: its left, right and upper edge."""
    text = page.get_textpage()
    found = []
    for index in range(text.count_chars()):
        character = text.get_text_range(index, 1)
        if character.strip():
            left, _, right, top = text.get_charbox(index)
            found.append((character, left, right, top))
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_every_script_beside_english(language: str) -> None:
    """Numbers stay whole; nothing crosses the middle; what runs from right to left stands on the right."""
    document = opened(sheet(language))
    text = text_of(document)
    assert "999" in text and "[1]" in text and "https://law.example/14" in text
    assert "118695b411" in text and "1/1" in text
    # The words of the English column, all on its own side. (Sources go over both columns.)
    page = document[0].get_textpage()
    searcher = page.search("passport")
    found = 0
    while (hit := searcher.get_next()) is not None:
        left = page.get_charbox(hit[0])[0]
        assert (left < MIDDLE) == (language in RTL_LANGUAGES)
        found += 1
    assert found >= 5


@pytest.mark.parametrize("language", OTHERS)
def test_no_letter_is_missing(language: str) -> None:
    """No character of a sheet is drawn as a box, or left out unseen."""
    for spoken, text in sheet(language).texts():
        kept = readable(text)
        assert [char for char in text if char.isalnum() and char not in kept] == []
        for line in lines(kept, spoken in RTL_LANGUAGES, 1e9, lambda run: 1.0):
            for run in line.runs:
                assert 0 not in glyphs(run), text


def test_pairs_begin_at_the_same_height() -> None:
    """However long either side is."""
    base = sheet("ar")
    short = Row(("سفر", "Q " * 200), sources=())
    after = Row(("عمل", "Z"))
    made = replace(
        base, case=(), sections=(Section("law", ("س", "X"), (short, after)),), sources=(), closing=()
    )
    found = boxes(rendered(made))
    (bottom,) = [top for char, *_, top in found if char == "Z"]
    beside = [top for char, left, _, top in found if char in "عمل" and left > MIDDLE and top < bottom + 6]
    assert beside and all(abs(top - bottom) < 8 for top in beside)


def test_a_long_sheet_goes_on_overleaf() -> None:
    """Every row is there, inside the margins, and every page has its number."""
    document = opened(sheet("bn", rows=40))
    pages = len(document)
    assert pages > 2
    assert text_of(document).count("passport") >= 40
    for number, page in enumerate(document, 1):
        assert f"{number}/{pages}" in str(page.get_textpage().get_text_range())
        assert all(10 < top < 832 and left > 30 and right < 566 for _, left, right, top in boxes(page))


def test_a_row_longer_than_a_page_is_whole() -> None:
    """It goes on overleaf on both sides."""
    words = " ".join(f"word{number}" for number in range(700))
    made = replace(sheet("fr"), sections=(Section("law", ("a", "b"), (Row((words, words)),)),))
    text = text_of(opened(made))
    assert all(text.count(f"word{number}") >= 2 for number in (0, 350, 699))


def test_one_language_takes_the_whole_width() -> None:
    """The desk speaks the worker's language."""
    made = replace(sheet("en", None), sections=(Section("law", ("x",), (Row(("word " * 60,)),)),))
    found = boxes(rendered(made))
    assert max(right for _, _, right, _ in found) > MIDDLE + 100


def test_the_code_is_drawn_square_by_square() -> None:
    """What a camera sees is what was encoded, and it leads where it says."""
    address = "https://wa.me/15551234567?text=ne_NP_QA_construction"
    squares = tuple(tuple((down * across + down) % 3 == 0 for across in range(41)) for down in range(41))
    made = replace(sheet("ne"), code=Code(squares, ("x", "y"), address))
    page = rendered(made)
    image = page.render(scale=4).to_pil().convert("L")
    side, left, top = 92.0 / len(squares), 595.28 - 36.0 - 92.0, 36.0
    for down, row in enumerate(squares):
        for across, dark in enumerate(row):
            at = (int(4 * (left + (across + 0.5) * side)), int(4 * (top + (down + 0.5) * side)))
            assert (image.getpixel(at) < 128) == dark, (down, across)
    assert 92.0 / len(squares) * 0.3528 > 0.4  # millimetres a square: an old phone reads it
    assert address.encode() in render_sheet(made)


def test_the_file_says_nothing_more() -> None:
    """No name, no day of making; the same sheet is the same file."""
    made = render_sheet(sheet("ur"))
    known = pypdfium2.PdfDocument(made).get_metadata_dict(skip_empty=True)
    assert known == {"Producer": "Haq", "CreationDate": "D:20000101000000Z"}
    assert made == render_sheet(sheet("ur"))
