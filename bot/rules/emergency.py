"""Emergency numbers of every country: a library's metadata, reconciled with our own facts.

The library (phonenumbers, which carries libphonenumber's short-number metadata) knows which
numbers reach an emergency service, not which service; our contacts know the service, its source
and date. Both are kept: a number past its review date is never the only one shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import phonenumbers
from phonenumbers import PhoneMetadata

from bot.rules.dates import PartialDate
from bot.rules.model import Contact
from bot.rules.vocabulary import COUNTRIES

SERVICES = ("police", "ambulance", "fire")
# Answered on most mobile phones in the world: the GSM standard (3GPP TS 22.101) reserves both.
MOBILE_FALLBACK = ("112", "911")
LIBRARY = f"phonenumbers {phonenumbers.__version__} (libphonenumber short-number metadata)"


@dataclass(frozen=True)
class EmergencyNumber:
    """A number to call in an emergency; no services when only the library knows the number."""

    country: str
    number: str
    services: tuple[str, ...]
    source: str
    as_of: str | None
    confirmed: bool  # seen in a source, or listed by the library
    contact: str | None = None
    overdue_from: str | None = None

    def overdue(self, today: date) -> bool:
        """Whether nobody has checked it for longer than its review interval."""
        return self.overdue_from is not None and PartialDate.parse(self.overdue_from).latest < today


def library_numbers(country: str) -> tuple[str, ...]:
    """The emergency numbers that the library's metadata list for a country, shortest first."""
    metadata = PhoneMetadata.short_metadata_for_region(country)
    emergency = metadata.emergency if metadata is not None else None
    if emergency is None or not emergency.national_number_pattern:
        return ()
    pattern = re.compile(emergency.national_number_pattern)
    lengths = emergency.possible_length or metadata.general_desc.possible_length
    numbers = (f"{value:0{length}d}" for length in sorted(lengths) for value in range(10**length))
    return tuple(number for number in numbers if pattern.fullmatch(number))


def emergency_numbers(contacts: Iterable[Contact]) -> list[EmergencyNumber]:
    """The emergency table of all countries: our seen numbers first, then the library's others."""
    own: dict[str, list[EmergencyNumber]] = {}
    for contact in contacts:
        services = tuple(role for role in contact.roles if role in SERVICES)
        if not services or contact.country is None:
            continue
        for value in contact.values:
            if value.channel == "phone" and value.provenance.evidence == "seen" and len(_digits(value.value)) <= 5:
                source = value.provenance.source
                own.setdefault(contact.country, []).append(
                    EmergencyNumber(
                        contact.country, _digits(value.value), services, source.title if source else LIBRARY,
                        value.provenance.as_of, True, contact.id, value.provenance.review_by,
                    )
                )  # fmt: skip
    table: list[EmergencyNumber] = []
    for country in sorted(COUNTRIES):
        mine = own.get(country, [])
        known = {entry.number for entry in mine}
        table += mine
        table += [
            EmergencyNumber(country, number, (), LIBRARY, None, True)
            for number in library_numbers(country)
            if number not in known
        ]
    return table


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
