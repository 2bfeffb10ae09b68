"""A line through measured values, and how sure its slope is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Slope:
    """Change in one unit of time, and half of the interval in which it lies with 95 % confidence."""

    each: float
    half: float


def slope(at: Sequence[float], values: Sequence[float]) -> Slope:
    """The least squares slope of three values or more, at about even distances.

    Values that follow each other are alike (memory is, most of all), which makes them say less than as many
    independent ones: the interval is widened by how much each deviation resembles the one before.

    >>> slope([0, 1, 2, 3], [5.0, 7.0, 9.0, 11.0])
    Slope(each=2.0, half=0.0)
    """
    import numpy
    from scipy import stats

    line = stats.linregress(at, values)
    left = numpy.asarray(values) - (line.intercept + line.slope * numpy.asarray(at))
    spread = float(left @ left)
    alike = min(max(float(left[1:] @ left[:-1]) / spread, 0.0), 0.95) if spread else 0.0
    quantile = float(stats.t.ppf(0.975, len(values) - 2))
    half = quantile * float(line.stderr) * ((1 + alike) / (1 - alike)) ** 0.5
    return Slope(float(line.slope), half)
