"""Worked examples of end-of-service pay, notice and overtime, to the cent, by country: `worked/CC.yml`.

Each names where it is from: an official example or calculator, a court, or the statute's words
worked by hand. No amount was copied from the calculator that it tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.rules.calculators.end_of_service import TYPE, end_of_service
from bot.rules.calculators.service import Pay, make_pay, make_service
from bot.rules.calculators.wages import OVERTIME, Claims, notice, overtime
from bot.rules.case import Case, make_case
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook
from bot.rules.units import Money, Unit, Vocabularies, parse_value
from tests.rules.support import TODAY

WORKED = Path(__file__).parent / "worked"
FROM = {"official", "court", "statute", "secondary"}
KINDS = ("end_of_service", "notice", "overtime")
# Values by which a rule says how much: who has none of them only says that there is, or is not, such pay.
RATES = {
    "per_year", "per_year_share", "year_bands", "month_bands", "year_percents", "rate_by_service",
    "lump_by_service", "lump", "age_bands",
}  # fmt: skip
LEAST = 3


def examples(kind: str) -> Iterator[Any]:
    for file in sorted(WORKED.glob("*.yml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        for example in content.get(kind, ()):
            yield pytest.param(content, example, id=f"{content['country']}-{example['name']}")


def case_for(content: dict[str, Any], example: dict[str, Any]) -> Case:
    known = dict(example.get("case", {}))
    day = known.pop("on", None) or example.get("end")
    return make_case(
        today=TODAY,
        on=date.fromisoformat(str(day)) if day else None,
        destination=known.pop("to", content["country"]),
        facts={name: str(value) for name, value in known.pop("facts", {}).items()},
        **known,
    )


def money(text: str) -> Money:
    found = parse_value(Unit("money"), text, Vocabularies({}))
    assert isinstance(found, Money)
    return found


def pay_of(example: dict[str, Any]) -> Pay:
    day, week = (money(example[name]) if name in example else None for name in ("day_pay", "week_pay"))
    return make_pay(money(example["wage"]), day, week)


def amounts(example: dict[str, Any]) -> dict[str, Decimal]:
    return {rule: Decimal(str(amount)) for rule, amount in example["due"].items()}


@pytest.mark.parametrize(("content", "example"), examples("end_of_service"))
def test_end_of_service(base: LawBase, content: dict[str, Any], example: dict[str, Any]) -> None:
    service = make_service(date.fromisoformat(str(example["start"])), date.fromisoformat(str(example["end"])))
    with base.reading() as reader:
        found = end_of_service(reader, case_for(content, example), service, pay_of(example))
    steps = "\n".join(f"{each.name} {dict(each.values)}" for each in found.steps)
    worked = {part.ground.rule.id: part.amount for part in found.parts}
    wanted = amounts(example)
    assert {rule: worked.get(rule) or Decimal(0) for rule in wanted} == wanted, (
        f"{example.get('working')}\n{steps}"
    )
    # Another payment may be due beside the one that the example is about; then the example names it.
    beside = {*wanted, *example.get("beside", ())}
    others = {part.ground.rule.id for part in found.parts if part.outcome == "due" and part.amount} - beside
    assert not others, f"{others} give something too\n{steps}"


@pytest.mark.parametrize(("content", "example"), examples("notice"))
def test_notice(base: LawBase, content: dict[str, Any], example: dict[str, Any]) -> None:
    service = make_service(date.fromisoformat(str(example["start"])), date.fromisoformat(str(example["end"])))
    given = date.fromisoformat(str(example["given"])) if "given" in example else None
    with base.reading() as reader:
        ends = service.last if given else None
        found = notice(reader, case_for(content, example), service, pay_of(example), given, ends)
    _compare(found, example)


@pytest.mark.parametrize(("content", "example"), examples("overtime"))
def test_overtime(base: LawBase, content: dict[str, Any], example: dict[str, Any]) -> None:
    hours = {kind: Decimal(str(example["hours"].get(kind, 0))) for kind in OVERTIME}
    hour = money(example["hour_pay"]).amount if "hour_pay" in example else None
    with base.reading() as reader:
        found = overtime(reader, case_for(content, example), pay_of(example), hours, hour)
    _compare(found, example)


def _compare(found: Claims, example: dict[str, Any]) -> None:
    by_rule = {claim.ground.rule.id: claim for claim in found.found if claim.ground is not None}
    for rule, amount in example.get("due", {}).items():
        assert by_rule[rule].amount == Decimal(str(amount)), example.get("working")
    for rule, until in example.get("until", {}).items():
        assert str(by_rule[rule].until) == str(until)


def test_every_example_names_its_source() -> None:
    for kind in KINDS:
        for param in examples(kind):
            content, example = param.values
            source = content["sources"][example["source"]]
            assert source["title"] and source["publisher"], param.id
            assert example["from"] in FROM, param.id
            assert "due" in example or "until" in example, param.id


def test_every_country_with_end_of_service_pay_has_three(book: LawBook) -> None:
    reckoned = {
        place.partition("-")[0]
        for rule in book.rules.values()
        if rule.type == TYPE and RATES & set(rule.values) and rule.provenance.evidence == "seen"
        for place in rule.key.destinations
    }
    held = Counter(param.values[0]["country"].partition("-")[0] for param in examples("end_of_service"))
    assert not {place: held[place] for place in sorted(reckoned) if held[place] < LEAST}
