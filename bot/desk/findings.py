"""What a lookup page shows: the answer in groups, what it depends on, and how to settle that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.answers import formats, names
from bot.answers.answer import Answer, answer
from bot.answers.formats import SECTOR_NAMES
from bot.answers.grouping import (
    COMPLAIN,
    CROSSING_TOPICS,
    HOME_TOPICS,
    TopicStatements,
    by_topic,
    grouped,
)
from bot.answers.translations import DESK_DOMAIN, Translator, translator
from bot.conversation.asking import choices, question
from bot.desk.asked import Asked
from bot.rules.lawbase import LawBase
from bot.rules.lookup import Lookup, lookup
from bot.rules.resolution import Result
from bot.rules.ruletypes import Fact
from bot.rules.vocabulary import BRANCHES, HELP_TOPICS, SECTORS, TOPICS

MOST_QUESTIONS: Final = 6
_OF_CASE: Final = ("sector", "private_household", "status", "employment")
# What a person may be asked though no list of answers fits: years of service, age, an employer's size.
_SET: Final = "set:"


@dataclass(frozen=True)
class Option:
    """One answer to an open question: its words, and the address of the case in which it is known."""

    label: str
    value: str
    query: str


@dataclass(frozen=True)
class OpenQuestion:
    """Something that is not known of the case and would settle some statements."""

    name: str
    parameter: str  # of the form field that sets it
    text: str
    statements: int
    options: tuple[Option, ...]  # empty: a number or a length of time, to be written
    example: str = ""


@dataclass(frozen=True)
class Finding:
    """A case, its answer, and what stands around it."""

    asked: Asked
    answer: Answer
    t: Translator  # of the answer
    groups: dict[str, list[TopicStatements]]
    open: tuple[OpenQuestion, ...]
    meaning: dict[
        str, str
    ]  # the same statements in the language of the desk, by rule; empty if it is the same

    @property
    def count(self) -> int:
        """How many statements there are."""
        return len(self.answer.statements) + len(self.answer.channels)

    def size(self, group: str) -> int:
        """How many lines a group has."""
        channels = len(self.answer.channels) if group == COMPLAIN else 0
        return channels + sum(len(each.statements) for each in self.groups[group])


def find(base: LawBase, asked: Asked, desk_language: str, today: date) -> Finding:
    """Looks a case up and prepares it for a page.

    Raises CaseError for a case that makes no sense, EmptyLawBase, LawBaseUnavailable.
    """
    found = lookup(base, asked.case(today), asked.topics or None)
    said = answer(found, asked.language or desk_language)
    order = asked.topics or [topic for topics in topic_groups().values() for topic in topics]
    meaning = {}
    if said.language != desk_language:
        own = answer(found, desk_language)
        meaning = {each.rule.id: each.full_text() for each in own.statements}
        meaning |= {each.statement.rule.id: each.text() for each in own.channels}
    return Finding(
        asked=asked,
        answer=said,
        t=translator(said.language),
        groups={name: by_topic(each, order) for name, each in grouped(said).items()},
        open=tuple(_open(found, asked, desk_language)),
        meaning=meaning,
    )


def topic_groups() -> dict[str, list[str]]:
    """The topics as a person looks for them: work, insurance, the way back, home, help."""
    aside = {*BRANCHES, *CROSSING_TOPICS, *HOME_TOPICS, *HELP_TOPICS}
    return {
        "work": [topic for topic in TOPICS if topic not in aside],
        "insurance": list(BRANCHES),
        "crossing": [topic for topic in TOPICS if topic in CROSSING_TOPICS],
        "home": [topic for topic in TOPICS if topic in HOME_TOPICS],
        "help": list(HELP_TOPICS),
    }


# -- what is open ---------------------------------------------------------------------------------------


def _open(found: Lookup, asked: Asked, language: str) -> Iterator[OpenQuestion]:
    """The questions that would settle most, those of the case first."""
    t = translator(language)
    waiting = [each for each in (*found.answers, *found.channels) if each.applies == "depends"]
    counts = Counter(name for each in waiting for name in dict.fromkeys(each.depends_on))
    ordered = sorted(counts, key=lambda name: (name not in _OF_CASE, -counts[name], name))
    asking = (_question(name, counts[name], found, waiting, asked, t) for name in ordered)
    yield from [each for each in asking if each is not None][:MOST_QUESTIONS]


def _question(
    name: str, count: int, found: Lookup, waiting: list[Result], asked: Asked, t: Translator
) -> OpenQuestion | None:
    if name in _OF_CASE:
        given = [] if name == "sector" else [(each, text) for each, text in _case_choices(name, t)]
        if name == "sector":
            given = [(sector, t.pgettext("sector", SECTOR_NAMES[sector])) for sector in SECTORS]
        return OpenQuestion(name, name, question(name, t), count, _options(name, given, asked))
    if name == "scheme":
        schemes = sorted({each for result in waiting for each in result.rule.key.schemes})
        text = translator(t.language, DESK_DOMAIN).gettext("Which kind of permit is it?")
        return OpenQuestion(
            name, name, text, count, _options(name, [(each, each) for each in schemes], asked)
        )
    if name == "region":
        places = sorted({each for result in waiting for each in result.rule.key.destinations if "-" in each})
        given = [(place, formats.country(place, t)) for place in places]
        text = translator(t.language, DESK_DOMAIN).gettext("In which part of the country is the work?")
        return OpenQuestion(name, "to", text, count, _options("destination", given, asked))
    fact = found.catalogue.facts.get(name)
    return None if fact is None else _of_fact(fact, count, asked, t)


def _case_choices(name: str, t: Translator) -> Iterator[tuple[str, str]]:
    """The answers that the chat offers too, but for "I do not want to say"."""
    for does, text in choices(name, t):
        if does.startswith(_SET):
            yield does.partition("=")[2], text


def _of_fact(fact: Fact, count: int, asked: Asked, t: Translator) -> OpenQuestion:
    parameter = f"fact.{fact.name}"
    if fact.options:
        given = [(option, t.gettext(fact.texts[option])) for option in fact.options]
        options = _options(fact.name, given, asked)
        return OpenQuestion(fact.name, parameter, t.gettext(fact.ask), count, options)
    assert fact.unit is not None
    example = {"duration": "3 years", "money": "QAR 1500"}.get(fact.unit.name, "10")
    return OpenQuestion(fact.name, parameter, t.gettext(fact.ask), count, (), example)


def _options(name: str, given: list[tuple[str, str]], asked: Asked) -> tuple[Option, ...]:
    return tuple(Option(text, value, asked.knowing(name, value).query()) for value, text in given)


def topic_label(topic: str, t: Translator) -> str:
    """A topic as a heading: with a capital where the script has them."""
    name = names.topic_name(topic, t)
    return name[:1].upper() + name[1:]
