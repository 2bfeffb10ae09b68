"""A danger in a chat that somebody at the desk has: the number comes all the same, and the desk hears."""

from __future__ import annotations

from collections.abc import Callable

from bot.conversation.turn import Desk
from tests.conversation.driver import Chat

Talk = Callable[..., Chat]
TAKEN = Desk(present=True, speaking=True)


def test_the_number_comes_once_the_country_is_named(talk: Talk) -> None:
    said = talk()
    said.desk = TAKEN
    said.say("he is beating me now, help").has("112", "In which country are you now?")
    assert said.did("ask_for_person").values == {"urgent": True, "danger": "violence"}
    assert said.did("pass_on").values["text"] == "he is beating me now, help"
    said.say("Qatar").has("999")
    assert said.did("pass_on").values["text"] == "Qatar"


def test_what_is_no_danger_is_left_to_the_desk(talk: Talk) -> None:
    said = talk(destination="KW")
    said.desk = TAKEN
    assert not said.say("I am in Qatar now").reply.messages
    assert said.state.destination == "QA"
