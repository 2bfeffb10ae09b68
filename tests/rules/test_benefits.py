"""What insurances and funds pay: sums by hand from the rules of the real law and of a small one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bot.rules.calculators.benefits import Benefits, income, sums
from bot.rules.calculators.service import Pay
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawBase
from bot.rules.load import load_law
from tests.rules.support import case_of

TYPES = """
law: types
terms:
  event: {death: death, disability: disability}
  benefit: {sickness: sick pay, unemployment: pay without work}
types:
  sick_leave:
    topics: [sickness]
    kind: entitlement
    combine: all
    values: {steps: {list: steps, of: {length: duration, percent: percent}, say: "{length} at {percent}"},
             waiting: duration, percent: percent, paid_leave: duration, day_divisor: number}
    say: ["{steps}.", "{waiting}.", "{percent}.", "{paid_leave}.", "{day_divisor}."]
  unemployment_benefit:
    topics: [unemployment]
    kind: scheme
    combine: all
    values: {percent: percent, max_duration: duration, ceiling: pay, floor: pay}
    say: ["{percent}.", "{max_duration}.", "{ceiling}.", "{floor}."]
  work_injury_benefits:
    topics: [employment_injury]
    kind: entitlement
    combine: all
    values: {steps: {list: steps, of: {length: duration, percent: percent}, say: "{length} at {percent}"},
             rest_percent: percent, compensation: flag, death_wages: duration,
             death_min: money, death_max: money}
    say: ["{steps}.", "{rest_percent}.", {if: compensation, text: "Compensation is paid."}, "{death_wages}.",
          "{death_min}.", "{death_max}."]
  lump_sums:
    topics: [welfare_fund]
    kind: entitlement
    combine: all
    values: {sums: {list: tiers, of: {event: term event, amount: money}, say: "{event}: {amount}"},
             max_sums: {list: tiers, of: {event: term event, amount: money}, say: "{event}: {amount}"}}
    say: ["{sums}.", "{max_sums}."]
