"""The assistant without Rasa beside the one with it: it understands and says the same, from the same store.

It runs where nothing of Rasa can be imported, on the law and the conversations of the servers under test.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.settings import ROOT, load_settings
from bot.supervisor.model import model_path
from tests.end_to_end.driver import HTTP, Conversation, Servers, free_port
from tests.end_to_end.test_scripts import AT_ONCE, CONVERSATIONS, problems

EVAL = ROOT / "tests" / "eval"
START_SECONDS = 180  # on a machine that others use; else two or three
# In CI; all of them in `./haq test --slow tests/end_to_end`.
IN_CI = {
    "unpaid wages in Qatar, with follow-ups", "passport of a housemaid", "end-of-service pay worked out",
    "an emergency in the middle of a form", "another language on request", "a letter",
    "what is known, and forgetting", "more of the same answer",
}  # fmt: skip
ODD = (
    "/menu", "/inform{\"a\": 1}", "  /x  ", "\u2060hello", "1", "?", "نعم",
    "मेरो तलब आएन। मेरो राहदानी मालिकसँग छ। के गरूँ?",
    "they beat me. my passport is gone! where can I go in Doha?", "a" * 3000, "😀", "in Qatar\nfrom Nepal",
)  # fmt: skip


@pytest.fixture(scope="module")
def thin(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an assistant that cannot import Rasa."""
    port, log = free_port(), tmp_path_factory.mktemp("thin") / "thin.log"
    command = ["-m", "tests.front.without_rasa", "bot.front.assistant", "--model"]
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, *command, str(model_path(load_settings()))], cwd=ROOT, stdin=subprocess.DEVNULL,
            env={**servers.environment, "HAQ_ASSISTANT_PORT": str(port)}, stdout=written, stderr=written,
        )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process, log)
        yield url
        process.send_signal(signal.SIGINT)
        assert process.wait(20) in (0, 130)
    finally:
        process.kill()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            assert HTTP.get(f"{url}/health").json()["service"] == "assistant"
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text(errors="replace"))


def questions(each: int) -> list[str]:
    """Some questions of every language, which nothing was trained on."""
    files = [path.read_text(encoding="utf-8").splitlines() for path in sorted(EVAL.glob("*.jsonl"))]
    return [
        json.loads(line)["text"] for lines in files for line in lines[:: max(len(lines) // each, 1)][:each]
    ]


@pytest.mark.parametrize("each", [2, pytest.param(40, marks=pytest.mark.thorough)])
def test_it_understands_what_rasa_does(servers: Servers, thin: str, each: int) -> None:
    texts = [*ODD, *questions(each)]
    assert len(texts) > 12 * each
    differ = []
    for text in texts:
        response = HTTP.post(f"{thin}/webhooks/rest/parse", json={"text": text}, timeout=10)
        if response.json() != servers.parse(text):
            differ.append((text, response.json(), servers.parse(text)))
    assert differ == []


def test_it_says_what_rasa_does(servers: Servers, thin: str) -> None:
    for text in ("my salary is late in Qatar, I work in construction", "/greet", "hi", "मलाई कुटे"):
        said = [_without_names(Conversation(url).say(text).messages) for url in (servers.url, thin)]
        assert said[0] == said[1]


def _without_names(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "recipient_id": ""} for each in messages]


def test_each_goes_on_with_a_conversation_of_the_other(servers: Servers, thin: str) -> None:
    person = Conversation(servers.url).say("I am from Nepal and work in construction in Qatar")
    person.url = thin
    person.say("my salary is late").cites("qa-wage-interval")
    person.url = servers.url
    person.say("can they keep my passport?")
    assert (person.case["destination"], person.case["origin"]) == ("QA", "NP")
    person.url = thin
    person.say("delete my data").url = servers.url
    assert person.say("my salary is late").rules == []  # the country has to be asked for again


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", IN_CI),
        *(pytest.param(each, None, marks=pytest.mark.thorough, id=each) for each in ("en", "ne", "ar")),
    ],
)
def test_the_scripted_conversations(thin: str, language: str, names: set[str] | None) -> None:
    scripts = [each for each in CONVERSATIONS if names is None or each["name"] in names]
    assert len(scripts) == len(names or CONVERSATIONS)

    def run(script: dict[str, Any]) -> list[str]:
        return [f"{script['name']}: {problem}" for problem in problems(thin, language, script)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = [problem for each in pool.map(run, scripts) for problem in each]
    assert not found, "\n".join(found)
