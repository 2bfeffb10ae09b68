"""Rule types: which values a rule of the type holds, what it speaks of, how such rules combine."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from bot.rules.errors import Complaints
from bot.rules.units import Unit, UnitError, parse_unit
from bot.rules.vocabulary import KINDS, MEASURES, TOPICS
from bot.rules.yamlfile import Map, Seq

COMBINE = ("all", "one", "most_favourable")
LISTS = ("tiers", "options", "steps")


@dataclass(frozen=True)
class Clause:
    """One sentence of a type: spoken when every value that it names is there."""

    text: str
    if_: str | None = None
    unless: str | None = None

    @cached_property
    def names(self) -> frozenset[str]:
        """The values that the sentence needs."""
        return placeholders(self.text)

    def spoken(self, values: Mapping[str, Any]) -> bool:
        """Whether the sentence is said of a rule that holds these values."""
        if not self.names <= values.keys():
            return False
        if self.if_ is not None and not values.get(self.if_):
            return False
        return not (self.unless is not None and values.get(self.unless))


@dataclass(frozen=True)
class RuleType:
    """What the rules of one type hold, say, and how they combine."""

    name: str
    topics: tuple[str, ...]
    kind: str
    combine: str
    values: Mapping[str, Unit]
    say: tuple[Clause, ...]
    prefer: tuple[str, str] | None = None  # ("max" | "min", value) under most_favourable
    distinct: tuple[str, ...] = ()
    via: str | None = None
    why: str | None = None
    denies: bool = False  # its rules say that there is no such right

    @cached_property
    def contact_values(self) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """The values that are contacts, and the (list value, field) pairs that are."""
        plain = tuple(name for name, unit in self.values.items() if unit.name == "contact")
        inner = tuple(
            (name, key)
            for name, unit in self.values.items()
            for key, field_unit in unit.fields
            if field_unit.name == "contact"
        )
        return plain, inner

    def clauses(self, values: Mapping[str, Any]) -> list[Clause]:
        """The sentences that are said of a rule that holds these values."""
        return [clause for clause in self.say if clause.spoken(values)]


@dataclass(frozen=True)
class Fact:
    """Something about the case that a condition can ask for: service, sex, employer's size."""

    name: str
    unit: Unit | None
    texts: Mapping[str, str]  # by value, or min, below, both (min and below), max, between (min and max)
    ask: str

    @property
    def options(self) -> tuple[str, ...]:
        """The values that it takes; empty for a number or duration."""
        return () if self.unit else tuple(self.texts)


@dataclass
class Catalogue:
    """Every rule type, term and fact of the law files."""

    types: dict[str, RuleType] = field(default_factory=dict)
    terms: dict[str, dict[str, Any]] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)

    def term_ids(self) -> dict[str, frozenset[str]]:
        """The ids of each vocabulary of terms."""
        return {name: frozenset(words) for name, words in self.terms.items()}

    def messages(self) -> Iterator[tuple[str | None, str]]:
        """Every (context, English text) that a translator has to say in another language."""
        for vocabulary, words in self.terms.items():
            for word in words.values():
                if isinstance(word, str):
                    yield f"term {vocabulary}", word
        for fact in self.facts.values():
            yield from ((None, text) for text in (*fact.texts.values(), fact.ask))
        for rule_type in self.types.values():
            yield from ((None, clause.text) for clause in rule_type.say if clause.text != "{text}")
            yield from ((None, unit.say) for unit in rule_type.values.values() if unit.say)

    def plurals(self) -> Iterator[tuple[str, str]]:
        """Every (singular, plural) of a counted noun."""
        for words in self.terms.values():
            for word in words.values():
                if not isinstance(word, str):
                    yield word["one"], word["other"]


@cache
def placeholders(text: str) -> frozenset[str]:
    """The names in braces in a message.

    >>> sorted(placeholders("{a} of {b}"))
    ['a', 'b']
    """
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


