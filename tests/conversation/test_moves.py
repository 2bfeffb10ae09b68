"""The menu, follow-ups, the desk, reminders, feedback."""

from collections.abc import Callable
from datetime import date

import pytest

from bot.answers.translations import available_languages, translator
from bot.conversation.form_list import FORMS
from bot.conversation.journey import STAGES, stages
from bot.conversation.reminder_form import reminder_days, reminder_text
from bot.conversation.turn import Desk, State, Turn, Understanding
from bot.language.commands import command
from bot.rules.lawbase import LawBase
from bot.rules.vocabulary import TOPICS
from tests.conversation.driver import TODAY, Chat

Talk = Callable[..., Chat]
IN_QATAR = {"origin": "NP", "destination": "QA", "sector": "construction"}


def test_every_topic_is_two_taps_away() -> None:
    assert {topic for topics in STAGES.values() for topic in topics} == set(TOPICS)


def test_a_stage_and_its_way_back_fit_a_list_of_ten(talk: Talk) -> None:
    for stage in STAGES:
        assert len(talk().say("menu").choose(f"stage:{stage}").offers) <= 10


@pytest.mark.parametrize("language", available_languages())
def test_the_menu_is_one_button_apart_from_the_next(base: LawBase, language: str) -> None:
    turn = Turn(State(language=language), Understanding("", "greet"), base, TODAY)
    labels = [label for _, label in stages(turn)]
    assert len(set(labels)) == len(labels)


def test_a_topic_by_numbers_alone(talk: Talk) -> None:
    said = talk(**IN_QATAR).say("menu")
    said.say("3").say(str(STAGES["problem"].index("document_retention") + 1))
    assert any(rule.startswith("qa-") for rule in said.rules) and said.state.topic == "document_retention"


def test_follow_ups_speak_of_the_last_answer(talk: Talk) -> None:
    said = talk(**IN_QATAR).say("my salary is late", "wages", 0.99)
    cited = set(said.state.cited)
    assert cited & set(said.say("what law says that?").has("http").rules)
    said.say("since when?").has("since").say("is it free?")
    assert said.text
    said.say("and for my wife?")
    assert said.text and said.rules


def test_how_to_complain_brings_everything_for_the_next_step(talk: Talk) -> None:
    said = (
        talk(**IN_QATAR).say("my salary is late", "wages", 0.99).say("how do I complain?", "complaint", 0.99)
    )
    said.has("You must claim within", "What to bring", "no contract", "Where to get help")
    said.lacks("We do not know until when")
    assert said.state.known["subject"] == "wages"


def test_the_companion_comes_after_the_country(talk: Talk) -> None:
    said = talk().say("how do I complain?", "complaint", 0.99).has("In which country")
    said.say("Qatar", "inform", 0.9).has("What to bring")


def test_what_goes_home_with_me(talk: Talk) -> None:
    said = talk().say("what goes home with me").has("In which country").say("Korea", "inform", 0.9)
    said.has("Which country are you from").say("Philippines", "inform", 0.9).has("What goes home with me?")
    assert {"form:totalization", "form:refund"} <= set(said.offers) and len(said.rules) > 3


def test_somebody_at_the_desk_or_not(talk: Talk) -> None:
    said = talk(**IN_QATAR)
    said.say("talk to a person", "human_handoff", 0.99).has(
        "Nobody is at our help desk now", "do not know when"
    )
    said.desk = Desk(hours="Mon-Fri 09:00-17:00")
    said.say("talk to a person", "human_handoff", 0.99).has("They are there", "Mon–Fri")
    said.desk = Desk(present=True)
    said.say("talk to a person", "human_handoff", 0.99).has("They will write to you here soon")
    assert not said.did("ask_for_person").values["urgent"]


def test_while_a_person_writes_the_assistant_is_quiet_but_for_a_danger(talk: Talk) -> None:
    said = talk(**IN_QATAR)
    said.desk = Desk(present=True, speaking=True)
    assert not said.say("my salary is late", "wages", 0.99).reply.messages
    assert said.did("pass_on").values["text"] == "my salary is late"
    said.say("he is beating me now, help").has("999")


def test_a_person_is_asked_for_after_repeated_misunderstanding(talk: Talk) -> None:
    said = talk(**IN_QATAR).say("qwzx vbnm").has("not sure").say("qwzx vbn").has("still do not understand")
    said.say("qwz vbnm").did("ask_for_person")
    assert said.did("unanswered").values["text"] == "qwzx vbn"


