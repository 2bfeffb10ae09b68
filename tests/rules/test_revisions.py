"""Revisions lie over the law files, live at once, until the files say the same; nothing is lost."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.commands.run import _load_rules
from bot.rules import editing
from bot.rules.editing import history, revise, revise_with, revisions, standing, withdraw
from bot.rules.errors import LawBaseUnavailable, LawMistakes, RecordChanged, RevisionConflicts, RulesError
from bot.rules.export import export_lines, export_revisions
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook
from bot.rules.load import load_law
from bot.rules.lookup import lookup
from bot.rules.revisions import Revision, record_hash
from bot.settings import load_settings
from tests.rules.support import case_of
from tests.rules.test_broken_files import law_with

HEAD = """\
law: country
country: QA
review_every_months: 12
sources:
  code: {title: Labour Code, publisher: State, url: https://example.org/code}
"""
LEAVE = """\
- id: qa-leave
  type: leave
  to: QA
  values: {days: 4 weeks}
  source: code
  as_of: '2026-01'
  evidence: seen
  confidence: high
"""
NEW = """\
- id: qa-pay-fine
  type: fine
  topics: [wages]
  to: QA
  values: {amount: QAR 0.5}
  source: code
  as_of: '2026-01'
  evidence: seen
  confidence: high
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'haq.db'}"


@pytest.fixture
def law(tmp_path: Path, url: str) -> Path:
    folder = law_with(tmp_path)
    load_law(url, folder)
    return folder


def written(tmp_path: Path, rules: str) -> Path:
    file = tmp_path / "revision.yml"
    file.write_text(f"{HEAD}rules:\n{rules}", encoding="utf-8")
    return file


def says(url: str, topic: str) -> dict[str, Any]:
    base = LawBase(url)
    try:
        return {
            each.rule.id: dict(each.rule.values)
            for each in lookup(base, case_of(home="NP", to="QA"), [topic]).answers
        }
    finally:
        base.close()


def count(url: str, table: str) -> int:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        return int(connection.execute(f"select count(*) from {table}").fetchone()[0])  # noqa: S608


def test_a_revision_is_live_at_once_and_outlives_a_load(tmp_path: Path, law: Path, url: str) -> None:
    before = says(url, "annual_leave")
    numbers, report = revise(url, law, written(tmp_path, LEAVE + NEW), "an editor", "Gazette 12 of 2026")
    assert numbers == [1, 2] == report.revisions
    assert report.changed["rule"] == ["qa-leave"] and report.added["rule"] == ["qa-pay-fine"]
    assert says(url, "annual_leave") != before
    assert says(url, "annual_leave")["qa-leave"] == {"days": "4 weeks"}
    again = load_law(url, law)
    assert not again.anything and again.revisions == [1, 2] and again.version == report.version
    assert says(url, "wages")["qa-pay-fine"] == {"amount": "QAR 0.5"}


def test_a_revision_with_a_mistake_changes_nothing(tmp_path: Path, law: Path, url: str) -> None:
    before = list(export_lines(url))
    file = written(tmp_path, LEAVE.replace("4 weeks", "4 moons"))
    with pytest.raises(LawMistakes, match=r"revision 1:.*moons"):
        revise(url, law, file, "an editor", "a slip")
    file.write_text("law: region\n", encoding="utf-8")
    with pytest.raises(LawMistakes, match="law file of one country"):
        revise(url, law, file, "an editor", "a slip")
    assert list(export_lines(url)) == before and revisions(url) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{HEAD}rules:\n{LEAVE}gaps: []\n", "gaps: A revision holds rules and contacts alone"),
        (f"{HEAD}rules:\n{LEAVE}{LEAVE}", "rule/qa-leave stands 2 times"),
        (HEAD.replace("country: QA", "country: [QA]") + f"rules:\n{LEAVE}", "law file of one country"),
        (HEAD, "law file of one country"),
    ],
)
def test_what_a_revision_may_hold(tmp_path: Path, law: Path, url: str, text: str, words: str) -> None:
    file = tmp_path / "revision.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LawMistakes, match=words):
        revise(url, law, file, "an editor", "a slip")
    assert revisions(url) == []


def test_who_is_slower_is_told_so(tmp_path: Path, law: Path, url: str) -> None:
    """Somebody else revises between the reading and the writing."""
    with editing._writing(url) as connection:
        held = editing.open_revisions(connection)
    revise(url, law, written(tmp_path, NEW), "another editor", "Gazette 13 of 2026")
    with pytest.raises(RulesError, match="Somebody else revised"), editing._writing(url) as connection:
        editing.hold_revisions(connection, held)


