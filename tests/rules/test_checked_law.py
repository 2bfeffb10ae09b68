"""Law files checked once say the same of revisions as reading all anew; rules are written back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.rules import yamlfile
from bot.rules.editing import law_with as law_with_document
from bot.rules.editing import revise, revise_with, withdraw
from bot.rules.errors import LawMistakes, Mistake, RulesError
from bot.rules.lawfiles import CheckedLaw, LawBook, read_law
from bot.rules.load import load_law, records
from bot.rules.model import Rule
from bot.rules.revisions import AS_FOUND, Revision
from bot.rules.writing import as_yaml, law_file, review_months, rule_item
from tests.rules.support import LAW
from tests.rules.test_broken_files import BROKEN, HERE, law_with
from tests.rules.test_revisions import HEAD, LEAVE, NEW


def laid(document: str) -> tuple[Revision, ...]:
    """A document as revisions, one a record, as a desk makes them."""
    content = yamlfile.parse(document, lambda *mistake: None)
    if content is None or content.get("law") != "country":
        return ()
    found = []
    for section, kind in (("contacts", "contact"), ("rules", "rule")):
        for item in content.get(section) or ():
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                frame = {
                    key: value
                    for key, value in content.items()
                    if key not in ("contacts", "rules", "gaps", "scope")
                }
                text = as_yaml({**frame, section: [item]})
                record = f"{kind}/{item['id']}"
                if record not in {each.record for each in found}:
                    found.append(
                        Revision(len(found) + 1, record, "QA", AS_FOUND, text, "an editor", "x", "2026")
                    )
    return tuple(found)


def outcome(read: object, *arguments: object) -> list[Mistake] | dict[str, dict[str, str]]:
    """The law as it stands in the database, or every mistake."""
    try:
        book = read(*arguments)  # type: ignore[operator]
    except LawMistakes as error:
        return error.mistakes
    assert isinstance(book, LawBook)
    return {table.name: bodies for table, bodies in records(book).items()}


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> CheckedLaw:
    law = CheckedLaw(law_with(tmp_path_factory.mktemp("checked")))
    law.read()
    return law


@pytest.mark.parametrize(
    "file", [*BROKEN, *sorted((HERE / "good").glob("*.yml"))], ids=lambda file: file.stem
)
def test_the_same_as_reading_all(file: Path, checked: CheckedLaw) -> None:
    """Everything that can be wrong with a rule or contact, laid over the law as a revision."""
    revisions = laid(file.read_text(encoding="utf-8"))
    assert outcome(checked.read, revisions) == outcome(lambda: read_law(checked.folder, revisions=revisions))


def test_mistakes_do_not_stay(checked: CheckedLaw) -> None:
    """A bad revision leaves nothing behind for the next one."""
    bad = laid(HEAD + "rules:\n" + LEAVE.replace("4 weeks", "4 moons"))
    good = laid(HEAD + "rules:\n" + LEAVE)
    with pytest.raises(LawMistakes, match="moons"):
        checked.read(bad)
    assert checked.read(good).rules["qa-leave"].values == {"days": "4 weeks"}
    assert checked.read().rules["qa-leave"].values == {"days": "3 weeks"}


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    folder = law_with(tmp_path)
    law = CheckedLaw(folder)
    assert law.read().rules["qa-leave"].values == {"days": "3 weeks"}
    file = folder / "country.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("days: 3 weeks", "days: 5 weeks"), encoding="utf-8")
    assert law.read().rules["qa-leave"].values == {"days": "5 weeks"}
    file.write_text(text.replace("days: 3 weeks", "days: 5 moons"), encoding="utf-8")
    with pytest.raises(LawMistakes, match="moons"):
        law.read()
    file.write_text(text, encoding="utf-8")
    assert law.read().rules["qa-leave"].values == {"days": "3 weeks"}


def test_a_desk_revises_from_it(tmp_path: Path) -> None:
    """Live, followed, withdrawn: as with the files themselves."""
    folder, url = law_with(tmp_path), f"sqlite:///{tmp_path / 'haq.db'}"
    first = load_law(url, folder)
    law = CheckedLaw(folder)
    numbers, report = revise_with(url, law, f"{HEAD}rules:\n{LEAVE}{NEW}", "an editor", "Gazette 12", {})
    assert numbers == [1, 2] == report.revisions
    assert load_law(url, folder).version == report.version
    file = tmp_path / "again.yml"
    file.write_text(f"{HEAD}rules:\n{LEAVE.replace('4', '6')}", encoding="utf-8")
    revise(url, law, file, "an editor", "Gazette 13")
    assert law_with_document(url, law, f"{HEAD}rules:\n{NEW}").rules["qa-leave"].values == {"days": "6 weeks"}
    withdraw(url, law, [2], "an editor")
    assert withdraw(url, law, [3], "an editor").version == first.version
    with pytest.raises(RulesError, match="no open revision 3"):
        withdraw(url, law, [3], "an editor")


def test_mistakes_of_a_document_stand_under_its_records(tmp_path: Path) -> None:
    folder, url = law_with(tmp_path), f"sqlite:///{tmp_path / 'haq.db'}"
    load_law(url, folder)
    with pytest.raises(LawMistakes) as caught:
        law_with_document(
            url, CheckedLaw(folder), f"{HEAD}rules:\n{NEW}{LEAVE.replace('4 weeks', '4 moons')}"
        )
    assert [(each.file, each.field) for each in caught.value.mistakes] == [("rule/qa-leave", "days")]


@pytest.mark.slow
def test_every_rule_is_written_back(book: LawBook) -> None:
    """Each rule of the law, written as a law file and laid over the files, is what they say."""
    revisions = [
        Revision(number, f"rule/{rule.id}", "QA", AS_FOUND, written(rule, book), "an editor", "x", "2026")
        for number, rule in enumerate(book.rules.values(), 1)
    ]
    again = read_law(LAW, revisions=revisions)
    assert set(again.settled) == {each.id for each in revisions}


def written(rule: Rule, book: LawBook) -> str:
    item = rule_item(rule, book.catalogue.types[rule.type])
    return as_yaml(law_file("QA", [(item, rule.provenance.source)], review_months(rule)))


def test_a_review_date_of_its_own_is_kept(checked: CheckedLaw) -> None:
    """Not every review date is reckoned from the date of the information."""
    rule = checked.read().rules["qa-leave"]
    dated = replace(rule, provenance=replace(rule.provenance, review_by="2026-05-03"))
    assert review_months(rule) == 12 and review_months(dated) is None
    item = rule_item(dated, checked.read().catalogue.types[rule.type])
    assert item["review_by"] == "2026-05-03"
    assert "review_by" not in rule_item(rule, checked.read().catalogue.types[rule.type])
