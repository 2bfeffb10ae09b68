"""The forty corridors: chosen with reasons, well filled, and the page that is made of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from bot import cli
from bot.rules.corridors import (
    ANSWERED,
    HOLE,
    LETTERS,
    LOOKED,
    QUESTIONS,
    Corridor,
    Coverage,
    coverage,
    markdown,
    read_corridors,
    read_searches,
)  # fmt: skip
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawBase
from bot.rules.protection import COLUMNS, GAP, STATES, protection_map
from bot.rules.vocabulary import BRANCHES, COUNTRIES
from tests.rules.support import ROOT, TODAY, case_of

FILE, PAGE = ROOT / "data" / "corridors.yml", ROOT / "docs" / "corridors.md"
CELLS = len(BRANCHES) * len(COLUMNS)
FEW = [Corridor("NP", "QA", "one"), Corridor("TR", "DE", "two"), Corridor("TV", "NR", "nothing is known")]


@pytest.fixture(scope="module")
def chosen() -> list[Corridor]:
    """The corridors of the file."""
    return read_corridors(FILE)


@pytest.fixture(scope="module")
def rows(base: LawBase, chosen: list[Corridor]) -> list[Coverage]:
    """How full each is."""
    return list(coverage(base, chosen, TODAY))


# -- the list -----------------------------------------------------------------------------------


def test_forty_different_corridors_each_with_a_reason(chosen: list[Corridor]) -> None:
    assert len(chosen) == 40 == len({each.name for each in chosen})
    for each in chosen:
        assert {each.origin, each.destination} <= set(COUNTRIES) and each.origin != each.destination, each
        assert len(each.why.split()) >= 2 and "|" not in each.why, each  # it stands in a table


def test_they_are_of_every_region(chosen: list[Corridor]) -> None:
    """From at least twenty-five countries to at least fifteen; no country of work has more than a quarter."""
    assert len({each.origin for each in chosen}) >= 25
    to = Counter(each.destination for each in chosen)
    assert len(to) >= 15 and max(to.values()) <= 10


@pytest.mark.parametrize(
    "content",
    ["", "corridors:", "corridors: [NP-QA]", "- {from: NP, to: QA}", "corridors: [{from: NP, to: QA}]"],
)
def test_a_file_that_lists_none(tmp_path: Path, content: str) -> None:
    file = tmp_path / "corridors.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CaseError, match=r"corridors\.yml lists no corridors.*from: NP"):
        read_corridors(file)


# -- how full they are --------------------------------------------------------------------------


def test_at_least_sixty_of_a_hundred_cells_are_seen(rows: list[Coverage]) -> None:
    assert sum(row.seen for row in rows) >= 0.6 * CELLS * len(rows)


def test_no_corridor_is_left_behind(rows: list[Coverage]) -> None:
    assert [(row.corridor.name, row.seen) for row in rows if row.seen < 0.25 * CELLS] == []


def test_the_numbers_are_those_of_the_letters(rows: list[Coverage], chosen: list[Corridor]) -> None:
    assert [row.corridor for row in rows] == chosen
    for row in rows:
        assert [len(word) for word in row.letters] == [len(BRANCHES)] * len(COLUMNS)
        letters = "".join(row.letters)
        assert set(letters.lower()) <= set(LETTERS.values())
        assert row.seen == sum(letter.isupper() for letter in letters) <= row.filled
        assert row.filled == CELLS - letters.count(LETTERS[GAP]) == CELLS - len(row.gaps)


def test_each_state_has_a_letter_of_its_own() -> None:
    assert LETTERS.keys() == set(STATES) and len(set(LETTERS.values())) == len(STATES)
    assert all(letter.islower() for state, letter in LETTERS.items() if state != GAP)


@pytest.mark.parametrize("name", ["NP-QA", "MA-FR", "TR-DE", "KG-RU", "MX-US"])
def test_the_letters_are_those_of_the_map(base: LawBase, rows: list[Coverage], name: str) -> None:
    (row,) = (each for each in rows if each.corridor.name == name)
    found = protection_map(base, case_of(home=row.corridor.origin, to=row.corridor.destination))
    for column, word in zip(COLUMNS, row.letters, strict=True):
        for branch, letter in zip(BRANCHES, word, strict=True):
            cell = found.cell(branch, column)
            assert letter.lower() == LETTERS[cell.state]
            assert letter.isupper() == cell.seen
            assert ((branch, column) in row.gaps) == (cell.state == GAP)


def test_a_corridor_of_which_nothing_is_known_has_gaps(base: LawBase) -> None:
    (*_, nothing) = coverage(base, FEW, TODAY)
    assert len(nothing.gaps) > 0 and nothing.filled + len(nothing.gaps) == CELLS
    assert set("".join(nothing.letters)) >= {LETTERS[GAP]}


def test_the_day_is_the_day_of_the_map(base: LawBase) -> None:
    """Croatia joined the European Union on 1 July 2013."""
    pair = [Corridor("HR", "DE", "x")]
    before, after = (next(coverage(base, pair, date(2013, month, 1))) for month in (6, 7))
    assert before.letters != after.letters and before.filled < after.filled


def test_no_question_of_a_worker_is_a_hole(rows: list[Coverage]) -> None:
    """Answered, or looked for and named as a gap: for everybody, and for work in private homes."""
    holes = [
        (row.corridor.name, who, name)
        for row in rows
        for who, states in (("anybody", row.questions), ("household", row.household))
        for (name, _), state in zip(QUESTIONS, states, strict=True)
        if state == HOLE
    ]
    assert holes == []


def test_a_named_gap_is_no_answer(rows: list[Coverage]) -> None:
    states = {state for row in rows for state in (*row.questions, *row.household)}
    assert states == {ANSWERED, LOOKED}


# -- the page -----------------------------------------------------------------------------------


def test_the_page_says_what_was_measured(base: LawBase) -> None:
    few = list(coverage(base, FEW, TODAY))
    lines = list(markdown(few, TODAY))
    text = "\n".join(lines)
    assert f"--on {TODAY}" in text and "3 corridors × 9 branches × 5 columns" in text
    seen, filled = sum(row.seen for row in few), sum(row.filled for row in few)
    cells = CELLS * 3
    assert f"Of {cells} cells {seen} ({seen / cells:.0%}) rest on a source" in text
    assert f"{filled - seen} more are filled but not confirmed, {cells - filled} are named gaps" in text
    assert ", ".join(BRANCHES) in text
    first = lines[: lines.index("## What a worker asks first")]
    table = [line for line in first if line.startswith("| ")]
    assert len(table) == 1 + len(few) and len({line.count("|") for line in table}) == 1
    for row, line in zip(few, table[1:], strict=True):
        assert line.startswith(f"| {row.corridor.name} | ") and line.endswith(f"| {row.corridor.why} |")
        assert re.findall("`([^`]+)`", line) == list(row.letters) and f" {row.seen}/45 " in line


def test_the_page_counts_right() -> None:
    made = Coverage(FEW[0], 9, 27, ("Y........",) * len(COLUMNS), (("old_age", "covered"),))
    text = "\n".join(markdown([made], TODAY))
    assert "Of 45 cells 9 (20%) rest on a source that was seen, 18 more" in text
    assert "not confirmed, 18 are named gaps" in text and "- NP-QA: covered: old_age\n" in f"{text}\n"


def test_the_page_names_every_gap(base: LawBase) -> None:
    few = list(coverage(base, FEW, TODAY))
    said = [line for line in markdown(few, TODAY) if line.startswith("- ")]
    assert [line.partition(":")[0] for line in said] == [f"- {row.corridor.name}" for row in few]
    for row, line in zip(few, said, strict=True):
        named = [
            (branch, part.partition(": ")[0].replace(" ", "_"))
            for part in line.partition(": ")[2].split("; ")
            for branch in part.partition(": ")[2].split(", ")
            if branch
        ]
        assert set(named) == set(row.gaps) and len(named) == len(row.gaps)
    assert any(line.endswith(": none") for line in said) == any(not row.gaps for row in few)


def test_every_letter_is_explained(base: LawBase, rows: list[Coverage]) -> None:
    text = "\n".join(markdown(rows, TODAY))
    for letter in LETTERS.values():
        assert f"`{letter}` " in text


def test_docs_corridors_md_is_what_the_law_makes_today(base: LawBase, chosen: list[Corridor]) -> None:
    """For the day that the page names; `haq rules corridors --markdown --on DAY` writes it anew."""
    page = PAGE.read_text(encoding="utf-8")
    (named,) = re.findall(r"--on (\d{4}-\d{2}-\d{2})", page)
    day = date.fromisoformat(named)
    made = "\n".join(markdown(list(coverage(base, chosen, day)), day, read_searches(FILE)))
    assert page.rstrip("\n").splitlines() == made.splitlines()


# -- the command --------------------------------------------------------------------------------


@pytest.fixture
def its_database(law_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAQ_DATABASE_URL", law_url)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.mark.usefixtures("its_database")
def test_the_command(base: LawBase, rows: list[Coverage], capsys: pytest.CaptureFixture[str]) -> None:
    words = ["rules", "corridors", "--on", TODAY.isoformat()]
    assert cli.run([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(each["corridor"]["origin"], each["seen"], each["filled"]) for each in found] == [
        (row.corridor.origin, row.seen, row.filled) for row in rows
    ]
    assert cli.run([*words, "--markdown"]) == 0
    assert capsys.readouterr().out == "\n".join(markdown(rows, TODAY, read_searches(FILE))) + "\n"
    assert cli.run(words) == 0
    table = capsys.readouterr().out
    assert all(row.corridor.name in table for row in rows)
    assert f"{sum(row.seen for row in rows)} of {CELLS * 40} cells" in table


@pytest.mark.usefixtures("its_database")
@pytest.mark.parametrize("day", ["today", "2026-02-30", "21.11.2026"])
def test_a_day_that_is_none(day: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["rules", "corridors", "--on", day]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and f"{day!r} is no date" in captured.err
