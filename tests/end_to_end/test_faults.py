"""A part dies while people write: they get a sentence and a number, and the part comes back by itself."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.supervisor.services import health
from tests.end_to_end.driver import Conversation, Servers

Talk = Callable[..., Conversation]


def test_a_killed_action_server_comes_back_and_nobody_notices(talk: Talk, servers: Servers) -> None:
    person = talk().say("I work in construction in Qatar and my salary is late")
    killed = servers.child("bot.supervisor.actions")
    os.kill(killed, signal.SIGKILL)
    person.say("my boss keeps my passport").cites("qa-passport")
    deadline = time.monotonic() + 30
    while not health(servers.actions_url) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert health(servers.actions_url)
    assert servers.child("bot.supervisor.actions") != killed


@pytest.mark.thorough
def test_where_the_action_server_answers_a_killed_one_is_apologised_for(tmp_path: Path) -> None:
    servers = Servers(tmp_path, settings={"HAQ_ACTIONS": "server"})
    servers.start()
    try:
        person = Conversation(servers.url).say("I work in construction in Qatar and my salary is late")
        os.kill(servers.child("bot.supervisor.actions"), signal.SIGKILL)
        person.say("and my passport is with the boss").has("Sorry", "999")
        assert person.seconds < 5
        deadline = time.monotonic() + 30
        while "Sorry" in person.text and time.monotonic() < deadline:
            time.sleep(0.5)
            person.say("my boss keeps my passport")
        person.cites("qa-passport")
        assert person.case["destination"] == "QA"  # nothing of what was said before is lost
    finally:
        servers.stop()


def test_killed_assistant_comes_back_with_its_conversations(talk: Talk, servers: Servers) -> None:
    import httpx

    person = talk().say("I work in construction in Qatar and my salary is late")
    os.kill(servers.child("bot.supervisor.assistant"), signal.SIGKILL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            person.say("my boss keeps my passport")
            break
        except httpx.TransportError:
            time.sleep(0.5)
    person.cites("qa-passport")
