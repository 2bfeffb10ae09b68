"""What can still be done where the law says no, or leaves a kind of work out.

Nothing new is claimed here: each way rests on rules of the same lookup, which are shown beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.rules.model import Contact, Rule
from bot.rules.resolution import Result
from bot.rules.ruletypes import RuleType

# The ways, in the order in which they are said.
OTHER_LAW = "other_law"  # another rule of the country of work still gives something
TREATY = "treaty"  # a treaty or agreement between the two countries speaks of it
HOME_SCHEME = "home_scheme"  # a scheme of the home country does
REFUND = "refund"  # contributions can be asked back
ADVICE = "advice"  # a union, an aid organisation or legal aid that takes people in
EMBASSY = "embassy"
WAYS = (OTHER_LAW, TREATY, HOME_SCHEME, REFUND, ADVICE, EMBASSY)

_GIVING = ("entitlement", "obligation", "scheme")
_TREATIES = ("international_labour_standard", "social_security_agreement", "bilateral_labour_agreement")
_ADVISERS = {"ngo", "union", "legal_aid", "shelter"}
_EMBASSIES = {"embassy", "consular_line"}


@dataclass(frozen=True)
class Way:
    """One thing that can still be done, and the rules that say so."""

    name: str  # one of WAYS
    rules: tuple[str, ...]
    sure: bool = True  # at least one of them holds whatever is still unknown

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"way": self.name, "rules": list(self.rules), "sure": self.sure}


@dataclass(frozen=True)
class Remedy:
    """What is left on a topic that is denied. No ways: none is known."""

    topic: str
    denied_by: tuple[str, ...]  # the rules that say no
    ways: tuple[Way, ...]


def remedies(
    topics: Iterable[str], answers: Collection[Result], channels: Collection[Result],
    left_out: Mapping[str, tuple[str, ...]], contacts: Mapping[str, Contact], types: Mapping[str, RuleType],
    named: Callable[[Rule], Iterable[str]],
) -> tuple[Remedy, ...]:  # fmt: skip
    """For each topic that a rule denies, or from which the sector is left out: what is left.

    `left_out`: the rules that leave the sector out, by topic; `named`: the contacts that a rule names.
    """
    denials: dict[str, list[str]] = {topic: list(rules) for topic, rules in left_out.items()}
    giving: dict[str, dict[str, list[Result]]] = {}
    for each in answers:
        rule, denies = each.rule, types[each.rule.type].denies
        for topic in rule.topics:
            if denies and each.applies == "yes":
                denials.setdefault(topic, []).append(rule.id)
            elif rule.kind in _GIVING and not denies:
                giving.setdefault(topic, {}).setdefault(_way(rule), []).append(each)
    if not denials:
        return ()
    helping = _helping(channels, contacts, named)
    found = []
    for topic in topics:
        if topic in denials:
            ways = tuple(_ways({**giving.get(topic, {}), **helping}))
            found.append(Remedy(topic, tuple(dict.fromkeys(denials[topic])), ways))
    return tuple(found)


def _ways(by_way: Mapping[str, Collection[Result]]) -> Iterator[Way]:
    for name in WAYS:
        if name in by_way:
            rules = dict.fromkeys(each.rule.id for each in by_way[name])
            yield Way(name, tuple(rules), any(each.applies == "yes" for each in by_way[name]))


def _helping(
    channels: Iterable[Result], contacts: Mapping[str, Contact], named: Callable[[Rule], Iterable[str]]
) -> dict[str, list[Result]]:
    """Who advises or stands by: the rules on unions, aid groups and legal aid, and on embassies."""
    found: dict[str, list[Result]] = {}
    for each in channels:
        roles = {role for key in named(each.rule) if key in contacts for role in contacts[key].roles}
        if roles & _ADVISERS:
            found.setdefault(ADVICE, []).append(each)
        elif roles & _EMBASSIES:
            found.setdefault(EMBASSY, []).append(each)
    return found


def _way(rule: Rule) -> str:
    if rule.via in _TREATIES:
        return TREATY
    if rule.via == "other_unilateral_measure":
        return HOME_SCHEME
    return REFUND if "contribution_refund" in rule.topics else OTHER_LAW
