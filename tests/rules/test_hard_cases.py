"""The forty hard facts: each value is held exactly, and each reaches whom it should."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bot.rules import yamlfile
from bot.rules.case import make_case
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook
from bot.rules.lookup import lookup
from bot.rules.matching import legal_sectors
from tests.rules.support import TODAY, case_of, context_of, day, outcomes, resolved


def refuse(*mistake: object) -> None:
    """A mistake in the table itself."""
    raise AssertionError(mistake)


FACTS: dict[str, Any] = yamlfile.read(Path(__file__).parent / "hard_cases.yml", refuse) or {}
CASES = [
    pytest.param(each, id=f"{fact}: {each['is']}") for fact, body in FACTS.items() for each in body["cases"]
]
HELD = [
    pytest.param(rule, values, id=rule) for body in FACTS.values() for rule, values in body["holds"].items()
]
HOTLINE_NUMBERS = {
    "ja": "0120-811-610",
    "en": "0120-004-008",
    "zh": "0120-150-520",
    "pt": "0120-290-922",
    "es": "0120-336-230",
    "tl": "0120-400-166",
    "vi": "0120-558-815",
    "my": "0120-662-700",
    "ne": "0120-750-880",
}


def test_all_forty_are_here() -> None:
    assert len(FACTS) == 40


@pytest.mark.parametrize(("rule_id", "values"), HELD)
def test_a_rule_holds_what_its_fact_says(book: LawBook, rule_id: str, values: dict[str, Any]) -> None:
    rule = book.rules[rule_id]
    assert rule.type != "note"
    held = {name: plain(rule.values.get(name)) for name in values}
    assert held == {name: plain(value) for name, value in values.items()}


@pytest.mark.parametrize("each", CASES)
def test_a_fact_reaches_whom_it_should(book: LawBook, each: dict[str, Any]) -> None:
    wanted = {rule: outcome for outcome in ("yes", "depends", "no") for rule in each.get(outcome, ())}
    types = {book.rules[rule].type for rule in wanted}
    resolution = resolved(
        book, case_of(**each["case"]), [rule for rule in book.rules.values() if rule.type in types]
    )
    found = outcomes(resolution)
    assert {rule: found.get(rule, "no") for rule in wanted} == wanted
    open_points = {result.rule.id: set(result.own_depends_on) for result in resolution.results}
    for rule, points in each.get("on", {}).items():
        assert open_points[rule] == set(points)
    not_then = {rule.id for rule in resolution.not_known_then}
    assert set(each.get("unknown_then", ())) <= not_then


@pytest.mark.parametrize("each", CASES)
def test_the_database_says_the_same(base: LawBase, book: LawBook, each: dict[str, Any]) -> None:
    case = case_of(**each["case"])
    try:
        found = {result.rule.id: result.applies for result in lookup(base, case).answers}
    except ValueError:  # the day before any law
        assert not any(each.get(outcome) for outcome in ("yes", "depends"))
        return
    named = {rule for outcome in ("yes", "depends", "no") for rule in each.get(outcome, ())}
    types = {book.rules[rule].type for rule in named}
    expected = outcomes(resolved(book, case, [rule for rule in book.rules.values() if rule.type in types]))
    assert {rule: found.get(rule) for rule in named} == {rule: expected.get(rule) for rule in named}


def test_who_works_in_an_emirati_home_is_a_domestic_worker_in_law(book: LawBook) -> None:
    context = context_of(book)

    def sectors(**known: str) -> set[str]:
        return set(legal_sectors(case_of(to="AE", **known), context).possible)

    for job in ("care_health", "transport_delivery", "cleaning_security", "agriculture"):
        assert sectors(sector=job, private_household="yes") == {"domestic_work"}
        assert sectors(sector=job, private_household="no") == {job}
        assert sectors(sector=job) == {job, "domestic_work"}
    assert sectors(sector="construction", private_household="yes") == {"construction"}
    assert legal_sectors(
        case_of(to="QA", sector="agriculture", private_household="yes"), context
    ).possible == {"agriculture"}


def test_the_midday_ban_of_oman_names_the_number_to_report_at(base: LawBase) -> None:
    found = lookup(base, case_of(to="OM", sector="construction"), ["occupational_safety"])
    contacts = next(result.rule.contacts for result in found.answers if result.rule.id == "om-midday-ban")
    numbers = [value.value for contact in contacts for value in found.contacts[contact].values]
    assert "80077000" in numbers


def test_the_japanese_advice_line_has_a_number_for_each_language(book: LawBook) -> None:
    values = [
        value
        for contact in book.contacts.values()
        if contact.id == "jp-labour-advice-hotline"
        for value in contact.values
    ]
    numbers = {
        language: value.value.replace(" ", "-")
        for value in values
        if value.channel == "phone" and value.value.startswith("0120")
        for language in value.languages
    }
    if not numbers:
        pytest.skip("The contacts of Japan are not in the law files yet.")
    same = {"fil": "tl"}
    assert {same.get(language, language): number for language, number in numbers.items()} == HOTLINE_NUMBERS


def test_a_sum_from_a_law_that_changed_is_not_given_for_the_wrong_day(base: LawBase) -> None:
    before = lookup(
        base,
        make_case(today=TODAY, on=day("2024-02-29"), destination="BH", sector="construction"),
        ["end_of_service"],
    )
    assert "bh-end-of-service-sio" not in {result.rule.id for result in before.answers}


def plain(value: Any) -> Any:
    """Numbers and texts alike; lists and mappings by item; a year is twelve months."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    years = re.fullmatch(r"(\d+) years?", str(value))
    return f"{int(years[1]) * 12} months" if years else str(value)