"""
WHERE = "source: code, as_of: '2026', evidence: seen, confidence: high"
RULES = f"""
law: country
country: SA
sources:
  code: {{title: Code, publisher: State, url: https://example.org}}
rules:
- {{id: sa-sick, type: sick_leave, to: SA, values: {{steps: [{{length: 30 days, percent: 100}}, {{length: 60 days, percent: 75}}], day_divisor: 30}}, {WHERE}}}
- {{id: qa-sick, type: sick_leave, to: QA, values: {{waiting: 3 days, percent: 70, paid_leave: 10 days}}, {WHERE}}}
- {{id: sa-job, type: unemployment_benefit, to: SA, values: {{percent: 60, max_duration: 60 days, ceiling: SAR 1500 / month}}, {WHERE}}}
- {{id: sa-hurt, type: work_injury_benefits, to: SA, values: {{steps: [{{length: 10 days, percent: 100}}], rest_percent: 50}}, {WHERE}}}
- {{id: sa-death, type: work_injury_benefits, to: SA, values: {{death_wages: 36 months, death_max: SAR 100000}}, {WHERE}}}
- {{id: ae-hurt, type: work_injury_benefits, to: AE, values: {{compensation: true}}, {WHERE}}}
- {{id: np-fund, type: lump_sums, to: any, from: NP, values: {{sums: [{{event: death, amount: NPR 700000}}], max_sums: [{{event: disability, amount: NPR 500000}}]}}, {WHERE}}}
"""  # noqa: E501
DAY = Pay(Decimal(3000), "SAR", day=Decimal(100))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> LawBase:
    folder: Path = tmp_path_factory.mktemp("benefits")
    law = folder / "law"
    law.mkdir()
    (law / "types.yml").write_text(TYPES, encoding="utf-8")
    (law / "sa.yml").write_text(RULES, encoding="utf-8")
    url = f"sqlite:///{folder / 'haq.db'}"
    load_law(url, law)
    return LawBase(url)


def paid(base: LawBase, place: str, branch: str, days: int, pay: Pay = DAY) -> Benefits:
    with base.reading() as reader:
        return income(reader, case_of(home="NP", to=place), branch, pay, days)


def amounts(found: Benefits) -> dict[str, str | None]:
    return {each.ground.rule.id: each.amount and str(each.amount.amount) for each in found.found}


@pytest.mark.parametrize(
    ("place", "branch", "days", "rule", "amount", "certain"),
    [
        ("SA", "sickness", 20, "sa-sick", "2000.00", True),
        ("SA", "sickness", 45, "sa-sick", "4125.00", True),  # 30 x 100 + 15 x 75
        ("SA", "sickness", 120, "sa-sick", "7500.00", True),  # 30 x 100 + 60 x 75, the rest unpaid
        ("QA", "sickness", 8, "qa-sick", "350.00", True),  # five days after three of waiting, at 70 %
        ("QA", "sickness", 30, "qa-sick", "700.00", True),  # at most ten
        ("SA", "unemployment", 30, "sa-job", "1500.00", True),  # 1800, held by the ceiling
        ("SA", "unemployment", 90, "sa-job", "3000.00", True),
        ("SA", "employment_injury", 30, "sa-hurt", "2000.00", True),  # 10 x 100 + 20 x 50
    ],
)
def test_income(
    small: LawBase, place: str, branch: str, days: int, rule: str, amount: str, certain: bool
) -> None:
    found = paid(small, place, branch, days)
    assert amounts(found)[rule] == amount
    assert next(each for each in found.found if each.ground.rule.id == rule).certain is certain


def test_a_day_that_no_law_counts_is_not_certain(small: LawBase) -> None:
    found = paid(small, "QA", "sickness", 8, Pay(Decimal(3000), "QAR"))
    assert not found.found[0].certain and "day_by_thirty" in [each.name for each in found.steps]
    sure = paid(small, "SA", "sickness", 8, Pay(Decimal(3000), "SAR"))
    assert sure.found[0].certain, "this rule divides by thirty"


def test_what_names_no_sum_is_not_computed(small: LawBase) -> None:
    found = paid(small, "AE", "employment_injury", 10)
    assert amounts(found) == {"ae-hurt": None}
    assert [each.name for each in found.steps] == ["benefit_not_computed"]
    nothing = paid(small, "OM", "sickness", 10)
    assert not nothing.found and nothing.steps[-1].name == "no_rule_on_benefit"


@pytest.mark.parametrize(("branch", "days"), [("old_age", 10), ("sickness", 0), ("sickness", -1)])
def test_what_cannot_be_asked(small: LawBase, branch: str, days: int) -> None:
    with pytest.raises(CaseError):
        paid(small, "SA", branch, days)


def owed(base: LawBase, event: str | None, pay: Pay | None) -> list[tuple[str, str | None, str, str]]:
    with base.reading() as reader:
        found = sums(reader, case_of(home="NP", to="SA"), event, pay)
    return [
        (each.ground.rule.id, each.event, str(each.amount and each.amount.amount), each.bound)
        for each in found.found
    ]


def test_sums_there_and_at_home(small: LawBase) -> None:
    assert owed(small, "death", DAY) == [
        ("sa-death", "death", "100000", "exact"),  # 36 x 3000 = 108000, at most 100000
        ("np-fund", "death", "700000", "exact"),
    ]
    assert owed(small, "death", Pay(Decimal(1000), "SAR"))[0][2] == "36000.00"
    assert owed(small, "disability", None) == [("np-fund", "disability", "500000", "most")]
    assert len(owed(small, None, None)) == 2
    with pytest.raises(CaseError, match="no event"):
        owed(small, "rain", None)


@pytest.mark.parametrize(
    ("home", "to", "branch", "wage", "days", "rule", "amount"),
    [
        # Labor Law art. 117: 30 days in full, then 60 at three quarters; a day is a thirtieth of the month
        ("PH", "SA", "sickness", "SAR 3000", 45, "sa-sick-leave", "4125.00"),
    ],
)
def test_the_real_law(
    base: LawBase, home: str, to: str, branch: str, wage: str, days: int, rule: str, amount: str
) -> None:
    currency, _, month = wage.partition(" ")
    with base.reading() as reader:
        case = case_of(home=home, to=to, sector="construction")
        found = income(reader, case, branch, Pay(Decimal(month), currency), days)
    assert amounts(found)[rule] == amount


def test_the_home_fund_of_the_real_law(base: LawBase) -> None:
    with base.reading() as reader:
        found = sums(reader, case_of(home="NP", to="QA", sector="construction"), "death", None)
    held = {each.ground.rule.id for each in found.found}
    assert {"np-term-life-insurance", "np-welfare-fund-death"} <= held
