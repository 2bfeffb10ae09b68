"""Adding insured time of several countries: properties, and worked examples of public guides.

The examples name their source. Where a guide's example turns on more than months (a guide's own
pension of a country, the United States' quarters), the test says what it leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.calculators.totalization import (
    OUTCOMES,
    Period,
    Share,
    Totalization,
    make_period,
    totalize,
)  # fmt: skip
from bot.rules.errors import CaseError
from bot.rules.lawfiles import LawBook
from bot.rules.model import Provenance, Source
from bot.rules.treaties.model import Agreement
from bot.rules.treaties.register import Treaties
from tests.rules.support import TODAY

SEEN = Provenance(Source("Agreement", "State", None), None, "2026", "seen", "high")
PLACES = ("AT", "BB", "CC", "DE")


def agreement(name: str, parties: Iterable[str], **changes: object) -> Agreement:
    whole = Agreement(
        name, "multilateral_ssa", tuple(parties), "in_force", SEEN, branches=("old_age",), totalization=True,
        seen=("branches", "totalization"),
    )  # fmt: skip
    return replace(whole, **changes)  # type: ignore[arg-type]


def world(*agreements: Agreement) -> Treaties:
    return Treaties(agreements={each.id: each for each in agreements})


ALL = world(agreement("all", PLACES))


def added(
    periods: Iterable[Period | str], treaties: Treaties, needed: int | dict[str, int], **more: object
) -> Totalization:
    whole = [make_period(each) if isinstance(each, str) else each for each in periods]
    qualifying = needed if isinstance(needed, dict) else {period.country: needed for period in whole}
    return totalize(
        whole, treaties, **{"branch": "old_age", "on": TODAY, "qualifying": qualifying, **more}  # type: ignore[arg-type]
    )  # fmt: skip


def shares(found: Totalization) -> dict[str, Share]:
    return {share.country: share for share in found.shares}


def names(found: Totalization) -> list[str]:
    return [each.name for each in found.steps]


@st.composite
def some_periods(draw: st.DrawFn) -> list[Period]:
    found = []
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(1990 * 12, 2020 * 12))
        end = start + draw(st.integers(0, 240))
        first, last = ((month // 12, month % 12 + 1) for month in (start, end))
        found.append(Period(draw(st.sampled_from(PLACES)), first, last))
    return found


# -- properties ---------------------------------------------------------------------------------


@given(some_periods(), st.integers(1, 400))
def test_the_shares_of_one_agreement_add_up_to_at_most_one(periods: list[Period], needed: int) -> None:
    found = added(periods, ALL, needed)
    owed = [share for share in found.shares if share.outcome == "pro_rata"]
    if "overlap" not in names(found):  # a month in two countries is in the share of both
        assert sum((share.share or 0 for share in owed), Fraction(0)) <= 1
    for share in owed:
        assert share.share == Fraction(share.months, share.total_months or 0)
        assert share.months < needed <= (share.total_months or 0)


@given(some_periods())
def test_each_month_is_added_once(periods: list[Period]) -> None:
    found = added(periods, ALL, 10_000)
    different = {month for period in periods for month in period.months()}
    for share in found.shares:
        own = {month for period in periods if period.country == share.country for month in period.months()}
        assert share.months == len(own)
    assert {share.total_months for share in found.shares} <= {len(different), None}
    overlaps = sum(len(period.months()) for period in periods) > len(different)
    assert overlaps or "overlap" not in names(found)


@given(some_periods().flatmap(lambda periods: st.tuples(st.just(periods), st.permutations(periods))))
def test_the_order_of_periods_changes_nothing(both: tuple[list[Period], list[Period]]) -> None:
    one, other = (shares(added(periods, ALL, 120)) for periods in both)
    assert one == other


@given(some_periods(), st.integers(1, 400), st.integers(0, 100_000))
def test_an_amount_is_its_share_to_the_cent(periods: list[Period], needed: int, cents: int) -> None:
    whole = Decimal(cents) / 100
    found = added(periods, ALL, needed, theoretical=dict.fromkeys(PLACES, whole))
    for share in found.shares:
        if share.outcome == "pro_rata":
            assert share.amount is not None and share.share is not None
            assert abs(Fraction(share.amount) - Fraction(whole) * share.share) <= Fraction(1, 200)
        else:
            assert share.amount is None  # what a country pays alone is not the theoretical benefit


@given(some_periods(), st.integers(0, 400))
def test_every_country_is_answered_with_its_steps(periods: list[Period], needed: int) -> None:
    found = added(periods, ALL, needed)
    assert [share.country for share in found.shares] == list(
        dict.fromkeys(period.country for period in periods)
    )
    for share in found.shares:
        assert share.outcome in OUTCOMES
        assert any(dict(each.values).get("country") == share.country for each in found.steps)
    for each in found.steps:
        assert set(each.to_json()) == {"step", "values", "ground"}


# -- cases --------------------------------------------------------------------------------------


def test_enough_alone_is_not_added() -> None:
    found = added(
        ["AT:2000-01..2009-12", "BB:2010-01..2010-12"],
        ALL,
        {"AT": 120, "BB": 132},
        national={"AT": Decimal(500)},
    )
    alone = shares(found)["AT"]
    assert (alone.outcome, alone.share, alone.amount) == ("alone", 1, 500)
    assert shares(found)["BB"].share == Fraction(12, 132)


def test_less_than_the_shortest_gives_nothing_there_but_counts_elsewhere() -> None:
    found = added(["AT:2000-01..2000-11", "BB:2001-01..2010-01"], ALL, 120)
    assert shares(found)["AT"].outcome == "too_short"
    assert shares(found)["BB"].share == Fraction(109, 120)
    longer = world(agreement("long", PLACES, min_months=18))
    assert (
        shares(added(["AT:2000-01..2001-05", "BB:2002-01..2011-12"], longer, 130))["AT"].outcome
        == "too_short"
    )
    none = world(agreement("none", PLACES, min_months=0))
    assert (
        shares(added(["AT:2000-01..2000-11", "BB:2001-01..2010-01"], none, 120))["AT"].outcome == "pro_rata"
    )


def test_not_enough_together() -> None:
    found = added(["AT:2000-01..2004-12", "BB:2005-01..2006-12"], ALL, 120)
    assert {share.outcome for share in found.shares} == {"not_reached"}
    assert {share.total_months for share in found.shares} == {84}


@pytest.mark.parametrize(
    "treaties",
    [
        world(),
        world(agreement("x", ("AT", "CC"))),
        world(agreement("x", ("AT", "BB"), status="signed_not_in_force")),
        world(agreement("x", ("AT", "BB"), start="2030-01-01")),
        world(agreement("x", ("AT", "BB"), branches=("sickness",))),
        world(agreement("x", ("AT", "BB"), totalization=False)),
        world(agreement("x", ("AT", "BB", "CC"), hub="CC")),
    ],
)
def test_without_an_agreement_nothing_is_added(treaties: Treaties) -> None:
    found = added(["AT:2000-01..2004-12", "BB:2005-01..2014-12"], treaties, {"AT": 120, "BB": 120})
    assert shares(found)["AT"].outcome == "not_reached" and shares(found)["AT"].agreement is None
    assert shares(found)["BB"].outcome == "alone"
    assert "no_agreement" in names(found)


def test_two_agreements_are_not_mixed() -> None:
    """A binds B by one agreement and C by another: with either alone it is too little."""
    periods = ["AT:2000-01..2003-12", "BB:2004-01..2007-12", "CC:2008-01..2011-12"]
    two = world(agreement("a-b", ("AT", "BB")), agreement("a-c", ("AT", "CC")))
    assert {share.outcome for share in added(periods, two, 100).shares} == {"not_reached"}
    assert {share.total_months for share in added(periods, two, 100).shares} == {96}
    framework = world(*two.agreements.values(), agreement("all", ("AT", "BB", "CC")))
    found = added(periods, framework, 100)
    assert {(share.outcome, share.agreement, share.share) for share in found.shares} == {
        ("pro_rata", "all", Fraction(1, 3))
    }


def test_the_start_of_an_agreement_changes_the_answer_that_day() -> None:
    treaties = world(agreement("x", ("AT", "BB"), start="2018-08-01"))
    periods = ["AT:2000-01..2004-12", "BB:2005-01..2009-12"]
    outcomes = [
        shares(added(periods, treaties, 120, on=date(2018, month, day)))["AT"].outcome
        for month, day in ((7, 31), (8, 1), (8, 2))
    ]
    assert outcomes == ["not_reached", "pro_rata", "pro_rata"]


@pytest.mark.parametrize("changes", [{"seen": ()}, {"status": "in_force_partly"}, {"regions": ("AT-X",)}])
def test_what_is_not_sure_is_not_certain(changes: dict[str, object]) -> None:
    found = added(
        ["AT:2000-01..2004-12", "BB:2005-01..2009-12"], world(agreement("x", PLACES, **changes)), 120
    )
    assert {(share.outcome, share.certain) for share in found.shares} == {("pro_rata", False)}


def test_time_too_short_elsewhere_is_not_in_the_share() -> None:
    """883/2004 art. 57(2): it goes into the theoretical amount alone."""
    european = world(agreement("eu", PLACES, method="better_of_two"))
    periods = ["AT:2000-01..2004-12", "BB:2005-01..2005-11", "CC:2006-01..2010-12"]
    found = shares(added(periods, european, 120))
    assert (found["AT"].share, found["AT"].total_months) == (Fraction(60, 120), 131)
    assert found["BB"].outcome == "too_short"


def test_the_last_country_takes_over_what_is_short_everywhere() -> None:
    """883/2004 art. 57(3): as if all were its own."""
    european = world(agreement("eu", PLACES, method="better_of_two"))
    periods = ["AT:2000-01..2000-11", "BB:2001-01..2001-11", "CC:2002-01..2002-11"]
    whole = {place: Decimal(300) for place in PLACES}
    found = shares(added(periods, european, {"AT": 30, "BB": 30, "CC": 60}, theoretical=whole))
    assert (found["BB"].outcome, found["BB"].share, found["BB"].amount) == ("pro_rata", 1, 300)
    assert found["AT"].outcome == found["CC"].outcome == "too_short"
    plain = shares(added(periods, ALL, 30))
    assert {share.outcome for share in plain.values()} == {"too_short"}


def test_an_agreement_for_citizens_leaves_others_out() -> None:
    periods = ["AT:2000-01..2004-12", "BB:2005-01..2009-12"]
    for scope, nationality, outcome, certain in (
        ("nationals", "AT", "pro_rata", True),
        ("nationals", "NP", "not_reached", True),
        ("insured", "NP", "pro_rata", True),
        (None, "NP", "pro_rata", False),
        (None, None, "pro_rata", True),
    ):
        held = world(agreement("x", ("AT", "BB"), personal_scope=scope))
        found = shares(added(periods, held, 120, nationality=nationality))["AT"]
        assert (found.outcome, found.certain) == (outcome, certain), (scope, nationality)


def test_time_without_contributions_does_not_count() -> None:
    found = added(["AT:2000-01..2009-12/uninsured", "BB:2010-01..2019-12"], ALL, 120)
    assert set(shares(found)) == {"BB"} and "uninsured" in names(found)
    with pytest.raises(CaseError, match="no periods"):
        added(["AT:2000-01..2009-12/uninsured"], ALL, 120)


def test_an_unknown_qualifying_period_is_said() -> None:
    found = added(["AT:2000-01..2004-12", "BB:2005-01..2009-12"], ALL, {"BB": 120})
    assert shares(found)["AT"].outcome == "not_known" and shares(found)["BB"].outcome == "pro_rata"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "KR",
        "KR:2001-01",
        "KR:2001-13..2002-01",
        "KR:2002-01..2001-12",
        "KOR:2001-01..2001-02",
        "1:2001-01..2001-02",
    ],
)
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(CaseError, match="no period"):
        make_period(text)


def test_no_periods_at_all() -> None:
    with pytest.raises(CaseError, match="no periods"):
        added([], ALL, {})


def test_a_period_holds_both_of_its_months() -> None:
    assert len(make_period("kr:2001-01..2001-01").months()) == 1
    assert len(make_period("KR:2001-01..2010-12").months()) == 120


# -- worked examples ----------------------------------------------------------------------------

WORKED = yaml.safe_load((Path(__file__).parent / "worked_totalization.yml").read_text(encoding="utf-8"))
EXAMPLES = {each["id"]: each for each in WORKED["examples"]}
# Where the amount comes from own time by the country's own formula, added time only opens the right.
OWN_FORMULA = {"own_periods", "residence", "fortieths", "quarters"}


@pytest.fixture(scope="module")
def treaties(book: LawBook) -> Treaties:
    held = book.treaties
    return Treaties(agreements=held.agreements, groups=book.groups, methods=held.methods)


def of_example(example: dict[str, Any], treaties: Treaties) -> Totalization:
    return totalize(
        [make_period(f"{each['country']}:{each['first']}..{each['last']}") for each in example["periods"]],
        treaties,
        branch=example["branch"],
        on=date.fromisoformat(example["on"]),
        qualifying=example["qualifying"],
        theoretical={place: Decimal(amount) for place, amount in example["theoretical"].items()},
        national={place: Decimal(amount) for place, amount in example["national"].items()},
        nationality=example["nationality"],
    )


def runs(example: dict[str, Any]) -> bool:
    return example["runs"] == "now" or example["needs"] == ["higher_of"]


@pytest.mark.parametrize("name", [name for name, each in EXAMPLES.items() if runs(each)])
def test_a_worked_example_of_a_guide_or_court(name: str, treaties: Treaties) -> None:
    example = EXAMPLES[name]
    found = shares(of_example(example, treaties))
    for country, expected in (example["expect"] or {}).items():
        share = found[country]
        outcome = expected["outcome"]
        if outcome == "pro_rata" and example["formula"] in OWN_FORMULA:
            outcome = "opened"
            assert share.share is None and share.amount is None, "a share that the country does not pay"
        assert (share.outcome, share.months) == (outcome, expected["months"])
        if expected.get("total") is not None and share.outcome != "alone":
            assert share.total_months == expected["total"]
        if expected.get("share") is not None:
            assert share.share == Fraction(expected["share"])
        if expected.get("amount") is not None:
            assert share.amount == Decimal(expected["amount"])
        if share.agreement is not None:
            assert share.agreement == example["agreement"]


def test_enough_examples_of_officials_run() -> None:
    official = [each for each in EXAMPLES.values() if each["official"] and runs(each)]
    assert len(official) >= 10
    assert all(each["source"]["title"] and each["source"]["publisher"] for each in EXAMPLES.values())


def test_germany_and_japan_before_their_agreement(treaties: Treaties) -> None:
    """The same three years without the agreement of 1 February 2000: nothing (the example's note)."""
    before = {**EXAMPLES["de-jp-three-years"], "on": "2000-01-31"}
    assert shares(of_example(before, treaties))["DE"].outcome == "not_reached"


def test_spain_germany_and_france_three_countries(treaties: Treaties) -> None:
    """Mario: 10 years in Spain, 2 in Germany, 20 in France (Velasco Lawyers, "Pensions in the EU").

    The guide: Germany needs five years and counts the others' years, so that all three pay.
    """
    found = added(
        ["ES:1980-01..1989-12", "DE:1990-01..1991-12", "FR:1992-01..2011-12"], treaties,
        {"ES": 180, "DE": 60, "FR": 0},
    )  # fmt: skip
    assert shares(found)["ES"].share == Fraction(120, 384)
    assert shares(found)["DE"].share == Fraction(24, 384)
    assert shares(found)["FR"].outcome == "alone"


def test_korea_and_the_united_states_six_quarters(treaties: Treaties) -> None:
    """20 CFR 404.1918 example 1, with Korea as the country, and SSA's POMS GN 01741.120.

    C has 26 quarters of cover in the United States (July 1974 to December 1980) and needs 31; time
    under the other system makes up for the rest. Six quarters in the United States are needed at
    least. The amount is not reproduced: the United
    States divide by the coverage lifetime, not by the months of both countries.
    """
    found = added(["US:1974-07..1980-12", "KR:1988-01..1989-12"], treaties, {"US": 93, "KR": 120})
    insured = shares(found)["US"]
    assert (insured.months, insured.outcome, insured.agreement) == (78, "opened", "ssa-kr-us")
    assert insured.total_months == 102 and insured.share is None
    short = added(["US:1974-07..1975-11", "KR:1988-01..1999-12"], treaties, {"US": 93, "KR": 60})
    assert shares(short)["US"].outcome == "too_short"
    without = added(["US:1974-07..1980-12"], treaties, {"US": 93})
    assert shares(without)["US"].outcome == "not_reached"
    medical = added(
        ["US:1974-07..1980-12", "KR:1988-01..1989-12"], treaties, {"US": 93, "KR": 120}, branch="medical_care"
    )
    assert shares(medical)["US"].agreement is None  # the pamphlet: no Medicare by Korean credits


def test_the_philippines_and_japan_120_contributions(treaties: Treaties) -> None:
    """Philippine SSS (E. Dooc, Philippine Information Agency, July 2018; on investvine.com).

    120 contributions are needed; with 100 alone there is only a lump sum, with time in Japan a pension.
    Japan Pension Service, notes on the agreement: time that overlaps is not added.
    """
    home = "PH:2000-01..2008-04"
    assert shares(added([home], treaties, {"PH": 120}))["PH"].outcome == "not_reached"
    found = added([home, "JP:2010-01..2011-08"], treaties, {"PH": 120, "JP": 120})
    pension = shares(found)["PH"]
    assert (pension.months, pension.total_months, pension.agreement) == (100, 120, "ssa-jp-ph")
    assert pension.share == Fraction(5, 6)
    overlapping = added([home, "JP:2007-01..2008-08"], treaties, {"PH": 120, "JP": 120})
    assert shares(overlapping)["PH"].outcome == "not_reached"


def test_germany_and_tuerkiye_the_sixtieth_month(treaties: Treaties) -> None:
    """LSG Berlin, 26 November 1997, L 6 J 493: 59 months in Germany, 60 needed, Turkish time counts.

    The agreement, art. 27 (Deutsche Rentenversicherung, "Arbeiten in Deutschland und in der Türkei"):
    time of both countries is added for the qualifying period, as far as it is not of the same months.
    """
    germany = "DE:1981-06..1986-04"
    assert shares(added([germany], treaties, {"DE": 60}))["DE"].outcome == "not_reached"
    found = added([germany, "TR:1966-01..1980-12"], treaties, {"DE": 60})
    assert shares(found)["DE"].outcome == "opened" and shares(found)["DE"].agreement == "ssa-de-tr"
    assert shares(found)["DE"].months == 59
    same = added([germany, "TR:1981-06..1986-04"], treaties, {"DE": 60})
    assert shares(same)["DE"].outcome == "not_reached"
