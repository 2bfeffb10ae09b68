"""The printed letter: a PDF whose glyphs stand where they are read."""

from __future__ import annotations

from functools import cache

import pypdfium2
import pytest
import uharfbuzz as hb
from babel.messages.pofile import read_po
from PIL import ImageOps

from bot.answers.translations import DOMAIN, LOCALES, SOURCE_LANGUAGE, available_languages, translator
from bot.letters.fonts import DIRECTIONS, FIRST, font_of, path, readable
from bot.letters.layout import Run, lines
from bot.letters.letter import Letter, compose
from bot.letters.pdf import render
from tests.answers.languages import LANGUAGES
from tests.letters.samples import OWN_WORDS, facts


def opened(letters: list[Letter]) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(render(letters))


def text_of(page: pypdfium2.PdfPage) -> str:
    return str(page.get_textpage().get_text_range())


def places(letter: Letter) -> list[tuple[str, float, float]]:
    """Every character of the first page that is no space: where its left and its upper edge are."""
    page = opened([letter])[0].get_textpage()
    found = []
    for index in range(page.count_chars()):
        character = page.get_text_range(index, 1)
        if character.strip():
            left, _, _, top = page.get_charbox(index)
            found.append((character, left, top))
    return found


def left_of(character: str, letter: Letter) -> float:
    (found,) = [left for each, left, _ in places(letter) if each == character]
    return found


@pytest.mark.parametrize("language", available_languages())
def test_every_language_is_printed(language: str) -> None:
    told = facts(happened=OWN_WORDS[language], told_in=language)
    document = opened([compose(told, translator(language))])
    text = "".join(map(text_of, document))
    for wanted in ("QAR 4,500", "Worker Name", "Example LLC", "Labour Relations Office", "2026"):
        assert wanted in text


def test_each_letter_begins_on_a_new_page() -> None:
    first = compose(facts(), translator("en"))
    second = compose(facts(worker="Other Name"), translator("en"))
    document = opened([first, second])
    assert len(document) == 2
    assert "Other Name" not in text_of(document[0])
    assert "Other Name" in text_of(document[1])


def test_a_long_letter_goes_on_overleaf() -> None:
    long = compose(
        facts(happened="\n".join(f"Line {number} of many." for number in range(120))), translator("en")
    )
    document = opened([long])
    assert len(document) > 2
    assert "Line 119 of many." in "".join(map(text_of, document))
    for page in document:
        boxes = page.get_textpage()
        assert all(boxes.get_charbox(index)[1] > 40 for index in range(boxes.count_chars()))


def test_the_file_says_nothing_of_the_worker() -> None:
    made = render([compose(facts(), translator("en"))])
    assert made.startswith(b"%PDF-")
    known = pypdfium2.PdfDocument(made).get_metadata_dict(skip_empty=True)
    assert known == {"Producer": "Haq", "CreationDate": "D:20000101000000Z"}
    assert made == render([compose(facts(), translator("en"))])


def test_nothing_of_the_letter_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    render([compose(facts(happened="漢字 😀 سفر"), translator("en"))])
    assert caplog.text == ""


def test_arabic_letters_run_from_right_to_left() -> None:
    letter = Letter("ar", "x", ("سفر Qk 57",))
    order = sorted("سفرQk57", key=lambda character: left_of(character, letter))
    assert "".join(order) == "Qk57رفس"
    assert left_of("س", letter) > 400  # at the right edge of the page


def test_arabic_words_in_an_english_letter() -> None:
    letter = Letter("en", "x", ("Name: سفر 57",))
    order = sorted("Nameسفر57", key=lambda character: left_of(character, letter))
    assert "".join(order) == "Name57رفس"
    assert left_of("N", letter) < 100


def ink(language: str, text: str) -> float:
    """How wide the text is as it is drawn, in points."""
    drawn = opened([Letter(language, "", (text,))])[0].render(scale=4).to_pil().convert("L")
    left, _, right, _ = ImageOps.invert(drawn).getbbox()
    return float(right - left) / 4


def test_letters_are_drawn_joined() -> None:
    """With what joins them, and the vowel signs on their letters, they take less room than one by one."""
    assert ink("si", "ක්\u200dරක්\u200dර") < 0.9 * ink("si", "ක්රක්ර")
    assert ink("ar", "سفر") < 0.9 * ink("ar", "س\u200cف\u200cر")
    assert ink("hi", "क्ष") < 0.9 * ink("hi", "क्\u200cष")
    assert ink("bn", "ক্ষ") < 0.9 * ink("bn", "ক্\u200cষ")
    assert ink("vi", "ặ") == ink("vi", "a\u0323\u0306") == pytest.approx(ink("vi", "a"), abs=1)


@cache
def shaper(font: str) -> hb.Font:
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(path(font)))))


def glyphs(run: Run) -> list[int]:
    buffer = hb.Buffer()
    buffer.add_str(run.text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if run.right_to_left else "ltr"
    hb.shape(shaper(run.font), buffer)
    return [info.codepoint for info in buffer.glyph_infos]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_is_missing(language: str) -> None:
    """Neither in the letter nor in any message of the catalogue is there a character without a glyph."""
    words = set(compose(facts(happened=OWN_WORDS[language]), translator(language)).text().split())
    if language != SOURCE_LANGUAGE:
        with (LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
            for message in read_po(file):
                said = message.string if isinstance(message.string, str) else " ".join(message.string)
                words.update(said.split())
    dropped = {
        char for word in words for char in word if font_of(char, FIRST) is None and char not in DIRECTIONS
    }
    assert dropped == set()
    for word in words:
        for line in lines(readable(word), False, 1e9, lambda run: 1.0):
            for run in line.runs:
                assert 0 not in glyphs(run), word
