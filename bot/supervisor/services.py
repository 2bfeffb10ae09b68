"""A service: one process of Haq, how it is started and how to see that it answers."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any, BinaryIO
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from bot.settings import ROOT
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

    def health(self, timeout: float = 2.0) -> dict[str, Any] | None:
        """What the service says of itself; None while it does not answer."""
        return health(self.url, timeout)

    def ready(self) -> bool:
        """Whether the service answers, and is the one we mean."""
        said = self.health()
        return said is not None and all(said.get(key) == value for key, value in self.expected.items())

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


def health(url: str, timeout: float = 2.0) -> dict[str, Any] | None:
    """What the service at an address says of itself; None when it does not answer."""
    try:
        with _open(f"{url}/health", timeout=timeout) as response:
            said = json.load(response)
    except HTTPError as error:
        error.close()
        return None
    except (OSError, HTTPException, ValueError):
        return None
    return said if isinstance(said, dict) else None


class Process:
    """A running service, in a process group of its own."""

    def __init__(self, service: Service, log_dir: Path) -> None:
        self.service = service
        self.log = log_dir / f"{service.name}.log"
        self.started = time.monotonic()
        log_dir.mkdir(parents=True, exist_ok=True)
        with _opened(self.log) as output:
            self._process = subprocess.Popen(
                service.command,
                cwd=ROOT,
                env={**os.environ, **service.environment},
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


def python(*arguments: str) -> tuple[str, ...]:
    """A command that runs one of our modules with this very Python."""
    return (sys.executable, *arguments)


def _opened(log: Path) -> BinaryIO:
    """A log to append to; a large one is put aside first."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
    return log.open("ab")
