"""Does a rule reach a case? Yes, no, or it depends on something unknown.

Three values throughout: a dimension of the case is a value or unknown; an unknown never makes a
rule that needs it apply without condition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from bot.rules.case import Case
from bot.rules.dates import PartialDate
from bot.rules.keys import KeyComparer, comparable, reaches
from bot.rules.model import ALL_SECTORS, ANY, Condition, Group, Key, Rule, Scope
from bot.rules.ruletypes import Fact

YES, DEPENDS, NO = "yes", "depends", "no"


@dataclass(frozen=True)
class Match:
    """How a rule meets a case: the outcome, what it depends on, and why, step by step."""

    applies: str
    depends_on: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()
    not_known_then: bool = False  # known only from a later date than the one asked about
    left_out: bool = False  # it would reach the case but for its excluded sectors
    unless: tuple[Rule, ...] = ()  # rules that would stand instead, if what they depend on holds


_REACHED = Match(YES)  # a dimension that the rule does not narrow


@dataclass(frozen=True)
class LegalSectors:
    """Under which sectors of the law the case may fall, and which unknowns decide."""

    possible: frozenset[str]
    depends_on: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Context:
    """What matching needs to know beside the rule and the case."""

    groups: Mapping[str, Group] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    scopes: tuple[Scope, ...] = ()

    @cached_property
    def comparer(self) -> KeyComparer:
        """Compares keys with these groups and facts."""
        return KeyComparer(self.groups, self.facts)


def legal_sectors(case: Case, context: Context) -> LegalSectors:
    """From the job to the sector of the law, by the destination's scope rules.

    An unknown job may fall anywhere; a job that a scope rule moves only in private homes stays
    open until it is known where the person works.
    """
    if case.sector is None:
        return LegalSectors(ALL_SECTORS, ("sector",), "The job is not known.")
    household = case.facts.get("private_household")
    possible: set[str] = set()
    reasons: list[str] = []
    needs: list[str] = []
    stays = True
    for scope in context.scopes:
        reach = _place("destination", scope.destinations, case, case.destination, context, case.on)
        if case.sector not in scope.jobs or reach.applies == NO:
            continue
        certain = scope.private_household in (ANY, household)
        if not certain and household is not None:
            continue
        possible.add(scope.legal_sector)
        if certain and reach.applies == YES:
            reasons.append(f"{scope.id}: this job falls under the law for {scope.legal_sector}.")
            stays = False
            continue
        if scope.legal_sector != case.sector:
            needs += reach.depends_on if certain else (*reach.depends_on, "private_household")
        reasons.append(
            f"{scope.id}: in a private home ({scope.private_household}) it falls under {scope.legal_sector}."
        )
    if stays:
        possible.add(case.sector)
    return LegalSectors(
        frozenset(possible), tuple(dict.fromkeys(needs)) if len(possible) > 1 else (), " ".join(reasons)
    )


def match(rule: Rule, case: Case, context: Context, sectors: LegalSectors) -> Match:
    """Whether the rule reaches the case, dimension by dimension."""
    on = _day_for(rule, case)
    return _together([_date(rule, on), *_narrowed(rule.key, case, context, sectors, on)])


class Matcher:
    """Matches many rules against one case, as `match` does: keys that they share are looked at once."""

    def __init__(self, case: Case, context: Context) -> None:
        self.sectors = legal_sectors(case, context)
        self._case, self._context = case, context
        # By the very key and date, which are held here as well so that no other takes their place.
        self._found: dict[tuple[int, int], tuple[Key, Match, Match]] = {}

    def match(self, rule: Rule) -> Match:
        """Whether the rule reaches the case."""
        on, key = _day_for(rule, self._case), rule.key
        date_step = _date(rule, on)
        name = (id(key), id(date_step))
        found = self._found.get(name)
        if found is None:
            steps = [date_step, *_narrowed(key, self._case, self._context, self.sectors, on)]
            found = self._found[name] = (key, date_step, _together(steps))
        return found[2]


def _day_for(rule: Rule, case: Case) -> date:
    """The day on which a rule must hold: help is sought today, whenever the wrong was done."""
    return case.today if rule.kind == "complaint_channel" else case.on


def _together(steps: list[Match]) -> Match:
    """All dimensions of one rule, the date first, as one."""
    no = [step for step in steps if step.applies == NO]
    if no:
        alone = no[0] if len(no) == 1 else Match(NO)
        said = tuple(line for step in no for line in step.trace)
        return Match(NO, (), said, alone.not_known_then, left_out=alone.left_out)
    if len(steps) == 1:  # the rule narrows nothing but the date
        return steps[0]
    trace = tuple(line for step in steps for line in step.trace)
    needs = tuple(dict.fromkeys(name for step in steps for name in step.depends_on))
    return Match(DEPENDS if needs else YES, needs, trace)


def _narrowed(key: Key, case: Case, context: Context, sectors: LegalSectors, on: date) -> Iterator[Match]:
    """How the case stands to each dimension that the key narrows; most keys narrow few."""
    if ANY not in key.destinations:
        yield _place("destination", key.destinations, case, case.destination, context, on)
    if ANY not in key.origins:
        yield _place("origin", key.origins, case, case.origin, context, on)
    if key.except_origins:
        yield _excluded_origin(key, case, context, on)
    if key.except_sectors or key.sectors != ("all",):
        yield _sector(key, sectors)
    if key.status != (ANY,):
        yield _member("status", key.status, case.status)
    if key.employment != (ANY,):
        yield _member("employment", key.employment, case.employment)
    if key.schemes:
        yield _member("scheme", key.schemes, case.scheme)
    for condition in key.when:
        yield _condition(condition, case, context.facts[condition.fact])


def _date(rule: Rule, on: date) -> Match:
    as_of = None if rule.start else rule.provenance.as_of
    return _dated(rule.start, rule.end, as_of, rule.expected, on)


@lru_cache(maxsize=20_000)  # many rules begin on the same days; each day has its own `Match`
def _dated(starts: str | None, ends: str | None, as_of: str | None, expected: bool, on: date) -> Match:
    start = PartialDate.parse(starts) if starts else None
    end = PartialDate.parse(ends) if ends else None
    if start is not None and on < start.earliest:
        return Match(NO, (), (f"date: it starts on {start}, after {on}.",))
    if end is not None and on > end.latest:
        return Match(NO, (), (f"date: it ended on {end}, before {on}.",))
    if start is None:
        known_from = PartialDate.parse(as_of) if as_of else None
        if known_from is not None and on < known_from.earliest:
            return Match(NO, (), (f"date: it is known only from {known_from} on.",), not_known_then=True)
    if start is not None and start.day is None and on < start.latest:
        return Match(DEPENDS, ("date",), (f"date: it starts in {start}; the day is not known.",))
    if end is not None and end.day is None and on > end.earliest:
        return Match(DEPENDS, ("date",), (f"date: it ends in {end}; the day is not known.",))
    if expected:
        return Match(DEPENDS, ("start",), (f"date: its start ({start}) was put off before and may move.",))
    return _holds(on)


@lru_cache(maxsize=64)
def _holds(on: date) -> Match:
    return Match(YES, (), (f"date: it holds on {on}.",))


def _place(
    name: str, places: tuple[str, ...], case: Case, country: str | None, context: Context, on: date
) -> Match:
    if ANY in places:
        return _REACHED
    if country is None:
        return Match(DEPENDS, (name,), (f"{name}: only for {', '.join(places)}; not known.",))
    for place in places:
        group = context.groups.get(place)
        if place == country or (group is not None and group.has(country, on)):
            return Match(YES, (), (f"{name}: {country} is reached by {place}.",))
    regions = [place for place in places if place.startswith(f"{country}-")]
    if name == "destination" and regions:
        if case.region is None:
            return Match(
                DEPENDS, ("region",), (f"{name}: only in {', '.join(regions)}; the region is not known.",)
            )
        if case.region in regions:
            return Match(YES, (), (f"{name}: {case.region} is reached.",))
    return Match(NO, (), (f"{name}: only for {', '.join(places)}.",))


def _excluded_origin(key: Key, case: Case, context: Context, on: date) -> Match:
    """`any` country of origin but some; an unknown origin may be one of them."""
    excluded = key.except_origins
    said = f"origin: not for {', '.join(excluded)}"
    if case.origin is None:
        return Match(DEPENDS, ("origin",), (f"{said}; not known.",))
    hit = _place("origin", excluded, case, case.origin, context, on).applies == YES
    return Match(NO if hit else YES, (), (f"{said}.",))


def _sector(key: Key, sectors: LegalSectors) -> Match:
    reached = key.reached_sectors()
    hit = sectors.possible & reached
    said = f"sector: for {', '.join(key.sectors)}"
    if key.except_sectors:
        said += f", not {', '.join(key.except_sectors)}"
    if not hit:
        excluded = sectors.possible <= set(key.except_sectors)
        return Match(NO, (), (f"{said}. {sectors.reason}".strip(),), left_out=excluded)
    if hit != sectors.possible:
        return Match(DEPENDS, sectors.depends_on or ("sector",), (f"{said}. {sectors.reason}".strip(),))
    return Match(YES, (), (f"{said}. {sectors.reason}".strip(),) if reached != ALL_SECTORS else ())


def _member(name: str, allowed: tuple[str, ...], value: str | None) -> Match:
    if value is None:
        return Match(DEPENDS, (name,), (f"{name}: only for {', '.join(allowed)}; not known.",))
    if value in allowed:
        return Match(YES, (), (f"{name}: {value} is reached.",))
    return Match(NO, (), (f"{name}: only for {', '.join(allowed)}.",))


def _condition(condition: Condition, case: Case, fact: Fact) -> Match:
    value = case.facts.get(condition.fact)
    wanted = ", ".join(condition.options) or _bounds(condition)
    if value is None:
        return Match(DEPENDS, (condition.fact,), (f"{condition.fact}: {wanted}; not known.",))
    if condition.options:
        holds = value in condition.options
    elif not comparable(fact, value, condition.min or condition.below or condition.max):
        return Match(
            DEPENDS, (condition.fact,), (f"{condition.fact}: {wanted}; {value} is in another currency.",)
        )
    else:
        low = condition.min is None or reaches(fact, value, condition.min)
        below = condition.below is None or not reaches(fact, value, condition.below)
        holds = (
            low and below and (condition.max is None or not reaches(fact, value, condition.max, over=True))
        )
    return Match(YES if holds else NO, (), (f"{condition.fact}: {wanted}; it is {value}.",))


def _bounds(condition: Condition) -> str:
    ends = (("at least", condition.min), ("under", condition.below), ("at most", condition.max))
    return " and ".join(f"{word} {end}" for word, end in ends if end)
