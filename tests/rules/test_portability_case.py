"""One person's insured time in several countries: what the rules need, and what is said besides."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.calculators.portability import PortabilityCase, add_up, qualifying_period
from bot.rules.calculators.totalization import Share, Totalization, make_period
from bot.rules.errors import CaseError
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook
from bot.rules.units import Duration, Vocabularies, parse_value
from bot.rules.vocabulary import COUNTRIES
from tests.rules.support import TODAY, case_of, day, resolved
from tests.rules.test_refund import Record, law_agreement, law_rule, made_up

# -- a small made-up law ------------------------------------------------------------------------


def pension(to: str, needs: str, name: str = "pension", **more: Any) -> Record:
    """A rule on how long one must have been insured for a pension."""
    topics = more.pop("topics", ["old_age"])
    return law_rule(to, "old_age_pension", name, topics=topics, min_contributions=needs, **more)


RULES = [
    pension("AT", "120 months"),
    pension("BE", "10 years"),
    pension("BE", "120 months", "again"),  # the same, said twice
    pension("CZ", "60 months"),
    pension("CZ", "120 months", "other"),
    pension("DE", "60 months", key={"status": ["regular"]}),
    pension("DK", "60 months", key={"sectors": ["construction"]}),
    pension("ES", "1320 days"),
    pension("FR", "120 months", topics=["invalidity"]),
    pension("GB", "520 weeks"),
    pension("GR", "510 weeks"),
    pension("HU", "120 months", key={"from": "PH"}),
    pension("IE", "60 months", key={"end": "2019-12-31"}),
    pension("IE", "120 months", "later", key={"start": "2020-01-01"}),
    law_rule("IT", "old_age_pension", "pension", topics=["old_age"], one_contribution=True),
    pension("PH", "120 months"),
    pension("PL", "120 months"),
    pension("PL", "60 months", "some", key={"sectors": ["mining"]}),
    {**pension("any", "60 months"), "id": "ro-abroad", "from": "RO"},
    law_rule("AT", name="refund"),
    law_rule("PH", name="refund"),
    law_rule("BE", "no_contribution_refund", none=True),
]
AGREEMENTS = [
    law_agreement("all", "AT", "BE", "PH", kind="multilateral_ssa"),
    law_agreement("citizens", "AT", "HU", personal_scope="nationals"),
    law_agreement("later", "AT", "IE", start="2025-01-01"),
    law_agreement("offices", "BE", "IT", institutions={"BE": "Brussels Pension Office"}, totalization=True),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LawBase]:
    """The made-up law, loaded."""
    opened = made_up(tmp_path_factory.mktemp("portability"), RULES, AGREEMENTS)
    yield opened
    opened.close()


def case(*periods: str, on: str | None = None, **known: str) -> PortabilityCase:
    """Who worked where, in one line."""
    return PortabilityCase(tuple(make_period(each) for each in periods), day(on) if on else TODAY, **known)


def added(base: LawBase, whole: PortabilityCase, **more: Any) -> Totalization:
    with base.reading() as reader:
        return add_up(reader, whole, **more)


def needed(base: LawBase, country: str, **known: str) -> tuple[int, str | None] | None:
    with base.reading() as reader:
        found = qualifying_period(reader, country, case(f"{country}:2000-01..2000-12", **known))
    return found and (found.months, found.rule)


def shares(found: Totalization) -> dict[str, Share]:
    return {share.country: share for share in found.shares}


def steps(found: Totalization, name: str) -> dict[str, str | None]:
    """The grounds of the steps of a name, by country."""
    return {dict(each.values)["country"]: each.ground for each in found.steps if each.name == name}


# -- how much is needed -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "known", "found"),
    [
        ("AT", {}, (120, "at-pension")),
        ("BE", {}, (120, "be-again")),
        ("CZ", {}, None),  # two lengths
        ("DE", {}, (60, "de-pension")),  # who paid may claim, whatever the papers
        ("DK", {}, None),  # for some jobs alone
        ("ES", {}, None),  # in days
        ("GB", {}, (120, "gb-pension")),  # 520 weeks
        ("GR", {}, (118, "gr-pension")),  # 510 weeks are 117.7 months
        ("IT", {}, (1, "it-pension")),  # one contribution
        ("FR", {}, None),  # for another branch
        ("FR", {"branch": "invalidity"}, (120, "fr-pension")),
        ("FR", {"branch": "survivors"}, None),
        ("HU", {"home": "PH"}, (120, "hu-pension")),
        ("HU", {"home": "NP"}, None),
        ("HU", {}, None),
        ("IE", {"on": "2019-12-31"}, (60, "ie-pension")),
        ("IE", {"on": "2020-01-01"}, (120, "ie-later")),
        ("PH", {"home": "PH"}, (120, "ph-pension")),
        ("RO", {}, None),  # a rule for work anywhere is none of the country of work
        ("TV", {}, None),
    ],
)
def test_what_the_rules_say_for_sure(
    small: LawBase, country: str, known: dict[str, str], found: tuple[int, str] | None
) -> None:
    assert needed(small, country, **known) == found


def test_a_rule_for_work_anywhere_does_not_count(small: LawBase) -> None:
    assert needed(small, "TV", home="RO") is None
    assert needed(small, "AT", home="RO") == (120, "at-pension")


def test_a_length_is_not_sure_while_another_may_hold(small: LawBase) -> None:
    assert needed(small, "PL") is None


def test_the_rule_is_the_ground(small: LawBase) -> None:
    found = added(small, case("AT:2000-01..2009-12"))
    assert steps(found, "qualifying") == {"AT": "at-pension"}
    assert shares(found)["AT"].outcome == "alone"


def test_what_is_given_wins(small: LawBase) -> None:
    periods = case("AT:2000-01..2004-12", "CZ:2005-01..2009-12")
    ruled, told = added(small, periods), added(small, periods, given={"AT": 60, "CZ": 61})
    assert (shares(ruled)["AT"].outcome, shares(told)["AT"].outcome) == ("not_reached", "alone")
    assert (shares(ruled)["CZ"].outcome, shares(told)["CZ"].outcome) == ("not_known", "not_reached")
    assert steps(told, "qualifying") == {"AT": None, "CZ": None}
    assert steps(ruled, "qualifying") == {"AT": "at-pension"}
    assert steps(ruled, "qualifying_unknown") == {"CZ": None}


def test_nothing_needed_may_be_given(small: LawBase) -> None:
    found = added(small, case("AT:2000-01..2000-01"), given={"AT": 0})
    assert shares(found)["AT"].outcome == "alone"


@given(st.integers(1, 240), st.integers(1, 240), st.integers(0, 300))
def test_given_months_decide_as_the_rules_would(small: LawBase, one: int, other: int, needs: int) -> None:
    def span(country: str, first: int, months: int) -> str:
        last = first * 12 + months - 1
        return f"{country}:{first}-01..{last // 12}-{last % 12 + 1:02}"

    found = added(
        small, case(span("AT", 1960, one), span("BE", 1990, other)), given={"AT": needs, "BE": needs}
    )
    for country, mine in (("AT", one), ("BE", other)):
        share = shares(found)[country]
        if mine >= needs:
            assert share.outcome == "alone"
        elif mine < 12:
            assert share.outcome == "too_short"
        elif one + other < needs:
            assert share.outcome == "not_reached"
        else:
            assert (share.outcome, share.share) == ("pro_rata", Fraction(mine, one + other))
    assert set(steps(found, "qualifying")) == {"AT", "BE"}
    owes_nothing = shares(found)["AT"].outcome in ("not_reached", "too_short")
    assert ("AT" in steps(found, "refund_rules")) == owes_nothing


# -- what is said besides -----------------------------------------------------------------------


def test_statements_are_kept_of_every_country(small: LawBase) -> None:
    found = added(small, case("AT:2000-01..2000-12", "BE:2001-01..2001-12", "AT:2002-01..2002-12"))
    (kept,) = (each for each in found.steps if each.name == "keep_statements")
    assert dict(kept.values) == {"countries": ["AT", "BE"]}
    alone = added(small, case("AT:2000-01..2000-12", "AT:2002-01..2002-12"))
    assert "keep_statements" not in [each.name for each in alone.steps]


def test_no_statement_of_a_country_without_insurance(small: LawBase) -> None:
    found = added(small, case("AT:2000-01..2000-12", "BE:2001-01..2001-12/uninsured"))
    assert "keep_statements" not in [each.name for each in found.steps]


def test_refund_rules_are_named_where_a_country_owes_nothing(small: LawBase) -> None:
    short = added(small, case("AT:2000-01..2000-11"))
    assert shares(short)["AT"].outcome == "not_reached"
    assert steps(short, "refund_rules") == {"AT": "at-refund"}
    too_short = added(small, case("AT:2000-01..2000-11", "BE:2001-01..2010-12"))
    assert shares(too_short)["AT"].outcome == "too_short"
    assert steps(too_short, "refund_rules") == {"AT": "at-refund"}


def test_no_refund_where_a_pension_is_owed_or_nothing_is_known(small: LawBase) -> None:
    for periods, outcome in (
        (["AT:2000-01..2009-12"], "alone"),
        (["AT:2000-01..2004-12", "BE:2005-01..2009-12"], "pro_rata"),
    ):
        found = added(small, case(*periods))
        assert shares(found)["AT"].outcome == outcome and steps(found, "refund_rules") == {}
    unknown = added(small, case("CZ:2000-01..2004-12"))
    assert shares(unknown)["CZ"].outcome == "not_known" and steps(unknown, "refund_rules") == {}


def test_no_refund_rules_of_who_refuses_or_of_home(small: LawBase) -> None:
    refused = added(small, case("BE:2000-01..2000-12"))
    assert shares(refused)["BE"].outcome == "not_reached" and steps(refused, "refund_rules") == {}
    periods = ("AT:2000-01..2000-12", "PH:2001-01..2001-12")
    assert steps(added(small, case(*periods, home="PH")), "refund_rules") == {"AT": "at-refund"}
    assert steps(added(small, case(*periods)), "refund_rules") == {"AT": "at-refund", "PH": "ph-refund"}


def test_without_an_agreement_it_says_so_and_what_then(small: LawBase) -> None:
    found = added(small, case("AT:2000-01..2008-12", "IT:2009-01..2018-12"), given={"IT": 60})
    assert (shares(found)["AT"].outcome, shares(found)["IT"].outcome) == ("not_reached", "alone")
    said = [each.name for each in found.steps]
    assert steps(found, "no_agreement") == {"AT": None}
    assert said.index("no_agreement") < said.index("keep_statements") < said.index("refund_rules")


# -- nationality and home -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "outcome"),
    [
        ({}, "pro_rata"),  # taken for a citizen
        ({"nationality": "HU"}, "pro_rata"),
        ({"nationality": "NP"}, "not_reached"),
        ({"home": "NP"}, "not_reached"),
        ({"home": "AT"}, "pro_rata"),
        ({"home": "NP", "nationality": "AT"}, "pro_rata"),
        ({"home": "AT", "nationality": "NP"}, "not_reached"),
    ],
)
def test_an_agreement_for_citizens_asks_for_the_nationality_else_for_home(
    small: LawBase, known: dict[str, str], outcome: str
) -> None:
    found = added(small, case("AT:2000-01..2004-12", "HU:2005-01..2009-12", **known), given={"HU": 120})
    assert shares(found)["AT"].outcome == shares(found)["HU"].outcome == outcome
    assert set(steps(found, "nationals_only")) == ({"AT", "HU"} if outcome == "not_reached" else set())


# -- several countries, uninsured and overlapping time ------------------------------------------


def test_three_countries_of_one_agreement(small: LawBase) -> None:
    found = added(
        small,
        case("AT:1990-01..1993-12", "BE:1994-01..1997-12", "PH:1998-01..2001-12", home="PH"),
        theoretical={"AT": Decimal("300.00")},
    )
    assert {(each.outcome, each.share, each.total_months) for each in found.shares} == {
        ("pro_rata", Fraction(1, 3), 144)
    }
    assert shares(found)["AT"].amount == Decimal("100.00") and shares(found)["BE"].amount is None


def test_a_country_outside_the_agreement_is_not_added(small: LawBase) -> None:
    periods = ("AT:1990-01..1993-12", "BE:1994-01..1997-12", "IE:1998-01..2001-12")
    found = shares(added(small, case(*periods)))
    assert (found["AT"].outcome, found["AT"].total_months) == ("not_reached", 96)
    assert (found["IE"].outcome, found["IE"].agreement) == ("not_reached", "later")


def test_the_day_of_the_question_decides_the_agreement(small: LawBase) -> None:
    periods = ("AT:2000-01..2004-12", "IE:2005-01..2009-12")
    outcomes = [
        shares(added(small, case(*periods, on=on)))["AT"].outcome for on in ("2024-12-31", "2025-01-01")
    ]
    assert outcomes == ["not_reached", "pro_rata"]


def test_the_branch_decides(small: LawBase) -> None:
    """The agreement is on old age; Austria's rule too."""
    periods = ("AT:2000-01..2004-12", "BE:2005-01..2009-12")
    found = added(small, case(*periods, branch="invalidity"), given={"AT": 120})
    assert (shares(found)["AT"].outcome, shares(found)["AT"].agreement) == ("not_reached", None)
    assert shares(found)["BE"].outcome == "not_known"


