"""What a form about a rule holds: read from a rule, from what was posted, or from a kept proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from bot.desk.workshop.fields import posted_value, words
from bot.rules import yamlfile
from bot.rules.dates import PartialDate
from bot.rules.model import ANY, Group, Rule, Source
from bot.rules.ruletypes import Catalogue, RuleType
from bot.rules.vocabulary import EMPLOYMENTS, SECTORS, STATUSES, TOPICS
from bot.rules.writing import as_yaml, law_file, review_months, rule_item

Posted = Mapping[str, Sequence[str]]
PLACES = ("to", "from", "except_from")
CHOSEN = {"sectors": SECTORS, "except_sectors": SECTORS, "status": STATUSES, "employment": EMPLOYMENTS}
IDS = ("schemes", "displaces", "contacts")
LINES = ("start", "end", "legal_basis", "as_of", "evidence", "confidence", "review_by", "group_by", "note")
MOST_CONDITIONS = 8


@dataclass(frozen=True)
class Draft:
    """A change of one rule, or a new one, as its author wrote it; mistakes and all."""

    country: str
    item: dict[str, Any]  # as an item of `rules:`
    source: Source | None
    months: int | None = None
    changed_from: str = ""  # the day from which the law is another: the rule before it ends the day before
    reason: str = ""

    @property
    def rule(self) -> str:
        return str(self.item.get("id", ""))


def draft_of_rule(rule: Rule, rule_type: RuleType, groups: Mapping[str, Group]) -> Draft:
    """A rule as it stands."""
    item = rule_item(rule, rule_type)
    return Draft(country_of(rule, groups), item, rule.provenance.source, review_months(rule))


def country_of(rule: Rule, groups: Mapping[str, Group]) -> str:
    """The country under which a change of the rule is kept: a member, where it holds for a group."""
    places = rule.key.destinations if rule.key.destinations != (ANY,) else rule.key.origins
    members = groups[places[0]].ever() if places[0] in groups else {places[0].partition("-")[0]}
    return min(members)


def new_draft(rule_type: RuleType, country: str, taken: Mapping[str, Rule], today: date) -> Draft:
    """An empty rule of a type, under an id that is free."""
    stem = f"{country.lower()}-{rule_type.name.replace('_', '-')}"
    item: dict[str, Any] = {
        "id": free_id(stem, taken), "type": rule_type.name, "to": country, "values": {},
        "as_of": today.isoformat(), "evidence": "seen", "confidence": "high",
    }  # fmt: skip
    if len(rule_type.topics) > 1:
        item["topics"] = []
    return Draft(country, item, None, months=12)


def free_id(stem: str, taken: Mapping[str, Rule]) -> str:
    """An id that no rule has: the stem, or the stem with a number."""
    numbered = (f"{stem}-{number}" for number in range(2, 1000))
    return next(each for each in (stem, *numbered) if each not in taken)


def confirmed(draft: Draft, as_of: str, reason: str) -> Draft:
    """The same rule, read again on a day and still so."""
    item = {name: value for name, value in draft.item.items() if name != "review_by"}
    return replace(draft, item={**item, "as_of": as_of}, months=draft.months or 12, reason=reason)


# -- what was posted --------------------------------------------------------------------------------


def posted_draft(posted: Posted, before: Draft, catalogue: Catalogue, groups: Mapping[str, Group]) -> Draft:
    """The draft that a form holds; `before`: the one that it was filled with."""

    def line(name: str) -> str:
        texts = posted.get(name, ())
        return texts[0].strip() if texts else ""

    rule_type = catalogue.types[str(before.item["type"])]
    item: dict[str, Any] = {"id": line("id") or before.rule, "type": rule_type.name}
    for name in PLACES:
        places = [_place(word, groups) for word in words(line(name))]
        if places:
            item[name] = places[0] if len(places) == 1 else places
    for name, known in CHOSEN.items():
        chosen = _ticked(known, posted.get(name, ()), before.item.get(name, ()))
        if chosen and not (name == "sectors" and len(chosen) == len(known)):
            item[name] = chosen
    item |= {name: found for name in IDS if (found := words(line(name)))}
    if when := _conditions(posted, catalogue):
        item["when"] = when
    old = before.item.get("values", {})
    values = {
        name: posted_value(unit, posted, f"v.{name}", old.get(name))
        for name, unit in rule_type.values.items()
    }
    item["values"] = {name: value for name, value in values.items() if value is not None}
    unsure = _ticked(list(item["values"]), posted.get("unconfirmed", ()), before.item.get("unconfirmed", ()))
    if unsure:
        item["unconfirmed"] = unsure
    if len(rule_type.topics) > 1:
        item["topics"] = _ticked(TOPICS, posted.get("topics", ()), before.item.get("topics", ()))
    item |= {name: word for name in ("kind", "via") if (word := line(name))}
    if line("expected"):
        item["expected"] = True
    item |= {name: text for name in LINES if (text := line(name))}
    title, publisher, url = (line(f"source:{part}") for part in ("title", "publisher", "url"))
    source = Source(title, publisher, url or None) if title or publisher or url else None
    months = line("months")
    return Draft(
        before.country, item, source, int(months) if months.isdecimal() and int(months) > 0 else None,
        line("changed_from"), line("reason"),
    )  # fmt: skip


def _ticked(known: Sequence[str], ticked: Sequence[str], before: Sequence[str]) -> list[str]:
    """What is ticked; what was there before keeps its place, since the first topic is the main one."""
    every = (*(each for each in before if each in known), *(each for each in known if each not in before))
    return [word for word in every if word in ticked]


def _place(word: str, groups: Mapping[str, Group]) -> str:
    """A country may be written small; groups are, and `any` is."""
    small = word.lower()
    country = small not in groups and (len(word) == len("QA") or word[2:3] == "-")
    return word.upper() if country else small


def _conditions(posted: Posted, catalogue: Catalogue) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number in range(MOST_CONDITIONS):
        texts = {
            part: next(iter(posted.get(f"when.{number}.{part}", ())), "").strip()
            for part in ("fact", "is", "min", "below", "max")
        }
        fact = catalogue.facts.get(texts["fact"])
        if fact is None:
            continue
        if fact.options:
            found[fact.name] = words(texts["is"])
        else:
            found[fact.name] = {part: texts[part] for part in ("min", "below", "max") if texts[part]}
    return found


# -- as a law file ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """A draft as the law file that `haq rules revise` takes, and the record that each mistake is of."""

    document: str
    records: tuple[str, ...] = field(default_factory=tuple)  # rule/ID; the draft's own is the last


def written(
    draft: Draft, before: Rule | None, types: Mapping[str, RuleType], taken: Mapping[str, Rule]
) -> Written:
    """The draft as a law file: one rule, or the rule before it, ended, and the one that follows it.

    Raises ValueError when the day of the change is no date, or the first of the calendar.
    """
    if before is None or not draft.changed_from:
        item = {name: value for name, value in draft.item.items() if value is not None}
        return Written(
            as_yaml(law_file(draft.country, [(item, draft.source)], draft.months)), (f"rule/{draft.rule}",)
        )
    start = PartialDate.parse(draft.changed_from)
    ended = _ended(before, types[before.type], start.earliest)
    following = {**draft.item, "start": draft.changed_from}
    if following.get("end") == before.end and _is_over(before, start.earliest):
        following.pop("end", None)  # it is the older rule's own, not one that the author wrote
    if following["id"] == before.id:
        following["id"] = free_id(f"{before.id}-{start.year}", taken)
    rules = [(ended, before.provenance.source), (following, draft.source)]
    return Written(
        as_yaml(law_file(draft.country, rules, draft.months)),
        (f"rule/{before.id}", f"rule/{following['id']}"),
    )


def _ended(rule: Rule, rule_type: RuleType, following: date) -> dict[str, Any]:
    """A rule that holds no longer than to the eve of a day; one that ended earlier stays as it was."""
    if following == date.min:
        raise ValueError("No day lies before the first of the calendar.")
    item = rule_item(rule, rule_type)
    if not _is_over(rule, following):
        item["end"] = (following - timedelta(days=1)).isoformat()
    if rule.provenance.review_by is not None:
        item["review_by"] = rule.provenance.review_by
    return item


def _is_over(rule: Rule, day: date) -> bool:
    """Whether a rule ended before a day."""
    return rule.end is not None and PartialDate.parse(rule.end).latest < day


def draft_of_document(document: str, reason: str) -> Draft:
    """A kept proposal, to be changed. Raises ValueError for a document that no form wrote."""
    content = yamlfile.parse(document, _refuse)
    if content is None or not content.get("rules"):
        raise ValueError("The document holds no rule.")
    items = content["rules"]
    item = dict(items[-1])
    named = content.get("sources", {}).get(item.pop("source", None))
    source = Source(named.get("title", ""), named.get("publisher", ""), named.get("url")) if named else None
    changed_from = str(item["start"]) if len(items) > 1 else ""
    return Draft(
        str(content["country"]), item, source, content.get("review_every_months"), changed_from, reason
    )


def _refuse(line: int, key: str, problem: str, mend: str) -> None:
    raise ValueError(f"{key}: {problem} {mend}")