def test_it_ends_when_the_files_say_the_same(tmp_path: Path, law: Path, url: str) -> None:
    _, report = revise(url, law, written(tmp_path, LEAVE + NEW), "an editor", "Gazette 12 of 2026")
    country = law / "country.yml"
    text = country.read_text(encoding="utf-8").replace("days: 3 weeks", "days: 4 weeks")
    country.write_text(text, encoding="utf-8")
    loaded = load_law(url, law)
    assert loaded.settled == [1] and loaded.revisions == [2] and loaded.version == report.version
    exported = "\n".join(export_revisions(url)).split("\n---")
    assert len(exported) == 2 and "qa-pay-fine" in exported[0] and "an editor" in exported[0]
    (law / "exported.yml").write_text(exported[0], encoding="utf-8")
    loaded = load_law(url, law)
    assert loaded.settled == [2] and loaded.revisions == [] and loaded.version == report.version
    assert [each.ended for each in revisions(url)] == ["settled", "settled"]


def test_files_that_contradict_it_are_a_named_conflict(tmp_path: Path, law: Path, url: str) -> None:
    revise(url, law, written(tmp_path, LEAVE), "an editor", "Gazette 12 of 2026")
    before = list(export_lines(url))
    country = law / "country.yml"
    country.write_text(
        country.read_text(encoding="utf-8").replace("days: 3 weeks", "days: 5 weeks"), encoding="utf-8"
    )
    with pytest.raises(RevisionConflicts) as caught:
        load_law(url, law)
    said = str(caught.value)
    assert "law/country.yml:" in said and "rule/qa-leave" in said
    assert "an editor" in said and "Gazette 12 of 2026" in said and "haq rules withdraw 1" in said
    assert list(export_lines(url)) == before
    withdraw(url, law, [1], "another editor")
    assert says(url, "annual_leave")["qa-leave"] == {"days": "5 weeks"}
    assert [each.ended for each in revisions(url)] == ["withdrawn"]
    with pytest.raises(RulesError, match="no open revision 1"):
        withdraw(url, law, [1], "another editor")


def test_a_mistake_beside_a_conflict_is_no_conflict(tmp_path: Path, law: Path, url: str) -> None:
    """Whoever goes on with the old law over a conflict alone must hear of a broken file."""
    revise(url, law, written(tmp_path, LEAVE), "an editor", "Gazette 12 of 2026")
    (law / "country.yml").write_text("law: nonsense\n", encoding="utf-8")
    with pytest.raises(LawMistakes) as caught:
        load_law(url, law)
    assert not isinstance(caught.value, RevisionConflicts)


def weeks_in_the_files(law: Path, weeks: int) -> None:
    """Somebody changes the days of leave in the law files."""
    country = law / "country.yml"
    text = country.read_text(encoding="utf-8")
    country.write_text(re.sub(r"days: \d weeks", f"days: {weeks} weeks", text), encoding="utf-8")


def test_a_conflict_is_not_settled_by_revising_once_more(tmp_path: Path, law: Path, url: str) -> None:
    """What the files say now was read by nobody who revises over the older revision."""
    revise(url, law, written(tmp_path, LEAVE), "an editor", "Gazette 12 of 2026")
    weeks_in_the_files(law, 5)
    with pytest.raises(RevisionConflicts) as caught:
        revise(url, law, written(tmp_path, LEAVE.replace("4", "6")), "another", "Gazette 13 of 2026")
    assert "haq rules withdraw 1" in str(caught.value) and "Gazette 12 of 2026" in str(caught.value)
    assert [(each.id, each.ended) for each in revisions(url)] == [(1, None)]
    assert says(url, "annual_leave")["qa-leave"] == {"days": "4 weeks"}
    # What the files say themselves settles it.
    _, report = revise(url, law, written(tmp_path, LEAVE.replace("4", "5")), "another", "as the files")
    assert report.settled == [2] and load_law(url, law).version == report.version


def test_a_change_of_the_files_that_nobody_loaded_is_not_overwritten(
    tmp_path: Path, law: Path, url: str
) -> None:
    weeks_in_the_files(law, 5)
    with pytest.raises(RulesError, match=r"rule/qa-leave otherwise.*haq rules load"):
        revise(url, law, written(tmp_path, LEAVE), "an editor", "Gazette 12 of 2026")
    assert revisions(url) == [] and says(url, "annual_leave")["qa-leave"] == {"days": "3 weeks"}
    load_law(url, law)
    assert revise(url, law, written(tmp_path, LEAVE), "an editor", "Gazette 12 of 2026")[0] == [1]


