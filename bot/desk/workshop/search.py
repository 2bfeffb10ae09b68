"""Finding rules: by country, topic, type, words of what they say or cite."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from bot.desk.workshop.law import HeldLaw
from bot.desk.workshop.preview import sentence
from bot.rules.model import ANY, Rule


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; what is empty is not asked."""

    country: str = ""
    topic: str = ""
    type: str = ""
    words: str = ""
    overdue: bool = False
    only: Collection[str] | None = None  # ids, where the choice is limited to some


def search(law: HeldLaw, wanted: Wanted, language: str, today: date) -> list[Rule]:
    """The rules that fit, by id."""
    found = [rule for rule in law.rules.values() if _fits(rule, wanted, law, today)]
    own = f"{wanted.country.lower()}-"  # a country's own rules before those of others for it
    found.sort(key=lambda rule: (bool(wanted.country) and not rule.id.startswith(own), rule.id))
    if not wanted.words.strip():
        return found
    words = wanted.words.casefold().split()
    return [
        rule
        for rule in found
        if all(word in _haystack(rule, text_of(rule, law, language, today)) for word in words)
    ]


def text_of(rule: Rule, law: HeldLaw, language: str, today: date) -> str:
    """What a rule says in a language; reckoned once."""
    known = law.texts.setdefault(language, {})
    if rule.id not in known:
        known[rule.id] = sentence(rule, law.catalogue, law.contacts, language, today).text
    return known[rule.id]


def _fits(rule: Rule, wanted: Wanted, law: HeldLaw, today: date) -> bool:
    return (
        (wanted.only is None or rule.id in wanted.only)
        and (not wanted.type or rule.type == wanted.type)
        and (not wanted.topic or wanted.topic in rule.topics)
        and (not wanted.country or wanted.country in set(_countries(rule, law)))
        and (not wanted.overdue or rule.provenance.overdue(today))
    )


def _countries(rule: Rule, law: HeldLaw) -> Iterator[str]:
    """The countries whose law it is: those of work, or of origin for a scheme that holds anywhere."""
    places = rule.key.destinations if rule.key.destinations != (ANY,) else rule.key.origins
    for place in places:
        group = law.context.groups.get(place)
        yield from group.ever() if group else (place.partition("-")[0],)


def _haystack(rule: Rule, said: str) -> str:
    provenance = rule.provenance
    source = provenance.source
    parts = (
        rule.id, rule.type.replace("_", " "), said, provenance.legal_basis, rule.note,
        source and source.title, source and source.publisher,
    )  # fmt: skip
    return "\n".join(part for part in parts if part).casefold()
