"""Rules that must give one value: what makes them rivals, and whether that is settled."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any

from bot.rules.keys import KeyComparer
from bot.rules.lawfiles.book import LawBook
from bot.rules.model import Rule
from bot.rules.ruletypes import RuleType


def share_values(one: Rule, other: Rule) -> bool:
    """Whether two rules speak of the same thing: some value that both hold."""
    return bool(set(one.values) & set(other.values))


def agree(one: Rule, other: Rule) -> bool:
    """Whether all that both say is the same."""
    return all(one.values[name] == other.values[name] for name in set(one.values) & set(other.values))


def rivalry(rule: Rule, rule_type: RuleType) -> tuple[Any, ...]:
    """What rules have in common that must give one value: type, distinguishing values, group."""
    return (rule.type, rule.group_by, *(str(rule.values.get(name)) for name in rule_type.distinct))


def _rivals(book: LawBook) -> dict[tuple[Any, ...], list[Rule]]:
    found: dict[tuple[Any, ...], list[Rule]] = {}
    for rule in sorted(book.rules.values(), key=lambda each: each.id):
        rule_type = book.catalogue.types[rule.type]
        if rule_type.combine == "one":
            found.setdefault(rivalry(rule, rule_type), []).append(rule)
    return found


def check_rivals(
    book: LawBook, touched: AbstractSet[str] | None, complain_of: Callable[[str, str, str, str], None]
) -> None:
    """Two `one` rules that can meet with different values must be settled."""
    comparer = KeyComparer(book.groups, book.catalogue.facts)
    for group in _rivals(book).values():
        for position, one in enumerate(group):
            for other in group[position + 1 :]:
                if touched is not None and not {f"rule/{one.id}", f"rule/{other.id}"} & touched:
                    continue
                if not share_values(one, other) or agree(one, other) or not comparer.meet(one, other):
                    continue
                if one.id in other.displaces and other.id in one.displaces:
                    complain_of(
                        one.id,
                        "displaces",
                        f"it and {other.id} displace each other.",
                        "Keep it in one of them.",
                    )
                if one.id in other.displaces or other.id in one.displaces:
                    continue
                if not comparer.strict_subset(one, other) and not comparer.strict_subset(other, one):
                    complain_of(
                        one.id, "type", f"it can meet {other.id} in one case, and neither gives way.",
                        "Narrow one key, say `displaces`, or keep them apart by `group_by`.",
                    )  # fmt: skip
