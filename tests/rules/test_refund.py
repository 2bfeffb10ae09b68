"""Contributions paid back: whether, from and until when, after which tax, and what it gives away."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.calculators.refund import OUTCOMES, REFUND, Refund, RefundRule, refund
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook
from bot.rules.load import load_law
from bot.rules.model import Rule
from bot.rules.units import Duration, Vocabularies, parse_value
from tests.rules.support import TODAY, case_of, day

# -- a small made-up law ------------------------------------------------------------------------

KNOWN = {"source": None, "as_of": None, "evidence": "known", "confidence": "high"}
SEEN = {"source": "page", "as_of": None, "evidence": "seen", "confidence": "high"}
TYPES = {
    "law": "types",
    "types": {
        "contribution_refund": {
            "topics": ["contribution_refund", "old_age"],
            "kind": "entitlement",
            "combine": "all",
            "values": {
                **dict.fromkeys(
                    ("min_contributions", "max_contributions", "under_contributions", "wait", "claim_within"),
                    "duration",
                ),
                "tax": "percent",
                "fund": "name",
                "min_age": "duration",
                "leaving_for_good": "flag",
            },
            "say": [
                "The fund is {fund}.", "At least {min_contributions}.", "At most {max_contributions}.",
                "Less than {under_contributions}.", "Wait {wait}.", "Ask within {claim_within}.",
                "Tax {tax}.", "From {min_age}.", {"if": "leaving_for_good", "text": "For good."},
            ],
        },
        "no_contribution_refund": {
            "topics": ["contribution_refund", "old_age"],
            "kind": "warning",
            "combine": "all",
            "values": {"none": "flag"},
            "say": [{"if": "none", "text": "Nothing is paid back."}],
        },
        "old_age_pension": {
            "topics": ["old_age", "invalidity", "survivors"],
            "kind": "entitlement",
            "combine": "all",
            "values": {"min_contributions": "duration", "one_contribution": "flag", "fund": "name"},
            "say": [
                "You need {min_contributions}.", {"if": "one_contribution", "text": "One is enough."},
                "From {fund}.",
            ],
        },
    },
}  # fmt: skip
Record = dict[str, Any]


def law_rule(to: str, type_: str = "contribution_refund", name: str = "", **values: Any) -> Record:
    """A rule of one country of work; whom it reaches stands under `key`."""
    key, topics = values.pop("key", {}), values.pop("topics", ["contribution_refund"])
    if type_ == "contribution_refund":
        values = {"fund": "Fund", "leaving_for_good": True, **values}
    rule = f"{to.lower()}-{name or type_.replace('_', '-')}"
    return {"id": rule, "type": type_, "topics": topics, "to": to, "values": values, **key, **KNOWN}


def law_agreement(name: str, *parties: str, **changes: Any) -> Record:
    """An agreement that adds up old-age insurance, seen, in force."""
    whole = {
        "id": name, "kind": "bilateral_ssa", "parties": list(parties), "status": "in_force",
        "branches": ["old_age"], "totalization": True, "seen": ["branches", "totalization"], **SEEN,
    }  # fmt: skip
    return {**whole, **changes}


def made_up(folder: Path, rules: Iterable[Record], agreements: Iterable[Record] = ()) -> LawBase:
    """A law base that holds these records and nothing else."""
    law = folder / "law"
    law.mkdir()
    by_country: dict[str, list[Record]] = {}
    for each in rules:
        by_country.setdefault(each["to"] if each["to"] != "any" else each["from"], []).append(each)
    files: dict[str, Any] = {"types": TYPES}
    for country, held in by_country.items():
        files[country] = {"law": "country", "country": country, "rules": held}
    sources = {"page": {"title": "Agreements", "publisher": "State"}}
    files["agreements"] = {"law": "agreements", "sources": sources, "agreements": list(agreements)}
    for name, content in files.items():
        (law / f"{name}.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    url = f"sqlite:///{folder / 'haq.db'}"
    load_law(url, law)
    return LawBase(url)


WINDOW = {
    "min_contributions": "6 months",
    "max_contributions": "5 years",
    "wait": "1 month",
    "claim_within": "2 years",
    "tax": "20.42",
}
SPANS = {"FR": "1 month", "ES": "24 months", "IT": "2 years", "PT": "90 days", "SE": "2 weeks"}
RULES = [
    law_rule("JP", **WINDOW),
    law_rule("DE", under_contributions="60 months", wait="24 months"),
    law_rule("KR", fund="Fund"),
    {**law_rule("FI"), "values": {"fund": "Fund", "tax": 20}},
    law_rule("NZ", min_age="60 years"),
    law_rule("KR", name="second", tax=15, max_contributions="100 months"),
    law_rule("AU", tax=35, key={"status": ["regular"]}),
    law_rule("MA", under_contributions="1320 days"),
    law_rule("IE", min_contributions="26 weeks"),
    law_rule("US", "no_contribution_refund", none=True),
    law_rule("CA", "no_contribution_refund", none=True, key={"status": ["regular"]}),
    {**law_rule("any"), "id": "sv-abroad", "to": "any", "from": "SV"},
    *(law_rule(place, wait=span, claim_within=span) for place, span in SPANS.items()),
]
AGREEMENTS = [
    law_agreement("jp-ph", "JP", "PH"),
    law_agreement("de-ph", "DE", "PH"),
    law_agreement("jp-in", "JP", "IN", totalization=False, export=True),
    law_agreement("jp-lk", "JP", "LK", branches=["sickness"]),
    law_agreement("jp-th", "JP", "TH", status="signed_not_in_force"),
    law_agreement("jp-vn", "JP", "VN", seen=["branches"]),
    law_agreement("au-ph", "AU", "PH"),
    law_agreement("us-ph", "US", "PH"),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LawBase]:
    """The made-up law, loaded."""
    opened = made_up(tmp_path_factory.mktemp("refund"), RULES, AGREEMENTS)
    yield opened
    opened.close()


def back(
    base: LawBase, to: str, months: int = 24, *, home: str = "NP", left: str | date | None = None,
    today: str | date = TODAY, paid: str | None = None, **known: str,
) -> Refund:  # fmt: skip
    """What the refund rules mean for a person."""
    then = day(today) if isinstance(today, str) else today
    case = replace(case_of(to=to, home=home, **known), today=then, on=then)
    gone = day(left) if isinstance(left, str) else left
    with base.reading() as reader:
        return refund(reader, case, months=months, left=gone, paid=None if paid is None else Decimal(paid))


def only(found: Refund) -> RefundRule:
    (rule,) = found.rules
    return rule


def names(found: Refund) -> list[str]:
    return [each.name for each in found.steps]


def values(found: Refund, name: str) -> dict[str, Any]:
    """The values of the one step of a name."""
    (step,) = (each for each in found.steps if each.name == name)
    return dict(step.values)


def ground(found: Refund, name: str) -> str | None:
    (step,) = (each for each in found.steps if each.name == name)
    return step.ground


# -- each outcome -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "months", "today", "known", "outcome"),
    [
        ("JP", 24, "2026-06-30", {}, "possible"),
        ("JP", 5, "2026-06-30", {}, "not_enough"),
        ("JP", 61, "2026-06-30", {}, "too_much"),
        ("JP", 24, "2026-04-29", {}, "not_yet"),
        ("JP", 24, "2028-04-01", {}, "too_late"),
        ("US", 24, "2026-06-30", {}, "none"),
        ("CA", 24, "2026-06-30", {}, "depends"),
        ("CA", 24, "2026-06-30", {"status": "regular"}, "none"),
        ("AU", 24, "2026-06-30", {}, "depends"),
        ("AU", 24, "2026-06-30", {"status": "regular"}, "possible"),
        ("FI", 24, "2026-06-30", {}, "note"),  # it names a tax, but gives nothing
        ("NZ", 24, "2026-06-30", {}, "depends"),  # on more than months and days
        ("JP", 5, "2028-04-01", {}, "not_enough"),  # what can never be had is said first
        ("JP", 61, "2026-04-29", {}, "too_much"),
    ],
)
def test_each_outcome(
    small: LawBase, to: str, months: int, today: str, known: dict[str, str], outcome: str
) -> None:
    found = back(small, to, months, left="2026-03-31", today=today, **known)
    assert only(found).outcome == outcome
    assert names(found)[0] == "insured" and names(found).count(f"refund_{outcome}") == 1
    assert [name for name in names(found) if name.removeprefix("refund_") in OUTCOMES] == [
        f"refund_{outcome}"
    ]
    assert ground(found, f"refund_{outcome}") == only(found).result.rule.id


def test_every_outcome_was_tried() -> None:
    (marked,) = test_each_outcome.pytestmark  # type: ignore[attr-defined]
    assert {tried[-1] for tried in marked.args[1]} == set(OUTCOMES)


def test_who_is_not_reached_by_a_rule_hears_nothing_of_it(small: LawBase) -> None:
    found = back(small, "AU", status="irregular")
    assert found.rules == [] and names(found) == ["insured", "refund_unknown"]


def test_a_country_of_which_nothing_is_known(small: LawBase) -> None:
    found = back(small, "TV")
    assert found.rules == [] and names(found) == ["insured", "refund_unknown"]
    assert values(found, "refund_unknown") == {"country": "TV"}


def test_a_rule_for_work_anywhere_is_no_rule_of_the_country(small: LawBase) -> None:
    """A home country that lets its own pension savings go says nothing about contributions abroad."""
    found = back(small, "TV", home="SV")
    assert found.rules == [] and "refund_unknown" in names(found)


def test_several_rules_of_one_country_are_each_answered(small: LawBase) -> None:
    found = back(small, "KR", 101, home="PH")
    assert {each.result.rule.id: each.outcome for each in found.rules} == {
        "kr-contribution-refund": "possible",
        "kr-second": "too_much",
    }
    assert names(found).count("nothing_to_add_to") == 1


@pytest.mark.parametrize("months", [0, -1])
def test_less_than_a_month_is_no_insurance(small: LawBase, months: int) -> None:
    with pytest.raises(CaseError, match="at least one month"):
        back(small, "JP", months)


def test_a_country_must_be_named(small: LawBase) -> None:
    with small.reading() as reader, pytest.raises(CaseError, match="in which country"):
        refund(reader, case_of(home="NP"), months=12)


# -- how much insurance -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "months", "outcome"),
    [
        ("JP", 1, "not_enough"), ("JP", 5, "not_enough"), ("JP", 6, "possible"), ("JP", 60, "possible"),
        ("JP", 61, "too_much"), ("DE", 1, "possible"), ("DE", 59, "possible"), ("DE", 60, "too_much"),
        ("DE", 61, "too_much"), ("KR", 1, "possible"), ("KR", 100, "possible"), ("KR", 101, "too_much"),
    ],
)  # fmt: skip
def test_at_least_at_most_and_less_than(small: LawBase, to: str, months: int, outcome: str) -> None:
    assert back(small, to, months).rules[-1].outcome == outcome


def test_a_limit_is_said_with_what_the_person_has(small: LawBase) -> None:
    short, long = back(small, "JP", 5), back(small, "JP", 61)
    assert values(short, "needs_months") == {"months": 5, "needed": 6} and "over_months" not in names(short)
    assert values(long, "over_months") == {"months": 61, "most": 60} and "needs_months" not in names(long)
    for found, name in ((short, "needs_months"), (long, "over_months")):
        assert ground(found, name) == "jp-contribution-refund"
    assert not {"needs_months", "over_months"} & set(names(back(small, "JP", 6)))


@pytest.mark.parametrize("months", [60, 61])
def test_less_than_is_not_said_as_at_most(small: LawBase, months: int) -> None:
    found = back(small, "DE", months)
    assert values(found, "not_under_months") == {"months": months, "most": 60}
    assert "over_months" not in names(found)


@pytest.mark.parametrize(
    ("to", "months", "outcome"),
    [
        ("MA", 1, "depends"),  # fewer than 1,320 days? Months do not tell
        ("MA", 400, "depends"),
        ("IE", 5, "not_enough"),  # 26 weeks are half a year
        ("IE", 6, "possible"),
    ],
)
def test_limits_in_other_units(small: LawBase, to: str, months: int, outcome: str) -> None:
    assert only(back(small, to, months)).outcome == outcome


# -- from and until when ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "left", "then"),
    [
        ("FR", "2026-01-31", "2026-02-28"),
        ("FR", "2024-01-31", "2024-02-29"),
        ("FR", "2026-03-31", "2026-04-30"),
        ("FR", "2026-02-28", "2026-03-28"),
        ("FR", "2025-12-31", "2026-01-31"),
        ("ES", "2024-02-29", "2026-02-28"),
        ("IT", "2024-02-29", "2026-02-28"),
        ("IT", "2022-02-28", "2024-02-28"),
        ("ES", "2024-11-21", "2026-11-21"),
        ("IT", "2024-11-21", "2026-11-21"),
        ("PT", "2026-01-31", "2026-05-01"),
        ("PT", "2023-12-01", "2024-02-29"),
        ("SE", "2024-02-15", "2024-02-29"),
        ("SE", "2026-12-20", "2027-01-03"),
    ],
)
def test_waiting_and_time_limits_count_from_leaving(small: LawBase, to: str, left: str, then: str) -> None:
    found = back(small, to, left=left, today=then)
    assert (only(found).claim_from, only(found).claim_by) == (day(then), day(then))
    assert only(found).outcome == "possible"  # the day itself is the first and the last
    assert values(found, "claim_from") == values(found, "claim_by") == {"date": day(then)}
    before, after = (back(small, to, left=left, today=day(then) + timedelta(days)) for days in (-1, 1))
    assert (only(before).outcome, only(after).outcome) == ("not_yet", "too_late")
    assert "claim_from" in names(before) and "claim_from" not in names(after)
    assert "claim_by" in names(after)  # that it was due by then is said


def test_without_the_day_of_leaving_no_day_is_said(small: LawBase) -> None:
    found = back(small, "JP")
    assert (only(found).claim_from, only(found).claim_by, only(found).outcome) == (None, None, "possible")
    assert not {"claim_from", "claim_by"} & set(names(found))


def test_without_a_limit_there_is_no_day(small: LawBase) -> None:
    found = back(small, "KR", left="1990-01-01")
    assert {(each.claim_from, each.claim_by, each.outcome) for each in found.rules} == {
        (None, None, "possible")
    }


def test_what_is_too_short_has_no_first_day(small: LawBase) -> None:
    assert "claim_from" not in names(back(small, "JP", 5, left="2026-03-31"))


def test_a_day_that_no_calendar_has_is_bad_input(small: LawBase) -> None:
    with pytest.raises(CaseError, match="too far ahead"):
        back(small, "DE", left="9998-12-31")


def months_later(start: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    number = start.year * 12 + start.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


@given(st.integers(1, 130), st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.integers(-40, 900))
def test_the_window_of_months_and_days(small: LawBase, months: int, left: date, later: int) -> None:
    today = left + timedelta(later)
    found = only(back(small, "JP", months, left=left, today=today))
    since, until = months_later(left, 1), months_later(left, 24)
    assert (found.claim_from, found.claim_by) == (since, until)
    if months < 6:
        expected = "not_enough"
    elif months > 60:
        expected = "too_much"
    else:
        expected = "not_yet" if today < since else "too_late" if today > until else "possible"
    assert found.outcome == expected


# -- tax ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "paid", "kept"),
    [
        ("JP", "1000", "795.80"), ("JP", "497700", "396069.66"), ("JP", "0.01", "0.01"), ("JP", "0", "0.00"),
        ("AU", "10000.00", "6500.00"), ("AU", "0.10", "0.07"), ("AU", "0.30", "0.20"),
    ],
)  # fmt: skip
def test_the_tax_is_taken_to_the_cent(small: LawBase, to: str, paid: str, kept: str) -> None:
    found = back(small, to, paid=paid)
    assert str(only(found).paid_out) == kept
    said = values(found, "after_tax")
    assert (said["paid"], str(said["amount"])) == (Decimal(paid), kept)
    assert said["percent"] == Decimal({"JP": "20.42", "AU": "35"}[to])


@given(st.decimals(0, 10**9, places=2))
def test_what_is_left_is_within_half_a_cent(small: LawBase, paid: Decimal) -> None:
    kept = only(back(small, "JP", paid=str(paid))).paid_out
    assert kept is not None and kept.as_tuple().exponent == -2
    assert abs(Fraction(kept) - Fraction(paid) * Fraction(7958, 10000)) <= Fraction(1, 200)


def test_without_a_tax_or_a_sum_nothing_is_worked_out(small: LawBase) -> None:
    for found in (back(small, "DE", paid="1000"), back(small, "JP"), back(small, "US", paid="1000")):
        assert only(found).paid_out is None and "after_tax" not in names(found)
    first, second = back(small, "KR", paid="100").rules
    assert (first.paid_out, second.paid_out) == (None, Decimal("85.00"))


def test_nothing_is_left_of_what_is_not_paid_back(small: LawBase) -> None:
    for months, left in ((5, None), (61, None), (24, "2020-01-01")):
        found = back(small, "JP", months, left=left, paid="1000")
        assert "after_tax" not in names(found) and only(found).paid_out is None
    waiting = back(small, "JP", left="2026-11-21", paid="1000")
    assert (only(waiting).outcome, only(waiting).paid_out) == ("not_yet", Decimal("795.80"))


# -- what it gives away -------------------------------------------------------------------------


def test_months_that_an_agreement_adds_up_are_given_away(small: LawBase) -> None:
    found = back(small, "JP", home="PH")
    assert ground(found, "lost_for_totalization") == "jp-ph"
    assert values(found, "lost_for_totalization") == {"months": 24, "between": ["JP", "PH"]}
    assert not {"nothing_to_add_to", "not_certain"} & set(names(found))


@pytest.mark.parametrize("home", ["NP", "IN", "LK", "TH"])
def test_without_such_an_agreement_nothing_is_given_away(small: LawBase, home: str) -> None:
    """None, one that pays abroad alone, one for sickness alone, one that is not in force."""
    found = back(small, "JP", home=home)
    assert "lost_for_totalization" not in names(found) and "not_certain" not in names(found)
    assert values(found, "nothing_to_add_to") == {"country": "JP"}


def test_what_is_not_confirmed_is_given_away_with_a_caution(small: LawBase) -> None:
    found = back(small, "JP", home="VN")
    assert ground(found, "lost_for_totalization") == "jp-vn" == ground(found, "not_certain")


@pytest.mark.parametrize(
    ("to", "months", "left", "lost"),
    [
        ("JP", 24, None, True),
        ("JP", 5, None, False),
        ("JP", 61, None, False),
        ("JP", 24, "2020-01-01", False),  # too late
        ("DE", 24, "2026-11-01", True),  # still to wait: time to think
        ("AU", 24, None, True),  # depends
        ("US", 24, None, False),
    ],
)
def test_it_is_said_only_to_who_can_still_take_the_money(
    small: LawBase, to: str, months: int, left: str | None, lost: bool
) -> None:
    found = back(small, to, months, home="PH", left=left)
    assert ("lost_for_totalization" in names(found)) == lost


# -- the real law -------------------------------------------------------------------------------

IN_MONTHS = {"week": Fraction(12, 52), "month": Fraction(1), "year": Fraction(12)}


def read(rule: Rule, book: LawBook) -> dict[str, Any]:
    """The values of a rule, read by their units."""
    units = book.catalogue.types[rule.type].values
    words = Vocabularies(book.catalogue.term_ids())
    return {name: parse_value(units[name], raw, words) for name, raw in rule.values.items()}


def months_of(value: object) -> int | None:
    """A length of time in months, a part as a whole one; None when it is in days or is none."""
    if not isinstance(value, Duration) or value.unit not in IN_MONTHS:
        return None
    return ceil(Fraction(value.amount) * IN_MONTHS[value.unit])


# What makes a refund hang on more than insured time, and what gives none by itself.
OPEN = {
    "min_age", "not_promised", "no_agreement", "at_pension_age", "needs_agreement", "family_left",
    "skilled_only", "not_sure_before", "others_not",
}  # fmt: skip
GIVES_NONE = {
    "fund", "tax", "tax_back", "tax_working_holiday", "working_holiday_visas", "change_by",
    "claim_within", "list_changes",
    "loses_periods", "may_add_instead", "agreement_does_not_add", "moved_to", "moved_after",
}  # fmt: skip


def expected(rule: Rule, said: Mapping[str, Any], months: int, sure: bool) -> str:
    """The outcome by the months alone, worked out another way."""
    if rule.kind == "warning" or said.keys() <= GIVES_NONE:
        return "note"
    limits = [name for name in ("min", "max", "under") if f"{name}_contributions" in said]
    held = {name: months_of(said[f"{name}_contributions"]) for name in limits}
    if months < (held.get("min") or 0):
        return "not_enough"
    if "max" in held and held["max"] is not None and months > held["max"]:
        return "too_much"
    if "under" in held and held["under"] is not None and months >= held["under"]:
        return "too_much"
    return "possible" if sure and None not in held.values() and not said.keys() & OPEN else "depends"


def of_refunds(book: LawBook) -> list[Rule]:
    return [
        each for each in book.rules.values() if each.type == REFUND and "any" not in each.key.destinations
    ]


def test_the_law_speaks_of_refunds(book: LawBook) -> None:
    assert len({rule.key.destinations for rule in of_refunds(book)}) >= 20


@pytest.mark.parametrize("months", [1, 23, 59, 60, 61, 119, 400])
def test_every_refund_rule_is_held_against_the_months(base: LawBase, book: LawBook, months: int) -> None:
    heard = set()
    for rule in of_refunds(book):
        home = next((each for each in rule.key.origins if each in ("CN", "AU", "PH", "NP", "KR")), "NP")
        found = back(base, rule.key.destinations[0], months, home=home)
        for each in found.rules:
            heard.add(each.result.rule.id)
            if each.result.rule.type != REFUND:
                assert each.outcome in ("none", "depends")
                continue
            said = read(each.result.rule, book)
            sure = each.result.applies == "yes"
            assert each.outcome == expected(each.result.rule, said, months, sure), each.result.rule.id
        for step in found.steps:
            assert step.ground is None or step.ground in book.rules or step.ground in book.treaties.agreements
    assert len(heard) >= len(of_refunds(book)) * 0.8


def test_a_permit_scheme_decides(base: LawBase, book: LawBook) -> None:
    """Korea pays those back who came with an E-9 visa, of any nationality."""
    (rule,) = (each for each in of_refunds(book) if "E-9" in each.key.schemes)
    outcomes = [
        {
            each.result.rule.id: each.outcome
            for each in back(base, "KR", home="NP", status="regular", **more).rules
        }
        for more in ({"scheme": "E-9"}, {}, {"scheme": "D-2"})
    ]
    assert [found.get(rule.id) for found in outcomes] == ["possible", "depends", None]


def test_who_is_left_out_by_origin_is_told_nothing(base: LawBase, book: LawBook) -> None:
    (rule,) = (each for each in of_refunds(book) if each.key.destinations == ("DE",))
    assert "eu_eea_ch" in rule.key.except_origins
    assert names(back(base, "DE", home="HR")) == ["insured", "refund_unknown"]
    assert rule.id in {each.result.rule.id for each in back(base, "DE", home="NP").rules}


# -- what the institutions say ------------------------------------------------------------------

WORKED = yaml.safe_load((Path(__file__).parent / "worked_totalization.yml").read_text(encoding="utf-8"))
OFFICIAL = {each["id"]: each for each in WORKED["refunds"]}
_NUMBERS = {"one": 1, "two": 2, "five": 5}
_OF_MANY_FUNDS = {"fund", "employees"}


def figures(official: Mapping[str, Any]) -> dict[str, Decimal]:
    """What an institution says in numbers. Japan's 60 months are what is paid for, not what one may have."""
    most = None if official["country"] == "JP" else official["most_months"]
    found = {
        "min_contributions": official["least_months"],
        "max_contributions": most,
        "wait": official.get("wait_months"),
    }
    within = re.match(r"(one|two|five) years?", official["deadline"] or "")
    if within:
        found["claim_within"] = _NUMBERS[within[1]] * 12
    percent = re.match(r"about (\d+) %", official["tax"] or "") if official.get("tax") else None
    if percent:
        found["tax"] = percent[1]
    for name, key in (("tax", "taxed"), ("tax_working_holiday", "working_holiday_taxed")):
        if "tax_percent" in official:
            found[name] = official["tax_percent"][key]
    return {name: Decimal(number) for name, number in found.items() if number is not None}


