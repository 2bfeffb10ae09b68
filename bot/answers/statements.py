"""One result of a lookup said in a language: the sentences of its type, filled and marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from bot.answers import formats
from bot.answers.conditions import Conditions
from bot.answers.formats import ValueFormatter
from bot.answers.translations import Translator
from bot.rules.case import Case
from bot.rules.dates import PartialDate
from bot.rules.lookup import contact_ids
from bot.rules.model import Contact, Provenance, Rule
from bot.rules.resolution import Result
from bot.rules.ruletypes import Catalogue, Clause, RuleType
from bot.rules.units import Unit, Vocabularies, parse_value, value_json

# Information older than this is shown with its date as a warning, whatever its review interval.
OLD_AFTER_YEARS = 4


@dataclass(frozen=True)
class Statement:
    """What one rule says of the case, ready to be shown."""

    rule: Rule
    text: str  # the sentences, without condition and source
    condition: str | None  # "Only if ..." when it depends on something unknown
    caution: str | None  # not confirmed, overdue, planned
    source: str  # law, publisher and date in one line
    applies: str
    depends_on: tuple[str, ...]
    trace: tuple[str, ...]
    contacts: tuple[Contact, ...]
    values: Mapping[str, Any]
    details: str = ""  # the sentences without those that only name a contact

    @property
    def topic(self) -> str:
        return self.rule.topics[0]

    def full_text(self) -> str:
        """Condition, sentences and caution together; the source stays apart."""
        return " ".join(part for part in (self.text, self.condition, self.caution) if part)


class Found(Protocol):
    """What results are said from: a lookup, or a protection map."""

    @property
    def case(self) -> Case: ...
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def contacts(self) -> Mapping[str, Contact]: ...


class Speaker:
    """Says the results of one lookup in one language."""

    def __init__(self, found: Found, t: Translator) -> None:
        self._found = found
        self._t = t
        names = {contact.id: contact.name for contact in found.contacts.values()}
        self._formatter = ValueFormatter(t, found.catalogue, names)
        self._conditions = Conditions(found.catalogue, t, self._formatter)

    def statement(self, result: Result) -> Statement:
        """A result as a statement."""
        rule = result.rule
        rule_type = self._found.catalogue.types[rule.type]
        values = self._parsed(rule, rule_type)
        shown = {
            name: self._shown(rule, rule_type.values[name], name, value) for name, value in values.items()
        }
        clauses = rule_type.clauses(values)
        contacts = {name for name in values if rule_type.values[name].name == "contact"}
        return Statement(
            rule=rule,
            text=self._sentences(rule, clauses, shown),
            details=self._sentences(rule, [each for each in clauses if not each.names & contacts], shown),
            condition=self._conditions.sentence(result),
            caution=self._caution(rule),
            source=self.source_line(rule.provenance),
            applies=result.applies,
            depends_on=result.depends_on,
            trace=result.trace,
            contacts=tuple(
                self._found.contacts[key]
                for key in contact_ids(rule, self._found.catalogue)
                if key in self._found.contacts
            ),
            values={name: value_json(value) for name, value in values.items()},
        )

    def source_line(self, provenance: Provenance) -> str:
        """The law, who published it, and of what date the information is."""
        source = provenance.source
        when = formats.written_date(provenance.as_of, self._t)
        parts = [
            formats.isolate(part, self._t)
            for part in (provenance.legal_basis, source and source.publisher)
            if part
        ]
        if when is not None:
            parts.append(self._t.gettext("as of {date}", date=when))
        elif source is not None:
            parts.append(self._t.gettext("date not known"))
        return formats.clauses(parts, self._t)

    def _parsed(self, rule: Rule, rule_type: RuleType) -> dict[str, Any]:
        words = _words(self._found)
        return {name: parse_value(rule_type.values[name], raw, words) for name, raw in rule.values.items()}

    def _sentences(self, rule: Rule, clauses: Iterable[Clause], shown: Mapping[str, str]) -> str:
        return " ".join(self._sentence(rule, clause, shown) for clause in clauses)

    def _sentence(self, rule: Rule, clause: Clause, shown: Mapping[str, str]) -> str:
        if clause.text == "{text}":
            return shown["text"]
        said = self._t.gettext(clause.text, **{name: shown[name] for name in clause.names})
        # A flag has no value to mark, so the sentence that it chooses is marked as a whole.
        if (
            clause.if_ in rule.unconfirmed
            and clause.if_ not in clause.names
            and rule.provenance.evidence == "seen"
        ):
            return self._t.gettext("{value} (not confirmed)", value=said)
        return said

    def _shown(self, rule: Rule, unit: Unit, name: str, value: Any) -> str:
        text = self._items(unit, value) if unit.is_list else self._formatter.format(unit, value)
        if name in rule.unconfirmed and rule.provenance.evidence == "seen":
            return self._t.gettext("{value} (not confirmed)", value=text)
        return text

    def _items(self, unit: Unit, items: tuple[dict[str, Any], ...]) -> str:
        assert unit.say is not None
        fields = dict(unit.fields)
        said = []
        for position, item in enumerate(items, 1):
            shown = {name: self._formatter.format(fields[name], value) for name, value in item.items()}
            words = self._t.gettext(unit.say, **{**dict.fromkeys(fields, ""), **shown}).strip()
            reach = self._range(item, shown) if unit.name == "tiers" else None
            if unit.name == "steps":
                words = f"{formats.number(position, self._t)}) {words}"
            said.append(self._t.gettext("{range}: {amount}", range=reach, amount=words) if reach else words)
        if unit.name == "options":
            return formats.listing(said, self._t, "or")
        return formats.clauses(said, self._t)

    def _range(self, item: Mapping[str, Any], shown: Mapping[str, str]) -> str | None:
        low, high = shown.get("from"), shown.get("to")
        if low and high:
            return self._t.gettext("from {low} to under {high}", low=low, high=high)
        if low:
            return self._t.gettext("from {low}", low=low)
        return self._t.gettext("under {high}", high=high) if high else None

    def _caution(self, rule: Rule) -> str | None:
        t, today = self._t, self._found.case.today
        provenance = rule.provenance
        said = []
        if provenance.evidence != "seen":
            said.append(t.gettext("We have not confirmed this in a source."))
        elif provenance.confidence == "low":
            said.append(t.gettext("The source for this is weak."))
        if _old(provenance, today):
            when = formats.written_date(provenance.as_of, t) or ""
            said.append(t.gettext("This is from {date} and may have changed.", date=when))
        elif provenance.overdue(today):
            said.append(t.gettext("Nobody has checked this lately."))
        return " ".join(said) or None


def _old(provenance: Provenance, today: date) -> bool:
    if provenance.as_of is None:
        return False
    return PartialDate.parse(provenance.as_of).latest.year < today.year - OLD_AFTER_YEARS


def _words(found: Found) -> Vocabularies:
    return Vocabularies(found.catalogue.term_ids())
