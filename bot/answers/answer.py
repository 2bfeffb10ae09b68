"""An answer: what a lookup found, said in a language, grouped as a worker needs it.

entitled to → warnings → by when → where to complain → the home country's schemes → gaps, each
statement with its law, source and date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from bot.answers import formats, names
from bot.answers.contacts import ContactCard, contact_card, contact_json
from bot.answers.statements import Speaker, Statement
from bot.answers.translations import Translator, translator
from bot.rules.case import Case
from bot.rules.dates import PartialDate
from bot.rules.emergency import MOBILE_FALLBACK, EmergencyNumber
from bot.rules.lookup import BORDER_TOPICS, Gap, Lookup
from bot.rules.remedies import Remedy
from bot.rules.same import Same

_KIND_ORDER = ("warning", "entitlement", "obligation", "deadline", "scheme", "penalty", "complaint_channel")


@dataclass(frozen=True)
class Channel:
    """Somewhere to turn: what the rule says, and the cards of its contacts."""

    statement: Statement
    cards: tuple[ContactCard, ...]

    def text(self) -> str:
        """The statement, then each card with its risk."""
        return "\n".join((self.statement.full_text(), *(card.text() for card in self.cards)))

    def brief(self) -> str:
        """Who and how to reach them first, then what the rule says besides."""
        if not self.cards:
            return self.text()
        statement = self.statement
        # A card that carries dates of its own says how old it is.
        caution = None if any(card.lines for card in self.cards) else statement.caution
        rest = " ".join(part for part in (statement.details, statement.condition, caution) if part)
        return "\n  ".join(part for part in (*(card.text() for card in self.cards), rest) if part)


@dataclass(frozen=True)
class NamedGap:
    """A gap in words."""

    gap: Gap
    text: str


@dataclass(frozen=True)
class NamedRemedy:
    """What can still be done where the law says no, in words."""

    remedy: Remedy
    text: str


@dataclass(frozen=True)
class Answer:
    """Everything that a channel needs to show a lookup."""

    found: Lookup
    language: str
    statements: tuple[Statement, ...]
    channels: tuple[Channel, ...]
    gaps: tuple[NamedGap, ...]
    emergency: str
    remedies: tuple[NamedRemedy, ...] = ()

    @property
    def case(self) -> Case:
        return self.found.case

    def rule_ids(self) -> tuple[str, ...]:
        """Every rule that the answer rests on."""
        spoken = (*self.statements, *(channel.statement for channel in self.channels))
        return tuple(dict.fromkeys(statement.rule.id for statement in spoken))


def answer(found: Lookup, language: str) -> Answer:
    """A lookup in words."""
    t = translator(language)
    speaker = Speaker(found, t)
    said = {result.rule.id: speaker.statement(result) for result in (*found.answers, *found.channels)}
    statements = sorted(
        (said[result.rule.id] for result in found.answers),
        key=lambda statement: _order(statement, found.topics),
    )
    return Answer(
        found=found,
        language=t.language,
        statements=tuple(statements),
        channels=tuple(_channel(said[result.rule.id], found.case, t) for result in found.channels),
        gaps=tuple(NamedGap(gap, _gap_text(gap, found.case, t)) for gap in found.gaps),
        emergency=emergency_text(found.emergency, found.case, t),
        remedies=tuple(NamedRemedy(each, _remedy_text(each, t)) for each in found.remedies),
    )


def answer_json(said: Answer) -> dict[str, Any]:
    """The answer as the `lookup --json` contract has it."""
    return {
        "version": said.found.version,
        "case": said.case.to_json(),
        "answers": [statement_json(statement) for statement in said.statements],
        "channels": [
            {
                **statement_json(channel.statement),
                "text": channel.text(),
                "contacts": [
                    {**contact_json(card.contact), "immigration_risk_text": card.risk}
                    for card in channel.cards
                ],
            }
            for channel in said.channels
        ],
        "gaps": [
            {
                "topic": each.gap.topic,
                "reason": each.gap.reason,
                "text": each.text,
                "rules": list(each.gap.rules),
                "looked": each.gap.looked,
            }
            for each in said.gaps
        ],
        "still_possible": [
            {
                "topic": each.remedy.topic,
                "denied_by": list(each.remedy.denied_by),
                "ways": [way.to_json() for way in each.remedy.ways],
                "text": each.text,
            }
            for each in said.remedies
        ],
        "emergency": [
            {
                "number": entry.number,
                "services": list(entry.services),
                "source": entry.source,
                "as_of": entry.as_of,
            }
            for entry in said.found.emergency
        ],
    }


def emergency_text(
    numbers: tuple[EmergencyNumber, ...], case: Case, t: Translator, services: tuple[str, ...] = ()
) -> str:
    """The emergency numbers of the country of work in one line; of mobile phones when unknown.

    `services` puts those first (an ambulance before the police). A number past its review date is
    never the only one.
    """
    return _emergency_text(Same(t, *numbers), case.today, services)


@lru_cache(maxsize=5_000)  # part of every answer, and one line a country and language
def _emergency_text(key: Same, today: date, services: tuple[str, ...]) -> str:
    t, *numbers = key.objects
    known = sorted(
        (entry for entry in numbers if entry.services),
        key=lambda entry: min(
            (services.index(service) for service in entry.services if service in services), default=9
        ),
    )
    by_services: dict[tuple[str, ...], list[str]] = {}
    for entry in known:
        by_services.setdefault(entry.services, []).append(formats.dialable(entry.number, t))
    parts = [
        t.gettext(
            "{services}: {number}",
            services=formats.listing((names.service_name(service, t) for service in mine), t),
            number=formats.listing(listed, t, "or"),
        )
        for mine, listed in by_services.items()
    ]
    others = [entry for entry in numbers if not entry.services]
    fresh = [entry for entry in known if not entry.overdue(today)]
    if others and not fresh:
        listed = formats.listing((formats.dialable(entry.number, t) for entry in others), t, "or")
        parts.append(t.gettext("emergency: {number}", number=listed))
    if not parts or not (fresh or others):
        first, second = (formats.dialable(number, t) for number in MOBILE_FALLBACK)
        parts.append(t.gettext("{first} or {second} works on most mobile phones", first=first, second=second))
    return formats.clauses(parts, t)


def _channel(statement: Statement, case: Case, t: Translator) -> Channel:
    return Channel(statement, tuple(contact_card(contact, case, t) for contact in statement.contacts))


def _order(statement: Statement, topics: tuple[str, ...]) -> tuple[int, int, int, int, str]:
    rule = statement.rule
    place = min((topics.index(topic) for topic in rule.topics if topic in topics), default=len(topics))
    main = 0 if rule.topics[0] in topics else 1
    # What crosses a border is settled by the agreement before the national law, which yields to it.
    if rule.via == "social_security_agreement" and place < len(topics) and topics[place] in BORDER_TOPICS:
        main = -1
    return (place, main, _KIND_ORDER.index(rule.kind), 0 if statement.applies == "yes" else 1, rule.id)


def _remedy_text(remedy: Remedy, t: Translator) -> str:
    topic = names.topic_name(remedy.topic, t)
    if not remedy.ways:
        return t.gettext("{topic}: we know of no other way yet.", topic=topic)
    ways = formats.listing((names.way_name(way.name, t) for way in remedy.ways), t, "or")
    if any(way.sure for way in remedy.ways):
        return t.gettext("{topic}: you can still {ways}.", topic=topic, ways=ways)
    return t.gettext("{topic}: perhaps you can still {ways}.", topic=topic, ways=ways)


def _gap_text(gap: Gap, case: Case, t: Translator) -> str:
    topic = names.topic_name(gap.topic, t)
    if gap.reason == "not_known_then":
        when = formats.isolate(case.on.isoformat(), t)
        return t.gettext(
            "{topic}: we have rules, but we do not know if they held on {date}.", topic=topic, date=when
        )
    if gap.reason == "destination_unknown":
        return t.gettext("{topic}: this depends on the country of work.", topic=topic)
    if gap.reason == "origin_unknown":
        return t.gettext("{topic}: this depends on your home country.", topic=topic)
    if gap.reason == "sector_left_out":
        return t.gettext(
            "{topic}: the law on this that we know leaves out your kind of work. We know no other law there.",
            topic=topic,
        )
    if gap.reason == "deadline_not_found":
        return t.gettext(
            "{topic}: we do not know until when you can claim. On {date} we looked for it and found nothing. "
            "Claim as soon as you can.",
            topic=topic,
            date=formats.partial_date(PartialDate.parse(gap.looked or ""), t),
        )
    if gap.reason == "treaty_only":
        return t.gettext(
            "{topic}: we have no law of that country on this in our data, only what it has undertaken.",
            topic=topic,
        )
    if gap.looked is not None:
        return t.gettext(
            "{topic}: we have nothing on this in our data. On {date} we looked for it and found nothing.",
            topic=topic,
            date=formats.partial_date(PartialDate.parse(gap.looked), t),
        )
    return t.gettext("{topic}: we have nothing on this in our data.", topic=topic)


def statement_json(statement: Statement) -> dict[str, Any]:
    """One statement as the `lookup --json` contract has it."""
    rule, provenance = statement.rule, statement.rule.provenance
    source = provenance.source
    return {
        "rule": rule.id,
        "topic": rule.topics[0],
        "topics": list(rule.topics),
        "kind": rule.kind,
        "type": rule.type,
        "applies": statement.applies,
        "depends_on": list(statement.depends_on),
        "text": statement.full_text(),
        "values": dict(statement.values),
        "unconfirmed": list(rule.unconfirmed),
        "legal_basis": provenance.legal_basis,
        "source": {"title": source.title, "publisher": source.publisher, "url": source.url}
        if source
        else None,
        "as_of": provenance.as_of,
        "evidence": provenance.evidence,
        "confidence": provenance.confidence,
        "review_by": provenance.review_by,
        "via": rule.via,
        "trace": list(statement.trace),
    }
