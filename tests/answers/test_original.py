"""The English original of an answer is one tap away, and the chat stays in its language."""

from datetime import date

import pytest

from bot.answers.translations import translator
from bot.conversation.respond import respond
from bot.conversation.turn import Reply, State, Turn, Understanding
from bot.rules.lawbase import LawBase

TODAY = date(2026, 11, 21)


def say(state: State, base: LawBase, text: str, intent: str = "wages", language: str = "ar") -> Reply:
    said = Understanding(text, intent, 0.9, language=language, language_confident=True)
    return respond(Turn(state, said, base, TODAY))


@pytest.fixture
def answered(base: LawBase) -> Reply:
    state = State(language="ar", destination="QA", origin="EG", sector="construction")
    return say(state, base, "كفيلي ما دفع راتبي")


def test_an_unchecked_answer_says_so_and_offers_the_original(answered: Reply) -> None:
    t = translator("ar")
    assert not t.native_reviewed
    assert t.gettext("No native speaker has checked these words yet.") in answered.messages[0].text
    assert ("original", t.gettext("In English")) in answered.messages[-1].choices


def test_the_original_is_the_english_answer(answered: Reply, base: LawBase) -> None:
    label = translator("ar").gettext("In English")
    original = say(answered.state, base, label)
    english = say(State(language="en", destination="QA", origin="EG", sector="construction"), base, "no pay",
                  language="en")  # fmt: skip
    assert original.messages[0].rules == english.messages[0].rules
    assert english.messages[0].text.startswith(original.messages[0].text)  # but for the disclaimer
    assert original.state.language == "ar"
    assert original.messages[-1].text == translator("ar").gettext("What do you want to do next?")


def test_english_offers_no_original(base: LawBase) -> None:
    reply = say(State(language="en", destination="QA", sector="construction"), base, "no pay", language="en")
    assert all(does != "original" for does, _ in reply.messages[-1].choices)
