"""Starts services, waits until they answer, starts again what dies, and stops them all."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from bot.supervisor.model import tail
from bot.supervisor.problems import ProcessError
from bot.supervisor.services import Process, Service

TICK = 0.1
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
STEADY_SECONDS = 60.0
"""A service that ran this long starts over with the shortest delay when it dies."""
STOP_SECONDS = 8.0
PULSE_SECONDS, MISSED_PULSES = 15.0, 3
PROGRESS_SECONDS = 10.0

Tell = Callable[[str], None]


class Stopped(Exception):
    """A signal asked us to stop; its number."""

    INTERRUPT = int(signal.SIGINT)

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass
class _Watched:
    service: Service
    process: Process | None = None
    ready: bool = False
    delay: float = FIRST_DELAY
    start_at: float = 0.0
    pulse_at: float = 0.0
    missed: int = 0


class Supervisor:
    """Keeps services running. Use as a context manager: leaving it stops them all."""

    def __init__(self, log_dir: Path | None, tell: Tell) -> None:
        """`log_dir`: where the services log; None: where we write ourselves."""
        self._log_dir = log_dir
        self._tell = tell
        self._watched: list[_Watched] = []

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, *services: Service) -> None:
        """Starts services without waiting for them. Raises ProcessError when a port is taken."""
        for service in services:
            service.check_port()
        for service in services:
            watched = _Watched(service)
            self._watched.append(watched)
            self._launch(watched)

    def wait_until_ready(self) -> None:
        """Waits for all that was started. Raises ProcessError when one dies or takes too long."""
        waited_since = spoke = time.monotonic()
        while missing := [watched for watched in self._watched if not watched.ready]:
            for watched in missing:
                self._check_start(watched)
            now = time.monotonic()
            if now - spoke >= PROGRESS_SECONDS:
                spoke = now
                names = ", ".join(watched.service.name for watched in missing)
                self._tell(f"waiting for: {names} ({now - waited_since:.0f} s)")
            time.sleep(TICK)

    def watch(self) -> None:
        """Keeps the services running until a signal raises Stopped here."""
        while True:
            for watched in self._watched:
                self._keep(watched)
            time.sleep(TICK)

    def stop(self) -> None:
        """Stops all services: first asking, then, after a while, by force."""
        running = [watched.process for watched in self._watched if watched.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(process.exit_code is None for process in running):
            time.sleep(TICK / 2)
        for process in running:
            process.kill()
        self._watched.clear()

    def _launch(self, watched: _Watched) -> None:
        watched.process = Process(watched.service, self._log_dir)
        watched.ready = False
        watched.missed = 0

    def _launch_again(self, watched: _Watched) -> None:
        """Starts it, or tries again later: what the machine lacks now must not stop those that run."""
        try:
            self._launch(watched)
        except OSError as error:
            self._wait_to_start(watched, f"cannot be started ({error.strerror})")

    def _check_start(self, watched: _Watched) -> None:
        process = watched.process
        assert process is not None
        service = watched.service
        if process.exit_code is not None:
            raise ProcessError(
                f"The {service.name} could not be started (exit code {process.exit_code}). "
                f"{_end_of(process.log)}"
            )
        age = time.monotonic() - process.started
        if process.ready():
            self._becomes_ready(watched, age)
        elif age > service.patience:
            raise ProcessError(f"The {service.name} did not answer within {age:.0f} s{_see(process)}.")

    def _becomes_ready(self, watched: _Watched, age: float) -> None:
        watched.ready = True
        watched.missed = 0
        watched.pulse_at = time.monotonic() + PULSE_SECONDS
        self._tell(f"{watched.service.name} is ready ({age:.1f} s)")

    def _keep(self, watched: _Watched) -> None:
        now = time.monotonic()
        process = watched.process
        if process is None:
            if now >= watched.start_at:
                self._launch_again(watched)
            return
        if process.exit_code is not None:
            self._died(watched, process, f"died ({_how(process.exit_code)}{_see(process)})")
        elif not watched.ready:
            if process.ready():
                self._becomes_ready(watched, now - process.started)
            elif now - process.started > watched.service.patience and not process.alive():
                self._died(watched, process, f"did not become ready{_see(process)}")
        elif now >= watched.pulse_at:
            watched.pulse_at = now + PULSE_SECONDS
            process.shorten_log()
            watched.missed = 0 if process.alive() else watched.missed + 1
            if watched.missed >= MISSED_PULSES:
                self._died(watched, process, f"no longer answers{_see(process)}")

    def _died(self, watched: _Watched, process: Process, what: str) -> None:
        process.kill()  # the rest of its group
        if time.monotonic() - process.started > STEADY_SECONDS:
            watched.delay = FIRST_DELAY
        watched.process = None
        watched.ready = False
        self._wait_to_start(watched, what)

    def _wait_to_start(self, watched: _Watched, what: str) -> None:
        self._tell(f"{watched.service.name} {what}; starting it again in {watched.delay:g} s")
        watched.start_at = time.monotonic() + watched.delay
        watched.delay = min(watched.delay * 2, LONGEST_DELAY)


def stop_on_signals() -> None:
    """From now on Ctrl-C, SIGTERM and a closed terminal raise Stopped, once; later ones change nothing."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    for number in numbers:
        signal.signal(number, stop)


def _see(process: Process) -> str:
    """Where to read on; nothing where its log is ours."""
    return "" if process.log is None else f"; see {process.log}"


def _end_of(log: Path | None) -> str:
    return "Its log says why." if log is None else f"The end of {log}:\n{tail(log)}"


def _how(exit_code: int) -> str:
    if exit_code < 0:
        return f"killed by {signal.Signals(-exit_code).name}"
    return f"exit code {exit_code}"
