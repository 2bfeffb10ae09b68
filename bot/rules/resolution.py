"""From the rules that could speak of a case to those that do: matching, then combining.

Rules add up. Only rules of a type that gives one value (`one`) or the better one
(`most_favourable`) displace each other; a lifeline is never hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from bot.rules.case import Case
from bot.rules.keys import KeyComparer
from bot.rules.lawfiles import rivalry, share_values
from bot.rules.matching import DEPENDS, NO, YES, Context, Match, Matcher
from bot.rules.model import Rule
from bot.rules.ruletypes import RuleType
from bot.rules.same import Same
from bot.rules.units import Duration, Money, Vocabularies, parse_value


@dataclass(frozen=True)
class Result:
    """A rule that speaks of the case: for certain, or depending on something unknown."""

    rule: Rule
    applies: str  # yes | depends
    depends_on: tuple[str, ...]
    trace: tuple[str, ...]
    own_depends_on: tuple[str, ...] = ()  # without what only the rules under `unless` depend on
    unless: tuple[Rule, ...] = ()
    legal_sectors: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Resolution:
    """What speaks of the case, and what was set aside and why."""

    results: tuple[Result, ...]
    set_aside: tuple[tuple[Rule, str], ...]
    not_known_then: tuple[Rule, ...]
    left_out: tuple[Rule, ...] = ()  # they would reach the case, but exclude its sector


def resolve(rules: Iterable[Rule], case: Case, context: Context, types: Mapping[str, RuleType]) -> Resolution:
    """Matches every rule against the case and lets them combine as their types say.

    The order in which the rules come changes nothing.
    """
    matcher = Matcher(case, context)
    matches: dict[str, tuple[Rule, Match]] = {}
    aside: list[tuple[Rule, str]] = []
    not_known_then: list[Rule] = []
    left_out: list[Rule] = []
    for rule in sorted(rules, key=lambda each: each.id):
        found = matcher.match(rule)
        if found.applies != NO:
            matches[rule.id] = (rule, found)
        elif found.not_known_then:
            not_known_then.append(rule)
        else:
            aside.append((rule, " ".join(found.trace)))
            if found.left_out:
                left_out.append(rule)
    combiner = _Combiner(matches, context.comparer, types)
    results = []
    for rule, found in matches.values():
        outcome, reason = combiner.outcome(rule.id)
        if outcome.applies == NO:
            aside.append((rule, reason))
        else:
            results.append(
                Result(
                    rule, outcome.applies, outcome.depends_on, outcome.trace,
                    found.depends_on, outcome.unless, matcher.sectors.possible,
                )
            )  # fmt: skip
    return Resolution(tuple(results), tuple(aside), tuple(not_known_then), tuple(left_out))


class _Combiner:
    """Decides, among the rules that match, which give way."""

    def __init__(
        self, matches: dict[str, tuple[Rule, Match]], comparer: KeyComparer, types: Mapping[str, RuleType]
    ) -> None:
        self._matches = matches
        self._comparer = comparer
        self._types = types
        self._done: dict[str, tuple[Match, str]] = {}
        self._rivals: dict[tuple[Any, ...], list[Rule]] = {}
        for rule, _ in matches.values():
            rule_type = types[rule.type]
            if rule_type.combine != "all":
                self._rivals.setdefault(rivalry(rule, rule_type), []).append(rule)

    def outcome(self, rule_id: str) -> tuple[Match, str]:
        """How the rule stands once its rivals are heard, and why it gave way if it did."""
        if rule_id not in self._done:
            rule, found = self._matches[rule_id]
            self._done[rule_id] = (found, "")  # named displacements in a ring end here
            self._done[rule_id] = self._heard(rule, found)
        return self._done[rule_id]

    def _heard(self, rule: Rule, found: Match) -> tuple[Match, str]:
        for winner in self._winners(rule):
            stands, _ = self.outcome(winner.id)
            if stands.applies == YES:
                return Match(NO), f"{winner.id} stands before it."
            if stands.applies == DEPENDS:
                needs = tuple(dict.fromkeys((*found.depends_on, *stands.depends_on)))
                reason = f"unless {winner.id} applies: depends on {', '.join(stands.depends_on)}."
                found = replace(
                    found,
                    applies=DEPENDS,
                    depends_on=needs,
                    unless=(*found.unless, winner),
                    trace=(*found.trace, reason),
                )
        return found, ""

    def _winners(self, rule: Rule) -> list[Rule]:
        """The matching rules before which this one gives way."""
        rule_type = self._types[rule.type]
        if rule_type.combine == "all":
            return []
        rivals = [other for other in self._rivals[rivalry(rule, rule_type)] if other.id != rule.id]
        if rule_type.combine == "one":
            return [other for other in rivals if self._displaces(other, rule)]
        return [other for other in rivals if _better(other, rule, rule_type)]

    def _displaces(self, winner: Rule, loser: Rule) -> bool:
        if loser.id in winner.displaces:
            return True
        if winner.id in loser.displaces or not share_values(winner, loser):
            return False
        return _narrower(Same(self._comparer, winner, loser))


@lru_cache(maxsize=50_000)  # the same few rivals meet in lookup after lookup
def _narrower(key: Same) -> bool:
    comparer, narrow, wide = key.objects
    return bool(comparer.strict_subset(narrow, wide))


def _better(winner: Rule, loser: Rule, rule_type: RuleType) -> bool:
    """Whether the first gives strictly more to the worker, in the value that the type prefers."""
    assert rule_type.prefer is not None
    order, name = rule_type.prefer
    one, other = _amount(winner, name, rule_type), _amount(loser, name, rule_type)
    if one is None or other is None or one[0] != other[0]:
        return False
    return one[1] > other[1] if order == "max" else one[1] < other[1]


def _amount(rule: Rule, name: str, rule_type: RuleType) -> tuple[str, Decimal] | None:
    if name not in rule.values:
        return None
    value = parse_value(rule_type.values[name], rule.values[name], Vocabularies({}))
    if isinstance(value, Money):
        return f"{value.currency}/{value.per}", value.amount
    if isinstance(value, Duration):
        return "duration", value.about_days()
    return rule_type.values[name].name, Decimal(value)
