"""Ready sentences for a chat: what the rules say, said in the person's language, its meaning beside it.

The words are those that the assistant uses. A sentence of law carries its source, and is sent as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.answers.answer import Answer, answer
from bot.answers.translations import Translator, translator
from bot.conversation.answering import with_source
from bot.conversation.asking import question
from bot.conversation.emergencies import call_line, opening
from bot.conversation.turn import CASE_SLOTS
from bot.people.store import Handoff
from bot.rules.case import Case, make_case
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawBase
from bot.rules.lookup import Lookup, lookup
from bot.rules.vocabulary import DANGERS, TOPICS

MOST_CHANNELS = 6
_ASKED = ("destination", "origin", "sector", "private_household", "status", "employment")


@dataclass(frozen=True)
class Snippet:
    """One ready sentence."""

    id: str  # the rule's, where a rule says it
    meaning: str  # in the desk's language
    words: str  # in the person's: what is sent
    source: str = ""
    told: bool = False  # the assistant has said it already


@dataclass(frozen=True)
class Ready:
    """All that is at hand for a chat."""

    topic: str | None
    first: tuple[Snippet, ...] = ()  # what to do first in a danger
    law: tuple[Snippet, ...] = ()
    help: tuple[Snippet, ...] = ()
    questions: tuple[Snippet, ...] = ()
    gaps: tuple[str, ...] = ()

    def find(self, snippet: str) -> Snippet | None:
        """One by its id."""
        everything = (*self.first, *self.law, *self.help, *self.questions)
        return next((each for each in everything if each.id == snippet), None)


def case_of(summary: Mapping[str, Any]) -> Case:
    """The case of a chat as far as it is known."""
    today = date.today()
    try:
        return make_case(today=today, **{name: summary.get(name) for name in CASE_SLOTS})
    except CaseError:
        return make_case(today=today, destination=summary.get("destination"))


def ready(base: LawBase, chat: Handoff, language: str, topic: str | None = None) -> Ready:
    """The ready sentences of a chat, with their meaning in a language; the last topic unless one is given.

    Raises RulesError when the law base cannot be read.
    """
    topic = topic or topic_of(base, chat)
    # Without a topic there is no law to quote, but the emergency numbers and helpers stand all the same.
    found = lookup(base, case_of(chat.summary), [topic] if topic else [])
    mine, theirs = answer(found, language), answer(found, chat.language)
    cited = frozenset(chat.summary.get("rules", ()))
    return Ready(
        topic=topic,
        first=tuple(_first(found, chat.danger, mine, theirs)),
        law=tuple(_law(mine, theirs, cited)),
        help=tuple(_help(mine, theirs, cited))[:MOST_CHANNELS],
        questions=tuple(_questions(chat.summary, translator(language), translator(chat.language))),
        gaps=tuple(gap.text for gap in mine.gaps),
    )


def topic_of(base: LawBase, chat: Handoff) -> str | None:
    """What the chat was about: the last topic, or that of the rules which were said last."""
    topic = chat.summary.get("topic")
    if topic in TOPICS:
        return str(topic)
    with base.reading() as reader:
        rules = (reader.rule(each) for each in chat.summary.get("rules", ()))
        return next((rule.topics[0] for rule in rules if rule is not None), None)


def spoken_rules(base: LawBase, chat: Handoff, text: str, rules: Iterable[str]) -> tuple[str, ...]:
    """Those of some rules whose sentence stands in a text as the rules say it."""
    wanted = tuple(dict.fromkeys(rules))
    if not wanted:
        return ()
    theirs = answer(lookup(base, case_of(chat.summary)), chat.language)
    words = dict(_words(theirs))
    written = _squeezed(text)
    return tuple(each for each in wanted if each in words and _squeezed(words[each]) in written)


def _words(said: Answer) -> Iterator[tuple[str, str]]:
    """(rule, what is sent) of everything that an answer says."""
    t = translator(said.language)
    for statement in said.statements:
        if statement.rule.kind != "complaint_channel":
            yield statement.rule.id, with_source(statement.full_text(), statement, t)
    for channel in said.channels:
        yield channel.statement.rule.id, with_source(channel.brief(), channel.statement, t)


def _first(found: Lookup, danger: str | None, mine: Answer, theirs: Answer) -> Iterator[Snippet]:
    if danger not in DANGERS:
        return
    numbers, case = found.emergency, found.case
    here, there = translator(mine.language), translator(theirs.language)
    yield Snippet("opening", opening(danger, here), opening(danger, there))
    sources = dict.fromkeys(" ".join(filter(None, (each.source, each.as_of))) for each in numbers)
    yield Snippet(
        "call", call_line(numbers, case, danger, here), call_line(numbers, case, danger, there),
        "; ".join(sources),
    )  # fmt: skip


def _law(mine: Answer, theirs: Answer, cited: frozenset[str]) -> Iterator[Snippet]:
    words = dict(_words(theirs))
    for statement in mine.statements:
        rule = statement.rule
        if rule.kind != "complaint_channel" and rule.id in words:
            meaning, told = statement.full_text(), rule.id in cited
            yield Snippet(rule.id, meaning, words[rule.id], statement.source, told)


def _help(mine: Answer, theirs: Answer, cited: frozenset[str]) -> Iterator[Snippet]:
    words = dict(_words(theirs))
    for channel in mine.channels:
        rule = channel.statement.rule
        yield Snippet(rule.id, channel.brief(), words[rule.id], channel.statement.source, rule.id in cited)


def _questions(summary: Mapping[str, Any], here: Translator, there: Translator) -> Iterator[Snippet]:
    """Questions for what is not known of the case."""
    for name in _ASKED:
        if summary.get(name) is None:
            yield Snippet(f"ask-{name}", question(name, here), question(name, there))
    what = "Say where you are and what happened."
    yield Snippet("ask-what", here.gettext(what), there.gettext(what))


def _squeezed(text: str) -> str:
    return " ".join(text.split())
