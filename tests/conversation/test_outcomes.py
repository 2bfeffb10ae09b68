"""What of a conversation is counted: each question once a week, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.conversation.outcomes import COUNTED
from bot.conversation.turn import Asked, Desk
from tests.conversation.driver import TODAY, Chat

Talk = Callable[..., Chat]
SURE = 0.95


def outcomes(chat: Chat) -> list[tuple[str, str | None]]:
    return [(each.outcome, each.topic) for each in chat.reply.asked]


def test_a_question_is_asked_back_answered_refined_and_corrected(talk: Talk) -> None:
    chat = talk()
    assert outcomes(chat.say("my salary is not paid", "wages", SURE)) == [("asked_back", "wages")]
    assert outcomes(chat.say("Qatar", "inform", SURE)) == [("answered", "wages")]
    assert outcomes(chat.say("I am from Nepal", "inform", SURE)) == [], "a detail is no new question"
    assert outcomes(chat.say("no, Kuwait, not Qatar", "inform", SURE)) == [("corrected", "wages")]
    assert chat.state.destination == "KW"


def test_the_same_question_counts_once_a_week_for_a_person(talk: Talk) -> None:
    chat = talk(destination="QA", origin="NP")
    assert outcomes(chat.say("my salary is not paid", "wages", SURE)) == [("answered", "wages")]
    for _ in range(5):
        assert outcomes(chat.say("my salary is not paid", "wages", SURE)) == []
    assert outcomes(chat.say("overtime pay?", "overtime", SURE)) == [("answered", "overtime")]
    chat.today = TODAY + timedelta(days=8)
    assert outcomes(chat.say("my salary is not paid", "wages", SURE)) == [("answered", "wages")]
    assert "wages" not in chat.state.known[COUNTED], "no history that somebody could read"


def test_show_more_and_small_talk_are_no_questions(talk: Talk) -> None:
    chat = talk(destination="QA", origin="NP")
    assert outcomes(chat.say("hello", "greet", SURE)) == []
    chat.say("my salary is not paid", "wages", SURE)
    if "more" in chat.offers:
        assert outcomes(chat.choose("more")) == []
    assert outcomes(chat.say("thanks", "thanks", SURE)) == []


def test_a_gap_is_counted_with_its_reason(talk: Talk) -> None:
    chat = talk(destination="TV", origin="NP")
    chat.say("housing?", "housing", SURE)
    (asked,) = chat.reply.asked
    assert asked.outcome == "gap" and asked.topic == "housing" and asked.detail in (
        "nothing_in_data", "treaty_only",
    )  # fmt: skip


def test_not_understood_handed_over_and_did_not_help(talk: Talk) -> None:
    chat = talk(destination="QA", origin="NP")
    assert outcomes(chat.say("blorp zzkk")) == [("unanswered", None)]
    chat.say("my salary is not paid", "wages", SURE)
    chat.state = replace(chat.state, choices=(("human", "A person"), ("feedback:no", "This did not help")))
    assert outcomes(chat.choose("human")) == [("handed_over", "wages")]
    chat.state = replace(chat.state, choices=(("feedback:no", "This did not help"),))
    assert outcomes(chat.choose("feedback:no")) == [("corrected", "wages")]


def test_two_questions_in_a_message_are_two(talk: Talk) -> None:
    chat = talk(destination="QA", origin="NP")
    parts = (("wages", SURE), ("housing", SURE))
    said = outcomes(chat.say("no salary, and the room is bad", "wages", SURE, parts=parts))
    assert [topic for _, topic in said] == ["wages", "housing"]


def test_an_emergency_is_counted_by_its_danger_and_once_where_the_country_is_asked_for(talk: Talk) -> None:
    chat = talk()
    chat.say("my boss beats me", danger="violence")
    assert chat.reply.asked == (Asked("asked_back", "emergency", "violence"),)
    chat.say("Qatar", "inform", SURE)
    assert chat.reply.asked == (Asked("emergency", "emergency", "violence"),)
    chat.say("my boss beats me", danger="violence")
    assert chat.reply.asked == ()


def test_what_is_said_to_a_person_at_the_desk_is_not_counted(talk: Talk) -> None:
    chat = talk(destination="QA", origin="NP")
    chat.desk = Desk(present=True, speaking=True)
    assert outcomes(chat.say("my salary is not paid", "wages", SURE)) == []


def test_a_calculation_is_an_answer(talk: Talk) -> None:
    chat = talk(destination="QA", origin="NP", status="regular", sector="construction")
    chat.say("how much do I get at the end", "end_of_service", SURE)
    chat.choose("form:end_of_service")
    for text in ("31 October 2026", "1 March 2016", "QAR 3000"):
        chat.say(text)
    found = [*outcomes(chat)]
    while chat.state.form:
        found += outcomes(chat.say("1"))
    assert found == [], "the same topic was answered and counted already"
    assert chat.reply.version is not None
