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
from bot.answers.protection import derived_text, map_json, setback_text, show_map
from bot.answers.translations import DOMAIN, LOCALES, Translator, available_languages, translator
from bot.rules.lawbase import LawBase
from bot.rules.lawfiles import LawBook
from bot.rules.model import Provenance, Source
from bot.rules.protection import COLUMNS, GAP, STATES, ProtectionMap, protection_map
from bot.rules.treaties.derivation import (
    _REASONS,
    CONDITIONS,
    EQUALITY,
    EXPORT,
    TOTALIZATION,
    Derived,
    Setback,
)
from bot.rules.vocabulary import BRANCHES
from tests.rules.support import case_of

SEEN = Provenance(Source("List", "ILO", None), None, "2026", "seen", "high")
LANGUAGES = available_languages()
CORRIDORS = [("NP", "QA"), ("HR", "DE"), ("PH", "JP"), ("NG", "CM"), ("UA", "DE"), ("DE", "GB"), ("TV", "NR")]


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


def right(*conditions: str, principle: str = EQUALITY) -> Derived:
    return Derived("C118", "QA", "old_age", principle, conditions, True, SEEN)


def map_of(base: LawBase, home: str, to: str, **known: str) -> ProtectionMap:
    return protection_map(base, case_of(home=home, to=to, **known))


def printed(found: ProtectionMap, language: str) -> str:
    out = io.StringIO()
    show_map(found, language, Console(file=out, width=200, highlight=False))
    return out.getvalue()


def test_everything_has_words() -> None:
    assert set(words.CONDITION_TEXTS) == set(CONDITIONS)
    assert tuple(words.COLUMN_NAMES) == COLUMNS
    assert tuple(words.STATE_NAMES) == STATES
    assert set(words.REASON_TEXTS) == {"ended", "not_yet", *_REASONS.values()}


def test_translators_are_given_all_of_it(book: LawBook) -> None:
    held = template(book)
    for context, texts in (
        ("map column", words.COLUMN_NAMES),
        ("map state", words.STATE_NAMES),
        (None, words.CONDITION_TEXTS),
        (None, words.REASON_TEXTS),
    ):
        for text in texts.values():
            assert held.get(text, context) is not None, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_said_in_every_language_that_has_them(language: str) -> None:
    t, has = translator(language), translated(language)
    for context, texts in (("map column", words.COLUMN_NAMES), ("map state", words.STATE_NAMES)):
        for text in texts.values():
            assert t.pgettext(context, text) == has.get((context, text), text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("principle", [EQUALITY, TOTALIZATION, EXPORT])
def test_a_right_is_an_undertaking_with_each_condition(language: str, principle: str) -> None:
    t, has = translator(language), translated(language)
    bare = derived_text(right(principle=principle), t)
    whole(bare)
    for condition in CONDITIONS:
        text = words.CONDITION_TEXTS[condition]
        said = derived_text(right(condition, principle=principle), t)
        whole(said)
        assert said.startswith(bare) and has.get((None, text), text) in said
    several = derived_text(right("resident", "not_tax_funded", principle=principle), t)
    assert all(t.gettext(words.CONDITION_TEXTS[each]) in several for each in ("resident", "not_tax_funded"))


def test_a_right_is_never_promised() -> None:
    said = {
        derived_text(right(principle=each), translator("en")) for each in (EQUALITY, TOTALIZATION, EXPORT)
    }
    assert len(said) == 3
    for text in said:
        assert (
            "has undertaken" in text and "entitled" not in text and "you have the right" not in text.lower()
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_setback_says_why(language: str) -> None:
    t, has = translator(language), translated(language)
    for reason, text in words.REASON_TEXTS.items():
        said = setback_text(Setback("msa-uma", None, reason), t)
        whole(said)
        assert "msa-uma" in said and has.get((None, text), text) in said


def whole(text: str) -> None:
    """Nothing is left to be filled, and no code stands for a word."""
    assert text and "{" not in text and "}" not in text, text
    assert "old_age" not in text and "None" not in text, text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("home", "to"), CORRIDORS)
def test_the_map_as_json(base: LawBase, language: str, home: str, to: str) -> None:
    found = map_of(base, home, to)
    body = json.loads(json.dumps(map_json(found, language), ensure_ascii=False))
    assert set(body) == {"version", "case", "cells", "agreements", "no_agreement_known", "setbacks"}
    assert (body["case"]["origin"], body["case"]["destination"]) == (home, to)
    assert [(cell["branch"], cell["column"]) for cell in body["cells"]] == [
        (branch, column) for branch in BRANCHES for column in COLUMNS
    ]
    for cell in body["cells"]:
        assert set(cell) == {"branch", "column", "state", "evidence", "no_agreement", "rules", "treaties"}
        assert cell["state"] in STATES and cell["evidence"] in ("seen", "known", None)
        assert (cell["evidence"] is None) == (cell["state"] == GAP)
        assert bool(cell["rules"] or cell["treaties"] or cell["no_agreement"]) == (cell["state"] != GAP)
        for rule in cell["rules"]:
            assert set(rule) == {"rule", "applies", "depends_on"}
            assert bool(rule["depends_on"]) == (rule["applies"] == "depends")
        for treaty in cell["treaties"]:
            assert set(treaty) == {"treaty", "country", "principle", "conditions", "confirmed", "text"}
            assert set(treaty["conditions"]) <= set(CONDITIONS)
            whole(treaty["text"])
            unconfirmed = {each for each in treaty["conditions"] if each.endswith("_unconfirmed")}
            assert treaty["confirmed"] == (not unconfirmed)
    for setback in body["setbacks"]:
        assert set(setback) == {"treaty", "reason", "text"}
        whole(setback["text"])
    assert body["no_agreement_known"] == any(cell["no_agreement"] for cell in body["cells"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("home", "to"), CORRIDORS)
def test_the_map_in_the_terminal(base: LawBase, language: str, home: str, to: str) -> None:
    found, t = map_of(base, home, to), translator(language)
    said = unwrapped(printed(found, language))
    assert "{" not in said and "}" not in said
    for column in COLUMNS:
        assert any(word in said for word in t.pgettext("map column", words.COLUMN_NAMES[column]).split())
    for each in found.derivation.rights:
        assert unwrapped(f"{derived_text(each, t)} [{each.instrument}]") in said
    for setback in found.derivation.setbacks:
        assert unwrapped(setback_text(setback, t)) in said
    none = t.gettext("We know of no social security agreement between the two countries.")
    assert (unwrapped(none) in said) == (found.derivation.no_agreement is not None)
    assert unwrapped(t.gettext("This is information, not legal advice.")) in said


def unwrapped(text: str) -> str:
    """One line, no-break spaces as spaces: what is compared does not depend on where lines break."""
    return " ".join(text.split())


def test_an_unknown_language_speaks_english(base: LawBase) -> None:
    assert map_json(map_of(base, "HR", "DE"), "xx") == map_json(map_of(base, "HR", "DE"), "en")


class Broken(gettext.NullTranslations):
    """A catalogue whose translation names another placeholder than its source."""

    def gettext(self, message: str) -> str:
        return "Hinweis: {bedingung}." if message == "Note: {conditions}." else message


def test_a_faulty_translation_falls_back_to_english() -> None:
    said = derived_text(right("resident"), Translator("en", Broken()))
    assert said.endswith("Note: if you live there.")
