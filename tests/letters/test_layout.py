"""Where lines break, and in what order their parts stand, by rules that can be read off."""

import pytest

from bot.letters.fonts import FONTS, font_of, letters, path, readable
from bot.letters.layout import Line, Run, lines
from tests.letters.samples import OWN_WORDS

ARABIC, LATIN = "سفر", "abc"


def of_each_letter_one(run: Run) -> float:
    return float(len(run.text))


def laid(text: str, right_to_left: bool = False, width: float = 1000) -> list[Line]:
    return lines(text, right_to_left, width, of_each_letter_one)


def seen(line: Line) -> str:
    """The line as the eye meets it, from left to right."""
    return "".join(run.text[::-1] if run.right_to_left else run.text for run in line.runs)


def test_latin_in_an_arabic_line() -> None:
    (line,) = laid(f"{ARABIC} {LATIN} 12 {ARABIC}", right_to_left=True)
    assert seen(line) == f"{ARABIC[::-1]} {LATIN} 12 {ARABIC[::-1]}"
    assert line.right_to_left


def test_the_parts_of_an_arabic_line_begin_at_the_right() -> None:
    (line,) = laid("من ab", right_to_left=True)
    assert seen(line) == "ab نم"
    (line,) = laid("من 12: ab.", right_to_left=True)
    assert seen(line) == ".ab :12 نم"


def test_arabic_in_a_latin_line() -> None:
    (line,) = laid(f"Name: {ARABIC} 12")
    assert seen(line) == f"Name: 12 {ARABIC[::-1]}"
    (line,) = laid(f"Name: \u2068{ARABIC}\u2069 12")
    assert seen(line) == f"Name: {ARABIC[::-1]} 12"


def test_each_line_is_ordered_by_itself() -> None:
    """The first Latin word that is read stands on the first line, which whole-paragraph orders get wrong."""
    first, second = laid("من aa bb cc", right_to_left=True, width=8)
    assert (seen(first), seen(second)) == ("aa bb نم", "cc")


def test_a_whole_isolate_takes_its_own_direction() -> None:
    assert laid(f"\u2068{ARABIC} {LATIN}\u2069")[0].right_to_left
    assert not laid(f"\u2068{LATIN} {ARABIC}\u2069", right_to_left=True)[0].right_to_left
    assert not laid(f"x \u2068{ARABIC}\u2069")[0].right_to_left
    assert laid("\u2068123\u2069", right_to_left=True)[0].right_to_left


def test_what_joins_letters_does_not_part_them() -> None:
    for language in ("ur", "si", "ne", "bn"):
        runs = laid(f"x {OWN_WORDS[language]} y")[0].runs
        joined = [run for run in runs if "\u200c" in run.text or "\u200d" in run.text]
        assert joined and all(run.text[0] not in "\u200c\u200d" and run.font != "latin" for run in joined)
    (line,) = laid("x بے\u200cروزگار y")
    assert [run.text for run in line.runs if run.right_to_left] == ["بے\u200cروزگار"]


def test_no_line_is_wider_than_the_page() -> None:
    text = "one two " + "x" * 45 + " three " + "क्षि" * 20
    for line in laid(text, width=20):
        assert sum(map(of_each_letter_one, line.runs)) <= 20
        assert line.runs[0].text[0] not in "\u0937\u094d\u093f"  # no sign without its letter
    assert "".join("".join(run.text for run in line.runs) for line in laid(text, width=20)).count("x") == 45


def test_nothing_makes_no_line() -> None:
    assert laid("") == []


@pytest.mark.parametrize("font", FONTS)
def test_fonts_are_there(font: str) -> None:
    assert path(font).is_file()
    assert " " in letters(font)


def test_latin_letters_and_digits_are_of_one_font() -> None:
    for font in FONTS:
        assert font_of("a", font) == "latin"
        assert font_of("7", font) == "latin"
    assert font_of("।", "bengali") == "bengali"
    assert font_of("।", "devanagari") == "devanagari"


def test_what_no_font_has_is_dropped() -> None:
    assert readable("pay 😀 me 👩\u200d👧 漢字\tnow\u200b\u0007!") == "pay me \u200d now!"
    assert readable("e\u0301té") == "été"
