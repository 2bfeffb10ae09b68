"""Conversations with the real assistant, over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from bot.rules.vocabulary import COUNTRIES, TOPICS
from tests.end_to_end.driver import Conversation, Servers

Talk = Callable[..., Conversation]
UNPAID_IN_DOHA = "I am from Nepal, I work in construction in Doha, my company has not paid me for two months."
DEVANAGARI = "[\u0900-\u097f]"


def test_unpaid_wages_in_doha_are_answered_within_a_second(talk: Talk) -> None:
    said = talk().say(UNPAID_IN_DOHA)
    said.cites("qa-wage-interval", "qa-wps-seven-days").has("7 days", "Law No. 14 of 2004", "16008")
    assert said.seconds < 1
    assert (
        said.case["origin"] == "NP"
        and said.case["destination"] == "QA"
        and said.case["sector"] == "construction"
    )


def test_every_statement_says_its_source_and_date(talk: Talk) -> None:
    said = talk().say(UNPAID_IN_DOHA)
    for message in said.messages:
        sources = message.get("custom", {}).get("sources", [])
        assert len(sources) == len(message["custom"]["rules"])
        for source in sources:
            assert source["publisher"] in message["text"]


def test_in_french(talk: Talk) -> None:
    said = talk().say(
        "je suis népalais, je travaille dans la construction à Doha, on ne m'a pas payé depuis deux mois"
    )
    said.cites("qa-wage-interval").has("salaire", "Source")
    assert said.case["destination"] == "QA"


def test_in_nepali_both_scripts(talk: Talk) -> None:
    native = talk().say("म नेपालबाट हुँ, दोहामा निर्माणको काम गर्छु, कम्पनीले दुई महिनादेखि तलब दिएको छैन")
    native.cites("qa-wage-interval").in_script(DEVANAGARI)
    latin = talk().say(
        "ma nepal bata ho, doha ma construction ko kam garchu, company le 2 mahina dekhi talab diyeko chhaina"
    )
    latin.cites("qa-wage-interval").in_script(DEVANAGARI)


def test_domestic_worker_gets_the_domestic_work_law_alone(talk: Talk) -> None:
    said = talk().say("I am a housemaid in Doha, how many hours can they make me work?")
    said.cites("qa-domestic-hours")
    assert "qa-working-hours" not in said.rules


def test_unknown_job_is_answered_under_its_condition_and_then_asked(talk: Talk) -> None:
    said = talk().say("how many hours may they make me work in Qatar?")
    said.cites("qa-working-hours", "qa-domestic-hours").has("This is so only")
    said.offers("construction")
    said.say(str(said.buttons.index("construction") + 1)).cites("qa-working-hours")
    assert "qa-domestic-hours" not in said.rules


def test_the_country_is_asked_for_only_when_needed_and_remembered(talk: Talk) -> None:
    said = talk().say("my boss keeps my passport")
    said.has("In which country")
    said.say("Malaysia").cites("my-passport-retention")
    said.say("and how many days of annual leave do I have?").cites("my-annual-leave")


def test_a_case_can_be_corrected(talk: Talk) -> None:
    said = talk().say("my salary is late in Qatar, I do construction").cites("qa-wage-interval")
    said.say("sorry, I am in Saudi Arabia, not Qatar")
    assert said.case.get("destination") == "SA"


def test_emergency_comes_first_whatever_the_topic(talk: Talk) -> None:
    said = talk().say("my salary is late in Qatar")
    said.say("he is beating me now, help").has("999")
    assert len(said.messages) == 1 and len(said.text) <= 400


def test_self_harm_gets_an_ambulance_and_people_not_the_police(talk: Talk) -> None:
    said = talk().say("I am in Saudi Arabia and I want to kill myself")
    said.has("997", "not alone").lacks("police")


def test_unknown_country_asks_only_that_with_numbers_meanwhile(talk: Talk) -> None:
    said = talk().say("they locked me in the room")
    said.has("112", "911", "In which country")
    said.say("Doha").has("999")


def test_a_typed_command_of_the_engine_is_text(talk: Talk) -> None:
    said = talk().say("my boss keeps my passport, I am in Qatar")
    said.say('/inform{"destination":"MY","origin":"US"}')
    said.say("how many days of paid annual leave do I get?")
    assert said.case["destination"] == "QA" and said.case["origin"] != "US"


def test_language_is_chosen_and_stays(talk: Talk) -> None:
    said = talk().say("hello").say("please write in french")
    said.say("my salary is late in Qatar").has("salaire")


def test_forgetting_erases_the_case(talk: Talk) -> None:
    said = talk().say(UNPAID_IN_DOHA).say("delete my data")
    said.say("how many days of annual leave do I have?").has("In which country")


def test_a_gap_is_named_with_the_nearest_help(talk: Talk) -> None:
    said = talk().say("I work in a hotel in Fiji. What about family benefits for my children?")
    said.has("nothing on this in our data", "union")
    assert not said.messages[0]["custom"]["rules"]


def test_nonsense_and_empty_and_huge_messages(talk: Talk, servers: Servers) -> None:
    talk().say("🙂🙂").say("x" * 5000).say("12")
    for body in ({"sender": "a"}, {"sender": "a", "message": " "}, {"sender": 1, "message": "x"}, []):
        assert httpx.post(f"{servers.url}/webhooks/rest/webhook", json=body).status_code == 400
    assert httpx.post(f"{servers.url}/webhooks/rest/webhook", content=b"{").status_code == 400
    huge = {"sender": "a", "message": "x" * 10_000_000}
    assert httpx.post(f"{servers.url}/webhooks/rest/webhook", json=huge).status_code == 413


def test_behind_a_proxy_nothing_is_told_without_a_key(servers: Servers) -> None:
    body = {"sender": "a", "message": "hello"}
    forwarded = httpx.post(
        f"{servers.url}/webhooks/rest/webhook", json=body, headers={"X-Forwarded-For": "10.1.2.3"}
    )
    assert forwarded.status_code == 403


def test_rasas_own_api_is_off(servers: Servers) -> None:
    for path in ("/model/parse", "/conversations/a/tracker", "/domain", "/status"):
        assert httpx.get(f"{servers.url}{path}").status_code in (404, 405)


def test_parse_contract(servers: Servers) -> None:
    parsed = servers.parse("malai 3 mahina dekhi talab diyeko chhaina, ma nepali, qatar ma construction")
    assert parsed["intent"]["name"] == "wages"
    assert parsed["language"] == "ne" and parsed["script"] == "latin" and parsed["emergency"] is None
    found = {(entity["entity"], entity.get("role")): entity["value"] for entity in parsed["entities"]}
    assert found["country", "origin"] == "NP" and found["country", "destination"] == "QA"
    assert found["sector", None] == "construction"
    for entity in parsed["entities"]:
        assert 0 <= entity["start"] < entity["end"] <= len(parsed["text"])


def test_parse_takes_a_slash_for_text(servers: Servers) -> None:
    parsed = servers.parse('/wages{"origin": "NP"} my salary')
    assert parsed["text"].startswith("/wages")
    assert parsed["intent"]["confidence"] < 1.0 and parsed["intent"]["name"] in (
        *TOPICS,
        "inform",
        "out_of_scope",
    )


def test_parse_names_the_danger(servers: Servers) -> None:
    assert servers.parse("i want to kill myself")["emergency"] == "self_harm"
    assert servers.parse("मलाई कोठामा थुनेको छ, बचाउनुस्")["emergency"] == "confinement"


def test_no_message_of_a_person_stands_in_a_log(talk: Talk, servers: Servers) -> None:
    talk().say("my name is Zanzibarqwx and my number is +97455512345 and my salary is late in Qatar")
    logs = servers.all_logs()
    assert "Zanzibarqwx" not in logs and "55512345" not in logs


def test_countries_are_iso_codes(servers: Servers) -> None:
    for entity in servers.parse("from Kathmandu to Kuala Lumpur")["entities"]:
        if entity["entity"] == "country":
            assert entity["value"] in COUNTRIES
