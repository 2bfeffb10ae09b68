"""What is shown of counts: nothing small, nothing exact, and nothing that can be worked out from the rest."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Mapping

import pytest

from bot.people.disclosure import FEWEST, KEYS, Cell, Shown, show, show_each

Interval = tuple[int, int]


def cell_of(number: int, chance: random.Random) -> Cell:
    """Questions of as many people, all in one week."""
    return Cell(number, chance.randrange(KEYS), (("2026-W01", number),), number)


def cells(numbers: Mapping[str, int], chance: random.Random) -> dict[tuple[str, ...], Cell]:
    return {(name,): cell_of(number, chance) for name, number in numbers.items()}


def test_small_numbers_are_never_shown_and_others_are_multiples_of_five_near_the_truth() -> None:
    chance = random.Random(1)
    for number in range(300):
        shown = cell_of(number, chance).shown()
        if number < FEWEST:
            assert shown is None
        else:
            assert shown is not None and shown >= FEWEST
            assert shown % FEWEST == 0 and abs(shown - number) < FEWEST


def test_rounding_leans_neither_way_and_multiples_stay() -> None:
    chance = random.Random(2)
    assert {cell_of(25, chance).shown() for _ in range(200)} == {25}
    for number in (6, 7, 8, 9):
        mean = sum(cell_of(number, chance).shown() or 0 for _ in range(20_000)) / 20_000
        assert mean == pytest.approx(number, abs=0.08)


def test_the_same_questions_are_rounded_the_same_wherever_they_are_summed_up() -> None:
    chance = random.Random(3)
    parts = [cell_of(chance.randrange(1, 9), chance) for _ in range(20)]
    sums = {sum(chance.sample(parts, len(parts)), Cell()) for _ in range(50)}
    assert len(sums) == 1


def test_what_is_hidden_is_one_sum_and_its_rows_do_not_show() -> None:
    chance = random.Random(4)
    shown = show(cells({"wages": 20, "housing": 4, "contract": 3, "embassy": 1}, chance))
    assert [what for what, _ in shown.rows] == [("wages",)] and shown.rest in (5, 10)
    assert show(cells({"wages": 20, "housing": 4}, chance)).rest is None
    assert show(cells({"wages": 20}, chance)).rest is None, "nobody and a few look the same"


def test_the_order_of_rows_tells_no_more_than_their_numbers() -> None:
    found = show({("b",): Cell(9, 0, alike=9), ("a",): Cell(6, 0, alike=6)})
    assert found.rows == ((("a",), 10), (("b",), 10))


def test_rows_that_are_known_beforehand_are_all_there() -> None:
    few = {("2026-W01",): Cell(5, alike=5), ("2026-W02",): Cell(4, alike=4)}
    found = show_each(few, [(f"2026-W0{n}",) for n in (1, 2, 3)])
    assert found.rows == ((("2026-W01",), 5), (("2026-W02",), None), (("2026-W03",), None)) and found.whole


def test_many_questions_of_few_people_are_not_shown() -> None:
    """A person counts once a week; of several weeks nobody knows whether they are the same person's."""
    assert Cell(50, 0, (("2026-W01", 4), ("2026-W02", 4)), 3).shown() is None
    assert Cell(50, 0, (("2026-W01", 4), ("2026-W02", 5)), 3).shown() == 50
    assert Cell(50, 0, (), 5).shown() == 50
    few = {(name,): Cell(10, 0, (("2026-W01", 2),), 2) for name in "ab"}
    assert show(few) == Shown((), None)
    assert show({**few, ("c",): Cell(1, 0, (("2026-W01", 1),), 1)}).rest == 25


# -- an attack ----------------------------------------------------------------------------------------


def known(value: int | None, exact: bool) -> Interval:
    """What a shown number says of the true one."""
    if value is None:
        return 0, FEWEST - 1
    return (value, value) if exact else (max(FEWEST, value - FEWEST + 1), value + FEWEST - 1)


def narrowed(bounds: dict[str, Interval], sums: Iterable[tuple[str, list[str]]]) -> dict[str, Interval]:
    """Everything that follows from sums whose parts are known to lie between bounds."""
    sums, changed = list(sums), True
    while changed:
        changed = False
        for whole, parts in sums:
            low, high = (sum(bounds[part][end] for part in parts) for end in (0, 1))
            found = {whole: (low, high)}
            for part in parts:
                mine = bounds[part]
                found[part] = (bounds[whole][0] - high + mine[1], bounds[whole][1] - low + mine[0])
            for name, (least, most) in found.items():
                better = max(bounds[name][0], least), min(bounds[name][1], most)
                changed |= better != bounds[name]
                bounds[name] = better
    return bounds


def attack(chance: random.Random, exact: bool) -> tuple[int, int]:
    """A table of topics, seen whole and by language: (hidden counts, those that can be worked out)."""
    topics, languages = "ABCD", "xyz"
    true = {
        f"{topic}{language}": cell_of(chance.choice((0, 1, 2, 3, 4, 6, 7, 8, 9, 14, 23)), chance)
        for topic, language in itertools.product(topics, languages)
    }
    sums = [(topic, [f"{topic}{each}" for each in languages]) for topic in topics]
    sums += [(language, [f"{each}{language}" for each in topics]) for language in languages]
    for whole, parts in sums:
        true[whole] = sum((true[part] for part in parts), Cell())
    true["all"] = sum((true[topic] for topic in topics), Cell())
    sums += [("all", list(topics)), ("all", list(languages))]
    bounds = {}
    for name, cell in true.items():
        shown = (cell.number if cell.number >= FEWEST else None) if exact else cell.shown()
        bounds[name] = known(shown, exact)
    found = narrowed(bounds, sums)
    hidden = [name for name, cell in true.items() if 0 < cell.number < FEWEST]
    for name, cell in true.items():
        assert found[name][0] <= cell.number <= found[name][1], "the attack itself is sound"
    return len(hidden), sum(found[name][0] == found[name][1] for name in hidden)


def test_no_hidden_count_can_be_worked_out_from_all_the_others() -> None:
    """The same attack finds hundreds where totals are exact."""
    chance = random.Random(5)
    naive, ours = (
        [sum(each) for each in zip(*(attack(chance, exact) for _ in range(400)), strict=True)]
        for exact in (True, False)
    )
    assert naive[0] > 1000 and naive[1] > 300, naive
    assert ours[0] > 1000 and ours[1] == 0, ours
