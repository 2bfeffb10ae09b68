"""Calculations in words: each step that a calculator can take, in every language that has it."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.calculation import STEP_TEXTS, step_text, steps_json
from bot.answers.extraction import template
from bot.answers.formats import number
from bot.answers.translations import translator
from bot.rules import calculators
from bot.rules.calculators import benefits, deadlines, refund
from bot.rules.calculators.periods import make_period
from bot.rules.calculators.portability import PortabilityCase, add_up
from bot.rules.calculators.steps import Step, step
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook
from bot.rules.units import Duration, Money
from tests.answers.languages import LANGUAGES
from tests.answers.test_protection_text import translated
from tests.rules.support import TODAY, case_of
from tests.rules.test_refund import AGREEMENTS, RULES, back, made_up
from tests.rules.test_totalization import PLACES, added, agreement, some_periods, world

# -- what the code can say ----------------------------------------------------------------------

FAMILIES = {
    "refund_": refund.OUTCOMES,
    "deadline_": deadlines._LIMITS,
    "sum_": benefits.BOUNDS,
}


def emitted() -> Iterator[tuple[str, frozenset[str], str]]:
    """Each step in the code of the calculators: its name, the values that it gives, and where it stands."""
    for file in sorted(Path(calculators.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            said = isinstance(node.func, ast.Attribute) and node.func.attr == "_say"
            if not said and not (isinstance(node.func, ast.Name) and node.func.id in ("step", "say")):
                continue
            given = {str(each.arg) for each in node.keywords}
            if said and file.stem == "totalization":
                given.add("country")
            for name in names_of(node.args[0]):
                yield name, frozenset(given), f"{file.name}:{node.lineno}"


def names_of(node: ast.expr) -> Iterable[str]:
    """The names that an expression can stand for: a text, one of two, or one of a family."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return [*names_of(node.body), *names_of(node.orelse)]
    if isinstance(node, ast.JoinedStr):
        start = str(node.values[0].value) if isinstance(node.values[0], ast.Constant) else ""
        return [f"{start}{end}" for end in FAMILIES[start]]
    assert isinstance(node, ast.Name), ast.dump(node)  # what `_say` hands on
    return []


EMITTED = list(emitted())


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_step_of_the_code_has_words_and_all_words_are_used() -> None:
    assert {name for name, _, _ in EMITTED} == STEP_TEXTS.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_gives_every_placeholder(language: str) -> None:
    """The source's placeholders, and a translation's the same: none more, none less."""
    has = translated(language)
    wrong = []
    for name, values, where in EMITTED:
        source = STEP_TEXTS[name]
        if not placeholders(source) <= values:
            wrong.append((where, name, placeholders(source) - values))
        if placeholders(has.get((None, source), source)) != placeholders(source):
            wrong.append((where, name, language))
    assert wrong == []


def test_translators_are_given_all_of_it(book: LawBook) -> None:
    held = template(book)
    assert [text for text in STEP_TEXTS.values() if held.get(text) is None] == []
    for one in ("{n} month", "{n} year", "{n} day"):
        assert held.get(one) is not None, one


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_used(language: str) -> None:
    t, has = translator(language), translated(language)
    for name, text in STEP_TEXTS.items():
        said = step_text(step(name, **sample(name)), t)
        parts = [part for part, *_ in string.Formatter().parse(has.get((None, text), text))]
        assert all(part in said for part in parts) and any(parts), name
    assert (language == "en") != ((None, STEP_TEXTS["alone"]) in has)


# -- one step -----------------------------------------------------------------------------------

SAMPLES: dict[str, Any] = {
    "country": "KR", "others": ["JP", "PH"], "countries": ["KR", "JP"], "between": ["KR", "PH"],
    "office": "National Pension Service", "date": date(2027, 2, 28), "percent": Decimal("20.42"),
    "share": "1/3", "number": Decimal("1.5"), "taken": Decimal(3), "left": Decimal(4),
    "length": Duration(Decimal(2), "week"), "rate": Duration(Decimal(15), "day"),
    "cap": Duration(Decimal(3), "year"),
    "counted_from": "when mediation has failed", "or_from": "when you are told of it",
}  # fmt: skip
IN_TIME = ("months", "needed", "total", "shortest", "most", "years", "days")
UNITS = {"years": "year", "days": "day"}  # others are in months
MONEY_OF_WORK = {"rate", "band", "band_month", "lump", "capped", "due", "total", "received", "hour_pay"}


def sample(name: str, time: int = 60) -> dict[str, Any]:
    """Values for every placeholder of a step."""
    found = {}
    for value in placeholders(STEP_TEXTS[name]):
        if value in IN_TIME:
            found[value] = time
        else:
            found[value] = SAMPLES.get(value, Decimal("1234.5"))
    if "amount" in found and name in MONEY_OF_WORK:
        found["amount"] = Money(Decimal("1234.5"), "QAR")
    return found


RAW = re.compile(r"[{}]|\b[a-z]+_[a-z_]+\b|Decimal|datetime|Duration|\[\]|  ")


