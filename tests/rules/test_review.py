"""What an editor should look at again, and what the whole-law checks find."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.rules.audit import KINDS, NO_OWNER, audit
from bot.rules.housekeeping import Housekeeping, Owner
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook, read_law
from bot.rules.lookup import lookup
from bot.rules.model import Contact, ContactValue, Key, Provenance, Rule, Source
from bot.rules.validation import faults, forgotten_sectors, money_faults, phone_faults
from tests.rules.support import TODAY, case_of
from tests.rules.test_broken_files import HERE


@pytest.fixture(scope="module")
def small() -> LawBook:
    return read_law(HERE / "good")


def rule_like(book: LawBook, name: str, **changes: object) -> Rule:
    rule = book.rules[name]
    provenance = {
        key: changes.pop(key) for key in ("as_of", "legal_basis", "review_by", "source") if key in changes
    }
    return replace(rule, provenance=replace(rule.provenance, **provenance), **changes)  # type: ignore[arg-type]


def kinds(book: LawBook, *rules: Rule) -> dict[str, set[str]]:
    changed = replace(book, rules={rule.id: rule for rule in rules}, housekeeping=Housekeeping())
    found: dict[str, set[str]] = {}
    for each in audit(changed, TODAY):
        assert each.kind in KINDS and each.owner == NO_OWNER
        found.setdefault(each.rule, set()).add(each.kind)
    return found


def test_what_is_past_its_review(small: LawBook) -> None:
    fresh = rule_like(small, "qa-leave", as_of="2026-10", review_by="2027-10")
    late = rule_like(small, "qa-leave", as_of="2026-10", review_by="2026-10")
    assert kinds(small, fresh) == {} and kinds(small, late) == {"qa-leave": {"overdue"}}


def test_information_that_is_older_than_the_text_it_cites(small: LawBook) -> None:
    def cited(text: str, as_of: str = "2019") -> dict[str, set[str]]:
        return kinds(small, rule_like(small, "qa-leave", as_of=as_of, legal_basis=text, review_by=None))

    assert cited("Law No. 14 of 2004") == {}
    assert cited("Law No. 19 of 2020") == {"qa-leave": {"older_than_text"}}
    assert cited("Law No. 19 of 2020", "2021") == {}
    assert cited("Decree 2020/55, art. 2031") == {}, "numbers that are no years of a text"


def test_a_later_change_of_the_same_law(small: LawBook) -> None:
    old = rule_like(small, "qa-hours", as_of="2019", review_by=None)
    new = rule_like(small, "qa-hours", id="qa-hours-2024", as_of="2024", start="2024-03-01", review_by=None)
    assert kinds(small, old, new) == {"qa-hours": {"overtaken"}}
    closed = replace(old, end="2024-02-29")
    assert kinds(small, closed, new) == {}
    assert kinds(small, closed) == {"qa-hours": {"ended"}}


def test_every_finding_of_the_real_law_has_an_owner(book: LawBook) -> None:
    found = list(audit(book, TODAY))
    assert found and {each.owner for each in found} > {"Gulf"}
    assert {each.country for each in found if each.owner == NO_OWNER} <= set(book.groups) | {"any"}
    assert book.housekeeping.owners["QA"] == Owner("Gulf", book.housekeeping.owners["QA"].countries)


SEEN = Provenance(Source("Page", "State", None), None, "2026", "seen", "high")


@pytest.mark.parametrize(
    ("number", "country", "dial_in", "good"),
    [
        ("+974 4028 0660", "QA", None, True),
        ("4028 0660", "QA", None, True),
        ("112", "DE", None, True),
        ("19911", "SA", None, False),  # true, but only our own table knows it
        ("19911", "SA", "known", True),
        ("+974 40", "QA", None, False),
        ("900 535 374", "MA", None, False),
        ("900 535 374", "MA", "ES", True),
        ("112", None, None, True),  # of no country
    ],
)
def test_numbers_that_can_be_dialled(
    number: str, country: str | None, dial_in: str | None, good: bool
) -> None:
    short = {("SA", "19911")} if dial_in == "known" else set()
    value = ContactValue("phone", number, SEEN, dial_in=dial_in if dial_in != "known" else None)
    contact = Contact("xx-office", "Office", (), "unknown", None, (value,), country)
    assert bool(list(phone_faults(contact, short))) != good


@pytest.mark.parametrize(
    ("currency", "place", "as_of", "good"),
    [
        ("HRK", "HR", "2022", True),
        ("HRK", "HR", "2024", False),
        ("EUR", "HR", "2024", True),
        ("BGN", "BG", "2025-06", True),
        ("USD", "QA", "2026", True),
        ("SAR", "QA", "2026", False),
        ("NPR", "any", "2026", True),
    ],
)
def test_money_of_the_country_on_the_day(
    small: LawBook, currency: str, place: str, as_of: str, good: bool
) -> None:
    key = Key((place,), ("NP",) if place == "any" else ("any",))
    provenance = replace(SEEN, as_of=as_of)
    values = {"amount": f"{currency} 10"}
    rule = Rule("x-fine", "fine", ("wages",), "penalty", "national_system", key, values, provenance)
    assert bool(list(money_faults(rule, small))) != good


def test_the_whole_law_has_no_such_fault(book: LawBook) -> None:
    assert list(faults(book)) == []


def test_a_sector_that_everybody_forgot(small: LawBook) -> None:
    assert {each.record for each in forgotten_sectors(small)} == {"rule/qa-hours"}
    other = rule_like(
        small, "qa-hours", id="qa-home-hours", key=Key(("QA",), ("any",), (), ("domestic_work",))
    )
    assert not list(forgotten_sectors(replace(small, rules={**small.rules, other.id: other})))


def test_a_sector_that_the_law_leaves_out_is_told_so(base: LawBase, book: LawBook) -> None:
    lost = next(
        (rule, sector)
        for rule in book.rules.values()
        for sector in rule.key.except_sectors
        if rule.key.destinations == ("QA",) and rule.topics == ("overtime",) and rule.end is None
    )
    rule, sector = lost
    found = lookup(base, case_of(home="NP", to="QA", sector=sector, private_household="no"), ["overtime"])
    (gap,) = found.gaps
    assert (gap.reason, rule.id in gap.rules) == ("sector_left_out", True)
    for_others = lookup(base, case_of(home="NP", to="QA", sector="construction"), ["overtime"])
    assert not for_others.gaps


def test_the_day_of_the_review_counts(book: LawBook) -> None:
    later = list(audit(book, date(2030, 1, 1)))
    assert len(later) > len(list(audit(book, TODAY)))
