"""Reads rules: their values by the units of their type, their topics, their key."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from bot.rules.dates import PartialDate
from bot.rules.lawfiles.contacts import ContactReader
from bot.rules.model import ANY, Key, Rule
from bot.rules.reading import PROVENANCE
from bot.rules.ruletypes import Clause, RuleType
from bot.rules.units import UnitError, parse_value, value_json
from bot.rules.vocabulary import HELP_TOPICS, MEASURES, TOPICS
from bot.rules.yamlfile import Map

RIGHTS_AT_WORK = TOPICS[TOPICS.index("wages") : TOPICS.index("discrimination") + 1]
_RULE = (
    "id", "type", "to", "from", "except_from", "sectors", "except_sectors", "status", "employment",
    "schemes", "when", "start", "end", "values", "unconfirmed", "note", "topics", "kind", "via", "displaces",
    "contacts", "expected", "group_by", *PROVENANCE,
)  # fmt: skip


class RuleReader(ContactReader):
    """Reads rules into the book."""

    def _rule(self, body: Map) -> None:
        self._known(body, _RULE)
        name = self._id(body, self._book.rules, "rule")
        rule_type = self._book.catalogue.types.get(str(body.get("type")))
        if rule_type is None:
            self._say(
                body,
                "type",
                f"There is no rule type {body.get('type')!r}.",
                "Use one of data/law/types, or declare it.",
            )
            return
        if name is None:
            return
        kind = (
            self._one_of(
                body,
                "kind",
                (
                    "entitlement",
                    "obligation",
                    "deadline",
                    "penalty",
                    "scheme",
                    "complaint_channel",
                    "warning",
                ),
                "kind",
            )
            if "kind" in body
            else rule_type.kind
        )
        key = self._key(body, ())
        values, unconfirmed = (
            self._values(body, rule_type),
            self._list(body, "unconfirmed", (), set(rule_type.values), "value of the type"),
        )
        start, end = self._date(body, "start"), self._date(body, "end")
        if start and end and PartialDate.parse(end).latest < PartialDate.parse(start).earliest:
            self._say(body, "end", "The rule ends before it starts.", "Mend one of the two dates.")
        self._book.rules[name] = Rule(
            id=name,
            type=rule_type.name,
            topics=self._topics(body, rule_type),
            kind=kind,
            via=self._one_of(body, "via", MEASURES, "measure")
            if "via" in body
            else via_of(rule_type, kind, key),
            key=key,
            values=values,
            provenance=self._provenance(body),
            start=start,
            end=end,
            expected=bool(self._boolean(body, "expected")),
            unconfirmed=unconfirmed,
            displaces=self._list(body, "displaces", (), None, "rule"),
            contacts=self._list(body, "contacts", (), None, "contact"),
            group_by=self._text(body, "group_by"),
            note=self._text(body, "note"),
        )

    def _topics(self, body: Map, rule_type: RuleType) -> tuple[str, ...]:
        if "topics" not in body:
            if len(rule_type.topics) > 1:
                self._say(
                    body,
                    "topics",
                    f"Rules of the type {rule_type.name} may be of several topics.",
                    "Say which: `topics: [...]`.",
                )
            return rule_type.topics[:1]
        raw = body["topics"]
        words = [str(word) for word in (raw if isinstance(raw, list) else [raw])]
        expanded: list[str] = []
        for word in words:
            expanded += (*RIGHTS_AT_WORK, "complaint") if word == "rights_at_work" else (word,)
        allowed = {
            *rule_type.topics,
            *(("rights_at_work",) if set(RIGHTS_AT_WORK) <= set(rule_type.topics) else ()),
        }
        for word in words:
            if word not in allowed:
                self._say(
                    body,
                    "topics",
                    f"The type {rule_type.name} does not speak of {word!r}.",
                    f"It may speak of {', '.join(rule_type.topics[:8])}...",
                )
        return tuple(dict.fromkeys(expanded))

    def _values(self, body: Map, rule_type: RuleType) -> dict[str, Any]:
        raw = body.get("values", Map())
        if not isinstance(raw, Map):
            self._say(body, "values", "Values are a mapping.", "Write `name: value`.")
            return {}
        for name, value in raw.items():
            unit = rule_type.values.get(name)
            if unit is None:
                self._say(
                    raw,
                    name,
                    f"The type {rule_type.name} has no such value.",
                    f"It has {', '.join(rule_type.values)}.",
                )
                continue
            try:
                value_json(parse_value(unit, value, self._words))
            except UnitError as error:
                self._say(raw, name, str(error), "See the table of units in docs/law-format.md.")
        clauses = rule_type.clauses(raw)
        if not clauses:
            self._say(
                body,
                "values",
                "With these values the rule says nothing.",
                "Give it values that a sentence of its type names.",
            )
        unused = set(raw) - _spoken_names(rule_type, clauses)
        for name in sorted(unused & set(rule_type.values)):
            self._say(raw, name, "No sentence says this value.", "Add a clause to the type, or leave it out.")
        return _plain(raw)


def via_of(rule_type: RuleType, kind: str, key: Key) -> str:
    """The measure that rules of a type come through, where they do not say it themselves."""
    if rule_type.via is not None:
        return rule_type.via
    if kind == "complaint_channel" or set(rule_type.topics) <= set(HELP_TOPICS):
        return "complementary_measure"
    return "other_unilateral_measure" if key.destinations == (ANY,) else "national_system"


def _spoken_names(rule_type: RuleType, spoken: Iterable[Clause]) -> set[str]:
    names = set(rule_type.distinct)
    for clause in spoken:
        names |= clause.names | ({clause.if_} if clause.if_ else set())
    # a value under `unless` speaks by its absence
    return names | {clause.unless for clause in rule_type.say if clause.unless}


def _plain(raw: Any) -> Any:
    if isinstance(raw, dict):
        return {key: _plain(value) for key, value in raw.items()}
    if isinstance(raw, list):
        return [_plain(item) for item in raw]
    return str(raw) if isinstance(raw, Decimal) else raw
