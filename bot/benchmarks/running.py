"""An assistant of its own for a benchmark: `haq run` with its own ports, database and conversations."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.benchmarks.figures import NotMeasured
from bot.settings import ROOT, Settings

PATIENCE = 600  # seconds; a model may have to be trained
_READY = "Assistant "
_STOP_SECONDS = 20
_PASSED_ON = ("HAQ_STATE_DIR", "HAQ_FRONT", "HAQ_ACTIONS", "HAQ_WORKERS")
"""Where things are installed, and how the assistant works: what does not lead to a database or a person."""


@dataclass(frozen=True)
class Running:
    """A running assistant."""

    url: str
    pid: int
    seconds_to_ready: float
    folder: Path

    def memory(self) -> dict[str, float]:
        """Megabytes of each process: shared pages count in part for everybody who shares them (PSS)."""
        found: dict[str, float] = {}
        for pid, name in _below(self.pid):  # of several workers the sum
            found[name] = round(found.get(name, 0.0) + megabytes(pid), 1)
        return found

    def spent(self) -> float:
        """Seconds of processor time of all processes so far, which other work on the machine changes less."""
        return sum(processor_seconds(pid) for pid, _ in _below(self.pid))


def apart(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment that leads to nothing of this deployment: no database, key, broker or channel of it.

    What is passed on is listed, not what is left out: with other keys on the same database people's messages
    could not be read, and would be given up.
    """
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith("HAQ_") or name in _PASSED_ON
    }


@contextmanager
def haq_run(settings: Settings, folder: Path, more: Mapping[str, str] | None = None) -> Iterator[Running]:
    """`haq run` in a folder, with further settings. Raises NotMeasured when it does not become ready."""
    ports = {name: str(free_port()) for name in ("HAQ_ASSISTANT_PORT", "HAQ_ACTIONS_PORT", "HAQ_DESK_PORT")}
    environment = {
        **apart(os.environ),
        "HAQ_VAR_DIR": str(folder),
        "HAQ_MODELS_DIR": str(settings.models_dir),
        "HAQ_LAW_DIR": str(settings.law_dir),
        **ports,
        **(more or {}),
    }
    log = folder / "run.log"
    began = time.monotonic()
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run"], cwd=ROOT, env=environment,
            stdin=subprocess.DEVNULL, stdout=written, stderr=written,
        )  # fmt: skip
    try:
        _wait_for(process, log, began)
        url = f"http://127.0.0.1:{ports['HAQ_ASSISTANT_PORT']}"
        yield Running(url, process.pid, time.monotonic() - began, folder)
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Stops a process as Ctrl-C does; by force when it does not heed that."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def megabytes(pid: int) -> float:
    """The proportional set size of a process; 0 when it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def processor_seconds(pid: int) -> float:
    """The processor time of a process; 0 when it is gone."""
    with suppress(OSError):
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _below(pid: int) -> Iterable[tuple[int, str]]:
    """A process and all that it started, each with the name of its part."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    found = {pid: "supervisor"}
    for child, parent, command in ((int(row[0]), int(row[1]), row[-1]) for row in rows):
        if parent in found:
            found[child] = next(
                (name for name in ("assistant", "actions", "desk") if name in command), "other"
            )
    return found.items()


def _wait_for(process: subprocess.Popen[bytes], log: Path, began: float) -> None:
    while time.monotonic() - began < PATIENCE and process.poll() is None:
        if _READY in log.read_text(errors="replace"):
            return
        time.sleep(0.05)
    raise NotMeasured(f"`haq run` did not become ready: {log.read_text(errors='replace')[-500:]}")