def test_time_without_contributions_counts_nowhere(small: LawBase) -> None:
    found = added(small, case("AT:2000-01..2004-12", "BE:2005-01..2009-12/uninsured"))
    assert set(shares(found)) == {"AT"} and shares(found)["AT"].outcome == "not_reached"
    (said,) = (each for each in found.steps if each.name == "uninsured")
    assert dict(said.values) == {"country": "BE", "months": 60}
    with pytest.raises(CaseError, match="no periods"):
        added(small, case("AT:2000-01..2004-12/uninsured"))


def test_a_month_in_two_countries_is_added_once(small: LawBase) -> None:
    found = added(small, case("AT:2000-01..2004-12", "BE:2004-01..2009-12"))
    assert {each.total_months for each in found.shares} == {120}
    assert (shares(found)["AT"].share, shares(found)["BE"].share) == (Fraction(60, 120), Fraction(72, 120))
    (overlap,) = (each for each in found.steps if each.name == "overlap")
    assert dict(overlap.values) == {"country": "BE", "months": 12}
    fewer = added(small, case("AT:2000-01..2004-12", "BE:2004-02..2009-12"), given={"AT": 121})
    assert (shares(fewer)["AT"].outcome, shares(fewer)["AT"].total_months) == ("not_reached", 120)


