"""The type-ahead: countries and sectors by what people write, in any script, while they still write it."""

from __future__ import annotations

import time

import pytest
from starlette.datastructures import QueryParams

from bot.answers.grouping import GROUPS, group_of
from bot.desk.asked import Asked, read_question
from bot.desk.languages import DESK_LANGUAGES
from bot.desk.pickers import Kind, label, resolve, suggest
from bot.rules.model import Key, Provenance, Rule
from bot.rules.vocabulary import COUNTRIES, SECTORS

PEOPLED = sorted(COUNTRIES - {"AQ", "BV", "GS", "HM", "TF", "UM"})


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("नेपाल", "NP"), ("नेपा", "NP"), ("Nepali", "NP"), ("ne", "NP"), ("Nepla", "NP"), ("نيبال", "NP"),
        ("Katar", "QA"), ("قطر", "QA"), ("ኳታር", "QA"), ("Doha", "QA"), ("kata", "QA"), ("대한민국", "KR"),
        ("Riyadh", "SA"), ("arabia", "SA"), ("uk", "GB"), ("OM", "OM"), ("us", "US"), ("OWWA", "PH"),
    ],
)  # fmt: skip
def test_countries(typed: str, code: str) -> None:
    """The country that is meant stands first."""
    assert suggest("country", typed, "en")[0].code == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("welder", "construction"), ("soudeur", "construction"), ("خادمة", "domestic_work"),
        ("ड्राइभर", "transport_delivery"), ("cuidador", "care_health"),
    ],
)  # fmt: skip
def test_sectors(typed: str, code: str) -> None:
    """A job leads to its sector, in the words of any language."""
    assert suggest("sector", typed, "en")[0].code == code


def test_what_was_recognised_is_shown() -> None:
    """A city stands beside its country; a country's own name needs no explanation."""
    assert (suggest("country", "Doha", "fr")[0].label, suggest("country", "Doha", "fr")[0].note) == (
        "Qatar",
        "Doha",
    )
    assert suggest("country", "Qat", "en")[0].note == ""


@pytest.mark.parametrize(
    ("kind", "typed", "code", "choices"),
    [
        ("country", "np", "NP", set()),
        ("country", "Katar", "QA", set()),
        ("country", "congo", None, {"CG", "CD"}),
        ("country", "zzz", None, set()),
        ("country", "zzzzzzz", None, set()),
        ("country", "s", None, None),
        ("country", "ca-qc", "CA-QC", set()),
        ("country", "Canada (QC)", "CA-QC", set()),
        ("country", "Myanmar (Burma)", "MM", set()),
        ("sector", "welder", "construction", set()),
        ("sector", "construction", "construction", set()),
    ],
)
def test_a_sent_text(kind: Kind, typed: str, code: str | None, choices: set[str] | None) -> None:
    """One meaning settles it; several are given back to choose from, never guessed."""
    found = resolve(kind, typed, "en")
    assert found.code == code
    if choices is not None:
        assert {each.code for each in found.choices} == choices


@pytest.mark.parametrize("language", DESK_LANGUAGES)
def test_what_stands_in_a_field_can_be_sent_again(language: str) -> None:
    """Without script a field holds a name: each leads back to its own code."""
    lost = [
        code
        for code in PEOPLED
        if resolve("country", label("country", code, language), language).code != code
    ]
    lost += [
        code for code in SECTORS if resolve("sector", label("sector", code, language), language).code != code
    ]
    assert lost == []


def test_fast() -> None:
    """Every beginning of a word is answered while the next letter is typed."""
    suggest("country", "warm", "en")
    slow = []
    for word in ("Saudi Arabia", "नेपाल", "Philippines", "welding"):
        for end in range(1, len(word) + 1):
            began = time.process_time()
            suggest("country", word[:end], "en")
            slow.append(time.process_time() - began)
    assert sorted(slow)[len(slow) // 2] < 0.01


def test_a_question_in_an_address() -> None:
    """Words become codes, codes stay, and what is unclear is asked again with the rest kept."""
    question = read_question(
        QueryParams("from=नेपाल&to=congo&sector=welder&fact.age=30 years&topic=wages"), "en"
    )
    assert question.asked == Asked(
        "NP", None, "construction", facts=(("age", "30 years"),), topics=("wages",)
    )
    assert not question.canonical and not question.clear
    assert {each.code for each in question.unclear["to"]} == {"CG", "CD"}
    settled = read_question(QueryParams(question.choosing("to", "CD")), "en")
    assert settled.clear and settled.canonical and settled.asked.destination == "CD"
    assert read_question(QueryParams(settled.asked.query()), "en").asked == settled.asked


def _rule(
    kind: str, topics: tuple[str, ...], destinations: tuple[str, ...], via: str = "national_system"
) -> Rule:
    origins = ("NP",) if destinations == ("any",) else ("any",)
    provenance = Provenance(None, None, None, "seen", "high")
    return Rule("x", "x", topics, kind, via, Key(destinations, origins), {}, provenance)


@pytest.mark.parametrize(
    ("rule", "group"),
    [
        (_rule("entitlement", ("wages",), ("QA",)), "entitled"),
        (_rule("penalty", ("wages",), ("QA",)), "entitled"),
        (_rule("deadline", ("wages",), ("QA",)), "complain"),
        (_rule("complaint_channel", ("complaint",), ("QA",)), "complain"),
        (_rule("warning", ("complaint",), ("QA",)), "complain"),
        (_rule("deadline", ("contribution_refund",), ("QA",)), "crossing"),
        (_rule("obligation", ("old_age",), ("QA",), "social_security_agreement"), "crossing"),
        (_rule("scheme", ("welfare_fund",), ("any",)), "home"),
        (_rule("entitlement", ("contract",), ("any",)), "home"),
    ],
)
def test_groups(rule: Rule, group: str) -> None:
    """Each statement stands in the group in which a person looks for it."""
    assert group in GROUPS and group_of(rule) == group
