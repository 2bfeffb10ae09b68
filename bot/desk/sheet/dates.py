"""The days by which somebody can claim, counted from days that were told, and as a calendar file.

Nothing of it is kept. Others may see the calendar: its titles name no matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from uuid import uuid4

from icalendar import Alarm, Calendar, Event

from bot.answers import formats
from bot.answers.answer import answer
from bot.answers.calculation import step_text
from bot.answers.statements import Statement
from bot.answers.translations import Translator, translator
from bot.conversation.answering import disclaimer
from bot.letters.sheet import Texts
from bot.rules.calculators.deadlines import START_TERMS, TYPE, deadlines, starts_of
from bot.rules.calculators.steps import step
from bot.rules.lawbase import LawReader
from bot.rules.lookup import Lookup
from bot.rules.model import ANY
from bot.rules.units import Duration

_ALARMS = (timedelta(days=14), timedelta(days=7), timedelta(days=1))
_WILFUL = "limit_if_wilful"


@dataclass(frozen=True)
class Since:
    """The day that is asked for: on a topic, of what its rules count from (nothing: they do not say it)."""

    topic: str
    starts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Of its field: `termination.mediation_failed`."""
        return ".".join((self.topic, *self.starts))


@dataclass(frozen=True)
class Limited:
    """Topics whose claims run out here by the same rules, and what these say in the desk's language."""

    topics: tuple[str, ...]
    starts: tuple[str, ...]  # what all these rules count from
    texts: Texts
    words: str  # what they count from, in words

    @property
    def since(self) -> Since:
        """The day that is asked for: the first topic stands for the others too."""
        return Since(self.topics[0], self.starts)

    @property
    def name(self) -> str:
        """Of its field."""
        return self.since.name


@dataclass(frozen=True)
class LastDay:
    """The last day of one claim. None: it cannot be counted, as in working days."""

    topic: str
    day: date | None
    days_left: int | None
    sure: bool  # it holds whatever is still unknown of the case
    said: Mapping[str, Statement]  # what the rule says, by language
    limit: str  # which of the rule's limits
    length: Duration

    def which(self, language: str) -> str:
        """Which of the rule's limits it is, as a sentence."""
        return step_text(step(f"deadline_{self.limit}", length=self.length), translator(language))

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
    by_rules: dict[tuple[tuple[str, ...], Texts], list[str]] = {}
    for topic in found.topics:
        texts: dict[tuple[str, ...], list[str]] = {}
        for each in statements:
            if topic in each.rule.topics:
                texts.setdefault(starts_of(each.rule), []).append(each.full_text())
        for starts, said in texts.items():
            by_rules.setdefault((starts, tuple(said)), []).append(topic)
    t, terms = translator(language), found.catalogue.terms.get(START_TERMS, {})
    return [
        Limited(tuple(topics), starts, said_of_them, _listed(starts, terms, t))
        for (starts, said_of_them), topics in by_rules.items()
    ]


def _listed(starts: tuple[str, ...], terms: Mapping[str, object], t: Translator) -> str:
    said = [t.pgettext(f"term {START_TERMS}", str(terms[each])) for each in starts]
    return formats.listing(said, t, "or") if said else ""


def last_days(
    reader: LawReader, found: Lookup, since: Mapping[Since, date], languages: Texts
) -> list[LastDay]:
    """The last days of some topics, each by the rules that count from its day; the nearest first.

    `found`: what the same view of the law says of the case on these topics. Raises CaseError for a day
    after today.
    """
    case, made = found.case, []
    said = {
        language: {each.rule.id: each for each in answer(found, language).statements}
        for language in languages
    }
    for asked, day in since.items():
        for each in deadlines(reader, case, asked.topic, day, asked.starts).found:
            rule = each.ground.rule.id
            spoken = {language: said[language][rule] for language in languages if rule in said[language]}
            if spoken:
                left, sure = each.days_left(case.today), each.ground.sure
                made.append(LastDay(asked.topic, each.last_day, left, sure, spoken, each.limit, each.length))
    return sorted(made, key=lambda each: (each.day or date.max, each.topic, each.rule))


def to_come(days: Iterable[LastDay], today: date, details: bool) -> Iterator[tuple[LastDay, date]]:
    """What a calendar would hold: the days that are still to come.

    Without `details` no day of a limit that holds only if the employer broke the law on purpose: nothing
    would say so, and the day of the usual limit is the one to keep.
    """
    for each in days:
        if each.day is not None and each.day >= today and (details or each.limit != _WILFUL):
            yield each, each.day


def calendar(days: Iterable[LastDay], language: str, today: date, details: bool) -> bytes:
    """A calendar file with the days that are still to come, each with alarms two weeks, a week, a day before.

    `details`: also what the rule says, with its source; else nothing tells what it is about.
    """
    t = translator(language)
    made = Calendar()
    made.add("prodid", "-//Haq//case sheet//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    for each, day in to_come(days, today, details):
        made.add_component(_event(each, day, t, today, details))
    return bytes(made.to_ical())


def _event(last: LastDay, day: date, t: Translator, today: date, details: bool) -> Event:
    event = Event()
    event.add("uid", f"{uuid4()}@haq")  # by chance: what is made of the rule and the day tells of the matter
    event.add("dtstamp", datetime.combine(today, time(), timezone.utc))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", title(t))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    if details:
        statement = last.said[t.language]
        source = t.gettext("Source: {source}", source=statement.source) if statement.source else ""
        said = (last.which(t.language), statement.full_text(), source, disclaimer(t))
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
