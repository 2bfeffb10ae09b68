"""Forms: asked in order, interrupted at will, never asked in vain for ever."""

from collections.abc import Callable

from bot.conversation.answering import CALCULATED
from bot.conversation.form_list import FORMS
from tests.conversation.driver import Chat

Talk = Callable[..., Chat]
IN_SAUDI = {"origin": "NP", "destination": "SA", "sector": "construction"}


def end_of_service(talk: Talk) -> Chat:
    return talk(**IN_SAUDI, topic="end_of_service").say("calculate")


def test_end_of_service_is_worked_out_from_plain_words(talk: Talk) -> None:
    said = end_of_service(talk).has("last day of work").say("31 October 2026").has("start this job")
    said.say("3 yrs 4 months").has("basic pay").say("1500 riyal").has("who ended").say("my employer")
    said.has("3 years and 123 days", "SAR 2,502.74")
    assert "sa-end-of-service" in said.rules and said.state.form is None


def test_what_if_i_resign_uses_the_same_answers(talk: Talk) -> None:
    said = (
        end_of_service(talk).say("31 October 2026").say("3 yrs 4 months").say("1500 riyal").say("my employer")
    )
    said.say("what if I resign?").has("1/3", "SAR 834.25")
    assert "sa-end-of-service-resignation" in said.rules


def test_one_message_may_answer_two_questions(talk: Talk) -> None:
    said = end_of_service(talk).say("31 October 2026").say("since 5 March 2021, my pay is 2000 riyal")
    said.has("who ended")
    assert said.state.known["start"] == "2021-03-05" and said.state.known["wage"] == "SAR 2000"


def test_what_is_not_clear_is_asked_back(talk: Talk) -> None:
    said = end_of_service(talk).say("31 October 2026").say("since Ramadan of another year")
    said.has("could not read", "start this job")
    assert "start" not in said.state.known


def test_money_of_another_country_is_not_taken_for_this_one(talk: Talk) -> None:
    said = end_of_service(talk).say("31 October 2026").say("2 years").say("20000 rupees")
    said.has("basic pay")
    assert "wage" not in said.state.known


def test_a_time_longer_than_a_life_is_asked_back(talk: Talk) -> None:
    said = end_of_service(talk).say("31 October 2026").say("9999 years")
    said.has("could not read", "start this job")


def test_a_wage_is_forgotten_with_the_country_whose_money_it_was(talk: Talk) -> None:
    said = end_of_service(talk).say("31 October 2026").say("2 years").say("1500 riyal").has("who ended")
    said.say("no, Kuwait, not Saudi Arabia").has("basic pay")
    assert said.state.destination == "KW" and said.state.known["start"] == "P2Y0M0D"


def test_every_calculator_stands_with_the_topic_that_offers_it() -> None:
    assert {form: FORMS[form].topic for form in CALCULATED.values()} == {
        form: topic for topic, form in CALCULATED.items()
    }


def test_a_month_without_its_day_is_counted_from_the_first_and_said(talk: Talk) -> None:
    said = end_of_service(talk).say("31 October 2026").say("March 2021").say("1500 riyal").say("my employer")
    said.has("You did not say the day", "1 March 2021")


def test_a_side_question_is_answered_and_the_form_goes_on(talk: Talk) -> None:
    said = end_of_service(talk).say("31 October 2026")
    said.say("can he keep my passport for 2 years?", "document_retention", 0.95)
    said.has("passport", "start this job")
    assert "start" not in said.state.known
    assert said.say("2 years").state.known["start"] == "P2Y0M0D"


def test_back_takes_the_last_answer_back(talk: Talk) -> None:
    said = end_of_service(talk).say("31 October 2026").say("2 years").say("back").has("start this job")
    assert "start" not in said.state.known
    said.say("back").has("last day of work").say("back").has("stopped")
    assert said.state.form is None


