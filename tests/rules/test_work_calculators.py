"""Pay at the end of a job, wages, overtime, notice, leave, deadlines: sums by hand from the statutes."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.calculators.deadlines import after, deadlines
from bot.rules.calculators.end_of_service import EndOfService, end_of_service
from bot.rules.calculators.service import Pay, Service, make_pay, make_service, rounded
from bot.rules.calculators.wages import notice, overtime, unpaid_wages, unused_leave
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook
from bot.rules.load import load_law
from bot.rules.units import Duration, Money
from tests.rules.support import LAW, TODAY, case_of, day

PAY = Pay(Decimal(3000), "SAR", day=Decimal(100))


def worked(first: str, last: str) -> Service:
    return make_service(day(first), day(last))


def owed(base: LawBase, service: Service, pay: Pay = PAY, **known: str) -> EndOfService:
    with base.reading() as reader:
        return end_of_service(reader, case_of(**known), service, pay)


def amounts(found: EndOfService) -> dict[str, Decimal | None]:
    return {each.ground.rule.id: each.amount for each in found.parts}


def names(steps: list[Any]) -> list[str]:
    return [each.name for each in steps]


# -- service and pay ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "years", "days"),
    [
        ("2020-01-01", "2020-12-31", 1, 0),
        ("2020-01-01", "2020-12-30", 0, 365),  # a leap year
        ("2021-01-01", "2021-12-30", 0, 364),
        ("2016-03-01", "2026-10-31", 10, 245),
        ("2020-02-29", "2021-02-27", 1, 0),
        ("2024-05-05", "2024-05-05", 0, 1),
    ],
)
def test_both_days_belong_to_the_service(first: str, last: str, years: int, days: int) -> None:
    service = worked(first, last)
    assert (service.whole_years, service.odd_days) == (years, days)
    assert service.years == years + Fraction(days, 366 if first == "2020-01-01" else 365)


@pytest.mark.parametrize("last", ["2019-12-31", "1999-01-01"])
def test_a_job_does_not_end_before_it_begins(last: str) -> None:
    with pytest.raises(CaseError, match="before it begins"):
        worked("2020-01-01", last)


def test_a_wage_is_more_than_nothing_and_in_one_money() -> None:
    with pytest.raises(CaseError, match="more than zero"):
        make_pay(Money(Decimal(0), "QAR"))
    with pytest.raises(CaseError, match="one money"):
        make_pay(Money(Decimal(10), "QAR"), Money(Decimal(1), "SAR"))


def test_what_a_length_of_time_pays() -> None:
    assert PAY.of(Duration(Decimal("0.5"), "month")) == 1500
    assert PAY.of(Duration(Decimal(3), "week")) == 2100
    assert Pay(Decimal(3000), "SAR").of(Duration(Decimal(3), "day")) == 300  # by thirty
    assert Pay(Decimal(2600), "KWD", day_divisor=Decimal(26)).of(Duration(Decimal(15), "day")) == 1500
    assert PAY.of(Duration(Decimal(1), "hour")) is None
    assert rounded(Fraction(1, 200)) == Decimal("0.01")


# -- end of service -----------------------------------------------------------------------------

SAUDI = {"home": "NP", "to": "SA", "sector": "construction"}


@pytest.mark.parametrize(
    ("last", "known", "amount"),
    [
        # Labor Law art. 84: half a month for each of the first five years, a month for each further one
        ("2018-12-31", {"ended_by": "employer"}, "4500.00"),
        ("2020-12-31", {"ended_by": "employer"}, "7500.00"),
        ("2022-12-31", {"ended_by": "employer"}, "13500.00"),
        # art. 85, resignation: nothing under two years, a third to five, two thirds to ten, then all
        ("2016-12-31", {"ended_by": "worker"}, "0.00"),
        ("2018-12-31", {"ended_by": "worker"}, "1500.00"),
        ("2020-12-30", {"ended_by": "worker"}, "2498.63"),  # four years and 365 of 366 days: a third
        ("2020-12-31", {"ended_by": "worker"}, "5000.00"),
        ("2025-12-31", {"ended_by": "worker"}, "22500.00"),
    ],
)
def test_saudi_arabia(base: LawBase, last: str, known: dict[str, str], amount: str) -> None:
    found = owed(base, worked("2016-01-01", last), **SAUDI, **known)
    assert amounts(found)["sa-end-of-service"] == Decimal(amount)


@pytest.mark.parametrize(
    ("last", "amount"),
    [
        # Federal Decree-Law 33 of 2021 art. 51: 21 days for each of five years, then 30; at most two years
        ("2018-12-31", "6300.00"),
        ("2022-12-31", "16500.00"),
        ("2055-12-31", "72000.00"),
    ],
)
def test_the_emirates(base: LawBase, last: str, amount: str) -> None:
    found = owed(base, worked("2016-01-01", last), home="IN", to="AE", sector="construction")
    assert amounts(found)["ae-end-of-service"] == Decimal(amount)
    assert ("capped" in names(found.steps)) == (last == "2055-12-31")


@pytest.mark.parametrize(
    ("last", "amount"),
    [
        # Labour Protection Act s. 118: 30 days from 120 days, 90 from a year, 180 from three, 240 from six...
        ("2020-04-29", "3000.00"), ("2020-12-31", "9000.00"), ("2022-12-31", "18000.00"),
        ("2025-12-31", "24000.00"), ("2029-12-31", "30000.00"), ("2039-12-31", "40000.00"),
    ],
)  # fmt: skip
def test_thailand(base: LawBase, last: str, amount: str) -> None:
    found = owed(
        base, worked("2020-01-01", last), home="MM", to="TH", sector="construction", ended_by="employer"
    )
    assert amounts(found)["th-severance"] == Decimal(amount)


def test_qatar_three_weeks_a_year_and_parts_of_years(base: LawBase) -> None:
    found = owed(base, worked("2020-01-01", "2022-07-01"), home="NP", to="QA", sector="construction")
    years = 2 + Fraction(182, 365)
    assert amounts(found)["qa-end-of-service"] == rounded(2100 * years)


def test_oman_adds_the_time_under_the_old_law(base: LawBase) -> None:
    service = worked("2019-08-01", "2025-07-31")  # the new law is of 31 July 2023
    found = owed(base, service, home="BD", to="OM", sector="construction")
    got = amounts(found)
    whole = sum(amount or 0 for rule, amount in got.items() if rule.startswith("om-end-of-service"))
    before = rounded(1500 * Fraction(3) + 3000 * Fraction(1))
    assert got["om-end-of-service-before-2023"] == before and whole > before
    assert "total" in names(found.steps)


def test_no_law_on_it_is_said(base: LawBase) -> None:
    found = owed(base, worked("2020-01-01", "2025-12-31"), home="BD", to="SG", sector="construction")
    assert amounts(found) == {"sg-no-statutory-severance": Decimal(0)} and "none_by_law" in names(found.steps)
    nothing = owed(base, worked("2020-01-01", "2025-12-31"), home="TV", to="NR")
    assert not nothing.parts and names(nothing.steps)[-1] == "no_rule_on_end_of_service"


def test_what_is_assumed_is_not_certain(base: LawBase) -> None:
    told = owed(base, worked("2022-01-01", "2024-12-31"), home="IN", to="IQ", sector="construction")
    by_thirty = owed(
        base, worked("2022-01-01", "2024-12-31"), Pay(Decimal(3000), "IQD"), home="IN", to="IQ",
        sector="construction",
    )  # fmt: skip
    assert "day_by_thirty" in names(by_thirty.steps) and "day_by_thirty" not in names(told.steps)
    assert not any(each.certain for each in by_thirty.parts)


@given(st.integers(1, 15_000), st.integers(0, 400), st.decimals(100, 20_000, places=2))
def test_longer_service_never_pays_less(
    book: LawBook, base: LawBase, days: int, more: int, wage: Decimal
) -> None:
    del book
    first = date(1985, 1, 1)
    pay = Pay(wage, "SAR", day=wage / 30)
    sums = [
        amounts(owed(base, Service(first, date.fromordinal(first.toordinal() + span)), pay, **SAUDI))
        for span in (days, days + more)
    ]
    assert (sums[0]["sa-end-of-service"] or 0) <= (sums[1]["sa-end-of-service"] or 0)


def test_every_rule_of_every_country_comes_to_a_sum_or_says_why_not(base: LawBase, book: LawBook) -> None:
    places = {
        place
        for rule in book.rules.values()
        if rule.type == "end_of_service_pay"
        for place in rule.key.destinations
    }
    assert len(places) >= 28
    for place in sorted(places):
        for last in ("2020-03-31", "2021-06-30", "2024-12-31", "2041-07-31"):
            for who in ({}, {"ended_by": "worker"}, {"ended_by": "employer"}):
                found = owed(base, worked("2020-01-01", last), to=place, **who)
                for part in found.parts:
                    assert part.outcome in ("due", "nothing", "depends", "not_computed")
                    assert (part.amount is None) == (part.outcome == "not_computed")
                    assert part.amount is None or part.amount >= 0


# -- wages, overtime, notice, leave -------------------------------------------------------------


def test_unpaid_wages(base: LawBase) -> None:
    with base.reading() as reader:
        found = unpaid_wages(
            reader, case_of(to="QA"), PAY, months=Decimal(3), days=Decimal(12), received=Decimal(500)
        )
        assert found.found[0].amount == Decimal("9700.00")
        assert {each.ground.rule.id for each in found.found[1:] if each.ground} >= {"qa-wps-seven-days"}
        for bad in ({"months": Decimal(0)}, {"months": Decimal(1), "received": Decimal(3001)}):
            with pytest.raises(CaseError):
                unpaid_wages(reader, case_of(to="QA"), PAY, **bad)


def test_overtime_by_the_rule_and_not_without_an_hours_pay(base: LawBase) -> None:
    """Qatar, Labour Law art. 74: 25 % more, at night 50 % more."""
    case = case_of(to="QA", sector="construction")
    with base.reading() as reader:
        hours = {"hours": Decimal(20), "night_hours": Decimal(4)}
        found = overtime(reader, case, PAY, hours, Decimal(8))
        by_rule = {each.ground.rule.id: each for each in found.found if each.ground}
        assert by_rule["qa-overtime"].amount == Decimal("248.00")
        unknown = overtime(reader, case, PAY, hours, None)
        assert {each.amount for each in unknown.found} == {None} and "hour_unknown" in names(unknown.steps)
        with pytest.raises(CaseError):
            overtime(reader, case, PAY, {"hours": Decimal(0)}, None)


def test_notice_and_its_last_day(base: LawBase) -> None:
    with base.reading() as reader:
        case = case_of(to="AE", sector="construction", ended_by="employer")
        found = notice(reader, case, worked("2022-05-01", "2026-11-01"), PAY, day("2026-11-01"))
    (only,) = found.found
    assert (only.length, only.until, only.amount) == (Duration(Decimal(30), "day"), day("2026-12-01"), 3000)


def test_leave_that_was_not_taken(base: LawBase) -> None:
    """Saudi Labor Law art. 109: 21 days a year, 30 after five years."""
    with base.reading() as reader:
        case = case_of(**SAUDI)
        found = unused_leave(reader, case, worked("2024-01-01", "2025-12-31"), PAY, Decimal(12))
        by_rule = {each.ground.rule.id: each for each in found.found if each.ground}
        assert by_rule["sa-annual-leave"].amount == Decimal("3000.00")
        with pytest.raises(CaseError):
            unused_leave(reader, case, worked("2024-01-01", "2025-12-31"), PAY, Decimal(-1))


def test_a_divisor_that_a_rule_names_is_used_and_nothing_is_assumed(tmp_path: Path) -> None:
    """A country that counts a day's pay as a twenty-sixth of the month's."""
    law = tmp_path / "law"
    shutil.copytree(LAW / "types", law / "types")
    known = "legal_basis: Act, source: null, as_of: null, evidence: known, confidence: low"
    said = {
        ("end_of_service_pay", "end_of_service"): (
            "part: award, per_year: 26 days, part_years: true, day_divisor: 26"
        ),
        ("annual_leave", "annual_leave"): "per_year: 26 days, day_divisor: 26",
        ("notice", "termination"): "employer_notice: 13 days, day_divisor: 26",
        ("overtime", "overtime"): "extra: 50, hour_divisor: 200",
    }
    rules = "".join(
        f"- {{id: kw-{name.replace('_', '-')}, type: {name}, to: KW, topics: [{topic}], "
        f"values: {{{values}}}, {known}}}\n"
        for (name, topic), values in said.items()
    )
    (law / "kw.yml").write_text(f"law: country\ncountry: KW\nrules:\n{rules}", encoding="utf-8")
    load_law(f"sqlite:///{tmp_path / 'haq.db'}", law)
    base, pay = LawBase(f"sqlite:///{tmp_path / 'haq.db'}"), Pay(Decimal(520), "KWD")
    service, case = worked("2020-01-01", "2021-12-31"), case_of(to="KW", ended_by="employer")
    with base.reading() as reader:
        found = [
            *end_of_service(reader, case, service, pay).parts,
            *unused_leave(reader, case, service, pay, Decimal(26)).found,
            *notice(reader, case, service, pay, None).found,
            *overtime(reader, case, pay, {"hours": Decimal(10)}, None).found,
        ]
    base.close()
    assert [each.amount for each in found] == [Decimal(1040), Decimal(520), Decimal(260), Decimal(39)]
    assert all(each.certain for each in found)


# -- deadlines ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "length", "last"),
    [
        ("2026-01-31", ("1", "month"), "2026-02-28"),
        ("2024-01-31", ("1", "month"), "2024-02-29"),
        ("2024-02-29", ("1", "year"), "2025-02-28"),
        ("2026-03-31", ("30", "day"), "2026-04-30"),
        ("2026-03-31", ("2", "week"), "2026-04-14"),
        ("2026-03-31", ("10", "working_day"), None),
        ("2026-03-31", ("0.5", "month"), None),
    ],
)
def test_a_last_day(start: str, length: tuple[str, str], last: str | None) -> None:
    found = after(day(start), Duration(Decimal(length[0]), length[1]))
    assert found == (None if last is None else day(last))


def test_a_day_that_no_calendar_has() -> None:
    with pytest.raises(CaseError, match="too far"):
        after(date(9998, 12, 31), Duration(Decimal(5), "year"))


def test_the_nearest_deadline_comes_first_and_what_is_over_is_said(base: LawBase) -> None:
    def found(since: str, **known: str) -> Mapping[str, Any]:
        with base.reading() as reader:
            whole = deadlines(reader, case_of(**known), "wages", day(since))
        days = [each.last_day for each in whole.found if each.last_day]
        assert days == sorted(days)
        return {each.ground.rule.id: each for each in whole.found} | {"steps": names(whole.steps)}

    fresh = found("2026-03-31", to="QA", sector="construction")
    assert fresh["qa-claim-limit"].last_day == day("2027-03-31") and "days_left" in fresh["steps"]
    assert fresh["qa-claim-limit"].days_left(TODAY) == 130
    late = found("2024-01-01", to="QA", sector="construction")
    assert "deadline_over" in late["steps"]
    assert found("2026-01-01", to="NR")["steps"] == ["no_rule_on_deadline"]
    with base.reading() as reader, pytest.raises(CaseError, match="still to come"):
        deadlines(reader, case_of(to="QA"), "wages", day("2026-11-22"))
