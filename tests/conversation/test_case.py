"""What is remembered: shown, corrected by a word, for two people, forgotten."""

from collections.abc import Callable
from dataclasses import fields

import pytest
import yaml

from bot.conversation.turn import State
from bot.settings import ROOT
from tests.conversation.driver import Chat

Talk = Callable[..., Chat]
IN_QATAR = {"origin": "NP", "destination": "QA", "sector": "construction"}


def test_what_is_known_is_shown_on_request(talk: Talk) -> None:
    said = talk(**IN_QATAR, status="irregular", known={"wage": "QAR 1500", "start": "P3Y4M0D"})
    said.say("what do you know about me?").has(
        "Qatar",
        "Nepal",
        "construction",
        "without valid papers",
        "QAR 1,500",
        "3 years and 4 months",
        "30 days",
    )
    assert {"change:destination", "ask_forget", "about:other"} <= set(said.offers)


def test_nothing_known_is_said_so(talk: Talk) -> None:
    talk().say("what do you know about me").has("Nothing yet")


@pytest.mark.parametrize(
    "text", ["no, Kuwait not Qatar", "not Qatar, Kuwait", "sorry I am in Kuwait not Qatar", "Kuwait"]
)
def test_a_country_is_corrected_by_a_word(talk: Talk, text: str) -> None:
    assert talk(**IN_QATAR, topic="wages").say(text).state.destination == "KW"


def test_a_button_changes_a_part(talk: Talk) -> None:
    said = (
        talk(**IN_QATAR)
        .say("what do you know about me")
        .choose("change:origin")
        .has("Which country are you from")
    )
    assert said.say("Bangladesh").state.origin == "BD"


def test_a_relative_elsewhere_is_a_case_of_its_own(talk: Talk) -> None:
    said = talk(**IN_QATAR, topic="wages").say(
        "my brother is in Riyadh, his boss keeps his passport", "document_retention", 0.99
    )
    assert said.state.about == "other" and said.state.destination == "SA" and said.state.role == "family"
    assert "sa-passport-retention" in " ".join(said.rules) or any(
        rule.startswith("sa-") for rule in said.rules
    )
    said.say("and for me").has("Qatar").lacks("Saudi")
    assert said.state.about == "me" and said.state.sector == "construction"
    said.say("about my brother").has("Saudi Arabia").lacks("Qatar")


def test_a_relative_at_home_is_no_case_of_work(talk: Talk) -> None:
    said = talk(**IN_QATAR).say("my wife is in Nepal", "inform", 0.9)
    assert said.state.about == "me" and said.state.destination == "QA"


def test_erasing_takes_both_cases(talk: Talk) -> None:
    said = (
        talk(**IN_QATAR)
        .say("my brother is in Riyadh", "inform", 0.9)
        .say("delete my data", "delete_my_data", 1.0)
    )
    assert said.state.destination is None and not said.state.other and not said.state.known
    said.did("erase")
    said.say("what do you know about me").has("Nothing yet")


def test_who_asks_changes_no_right(talk: Talk) -> None:
    worker = talk(**IN_QATAR).say("my salary is late", "wages", 0.99)
    helper = talk(**IN_QATAR).say("menu").choose("stage:caseworker").say("salary is late", "wages", 0.99)
    assert helper.state.role == "outreach" and helper.rules == worker.rules


def test_the_engine_keeps_every_part_of_the_state() -> None:
    slots = yaml.safe_load((ROOT / "domain" / "slots.yml").read_text("utf-8"))["slots"]
    assert list(slots) == [each.name for each in fields(State)]


@pytest.mark.parametrize(("origin", "language"), [("PK", "ur"), ("IN", "hi"), ("NP", "hi")])
def test_romanised_hindi_and_urdu_are_answered_in_the_script_of_home(
    talk: Talk, origin: str, language: str
) -> None:
    said = talk(origin=origin, destination="QA").say(
        "mera malik do mahine se tankhwah nahi deta", "wages", 0.99, language="ur", language_confident=True
    )
    assert said.state.language == language
