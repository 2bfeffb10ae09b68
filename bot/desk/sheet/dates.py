"""The days by which somebody can claim, counted from days that were told, and as a calendar file.

Nothing of it is kept. Others may see the calendar: its titles name no matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from icalendar import Alarm, Calendar, Event

from bot.answers.answer import answer
from bot.answers.statements import Statement
from bot.answers.translations import Translator, translator
from bot.conversation.answering import disclaimer
from bot.desk.asked import Asked
from bot.letters.sheet import Texts
from bot.rules.calculators.deadlines import TYPE, deadlines
from bot.rules.lawbase import LawBase
from bot.rules.lookup import Lookup, look_up
from bot.rules.model import ANY

_ALARMS = (timedelta(days=14), timedelta(days=7), timedelta(days=1))


@dataclass(frozen=True)
class Limited:
    """Topics whose claims run out here by the same rules, and what these say in the desk's language."""

    topics: tuple[str, ...]
    texts: Texts  # from when they count is one of their sentences

    @property
    def topic(self) -> str:
        """The one that a day is asked for: it stands for the others too."""
        return self.topics[0]


@dataclass(frozen=True)
class LastDay:
    """The last day of one claim. None: it cannot be counted, as in working days."""

    topic: str
    day: date | None
    days_left: int | None
    sure: bool  # it holds whatever is still unknown of the case
    said: Mapping[str, Statement]  # what the rule says, by language
    limit: str

    @property
    def rule(self) -> str:
        """The rule it is counted by."""
        return next(iter(self.said.values())).rule.id


def limited_topics(found: Lookup, language: str) -> list[Limited]:
    """The topics of a lookup on which a rule of the country of work says until when one can claim."""
    statements = [
        each
        for each in answer(found, language).statements
        if each.rule.type == TYPE and each.rule.key.destinations != (ANY,)
    ]
    by_rules: dict[Texts, list[str]] = {}
    for topic in found.topics:
        texts = tuple(each.full_text() for each in statements if topic in each.rule.topics)
        if texts:
            by_rules.setdefault(texts, []).append(topic)
    return [Limited(tuple(topics), texts) for texts, topics in by_rules.items()]


def last_days(
    base: LawBase, asked: Asked, since: Mapping[str, date], languages: Texts, today: date
) -> list[LastDay]:
    """The last days of some topics, each counted from its day; the nearest first.

    Raises CaseError for a day after today, or a case that makes no sense.
    """
    case, made = asked.case(today), []
    with base.reading() as reader:
        for topic, day in since.items():
            found = look_up(reader, case, [topic])
            said = {
                language: {each.rule.id: each for each in answer(found, language).statements}
                for language in languages
            }
            for each in deadlines(reader, case, topic, day).found:
                rule = each.ground.rule.id
                spoken = {language: said[language][rule] for language in languages if rule in said[language]}
                if spoken:
                    left, sure = each.days_left(today), each.ground.sure
                    made.append(LastDay(topic, each.last_day, left, sure, spoken, each.limit))
    return sorted(made, key=lambda each: (each.day or date.max, each.topic, each.rule))


def calendar(days: Iterable[LastDay], language: str, today: date, details: bool) -> bytes:
    """A calendar file with the days that are still to come, each with alarms two weeks, a week, a day before.

    `details`: also what the rule says, with its source; else nothing tells what it is about.
    """
    t = translator(language)
    made = Calendar()
    made.add("prodid", "-//Haq//case sheet//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    for each in days:
        if each.day is not None and each.day >= today:
            made.add_component(_event(each, each.day, t, today, details))
    return bytes(made.to_ical())


def _event(last: LastDay, day: date, t: Translator, today: date, details: bool) -> Event:
    event = Event()
    digest = hashlib.sha256(f"{last.rule} {last.limit} {day}".encode()).hexdigest()
    event.add("uid", f"{digest[:24]}@haq")
    event.add("dtstamp", datetime.combine(today, time(), timezone.utc))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", title(t))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    if details:
        statement = last.said[t.language]
        source = t.gettext("Source: {source}", source=statement.source) if statement.source else ""
        said = (statement.full_text(), source, disclaimer(t))
        event.add("description", "\n".join(filter(None, said)))
        where = statement.rule.provenance.source
        if where and where.url:
            event.add("url", where.url)
    for before in _ALARMS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title(t))
        alarm.add("trigger", -before)
        event.add_component(alarm)
    return event


def title(t: Translator) -> str:
    """What the calendar shows to everybody."""
    return t.gettext("A reminder")
