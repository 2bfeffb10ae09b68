"""Every rule of the data is said in every language: whole, marked, and with no number from nowhere."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.answers import formats
from bot.answers.contacts import contact_card, contact_json
from bot.answers.statements import Speaker, Statement
from bot.answers.translations import Translator, translator
from bot.rules.case import Case
from bot.rules.dates import PartialDate
from bot.rules.lawfiles import LawBook
from bot.rules.lookup import Lookup, contact_ids
from bot.rules.model import ALL_SECTORS, Rule
from bot.rules.resolution import Result
from bot.rules.units import Duration, Money
from tests.answers.languages import LANGUAGES, rules_for
from tests.number_trace import numbers, untraced
from tests.rules.support import TODAY

EVERYTHING = (
    "sector",
    "private_household",
    "status",
    "employment",
    "scheme",
    "region",
    "origin",
    "destination",
    "start",
    "date",
)
RAW_KEY = re.compile(r"\b[a-z]+_[a-z_]+\b")


def found_in(book: LawBook, case: Case | None = None) -> Lookup:
    """A lookup that holds every contact, without results."""
    return Lookup("v", case or Case(TODAY, TODAY), (), (), (), (), book.contacts, (), (), book.catalogue)


def said(book: LawBook, rule: Rule, t: Translator, applies: str = "yes") -> Statement:
    """A rule said as certain, or as depending on everything that it can depend on."""
    needs = (*EVERYTHING, *(condition.fact for condition in rule.key.when)) if applies == "depends" else ()
    needs = tuple(name for name in needs if can_depend(rule, name))
    result = Result(rule, applies, needs, ("why",), needs, (), ALL_SECTORS)
    return Speaker(found_in(book), t).statement(result)


def can_depend(rule: Rule, name: str) -> bool:
    """Whether the rule restricts this dimension, so that a case without it leaves it open."""
    key = rule.key
    narrowed = {
        "sector": key.reached_sectors() != ALL_SECTORS,
        "private_household": key.reached_sectors() != ALL_SECTORS,
        "status": key.status != ("any",),
        "employment": key.employment != ("any",),
        "scheme": bool(key.schemes),
        "region": any("-" in place for place in key.destinations),
        "origin": key.origins != ("any",) or bool(key.except_origins),
        "destination": key.destinations != ("any",),
        "start": rule.expected and rule.start is not None,
        "date": any(each is not None and len(each) < 10 for each in (rule.start, rule.end)),
    }
    return narrowed.get(name, True)


def texts(statement: Statement) -> Iterator[str]:
    """Everything of a statement that is shown."""
    yield statement.full_text()
    yield statement.source


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("applies", ["yes", "depends"])
def test_every_rule_is_said_whole(book: LawBook, language: str, applies: str) -> None:
    t = translator(language)
    wrong = []
    for rule in rules_for(book, language):
        statement = said(book, rule, t, applies)
        for text in texts(statement):
            if (
                "  " in text
                or text != text.strip()
                or re.search(r"[{}]|None|\bnull\b|\.\.(?!\.)| [.,;](?!\d)", text)
            ):
                wrong.append((rule.id, text))
            if text != statement.source and RAW_KEY.search(text):
                bare = text
                for name in (*names_in(rule.values), *(each.name for each in book.contacts.values())):
                    bare = bare.replace(name, "")
                if RAW_KEY.search(bare):
                    wrong.append((rule.id, RAW_KEY.findall(bare)))
        if not statement.text or (
            applies == "depends" and needs_condition(statement) and not statement.condition
        ):
            wrong.append((rule.id, "nothing said"))
    assert wrong == []


def names_in(value: object) -> Iterator[str]:
    """Every text in the values of a rule that is shown as it is written."""
    if isinstance(value, dict):
        for item in value.values():
            yield from names_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from names_in(item)
    elif isinstance(value, str) and not re.fullmatch(r"[a-z_]+", value):
        yield value


def needs_condition(statement: Statement) -> bool:
    """Whether something is open."""
    return bool(statement.depends_on)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("applies", ["yes", "depends"])
def test_every_number_comes_from_the_rule(book: LawBook, language: str, applies: str) -> None:
    t = translator(language)
    nowhere = []
    terms = " ".join(
        str(text)
        for words in book.catalogue.terms.values()
        for text in words.values()
        if isinstance(text, str)
    )
    known = set(numbers(terms))
    for rule in rules_for(book, language):
        statement = said(book, rule, t, applies)
        contacts = [book.contacts[key] for key in contact_ids(rule, book.catalogue) if key in book.contacts]
        for text in texts(statement):
            lost = [each for each in untraced(text, rule, contacts) if each not in known]
            if lost:
                nowhere.append((rule.id, lost, text))
    assert nowhere == []


def test_a_wrong_number_is_found(book: LawBook) -> None:
    t, checked, missed = translator("en"), 0, []
    for rule in book.rules.values():
        text = said(book, rule, t).text
        for number in numbers(text):
            other = str(int(re.sub(r"\D", "", number)) + 7919)
            assert untraced(text.replace(number, other), rule), rule.id
        emptied = replace(
            rule,
            values={},
            provenance=replace(rule.provenance, as_of=None, legal_basis=None, source=None),
            start=None,
            end=None,
        )
        if numbers(text):
            checked += 1
            if not untraced(text, emptied):
                missed.append(rule.id)
    assert checked > 50
    assert len(missed) < checked / 10, missed


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("48 hours", []),
        ("QAR 1,000", []),
        ("QAR 1\u202f000", []),
        ("17,92", []),
        ("17.92 an hour", []),
        ("1", ["1"]),
        ("17", ["17"]),
        ("1,0000", ["1,0000"]),
        ("49 hours", ["49"]),
        ("QAR 10,000", ["10,000"]),
        ("\u206648\u2069", []),
        ("४८", []),
    ],
)
def test_what_counts_as_the_same_number(book: LawBook, text: str, lost: list[str]) -> None:
    rule = next(iter(book.rules.values()))
    bare = replace(
        rule,
        provenance=replace(rule.provenance, as_of=None, legal_basis=None, source=None),
        start=None,
        end=None,
        key=replace(rule.key, when=(), schemes=()),
        values={"a": "48 hours", "b": "QAR 1000", "c": "MAD 17.92 / hour"},
    )
    assert untraced(text, bare) == lost


@pytest.mark.parametrize("language", LANGUAGES)
def test_unconfirmed_values_are_marked_one_by_one(book: LawBook, language: str) -> None:
    t = translator(language)
    marks = 0
    for rule in book.rules.values():
        statement = said(book, rule, t)
        if rule.provenance.evidence != "seen":
            assert statement.caution, rule.id
            continue
        spoken = {
            name for clause in book.catalogue.types[rule.type].clauses(rule.values) for name in clause.names
        }
        mark = t.gettext("{value} (not confirmed)", value="").strip()
        assert statement.text.count(mark) >= len(set(rule.unconfirmed) & spoken) or not spoken, rule.id
        if not rule.unconfirmed:
            assert mark not in statement.text, rule.id
        marks += statement.text.count(mark)
    assert marks > 0


def test_old_weak_and_unchecked_information_says_so(book: LawBook) -> None:
    rule = next(
        each for each in book.rules.values() if each.provenance.evidence == "seen" and each.provenance.source
    )

    def caution(**changes: object) -> str:
        changed = replace(
            rule, provenance=replace(rule.provenance, review_by=None, confidence="high", **changes)
        )  # type: ignore[arg-type]
        return said(book, changed, translator("en")).caution or ""

    assert caution(as_of="2026") == ""
    assert "may have changed" in caution(as_of="2021") and "2021" in caution(as_of="2021")
    assert "may have changed" not in caution(as_of="2022")
    assert "confirm" in caution(as_of="2026", evidence="known")
    weak = replace(rule, provenance=replace(rule.provenance, as_of="2026", confidence="low", review_by=None))
    assert "weak" in (said(book, weak, translator("en")).caution or "")
    late = replace(
        rule, provenance=replace(rule.provenance, as_of="2026", confidence="high", review_by="2026-10")
    )
    assert "checked" in (said(book, late, translator("en")).caution or "")
    assert (
        "date not known"
        in said(book, replace(rule, provenance=replace(rule.provenance, as_of=None)), translator("en")).source
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_that_was_not_seen_is_never_shown(book: LawBook, language: str) -> None:
    t = translator(language)
    hidden = 0
    for contact in book.contacts.values():
        sent = {value.value for value in contact.values if value.provenance.evidence == "seen"}
        card = contact_card(contact, Case(TODAY, TODAY), t)
        # Some services are called by their number: ECU 911.
        shown = card.text().replace(contact.name, "") + str(contact_json(contact)["values"])
        for value in contact.values:
            if value.provenance.evidence != "seen" and not any(value.value in each for each in sent):
                hidden += 1
                assert value.value not in shown, contact.id
        assert not untraced(contact_card(contact, Case(TODAY, TODAY), t).text(), None, [contact]), contact.id
    assert hidden > 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit", ["minute", "hour", "day", "working_day", "week", "month", "year"])
def test_durations_are_whole_words(language: str, unit: str) -> None:
    t = translator(language)
    for amount in ("0", "1", "2", "5", "11", "21", "100", "0.5", "1.5", "1000"):
        text = formats.duration(Duration(Decimal(amount), unit), t)
        assert text and "_" not in text and "{" not in text and text == text.strip()


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        ("0", "day", "0 days"),
        ("1", "day", "1 day"),
        ("2", "day", "2 days"),
        ("11", "week", "11 weeks"),
        ("100", "year", "100 years"),
        ("0.5", "month", "half a month"),
        ("0.5", "year", "half a year"),
        ("0.5", "day", "half a day"),
        ("0.5", "hour", "0.5 hours"),
        ("1.5", "month", "1.5 months"),
        ("1.0", "month", "1 month"),
        ("1", "working_day", "1 working day"),
        ("1000", "hour", "1,000 hours"),
    ],
)
def test_durations_in_english(amount: str, unit: str, text: str) -> None:
    assert formats.duration(Duration(Decimal(amount), unit), translator("en")) == text


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(Decimal("1000"), "QAR"), "QAR 1,000"),
        (Money(Decimal("18.10"), "CAD", "hour"), "CAD 18.10 an hour"),
        (Money(Decimal("0.5"), "JOD"), "JOD 0.500"),
        (Money(Decimal("75000000"), "IDR"), "IDR 75,000,000"),
        (Money(Decimal("18.125"), "CAD"), "CAD 18.125"),
        (Money(Decimal("0"), "QAR", "month"), "QAR 0 a month"),
        (Money(Decimal("100.00"), "MAD", "piece"), "MAD 100 a piece"),
    ],
)
def test_money_in_english(money: Money, text: str) -> None:
    assert formats.money(money, translator("en")) == text


def test_numbers_and_names_are_kept_apart_from_right_to_left_text() -> None:
    arabic = Translator("ar", gettext.NullTranslations())
    assert arabic.right_to_left
    assert formats.dialable("+974 4028 0660", arabic) == "\u2066+974 4028 0660\u2069"
    for text in (
        formats.money(Money(Decimal("1000"), "QAR"), arabic),
        formats.percent(Decimal("4.2"), arabic),
        formats.partial_date(PartialDate.parse("2026-03-01"), arabic),
        formats.time_of_day("12:30", arabic),
        formats.number(1000, arabic),
        formats.isolate("OWWA", arabic),
    ):
        assert (
            text.startswith("\u2068")
            and text.endswith("\u2069")
            and text.count("\u2068") == text.count("\u2069")
        )
    for text in (
        formats.number(1234567890, arabic),
        formats.money(Money(Decimal("90"), "SAR"), arabic),
        formats.time_of_day("12:30", arabic),
        formats.partial_date(PartialDate.parse("2026-03-01"), arabic),
        formats.percent(Decimal("25"), arabic),
    ):
        assert not re.search("[٠-٩۰-۹]", text), text


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        ("24/7", "day and night"),
        ("Mon-Fri 08:00-17:00", "Mon–Fri 08:00–17:00"),
        ("Mon-Fri 08:00-17:00; Sat 09:00-12:00", "Mon–Fri 08:00–17:00; Sat 09:00–12:00"),
        ("Sun,Tue 8:30-24:00", "Sun, Tue 08:30–24:00"),
        ("09:00-17:00", "09:00–17:00"),
    ],
)
def test_opening_hours_in_english(hours: str, text: str) -> None:
    assert formats.opening_hours(hours, translator("en")) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_opening_hours_of_all_contacts(book: LawBook, language: str) -> None:
    t = translator(language)
    for contact in book.contacts.values():
        for value in contact.values:
            if value.hours:
                assert formats.opening_hours(value.hours, t)


@pytest.mark.parametrize("text", ["2017", "2017-02", "2017-02-12"])
def test_a_date_keeps_its_precision(text: str) -> None:
    shown = formats.partial_date(PartialDate.parse(text), translator("en"))
    assert shown == {"2017": "2017", "2017-02": "February 2017", "2017-02-12": "12 February 2017"}[text]
    assert date(2017, 2, 12).isoformat().startswith(text)
