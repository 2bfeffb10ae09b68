"""What benchmarks give: names with numbers, and why one could not be run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles

Figures = Mapping[str, float]


class NotMeasured(Exception):
    """What a benchmark needs is not there, or something did not answer."""


@dataclass(frozen=True)
class Options:
    """What can be asked for from outside; None is a benchmark's own choice."""

    minutes: float | None = None
    rate: float | None = None  # messages a second
    quick_stock: bool = False  # few epochs of training for the stock configuration
    only: str | None = None  # one fault of faults


def percentiles(seconds: Sequence[float], *wanted: int) -> dict[str, float]:
    """Percentiles (50, 95, 99 unless told) of times in seconds, as `p50_ms` in milliseconds.

    >>> percentiles([0.001, 0.002, 0.003], 50)
    {'p50_ms': 2.0}
    """
    cuts = quantiles(seconds, n=100, method="inclusive")
    return {f"p{cut}_ms": round(cuts[cut - 1] * 1000, 2) for cut in wanted or (50, 95, 99)}


def timed(do: Callable[[], object]) -> float:
    """The seconds that something takes."""
    began = time.perf_counter()
    do()
    return time.perf_counter() - began
