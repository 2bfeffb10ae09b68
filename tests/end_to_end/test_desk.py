"""The desk over the real server: the queue in the terminal, the worker over REST, and forgetting."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx

from bot.people.store import PeopleStore
from bot.settings import ROOT
from tests.end_to_end.driver import Conversation, Servers

Talk = Callable[..., Conversation]
STORY = "My boss Abdulqahhar keeps the key"


def desk(servers: Servers, *arguments: str, fails: bool = False) -> str:
    """`haq handoff ...` as somebody at the desk types it."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "handoff", *arguments],
        cwd=ROOT, env=servers.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode == 2) is fails, done.stderr
    return done.stderr if fails else done.stdout


def queue(servers: Servers) -> list[dict[str, Any]]:
    """Who waits."""
    return list(json.loads(desk(servers, "list", "--json")))


def waiting(said: Conversation) -> list[str]:
    """What was written to a person meanwhile."""
    response = httpx.get(f"{said.url}/webhooks/rest/messages", params={"sender": said.sender}, timeout=10)
    return [message["text"] for message in response.json()]


def test_a_person_takes_the_chat_over_and_gives_it_back(servers: Servers, talk: Talk) -> None:
    said = (
        talk().say("I am from Nepal and work in construction in Qatar").say("I want to talk to a real person")
    )
    said.has("Nobody is at our help desk now")
    mine = max(queue(servers), key=lambda each: each["id"])
    assert mine["summary"]["destination"] == "QA" and not mine["urgent"]
    number = str(mine["id"])
    desk(servers, "say", number, "hello", fails=True)
    desk(servers, "take", number)
    assert "A person from the help desk" in waiting(said)[0] and waiting(said) == []
    body = {"sender": said.sender, "message": STORY}
    quiet = httpx.post(f"{said.url}/webhooks/rest/webhook", json=body, timeout=10).json()
    assert quiet == []
    assert STORY in desk(servers, "read", number)
    desk(servers, "say", number, "I am with you.")
    assert waiting(said) == ["I am with you."]
    said.say("he is beating me now, help").has("999")
    desk(servers, "release", number)
    said.say("my salary is late").has("has left", "Unpaid or late wages")
    assert said.case["destination"] == "QA" and mine["id"] not in [each["id"] for each in queue(servers)]


def test_somebody_at_the_desk_is_said_so(servers: Servers, talk: Talk) -> None:
    desk(servers, "present")
    talk().say("I want to talk to a real person").has("They will write to you here soon")
    desk(servers, "leave")


def test_an_emergency_is_urgent_in_the_queue(servers: Servers, talk: Talk) -> None:
    talk().say("I am in Qatar").say("he is beating me now, help")
    assert queue(servers)[0]["urgent"] and queue(servers)[0]["danger"] == "violence"


def test_delete_my_data_leaves_nothing_in_any_store(servers: Servers, talk: Talk) -> None:
    said = (
        talk().say("I am from Nepal and work in construction in Qatar").say("I want to talk to a real person")
    )
    said.say("remind me").say("My contract ends").say("31 March 2029")
    folder = servers.folder
    store = PeopleStore(f"sqlite:///{folder / 'conversations.db'}", folder / "conversations.key")
    assert store.held(said.sender) == 4  # the queue and three reminders
    said.say("delete my data")
    if "Do you want me to forget" in said.text:
        said.say("1")
    said.has("Done. I have forgotten")
    assert store.held(said.sender) == 0
    said.say("what do you know about me").has("Nothing yet")


def test_nothing_that_was_written_stands_in_a_file(servers: Servers, talk: Talk) -> None:
    said = talk().say("I am in Qatar").say("write a letter").say("unpaid or late wages").say(STORY)
    said.say("skip").say("skip").say("skip").has(STORY)
    said.say("thanks")
    raw = b"".join(path.read_bytes() for path in servers.folder.rglob("*") if path.is_file())
    assert b"Abdulqahhar" not in raw
