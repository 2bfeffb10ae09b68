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
    if metadata is None or emergency is None or not emergency.national_number_pattern:
        return ()
    general = metadata.general_desc
    lengths = emergency.possible_length or (general.possible_length if general is not None else ())
    numbers = {
        number for number in _Expansion(emergency.national_number_pattern).all() if len(number) in lengths
    }
    return tuple(sorted(numbers, key=lambda number: (len(number), number)))


class _Expansion:
    """Every number that a pattern of the metadata means: digits, classes, groups, `?` and `{n}`.

    Trying all numbers of six digits would take seconds.
    """

    _TOKEN = re.compile(r"\(\?:|\[[^\]]+\]|\\d|[0-9()|?]|\{(\d)(?:,(\d))?\}")

    def __init__(self, pattern: str) -> None:
        self._tokens = [match.group() for match in self._TOKEN.finditer(pattern)]
        if "".join(self._tokens) != pattern:
            raise ValueError(f"{pattern!r} is no pattern of emergency numbers.")

    def all(self) -> set[str]:
        """The numbers."""
        found = self._alternatives()
        if self._tokens:
            raise ValueError("A bracket is closed that was not opened.")
        return found

    def _alternatives(self) -> set[str]:
        found, one = set(), {""}
        while self._tokens and self._tokens[0] != ")":
            if self._tokens[0] == "|":
                self._tokens.pop(0)
                found |= one
                one = {""}
            else:
                part = self._repeated(self._atom())
                one = {start + end for start in one for end in part}
        return found | one

    def _atom(self) -> set[str]:
        token = self._tokens.pop(0)
        if token in ("(?:", "("):
            inner = self._alternatives()
            self._tokens.pop(0)  # the closing bracket
            return inner
        return {digit for digit in "0123456789" if re.fullmatch(token, digit)}

    def _repeated(self, part: set[str]) -> set[str]:
        following = self._tokens[0] if self._tokens else ""
        if following == "?":
            self._tokens.pop(0)
            return part | {""}
        if not following.startswith("{"):
            return part
        match = self._TOKEN.fullmatch(self._tokens.pop(0))
        assert match is not None
        least, most = int(match[1]), int(match[2] or match[1])
        runs = [{""}]
        for _ in range(most):
            runs.append({start + end for start in runs[-1] for end in part})
        return set().union(*runs[least:])


def library_table(country: str) -> tuple[EmergencyNumber, ...]:
    """The library's numbers alone: what stands when the law base cannot be read."""
    return tuple(
        EmergencyNumber(country, number, (), LIBRARY, None, True) for number in library_numbers(country)
    )


def emergency_numbers(contacts: Iterable[Contact]) -> list[EmergencyNumber]:
    """The emergency table of all countries: our seen numbers first, then the library's others."""
    own: dict[str, list[EmergencyNumber]] = {}
    for contact in contacts:
        services = tuple(role for role in contact.roles if role in SERVICES)
        if not services or contact.country is None:
            continue
        for value in contact.values:
            if (
                value.channel == "phone"
                and value.provenance.evidence == "seen"
                and len(_digits(value.value)) <= 5
            ):
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
