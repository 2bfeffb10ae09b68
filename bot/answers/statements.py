"""One result of a lookup said in a language: the sentences of its type, filled and marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
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
from bot.rules.ruletypes import Catalogue, Clause
from bot.rules.same import Same
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

    def statement(self, result: Result) -> Statement:
        """A result as a statement."""
        rule, found = result.rule, self._found
        contacts = tuple(
            found.contacts[key] for key in contact_ids(rule, found.catalogue) if key in found.contacts
        )
        said = _said(Same(rule, found.catalogue, self._t, *contacts), found.case.today)
        return Statement(
            rule=rule,
            text=said.text,
            details=said.details,
            condition=self._condition(result),
            caution=said.caution,
            source=said.source,
            applies=result.applies,
            depends_on=result.depends_on,
            trace=result.trace,
            contacts=contacts,
            values=said.values,
        )

    def _condition(self, result: Result) -> str | None:
        if result.applies == "yes":
            return None
        key = Same(result.rule, self._found.catalogue, self._t, *result.unless)
        return _condition(key, result.applies, result.depends_on, result.own_depends_on, result.legal_sectors)

    def source_line(self, provenance: Provenance) -> str:
        """The law, who published it, and of what date the information is."""
        return source_line(provenance, self._t)


@lru_cache(maxsize=20_000)
def _condition(
    key: Same, applies: str, depends_on: tuple[str, ...], own: tuple[str, ...], sectors: frozenset[str]
) -> str | None:
    rule, catalogue, t, *unless = key.objects
    result = Result(rule, applies, depends_on, (), own, tuple(unless), sectors)
    return Conditions(catalogue, t, ValueFormatter(t, catalogue, {})).sentence(result)


@dataclass(frozen=True)
class _Said:
    """What a rule says whatever else is known of the case."""

    text: str
    details: str
    caution: str | None
    source: str
    values: Mapping[str, Any]


@lru_cache(maxsize=30_000)  # saying a rule costs more than finding it, and the same ones are asked for
def _said(key: Same, today: date) -> _Said:
    rule, catalogue, t, *contacts = key.objects
    return _Sayer(rule, catalogue, t, contacts).said(today)


@lru_cache(maxsize=4)
def _words(key: Same) -> Vocabularies:
    (catalogue,) = key.objects
    return Vocabularies(catalogue.term_ids())


def source_line(provenance: Provenance, t: Translator) -> str:
    """The law, who published it, and of what date the information is."""
    source = provenance.source
    when = formats.written_date(provenance.as_of, t)
    parts = [
        formats.isolate(part, t) for part in (provenance.legal_basis, source and source.publisher) if part
    ]
    if when is not None:
        parts.append(t.gettext("as of {date}", date=when))
    elif source is not None:
        parts.append(t.gettext("date not known"))
    return formats.clauses(parts, t)


class _Sayer:
    """Says one rule in one language."""

    def __init__(self, rule: Rule, catalogue: Catalogue, t: Translator, contacts: Iterable[Contact]) -> None:
        self._rule = rule
        self._type = catalogue.types[rule.type]
        self._catalogue = catalogue
        self._t = t
        self._formatter = ValueFormatter(t, catalogue, {contact.id: contact.name for contact in contacts})

    def said(self, today: date) -> _Said:
        """The rule in words."""
        rule, units = self._rule, self._type.values
        values = self._parsed()
        shown = {name: self._shown(units[name], name, value) for name, value in values.items()}
        clauses = self._type.clauses(values)
        contacts = {name for name in values if units[name].name == "contact"}
        return _Said(
            text=self._sentences(clauses, shown),
            details=self._sentences([each for each in clauses if not each.names & contacts], shown),
            caution=self._caution(today),
            source=source_line(rule.provenance, self._t),
            values={name: value_json(value) for name, value in values.items()},
        )

    def _parsed(self) -> dict[str, Any]:
        words = _words(Same(self._catalogue))
        return {
            name: parse_value(self._type.values[name], raw, words) for name, raw in self._rule.values.items()
        }

    def _sentences(self, clauses: Iterable[Clause], shown: Mapping[str, str]) -> str:
        return " ".join(self._sentence(clause, shown) for clause in clauses)

    def _sentence(self, clause: Clause, shown: Mapping[str, str]) -> str:
        rule = self._rule
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

    def _shown(self, unit: Unit, name: str, value: Any) -> str:
        rule = self._rule
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

    def _caution(self, today: date) -> str | None:
        t, provenance = self._t, self._rule.provenance
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
