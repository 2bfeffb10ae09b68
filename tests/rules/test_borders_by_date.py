"""The real law on its days: what is said changes on the very day of a membership, a beginning or an end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest

from bot.rules.case import Case
from bot.rules.dates import PartialDate
from bot.rules.lawbase import LawBase
from bot.rules.lookup import lookup
from bot.rules.protection import protection_map
from bot.rules.treaties.derivation import Derivation, derive
from bot.rules.treaties.model import ENDED, IN_FORCE, NOT_YET, UNSURE, Agreement, Ratification
from bot.rules.treaties.register import Treaties
from bot.rules.treaties.statements import derived_results
from bot.rules.vocabulary import TOPICS
from tests.rules.support import case_of, day

ONE_DAY = timedelta(days=1)
NOBODY = "AQ"  # bound by nothing: what follows comes from the other country alone


@pytest.fixture(scope="module")
def real(base: LawBase) -> Treaties:
    """The treaties of the real law."""
    with base.reading() as reader:
        return reader.treaties


def around(first: str) -> tuple[str, str, str]:
    """The day before a change, its day, the day after."""
    middle = day(first)
    return tuple(each.isoformat() for each in (middle - ONE_DAY, middle, middle + ONE_DAY))  # type: ignore[return-value]


def both_ways(one: str, other: str, on: str, **known: str) -> Iterator[Case]:
    return (case_of(home=home, to=to, on=on, **known) for home, to in ((one, other), (other, one)))


# -- agreements ---------------------------------------------------------------------------------

BEGINNINGS = [
    ("msa-eu-883-2004", "HR", "DE", "2013-07-01"),  # Croatia joins
    ("msa-eu-883-2004", "DE", "FR", "2010-05-01"),
    ("msa-eu-883-2004", "CH", "IT", "2012-04-01"),
    ("msa-eu-883-2004", "NO", "PL", "2012-06-01"),
    ("msa-eu-uk-tca", "GB", "ES", "2021-01-01"),
    ("msa-iberoamerican", "ES", "BO", "2011-05-01"),
    ("msa-iberoamerican", "ES", "PE", "2016-10-20"),
    ("msa-iberoamerican", "CO", "ES", "2023-08-01"),
    ("msa-iberoamerican", "CO", "PE", "2023-08-01"),
    ("msa-eaeu-pensions", "KG", "RU", "2021-01-01"),
    ("msa-eaeu-pensions", "AM", "KZ", "2021-01-01"),
    ("ssa-kr-us", "KR", "US", "2001-04-01"),
    ("ssa-jp-ph", "JP", "PH", "2018-08-01"),
]


@pytest.mark.parametrize(("name", "one", "other", "first"), BEGINNINGS)
def test_an_agreement_is_said_from_its_day_on(
    base: LawBase, name: str, one: str, other: str, first: str
) -> None:
    for on, holds in zip(around(first), (False, True, True), strict=True):
        for case in both_ways(one, other, on):
            said = {each.rule.id: each.rule for each in lookup(base, case, TOPICS).answers}
            given = {key for key, rule in said.items() if rule.type == "undertaking"}
            assert any(key.startswith(f"{name}/{case.destination}/") for key in given) == holds, on
            assert (f"{name}/not_yet" in said) == (not holds), on
            drawn = protection_map(base, case)
            added = drawn.cell("old_age", "totalization").derived
            assert (name in {each.instrument for each in added}) == holds, on
            assert (name in {each.id for each in drawn.derivation.agreements}) == holds, on


def test_every_agreement_between_two_begins_on_its_day(real: Treaties) -> None:
    dated = [
        each
        for each in real.agreements.values()
        if each.kind == "bilateral_ssa" and each.status == "in_force" and each.start and not each.end
    ]
    exact = [each for each in dated if PartialDate.parse(str(each.start)).day]
    assert len(exact) > 100
    for agreement in dated:
        first = PartialDate.parse(str(agreement.start))
        one, other = agreement.parties
        for on in (first.earliest - ONE_DAY, first.earliest, first.latest):
            (found,) = {stands(agreement, each, real) for each in both_ways(one, other, on.isoformat())}
            assert found == ("not_yet" if on < first.earliest else "in force"), (agreement.id, on)


def stands(agreement: Agreement, case: Case, treaties: Treaties) -> str:
    """How an agreement stands in what follows for a case. Not in force, it gives no right at all."""
    found = derive(case, treaties)
    rights = {each.instrument for each in found.rights}
    if agreement in found.agreements:
        gives = agreement.branches and (agreement.totalization or agreement.export)
        assert not gives or agreement.id in rights, (agreement.id, case.on)
        return "in force"
    assert agreement.id not in rights, (agreement.id, case.on)
    return reasons(found).get(agreement.id, "not said")


def reasons(found: Derivation) -> dict[str, str]:
    return {each.instrument: each.reason for each in found.setbacks}


def test_every_party_that_joined_later_is_bound_from_its_day_on(real: Treaties) -> None:
    checked = 0
    for agreement in real.agreements.values():
        since = dict(agreement.since)
        for one, other in combinations(agreement.parties, 2):
            known = [each for each in (agreement.start, since.get(one), since.get(other)) if each]
            if not {one, other} & since.keys() or agreement.end or agreement.hub not in (None, one, other):
                continue
            first = max(PartialDate.parse(each).earliest for each in known)
            eve, begun = (real.bound(agreement, one, other, on) for on in (first - ONE_DAY, first))
            place = (agreement.id, one, other, first)
            assert eve != IN_FORCE and (eve == NOT_YET or agreement.status != IN_FORCE), place
            assert (begun in (IN_FORCE, UNSURE)) == agreement.binding, place
            checked += 1
    assert checked > 100


def test_every_end_of_an_agreement_is_its_last_day(real: Treaties) -> None:
    for agreement in real.agreements.values():
        if agreement.end is None or agreement.hub or agreement.kind == "framework":
            continue
        last = PartialDate.parse(agreement.end).latest
        one, other = agreement.parties[:2]
        after = {
            stands(agreement, each, real) for each in both_ways(one, other, (last + ONE_DAY).isoformat())
        }
        assert after <= {"ended", "not said"}, agreement.id
        if agreement.status.startswith(IN_FORCE) and not agreement.since:
            before = {stands(agreement, each, real) for each in both_ways(one, other, last.isoformat())}
            assert "in force" in before, agreement.id


# -- groups -------------------------------------------------------------------------------------

FREE_MOVEMENT, INTERIM = "reg-ecowas-free-movement", "reg-ecowas-free-movement-aes"


@pytest.mark.parametrize("left", ["BF", "ML", "NE"])
def test_who_leaves_ecowas_is_no_member_from_the_day_on(base: LawBase, left: str) -> None:
    for on, member in zip(around("2025-01-29"), (True, False, False), strict=True):
        for case in both_ways(left, "GH", on):
            said = {each.rule.id for each in lookup(base, case, ["job_change"]).answers}
            assert (FREE_MOVEMENT in said) == member, (case.origin, on)
            assert (INTERIM in said) == (not member and case.origin == left), (case.origin, on)
        stays = lookup(base, case_of(home="SN", to="GH", on=on), ["job_change"]).answers
        assert {each.rule.id for each in stays} >= {FREE_MOVEMENT}


def test_an_agreement_of_a_real_group_binds_its_members_of_the_day(real: Treaties) -> None:
    changes = {"group": "ecowas", "status": IN_FORCE, "start": "1990-01-01", "since": ()}
    ecowas = replace(real.agreements["msa-ecowas"], **changes)  # type: ignore[arg-type]
    treaties = Treaties(agreements={ecowas.id: ecowas}, groups=real.groups)
    for on, bound in zip(around("2025-01-29"), (True, False, False), strict=True):
        for left in ("BF", "ML", "NE"):
            for case in both_ways(left, "GH", on):
                assert stands(ecowas, case, treaties) == ("in force" if bound else "ended"), (left, on)
        assert stands(ecowas, case_of(home="SN", to="GH", on=on), treaties) == "in force"


def test_the_united_kingdom_is_under_the_eu_rules_until_the_end_of_2020(real: Treaties) -> None:
    eu = real.agreements["msa-eu-883-2004"]
    for on, reason in zip(around("2021-01-01"), ("in force", "ended", "ended"), strict=True):
        assert {stands(eu, case, real) for case in both_ways("GB", "ES", on)} == {reason}, on


def test_the_eu_takes_its_members_in_on_their_day(real: Treaties) -> None:
    eu = real.groups["eu"]
    joined = {"HR": "2013-07-01", "RO": "2007-01-01", "PL": "2004-05-01", "SE": "1995-01-01"}
    for country, first in joined.items():
        assert [country in eu.on(day(on)) for on in around(first)] == [False, True, True], country


# -- ratifications ------------------------------------------------------------------------------


def first_day(record: Ratification) -> PartialDate | None:
    """From when a ratification holds: a year after it, where the record does not say; never before all."""
    own = own_first_day(record)
    if own is None or record.earliest is None:
        return own
    convention = PartialDate.parse(record.earliest)
    if convention.earliest > own.earliest and own.day is None:
        return None  # somewhere in that year, but not before the convention itself
    return max(own, convention, key=lambda each: each.earliest)


def own_first_day(record: Ratification) -> PartialDate | None:
    if record.start is not None:
        return PartialDate.parse(record.start)
    if record.ratified is None:
        return None
    year, _, rest = record.ratified.partition("-")
    later = f"{int(year) + 1}-{rest}" if rest else str(int(year) + 1)
    return PartialDate.parse(later.replace("-02-29", "-02-28"))


def gives(treaties: Treaties, country: str, instrument: str, on: date) -> tuple[str, ...] | None:
    """The conditions of what an instrument gives in a country to people from a country that is not bound."""
    sectors = {"C189": "domestic_work", "C188": "fishing", "MLC": "seafaring"}
    case = case_of(home=NOBODY, to=country, on=on.isoformat(), sector=sectors.get(instrument))
    rights = [each for each in derive(case, treaties).rights if each.instrument == instrument]
    return tuple(sorted({condition for each in rights for condition in each.conditions})) if rights else None


@pytest.mark.parametrize("instrument", ["C189", "C97", "C143", "C190", "C181", "MLC", "C188"])
def test_every_ratification_counts_from_its_day_on(real: Treaties, instrument: str) -> None:
    records = [
        each for (treaty, _), each in real.ratifications.items() if treaty == instrument and first_day(each)
    ]
    records = [each for each in records if each.status == "in_force" and not each.end]
    assert len(records) >= 10
    for record in records:
        first = first_day(record)
        assert first is not None
        place = (instrument, record.country)
        assert gives(real, record.country, instrument, first.earliest - ONE_DAY) is None, place
        begun = gives(real, record.country, instrument, first.earliest)
        assert begun is not None and ("date_unsure" in begun) == (first.day is None), place
        sure = gives(real, record.country, instrument, first.latest)
        assert sure is not None and "date_unsure" not in sure, place
        before = case_of(home=NOBODY, to=record.country, on=(first.earliest - ONE_DAY).isoformat())
        assert reasons(derive(before, real))[instrument] == "not_yet", place


@pytest.mark.parametrize(
    ("country", "ratified", "in_force"),
    [
        ("PH", "2012-09-05", "2013-09-05"),
        ("DE", "2013-09-20", "2014-09-20"),
        ("ZA", "2013-06-20", "2014-06-20"),
    ],
)
def test_domestic_workers_are_protected_twelve_months_after_a_ratification(
    base: LawBase, country: str, ratified: str, in_force: str
) -> None:
    """C189, dates as NORMLEX has them. Where our record has the year alone, the days of doubt say so."""
    days = {
        ratified: False,
        f"{int(in_force[:4]) - 1}-12-31": False,
        in_force: True,
        in_force[:4] + "-12-31": True,
    }
    for on, holds in days.items():
        case = case_of(home="NP", to=country, on=on, sector="domestic_work")
        said = {each.rule.id: each.rule.values for each in lookup(base, case, ["document_retention"]).answers}
        assert (f"c189-9/{country}" in said) == holds, on
        if on.endswith("-12-31") and holds:
            assert "date_unsure" not in said[f"c189-9/{country}"].get("conditions", ()), on
        old_age = {each.rule.id for each in lookup(base, case, ["old_age"]).answers}
        assert (f"c189-14/{country}" in old_age) == holds and ("C189/not_yet" in old_age) == (not holds), on


def test_the_convention_on_migrant_workers_binds_after_three_months(real: Treaties) -> None:
    """ICRMW art. 87(2): from the first of the month after three months. Fiji: 19 August 2019."""
    exact = replace(real.ratifications["ICRMW", "FJ"], ratified="2019-08-19")
    assert [exact.force(day(on)) for on in around("2019-12-01")] == [NOT_YET, IN_FORCE, IN_FORCE]
    year = replace(exact, ratified="2019")  # from the first of May 2019 to the first of April 2020
    days = ("2019-04-30", "2019-05-01", "2020-03-31", "2020-04-01")
    assert [year.force(day(on)) for on in days] == [NOT_YET, UNSURE, UNSURE, IN_FORCE]


# When a convention itself entered into force: before that day it bound nobody (NORMLEX; UN treaties).
ENTRY_INTO_FORCE = {
    "C19": "1926-09-08", "C97": "1952-01-22", "C102": "1955-04-27", "C118": "1964-04-25",
    "C121": "1967-07-28", "C130": "1972-05-27", "C143": "1978-12-09", "C157": "1986-09-11",
    "C168": "1991-10-17", "C181": "2000-05-10", "C188": "2017-11-16", "C189": "2013-09-05",
    "C190": "2021-06-25", "ICRMW": "2003-07-01", "MLC": "2013-08-20",
}  # fmt: skip


@pytest.mark.parametrize("instrument", ENTRY_INTO_FORCE)
def test_nobody_is_bound_before_the_convention_itself_is_in_force(real: Treaties, instrument: str) -> None:
    eve = day(ENTRY_INTO_FORCE[instrument]) - ONE_DAY
    bound = [
        country
        for (treaty, country), record in real.ratifications.items()
        if treaty == instrument and record.force(eve) == IN_FORCE
    ]
    assert not bound


def test_a_denunciation_ends_what_was_given_on_its_day(real: Treaties) -> None:
    denounced = [each for each in real.ratifications.values() if each.status == "denounced"]
    assert "C118/NL" in {f"{each.instrument}/{each.country}" for each in denounced}
    for record in denounced:
        place = (record.instrument, record.country)
        last = PartialDate.parse(record.end).latest if record.end else day("2026-11-20")
        after = case_of(home=NOBODY, to=record.country, on=(last + ONE_DAY).isoformat())
        found = derive(after, real)
        assert record.instrument not in {each.instrument for each in found.rights}, place
        assert reasons(found)[record.instrument] == "ended", place
        said = {each.rule.id for each in derived_results(found, after, real, TOPICS)}
        assert f"{record.instrument}/ended" in said, place
        if record.end and first_day(record):
            assert record.force(last) != ENDED, place