def test_the_same_time_twice_in_one_country_is_no_overlap(small: LawBase) -> None:
    found = added(small, case("AT:2000-01..2004-12", "AT:2004-01..2004-12"))
    assert shares(found)["AT"].months == 60
    assert "overlap" not in [each.name for each in found.steps]


def test_the_office_of_each_country_is_named(small: LawBase) -> None:
    found = added(small, case("BE:2000-01..2004-12", "IT:2005-01..2009-12"))
    assert steps(found, "claim_at") == {"BE": "offices"}


# -- the real law -------------------------------------------------------------------------------


def test_what_the_real_rules_need_is_as_they_say(base: LawBase, book: LawBook) -> None:
    words = Vocabularies(book.catalogue.term_ids())
    unit = book.catalogue.types["old_age_pension"].values["min_contributions"]
    in_months = {"week": Fraction(12, 52), "month": Fraction(1), "year": Fraction(12)}
    sure = {country: found for country in sorted(COUNTRIES) if (found := needed(base, country))}
    assert len(sure) >= 25
    for country, (months, name) in sure.items():
        rule = book.rules[str(name)]
        assert country in rule.key.destinations and "old_age" in rule.topics
        (known,) = resolved(book, case_of(to=country), [rule]).results
        assert set(known.depends_on) <= {"status"}, name
        if "min_contributions" not in rule.values:
            assert rule.values["one_contribution"] and months == 1
            continue
        said = parse_value(unit, rule.values["min_contributions"], words)
        assert isinstance(said, Duration) and months == ceil(Fraction(said.amount) * in_months[said.unit])


