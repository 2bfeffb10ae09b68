"""Every ordered pair of countries, with papers, without, and unknown: a map without an error, in time."""

from __future__ import annotations

import os
import statistics
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest

from bot.rules.lawbase import LawBase
from bot.rules.protection import map_in
from tests.rules.support import case_of
from tests.rules.test_protection import BOUND_MS, CODES, check

STATUSES = (None, "regular", "irregular")


def maps_of(url: str, home: str) -> tuple[list[float], Counter[str]]:
    """Draws and checks every map of people of one country: milliseconds each, and what the cells say."""
    times, states = [], Counter[str]()
    base = LawBase(url)
    with base.reading() as reader:
        for to in CODES:
            for status in STATUSES if to != home else ():
                case = case_of(home=home, to=to, status=status)
                begun = time.process_time()
                found = map_in(reader, case)
                times.append((time.process_time() - begun) * 1_000)
                check(found, reader)
                states.update(cell.state for cell in found.cells)
    base.close()
    return times, states


@pytest.mark.slow
@pytest.mark.thorough  # a fixed sample runs always: test_protection
def test_every_pair_has_a_map(law_url: str) -> None:
    times, states = [], Counter[str]()
    with ProcessPoolExecutor(os.cpu_count() or 1) as workers:
        for mine, said in workers.map(maps_of, [law_url] * len(CODES), CODES):
            times += mine
            states += said
    assert len(times) == len(CODES) * (len(CODES) - 1) * len(STATUSES)
    cuts = statistics.quantiles(times, n=100)
    print(f"\n{len(times)} maps: p50 {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms, most {max(times):.1f} ms")
    print(", ".join(f"{state} {count / states.total():.1%}" for state, count in states.most_common()))
    assert cuts[98] < BOUND_MS
