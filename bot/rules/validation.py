"""Checks over the whole law book: numbers that can be dialled, money that exists, nobody forgotten.

Full phone numbers must parse for their country. Short numbers (hotlines) must stand in the library's
metadata of the country or in our own table, `law: short_numbers`, since the library leaves many out.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import phonenumbers
from babel.numbers import get_territory_currencies
from phonenumbers import shortnumberinfo

from bot.rules.dates import PartialDate
from bot.rules.model import ANY, Contact, Rule
from bot.rules.units import Money, UnitError, Vocabularies, parse_value
from bot.rules.vocabulary import SECTORS

if TYPE_CHECKING:
    from bot.rules.lawfiles import LawBook

DIALLED = ("phone", "sms", "whatsapp", "viber", "imo", "signal")
_NUMBER = re.compile(r"\+?[0-9 ]+")
# Asked for, paid or fixed in other countries' money: by treaties, embassies and recruiters.
WORLD_MONEY = frozenset(("USD", "EUR"))
_OF_MONEY = frozenset(("money", "pay"))


@dataclass(frozen=True)
class Fault:
    """What is wrong with a record: which, where in it, what, and how to mend it."""

    record: str  # rule/ID or contact/ID
    field: str
    problem: str
    mend: str


def faults(book: LawBook, only: Set[str] | None = None) -> Iterator[Fault]:
    """Numbers and money that are wrong. (`forgotten_sectors` is no mistake of a record.)

    `only`: look at these records alone, `rule/ID` or `contact/ID`.
    """
    for contact in book.contacts.values():
        if only is None or f"contact/{contact.id}" in only:
            yield from phone_faults(contact, book.housekeeping.short_numbers)
    for rule in book.rules.values():
        if only is None or f"rule/{rule.id}" in only:
            yield from money_faults(rule, book)


# -- numbers ------------------------------------------------------------------------------------


def phone_faults(contact: Contact, short: Container[tuple[str, str]]) -> Iterator[Fault]:
    """Numbers of a contact that cannot be dialled in its country, or from abroad."""
    for value in contact.values:
        country = value.dial_in or contact.country
        if value.channel not in DIALLED or not _NUMBER.fullmatch(value.value) or country is None:
            continue  # no number at all is named where it is read
        if not _dialable(value.value, country, short):
            yield Fault(
                f"contact/{contact.id}",
                "value",
                f"{value.value!r} is no number of {country}.",
                "Look it up again; a true short number goes into data/law/short_numbers.yml.",
            )


def _dialable(number: str, country: str, short: Container[tuple[str, str]]) -> bool:
    digits = number.replace(" ", "")
    if (country, digits) in short:
        return True
    try:
        parsed = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return False
    if phonenumbers.is_valid_number(parsed):
        return True
    return not digits.startswith("+") and shortnumberinfo.is_valid_short_number_for_region(parsed, country)


# -- money --------------------------------------------------------------------------------------


def money_faults(rule: Rule, book: LawBook) -> Iterator[Fault]:
    """Amounts in money that none of the rule's countries had on the day of the information."""
    places = _countries(rule, book)
    day = _day(rule)
    if not places or day is None:
        return
    tender = WORLD_MONEY.union(*(currencies(place, day) for place in places))
    for name, money in amounts(rule, book):
        if money.currency not in tender:
            yield Fault(
                f"rule/{rule.id}",
                name,
                f"{money.currency} was no money of {', '.join(sorted(places))} on {day}.",
                f"It was {', '.join(sorted(tender - WORLD_MONEY)) or 'another'}.",
            )


@cache
def currencies(country: str, day: date) -> frozenset[str]:
    """The legal tender of a country on a day, by the CLDR."""
    return frozenset(get_territory_currencies(country, start_date=day, end_date=day, tender=True))


def amounts(rule: Rule, book: LawBook) -> Iterator[tuple[str, Money]]:
    """Every amount of money among the values of a rule, those of tiers too, with the value's name."""
    units = book.catalogue.types[rule.type].values
    for name, raw in rule.values.items():
        unit = units.get(name)
        if unit is None or not {unit.name, *(each.name for _, each in unit.fields)} & _OF_MONEY:
            continue
        try:
            value = parse_value(unit, raw, Vocabularies(book.catalogue.term_ids()))
        except UnitError:
            continue  # named by the reader
        for part in _parts(value):
            if isinstance(part, Money):
                yield name, part


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _parts(part)
    elif isinstance(value, list | tuple) and not isinstance(value, Money):
        for part in value:
            yield from _parts(part)
    else:
        yield value


def _day(rule: Rule) -> date | None:
    """A day on which the rule's amounts were the law."""
    for text in (rule.end, rule.start, rule.provenance.as_of):
        if text is not None:
            return PartialDate.parse(text).latest
    return None


def _countries(rule: Rule, book: LawBook) -> set[str]:
    found: set[str] = set()
    for place in (*rule.key.destinations, *rule.key.origins):
        if place in book.groups:
            found |= book.groups[place].ever()
        elif place != ANY:
            found.add(place.partition("-")[0])
    return found


# -- nobody forgotten ---------------------------------------------------------------------------


def forgotten_sectors(book: LawBook) -> Iterator[Fault]:
    """Sectors that a rule leaves out and of which nothing else is said, nor a gap named."""
    spoken: dict[tuple[str, str, str], bool] = {}
    for rule in book.rules.values():
        sectors = SECTORS if rule.key.sectors == ("all",) else rule.key.sectors
        for place in rule.key.destinations:
            for topic in rule.topics:
                for sector in set(sectors) - set(rule.key.except_sectors):
                    if rule.kind not in ("complaint_channel", "deadline"):
                        spoken[place, topic, sector] = True
    for search in book.searches.values():
        for topic in search.topics:
            for sector in SECTORS if search.sectors == ("all",) else search.sectors:
                spoken[search.country, topic, sector] = True
    for rule in book.rules.values():
        if rule.kind in ("complaint_channel", "deadline") or rule.end is not None:
            continue
        for place in rule.key.destinations:
            lost = sorted(
                f"{topic} in {sector}"
                for sector in rule.key.except_sectors
                for topic in rule.topics
                if (place, topic, sector) not in spoken
            )
            if lost and place != ANY:
                yield Fault(
                    f"rule/{rule.id}",
                    "except_sectors",
                    f"Nothing is said of {', '.join(lost)}.",
                    "Add the rule that holds for them, or name the gap under `gaps:`.",
                )