def whole(text: str, of: Step) -> None:
    """Nothing is left to be filled, no key stands for a word, and the ground is named."""
    text = re.sub("[\u2066-\u2069]", "", text)  # marks of direction
    if of.ground is not None:
        assert text.endswith(f" [{of.ground}]"), text
        text = text.removesuffix(f" [{of.ground}]")
    else:
        assert not text.endswith("]"), text
    assert text == text.strip() and text and not RAW.search(text), (of.name, text)
    assert "None" not in text or "None" in STEP_TEXTS[of.name], (of.name, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_is_said_whole(language: str) -> None:
    t = translator(language)
    for name in STEP_TEXTS:
        for ground in (None, "ssa-kr-us"):
            made = step(name, ground, **sample(name))
            whole(step_text(made, t), made)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            step("not_reached", "ssa-kr-us", country="KR", total=84, needed=120),
            "South Korea: even together it is only 84 months. It needs 120 months. [ssa-kr-us]",
        ),
        (
            step("claim_by", "kr-rule", date=date(2027, 2, 28)),
            "Ask by this day at the latest: 28 February 2027. [kr-rule]",
        ),
        (
            step("after_tax", "r", paid=Decimal("1000"), percent=Decimal("20.42"), amount=Decimal("795.81")),
            "Of 1,000, tax of 20.42% is taken. This leaves 795.81. [r]",
        ),
        (
            step("added", country="DE", others=["FR", "ES", "IT"], total=1200),
            "Germany: adds your time in France, Spain and Italy. Together this makes 1,200 months.",
        ),
        (
            step("lost_for_totalization", "jp-ph", months=1, between=["JP", "PH"]),
            "What you give up: 1 month that could count for a pension under the agreement between Japan and "
            "Philippines. [jp-ph]",
        ),
    ],
)
def test_a_step_in_english(made: Step, said: str) -> None:
    assert step_text(made, translator("en")) == said


@pytest.mark.parametrize("time", [1, 2, 1000])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plural_form_of_the_number(language: str, time: int) -> None:
    t = translator(language)
    for name, text in STEP_TEXTS.items():
        lengths = [value for value in placeholders(text) & set(IN_TIME) if sample(name)[value] == 60]
        said = step_text(step(name, **sample(name, time)), t)
        for unit in ("month", "year", "day"):
            form = t.ngettext(f"{{n}} {unit}", f"{{n}} {unit}s", time, n=number(time, t))
            expected = sum(UNITS.get(value, "month") == unit for value in lengths)
            # In Swahili and Sinhala the number stands last: "siku 1" is no part of "siku 15".
            assert len(re.findall(rf"{re.escape(form)}(?!\d)", said)) == expected, (name, said)


def test_one_month_is_one_month() -> None:
    t = translator("en")
    said = [step_text(step("insured", country="KR", months=months), t) for months in (1, 2, 0)]
    assert said == [f"Insured time. South Korea: {each}." for each in ("1 month", "2 months", "0 months")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_countries_and_days_are_said_in_the_language(language: str) -> None:
    t = translator(language)
    said = step_text(step("added", country="DE", others=["KR"], total=12), t)
    assert t.locale.territories["DE"] in said and t.locale.territories["KR"] in said
    day = step_text(step("claim_from", date=date(2027, 2, 28)), t)
    assert t.locale.months["format"]["wide"][2] in day and "2027-02-28" not in day


def test_an_office_is_said_as_it_is() -> None:
    said = step_text(step("claim_at", country="KR", office="국민연금공단 {NPS}"), translator("en"))
    assert "국민연금공단 {NPS}" in said


def test_the_json_of_a_step_has_values_ground_and_text() -> None:
    made = step("share", "ssa-kr-us", country="KR", months=60, total=120)
    (found,) = steps_json([made], translator("en"))
    assert found == {
        "step": "share",
        "values": {"country": "KR", "months": 60, "total": 120},
        "ground": "ssa-kr-us",
        "text": "South Korea pays its share: 60 months of 120 months. [ssa-kr-us]",
    }
    (dated,) = steps_json(
        [step("after_tax", paid=Decimal("1"), percent=Decimal(2), amount=Decimal(3))], translator("en")
    )
    assert dated["values"] == {"paid": "1", "percent": "2", "amount": "3"}


# -- whole calculations -------------------------------------------------------------------------


def say(steps: Iterable[Step], language: str) -> None:
    t = translator(language)
    for each in steps:
        whole(step_text(each, t), each)


ALL = agreement("all", PLACES, seen=())
SOME = agreement(
    "some", PLACES[:2], personal_scope="nationals", method="own_formula", institutions=(("AT", "PVA"),)
)
EUROPE = agreement("europe", PLACES, method="better_of_two", seen=())
WORLDS = [world(), world(ALL), world(SOME), world(EUROPE), world(SOME, EUROPE)]


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=40)
@given(
    some_periods(),
    st.sampled_from(WORLDS),
    st.dictionaries(st.sampled_from(PLACES), st.integers(0, 400)),
    st.sampled_from([None, "AT", "NP"]),
    st.decimals(0, 10**7, places=2),
)
def test_whatever_is_added_up_is_said_whole(
    language: str,
    periods: Any,
    treaties: Any,
    needed: dict[str, int],
    nationality: str | None,
    amount: Decimal,
) -> None:
    amounts = dict.fromkeys(PLACES, amount)
    found = added(
        periods, treaties, needed, nationality=nationality, theoretical=amounts, national={"AT": amount / 2}
    )
    say(found.steps, language)


