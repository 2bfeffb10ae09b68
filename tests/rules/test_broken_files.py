"""One tiny broken file per mistake: each is named with its file, line, field and mend.

The first lines of a file in `broken/` say which field, and words of the message; `#!` marks the line.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.rules.errors import LawMistakes
from bot.rules.lawfiles import read_law

HERE = Path(__file__).parent
BROKEN = sorted((HERE / "broken").glob("*.yml"))


def law_with(folder: Path, *files: Path) -> Path:
    """A law folder with the small good law book and some files more."""
    law = folder / "law"
    shutil.copytree(HERE / "good", law)
    (law / "zz").mkdir()  # read last, so that what stands twice is found in these
    for file in files:
        shutil.copy(file, law / "zz" / file.name)
    return law


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_a_mistake_is_named(file: Path, tmp_path: Path) -> None:
    text = file.read_text(encoding="utf-8")
    wanted = dict(re.findall(r"^# (field|says|mend): (.*)$", text, re.MULTILINE))
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "#!" in each)
    with pytest.raises(LawMistakes) as caught:
        read_law(law_with(tmp_path, file))
    shown = "\n".join(str(mistake) for mistake in caught.value.mistakes)
    found = [
        mistake
        for mistake in caught.value.mistakes
        if mistake.field == wanted["field"] and wanted["says"] in mistake.problem
    ]
    assert found, shown
    mistake = found[0]
    assert Path(mistake.file).name == file.name, shown
    assert mistake.line == line, shown
    assert wanted["mend"] in f"{mistake.problem} {mistake.mend}", shown
    assert mistake.problem.endswith((".", "?")) and mistake.mend.endswith("."), shown
    assert str(mistake) in str(caught.value)


def test_one_mistake_is_one_message(tmp_path: Path) -> None:
    """Most mistakes are complained of once: a second message would hide the first."""
    several = []
    for file in BROKEN:
        with pytest.raises(LawMistakes) as caught:
            read_law(law_with(tmp_path / file.stem, file))
        if len(caught.value.mistakes) > 1:
            several.append(file.stem)
    assert len(several) < len(BROKEN) / 4, several


def test_the_good_law_book_has_no_mistake(tmp_path: Path) -> None:
    book = read_law(law_with(tmp_path))
    assert set(book.rules) == {"qa-hours", "qa-leave", "qa-complain"}
