"""Comparing keys: which rule is the narrower one, and whether two can meet in one case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from bot.rules.dates import PartialDate
from bot.rules.model import ANY, Condition, Group, Key, Rule
from bot.rules.ruletypes import Fact
from bot.rules.spans import parse_span
from bot.rules.units import Duration, Money, UnitError, Vocabularies, parse_value

_FIRST, _LAST = date.min, date.max


class KeyComparer:
    """Compares the keys of rules, knowing the groups of countries and the facts."""

    def __init__(self, groups: Mapping[str, Group], facts: Mapping[str, Fact]) -> None:
        self._groups = groups
        self._facts = facts

    def strict_subset(self, narrow: Rule, wide: Rule) -> bool:
        """Whether `narrow` reaches only what `wide` reaches, and less of it, in every dimension."""
        return self._subset(narrow, wide) and not self._subset(wide, narrow)

    def meet(self, one: Rule, other: Rule) -> bool:
        """Whether some case is reached by both."""
        a, b = one.key, other.key
        return (
            self._places_meet(a.destinations, b.destinations)
            and self._origins_meet(a, b)
            and bool(a.reached_sectors() & b.reached_sectors())
            and bool(a.reached_status() & b.reached_status())
            and bool(a.reached_employment() & b.reached_employment())
            and (not a.schemes or not b.schemes or bool(set(a.schemes) & set(b.schemes)))
            and self._conditions_meet(a, b)
            and _dates_meet(one, other)
        )

    def expand(self, places: tuple[str, ...]) -> frozenset[str]:
        """The countries and regions that are meant, groups with everyone who ever was a member."""
        found: set[str] = set()
        for place in places:
            group = self._groups.get(place)
            found |= group.ever() if group else {place}
        return frozenset(found)

    def _subset(self, narrow: Rule, wide: Rule) -> bool:
        a, b = narrow.key, wide.key
        return (
            self._places_within(a.destinations, b.destinations)
            and self._places_within(a.origins, b.origins)
            and self._exclusions_within(a, b)
            and a.reached_sectors() <= b.reached_sectors()
            and a.reached_status() <= b.reached_status()
            and a.reached_employment() <= b.reached_employment()
            and (not b.schemes or (bool(a.schemes) and set(a.schemes) <= set(b.schemes)))
            and all(self._implied(condition, a) for condition in b.when)
            and _dates_within(narrow, wide)
        )

    def _places_within(self, narrow: tuple[str, ...], wide: tuple[str, ...]) -> bool:
        if ANY in wide:
            return True
        outer = self.expand(wide)
        return ANY not in narrow and all(
            place in outer or place.partition("-")[0] in outer for place in self.expand(narrow)
        )

    def _places_meet(self, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
        if ANY in one or ANY in other:
            return True
        a, b = self.expand(one), self.expand(other)
        return any(x == y or x.partition("-")[0] == y or y.partition("-")[0] == x for x in a for y in b)

    def _origins_meet(self, a: Key, b: Key) -> bool:
        if not self._places_meet(a.origins, b.origins):
            return False
        excluded = self.expand(a.except_origins) | self.expand(b.except_origins)
        named = [self.expand(key.origins) for key in (a, b) if ANY not in key.origins]
        return not named or bool(frozenset.intersection(*named) - excluded)

    def _exclusions_within(self, narrow: Key, wide: Key) -> bool:
        """Whether nobody whom the wide key excludes is reached by the narrow one."""
        excluded = self.expand(wide.except_origins)
        if ANY in narrow.origins:
            return excluded <= self.expand(narrow.except_origins)
        return not excluded & (self.expand(narrow.origins) - self.expand(narrow.except_origins))

    def _implied(self, wide: Condition, key: Key) -> bool:
        """Whether some condition of the key implies this one."""
        for narrow in key.when:
            if narrow.fact != wide.fact:
                continue
            if wide.options:
                return set(narrow.options) <= set(wide.options)
            low, high = self._range(narrow)
            wide_low, wide_high = self._range(wide)
            return wide_low <= low and high <= wide_high
        return False

    def _conditions_meet(self, a: Key, b: Key) -> bool:
        others = {condition.fact: condition for condition in b.when}
        for condition in a.when:
            other = others.get(condition.fact)
            if other is None:
                continue
            if condition.options:
                if not set(condition.options) & set(other.options):
                    return False
                continue
            low, high = self._range(condition)
            other_low, other_high = self._range(other)
            if low >= other_high or other_low >= high:
                return False
        return True

    def _range(self, condition: Condition) -> tuple[tuple[Decimal, int], tuple[Decimal, int]]:
        """Both ends, comparable; the second part of an end is 1 where the end itself is in."""
        low = self._measure(condition.fact, condition.min) if condition.min else Decimal(0)
        if condition.max is not None:
            return (low, 0), (self._measure(condition.fact, condition.max), 1)
        high = self._measure(condition.fact, condition.below) if condition.below else Decimal("Infinity")
        return (low, 0), (high, 0)

    def _measure(self, fact: str, raw: str) -> Decimal:
        return measure(self._facts[fact], raw)


def measure(fact: Fact, raw: object) -> Decimal:
    """A number for comparing values of a fact; durations in days. Raises UnitError."""
    if fact.unit is None:
        raise UnitError(f"{fact.name} takes {', '.join(fact.options)}.")
    span = parse_span(raw) if fact.unit.name == "duration" else None
    if span is not None:
        return Decimal(span.days)
    value = parse_value(fact.unit, raw, Vocabularies({}))
    if isinstance(value, Duration):
        return value.about_days()
    return value.amount if isinstance(value, Money) else Decimal(value)


def reaches(fact: Fact, raw: object, bound: object, *, over: bool = False) -> bool:
    """Whether a value is at least a bound (or over it); a span of days by the calendar. Raises UnitError."""
    span = parse_span(raw) if fact.unit is not None and fact.unit.name == "duration" else None
    if span is not None and fact.unit is not None:
        length = parse_value(fact.unit, bound, Vocabularies({}))
        assert isinstance(length, Duration)
        return span.exceeds(length) if over else span.reaches(length)
    value, limit = measure(fact, raw), measure(fact, bound)
    return value > limit if over else value >= limit


def comparable(fact: Fact, raw: object, bound: object) -> bool:
    """Whether a value can be held against a bound: money only in one currency. Raises UnitError."""
    if fact.unit is None or fact.unit.name not in ("money", "pay"):
        return True
    one, other = (parse_value(fact.unit, each, Vocabularies({})) for each in (raw, bound))
    return bool((one.currency, one.per) == (other.currency, other.per))


def _span(rule: Rule) -> tuple[date, date]:
    start = PartialDate.parse(rule.start).earliest if rule.start else _FIRST
    end = PartialDate.parse(rule.end).latest if rule.end else _LAST
    return start, end


def _dates_within(narrow: Rule, wide: Rule) -> bool:
    (start, end), (wide_start, wide_end) = _span(narrow), _span(wide)
    return wide_start <= start and end <= wide_end


def _dates_meet(one: Rule, other: Rule) -> bool:
    (start, end), (other_start, other_end) = _span(one), _span(other)
    return start <= other_end and other_start <= end
