"""A whole Haq for the fault matrix: its servers, people who write all the time, and who asks its health."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import httpx

from bot.benchmarks.faults_judge import Heard, Said, Sample
from bot.benchmarks.faults_proxy import Proxy
from tests.channels.delivery import NAMES, Connected
from tests.channels.simulator import Person, Sent, Simulator
from tests.servers import Server, running_postgresql, running_rabbitmq, running_redis

PEOPLE: Final = 300
TOPICS: Final = {
    "Unpaid or late wages": "my salary is late, I work in construction in {}",
    "Passport or papers held": "my boss keeps my passport, I work in construction in {}",
    "Working hours": "how many hours may I work a week? I work in construction in {}",
    "Injury or illness from work": "I had an accident at work, I work in construction in {}",
}
"""The heading of an answer, and a question that gets it in every country of NAMES."""
_DISK: Final = "size=400m"
_ASKED_EVERY_SECONDS: Final = 0.5
_FAKETIME: Final = "*/faketime/libfaketimeMT.so.1"


@dataclass
class World:
    """Haq and all around it. `large`: two workers on PostgreSQL, Redis and RabbitMQ; else one on SQLite."""

    large: bool
    rate: float  # messages a second
    servers: dict[str, Server] = field(default_factory=dict)
    lines: dict[str, Proxy] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    clock: Path | None = None  # holds what the clock is moved by; None: it cannot be moved
    disk: Path | None = None  # a disk of its own, small enough to be filled; None: there is none
    simulator: Simulator = field(init=False)
    _sent: list[tuple[float, Person, str, str, Sent]] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)
    _over: threading.Event = field(default_factory=threading.Event)
    _connected: Connected = field(init=False)
    _people: list[Person] = field(default_factory=list)

    def __enter__(self) -> World:
        try:
            self._build()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def kill(self, part: str, number: int | None = None) -> None:
        """Kills all processes of a part, or so many."""
        for pid in self.processes(part)[:number]:
            os.kill(pid, signal.SIGKILL)

    def processes(self, part: str) -> list[int]:
        """The processes of a part: `bot.supervisor.assistant`, `bot.supervisor.actions` or `bot.desk`."""
        process = self._connected.servers.process
        assert process is not None
        found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        return [int(pid) for pid in found if part in _command(pid)]

    def move_clock(self, by: str) -> None:
        """Moves the clock of Haq, not that of its servers: `+3600`, `-3600`, `+0`."""
        assert self.clock is not None
        self.clock.write_text(by)

    def fill_disk(self) -> None:
        """Leaves no byte."""
        assert self.disk is not None
        with (self.disk / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
            while ballast.write(bytes(2**20)):
                pass
        with (self.disk / "ballast-2").open("wb", buffering=0) as ballast, suppress(OSError):
            while ballast.write(bytes(512)):
                pass

    def empty_disk(self) -> None:
        """Gives the room back."""
        assert self.disk is not None
        for each in self.disk.glob("ballast*"):
            each.unlink()

    def said(self, since: float = 0.0) -> list[Said]:
        """What people wrote since a moment."""
        return [
            Said(person.id, country, topic, at, sent.acknowledged.is_set())
            for at, person, country, topic, sent in list(self._sent)
            if at >= since
        ]

    def heard(self, since: float = 0.0) -> list[Heard]:
        """What came to people since a moment, and what was sent to nobody."""
        return [
            Heard(person.id, each.text, each.at, each.reference)
            for person in self._people
            for each in list(person.received)
            if each.at >= since
        ]

    def unready(self) -> list[str]:
        """The parts that did not call themselves ready when they were asked last."""
        last = {sample.part: sample.status for sample in list(self.samples)}
        return [part for part, status in last.items() if status != 200]

    def log(self) -> str:
        """What `haq run` told."""
        return self._connected.servers.log()

    def _build(self) -> None:
        folder = self._folder()
        settings = self._large(self._stack) if self.large else {"HAQ_ACTIONS": "server"}
        if not self.large:
            settings |= self._movable_clock()
        self._connected = Connected(folder, settings)
        self._stack.callback(self._stop)
        self.simulator = self._stack.enter_context(self._connected.simulator("whatsapp"))
        self._people = [self.simulator.person() for _ in range(PEOPLE)]
        self._stack.callback(self._over.set)
        works: list[Callable[[], None]] = [self._write, *map(self._asking, self._addresses())]
        for work in works:
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            self._stack.callback(thread.join, 10)
        self._stack.callback(self._over.set)

    def _stop(self) -> None:
        try:
            self._connected.servers.stop()
        except subprocess.TimeoutExpired:
            assert self._connected.servers.process is not None
            self._connected.servers.process.kill()  # its parts hang on its lifeline

    def _folder(self) -> Path:
        """A folder for everything that Haq keeps; of the small world on a disk of its own, if we may."""
        folder = Path(mkdtemp(prefix="haq-faults-"))
        self._stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if self.large or os.geteuid() != 0:
            return folder
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", _DISK, "haq-faults", str(folder)], check=False, capture_output=True
        )
        if mounted.returncode == 0:
            self._stack.callback(subprocess.run, ["umount", "--lazy", str(folder)], check=False)
            self.disk = folder
        return folder

    def _large(self, stack: ExitStack) -> dict[str, str]:
        self.servers = {
            "postgresql": stack.enter_context(running_postgresql()),
            "redis": stack.enter_context(running_redis()),
            "broker": stack.enter_context(running_rabbitmq()),
        }
        urls: dict[str, str] = {}
        for name, server in self.servers.items():
            line = self.lines[name] = Proxy(server.port).start()
            stack.callback(line.stop)
            urls[name] = server.url.replace(f":{server.port}/", f":{line.port}/")
        databases = ("HAQ_DATABASE_URL", "HAQ_CONVERSATIONS_URL", "HAQ_ACCOUNTS_URL")
        return {
            "HAQ_WORKERS": "2",
            **dict.fromkeys(databases, urls["postgresql"]),
            "HAQ_REDIS_URL": urls["redis"],
            "HAQ_EVENTS_URL": urls["broker"],
        }

    def _movable_clock(self) -> dict[str, str]:
        library = next(iter(sorted(Path("/usr/lib").glob(_FAKETIME))), None)
        if library is None:
            return {}
        folder = Path(mkdtemp(prefix="haq-clock-"))
        self._stack.callback(shutil.rmtree, folder, ignore_errors=True)
        self.clock = folder / "clock"
        self.move_clock("+0")
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.clock),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # a clock that is set does not move it either
            "FAKETIME_DONT_RESET": "1",
        }

    def _addresses(self) -> dict[str, str]:
        ports = {"assistant": "HAQ_ASSISTANT_PORT", "actions": "HAQ_ACTIONS_PORT", "desk": "HAQ_DESK_PORT"}
        environment = self._connected.servers.environment
        return {part: f"http://127.0.0.1:{environment[variable]}" for part, variable in ports.items()}

    def _write(self) -> None:
        """Everybody in turn, each in their own country, a topic after the other; the rate is kept."""
        topics, began, number = list(TOPICS.items()), time.monotonic(), 0
        while not self._over.wait(max(0.0, began + number / self.rate - time.monotonic())):
            turn, place = divmod(number, PEOPLE)
            person, country = self._people[place], NAMES[place % len(NAMES)]
            topic, words = topics[turn % len(topics)]
            self._sent.append((time.time(), person, country, topic, person.say(words.format(country))))
            number += 1

    def _asking(self, part: str) -> _Asking:
        return _Asking(part, self._addresses()[part], self.samples, self._over)


@dataclass
class _Asking:
    """Asks a part for its readiness, again and again, each time over a connection of its own."""

    part: str
    url: str
    samples: list[Sample]
    over: threading.Event

    def __call__(self) -> None:
        while not self.over.wait(_ASKED_EVERY_SECONDS):
            began = time.time()
            self.samples.append(self._sample(began))

    def _sample(self, now: float) -> Sample:
        try:
            answer = httpx.get(f"{self.url}/health/ready", timeout=4, trust_env=False)
            failing = answer.json().get("failing", ()) if answer.status_code != 200 else ()
        except (httpx.HTTPError, ValueError):
            return Sample(now, self.part, 0)
        return Sample(now, self.part, answer.status_code, tuple(failing))


def _command(pid: str) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""
