"""The words and codes with which a link fills a case into a chat."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from bot.channels.platform import Inbound
from bot.channels.telegram import Telegram
from bot.conversation.case_link import Told, case_code, is_case_code, opening_words, understood, words_of_code
from bot.language.identification import identify
from bot.rules.vocabulary import LANGUAGES, SECTORS
from tests.conversation.driver import Chat

CASES = (
    Told("NP", "QA", "construction"),
    Told("ET", "LB", "domestic_work"),
    Told("BD", "MY", "manufacturing"),
    Told("MA", "FR", "agriculture"),
    Told("PH", "SA", "seafaring"),
    Told("VN", "TW", "care_health"),
    Told("LK", "KW", None),
    Told(None, "AE", "transport_delivery"),
)
# Told in English instead: in Vietnamese "Pháp" is France, and law.
IN_ENGLISH = {("vi", "FR")}


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_assistant_reads_the_same_case(language: str) -> None:
    """In every language, and in that language where it can be."""
    for told in CASES:
        words = opening_words(told, language)
        assert words is not None
        assert understood(words) == told
        spoken = "en" if (language, told.destination) in IN_ENGLISH else language
        assert identify(words).language == spoken, words
        assert not words.startswith("/")


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_case_is_filled_in(language: str, talk: Callable[..., Chat]) -> None:
    """The chat goes on in the language, knows the case, and asks what the person wants to know."""
    for told in CASES[:3]:
        chat = talk().say(opening_words(told, language) or "", intent="totalization", confidence=0.8)
        state = chat.state
        assert (state.origin, state.destination, state.sector) == (told.origin, told.destination, told.sector)
        assert state.language == language and state.topic is None and chat.rules == []
        assert "stage:problem" in chat.offers
    chat.say("?", intent="wages", confidence=0.9)
    assert chat.state.topic == "wages"


def test_a_question_is_no_opening(talk: Callable[..., Chat]) -> None:
    """Who tells more than the case is answered."""
    chat = talk().say("Home country: Nepal. Country of work: Qatar. They do not pay me", "wages", 0.9)
    assert chat.state.topic == "wages"


def test_every_sector_is_told() -> None:
    """The name of a kind of work, or another word for it."""
    for sector in SECTORS:
        told = Told("NP", "QA", sector)
        assert understood(opening_words(told, "ne") or "") == told


def test_what_is_not_known_is_not_told() -> None:
    """Nothing without a case; no country that was not named."""
    assert opening_words(Told(), "en") is None
    assert understood(opening_words(Told(None, "QA"), "en") or "") == Told(None, "QA")


def test_codes() -> None:
    """Short, of letters that any link holds, and read as the words that they stand for."""
    for told in CASES:
        code = case_code(told, "fil")
        assert len(code) <= 64 and code.replace("_", "").isalnum() and code.isascii()
        assert words_of_code(code) == opening_words(told, "fil")
    for strange in ("", "hello", "ne_NP_QA", "xx_NP_QA_construction", "ne_NP_QQ_construction", "ne_NP_QA_x"):
        assert not is_case_code(strange) and words_of_code(strange) is None


def test_telegram_tells_the_case_of_a_link() -> None:
    """ "Start" with a code of ours is the code; any other start is a greeting."""

    def said(text: str) -> str:
        message = {
            "message_id": 1, "date": int(time.time()), "chat": {"id": 5, "type": "private"}, "text": text,
        }  # fmt: skip
        (inbound,) = Telegram("1:x", "s").read(json.dumps({"update_id": 1, "message": message}).encode())
        assert isinstance(inbound, Inbound)
        return inbound.text

    assert said("/start ne_NP_QA_construction") == "ne_NP_QA_construction"
    assert said("/start something_else") == "hello"
    assert said("/start") == "hello"
