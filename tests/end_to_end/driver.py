"""Talks to a running assistant as a person would, and says plainly what came instead of what was wanted."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bot.benchmarks.running import apart
from bot.settings import ROOT

START_SECONDS = 300  # with training
HTTP = httpx.Client(verify=False)  # noqa: S501 - nothing but the loopback; a client a message costs 30 ms


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Servers:
    """`haq run` on ports of its own, with its own database and conversations."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)  # beside those of its own
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    seconds_to_ready: float = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['HAQ_ASSISTANT_PORT']}"

    @property
    def actions_url(self) -> str:
        return f"http://127.0.0.1:{self.environment['HAQ_ACTIONS_PORT']}"

    def start(self) -> None:
        """Starts everything and waits until it is ready."""
        self.environment = {
            **apart(os.environ),  # `haq bench` starts us too, with the settings of a deployment around it
            "HAQ_VAR_DIR": str(self.folder),
            "HAQ_DATABASE_URL": f"sqlite:///{self.folder / 'haq.db'}",
            "HAQ_ASSISTANT_PORT": str(free_port()),
            "HAQ_ACTIONS_PORT": str(free_port()),
            "HAQ_DESK_PORT": str(free_port()),
            **self.settings,
        }
        began = time.monotonic()
        with (self.folder / "run.log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "run"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        while time.monotonic() - began < START_SECONDS:
            if self.process.poll() is not None:
                break
            if "Assistant " in self.log():
                self.seconds_to_ready = time.monotonic() - began
                return
            time.sleep(0.2)
        raise AssertionError(f"haq run did not become ready:\n{self.log()}")

    def stop(self) -> int:
        """Stops everything as Ctrl-C does; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=20)

    def log(self) -> str:
        """What `haq run` printed."""
        return (self.folder / "run.log").read_text(errors="replace")

    def all_logs(self) -> str:
        """Everything that any part wrote to a log."""
        return self.log() + "".join(path.read_text(errors="replace") for path in self.folder.rglob("*.log"))

    def child(self, word: str) -> int:
        """The process id of the part whose command line holds a word."""
        assert self.process is not None
        listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
        for line in listed.splitlines():
            if word in line and str(self.environment["HAQ_ACTIONS_PORT"]) in self._environment_of(line):
                return int(line.split()[0])
        raise AssertionError(f"no part {word!r} is running:\n{listed}")

    def parse(self, text: str) -> dict[str, Any]:
        """What the parse route gives."""
        response = HTTP.post(f"{self.url}/webhooks/rest/parse", json={"text": text}, timeout=10)
        assert response.status_code == 200, response.text
        return dict(response.json())

    @staticmethod
    def _environment_of(line: str) -> str:
        try:
            return Path(f"/proc/{line.split(maxsplit=1)[0]}/environ").read_text(errors="replace")
        except OSError:
            return ""


@dataclass
class Conversation:
    """One person talking: `say` something, then assert what came."""

    url: str
    sender: str = field(default_factory=lambda: uuid.uuid4().hex)
    language: str | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def say(self, text: str, timeout: float = 15) -> Conversation:
        """Sends a message and keeps the reply."""
        body: dict[str, Any] = {"sender": self.sender, "message": text}
        if self.language:
            body["metadata"] = {"language": self.language}
        began = time.monotonic()
        response = HTTP.post(f"{self.url}/webhooks/rest/webhook", json=body, timeout=timeout)
        self.seconds = time.monotonic() - began
        assert response.status_code == 200, response.text
        self.messages = response.json()
        assert self.messages, f"silence after {text!r}"
        return self

    @property
    def text(self) -> str:
        """All texts of the last reply."""
        return "\n".join(message["text"] for message in self.messages)

    @property
    def rules(self) -> list[str]:
        """Every rule that the last reply names."""
        return [rule for message in self.messages for rule in message.get("custom", {}).get("rules", [])]

    @property
    def buttons(self) -> list[str]:
        """The choices of the last reply."""
        return [button["title"] for message in self.messages for button in message.get("buttons", [])]

    @property
    def case(self) -> dict[str, Any]:
        """The case that the last reply speaks of."""
        return next(
            (message["custom"]["case"] for message in self.messages if message.get("custom", {}).get("case")),
            {},
        )

    def has(self, *parts: str) -> Conversation:
        """Asserts that the reply says each part."""
        for part in parts:
            assert part.lower() in self.text.lower(), f"{part!r} is missing in:\n{self.text}"
        return self

    def lacks(self, *parts: str) -> Conversation:
        """Asserts that the reply says none of the parts."""
        for part in parts:
            assert part.lower() not in self.text.lower(), f"{part!r} stands in:\n{self.text}"
        return self

    def cites(self, *rules: str) -> Conversation:
        """Asserts that the reply rests on each rule."""
        for rule in rules:
            assert rule in self.rules, f"{rule} is not among {self.rules}"
        return self

    def offers(self, *labels: str) -> Conversation:
        """Asserts that each label is among the choices."""
        for label in labels:
            assert label in self.buttons, f"{label!r} is not among {self.buttons}"
        return self

    def in_script(self, pattern: str) -> Conversation:
        """Asserts that the reply holds letters of a script (a character class)."""
        assert re.search(pattern, self.text), f"no {pattern} in:\n{self.text}"
        return self
