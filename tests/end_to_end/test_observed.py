"""What the running parts tell of themselves: ready, the numbers of what people did, and nothing of theirs."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.end_to_end.driver import HTTP, Conversation, Servers
from tests.observability.support import samples


def numbers(url: str) -> dict[str, float]:
    answer = HTTP.get(f"{url}/metrics")
    assert answer.status_code == 200, answer.text
    return samples(answer.text)


def test_a_message_is_counted_with_every_stage_and_nothing_of_the_person(
    servers: Servers, talk: Callable[..., Conversation]
) -> None:
    before = numbers(servers.url)
    person = talk()
    person.say("I am from Nepal and work in construction in Qatar, my salary is late")
    person.say("I want to talk to a person")
    after = numbers(servers.url)

    def rise(series: str) -> float:
        return after.get(series, 0.0) - before.get(series, 0.0)

    assert rise('haq_messages_received_total{channel="rest"}') == 2
    assert rise('haq_messages_sent_total{channel="rest",outcome="sent"}') >= 2
    assert rise('haq_stage_seconds_count{stage="answer"}') == 2
    assert rise('haq_questions_total{outcome="answered",topic="wages"}') == 1
    assert rise('haq_handoffs_total{urgency="calm"}') == 1
    for stage in ("nlu", "action", "lookup", "render", "store"):
        assert rise(f'haq_stage_seconds_count{{stage="{stage}"}}') >= 1, stage
    parts = ("nlu", "action", "store")
    whole = rise('haq_stage_seconds_sum{stage="answer"}')
    assert 0 < sum(rise(f'haq_stage_seconds_sum{{stage="{stage}"}}') for stage in parts) <= whole
    deadline = time.monotonic() + 15  # what waits is looked up every five seconds
    while numbers(servers.url)['haq_waiting{queue="desk"}'] < 1:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert person.sender not in str(after)


def test_every_part_is_ready_and_says_so(servers: Servers) -> None:
    for port, service in (("ASSISTANT", "assistant"), ("ACTIONS", "actions"), ("DESK", "desk")):
        url = f"http://127.0.0.1:{servers.environment[f'HAQ_{port}_PORT']}"
        answer = HTTP.get(f"{url}/health/ready")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok", "service": service})
        assert HTTP.get(f"{url}/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
        assert all(value == 1 for name, value in numbers(url).items() if name.startswith("haq_check_ok"))
