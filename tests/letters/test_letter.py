"""A letter says what was told, nothing more, and leaves the rest to the hand."""

import re
from datetime import date

import pytest

from bot.answers.translations import available_languages, translator
from bot.letters.letter import BLANK, LetterFacts, compose
from bot.rules.vocabulary import TOPICS
from tests.letters.samples import OWN_WORDS, facts

ENGLISH = translator("en")
UNTOLD = LetterFacts(topic="wages", destination="QA", day=date(2026, 11, 22))


def bare(text: str) -> str:
    """The text without marks of direction."""
    return re.sub("[\u2066-\u2069]", "", text)


@pytest.mark.parametrize("language", available_languages())
def test_every_language_composes_a_whole_letter(language: str) -> None:
    told = facts(happened=OWN_WORDS[language], told_in=language)
    text = bare(compose(told, translator(language)).text())
    assert not re.search(r"\{\w*\}", text)
    wanted = (told.office, told.worker, told.employer, told.workplace, told.started, told.ended, told.job,
              told.happened, told.wants, told.amount, *told.grounds[0], *told.evidence)  # fmt: skip
    assert [value for value in wanted if value not in text] == []
    assert "2026" in text


@pytest.mark.parametrize("language", available_languages())
def test_the_untold_is_a_blank_line(language: str) -> None:
    letter = compose(UNTOLD, translator(language))
    labels = [line for line in letter.text().splitlines() if line.endswith(BLANK)]
    # office, name, address, phone, passport; five facts; what happened and what is asked on three lines
    # each; amount, evidence; place, signature
    assert len(labels) == 5 + 5 + 3 + 3 + 1 + 1 + 2
    assert "None" not in letter.text()


def test_only_spaces_were_not_told() -> None:
    blanks = facts(worker="  ", happened=" \n ", wants="", amount=" ", evidence=("", " "), started=None)
    text = compose(blanks, ENGLISH).text()
    assert f"From: {BLANK}" in text
    assert f"First day of work: {BLANK}" in text
    assert f"What happened:\n{BLANK}" in text
    assert f"Amount: {BLANK}" in text
    assert f"I add copies of:\n• {BLANK}" in text


def test_address_phone_and_passport_are_written_by_hand() -> None:
    text = compose(facts(), ENGLISH).text()
    for line in ("My address", "My phone", "My passport or ID number", "Place", "Signature"):
        assert f"{line}: {BLANK}" in text


def test_the_law_stands_there_only_with_grounds() -> None:
    assert "What the law says:" not in compose(facts(grounds=()), ENGLISH).text()
    text = compose(facts(grounds=(("One.", "Art. 1"), ("Two.", ""))), ENGLISH).text()
    assert "What the law says:\n• One.\nLegal basis: Art. 1\n• Two.\n\n" in text


def test_own_words_are_kept_as_they_are() -> None:
    words = "He said: {pay} 100%!\nThen nothing…"
    text = bare(compose(facts(happened=words), ENGLISH).text())
    assert f"What happened:\nIn my own words:\n{words}\n" in text


def test_marks_in_own_words_cannot_turn_the_letter_round() -> None:
    text = compose(facts(worker="A\u202eB", happened="\u2067x\u2069\u2069 y"), ENGLISH).text()
    assert "From: AB\n" in text
    assert "\u2068x y\u2069\n" in text


def test_a_name_from_right_to_left_is_kept_apart() -> None:
    assert "Employer: \u2068شركة 2\u2069\n" in compose(facts(employer="شركة 2"), ENGLISH).text()


def test_shown_money_keeps_its_direction() -> None:
    money = "\u2068QAR 4,500\u2069 في الشهر"
    assert money in compose(facts(amount=money), translator("ar")).text()


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_can_be_complained_about(topic: str) -> None:
    assert "About: " in compose(facts(topic=topic), ENGLISH).text()


def test_a_topic_of_help_is_no_complaint() -> None:
    assert f"About: {BLANK}" in compose(facts(topic="hotline"), ENGLISH).text()


def test_an_amount_is_asked_only_where_money_is() -> None:
    assert "Amount:" not in compose(facts(topic="violence_harassment", amount=""), ENGLISH).text()
    assert "Amount: QAR 4,500" in compose(facts(topic="violence_harassment"), ENGLISH).text()


MACHINE = "A machine wrote this letter from the answers of the worker."
UNCHECKED = "No native speaker has checked the words of this letter."


def test_a_letter_in_the_own_language_needs_no_note() -> None:
    for told_in in ("", "ne"):
        text = compose(facts(told_in=told_in), translator("ne")).text()
        assert translator("ne").gettext(MACHINE) not in text


def test_a_letter_in_another_language_says_who_wrote_it() -> None:
    english = compose(facts(told_in="ne", happened=OWN_WORDS["ne"]), ENGLISH).text()
    assert english.endswith(MACHINE)  # English is the source: there is nothing to check
    assert "In my own words (Nepali):" in english
    arabic = translator("ar")
    assert not arabic.native_reviewed
    text = compose(facts(told_in="ne"), arabic).text()
    assert text.endswith(f"{arabic.gettext(MACHINE)}\n{arabic.gettext(UNCHECKED)}")
