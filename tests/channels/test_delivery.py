"""The whole path on every platform: a signed webhook to the real assistant, and back to the person."""

from __future__ import annotations

import httpx
import pytest

from tests.channels.delivery import Connected, flood, hears

pytestmark = pytest.mark.slow

PLATFORMS = ("whatsapp", "telegram", "messenger", "sms", "line")
EVERY = pytest.mark.parametrize("platform", PLATFORMS)
OTHER_KINDS = ("voice", "image", "document", "sticker")


@EVERY
def test_a_conversation(connected: Connected, platform: str) -> None:
    with connected.simulator(platform) as simulator:
        person = simulator.person()
        person.say("I am from Nepal and work in construction in Qatar, my salary is late")
        hears(person, "country of work: Qatar")
        person.say("he is beating me now")
        hears(person, "999")


@EVERY
def test_a_button_says_its_whole_label(connected: Connected, platform: str) -> None:
    with connected.simulator(platform) as simulator:
        person = simulator.person()
        person.say("menu")
        got = person.wait(1, timeout=20)
        if got[-1].buttons:
            person.press(1)
        else:
            person.say("1")
        person.wait(1, timeout=20)
        assert "understand" not in person.received[-1].text


@EVERY
@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_what_cannot_be_read(connected: Connected, platform: str, kind: str) -> None:
    if platform == "sms" and kind == "sticker":
        pytest.skip("there are no stickers in text messages")
    with connected.simulator(platform) as simulator:
        person = simulator.person()
        person.send(kind)
        got = person.wait(1, timeout=20)
        assert "written words" in got[0].text and "112" in got[0].text


@EVERY
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


@EVERY
def test_a_platform_that_fails_is_tried_again(connected: Connected, platform: str) -> None:
    with connected.simulator(platform) as simulator:
        person = simulator.person()
        simulator.fail_next(500, times=2)
        person.say("hello")
        assert len(person.wait(1, timeout=30)) == 1


def test_duplicates_swaps_lost_receipts_and_a_killed_assistant(connected: Connected) -> None:
    outcome = flood(connected, "whatsapp", people=40, messages=240, rate=12, kills=1)
    assert (outcome.lost, outcome.twice, outcome.disordered) == (0, 0, 0), outcome


def test_a_channel_that_is_off_has_no_routes(connected: Connected) -> None:
    url = f"{connected.servers.url}/webhooks/twilio_whatsapp/webhook"
    assert httpx.post(url, content=b"x").status_code == httpx.get(url).status_code == 404
