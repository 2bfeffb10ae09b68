"""The judge of the soak: it has to see growth, and nothing but growth."""

from __future__ import annotations

import random

import pytest

from bot.benchmarks.slope import slope
from bot.benchmarks.soak import faults, trend

MOMENTS = [10.0 * number for number in range(1, 97)]
FINE = {"messages": 36_000.0, "errors": 0.0}


def noise(seed: int, spread: float) -> list[float]:
    chance = random.Random(seed)
    return [chance.gauss(0, spread) for _ in MOMENTS]


def trends(memory: float = 0, median: float = 0, spread: float = 1.0) -> dict[str, float]:
    """Figures of 1,000 MB and 10 ms that change by so much an hour."""
    rows = list(zip(MOMENTS, noise(5, spread), strict=True))
    return {
        **trend("memory", "mb", [(at, 1000 + memory / 3600 * at + each) for at, each in rows]),
        **trend("p50", "ms", [(at, 10 + median / 3600 * at + each / 10) for at, each in rows]),
    }


def test_a_line_without_noise_is_found_exactly() -> None:
    found = slope(MOMENTS, [1000 + 0.5 * at for at in MOMENTS])
    assert found.each == pytest.approx(0.5)
    assert found.half == pytest.approx(0, abs=1e-6)


def test_the_interval_is_that_of_the_textbook_when_values_are_independent() -> None:
    found = slope([1, 2, 3, 4, 5], [2.0, 4.0, 5.0, 4.0, 5.0])  # error 0.2828, t of three degrees 3.1824
    assert found.each == pytest.approx(0.6)
    assert found.half == pytest.approx(0.9001, abs=1e-3)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    found = [slope(MOMENTS, noise(seed, 3)) for seed in range(100)]
    missed = sum(abs(each.each) > each.half for each in found)
    assert 1 <= missed <= 12, "about five in a hundred"


def test_values_that_wander_make_it_less_sure() -> None:
    steps = noise(1, 1.0)
    wandering = [sum(steps[: number + 1]) for number in range(len(steps))]
    shuffled = list(wandering)
    random.Random(3).shuffle(shuffled)
    assert slope(MOMENTS, wandering).half > 2 * slope(MOMENTS, shuffled).half


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (trends(), []),
        (trends(memory=10), []),
        (trends(memory=-200, median=-5), []),
        (trends(memory=60), ["memory grows by more than 2% an hour"]),
        (trends(memory=60, spread=40), []),
        (trends(median=5), ["p50 grows by more than 25% an hour"]),
    ],
    ids=["even", "within the bound", "less", "memory", "lost in noise", "median"],
)
def test_only_growth_beyond_noise_and_bound_is_a_fault(figures: dict[str, float], said: list[str]) -> None:
    assert faults(FINE | figures) == said


def test_a_message_without_an_answer_is_a_fault() -> None:
    assert faults(FINE | trends() | {"errors": 2.0}) == ["2 of 36000 messages were not answered"]
