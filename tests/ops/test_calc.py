"""`haq calc totalization` and `haq calc refund`: what a person sees, the JSON, and what bad input gets."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.answers.translations import translator
from bot.rules.lawbase import LawBase
from bot.rules.model import Rule
from tests.law import loaded_law
from tests.ops.test_cli import HEAVY, modules_after
from tests.rules.support import day
from tests.rules.test_refund import months_later

# The worked example of the European Commission: twenty years in France, ten in Spain.
ROSA = [
    "totalization", "--period", "FR:1980-01..1999-12", "--period", "ES:2000-01..2009-12",
    "--qualifying", "FR=180", "--qualifying", "ES=180", "--theoretical", "FR=1500",
    "--theoretical", "ES=1200", "--national", "FR=800", "--on", "2024-01-01",
]  # fmt: skip
GERMANY = [
    "refund",
    "--from",
    "NP",
    "--to",
    "DE",
    "--months",
    "24",
    "--left",
    "2026-01-31",
    "--on",
    "2026-06-01",
]
CLOSING = "This is information, not legal advice."


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> str:
    return loaded_law(tmp_path_factory)


@pytest.fixture(autouse=True)
def its_database(loaded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAQ_DATABASE_URL", loaded)


class Run:
    """Runs `haq calc` with some words, and gives what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def text(self, *words: str) -> str:
        assert cli.run(["calc", *words]) == 0
        captured = self._capsys.readouterr()
        assert captured.err == ""
        return captured.out

    def json(self, *words: str) -> dict[str, Any]:
        found = json.loads(self.text(*words, "--json"))
        assert isinstance(found, dict)
        return found

    def refused(self, *words: str) -> str:
        assert cli.run(["calc", *words]) == 2
        captured = self._capsys.readouterr()
        assert captured.out == "" and "Traceback" not in captured.err
        return captured.err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(capsys)


def rule_of(url: str, name: str) -> Rule:
    base = LawBase(url)
    try:
        with base.reading() as reader:
            found = reader.rule(name)
    finally:
        base.close()
    assert found is not None
    return found


# -- totalization -------------------------------------------------------------------------------


def test_adding_up_as_text(run: Run) -> None:
    lines = run.text(*ROSA).splitlines()
    steps = [line for line in lines if re.match(r"\d+\. ", line)]
    assert [line.partition(".")[0] for line in steps] == [str(number + 1) for number in range(len(steps))]
    assert steps[0] == "1. Insured time. France: 240 months."
    assert any("The higher one is paid. [msa-eu-883-2004]" in line for line in steps)
    assert any("Spain pays its share: 120 months of 360 months." in line for line in steps)
    assert lines[-2:] == ["", CLOSING] and len(lines) == len(steps) + 2


def test_adding_up_as_json(run: Run) -> None:
    found = run.json(*ROSA)
    assert set(found) == {"version", "shares", "steps"} and len(found["version"]) == 16
    france, spain = found["shares"]
    assert isinstance(france.pop("certain"), bool)
    assert france == {
        "country": "FR", "months": 240, "outcome": "pro_rata", "agreement": "msa-eu-883-2004",
        "total_months": 360, "share": "2/3", "amount": "1000.00",
    }  # fmt: skip
    assert (spain["share"], spain["amount"], spain["outcome"]) == ("1/3", "400.00", "pro_rata")
    printed = [line.partition(". ")[2] for line in run.text(*ROSA).splitlines() if line[:1].isdigit()]
    assert [each["text"] for each in found["steps"]] == printed
    for each in found["steps"]:
        assert set(each) == {"step", "values", "ground", "text"}


def test_the_date_decides_the_agreement(run: Run) -> None:
    periods = ["--period", "HR:1990-01..1993-12", "--period", "DE:2000-01..2003-12", "--qualifying", "DE=90"]
    outcomes = [
        run.json("totalization", *periods, "--on", on)["shares"][1]["agreement"]
        for on in ("2013-06-30", "2013-07-01")
    ]
    assert outcomes[0] != "msa-eu-883-2004" == outcomes[1]


def test_small_letters_do(run: Run) -> None:
    small = [
        "--period",
        "ph:1990-01..1999-12",
        "--home",
        "ph",
        "--nationality",
        "ph",
        "--qualifying",
        "ph=120",
    ]
    (share,) = run.json("totalization", *small)["shares"]
    assert (share["country"], share["outcome"]) == ("PH", "alone")


def test_uninsured_time_is_named(run: Run) -> None:
    said = run.text(
        "totalization", "--period", "PH:1990-01..1999-12", "--period", "KR:2001-01..2001-12/uninsured",
        "--qualifying", "PH=120",
    )  # fmt: skip
    assert "Nobody paid contributions for this time, so it does not count. South Korea: 12 months." in said


