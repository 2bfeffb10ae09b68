"""What holds for every case and every law book, small invented ones and the real one."""

from __future__ import annotations

import calendar
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.rules.case import Case
from bot.rules.lawfiles import LawBook, agree, rivalry, share_values
from bot.rules.matching import NO, YES, legal_sectors, match
from bot.rules.model import Rule
from bot.rules.resolution import Resolution, resolve
from tests.rules.strategies import blanked, each_blanked, full_cases, law_books, real_cases
from tests.rules.support import context_of, outcomes, resolved

MANY = settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
SOME = settings(
    max_examples=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@MANY
@given(law_books(), full_cases(), st.data())
def test_a_small_law_book_keeps_the_rules(book: LawBook, case: Case, data: st.DataObject) -> None:
    every_property(book, case, data)


@pytest.mark.slow
@SOME
@given(st.data())
def test_the_real_law_keeps_the_rules(book: LawBook, data: st.DataObject) -> None:
    every_property(book, data.draw(real_cases(book)), data)


@settings(parent=MANY, max_examples=60)
@given(law_books(), full_cases(), st.randoms(use_true_random=False))
def test_the_order_of_loading_changes_nothing(book: LawBook, case: Case, random: object) -> None:
    rules = list(book.rules.values())
    first = resolved(book, case, rules)
    random.shuffle(rules)  # type: ignore[attr-defined]
    again = resolve(rules, case, context_of(book), book.catalogue.types)
    assert again == first


@settings(parent=MANY, max_examples=60)
@given(law_books(), full_cases())
def test_the_better_value_for_the_worker_stands(book: LawBook, case: Case) -> None:
    context = context_of(book)
    sectors = legal_sectors(case, context)
    days = {"2 weeks": 14, "14 days": 14, "21 days": 21, "1 month": 30}
    sure = {
        rule.id: days[rule.values["days"]]
        for rule in book.rules.values()
        if rule.type == "leave" and match(rule, case, context, sectors).applies == YES
    }
    found = outcomes(resolved(book, case))
    for key, value in sure.items():
        best = value == max(sure.values())
        assert best == (key in found), key
        if found.get(key) == YES:
            assert best, key


def every_property(book: LawBook, case: Case, data: st.DataObject) -> None:
    """All properties of one case, and of the same case with some things unknown."""
    full = resolved(book, case)
    partly = data.draw(blanked(case), label="with unknowns")
    partial = resolved(book, partly)
    for each, resolution in ((case, full), (partly, partial)):
        sectors_are_respected(book, each, resolution)
        dates_are_respected(each, resolution)
        nothing_hides_what_adds_up(book, each, resolution)
        one_value_for_one_thing(book, resolution)
        every_rule_is_accounted_for(book, resolution)
    knowing_more_only_settles(full, partial)
    for one_unknown in each_blanked(case):
        knowing_more_only_settles(full, resolved(book, one_unknown))


def sectors_are_respected(book: LawBook, case: Case, resolution: Resolution) -> None:
    """An excluded sector never receives a rule; one that is not reached neither."""
    possible = legal_sectors(case, context_of(book)).possible
    for result in resolution.results:
        key = result.rule.key
        assert possible & key.reached_sectors(), result.rule.id
        assert not possible <= set(key.except_sectors), result.rule.id
        if result.applies == YES:
            assert not possible & set(key.except_sectors), result.rule.id
    if case.sector is not None and not book.scopes:
        assert all(case.sector not in result.rule.key.except_sectors for result in resolution.results)


def dates_are_respected(case: Case, resolution: Resolution) -> None:
    """A rule outside its dates never applies; inside an imprecise edge it is never certain."""
    for result in resolution.results:
        rule = result.rule
        on = case.today if rule.kind == "complaint_channel" else case.on
        text = on.isoformat()
        if rule.start is not None:
            assert text[: len(rule.start)] >= rule.start, rule.id
            if text < last_day(rule.start):
                assert result.applies != YES, rule.id
        if rule.end is not None:
            assert text[: len(rule.end)] <= rule.end, rule.id
            if (
                len(rule.end) < 10
                and text[: len(rule.end)] == rule.end
                and text[len(rule.end) :].strip("-01")
            ):
                assert result.applies != YES, rule.id
        if rule.start is None and rule.provenance.as_of is not None:
            assert text[: len(rule.provenance.as_of)] >= rule.provenance.as_of, rule.id
        if rule.expected:
            assert result.applies != YES, rule.id


def nothing_hides_what_adds_up(book: LawBook, case: Case, resolution: Resolution) -> None:
    """A rule of a type that adds up stands whenever it matches."""
    context = context_of(book)
    sectors = legal_sectors(case, context)
    found = outcomes(resolution)
    for rule in book.rules.values():
        if book.catalogue.types[rule.type].combine == "all":
            assert found.get(rule.id, NO) == match(rule, case, context, sectors).applies, rule.id


def one_value_for_one_thing(book: LawBook, resolution: Resolution) -> None:
    """Under `one`, two different values for the same thing never both come out as certain."""
    groups: dict[tuple[object, ...], list[Rule]] = {}
    for result in resolution.results:
        rule_type = book.catalogue.types[result.rule.type]
        if rule_type.combine == "one" and result.applies == YES:
            groups.setdefault(rivalry(result.rule, rule_type), []).append(result.rule)
    for rules in groups.values():
        for position, one in enumerate(rules):
            for other in rules[position + 1 :]:
                assert not share_values(one, other) or agree(one, other), (one.id, other.id)


def every_rule_is_accounted_for(book: LawBook, resolution: Resolution) -> None:
    """Each rule is a result, set aside with a reason, or known only for later; once."""
    named = [result.rule.id for result in resolution.results]
    aside = [rule.id for rule, _ in resolution.set_aside]
    then = [rule.id for rule in resolution.not_known_then]
    assert sorted([*named, *aside, *then]) == sorted(book.rules)
    for _, reason in resolution.set_aside:
        assert reason
    sure = {result.rule.id for result in resolution.results if result.applies == YES}
    for rule, reason in resolution.set_aside:
        if reason.endswith("stands before it."):
            assert reason.split()[0] in sure, (rule.id, reason)
    for result in resolution.results:
        assert result.rule == book.rules[result.rule.id]
        assert result.applies in ("yes", "depends")
        assert result.trace, result.rule.id
        assert bool(result.depends_on) == (result.applies == "depends")
        if result.applies == "depends":
            assert any(
                "not known" in line
                or "depends on" in line
                or "may move" in line
                or "private home" in line
                or "sector" in line
                or "another currency" in line
                for line in result.trace
            )


def knowing_more_only_settles(full: Resolution, partial: Resolution) -> None:
    """A certain yes stays yes whatever the unknowns turn out to be; a no was never a yes."""
    settled, before = outcomes(full), outcomes(partial)
    for rule, outcome in before.items():
        if outcome == YES:
            assert settled.get(rule) == YES, rule
    for rule in settled:
        assert rule in before, rule  # what stands in the end was at least possible


def last_day(text: str) -> str:
    """The last day that a date can mean."""
    parts = [int(part) for part in text.split("-")]
    month = parts[1] if len(parts) > 1 else 12
    day = parts[2] if len(parts) > 2 else calendar.monthrange(parts[0], month)[1]
    return date(parts[0], month, day).isoformat()
