"""How to reach somebody, in words: one line a number or address, only what was seen in a source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from bot.answers import formats, names
from bot.answers.translations import Translator
from bot.rules.case import Case
from bot.rules.dates import PartialDate
from bot.rules.model import Contact, ContactValue
from bot.rules.same import Same

_DIALLED = ("phone", "sms", "whatsapp", "viber", "imo", "signal")
# Numbers from before this year are shown with their date.
_DATED_BEFORE = 2022


@dataclass(frozen=True)
class ContactCard:
    """A contact as it is shown: its name, its lines, and what it does with data."""

    contact: Contact
    name: str
    lines: tuple[str, ...]
    risk: str | None  # the immigration-risk line; None where papers are known to be valid
    details: str = ""  # the lines as one sentence

    def text(self) -> str:
        """Name and lines together, the risk last."""
        head = f"{self.name}: {self.details}" if self.details else self.name
        return f"{head}. {self.risk}" if self.risk else head


def contact_card(contact: Contact, case: Case, t: Translator) -> ContactCard:
    """A contact for a person of this case. Numbers that no source was seen for are left out."""
    return _card(Same(contact, t), case.origin, case.destination, case.today, case.papers_may_be_missing)


@lru_cache(maxsize=20_000)  # the same few stand in the answers of a corridor on every topic
def _card(
    key: Same, origin: str | None, destination: str | None, today: date, papers_may_be_missing: bool
) -> ContactCard:
    contact, t = key.objects
    lines = tuple(_line(value, today, t) for value in _reachable(contact, origin, destination))
    return ContactCard(
        contact,
        formats.isolate(contact.name, t),
        lines,
        names.risk_text(contact.immigration_risk, t) if papers_may_be_missing else None,
        formats.clauses(lines, t),
    )


def sendable(value: ContactValue) -> bool:
    """Whether a number or address may be given to a worker: only when it was seen in a source."""
    return value.provenance.evidence == "seen"


def contact_json(contact: Contact) -> dict[str, Any]:
    """A contact with the values that may be sent. To be read only: it is kept."""
    return _json(Same(contact))


@lru_cache(maxsize=5_000)
def _json(key: Same) -> dict[str, Any]:
    (contact,) = key.objects
    return {
        "id": contact.id,
        "name": contact.name,
        "roles": list(contact.roles),
        "immigration_risk": contact.immigration_risk,
        "values": [_value_json(value) for value in contact.values if sendable(value)],
    }


def _value_json(value: ContactValue) -> dict[str, Any]:
    provenance = value.provenance
    source = provenance.source
    return {
        "channel": value.channel,
        "value": value.value,
        "text": value.text,
        "from_abroad": value.from_abroad,
        "dial_in": value.dial_in,
        "languages": list(value.languages),
        "hours": value.hours,
        "cost": value.cost,
        "as_of": provenance.as_of,
        "evidence": provenance.evidence,
        "confidence": provenance.confidence,
        "source": {"title": source.title, "publisher": source.publisher, "url": source.url}
        if source
        else None,
    }


def reachable(contact: Contact, case: Case) -> list[ContactValue]:
    """What of a contact may be sent and can be used from where the person is."""
    return _reachable(contact, case.origin, case.destination)


def _reachable(contact: Contact, home: str | None, here: str | None) -> list[ContactValue]:
    far = contact.country is not None and contact.country == home != here is not None
    return [
        value
        for value in contact.values
        if sendable(value)
        and not (far and value.from_abroad is False)
        and not (value.dial_in is not None and here is not None and value.dial_in != here)
    ]


def _line(value: ContactValue, today: date, t: Translator) -> str:
    shown = formats.dialable(value.value, t) if value.channel in _DIALLED else formats.isolate(value.value, t)
    parts = [t.gettext("{channel} {address}", channel=names.channel_name(value.channel, t), address=shown)]
    details = list(_details(value, today, t))
    if details:
        parts.append(f"({', '.join(details)})")
    return " ".join(parts)


def _details(value: ContactValue, today: date, t: Translator) -> Iterator[str]:
    if value.text:
        yield t.gettext("send: {text}", text=formats.isolate(value.text, t))
    if value.cost == "free":
        yield t.gettext("free")
    if value.hours:
        yield formats.opening_hours(value.hours, t)
    if value.languages:
        yield formats.listing((formats.language_name(code, t) for code in value.languages), t)
    if value.dial_in is not None:
        yield t.gettext("only from {country}", country=formats.country(value.dial_in, t))
    elif value.from_abroad is False:
        yield t.gettext("only inside the country")
    provenance = value.provenance
    if provenance.as_of is None:
        yield t.gettext("date not known")
    elif PartialDate.parse(provenance.as_of).year < _DATED_BEFORE or provenance.overdue(today):
        yield t.gettext("as of {date}", date=formats.written_date(provenance.as_of, t) or "")
