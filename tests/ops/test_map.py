"""`haq map`: the table, the JSON, and what bad input gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import cli
from bot.answers.protection import COLUMN_NAMES, STATE_NAMES
from bot.rules.protection import COLUMNS
from bot.rules.vocabulary import BRANCHES
from tests.law import loaded_law


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> str:
    return loaded_law(tmp_path_factory)


@pytest.fixture(autouse=True)
def its_database(loaded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAQ_DATABASE_URL", loaded)
    monkeypatch.setenv("COLUMNS", "200")


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["map", "--from", "HR", "--to", "DE", "--status", "regular"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in COLUMN_NAMES.values())
    assert "has undertaken" in said and "[msa-eu-883-2004/DE/totalization]" in said
    assert "not legal advice" in said


def test_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["map", "--from", "hr", "--to", "DE", "--on", "2013-06-30", "--json"]) == 0
    before = json.loads(capsys.readouterr().out)
    assert len(before["cells"]) == len(BRANCHES) * len(COLUMNS) and len(before["version"]) == 16
    assert (before["case"]["origin"], before["case"]["on"]) == ("HR", "2013-06-30")
    assert "msa-eu-883-2004" not in before["agreements"]
    assert not any(each["rule"].startswith("msa-eu-883-2004/DE") for each in before["statements"])
    assert cli.run(["map", "--from", "HR", "--to", "DE", "--on", "2013-07-01", "--json"]) == 0
    after = json.loads(capsys.readouterr().out)
    assert "msa-eu-883-2004" in after["agreements"]
    named = {treaty["statement"] for cell in after["cells"] for treaty in cell["treaties"]}
    assert "msa-eu-883-2004/DE/totalization" in named <= {each["rule"] for each in after["statements"]}


def test_no_agreement_and_no_such_insurance_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["map", "--from", "NP", "--to", "LB"]) == 0
    assert STATE_NAMES["absent"] in capsys.readouterr().out
    assert cli.run(["map", "--from", "NP", "--to", "QA"]) == 0
    said = capsys.readouterr().out
    assert "We know of no social security agreement between: Qatar and Nepal." in said
    assert "[no-agreement/NP-QA]" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "ZZ", "--to", "QA"], "'ZZ' is no country of origin"),
        (["--from", "NP", "--to", "Qatar"], "'Qatar' is no country of work"),
        (["--from", "NP", "--to", "NP"], "both NP"),
        (["--from", "NP"], "--to"),
        (["--from", "NP", "--to", "QA", "--status", "legal"], "'legal' is no status"),
        (["--from", "NP", "--to", "QA", "--sector", "building"], "'building' is no sector"),
        (["--from", "NP", "--to", "QA", "--on", "1 May"], "2023-05-01"),
        (["--from", "NP", "--to", "QA", "--lang", "xx"], "Languages: en"),
    ],
)
def test_bad_input_is_code_2_and_says_what_would_do(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["map", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and words in captured.err and "Traceback" not in captured.err


def test_an_empty_database_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HAQ_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    assert cli.run(["map", "--from", "NP", "--to", "QA"]) in (1, 2)
    assert "haq rules load" in capsys.readouterr().err
