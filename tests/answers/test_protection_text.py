"""The protection map in words: everything it can say, in every language that has it."""

from __future__ import annotations

import gettext
import io
import json

import pytest
from babel.messages.pofile import read_po
from rich.console import Console

from bot.answers import protection as words
from bot.answers.extraction import template
from bot.answers.names import topic_name
from bot.answers.protection import map_json, map_statements, map_text, show_map
from bot.answers.statements import Speaker, Statement
from bot.answers.translations import DOMAIN, LOCALES, Translator, translator
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook
from bot.rules.protection import COLUMNS, GAP, STATES, ProtectionMap, protection_map
from bot.rules.treaties.derivation import ABOUT_EVIDENCE
from bot.rules.treaties.statements import statement_key
from bot.rules.vocabulary import BRANCHES, MEASURES
from tests.answers.languages import LANGUAGES
from tests.rules.support import case_of
from tests.rules.test_derived_statements import KIND_OF

CORRIDORS = [("NP", "QA"), ("HR", "DE"), ("PH", "JP"), ("NG", "CM"), ("UA", "DE"), ("DE", "GB"), ("TV", "NR")]
CELL = {"branch", "column", "state", "evidence", "no_agreement", "left_out_by", "rules", "treaties"}
TREATY = {"treaty", "country", "principle", "conditions", "confirmed", "statement"}


def translated(language: str) -> dict[tuple[str | None, str], str]:
    """What a catalogue says, by context and message."""
    path = LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        found = read_po(file)
    return {
        (each.context, each.id): each.string for each in found if isinstance(each.id, str) and each.string
    }


def map_of(base: LawBase, home: str, to: str, **known: str) -> ProtectionMap:
    return protection_map(base, case_of(home=home, to=to, **known))


def printed(found: ProtectionMap, language: str) -> str:
    out = io.StringIO()
    show_map(found, language, Console(file=out, width=200, highlight=False))
    return out.getvalue()


def whole(text: str) -> None:
    """Nothing is left to be filled, and no code stands for a word."""
    assert text and "{" not in text and "}" not in text, text
    assert not any(code in text for code in ("old_age", "not_yet", "_unconfirmed", "None")), text


def unwrapped(text: str) -> str:
    """One line, no-break spaces as spaces: what is compared does not depend on where lines break."""
    return " ".join(text.split())


def test_everything_has_words(book: LawBook) -> None:
    assert tuple(words.COLUMN_NAMES) == COLUMNS
    assert tuple(words.STATE_NAMES) == STATES
    assert len(set(words.STATE_NAMES.values())) == len(STATES)
    assert set(ABOUT_EVIDENCE) <= book.catalogue.terms["treaty_condition"].keys()


def test_translators_are_given_all_of_it(book: LawBook) -> None:
    held, catalogue = template(book), book.catalogue
    texts: list[tuple[str | None, str]] = [
        *(("map column", text) for text in words.COLUMN_NAMES.values()),
        *(("map state", text) for text in words.STATE_NAMES.values()),
        *((None, each.title) for each in book.treaties.instruments.values()),
        *((None, str(each.title)) for each in book.treaties.agreements.values() if each.group and each.title),
    ]
    for vocabulary in ("treaty_condition", "undertaking", "no_effect", "sea_law"):
        texts += [(f"term {vocabulary}", str(text)) for text in catalogue.terms[vocabulary].values()]
    for name in KIND_OF:
        texts += [(None, clause.text) for clause in catalogue.types[name].say]
    for context, text in texts:
        assert held.get(text, context) is not None, (context, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_said_in_every_language_that_has_them(language: str) -> None:
    t, has = translator(language), translated(language)
    for context, texts in (("map column", words.COLUMN_NAMES), ("map state", words.STATE_NAMES)):
        for text in texts.values():
            assert t.pgettext(context, text) == has.get((context, text), text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("home", "to"), CORRIDORS)
def test_each_thing_is_said_with_its_conditions(base: LawBase, language: str, home: str, to: str) -> None:
    found, has = map_of(base, home, to), translated(language)
    said = {each.rule.id: each for each in map_statements(found, translator(language))}
    assert len(said) == len(found.undertakings) + len(found.effects)
    terms = found.catalogue.terms["treaty_condition"]
    for right in found.derivation.rights:
        statement = said[found.undertakings[statement_key(right)].rule.id]
        for condition in right.conditions:
            text = str(terms[condition])
            assert unwrapped(has.get(("term treaty_condition", text), text)) in unwrapped(statement.text)
    for each in said.values():
        whole(each.full_text())
        assert each.source or each.caution
    reasons = found.catalogue.terms["no_effect"]
    for setback in found.derivation.setbacks:
        statement = said.get(f"{setback.instrument}/{setback.reason}")
        text = str(reasons[setback.reason])
        if statement is None:  # a labour agreement says it in its own words, or nothing
            assert found.treaties.agreements[setback.instrument].kind == "bilateral_labour_agreement"
        else:
            assert has.get(("term no_effect", text), text) in statement.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("home", "to"), CORRIDORS)