def test_skip_only_where_the_result_does_not_need_it(talk: Talk) -> None:
    said = end_of_service(talk).say("31 October 2026").say("skip").has("cannot go on", "start this job")
    said.say("2 years").say("1500 riyal").say("skip").has("SAR")


def test_why_is_told_and_the_question_put_again(talk: Talk) -> None:
    end_of_service(talk).say("why do you ask").has(
        "I ask only for what changes the answer", "last day of work"
    )


def test_the_same_is_not_asked_a_fourth_time(talk: Talk) -> None:
    said = end_of_service(talk).say("hm").say("hmm").say("hmmm").has("leave this for now").lacks("could not")
    assert {"go_on", "human", "menu"} <= set(said.offers) and said.state.form == "end_of_service"
    said.choose("go_on").has("last day of work").say("31 October 2026").has("start this job")


def test_silence_of_a_week_loses_nothing(talk: Talk) -> None:
    said = end_of_service(talk).say("31 October 2026")
    said.today = said.today.replace(day=29)
    said.say("hello", "greet", 0.99).has("start this job").say("2 years").has("basic pay")


def test_an_emergency_in_the_middle_comes_first_and_the_form_waits(talk: Talk) -> None:
    said = end_of_service(talk).say("31 October 2026").say("he is beating me now, help").has("999")
    assert len(said.text) <= 400 and said.did("ask_for_person").values["urgent"]
    said.choose("go_on").has("start this job")


def test_answers_that_contradict_each_other_are_asked_again(talk: Talk) -> None:
    said = (
        end_of_service(talk).say("31 October 2020").say("5 March 2021").say("1500 riyal").say("my employer")
    )
    said.has("does not fit", "last day of work")
    assert said.state.form == "end_of_service" and "start" not in said.state.known


def test_an_answer_can_be_changed_afterwards(talk: Talk) -> None:
    said = end_of_service(talk).say("31 October 2026").say("3 yrs 4 months").say("1500 riyal").say("I did")
    said.choose("redo").has("who ended").say("my employer").has("2,502.74")


def test_wages(talk: Talk) -> None:
    said = talk(**IN_SAUDI, topic="wages").say("calculate").say("3 months").say("1500 riyal")
    said.has("Did you get a part").say("500").has("SAR 4,000")


def test_overtime_notice_and_leave(talk: Talk) -> None:
    said = talk(origin="NP", destination="QA", sector="construction", topic="overtime").say("calculate")
    said.say("20").say("0").say("1500 riyal").has("one normal hour").say("7.21 riyal")
    said.has("Pay for overtime", "QAR 180.25")
    said = talk(origin="NP", destination="AE", sector="construction", topic="termination").say("calculate")
    said.say("1 November 2026").say("4 years").say("2000 dirham").say("my employer").has("The notice is")
    said = talk(**IN_SAUDI, topic="annual_leave").say("calculate").say("31 October 2026").say("2 years")
    said.say("10").say("3000 riyal").has("Days earned", "Days taken: 10")


def test_until_when_to_claim(talk: Talk) -> None:
    said = talk(
        origin="NP",
        destination="QA",
        sector="construction",
        topic="complaint",
        choices=(("form:deadline", "When?"),),
    ).say("1")
    said.say("unpaid or late wages").say("31 March 2026").has("31 March 2027")


def test_refund_and_totalization(talk: Talk) -> None:
    said = talk(origin="NP", destination="KR", topic="contribution_refund").say("calculate")
    said.say("4 years 10 months").has("When did you leave").say("31 October 2026").has("contributions")
    said = talk(origin="PH", destination="KR", topic="totalization").say("calculate")
    said.say("January 2001").say("December 2006").say("January 1990").say("December 1999")
    said.has("South Korea", "Philippines", "120 months")


def test_the_country_is_asked_for_where_it_is_not_known(talk: Talk) -> None:
    said = talk(topic="wages").say("calculate").has("In which country").say("Qatar").has("how many months")
    assert said.state.destination == "QA"