def test_what_no_rule_says_is_said_to_be_unknown(run: Run) -> None:
    found = run.json("totalization", "--period", "TV:1990-01..1999-12")
    assert found["shares"][0]["outcome"] == "not_known" and found["shares"][0]["share"] is None
    assert "qualifying_unknown" in {each["step"] for each in found["steps"]}


# -- refund -------------------------------------------------------------------------------------


def test_a_refund_as_text(run: Run) -> None:
    said = run.text(*GERMANY)
    assert said.startswith("1. Insured time. Germany: 24 months.\n2. By this rule you must still wait.")
    steps, _, rules = said.partition("\n\n")
    assert all(re.match(r"\d+\. ", line) for line in steps.splitlines())
    assert re.search(r"^\[de-pension-contribution-refund\] The money is in: ", rules)
    assert "\n  SGB VI, s. 210; " in rules  # legal basis and publisher
    assert rules.endswith(f"\n\n{CLOSING}\n")


def test_a_refund_as_json(run: Run, loaded: str) -> None:
    found = run.json(*GERMANY)
    assert set(found) == {"version", "case", "rules", "steps"}
    assert (found["case"]["origin"], found["case"]["destination"]) == ("NP", "DE")
    (rule,) = found["rules"]
    assert {"rule", "text", "outcome", "claim_from", "claim_by", "paid_out", "source"} <= rule.keys()
    months = int(str(rule_of(loaded, rule["rule"]).values["wait"]).split()[0])
    since = months_later(day("2026-01-31"), months)
    assert (rule["outcome"], rule["claim_from"]) == ("not_yet", since.isoformat())
    later = run.json(*GERMANY[:-1], since.isoformat())
    assert later["rules"][0]["outcome"] == "possible"


def test_a_scheme_decides(run: Run) -> None:
    """The example of the help text."""
    words = ["refund", "--from", "NP", "--to", "KR", "--months", "58", "--status", "regular"]
    outcomes = {each["rule"]: each["outcome"] for each in run.json(*words, "--scheme", "E-9")["rules"]}
    assert "possible" in outcomes.values()
    without = {each["rule"]: each["outcome"] for each in run.json(*words)["rules"]}
    assert "possible" not in {without[name] for name in outcomes if name in without}


def test_what_is_left_after_the_tax(run: Run, loaded: str) -> None:
    words = ["refund", "--from", "NP", "--to", "AU", "--months", "24"]
    words += ["--status", "regular", "--paid", "10000"]
    (rule,) = (each for each in run.json(*words)["rules"] if each["paid_out"] is not None)
    tax = rule_of(loaded, rule["rule"]).values["tax"]
    assert float(rule["paid_out"]) == 10000 * (100 - float(tax)) / 100
    assert f"tax of {tax}% is taken" in run.text(*words)


def test_what_an_agreement_would_add_up_is_named(run: Run) -> None:
    said = run.text("refund", "--from", "PH", "--to", "DE", "--months", "24")
    assert "What you give up: 24 months" in said and "Germany and Philippines. [ssa-de-ph]" in said
    nothing = run.text("refund", "--from", "NP", "--to", "DE", "--months", "24")
    assert "We know of no agreement" in nothing and "What you give up" not in nothing


def test_a_country_of_which_nothing_is_known(run: Run) -> None:
    found = run.json("refund", "--from", "NP", "--to", "TV", "--months", "24")
    assert found["rules"] == []
    assert "Tuvalu: we have nothing on paying contributions back in our data." in run.text(
        "refund", "--from", "NP", "--to", "TV", "--months", "24"
    )


# -- languages ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "ne"])
@pytest.mark.parametrize("words", [ROSA, GERMANY], ids=["totalization", "refund"])
def test_other_languages(run: Run, words: list[str], language: str) -> None:
    t = translator(language)
    english, other = run.json(*words), run.json(*words, "--lang", language)
    assert len(english["steps"]) == len(other["steps"])
    for one, same in zip(english["steps"], other["steps"], strict=True):
        assert one["text"] != same["text"]
        assert {**one, "text": None} == {**same, "text": None}  # the values are the same in every language
    said = run.text(*words, "--lang", language)
    assert said.endswith(f"\n{t.gettext(CLOSING)}\n") and CLOSING not in said
    assert t.locale.territories["DE" if words is GERMANY else "FR"] in said


# -- bad input ----------------------------------------------------------------------------------