def another_rule_in_the_files(law: Path) -> None:
    """Somebody adds a rule to the law files that is not to be live yet."""
    (law / "more.yml").write_text(f"{HEAD}rules:\n{NEW}", encoding="utf-8")


def test_a_revision_brings_nothing_else_of_the_files(tmp_path: Path, law: Path, url: str) -> None:
    """They may be of an older release than what is loaded, or not meant to be live yet."""
    another_rule_in_the_files(law)
    before = list(export_lines(url))
    with pytest.raises(RulesError, match=r"rule/qa-pay-fine otherwise.*haq rules load"):
        revise(url, law, written(tmp_path, LEAVE), "an editor", "Gazette 12 of 2026")
    assert revisions(url) == [] and list(export_lines(url)) == before
    load_law(url, law)
    assert revise(url, law, written(tmp_path, LEAVE), "an editor", "Gazette 12 of 2026")[0] == [1]
    (law / "more.yml").unlink()
    with pytest.raises(RulesError, match="rule/qa-pay-fine otherwise"):
        revise(url, law, written(tmp_path, LEAVE.replace("4", "6")), "an editor", "Gazette 13 of 2026")
    assert "qa-pay-fine" in says(url, "wages")
    assert says(url, "annual_leave")["qa-leave"] == {"days": "4 weeks"}


def test_a_withdrawal_brings_nothing_else_of_the_files(tmp_path: Path, law: Path, url: str) -> None:
    revise(url, law, written(tmp_path, LEAVE), "an editor", "Gazette 12 of 2026")
    another_rule_in_the_files(law)
    before = list(export_lines(url))
    with pytest.raises(RulesError, match=r"rule/qa-pay-fine otherwise.*haq rules load"):
        withdraw(url, law, [1], "another editor")
    assert [each.ended for each in revisions(url)] == [None] and list(export_lines(url)) == before
    load_law(url, law)
    withdraw(url, law, [1], "another editor")
    assert says(url, "annual_leave")["qa-leave"] == {"days": "3 weeks"}


def test_a_conflict_that_keeps_the_files_from_being_loaded_has_a_way_out(
    tmp_path: Path, law: Path, url: str
) -> None:
    """The files cannot be loaded before the revision is taken back, and say more than that."""
    revise(url, law, written(tmp_path, LEAVE), "an editor", "Gazette 12 of 2026")
    weeks_in_the_files(law, 5)
    another_rule_in_the_files(law)
    with pytest.raises(RevisionConflicts, match="haq rules withdraw 1 --by NAME --load"):
        load_law(url, law)
    with pytest.raises(RulesError, match="rule/qa-pay-fine otherwise"):
        withdraw(url, law, [1], "another editor")
    report = withdraw(url, law, [1], "another editor", load=True)
    assert says(url, "annual_leave")["qa-leave"] == {"days": "5 weeks"} and "qa-pay-fine" in says(
        url, "wages"
    )
    assert not load_law(url, law).anything and report.revisions == []


