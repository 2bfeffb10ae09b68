"""The rules that a calculation rests on, with their values read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from bot.rules.case import Case
from bot.rules.lawbase import LawReader
from bot.rules.model import ANY, Rule
from bot.rules.resolution import Result, resolve
from bot.rules.units import Duration, Vocabularies, parse_value

# Weeks of insurance in months: rounded up, since a month too few would promise what is not due.
_MONTHS = {"week": Fraction(12, 52), "month": Fraction(1), "year": Fraction(12)}


@dataclass(frozen=True)
class Ground:
    """A rule that speaks of the case, and its values by name."""

    result: Result
    values: Mapping[str, Any]

    @property
    def rule(self) -> Rule:
        """The rule itself."""
        return self.result.rule

    @property
    def sure(self) -> bool:
        """Whether it holds whatever is still unknown of the case."""
        return self.result.applies == "yes"

    def whole_months(self, name: str) -> int | None:
        """A length of time in whole months; None when it is not there, or in days."""
        value = self.values.get(name)
        if not isinstance(value, Duration) or value.unit not in _MONTHS:
            return None
        return ceil(Fraction(value.amount) * _MONTHS[value.unit])


def grounds(reader: LawReader, case: Case, types: Collection[str], topics: Iterable[str]) -> list[Ground]:
    """The rules of some types in the country of work that speak of a case, in the order of their ids."""
    return [each for each in _grounds(reader, case, types, topics) if each.rule.key.destinations != (ANY,)]


def home_grounds(
    reader: LawReader, case: Case, types: Collection[str], topics: Iterable[str]
) -> list[Ground]:
    """As `grounds`, for the schemes of the home country."""
    return [each for each in _grounds(reader, case, types, topics) if each.rule.key.destinations == (ANY,)]


def _grounds(
    reader: LawReader, case: Case, types: Collection[str], topics: Iterable[str]
) -> Iterator[Ground]:
    rules = reader.candidates(topics, case.destination, case.origin)
    words = Vocabularies(reader.catalogue.term_ids())
    for result in resolve(rules, case, reader.context, reader.catalogue.types).results:
        rule = result.rule
        if rule.type in types:
            units = reader.catalogue.types[rule.type].values
            values = {name: parse_value(units[name], raw, words) for name, raw in rule.values.items()}
            yield Ground(result, values)
