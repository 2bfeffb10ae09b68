"""The inverse of reading: a rule as a law file writes it, and such a file as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import yaml

from bot.rules import yamlfile
from bot.rules.dates import PartialDate
from bot.rules.lawfiles import via_of
from bot.rules.model import ANY, Condition, Rule, Source
from bot.rules.ruletypes import RuleType


def rule_item(rule: Rule, rule_type: RuleType) -> dict[str, Any]:
    """A rule as an item of `rules:`, without its source; what goes without saying is left out."""
    key, provenance = rule.key, rule.provenance
    item: dict[str, Any] = {"id": rule.id, "type": rule.type, "to": _places(key.destinations)}
    if key.origins != (ANY,):
        item["from"] = _places(key.origins)
    lists = {
        "except_from": key.except_origins,
        "sectors": () if key.sectors == ("all",) else key.sectors,
        "except_sectors": key.except_sectors,
        "status": () if key.status == (ANY,) else key.status,
        "employment": () if key.employment == (ANY,) else key.employment,
        "schemes": key.schemes,
    }
    item |= {name: list(words) for name, words in lists.items() if words}
    if key.when:
        item["when"] = {each.fact: _condition(each) for each in key.when}
    item |= {name: date for name, date in (("start", rule.start), ("end", rule.end)) if date}
    item["values"] = dict(rule.values)
    if rule.unconfirmed:
        item["unconfirmed"] = list(rule.unconfirmed)
    if len(rule_type.topics) > 1:
        item["topics"] = list(rule.topics)
    if rule.kind != rule_type.kind:
        item["kind"] = rule.kind
    if rule.via != via_of(rule_type, rule.kind, key):
        item["via"] = rule.via
    item |= {name: list(ids) for name in ("displaces", "contacts") if (ids := getattr(rule, name))}
    if rule.expected:
        item["expected"] = True
    item |= {name: text for name in ("group_by", "note") if (text := getattr(rule, name))}
    if provenance.legal_basis is not None:
        item["legal_basis"] = provenance.legal_basis
    if provenance.as_of is not None:
        item["as_of"] = provenance.as_of
    item |= {"evidence": provenance.evidence, "confidence": provenance.confidence}
    if provenance.review_by is not None and review_months(rule) is None:
        item["review_by"] = provenance.review_by
    return item


def review_months(rule: Rule) -> int | None:
    """How often the rule is read again, when its review date was reckoned from that of its information."""
    as_of, review_by = rule.provenance.as_of, rule.provenance.review_by
    if as_of is None or review_by is None:
        return None
    first, due = PartialDate.parse(as_of).latest, PartialDate.parse(review_by)
    months = (due.latest.year - first.year) * 12 + due.latest.month - first.month
    return months if due.month is not None and due.day is None and months > 0 else None


def law_file(
    country: str, rules: Sequence[tuple[Mapping[str, Any], Source | None]], months: int | None
) -> dict[str, Any]:
    """A law file of one country that holds these items of `rules:`, each with its source."""
    found: dict[str, Any] = {"law": "country", "country": country}
    if months is not None:
        found["review_every_months"] = months
    sources: dict[str, dict[str, str]] = {}
    items = []
    for item, source in rules:
        written = {name: value for name, value in item.items() if name != "source"}
        if source is not None:
            named = {"title": source.title, "publisher": source.publisher, "url": source.url}
            entry = {name: text for name, text in named.items() if text}
            known = next(
                (name for name, held in sources.items() if held == entry), f"source-{len(sources) + 1}"
            )
            sources[known] = entry
            written["source"] = known
        items.append(written)
    if sources:
        found["sources"] = sources
    return found | {"rules": items}


def as_yaml(content: Mapping[str, Any]) -> str:
    """A law file as text; `yamlfile` reads it as it was."""
    return yaml.dump(dict(content), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def _places(places: tuple[str, ...]) -> str | list[str]:
    return places[0] if len(places) == 1 else list(places)


def _condition(condition: Condition) -> list[str] | dict[str, str]:
    if condition.options:
        return list(condition.options)
    ends = (("min", condition.min), ("below", condition.below), ("max", condition.max))
    return {name: end for name, end in ends if end is not None}


class _Dumper(yaml.SafeDumper):
    """Writes what `yamlfile` read so that it reads the same again."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = None if yamlfile.scalar(text) == text else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _plain(dumper: yaml.SafeDumper, number: Any) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:float", str(number))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(yamlfile.Map, yaml.SafeDumper.represent_dict)
_Dumper.add_representer(yamlfile.Seq, yaml.SafeDumper.represent_list)
_Dumper.add_representer(Decimal, _plain)
