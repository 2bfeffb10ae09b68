"""The emergency table: every country's numbers, ours and the library's."""

from __future__ import annotations

import re
from datetime import date

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata

from bot.answers.answer import emergency_text
from bot.answers.translations import translator
from bot.rules.case import make_case
from bot.rules.emergency import (
    MOBILE_FALLBACK,
    SERVICES,
    EmergencyNumber,
    _Expansion,
    emergency_numbers,
    library_numbers,
)
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook
from bot.rules.lookup import lookup
from bot.rules.vocabulary import COUNTRIES
from tests.rules.support import TODAY

# The library lists no emergency number for these: uninhabited, or unknown to it.
WITHOUT = frozenset(["AQ", "BV", "GN", "GQ", "GS", "HM", "IO", "PN", "TF", "TK", "UM"])


def said(country: str, base: LawBase, on: date = TODAY) -> str:
    """The emergency line for somebody in a country."""
    case = make_case(today=on, destination=country)
    with base.reading() as reader:
        return emergency_text(tuple(reader.emergency_numbers(country)), case, translator("en"))


def test_the_library_knows_at_least_239_countries() -> None:
    known = {country for country in COUNTRIES if library_numbers(country)}
    assert COUNTRIES - known <= WITHOUT
    assert len(known) >= 239


def test_every_number_of_the_library_is_in_the_table(base: LawBase) -> None:
    with base.reading() as reader:
        missing = [
            (country, number)
            for country in sorted(COUNTRIES)
            for number in library_numbers(country)
            if number not in {entry.number for entry in reader.emergency_numbers(country)}
        ]
    assert missing == []


def test_a_number_stands_once_even_if_both_know_it(base: LawBase) -> None:
    with base.reading() as reader:
        for country in sorted(COUNTRIES):
            entries = reader.emergency_numbers(country)
            silent = [entry.number for entry in entries if not entry.services]
            spoken = {entry.number for entry in entries if entry.services}
            assert not spoken & set(silent), country
            assert len(silent) == len(set(silent)), country


def test_our_seen_numbers_are_in_the_table_with_service_and_source(book: LawBook) -> None:
    table = {(entry.country, entry.number): entry for entry in emergency_numbers(book.contacts.values())}
    count = 0
    for contact in book.contacts.values():
        if not set(contact.roles) & set(SERVICES) or contact.country is None:
            continue
        for value in contact.values:
            digits = re.sub(r"\D", "", value.value)
            if value.channel == "phone" and len(digits) <= 5:
                entry = table.get((contact.country, digits))
                if value.provenance.evidence == "seen":
                    assert entry is not None and entry.source and entry.services, contact.id
                    count += 1
                elif entry is not None and not entry.services:
                    assert digits in library_numbers(contact.country), contact.id
    assert count >= 5


@pytest.mark.parametrize("country", sorted(WITHOUT))
def test_a_country_that_nobody_knows_gets_the_mobile_numbers(base: LawBase, country: str) -> None:
    with base.reading() as reader:
        fresh = [entry for entry in reader.emergency_numbers(country) if not entry.overdue(TODAY)]
    line = said(country, base)
    if not fresh:
        assert all(number in line for number in MOBILE_FALLBACK)
    assert re.search(r"\d{2,}", line)


def test_guinea_gets_the_mobile_numbers(base: LawBase) -> None:
    assert "112" in said("GN", base) and "911" in said("GN", base)


@pytest.mark.parametrize("today", [TODAY, date(2031, 1, 1), date(2060, 1, 1)])
def test_no_country_is_left_with_an_old_number_alone(base: LawBase, today: date) -> None:
    with base.reading() as reader:
        tables = {country: reader.emergency_numbers(country) for country in sorted(COUNTRIES)}
    for country, entries in tables.items():
        line = emergency_text(tuple(entries), make_case(today=today, destination=country), translator("en"))
        sure = {entry.number for entry in entries if not entry.overdue(today)} | set(MOBILE_FALLBACK)
        assert set(re.findall(r"\d+", line)) & sure, (country, line)


def test_a_number_is_old_from_the_day_after_its_review_month() -> None:
    entry = EmergencyNumber("QA", "999", ("police",), "somewhere", "2023-05", True, "qa-police", "2024-05")
    assert not entry.overdue(date(2024, 5, 31))
    assert entry.overdue(date(2024, 6, 1))
    assert not EmergencyNumber("QA", "999", (), "library", None, True).overdue(date(2060, 1, 1))


def test_an_old_number_comes_with_the_library_or_the_mobile_numbers() -> None:
    old = EmergencyNumber("QA", "888", ("police",), "somewhere", "2010", True, "qa-police", "2011")
    other = EmergencyNumber("QA", "999", (), "library", None, True)
    case = make_case(today=TODAY, destination="QA")
    assert "999" in emergency_text((old, other), case, translator("en"))
    assert "112" in emergency_text((old,), case, translator("en"))
    assert "112" in emergency_text((), case, translator("en"))


def test_the_service_that_is_needed_comes_first() -> None:
    police = EmergencyNumber("QA", "991", ("police",), "somewhere", "2026", True)
    doctor = EmergencyNumber("QA", "992", ("ambulance",), "somewhere", "2026", True)
    case = make_case(today=TODAY, destination="QA")
    line = emergency_text((police, doctor), case, translator("en"), ("ambulance",))
    assert line.index("992") < line.index("991")


def test_a_lookup_carries_the_table_of_the_country_of_work(base: LawBase) -> None:
    found = lookup(base, make_case(today=TODAY, destination="QA", origin="NP"), ["wages"])
    assert any(entry.number == "999" for entry in found.emergency)
    assert lookup(base, make_case(today=TODAY, origin="NP"), ["wages"]).emergency == ()


@given(st.sampled_from(sorted(COUNTRIES)))
def test_the_expansion_of_a_pattern_is_what_the_pattern_matches(country: str) -> None:
    metadata = PhoneMetadata.short_metadata_for_region(country)
    if metadata is None or metadata.emergency is None or not metadata.emergency.national_number_pattern:
        assert library_numbers(country) == ()
        return
    pattern = re.compile(metadata.emergency.national_number_pattern)
    lengths = metadata.emergency.possible_length or metadata.general_desc.possible_length
    short = [length for length in lengths if length <= 4]
    tried = {f"{value:0{length}d}" for length in short for value in range(10**length)}
    matched = {number for number in tried if pattern.fullmatch(number)}
    assert {number for number in library_numbers(country) if len(number) <= 4} == matched
    assert all(phonenumbers.is_emergency_number(number, country) for number in library_numbers(country))


@pytest.mark.parametrize(
    ("pattern", "numbers"),
    [
        ("112", {"112"}),
        ("1(?:0|1)2", {"102", "112"}),
        ("9[0-2]\\d?", {f"9{a}{b}" for a in "012" for b in ["", *"0123456789"]}),
        ("1{2}2", {"112"}),
        ("1{1,2}", {"1", "11"}),
        ("1(?:01)?2|9", {"12", "1012", "9"}),
    ],
)
def test_an_expansion(pattern: str, numbers: set[str]) -> None:
    assert _Expansion(pattern).all() == numbers


@pytest.mark.parametrize("pattern", ["1*", "1+", "a", "1)"])
def test_a_pattern_of_another_kind_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"pattern|bracket"):
        _Expansion(pattern).all()
