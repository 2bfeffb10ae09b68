"""Two assistants behind one address: the real `haq run`, on SQLite and on PostgreSQL with Redis."""

from __future__ import annotations

import json
import os
import secrets
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.channels.delivery import Connected, flood
from tests.servers import Server, empty_database

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

FACTS = ("I am from Nepal", "I work in Qatar", "I work in construction", "I have a work permit")
KNOWN = ("NP", "QA", "construction", "regular")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connected]:
    settings = {"HAQ_WORKERS": "2"}
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgresql_server")
        url = empty_database(server)  # one for all
        settings |= dict.fromkeys(("HAQ_DATABASE_URL", "HAQ_CONVERSATIONS_URL", "HAQ_ACCOUNTS_URL"), url)
        settings["HAQ_REDIS_URL"] = request.getfixturevalue("redis_server").url
        settings["HAQ_ACTIONS"] = "server"
    connected = Connected(tmp_path_factory.mktemp("workers"), settings)
    yield connected
    assert connected.servers.stop() in (0, 130)


def say(url: str, sender: str, words: str) -> list[dict[str, Any]]:
    """Over a connection of its own, so that chance decides which worker it is."""
    body = {"sender": sender, "message": words}
    answer = httpx.post(f"{url}/webhooks/rest/webhook", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    return list(answer.json())


def workers(connected: Connected) -> dict[int, str]:
    """The assistants that run: process id and log."""
    assert connected.servers.process is not None
    parent = connected.servers.process.pid
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    commands = {int(pid): Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in listed}
    return {pid: command for pid, command in commands.items() if "bot.supervisor.assistant" in command}


def test_what_one_person_says_at_once_is_all_known(running: Connected) -> None:
    """Each message adds a fact to the same conversation; none overwrites what another has added."""
    url = running.servers.url
    people = [secrets.token_hex(8) for _ in range(15)]
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda each: say(url, *each), [(who, fact) for who in people for fact in FACTS]))
    assert all(said), "each is answered"
    for who in people:
        answer = say(url, who, "my wages are not paid")
        case = next(each["custom"]["case"] for each in answer if (each.get("custom") or {}).get("case"))
        assert [fact for fact in KNOWN if fact not in json.dumps(case)] == [], case


def test_one_that_is_killed_is_started_again_alone(running: Connected) -> None:
    before = workers(running)
    assert len(before) == 2
    killed, other = before
    os.kill(killed, signal.SIGKILL)
    time.sleep(0.3)
    for _ in range(10):
        assert say(running.servers.url, secrets.token_hex(8), "hello"), "the other answers"
    deadline = time.monotonic() + 120
    while running.servers.log().count("is ready") < 5:
        assert time.monotonic() < deadline, running.servers.log()
        time.sleep(0.5)
    after = workers(running)
    assert other in after and killed not in after and len(after) == 2


def test_nothing_is_lost_or_doubled_on_a_channel(running: Connected) -> None:
    """A flood of an unkind platform, while a worker is killed and the other goes on."""
    outcome = flood(running, "whatsapp", people=30, messages=120, rate=10, kills=1)
    assert (outcome.lost, outcome.twice, outcome.disordered) == (0, 0, 0), outcome
