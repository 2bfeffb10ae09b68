"""The complaint letter in the chat: step by step, as text and PDF, kept nowhere."""

from __future__ import annotations

import base64
from collections.abc import Callable

from tests.conversation.driver import Chat

Talk = Callable[..., Chat]
STORY = "He said next month, next month. Since August I got nothing."


def letter(talk: Talk, amount: str = "4500 dirham", **known: object) -> Chat:
    said = talk(**{"origin": "KE", "destination": "AE", "sector": "cleaning_security", **known}).say(
        "write a letter"
    )
    said.has("about").say("unpaid or late wages").has("own words", "Leave out names")
    return said.say(STORY, "wages", 1.0).say("pay my three months").say(amount)


def test_a_letter_quotes_the_worker_and_the_law(talk: Talk) -> None:
    said = letter(talk).has("do not have to write it").say("skip")
    said.has(STORY, "pay my three months", "AED 4,500", "I send it nowhere", "Arabic")
    file = said.reply.messages[0].extra["file"]
    assert base64.b64decode(file["base64"]).startswith(b"%PDF-") and file["mime"] == "application/pdf"


def test_nothing_of_it_is_kept(talk: Talk) -> None:
    said = letter(talk).say("skip")
    assert STORY not in str(said.state.slots()) and not any(
        key.startswith("letter_") for key in said.state.known
    )


def test_a_letter_that_is_stopped_is_forgotten_too(talk: Talk) -> None:
    said = letter(talk).say("stop")
    assert STORY not in str(said.state.slots())


def test_where_the_official_language_is_not_written_that_is_said(talk: Talk) -> None:
    letter(talk, "900000 won", destination="KR").say("skip").has("cannot write the language")


def test_a_letter_may_tell_of_a_danger_whose_number_was_given(talk: Talk) -> None:
    story = "he is beating me, please stop this, where is my money?"
    said = talk(origin="KE", destination="AE", sector="cleaning_security").say("write a letter")
    said.say("violence and harassment").say(story, "wages", 0.95).has("999").choose("go_on")
    said.say(story, "wages", 0.95).has("What do you want them to do")
    assert said.state.known["letter_story"] == story


def test_a_label_in_a_story_is_no_button(talk: Talk) -> None:
    said = talk(origin="KE", destination="AE", sector="cleaning_security").say("write a letter")
    said.say("unpaid or late wages").say("Please stop this and pay me").has("What do you want them to do")


def test_a_story_changes_no_case(talk: Talk) -> None:
    said = talk(origin="KE", destination="AE", sector="cleaning_security").say("write a letter")
    said.say("unpaid or late wages").say(
        "My brother cooks in Kuwait, he lent me money because my boss does not pay"
    )
    assert (
        said.state.destination == "AE"
        and said.state.about == "me"
        and said.state.sector == "cleaning_security"
    )


def test_forgetting_works_where_a_story_was_asked_for(talk: Talk) -> None:
    said = talk(origin="KE", destination="AE").say("write a letter").say("unpaid or late wages")
    said.say("delete my data", "delete_my_data", 0.99).did("erase")