HOME = ["--period", "PH:1990-01..1999-12"]
BACK = ["--from", "NP", "--to", "DE", "--months", "24"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["totalization"], "--period"),
        (["totalization", "--period", "Korea"], "'Korea' is no period"),
        (["totalization", "--period", "KR:2001..2003"], "KR:2001-01..2010-12"),
        (["totalization", "--period", "KR:2001-13..2002-01"], "is no period"),
        (["totalization", "--period", "KR:2002-01..2001-01"], "it ends before it begins"),
        (["totalization", "--period", "ZZ:2001-01..2002-01"], "'ZZ' is no country"),
        (["totalization", "--period", "KR:2001-01..2002-01/uninsured"], "no periods with insurance"),
        (["totalization", *HOME, "--home", "Philippines"], "'Philippines' is no country"),
        (["totalization", *HOME, "--nationality", "zz"], "'zz' is no country"),
        (["totalization", *HOME, "--branch", "sickness"], "Use old_age, invalidity or survivors"),
        (["totalization", *HOME, "--qualifying", "120"], "Write KR=120"),
        (["totalization", *HOME, "--qualifying", "ZZ=120"], "'ZZ' is no country"),
        (["totalization", *HOME, "--qualifying", "=120"], "'' is no country"),
        (["totalization", *HOME, "--qualifying", "PH=ten"], "'ten' is no number"),
        (["totalization", *HOME, "--qualifying", "PH=-1"], "'-1' is no number from zero up"),
        (["totalization", *HOME, "--theoretical", "PH=1,500"], "'1,500' is no number"),
        (["totalization", *HOME, "--theoretical", "PH=NaN"], "'NaN' is no number from zero up"),
        (["totalization", *HOME, "--national", "PH=-0.01"], "'-0.01' is no number from zero up"),
        (["totalization", *HOME, "--national", "PH=inf"], "'inf' is no number from zero up"),
        (["totalization", *HOME, "--on", "2026-02-30"], "'2026-02-30' is no date"),
        (["totalization", *HOME, "--on", "yesterday"], "2023-05-01"),
        (["totalization", *HOME, "--lang", "xx"], "Languages: en"),
        (["refund", "--from", "NP", "--to", "DE"], "--months"),
        (["refund", "--to", "DE", "--months", "24"], "--from"),
        (["refund", "--from", "NP", "--months", "24"], "--to"),
        (["refund", "--from", "NP", "--to", "DE", "--months", "0"], "at least one month"),
        (["refund", "--from", "NP", "--to", "DE", "--months", "-3"], "no number from zero up"),
        (["refund", "--from", "NP", "--to", "DE", "--months", "two"], "'two' is no number"),
        (["refund", "--from", "NP", "--to", "DE", "--months", "1.5"], "'1.5' is no whole number"),
        (["refund", "--from", "ZZ", "--to", "DE", "--months", "24"], "'ZZ' is no country of origin"),
        (["refund", "--from", "NP", "--to", "Korea", "--months", "24"], "'Korea' is no country of work"),
        (["refund", "--from", "DE", "--to", "DE", "--months", "24"], "both DE"),
        (["refund", *BACK, "--left", "2026-11-31"], "'2026-11-31' is no date"),
        (["refund", *BACK, "--left", "31 Jan"], "2023-05-01"),
        (["refund", *BACK, "--left", "9998-12-31"], "too far ahead"),
        (["refund", *BACK, "--on", "2026-13-01"], "'2026-13-01' is no date"),
        (["refund", *BACK, "--paid", "-5"], "'-5' is no number from zero up"),
        (["refund", *BACK, "--paid", "1000 EUR"], "'1000 EUR' is no number"),
        (["refund", *BACK, "--sector", "building"], "'building' is no sector"),
        (["refund", *BACK, "--status", "legal"], "'legal' is no status"),
        (["refund", *BACK, "--lang", "xx"], "Languages: en"),
        (["pension"], "No such command"),
    ],
)  # fmt: skip
def test_bad_input_is_code_2_and_says_what_would_do(run: Run, words: list[str], message: str) -> None:
    assert message in run.refused(*words)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["refund", "--from", "NP", "--to", "JP", "--months", "24", "--paid", "1e40"], id="1e40"),
        pytest.param(
            ["refund", "--from", "NP", "--to", "DE", "--months", "9" * 30], id="30 digits of months"
        ),
        pytest.param(["totalization", *HOME, "--qualifying", "PH=1e40"], id="1e40 months"),
    ],
)
def test_what_no_purse_and_no_life_holds_is_bad_input(run: Run, words: list[str]) -> None:
    assert run.refused(*words)


def test_a_part_of_a_month_is_no_month(run: Run) -> None:
    run.refused("totalization", *HOME, "--qualifying", "PH=120.9")


@pytest.mark.parametrize("words", [ROSA, GERMANY], ids=["totalization", "refund"])
def test_an_empty_database_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run, words: list[str]
) -> None:
    monkeypatch.setenv("HAQ_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    assert "haq rules load" in run.refused(*words)


# -- help ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["totalization", "refund"])
def test_the_example_of_the_help_works(run: Run, name: str) -> None:
    helped = run.text(name, "--help")
    (example,) = re.findall(rf"^ *haq calc ({name} .+)$", helped, re.MULTILINE)
    assert CLOSING in run.text(*example.split())


def test_nothing_heavy_is_imported_for_the_help() -> None:
    assert not modules_after("calc", "totalization", "--help") & HEAVY