def test_where_nothing_is_loaded_a_revision_loads_the_files(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    revise(url, law_with(tmp_path), written(tmp_path, LEAVE), "an editor", "Gazette 12 of 2026")
    assert says(url, "annual_leave")["qa-leave"] == {"days": "4 weeks"}


def test_a_record_that_is_another_now_is_not_overwritten(tmp_path: Path, law: Path, url: str) -> None:
    """Whoever revises says what they have read: a hash, or that there was nothing."""
    with LawBase(url).reading() as reader:
        read = record_hash(reader.rule("qa-leave"))
    document = written(tmp_path, LEAVE).read_text(encoding="utf-8")
    wanted = {"rule/qa-leave": read}
    assert revise_with(url, law, document, "an editor", "Gazette 12", wanted)[0] == [1]
    for expected in (wanted, {"rule/qa-leave": None}, {"rule/qa-leave": "0" * 64}):
        with pytest.raises(RecordChanged, match="rule/qa-leave"):
            revise_with(url, law, document.replace("4 weeks", "6 weeks"), "another", "13", expected)
    assert says(url, "annual_leave")["qa-leave"] == {"days": "4 weeks"}


def test_a_record_that_changes_while_the_law_is_read_is_not_overwritten(
    tmp_path: Path, law: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another approval comes between the first look and the lock."""
    with LawBase(url).reading() as reader:
        wanted = {"rule/qa-leave": record_hash(reader.rule("qa-leave"))}
    document = written(tmp_path, LEAVE).read_text(encoding="utf-8")
    read, others = editing.law_over, [document.replace("4 weeks", "6 weeks")]

    def slowly(law: editing.Law, over: Iterable[Revision]) -> LawBook:
        if others:
            revise_with(url, law, others.pop(), "another", "Gazette 13", wanted)
        return read(law, over)

    monkeypatch.setattr(editing, "law_over", slowly)
    with pytest.raises(RulesError, match=r"Somebody else revised|was changed since"):
        revise_with(url, law, document, "an editor", "Gazette 12", wanted)
    assert says(url, "annual_leave")["qa-leave"] == {"days": "6 weeks"}
    assert [each.reason for each in revisions(url)] == ["Gazette 13"]


def test_several_are_withdrawn_together_or_none(tmp_path: Path, law: Path, url: str) -> None:
    revise(url, law, written(tmp_path, LEAVE + NEW), "an editor", "Gazette 12 of 2026")
    with pytest.raises(RulesError, match="no open revision 7"):
        withdraw(url, law, [1, 7], "an editor")
    assert [each.ended for each in revisions(url)] == [None, None]
    report = withdraw(url, law, [2, 1], "an editor")
    assert report.revisions == [] and [each.ended for each in revisions(url)] == ["withdrawn", "withdrawn"]
    with pytest.raises(RulesError, match="no open revision"):
        withdraw(url, law, [], "an editor")


def test_only_a_database_without_revisions_has_none(tmp_path: Path, url: str) -> None:
    assert standing(url) == []
    (tmp_path / "broken.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(LawBaseUnavailable):
        standing(f"sqlite:///{tmp_path / 'broken.db'}")


def test_a_conflict_does_not_keep_the_assistant_from_starting(
    tmp_path: Path, law: Path, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    revise(url, law, written(tmp_path, LEAVE), "an editor", "Gazette 12 of 2026")
    country = law / "country.yml"
    country.write_text(
        country.read_text(encoding="utf-8").replace("days: 3 weeks", "days: 5 weeks"), encoding="utf-8"
    )
    monkeypatch.setenv("HAQ_DATABASE_URL", url)
    monkeypatch.setenv("HAQ_LAW_DIR", str(law))
    _load_rules(load_settings())
    told = capsys.readouterr().err
    assert "revision 1" in told and "the law that was loaded before goes on" in told
    assert says(url, "annual_leave")["qa-leave"] == {"days": "4 weeks"}


def test_a_later_revision_follows_the_first(tmp_path: Path, law: Path, url: str) -> None:
    revise(url, law, written(tmp_path, LEAVE), "an editor", "Gazette 12 of 2026")
    revise(url, law, written(tmp_path, LEAVE.replace("4", "6")), "an editor", "Gazette 13 of 2026")
    assert [(each.id, each.ended) for each in revisions(url)] == [(1, "followed"), (2, None)]
    assert says(url, "annual_leave")["qa-leave"] == {"days": "6 weeks"}
    withdraw(url, law, [2], "an editor")
    assert says(url, "annual_leave")["qa-leave"] == {"days": "3 weeks"}


def test_nothing_is_ever_erased(tmp_path: Path, law: Path, url: str) -> None:
    revise(url, law, written(tmp_path, LEAVE + NEW), "an editor", "Gazette 12 of 2026")
    withdraw(url, law, [1], "an editor")
    withdraw(url, law, [2], "an editor")
    assert count(url, "revision") == 2 == count(url, "revision_end")
    steps = history(url, "rule/qa-leave")
    assert [each.kind for each in steps] == ["added", "changed", "changed"]
    assert [(each.field, each.before, each.after) for each in steps[1].fields] == [
        ("values.days", "3 weeks", "4 weeks")
    ]
    assert [each.kind for each in history(url, "rule/qa-pay-fine")] == ["added", "removed"]
    assert history(url, "rule/nobody") == []
    assert load_law(url, law).version == load_law(f"{url}.fresh", law).version


def test_a_revised_contact(tmp_path: Path, law: Path, url: str) -> None:
    file = tmp_path / "revision.yml"
    file.write_text(
        f"""{HEAD}contacts:
- id: qa-office
  name: Labour Office
  roles: [labour_authority]
  immigration_risk: unknown
  values:
  - {{channel: phone, value: '4028 0699', source: code, as_of: '2026-11', evidence: seen, confidence: high}}
""",
        encoding="utf-8",
    )
    _, report = revise(url, law, file, "an editor", "called")
    assert report.changed["contact"] == ["qa-office"]
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        assert connection.execute("select value from contact_value").fetchall() == [("4028 0699",)]
