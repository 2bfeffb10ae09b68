"""The whole path on every platform: a signed webhook to the real assistant, and back to the person."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.channels.delivery import NAMES, Connected, answered, flood, hears, question

pytestmark = pytest.mark.slow

PLATFORMS = ("whatsapp", "telegram", "messenger", "sms", "line")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_conversation(connected: Connected, platform: str) -> None:
    """Words, a button, something that cannot be read, a platform that fails, and a danger."""
    with connected.simulator(platform) as simulator:
        person = simulator.person()
        person.say("I am from Nepal and work in construction in Qatar, my salary is late")
        hears(person, "country of work: Qatar")
        person.say("menu")
        shown = person.wait(1, timeout=20)
        person.press(1) if shown[-1].buttons else person.say("1")
        assert "understand" not in person.wait(1, timeout=20)[0].text
        person.send("voice")
        hears(person, "written words")
        simulator.fail_next(500, times=2)
        person.say("he is beating me now")
        hears(person, "999", timeout=30)
        assert not simulator.unknown and not simulator.spinning


@pytest.mark.thorough
@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_forged_is_refused(connected: Connected, platform: str) -> None:
    with connected.simulator(platform) as simulator:
        person = simulator.person()
        for how in simulator.forgeries():
            body, headers = simulator.forge(how, person)
            status, _ = simulator.post(body, headers)
            assert 400 <= status < 500, (how, status)
        person.say("hello")
        assert len(person.wait(1, timeout=20)) == 1, "nothing forged was answered"
    log = connected.servers.all_logs()
    assert "was refused" in log and person.id not in log


@pytest.mark.thorough
def test_duplicates_swaps_lost_receipts_and_a_killed_assistant(connected: Connected) -> None:
    outcome = flood(connected, "whatsapp", people=30, messages=120, rate=12, kills=1)
    assert (outcome.lost, outcome.twice, outcome.disordered) == (0, 0, 0), outcome


@pytest.mark.thorough
@pytest.mark.parametrize("platform", ("whatsapp", "telegram", "messenger"))
def test_a_letter_comes_as_a_file(connected: Connected, platform: str) -> None:
    with connected.simulator(platform) as simulator:
        person = simulator.person()
        person.say("I am from Nepal and work in construction in Qatar, my salary is late")
        hears(person, "country of work: Qatar")
        for words in ("write a complaint letter", "1", "He says next month, always next month.",
                      "I want my wages of three months", "4500", "skip"):  # fmt: skip
            person.say(words)
            person.wait(1, timeout=20)
        deadline = time.monotonic() + 20
        while not (files := [each.file for each in person.received if each.file]):
            assert time.monotonic() < deadline, [each.text for each in person.received]
            time.sleep(0.1)
        assert files[0].content.startswith(b"%PDF") and files[0].name.endswith(".pdf")
        assert not simulator.unknown


@pytest.mark.thorough
def test_what_the_platform_sends_again_is_no_haste(connected: Connected) -> None:
    """Thirty deliveries of five messages are five messages: each is answered, nobody is told to wait."""
    with connected.simulator("whatsapp", duplicate=1.0, drop_ack=0.5) as simulator:
        person = simulator.person()
        for number in range(5):
            person.say(question(number))
            hears(person, f"country of work: {NAMES[number]}")
        simulator.settle(quiet=5)
        texts = [each.text for each in person.received]
        assert [answered(text) for text in texts if answered(text)] == list(NAMES[:5])
        assert not [text for text in texts if "very often" in text]
        assert simulator.posts > 10


@pytest.mark.thorough
def test_a_new_number_goes_on_with_the_conversation(connected: Connected) -> None:
    with connected.simulator("whatsapp") as simulator:
        person = simulator.person()
        person.say("I am from Nepal and work in construction in Qatar")
        person.wait(1, timeout=20)
        person.notice("number_changed").wait_acknowledged()
        person.say("what do you know about me")
        hears(person, "country of work: Qatar")


def test_a_channel_that_is_off_has_no_routes(connected: Connected) -> None:
    url = f"{connected.servers.url}/webhooks/twilio_whatsapp/webhook"
    assert httpx.post(url, content=b"x").status_code == httpx.get(url).status_code == 404
