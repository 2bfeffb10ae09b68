"""A part dies while people write: they get a sentence and a number, and the part comes back by itself."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from tests.end_to_end.driver import Conversation, Servers

Talk = Callable[..., Conversation]


def test_killed_action_server_apologises_and_recovers(talk: Talk, servers: Servers) -> None:
    person = talk().say("I work in construction in Qatar and my salary is late")
    os.kill(servers.child("bot.supervisor.actions"), signal.SIGKILL)
    person.say("and my passport is with the boss").has("Sorry", "999")
    assert person.seconds < 5
    deadline = time.monotonic() + 30
    while "Sorry" in person.text and time.monotonic() < deadline:
        time.sleep(0.5)
        person.say("my boss keeps my passport")
    person.cites("qa-passport")
    assert person.case["destination"] == "QA"  # nothing of what was said before is lost


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
