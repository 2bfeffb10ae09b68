"""What may be shown of counts, so that nobody is found in them (docs/what-people-ask.md says why so).

Questions of fewer than five people are not shown, however many they are. Every other number, and every sum,
is rounded to a multiple of five: up or down by chance, the likelier the nearer. So a hidden count is no
difference of shown ones. How many people there are is known at least, never at most: a person is counted
once a week, and nobody knows whether it was the same one the week after. Chance
is fixed: it hangs on the keys of the rows that a number sums up, so that the same number is rounded
the same way wherever and whenever it is shown, and asking twice tells nothing more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Fewer people than this are never shown as a number; what is shown is a multiple of it.
FEWEST = 5
# Keys are drawn below this: a prime, so that no multiple of a key gathers at a few values.
KEYS = 1_000_003


@dataclass(frozen=True)
class Cell:
    """A true count of questions, and the sum of the keys of what it counts (below KEYS)."""

    number: int = 0
    key: int = 0
    weekly: tuple[tuple[str, int], ...] = ()  # whose first question of the week is in it: week, people
    alike: int = 0  # the most people who are known to have asked the same thing of it in one week

    @property
    def people(self) -> int:
        """How many people asked, at least."""
        return max(self.alike, *(number for _, number in self.weekly), 0)

    def __add__(self, other: Cell) -> Cell:
        weekly = Counter(dict(self.weekly)) + Counter(dict(other.weekly))
        return Cell(
            self.number + other.number, (self.key + other.key) % KEYS, tuple(sorted(weekly.items())),
            max(self.alike, other.alike),
        )  # fmt: skip

    def shown(self) -> int | None:
        """The rounded number; None for "fewer than five people", which may be nobody."""
        if min(self.people, self.number) < FEWEST:
            return None
        whole, rest = divmod(self.number, FEWEST)
        return FEWEST * (whole + (self.key * FEWEST < rest * KEYS))


@dataclass(frozen=True)
class Shown:
    """A table as it may be shown."""

    rows: tuple[tuple[tuple[str, ...], int | None], ...]  # (what, how often), the most frequent first
    rest: int | None = None  # everything that has no row of its own, together
    whole: bool = False  # every row that there can be is there: nothing is left for the rest


def show(cells: Mapping[tuple[str, ...], Cell]) -> Shown:
    """A table of which only the rows that may be shown are there; the others are one sum.

    That a row is missing does not tell whether anybody asked for it.
    """
    rows = [(what, number) for what, cell in cells.items() if (number := cell.shown()) is not None]
    rows.sort(key=lambda row: (-row[1], row[0]))  # by what is shown: a finer order would tell more
    hidden = sum((cell for cell in cells.values() if cell.shown() is None), Cell())
    return Shown(tuple(rows), hidden.shown())


def show_each(cells: Mapping[tuple[str, ...], Cell], rows: Iterable[tuple[str, ...]]) -> Shown:
    """A table of rows that are known beforehand: each is there, whether anybody asked or not."""
    return Shown(tuple((what, cells.get(what, Cell()).shown()) for what in rows), whole=True)
