"""Loading: all or nothing, only what changed, and a clear word when it cannot be done."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from bot.rules import load, tables
from bot.rules.case import make_case
from bot.rules.database import migrate, open_database
from bot.rules.errors import EmptyLawBase, LawBaseUnavailable, LawMistakes
from bot.rules.lawbase import LawBase
from bot.rules.load import LoadReport, load_law
from bot.rules.lookup import lookup
from tests.rules.support import LAW, ROOT, TODAY
from tests.rules.test_broken_files import HERE, law_with

ASKED = make_case(today=TODAY, destination="QA", origin="NP", sector="construction")


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database of its own, not made yet."""
    return f"sqlite:///{tmp_path}/haq.db"


def dump(url: str) -> list[str]:
    """Everything in the database, but when it was loaded."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        return [line for line in connection.iterdump() if "law_version" not in line]


def answers(url: str, topic: str) -> dict[str, dict[str, object]]:
    """The values of each rule that answers."""
    base = LawBase(url)
    try:
        return {result.rule.id: dict(result.rule.values) for result in lookup(base, ASKED, [topic]).answers}
    finally:
        base.close()


def look(url: str) -> None:
    """A lookup in a database that may not be one."""
    with closing(LawBase(url)) as base:
        lookup(base, ASKED)


def edit(law: Path, change: Callable[[str], str]) -> None:
    """Changes the small law book of a test."""
    file = law / "country.yml"
    before = file.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    file.write_text(after, encoding="utf-8")


def test_twelve_mistakes_come_at_once_and_nothing_is_lost(tmp_path: Path, url: str) -> None:
    law = law_with(tmp_path)
    load_law(url, law)
    before = dump(url)
    shutil.copy(HERE / "twelve" / "twelve.yml", law)
    with pytest.raises(LawMistakes) as caught:
        load_law(url, law)
    found = {(mistake.line, mistake.field) for mistake in caught.value.mistakes}
    text = (HERE / "twelve" / "twelve.yml").read_text(encoding="utf-8").splitlines()
    for number in range(1, 13):
        line = next(place for place, each in enumerate(text, 1) if f"# {number} " in each)
        if number == 10:  # told where the source stands
            line = next(place for place, each in enumerate(text, 1) if "half: {" in each)
        assert any(place == line for place, _ in found), (number, line, str(caught.value))
    assert len(caught.value.mistakes) == 12
    assert str(caught.value).startswith("12 mistakes in the law files; nothing was changed.")
    assert dump(url) == before


def test_the_first_load_adds_and_the_second_changes_nothing(tmp_path: Path, url: str) -> None:
    law = law_with(tmp_path)
    first = load_law(url, law)
    assert first.anything and first.added["rule"] == ["qa-complain", "qa-hours", "qa-leave"]
    before = dump(url)
    second = load_law(url, law)
    assert not second.anything
    assert second.unchanged["rule"] == 3 and second.unchanged["contact"] == 1
    assert second.version == first.version
    assert dump(url) == before


@pytest.mark.slow
def test_the_real_law_loads_twice_with_one_result(tmp_path: Path, url: str) -> None:
    law = tmp_path / "law"
    shutil.copytree(LAW, law)
    first, second = load_law(url, law), load_law(url, law)
    assert first.anything and not second.anything and first.version == second.version
    assert second.to_json()["unchanged"]["rule"] == len(first.added["rule"])


def test_a_changed_rule_is_told_and_answered(tmp_path: Path, url: str) -> None:
    law = law_with(tmp_path)
    first = load_law(url, law)
    edit(law, lambda text: text.replace("max_per_day: 8 hours", "max_per_day: 9 hours"))
    report = load_law(url, law)
    assert report.changed["rule"] == ["qa-hours"] and not report.added["rule"] and not report.removed["rule"]
    assert report.version != first.version
    assert answers(url, "working_hours")["qa-hours"]["max_per_day"] == "9 hours"


def test_a_removed_rule_is_told_and_gone(tmp_path: Path, url: str) -> None:
    law = law_with(tmp_path)
    load_law(url, law)
    edit(law, lambda text: text[: text.index("- id: qa-leave")] + text[text.index("- id: qa-complain") :])
    report = load_law(url, law)
    assert report.removed["rule"] == ["qa-leave"] and not report.changed["rule"]
    assert answers(url, "annual_leave") == {}
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        left = connection.execute("select count(*) from rule_reach where rule_id = 'qa-leave'").fetchone()
    assert left == (0,)


def test_a_rule_that_moves_country_is_found_only_in_its_new_one(tmp_path: Path, url: str) -> None:
    law = law_with(tmp_path)
    load_law(url, law)
    edit(law, lambda text: text.replace("type: leave\n  to: QA", "type: leave\n  to: KW"))
    assert load_law(url, law).changed["rule"] == ["qa-leave"]
    assert answers(url, "annual_leave") == {}


def test_a_contact_that_changes_takes_its_numbers_along(tmp_path: Path, url: str) -> None:
    law = law_with(tmp_path)
    load_law(url, law)
    edit(law, lambda text: text.replace("'4028 0660'", "'4028 0669'"))
    assert load_law(url, law).changed["contact"] == ["qa-office"]
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        values = {row[0] for row in connection.execute("select value from contact_value")}
    assert values == {"4028 0669", "4028 0661"}


@pytest.mark.parametrize(
    "step", ["_replace_reach", "_replace_contact_parts", "_replace_emergency", "_version"]
)
def test_a_load_that_breaks_off_changes_nothing(
    tmp_path: Path, url: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = law_with(tmp_path)
    load_law(url, law)
    before = dump(url)
    edit(law, lambda text: text.replace("8 hours", "9 hours").replace("'4028 0660'", "'4028 0669'"))

    def breaks(*args: object) -> None:
        raise sqlite3.OperationalError("disk is full")

    monkeypatch.setattr(load, step, breaks)
    with pytest.raises((LawBaseUnavailable, sqlite3.OperationalError)):
        load_law(url, law)
    monkeypatch.undo()
    assert dump(url) == before
    assert load_law(url, law).changed["rule"] == ["qa-hours"]


def test_a_database_that_cannot_be_written_is_told_kindly(tmp_path: Path, url: str) -> None:
    law = law_with(tmp_path)
    load_law(url, law)
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("drop table rule_reach")
    other.close()
    edit(law, lambda text: text.replace("8 hours", "9 hours"))
    with pytest.raises(LawBaseUnavailable, match="cannot be written"):
        load_law(url, law)


def test_a_folder_without_law_files_does_not_empty_the_database(tmp_path: Path, url: str) -> None:
    load_law(url, law_with(tmp_path))
    before = dump(url)
    empty = tmp_path / "empty"
    empty.mkdir()
    for folder in (tmp_path / "nowhere", empty):
        with pytest.raises(LawMistakes, match="no law files"):
            load_law(url, folder)
    assert dump(url) == before


def test_a_database_without_tables_or_rules_is_empty(tmp_path: Path, url: str) -> None:
    with pytest.raises(EmptyLawBase, match="haq rules load"):
        look(url)
    engine = open_database(url)
    migrate(engine)
    engine.dispose()
    with pytest.raises(EmptyLawBase, match="empty"):
        look(url)


@pytest.mark.parametrize("address", ["nonsense", "oracle+nothing://x", "mysql://user:secret@host/haq"])
def test_an_address_that_cannot_be_used(address: str) -> None:
    with pytest.raises(LawBaseUnavailable) as caught:
        LawBase(address).reading().__enter__()
    assert "secret" not in str(caught.value) and str(caught.value).endswith(".")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "haq.db"
    file.write_text("this is a letter to my mother, not a database\n" * 200, encoding="utf-8")
    with pytest.raises(LawBaseUnavailable, match="cannot be read"):
        look(f"sqlite:///{file}")
    with pytest.raises(LawBaseUnavailable, match="cannot be written"):
        load_law(f"sqlite:///{file}", LAW)


def test_a_folder_in_place_of_a_database(tmp_path: Path) -> None:
    with pytest.raises(LawBaseUnavailable):
        look(f"sqlite:///{tmp_path}")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(LawBaseUnavailable, match="cannot be made"):
        LawBase(f"sqlite:///{tmp_path}/file/haq.db")


def test_a_reader_sees_one_law_while_another_is_loaded(tmp_path: Path, url: str) -> None:
    law = law_with(tmp_path)
    load_law(url, law)
    base = LawBase(url)
    with base.reading() as reader:
        version = reader.version
        edit(law, lambda text: text.replace("8 hours", "9 hours"))
        assert load_law(url, law).version != version
        rule = reader.rule("qa-hours")
        assert rule is not None and rule.values["max_per_day"] == "8 hours"
    with base.reading() as reader:
        rule = reader.rule("qa-hours")
        assert reader.version != version and rule is not None and rule.values["max_per_day"] == "9 hours"
    base.close()


@pytest.mark.slow
def test_what_is_read_from_the_database_is_what_was_written(tmp_path: Path, url: str) -> None:
    from bot.rules.lawfiles import read_law

    book = read_law(LAW)
    load_law(url, LAW)
    base = LawBase(url)
    with base.reading() as reader:
        read = {rule.id: rule for rule in reader.all_rules()}
        assert read.keys() == book.rules.keys()
        for key, rule in book.rules.items():
            assert read[key] == rule, key
        contacts = reader.contacts(book.contacts)
        assert contacts == book.contacts
        assert reader.catalogue == book.catalogue
        assert dict(reader.context.groups) == book.groups
        assert {scope.id: scope for scope in reader.context.scopes} == book.scopes
    base.close()


def test_the_migrations_make_what_the_tables_say(url: str) -> None:
    engine = open_database(url)
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"render_as_batch": True, "compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


def test_migrations_go_up_down_and_up(url: str) -> None:
    engine = open_database(url)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "bot" / "rules" / "migrations"))

    def names() -> set[str]:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}

    def go(way: Callable[[Config, str], None], to: str) -> None:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            way(config, to)

    migrate(engine)
    full = names()
    assert full == set(tables.metadata.tables)
    go(command.downgrade, "base")
    assert names() == set()
    go(command.upgrade, "head")
    assert names() == full
    migrate(engine)  # again: nothing to do
    assert names() == full
    engine.dispose()


def test_an_empty_report_says_that_nothing_changed() -> None:
    assert not LoadReport(added={"rule": []}).anything
    assert LoadReport(removed={"rule": ["a"]}).anything