def held(rule: Rule, book: LawBook) -> dict[str, Decimal]:
    """The same of a rule; `less than` as the most that is allowed."""
    found = {}
    for name, value in read(rule, book).items():
        months = months_of(value)
        if months is not None:
            found["max_contributions" if name == "under_contributions" else name] = Decimal(
                months - (name == "under_contributions")
            )
        elif isinstance(value, Decimal):
            found[name] = value
    return found


def same_fund(rule: Rule, official: Mapping[str, Any]) -> bool:
    """Whether a rule is of the fund, as far as it names one: a country may have several."""
    if official["country"] not in rule.key.destinations:
        return False
    mine, theirs = (
        set(re.findall(r"[a-z]{3,}", text.lower())) - _OF_MANY_FUNDS
        for text in (rule.values.get("fund", ""), official["fund"])
    )
    return not mine or bool(mine & theirs)


def test_no_rule_contradicts_the_institutions(book: LawBook) -> None:
    compared, wrong = set(), []
    for name, official in OFFICIAL.items():
        for rule in of_refunds(book):
            if not same_fund(rule, official):
                continue
            mine = held(rule, book)
            for figure, number in figures(official).items():
                if figure not in mine:
                    continue
                compared.add((official["country"], figure))
                about = figure == "tax" and str(official.get("tax")).startswith("about")
                if mine[figure].to_integral_value() != number if about else mine[figure] != number:
                    wrong.append((name, rule.id, figure, str(mine[figure]), str(number)))
    assert wrong == []
    assert compared >= {("DE", "wait"), ("JP", "claim_within"), ("JP", "tax"), ("AU", "tax")}