def turns(base: LawBase) -> Iterator[Step]:
    """Calculations that together take every step there is across borders."""
    ten, more = ["AT:2000-01..2009-12", "BB:2009-01..2019-12"], {"AT": 160, "BB": 130}
    short = ["AT:2000-01..2000-11", "BB:2001-01..2001-11"]
    unsure, citizens, europe = WORLDS[1], WORLDS[2], WORLDS[3]
    amounts = {"theoretical": {"AT": Decimal(500), "BB": Decimal(900)}, "national": {"BB": Decimal(80)}}
    for periods, treaties, needed, known in (
        (ten, unsure, more, {}),
        (ten, unsure, {}, {}),
        (ten, citizens, more, {}),
        (ten, citizens, more, {"nationality": "NP"}),
        (ten, europe, {"AT": 160, "BB": 1}, amounts),
        (["AT:2000-01..2009-12", "BB:2010-01..2010-02"], europe, {"AT": 122, "BB": 122}, {}),
        (["AT:2000-01..2000-12/uninsured", *short], europe, {"AT": 20, "BB": 20}, {}),
        (short, unsure, {"AT": 20, "BB": 30}, {}),
        (ten, unsure, {"AT": 300, "BB": 300}, {}),
        (short, WORLDS[0], {"AT": 20, "BB": 20}, {}),
    ):
        yield from added(periods, treaties, needed, **known).steps
    with base.reading() as reader:
        periods = (make_period("JP:2000-01..2000-12"), make_period("PH:2001-01..2002-12"))
        yield from add_up(reader, PortabilityCase(periods, TODAY, home="PH"), given={"JP": 120}).steps
    for to, months, today in (
        ("JP", 5, TODAY), ("JP", 61, TODAY), ("JP", 24, date(2026, 4, 1)), ("JP", 24, date(2029, 4, 1)),
        ("JP", 24, TODAY), ("US", 24, TODAY), ("AU", 24, TODAY), ("TV", 24, TODAY), ("DE", 60, TODAY),
        ("FI", 24, TODAY),
    ):  # fmt: skip
        for home in ("NP", "VN"):
            yield from back(base, to, months, home=home, left="2026-03-31", today=today, paid="1000").steps


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> list[Step]:
    """The steps of these calculations."""
    base = made_up(tmp_path_factory.mktemp("calculation"), RULES, AGREEMENTS)
    try:
        return list(turns(base))
    finally:
        base.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_turn_is_said_whole(taken: list[Step], language: str) -> None:
    say(taken, language)


def test_each_turn_was_taken(taken: list[Step]) -> None:
    files = ("totalization.py", "periods.py", "refund.py", "portability.py")
    across = {name for name, _, where in EMITTED if where.partition(":")[0] in files}
    assert {each.name for each in taken} == across


def test_what_follows_from_a_rule_or_an_agreement_names_it(taken: list[Step]) -> None:
    """What has no ground only counts months, or says that nothing is known."""
    bare = {each.name for each in taken if each.ground is None}
    assert bare == {
        "period", "overlap", "uninsured", "insured", "qualifying", "qualifying_unknown", "alone",
        "no_agreement", "keep_statements", "refund_unknown", "nothing_to_add_to",
    }  # fmt: skip


def test_the_values_of_every_step_are_those_that_the_code_names(taken: list[Step]) -> None:
    given_by = {}
    for name, values, _ in EMITTED:
        given_by.setdefault(name, set()).add(values)
    for each in taken:
        assert frozenset(dict(each.values)) in given_by[each.name], each


@pytest.mark.parametrize("language", LANGUAGES)
def test_real_cases_are_said_whole(base: LawBase, book: LawBook, language: str) -> None:
    types = (refund.REFUND, refund.NO_REFUND)
    countries = {rule.key.destinations[0] for rule in book.rules.values() if rule.type in types} - {"any"}
    assert len(countries) >= 20
    with base.reading() as reader:
        for turn, country in enumerate(sorted(countries)):
            home = ("NP", "PH", "KR", "BR")[turn % 4]
            home = "VN" if home == country else home
            for months, left in ((1, date(2010, 1, 31)), (59, date(2026, 9, 1)), (400, None)):
                case = case_of(to=country, home=home, status="regular", scheme="E-9")
                found = refund.refund(reader, case, months=months, left=left, paid=Decimal("1000.5"))
                say(found.steps, language)
            periods = (make_period(f"{country}:2000-01..2004-06"), make_period(f"{home}:1990-01..1999-12"))
            say(add_up(reader, PortabilityCase(periods, TODAY, home=home)).steps, language)