def test_germany_adds_up_with_what_its_own_rule_needs(base: LawBase) -> None:
    found = needed(base, "DE")
    assert found is not None
    months, rule = found
    years = months // 12
    enough = added(base, case(f"DE:2000-01..{1999 + years}-12"))
    assert shares(enough)["DE"].outcome == "alone" and steps(enough, "qualifying") == {"DE": rule}
    short = added(base, case(f"DE:2000-01..{1998 + years}-12", "TR:1990-01..1999-12", home="TR"))
    assert (shares(short)["DE"].outcome, shares(short)["DE"].agreement) == ("opened", "ssa-de-tr")


def test_nepal_and_germany_have_no_agreement(base: LawBase, book: LawBook) -> None:
    """Too short for Germany: no agreement, and the rule on refunds is named."""
    found = added(base, case("DE:2024-01..2024-12", "NP:2010-01..2020-12", home="NP"))
    assert shares(found)["DE"].outcome == "not_reached" and "DE" in steps(found, "no_agreement")
    named = steps(found, "refund_rules")
    assert named.keys() == {"DE"} and book.rules[str(named["DE"])].type == "contribution_refund"


def test_every_ground_of_a_real_case_is_a_record(base: LawBase, book: LawBook) -> None:
    records = {*book.rules, *book.treaties.agreements}
    for other in ("AE", "AU", "CA", "DE", "FR", "JP", "KR", "MY", "SA", "US"):
        found = added(
            base, case("PH:1990-01..1996-12", f"{other}:1998-01..2003-12", "ES:2004-01..2008-12", home="PH")
        )
        grounds = {each.ground for each in found.steps if each.ground}
        assert grounds and grounds <= records
        assert [each.country for each in found.shares] == ["PH", other, "ES"]
