"""The world from one country of origin: for every country of work, what of the nine branches is covered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot.answers import formats
from bot.answers.translations import Translator
from bot.desk.asked import Asked
from bot.desk.kept import Kept
from bot.rules.lawbase import LawBase, LawReader
from bot.rules.protection import CONDITIONAL, UNCONFIRMED, YES, ProtectionMap, map_in
from bot.rules.vocabulary import BRANCHES, COUNTRIES

COUNTED: Final = ("covered", "equal_treatment", "totalization", "export")
_PARTLY: Final = (UNCONFIRMED, CONDITIONAL)
_MOST_KEPT: Final = 32  # countries of origin of which the world is kept; each is worked out in half a second


@dataclass(frozen=True)
class Tally:
    """Of nine branches: how many are given, and how many under conditions or not confirmed."""

    full: int
    part: int


@dataclass(frozen=True)
class Destination:
    """A country of work, seen from a country of origin."""

    country: str
    tallies: dict[str, Tally]  # by column of the map
    agreements: int  # social security agreements in force
    labour: int  # labour agreements in force

    @property
    def known(self) -> bool:
        """Whether anything at all is known of it."""
        return bool(
            self.agreements or self.labour or any(each.full or each.part for each in self.tallies.values())
        )


_WORLDS: Final[Kept[tuple[str, Asked, date], tuple[Destination, ...]]] = Kept(_MOST_KEPT)


def world(base: LawBase, asked: Asked, today: date) -> list[Destination]:
    """Every country of work but the country of origin itself, by code.

    Worked out once for a version of the law, a case and a day. Raises CaseError, LawBaseUnavailable.
    """
    with base.reading() as reader:  # the version and what is worked out are of one view
        key = (reader.version, asked, today)
        return list(_WORLDS.get(key) or _WORLDS.keep(key, tuple(_destinations(reader, asked, today))))


def _destinations(reader: LawReader, asked: Asked, today: date) -> Iterator[Destination]:
    for country in sorted(COUNTRIES - {asked.origin}):
        case = Asked(asked.origin, country, asked.sector, asked.status, on=asked.on).case(today)
        yield _destination(country, map_in(reader, case))


def _destination(country: str, found: ProtectionMap) -> Destination:
    tallies = {}
    for column in COUNTED:
        states = [found.cell(branch, column).state for branch in BRANCHES]
        tallies[column] = Tally(states.count(YES), sum(states.count(state) for state in _PARTLY))
    agreements = found.derivation.agreements
    social = sum(each.social_security for each in agreements)
    return Destination(country, tallies, social, len(agreements) - social)


def ranked(destinations: list[Destination], by: str, t: Translator) -> list[Destination]:
    """The most protecting first, by a column of the table; `name`: by name. What is equal goes by name."""
    named = sorted(destinations, key=lambda each: formats.country(each.country, t))
    orders: dict[str, Callable[[Destination], Any]] = {
        "name": lambda each: 0,
        "agreements": lambda each: (-each.agreements, -each.labour),
        **{column: _by_tally(column) for column in COUNTED},
    }
    return sorted(named, key=orders[by])


SORTED: Final = ("covered", "equal_treatment", "totalization", "export", "agreements", "name")


def _by_tally(column: str) -> Callable[[Destination], Any]:
    def order(each: Destination) -> tuple[int, int]:
        tally = each.tallies[column]
        return (-tally.full, -tally.part)

    return order
