"""`haq rules`: an editor revises the law beside its files, sees its history, and what should be looked at."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from bot import cli
from tests.rules.test_broken_files import law_with
from tests.rules.test_revisions import HEAD, LEAVE, NEW


class Editor:
    """Runs `haq rules` on a small law, and gives what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str], law: Path) -> None:
        self._capsys = capsys
        self.law = law

    def says(self, *words: str, code: int = 0) -> str:
        assert cli.run(["rules", *words]) == code
        captured = self._capsys.readouterr()
        assert "Traceback" not in captured.err
        return captured.out if code == 0 else captured.err

    def tells(self, *words: str) -> str:
        """What a command that went well says beside its result."""
        assert cli.run(["rules", *words]) == 0
        return self._capsys.readouterr().err


@pytest.fixture
def editor(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    law = law_with(tmp_path)
    monkeypatch.setenv("HAQ_DATABASE_URL", f"sqlite:///{tmp_path / 'haq.db'}")
    monkeypatch.setenv("HAQ_LAW_DIR", str(law))
    made = Editor(capsys, law)
    made.says("load")
    return made


def change(tmp_path: Path, text: str = LEAVE) -> str:
    file = tmp_path / "change.yml"
    file.write_text(f"{HEAD}rules:\n{text}", encoding="utf-8")
    return str(file)


def test_a_revision_from_its_making_to_its_end(editor: Editor, tmp_path: Path) -> None:
    said = editor.says("revise", change(tmp_path), "--by", "an editor", "--reason", "Gazette 12")
    assert "revision 1 is live." in said
    assert "revision 1 (an editor" in editor.says("revisions")
    assert json.loads(editor.says("revisions", "--json"))[0]["record"] == "rule/qa-leave"
    assert "lie revisions 1" in editor.says("load")
    exported = editor.says("export", "--revisions")
    assert "qa-leave" in exported and "Gazette 12" in exported and "countries/qa/" in exported
    story = editor.says("history", "qa-leave")
    assert "added" in story and 'values.days: "3 weeks" -> "4 weeks"' in story and "Gazette 12" in story
    steps = json.loads(editor.says("history", "rule/qa-leave", "--json"))["steps"]
    assert [each["change"] for each in steps] == ["added", "changed"]
    assert "revision 1 is withdrawn." in editor.says("withdraw", "1", "--by", "an editor")
    assert "0 revisions." in editor.says("revisions")
    assert "withdrawn" in editor.says("revisions", "--all")


def test_half_a_change_is_not_taken_back_by_mistake(editor: Editor, tmp_path: Path) -> None:
    """The end of a rule and the rule after it are two revisions; also where one was mended since."""
    by = ("--by", "an editor")
    editor.says("revise", change(tmp_path, LEAVE + NEW), *by, "--reason", "Gazette 12")
    said = editor.says("withdraw", "2", *by, code=1)
    assert "revision 1 (an editor" in said and "`haq rules withdraw 1 2 --by NAME`" in said
    assert "2 revisions." in editor.says("revisions")
    editor.says("revise", change(tmp_path, NEW.replace("0.5", "0.7")), *by, "--reason", "a slip")
    assert "`haq rules withdraw 1 3 --by NAME`" in editor.says("withdraw", "1", *by, code=1)
    assert "revision 1 is withdrawn." in editor.says("withdraw", "1", "--alone", *by)
    assert "revision 3 is withdrawn." in editor.says("withdraw", "3", *by)


def test_files_that_were_not_loaded_stay_so(editor: Editor, tmp_path: Path) -> None:
    by = ("--by", "an editor")
    editor.says("revise", change(tmp_path), *by, "--reason", "Gazette 12")
    (editor.law / "more.yml").write_text(f"{HEAD}rules:\n{NEW}", encoding="utf-8")
    assert "haq rules load" in editor.says("withdraw", "1", *by, code=2)
    again = change(tmp_path, LEAVE.replace("4 weeks", "6 weeks"))
    assert "haq rules load" in editor.says("revise", again, *by, "--reason", "13", code=2)
    assert "1 revisions." in editor.says("revisions")
    assert "is withdrawn." in editor.says("withdraw", "1", "--load", *by)
    assert "Nothing changed." in editor.says("load")


def test_what_cannot_be_done_is_said(editor: Editor, tmp_path: Path) -> None:
    bad = change(tmp_path, LEAVE.replace("4 weeks", "4 moons"))
    assert "moons" in editor.says("revise", bad, "--by", "an editor", "--reason", "x", code=2)
    assert "no open revision 7" in editor.says("withdraw", "7", "--by", "an editor", code=2)
    assert "Nothing is known of rule/nobody" in editor.says("history", "nobody", code=1)
    assert "--reason" in editor.says("revise", bad, "--by", "an editor", code=2)
    assert "is not one of" in editor.says("review", "--kind", "odd", code=2)


def test_where_revisions_contradict_the_files_the_law_can_be_kept(editor: Editor, tmp_path: Path) -> None:
    editor.says("revise", change(tmp_path), "--by", "an editor", "--reason", "Gazette 12")
    before = editor.says("export")
    country = editor.law / "country.yml"
    text = country.read_text(encoding="utf-8")
    country.write_text(text.replace("days: 3 weeks", "days: 5 weeks"), encoding="utf-8")
    assert "haq rules withdraw 1" in editor.says("load", code=2)
    said = editor.tells("load", "--or-keep")
    assert "haq rules withdraw 1" in said and "THE LAW WAS NOT LOADED. That of before goes on: " in said
    assert editor.says("export") == before
    (editor.law / "odd.yml").write_text("law: nonsense\n", encoding="utf-8")
    assert "odd.yml:1" in editor.says("load", "--or-keep", code=2), "a mistake is no conflict"


def test_without_a_law_there_is_none_to_keep(editor: Editor, tmp_path: Path) -> None:
    editor.says("revise", change(tmp_path), "--by", "an editor", "--reason", "Gazette 12")
    with sqlite3.connect(tmp_path / "haq.db") as database:
        database.execute("DELETE FROM law_version")
    country = editor.law / "country.yml"
    text = country.read_text(encoding="utf-8")
    country.write_text(text.replace("days: 3 weeks", "days: 5 weeks"), encoding="utf-8")
    assert "haq rules withdraw 1" in editor.says("load", "--or-keep", code=2)


def test_what_should_be_looked_at(editor: Editor) -> None:
    assert "Nothing to look at." in editor.says("review", "--on", "2026-02-01")
    late = editor.says("review", "--on", "2028-01-01", "--country", "QA")
    assert "qa-leave: overdue: Its review was due in 2027-01." in late
    found = json.loads(editor.says("review", "--on", "2028-01-01", "--kind", "overdue", "--json"))
    assert {each["owner"] for each in found} == {"(nobody)"} and len(found) == 3
    assert "(nobody)" in editor.says("review", "--on", "2028-01-01")
    warned = editor.says("check")
    assert "no mistake" in warned and "Nothing is said of working_hours in domestic_work" in warned
