"""A whole answer: JSON, channels with their risk, no number that nobody has seen, gaps in words."""

from __future__ import annotations

import json

import pytest

from bot.answers.answer import answer, answer_json
from bot.answers.names import RISK_TEXTS
from bot.answers.translations import translator
from bot.rules.lawbase import LawBase
from bot.rules.lookup import lookup
from bot.rules.vocabulary import MEASURES
from tests.answers.languages import LANGUAGES
from tests.number_trace import untraced
from tests.rules.support import case_of

CORRIDORS = [
    ("NP", "QA"),
    ("PH", "SA"),
    ("ID", "MY"),
    ("LS", "ZA"),
    ("MA", "IT"),
    ("NP", "JP"),
    ("TV", "NR"),
    ("GH", "SN"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", [None, "irregular", "regular", "refugee"])
@pytest.mark.parametrize(("home", "place"), CORRIDORS)
def test_an_answer_is_whole(base: LawBase, language: str, status: str | None, home: str, place: str) -> None:
    known = {"home": home, "to": place} | ({"status": status} if status else {})
    found = lookup(base, case_of(**known))
    said = answer(found, language)
    body = answer_json(said)
    text = json.dumps(body, ensure_ascii=False)
    assert body["version"] == found.version and body["case"]["destination"] == place
    risks = [translator(language).gettext(each) for each in RISK_TEXTS.values()]
    for channel in said.channels:
        for card in channel.cards:
            assert (card.risk in risks) == (status != "regular"), card.name
            assert card.risk is None or card.risk in channel.text()
    for item in body["answers"]:
        assert (
            item["applies"] in ("yes", "depends")
            and item["trace"]
            and item["text"]
            and item["via"] in MEASURES
        )
        assert bool(item["depends_on"]) == (item["applies"] == "depends")
    seen = {
        value.value
        for contact in found.contacts.values()
        for value in contact.values
        if value.provenance.evidence == "seen"
    }
    # Ids are those of the research, and some hold a number; they are for editors.
    for key in sorted(
        {item["rule"] for item in (*body["answers"], *body["channels"])} | found.contacts.keys(),
        key=len,
        reverse=True,
    ):
        text = text.replace(key, "")
    legal = json.dumps([item["legal_basis"] for item in body["answers"]])
    for contact in found.contacts.values():
        for value in contact.values:
            if value.provenance.evidence != "seen" and len(value.value) > 4 and value.value not in legal:
                assert value.value in seen or value.value not in text, (contact.id, value.value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("home", "place"), CORRIDORS)
def test_every_number_of_an_answer_is_accounted_for(
    base: LawBase, language: str, home: str, place: str
) -> None:
    found = lookup(base, case_of(home=home, to=place, on="2025-03-01"))
    said = answer(found, language)
    # A statement may name what holds instead, so the rules before which it gives way count too.
    rivals = {result.rule.id: result.unless for result in (*found.answers, *found.channels)}
    for statement in said.statements:
        rules = [statement.rule, *rivals[statement.rule.id]]
        assert untraced(statement.full_text(), rules, statement.contacts, found.case) == [], statement.rule.id
    for channel in said.channels:
        statement = channel.statement
        assert untraced(channel.text(), statement.rule, statement.contacts, found.case) == [], (
            statement.rule.id
        )
    assert untraced(said.emergency, None, (), found.case, found.emergency) == []
    for gap in said.gaps:
        assert gap.text and untraced(gap.text, None, (), found.case, days=[gap.gap.looked or ""]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_gaps_of_each_kind_are_said(base: LawBase, language: str) -> None:
    kinds = {}
    for known in ({"home": "NP"}, {"to": "NR"}, {"home": "TV", "to": "NR"}, {"to": "OM", "on": "2021-02-28"}):
        for gap in answer(lookup(base, case_of(**known)), language).gaps:
            kinds[gap.gap.reason] = gap.text
    assert set(kinds) >= {"nothing_in_data", "not_known_then", "destination_unknown", "origin_unknown"}
    assert len(set(kinds.values())) == len(kinds)


def test_what_comes_first_is_what_was_asked_first(base: LawBase) -> None:
    said = answer(
        lookup(base, case_of(home="NP", to="QA", sector="construction"), ["overtime", "wages"]), "en"
    )
    places = [
        min(
            ("overtime", "wages").index(topic) for topic in each.rule.topics if topic in ("overtime", "wages")
        )
        for each in said.statements
    ]
    assert places == sorted(places)
    assert len(said.rule_ids()) == len(set(said.rule_ids()))
