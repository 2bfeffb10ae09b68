"""An emergency, in every language, at any point of any form: the number at once, and short."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.answers.translations import available_languages
from bot.conversation.form_list import FORMS
from bot.conversation.forms import Question
from bot.conversation.turn import State
from bot.rules.lawbase import LawBase
from bot.rules.vocabulary import DANGERS
from tests.conversation.driver import Chat

LONGEST = 400
DESTINATIONS = ("QA", "SA", "AE", "KW", "LB", "MY", "SG", "HK", "KR", "TW", "IT", "ES", "US", "ZA", "FJ")
_MARKS = re.compile("[\u2066-\u2069\u200e\u200f\u061c]")


def opened(base: LawBase, language: str, form: str, question: Question) -> Chat:
    """A person in Qatar who was just asked a question of a form."""
    state = State(language=language, language_chosen=True, origin="NP", destination="QA")
    return Chat(base, replace(state, form=form, form_asks=question.name, tries=1))


@pytest.mark.parametrize("language", available_languages())
def test_in_the_middle_of_any_form(base: LawBase, language: str) -> None:
    dangers = iter(sorted(DANGERS) * 20)
    for name, form in FORMS.items():
        for question in form.questions:
            said = opened(base, language, name, question).say("...", danger=next(dangers))
            text = _MARKS.sub("", said.text)
            assert len(text) <= LONGEST and "999" in text, (name, question.name, text)
            assert said.state.form == name and "go_on" in said.offers


@pytest.mark.parametrize("language", available_languages())
@pytest.mark.parametrize("danger", sorted(DANGERS))
def test_short_with_a_number_everywhere(base: LawBase, language: str, danger: str) -> None:
    for destination in (None, *DESTINATIONS):
        for status in (None, "irregular"):
            state = State(language=language, language_chosen=True, destination=destination, status=status)
            said = Chat(base, state).say("...", danger=danger)
            text = _MARKS.sub("", said.text)
            assert len(text) <= LONGEST, (destination, text)
            assert re.search(r"\d{3}", text), (destination, text)


def test_nobody_is_asked_for_papers_first(base: LawBase) -> None:
    said = Chat(base, State()).say("they locked me in the room")
    assert said.state.asking == "destination" and not said.offers


def test_self_harm_names_no_police(base: LawBase) -> None:
    for destination in DESTINATIONS:
        said = Chat(base, State(destination=destination)).say("...", danger="self_harm")
        said.lacks("police:")