def test_the_map_as_json(base: LawBase, language: str, home: str, to: str) -> None:
    found = map_of(base, home, to)
    body = json.loads(json.dumps(map_json(found, language), ensure_ascii=False))
    assert set(body) == {
        "version", "case", "cells", "agreements", "no_agreement_known", "setbacks", "statements",
    }  # fmt: skip
    assert (body["case"]["origin"], body["case"]["destination"]) == (home, to)
    assert [(cell["branch"], cell["column"]) for cell in body["cells"]] == [
        (branch, column) for branch in BRANCHES for column in COLUMNS
    ]
    statements = {each["rule"]: each for each in body["statements"]}
    assert len(statements) == len(body["statements"])
    referred = set()
    for cell in body["cells"]:
        assert set(cell) == CELL
        assert cell["state"] in STATES and cell["evidence"] in ("seen", "known", None)
        assert (cell["evidence"] is None) == (cell["state"] == GAP)
        added = cell["column"] == "totalization"
        assert added or not cell["left_out_by"]
        rests = cell["rules"] or cell["treaties"] or cell["left_out_by"] or (added and cell["no_agreement"])
        assert bool(rests) == (cell["state"] != GAP)
        for rule in cell["rules"]:
            assert set(rule) == {"rule", "applies", "depends_on"}
            assert bool(rule["depends_on"]) == (rule["applies"] == "depends")
        for treaty in cell["treaties"]:
            assert set(treaty) == TREATY
            assert treaty["confirmed"] == (not set(ABOUT_EVIDENCE) & set(treaty["conditions"]))
            said = statements[treaty["statement"]]
            assert (said["type"], said["values"]["country"]) == ("undertaking", treaty["country"])
            assert cell["branch"] in said["topics"]
            referred.add(treaty["statement"])
    for each in statements.values():
        whole(each["text"])
        assert each["via"] in MEASURES and bool(each["depends_on"]) == (each["applies"] == "depends")
        if each["type"] == "undertaking" and set(each["topics"]) & set(BRANCHES):
            assert each["rule"] in referred
    for setback in body["setbacks"]:
        assert set(setback) == {"treaty", "reason"}
    crossing = {"totalization", "export"}
    for cell in body["cells"]:
        assert cell["no_agreement"] == (body["no_agreement_known"] and cell["column"] in crossing)
    assert body["no_agreement_known"] == any(each["type"] == "no_agreement" for each in statements.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("home", "to"), CORRIDORS)
def test_the_map_in_the_terminal(base: LawBase, language: str, home: str, to: str) -> None:
    found, t = map_of(base, home, to), translator(language)
    said = unwrapped(printed(found, language))
    assert "{" not in said and "}" not in said
    for column in COLUMNS:
        assert any(word in said for word in t.pgettext("map column", words.COLUMN_NAMES[column]).split())
    for each in map_statements(found, t):
        assert unwrapped(f"• {each.full_text()}") in said
        assert unwrapped(f"{each.source} [{each.rule.id}]") in said
    assert ("[no-agreement/" in said) == (found.derivation.no_agreement is not None)
    assert unwrapped(t.gettext("This is information, not legal advice.")) in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("home", "to"), CORRIDORS)
def test_the_map_in_a_chat(base: LawBase, language: str, home: str, to: str) -> None:
    """Each branch stands once under each heading, beside its state."""
    found, t = map_of(base, home, to), translator(language)
    said = map_text(found, language)
    whole(said)
    parts: dict[str, list[str]] = {}
    for line in said.split("\n"):
        if line.startswith("  • "):
            parts[list(parts)[-1]].append(line)
        else:
            parts[line] = []
    assert len(parts) == len(COLUMNS)
    for column, lines in zip(COLUMNS, parts.values(), strict=True):
        for branch in BRANCHES:
            state = t.pgettext("map state", words.STATE_NAMES[found.cell(branch, column).state])
            start = t.gettext("{state}: {branches}", state=state, branches="").rstrip()
            (mine,) = (line for line in lines if line.startswith(f"  • {start}"))
            assert topic_name(branch, t) in mine


def test_an_unknown_language_speaks_english(base: LawBase) -> None:
    assert map_json(map_of(base, "HR", "DE"), "xx") == map_json(map_of(base, "HR", "DE"), "en")


class Broken(gettext.NullTranslations):
    """A catalogue whose translation names another placeholder than its source."""

    def gettext(self, message: str) -> str:
        return "Hinweis: {bedingung}." if message == "Note: {conditions}." else message


def test_a_faulty_translation_falls_back_to_english(base: LawBase) -> None:
    found = map_of(base, "NG", "CM", status="irregular")
    result = found.undertakings[
        next(statement_key(each) for each in found.derivation.rights if each.depends_on)
    ]
    said: Statement = Speaker(found, Translator("en", Broken())).statement(result)
    assert "Note: " in said.text and "Hinweis" not in said.text
    whole(said.text)
