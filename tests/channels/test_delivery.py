"""The whole path on every platform: a signed webhook to the real assistant, and back to the person."""

from __future__ import annotations

import httpx
import pytest

from tests.channels.delivery import Connected, flood, hears

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