class TypeReader:
    """Reads `law: types` files into a catalogue and complains of what does not fit."""

    def __init__(self, complaints: Complaints) -> None:
        self.catalogue = Catalogue()
        self.vocabularies: dict[str, tuple[Path, int]] = {}  # each with where a type first names it
        self.nouns: dict[str, tuple[Path, int]] = {}  # likewise
        self._complaints = complaints
        self._file = Path()

    def read(self, file: Path, content: Map) -> None:
        """Adds what one file declares."""
        self._file = file
        for key, reader in (("terms", self._terms), ("facts", self._facts), ("types", self._types)):
            section = content.get(key, Map())
            if not isinstance(section, Map):
                self._complain(
                    content, key, "This must be a mapping.", "Write names with what they hold below."
                )
                continue
            reader(section)
        for key in content:
            if key not in ("law", "terms", "facts", "types"):
                self._complain(content, key, "Unknown key.", "Known: law, terms, facts, types.")

    def _complain(self, where: Map, key: str, problem: str, mend: str) -> None:
        self._complaints.add(self._file, where.line_of(key), key, problem, mend)

    def _terms(self, section: Map) -> None:
        for name, words in section.items():
            if not isinstance(words, Map):
                self._complain(section, name, "A vocabulary is a mapping.", "Write `id: plain English`.")
                continue
            known = self.catalogue.terms.setdefault(name, {})
            for word, text in words.items():
                if word in known:
                    self._complain(words, word, f"The term stands twice in {name}.", "Keep one of them.")
                elif name == "noun" and not (isinstance(text, Map) and set(text) == {"one", "other"}):
                    self._complain(
                        words, word, "A noun needs `one` and `other`.", 'Write {one: "{n} day", ...}.'
                    )
                elif name != "noun" and not isinstance(text, str):
                    self._complain(words, word, "A term is a plain English text.", "Write `id: text`.")
                else:
                    known[word] = text

    def _facts(self, section: Map) -> None:
        for name, body in section.items():
            fact = self._fact(section, name, body)
            if fact is None:
                continue
            if name in self.catalogue.facts:
                self._complain(section, name, "The fact stands twice.", "Keep one of them.")
            self.catalogue.facts[name] = fact

    def _fact(self, section: Map, name: str, body: Any) -> Fact | None:
        if not isinstance(body, Map) or not isinstance(body.get("ask"), str):
            self._complain(
                section, name, "A fact needs `ask` and `values` or `unit`.", "See docs/law-format.md."
            )
            return None
        if "values" in body and isinstance(body["values"], Map):
            texts = {str(key): str(text) for key, text in body["values"].items()}
            return Fact(name, None, texts, body["ask"])
        try:
            unit = parse_unit(str(body.get("unit", "")))
        except UnitError as error:
            self._complain(body, "unit", str(error), "Give the fact a unit or values.")
            return None
        if unit.name == "count":
            self.nouns.setdefault(unit.argument or "", (self._file, body.line_of("unit")))
        missing = [key for key in ("min", "below", "both") if not isinstance(body.get(key), str)]
        if missing:
            self._complain(section, name, f"The fact does not say {', '.join(missing)}.", "Add the sentence.")
            return None
        said = {key: str(body[key]) for key in ("min", "below", "both", "max", "between") if key in body}
        return Fact(name, unit, said, body["ask"])

    def _types(self, section: Map) -> None:
        for name, body in section.items():
            if not isinstance(body, Map):
                self._complain(section, name, "A rule type is a mapping.", "See docs/law-format.md.")
                continue
            if name in self.catalogue.types:
                self._complain(section, name, "The type stands twice.", "Keep one of them.")
            self.catalogue.types[name] = self._type(name, body)

    def _type(self, name: str, body: Map) -> RuleType:
        known = ("topics", "kind", "combine", "prefer", "distinct", "via", "why", "denies", "values", "say")
        for key in body:
            if key not in known:
                self._complain(body, key, "A rule type has no such key.", f"Known: {', '.join(known)}.")
        topics = self._words(body, "topics", TOPICS)
        kind = self._word(body, "kind", KINDS)
        combine = self._word(body, "combine", COMBINE)
        via = self._word(body, "via", MEASURES) if "via" in body else None
        values = self._values(body)
        say = tuple(self._clauses(body, values))
        distinct = self._words(body, "distinct", tuple(values)) if "distinct" in body else ()
        return RuleType(
            name, topics, kind, combine, values, say, self._prefer(body, combine, values), distinct, via,
            body.get("why"),
            body.get("denies") is True,
        )  # fmt: skip

    def _word(self, body: Map, key: str, allowed: tuple[str, ...]) -> str:
        word = body.get(key)
        if word not in allowed:
            self._complain(
                body, key, f"{word!r} is not one of the words for it.", f"Use {', '.join(allowed)}."
            )
            return allowed[0]
        return str(word)

    def _words(self, body: Map, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        words = body.get(key)
        if not isinstance(words, Seq) or not words:
            self._complain(body, key, "A list belongs here.", f"Use some of {', '.join(allowed)}.")
            return ()
        for word in words:
            if word not in allowed:
                self._complain(body, key, f"{word!r} is unknown here.", f"Use some of {', '.join(allowed)}.")
        return tuple(str(word) for word in words)

    def _prefer(self, body: Map, combine: str, values: Mapping[str, Unit]) -> tuple[str, str] | None:
        if combine != "most_favourable":
            return None
        order, _, name = str(body.get("prefer", "")).partition(" ")
        if order not in ("max", "min") or name not in values:
            self._complain(
                body, "prefer", "It does not say which value is the better one.", "Write `max VALUE`."
            )
            return None
        return order, name

    def _values(self, body: Map) -> dict[str, Unit]:
        found: dict[str, Unit] = {}
        section = body.get("values", Map())
        if not isinstance(section, Map):
            self._complain(body, "values", "Values are a mapping.", "Write `name: unit`.")
            return found
        for name, spec in section.items():
            unit = self._unit(section, name, spec)
            if unit is None:
                continue
            found[name] = unit
            for each in (unit, *(inner for _, inner in unit.fields)):
                if each.name in ("term", "terms"):
                    self.vocabularies.setdefault(each.argument or "", (self._file, section.line_of(name)))
                elif each.name == "count":
                    self.nouns.setdefault(each.argument or "", (self._file, section.line_of(name)))
        return found

    def _unit(self, section: Map, name: str, spec: Any) -> Unit | None:
        try:
            if not isinstance(spec, Map):
                return parse_unit(str(spec))
            if spec.get("list") not in LISTS or not isinstance(spec.get("of"), Map):
                raise UnitError("A list value needs `list` (tiers, options or steps) and `of`.")
            fields = tuple((key, parse_unit(str(unit))) for key, unit in spec["of"].items())
            say = spec.get("say")
            if not isinstance(say, str) or not placeholders(say) <= {key for key, _ in fields}:
                raise UnitError("A list value needs `say`, which names only its own fields.")
            return Unit(spec["list"], None, fields, say)
        except UnitError as error:
            self._complain(section, name, str(error), "See the table of units in docs/law-format.md.")
            return None

    def _clauses(self, body: Map, values: Mapping[str, Unit]) -> Iterator[Clause]:
        section = body.get("say")
        if not isinstance(section, Seq) or not section:
            self._complain(body, "say", "The type says nothing.", "Give it at least one sentence.")
            return
        for item in section:
            clause = Clause(item) if isinstance(item, str) else _clause(item)
            if clause is None:
                self._complain(
                    body, "say", f"{item!r} is no clause.", "Write a sentence, or {if: value, text: ...}."
                )
                continue
            needed = clause.names | {name for name in (clause.if_, clause.unless) if name}
            for name in sorted(needed - set(values)):
                self._complain(
                    body, "say", f"A clause names {name!r}, which is no value.", "Declare it in `values`."
                )
            if any(letter.isdigit() for letter in clause.text):
                self._complain(body, "say", "A number stands in a clause.", "Make it a value.")
            yield clause


def _clause(item: Any) -> Clause | None:
    if not isinstance(item, Map) or not isinstance(item.get("text"), str):
        return None
    if set(item) - {"text", "if", "unless"}:
        return None
    return Clause(item["text"], item.get("if"), item.get("unless"))
