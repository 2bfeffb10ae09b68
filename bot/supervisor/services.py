"""A service: one process of Haq, how it is started and how to see that it answers."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any, BinaryIO
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from bot.settings import ROOT
from bot.supervisor import pulse
from bot.supervisor.problems import ProcessError

LARGEST_LOG = 5_000_000
_open = build_opener(ProxyHandler({})).open  # never through a proxy: our services are on this machine


@dataclass(frozen=True)
class Service:
    """What to start, and where it answers."""

    name: str
    command: tuple[str, ...]
    url: str
    """Address of the service; `url/health` answers 200 with a JSON object when it is ready."""
    host: str
    port: int
    port_variable: str
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    expected: Mapping[str, str] = field(default_factory=dict)
    """What `/health` must say, so that no other server is taken for ours."""
    patience: float = 180.0
    """Seconds that it may take to become ready."""
    own_pulse: bool = False
    """Whether it answers us at an address of its own (`pulse.py`): others may answer at `url` too."""

    def health(self, timeout: float = 2.0) -> dict[str, Any] | None:
        """What the service says of itself; None while it does not answer."""
        return health(self.url, timeout)

    def ready(self, url: str | None = None) -> bool:
        """Whether the service answers, and is the one we mean. `url`: the address of its pulse."""
        said = health(url or self.url)
        return said is not None and all(said.get(key) == value for key, value in self.expected.items())

    def alive(self, url: str | None = None) -> bool:
        """Whether the service answers at all: one that cannot read its database gains nothing by dying."""
        said = health(url or self.url, whatever=True)
        return said is not None and said.get("service") == self.expected.get("service", said.get("service"))

    def check_port(self) -> None:
        """Raises ProcessError when something else has the port."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise ProcessError(self._port_trouble(error)) from error

    def _port_trouble(self, error: OSError) -> str:
        port = f"Port {self.port} ({self.name})"
        if error.errno == errno.EADDRINUSE:
            said = self.health()
            ours = said is not None and said.get("service") == self.expected.get("service")
            who = "another Haq" if ours else "another program"
            return f"{port} is taken by {who}: stop it, or set {self.port_variable} to a free port."
        if error.errno == errno.EACCES:
            return f"{port} needs more rights: set {self.port_variable} to one above 1023."
        return f"The {self.name} cannot listen on {self.host} (HAQ_HOST): {error.strerror}."


def health(url: str, timeout: float = 2.0, *, whatever: bool = False) -> dict[str, Any] | None:
    """What the service at an address says of itself; None when it does not answer, or is not ready.

    `whatever`: also what it says when it is not ready.
    """
    try:
        with _open(f"{url}/health", timeout=timeout) as response:
            said = json.load(response)
    except HTTPError as error:
        with error:
            said = _json(error) if whatever else None
    except (OSError, HTTPException, ValueError):
        return None
    return said if isinstance(said, dict) else None


def _json(answer: HTTPError) -> Any:
    try:
        return json.load(answer)
    except (OSError, ValueError):
        return None


class Process:
    """A running service, in a process group of its own."""

    def __init__(self, service: Service, log_dir: Path | None) -> None:
        """Starts it. `log_dir`: where its log goes; None: where we write ourselves."""
        self.service = service
        self.log = None if log_dir is None else log_dir / f"{service.name}.log"
        self.started = time.monotonic()
        self.url = service.url
        """Where this very process answers."""
        with _opened(self.log) as output, _pulse(service) as (number, url):
            self.url = url or service.url
            environment = {**os.environ, **service.environment}
            self._process = subprocess.Popen(
                service.command,
                cwd=ROOT,
                env=environment if number is None else {**environment, pulse.VARIABLE: str(number)},
                pass_fds=() if number is None else (number,),
                stdin=subprocess.PIPE,  # the lifeline: closed when we are gone
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id, also the id of its group."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll()

    def ready(self) -> bool:
        """Whether this process answers, and is the one we mean."""
        return self.service.ready(self.url)

    def alive(self) -> bool:
        """Whether this process answers at all."""
        return self.service.alive(self.url)

    def shorten_log(self) -> None:
        """Puts its log aside when that has grown large."""
        if self.log is not None:
            _put_aside_if_large(self.log)

    def terminate(self) -> None:
        """Asks the whole group to end."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends whatever is left of the group, and waits for the process."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


@contextmanager
def _pulse(service: Service) -> Iterator[tuple[int | None, str | None]]:
    """An address for a process to inherit: its number and its URL, which we forget once it is started."""
    if not service.own_pulse:
        yield None, None
        return
    with pulse.new_address() as address:
        yield address.fileno(), f"http://127.0.0.1:{address.getsockname()[1]}"


def python(*arguments: str) -> tuple[str, ...]:
    """A command that runs one of our modules with this very Python."""
    return (sys.executable, *arguments)


@contextmanager
def _opened(log: Path | None) -> Iterator[BinaryIO | None]:
    """A log to append to, of which a large one is put aside first; without a log our own output."""
    if log is None:
        yield None
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    _put_aside_if_large(log)
    with log.open("ab") as output:
        yield output


def _put_aside_if_large(log: Path) -> None:
    """Moves what stands in a log that is too large to its `.log.1`, also while a process writes to it.

    The file itself stays, for the process holds it open: it goes on at the new end. On a full disk nothing
    is moved, and nothing grows either.
    """
    with suppress(OSError):
        if log.stat().st_size > LARGEST_LOG:
            shutil.copy(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