def test_a_reminder_gives_nothing_away_and_stops_by_a_word(talk: Talk) -> None:
    said = talk(**IN_QATAR).say("remind me").say("My contract ends").say("31 March 2027").has("17 March 2027")
    effect = said.did("remind")
    assert effect.values["days"] == ["2026-11-30", "2027-03-17", "2027-03-24"]
    assert not any(
        word in effect.values["text"].lower() for word in ("haq", "right", "law", "contract", "visa")
    )
    assert said.state.reminders
    said.say("stop").has("do not send you reminders").did("cancel_reminders")
    assert not said.state.reminders


@pytest.mark.parametrize("language", available_languages())
def test_the_reminder_is_short_in_every_language(language: str) -> None:
    assert len(reminder_text(translator(language))) <= 160


def test_reminders_are_early_for_a_permit_and_late_for_a_near_day() -> None:
    assert reminder_days("permit", date(2027, 3, 31), TODAY) == (
        date(2026, 11, 30), date(2027, 3, 17), date(2027, 3, 24),
    )  # fmt: skip
    assert reminder_days("permit", date(2026, 11, 26), TODAY) == (date(2026, 11, 25),)
    assert reminder_days("claim", date(2026, 11, 22), TODAY) == ()


def test_did_this_help_comes_sparsely_and_once(talk: Talk) -> None:
    said = talk(**IN_QATAR, status="regular", asked=("sector", "private_household", "status", "employment"))
    asked = 0
    for number in range(8):
        said.say("?", ("wages", "overtime", "housing", "contract")[number % 4], 0.99)
        if "feedback:no" in said.offers:
            asked += 1
            said.choose("feedback:no")
    assert asked == 1 and said.did("feedback").values["helped"] is False


def test_two_questions_get_two_answers_the_urgent_first(talk: Talk) -> None:
    said = talk(**IN_QATAR).say(
        "How many days of leave do I get? And my boss keeps my passport, can he?", "annual_leave", 0.6,
        parts=(("annual_leave", 0.9), ("document_retention", 0.95)),
    )  # fmt: skip
    passport = said.text.lower().index("passport or papers")
    assert passport < said.text.lower().index("paid leave ·")


def test_hiding_and_being_safe(talk: Talk) -> None:
    said = talk(**IN_QATAR).say("he is beating me now, help")
    said.say("how do I hide this chat").has("delete my data").say("I am safe now").has("Good to hear")
    assert said.state.danger is None


def test_danger_is_never_taken_for_safety(talk: Talk) -> None:
    said = talk(**IN_QATAR).say("he is beating me now, help").say("there is danger")
    said.lacks("Good to hear")


def test_every_form_can_be_opened_in_every_language(base: LawBase) -> None:
    for language in available_languages():
        for name in FORMS:
            chat = Chat(
                base, State(language=language, language_chosen=True, choices=((f"form:{name}", "x"),))
            )
            assert chat.say("1").text


def test_after_an_emergency_words_are_no_answers_to_a_form(talk: Talk) -> None:
    said = talk(**IN_QATAR, topic="end_of_service").say("calculate").say("he is beating me now, help")
    said.say("ok").lacks("could not read")


def test_forgetting_works_while_a_person_writes(talk: Talk) -> None:
    said = talk(**IN_QATAR)
    said.desk = Desk(present=True, speaking=True)
    said.say("delete my data", "delete_my_data", 0.99).did("erase")


def test_a_button_that_names_a_danger_is_no_emergency(talk: Talk) -> None:
    said = talk(**IN_QATAR).say("menu").choose("stage:problem")
    said.say("forced labour and trafficking", danger="trafficking")
    assert said.state.topic == "forced_labour" and said.state.danger is None


def test_a_command_tells_nothing_of_the_case(talk: Talk) -> None:
    said = talk(**IN_QATAR, language="ar").say("انا بأمان")  # reads like Oman
    assert said.state.destination == "QA"


def test_the_first_message_says_who_can_see_it_and_how_to_erase_it_but_not_in_an_emergency(
    talk: Talk,
) -> None:
    privacy = ("delete my data", "holds your phone")
    said = talk(**IN_QATAR).say("my salary is late", "wages", 0.99).has(*privacy)
    said.say("my salary is late", "wages", 0.99).lacks(*privacy)
    assert talk().say("hello", "greet", 0.99).has(*privacy).text.count("holds your phone") == 1
    said = talk(**IN_QATAR).say("he is beating me now, help").lacks(*privacy)
    said.choose("safe").has(*privacy)


@pytest.mark.parametrize("language", available_languages())
def test_the_words_of_a_button_move_the_conversation_at_any_time(language: str) -> None:
    """Who saw a button once may type its words later."""
    t = translator(language)
    labels = {"letter": "Write a complaint letter", "remind": "Remind me", "calculate": "Work it out"}
    said = {name: command(t.gettext(label), (language,)) for name, label in labels.items()}
    assert said == {name: name for name in labels}
