"""The training data of every language: enough, without faults, and what we ask people to write is in it."""

import re

import pytest

from bot.answers.translations import translator
from bot.evaluation import read_questions
from bot.language import utterances
from bot.language.utterances import Utterance, check
from bot.rules.vocabulary import LANGUAGES
from bot.settings import ROOT

FORGET = "You do not need to give your name. Write “delete my data” at any time and I forget this chat."


def said(text: str, intent: str = "wages", language: str = "en") -> Utterance:
    return Utterance(language, intent, text)


def problems(*said_: Utterance, questions: tuple[str, ...] = ()) -> list[str]:
    return [each.problem for each in check(said_, questions) if " utterances, not " not in each.problem]


def test_every_language_has_utterances() -> None:
    assert set(utterances.languages()) == set(LANGUAGES)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wrong(language: str) -> None:
    questions = read_questions(ROOT / "tests" / "eval" / f"{language}.jsonl")
    found = check(utterances.read(language), [question.text for question in questions])
    assert [str(each) for each in found if not each.doubt] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_we_ask_people_to_write_is_learnt(language: str) -> None:
    greeting = translator(language).gettext(FORGET)
    (phrase,) = re.findall('[“«”„"](.+?)[”»“"]', greeting)
    learnt = {
        "".join(utterances.split_words(each.text.lower()))
        for each in utterances.read(language)
        if each.intent == "delete_my_data"
    }
    assert "".join(utterances.split_words(phrase.lower())) in learnt, phrase


def test_one_message_under_two_intents_is_found() -> None:
    assert problems(said("No salary!"), said("no salary", "complaint")) == ["complaint and under wages too"]


def test_nearly_one_message_under_two_intents_is_found() -> None:
    first = said("my boss did not pay me three months in doha now")
    second = said("my boss did not pay me four three months in doha now", "complaint")
    assert problems(first, second) == [f"complaint nearly as under wages ({first.text!r})"]


def test_a_question_that_measures_may_not_be_learnt() -> None:
    question = "my boss did not pay me three months"
    assert problems(said("my boss did not pay me three months"), questions=(question,)) == [
        "a question that measures stands in the training data"
    ]


def test_another_script_is_found() -> None:
    assert problems(said("मेरा मालिक तनख्वाह नहीं देता", language="bn")) == ["it is in another script"]


def test_too_few_is_found() -> None:
    found = [each.problem for each in check([said("no salary")])]
    assert "wages has 1 utterances, not 40" in found and "greet has 0 utterances, not 25" in found
