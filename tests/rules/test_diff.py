"""What loading would change, and the researched facts that became no rule of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.rules.diff import diff
from bot.rules.errors import CaseError, EmptyLawBase, LawMistakes
from bot.rules.export import export_lines
from bot.rules.lawfiles import read_law
from bot.rules.load import load_law
from bot.rules.reconciled import not_carried

GOOD = Path(__file__).parent / "good"
ONE = "law: reconciled\nfacts:\n"


@pytest.fixture
def law(tmp_path: Path) -> Path:
    folder = tmp_path / "law"
    shutil.copytree(GOOD, folder)
    return folder


def test_nothing_differs_after_a_load_and_everything_is_named_that_does(law: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'haq.db'}"
    with pytest.raises(EmptyLawBase):
        diff(url, law)
    load_law(url, law)
    assert diff(url, law) == []
    (file,) = (path for path in law.rglob("*.yml") if "rules:\n- id:" in path.read_text(encoding="utf-8"))
    text = file.read_text(encoding="utf-8")
    head, rules = text.split("rules:\n- id:", 1)
    changed = rules.replace("confidence: high", "confidence: low", 1)
    file.write_text(f"{head}rules:\n- id:{changed}", encoding="utf-8")
    (change,) = diff(url, law)
    assert (change.table, change.kind) == ("rule", "changed")
    assert [(each.field, each.before, each.after) for each in change.fields] == [
        ("provenance.confidence", "high", "low")
    ]
    load_law(url, law)
    assert diff(url, law) == []
    file.unlink()
    assert {each.kind for each in diff(url, law)} == {"removed"}


def test_an_export_holds_the_treaties(law_url: str) -> None:
    tables = {line.split('"table": "')[1].split('"')[0] for line in export_lines(law_url)}
    assert tables >= {"rule", "contact", "treaty", "law_version"}


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ("- {id: a-fact, into: [no-such-rule], why: x}\n", "does not exist"),
        ("- {id: a-fact, into: []}\n", "no reason is given"),
        ("- {id: a-fact, into: [], why: x}\n- {id: a-fact, into: [], why: y}\n", "stands twice"),
        ("- {id: a-fact, into: [], reason: x}\n", "Unknown key"),
    ],
)
def test_a_fact_that_gets_lost_is_a_mistake(law: Path, facts: str, problem: str) -> None:
    (law / "zz.yml").write_text(ONE + facts, encoding="utf-8")
    with pytest.raises(LawMistakes) as caught:
        read_law(law)
    assert problem in str(caught.value)


def test_facts_are_carried_merged_or_missing(law: Path, tmp_path: Path) -> None:
    book = read_law(law)
    rule = sorted(book.rules)[0]
    (law / "zz.yml").write_text(f"{ONE}- {{id: merged, into: [{rule}], why: the same}}\n", encoding="utf-8")
    book = read_law(law)
    facts = tmp_path / "facts"
    facts.mkdir()
    with pytest.raises(CaseError, match="no facts"):
        list(not_carried(facts, book.record_ids(), book.reconciled))
    lines = [f"- {{id: {name}, fact: x}}\n" for name in (rule, "merged", "lost")]
    (facts / "some.yaml").write_text("".join(lines), encoding="utf-8")
    found = dict(not_carried(facts, book.record_ids(), book.reconciled))
    assert found == {"lost": None, "merged": f"{rule} the same"}