def test_no_rule_contradicts_them_on_what_is_in_the_sum(book: LawBook) -> None:
    """Whether the employer's part and interest are in it."""
    opposite = {
        ("own_share", True): "employer_share",
        ("own_share", False): "own_share_only",
        ("interest", True): "no_interest",
        ("interest", False): "with_interest",
    }
    same = {"employer_share": "own_share_only", "no_interest": "with_interest"}
    same |= {word: other for other, word in same.items()}
    agreed, wrong = 0, []
    for name, official in OFFICIAL.items():
        for rule in (each for each in of_refunds(book) if same_fund(each, official)):
            for what in ("own_share", "interest"):
                denied = opposite.get((what, official[what]))
                if denied is not None and denied in rule.values:
                    wrong.append((name, rule.id, denied))
                agreed += denied is not None and same[denied] in rule.values
    assert wrong == []
    assert agreed >= 2


def test_the_tax_office_of_australia(base: LawBase, book: LawBook) -> None:
    """Departing Australia superannuation payment: 35 % of what was taxed on its way in."""
    (example,) = (
        each for each in OFFICIAL["au-dasp"]["examples"] if "taxed" in each and not each["working_holiday"]
    )
    found = back(base, "AU", home="NP", status="regular", paid=example["taxed"])
    (rule,) = (each for each in found.rules if "tax" in each.result.rule.values)
    assert rule.paid_out == Decimal(example["paid"])


def test_no_refund_where_the_institution_pays_a_pension_instead(base: LawBase) -> None:
    """Taiwan: a benefit of old age, the same from abroad; nothing for going home."""
    assert "for going home" in OFFICIAL["tw-labor-insurance"]["note"]
    found = back(base, "TW", home="VN", status="regular", sector="manufacturing")
    assert {each.outcome for each in found.rules} == {"none"}


def test_three_months_in_japan_are_too_short(base: LawBase) -> None:
    assert OFFICIAL["jp-employees-pension"]["least_months"] == 6
    assert "not_enough" in {each.outcome for each in back(base, "JP", 3, home="NP", status="regular").rules}
