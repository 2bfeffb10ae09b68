"""The supervisor, with stand-ins for the services."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT
from bot.supervisor import services as services_module
from bot.supervisor import supervisor as module
from bot.supervisor.problems import ProcessError
from bot.supervisor.services import Service, health, python
from bot.supervisor.supervisor import Stopped, Supervisor


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stand_in(name: str, *behaviours: str, port: int | None = None, **changes: object) -> Service:
    port = port or free_port()
    command = python("-m", "tests.ops.stand_in", str(port), name, *behaviours)
    settings: dict[str, object] = {"expected": {"service": name}, "patience": 20.0, **changes}
    return Service(
        name, command, f"http://127.0.0.1:{port}", "127.0.0.1", port, f"HAQ_{name.upper()}_PORT", **settings
    )  # type: ignore[arg-type]


def eventually(check: Callable[[], object], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z")


def pid_of(service: Service) -> int | None:
    said = health(service.url)
    return said["pid"] if said else None


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, lines: list[str]) -> Iterator[Supervisor]:
    with Supervisor(tmp_path / "log", lines.append) as running:
        yield running


def keep_watching(supervisor: Supervisor, until: Callable[[], object], seconds: float = 15.0) -> None:
    """The supervisor's own loop, until something happened."""
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "It did not happen in time."
        for watched in supervisor._watched:
            supervisor._keep(watched)
        time.sleep(0.05)


def test_services_start_are_ready_and_stop(supervisor: Supervisor, lines: list[str]) -> None:
    services = [stand_in("one"), stand_in("two")]
    supervisor.start(*services)
    supervisor.wait_until_ready()
    pids = [pid_of(service) for service in services]
    assert all(pids)
    assert [line.partition(" (")[0] for line in sorted(lines)] == ["one is ready", "two is ready"]
    supervisor.stop()
    assert not any(alive(pid) for pid in pids if pid)
    assert all(service.health() is None for service in services)


def test_one_that_is_killed_is_started_again_and_said_so_in_a_line(
    supervisor: Supervisor, lines: list[str]
) -> None:
    service = stand_in("one")
    supervisor.start(service)
    supervisor.wait_until_ready()
    first = pid_of(service)
    assert first
    os.kill(first, signal.SIGKILL)
    keep_watching(supervisor, lambda: pid_of(service) not in (None, first))
    keep_watching(supervisor, lambda: len(lines) == 3)
    assert lines[1].startswith("one died (killed by SIGKILL; see ")
    assert lines[1].endswith("starting it again in 0.5 s")
    assert lines[2].startswith("one is ready")


def test_the_pause_grows_while_it_keeps_dying(
    supervisor: Supervisor, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_DELAY", 0.05)
    supervisor.start(stand_in("one", "dies"))
    keep_watching(supervisor, lambda: sum("died (exit code 7" in line for line in lines) >= 4, 30)
    pauses = [float(line.split()[-2]) for line in lines]
    assert pauses == sorted(pauses)
    assert pauses[-1] >= 4 * pauses[0]


def test_one_that_cannot_start_ends_the_start_with_the_end_of_its_log(supervisor: Supervisor) -> None:
    supervisor.start(stand_in("one", "dies"))
    with pytest.raises(ProcessError, match=r"(?s)one could not be started \(exit code 7\).*cannot go on"):
        supervisor.wait_until_ready()


def test_one_that_does_not_answer_ends_the_start(supervisor: Supervisor) -> None:
    supervisor.start(stand_in("one", "mute", patience=1.0))
    with pytest.raises(ProcessError, match="did not answer within"):
        supervisor.wait_until_ready()


def test_another_server_is_not_taken_for_ours(supervisor: Supervisor) -> None:
    supervisor.start(stand_in("one", expected={"service": "one", "model": "new"}, patience=1.5))
    with pytest.raises(ProcessError, match="did not answer within"):
        supervisor.wait_until_ready()


def test_one_that_hangs_is_started_again(
    supervisor: Supervisor, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PULSE_SECONDS", 0.1)
    monkeypatch.setattr(module, "MISSED_PULSES", 1)
    service = stand_in("one")
    supervisor.start(service)
    supervisor.wait_until_ready()
    first = pid_of(service)
    assert first
    os.kill(first, signal.SIGSTOP)
    keep_watching(supervisor, lambda: any("no longer answers" in line for line in lines))
    assert not alive(first)
    keep_watching(supervisor, lambda: pid_of(service))


def test_one_that_says_it_is_not_ready_is_left_alone(
    supervisor: Supervisor, lines: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its database is down: dying would not bring that back, and it may still be of use."""
    monkeypatch.setattr(module, "PULSE_SECONDS", 0.05)
    monkeypatch.setattr(module, "MISSED_PULSES", 1)
    service = stand_in("one", "waits", environment={"WAITS_FILE": str(tmp_path / "waits")})
    supervisor.start(service)
    supervisor.wait_until_ready()
    (tmp_path / "waits").touch()
    assert service.alive() and not service.ready()
    ends = time.monotonic() + 1
    keep_watching(supervisor, lambda: time.monotonic() > ends)
    assert len(lines) == 1


def test_a_deaf_service_and_its_children_are_stopped_within_ten_seconds(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    file = tmp_path / "child"
    service = stand_in("one", "deaf", "child", environment={"CHILD_FILE": str(file)})
    supervisor.start(service)
    supervisor.wait_until_ready()
    pids = [pid_of(service) or 0, int(file.read_text(encoding="utf-8"))]
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 10
    eventually(lambda: not any(alive(pid) for pid in pids))


def test_a_taken_port_is_named_with_the_setting(supervisor: Supervisor) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        message = rf"Port {port} \(desk\) is taken by another program: stop it, or set HAQ_DESK_PORT"
        with pytest.raises(ProcessError, match=message):
            supervisor.start(stand_in("one"), stand_in("desk", port=port))
    assert supervisor._watched == [], "nothing may be started when a port is taken"


def test_a_port_taken_by_another_haq_is_named_so(supervisor: Supervisor) -> None:
    service = stand_in("one")
    supervisor.start(service)
    supervisor.wait_until_ready()
    with pytest.raises(ProcessError, match="is taken by another Haq"):
        supervisor.start(service)


def test_a_large_log_is_put_aside(supervisor: Supervisor, tmp_path: Path) -> None:
    folder = tmp_path / "log"
    folder.mkdir()
    (folder / "one.log").write_bytes(b"x" * 5_000_001)
    supervisor.start(stand_in("one"))
    assert (folder / "one.log.1").stat().st_size == 5_000_001
    assert (folder / "one.log").stat().st_size < 5_000_001


def test_a_log_that_grows_large_while_it_runs_is_put_aside(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PULSE_SECONDS", 0.05)
    log = tmp_path / "log" / "one.log"
    supervisor.start(stand_in("one", "talks"))
    supervisor.wait_until_ready()
    first = health(supervisor._watched[0].service.url)
    with log.open("ab") as written:
        written.write(b"x" * 5_000_001)
    log.chmod(0o600)
    aside = log.with_suffix(".log.1")
    keep_watching(supervisor, aside.exists)
    keep_watching(supervisor, lambda: 0 < log.stat().st_size < 10_000)  # it goes on at the new end
    assert aside.stat().st_size > 5_000_000 and aside.stat().st_mode & 0o077 == 0
    assert b"\0" not in log.read_bytes()
    assert health(supervisor._watched[0].service.url) == first, "it is still the same process"


def test_one_that_cannot_be_started_again_stops_no_other(
    supervisor: Supervisor, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    services = [stand_in("one"), stand_in("two")]
    supervisor.start(*services)
    supervisor.wait_until_ready()
    first, other = map(pid_of, services)
    assert first and other
    popen, refused = subprocess.Popen, []

    def no_room(*arguments: object, **more: object) -> object:
        if len(refused) < 2:
            refused.append(arguments)
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return popen(*arguments, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(services_module.subprocess, "Popen", no_room)
    os.kill(first, signal.SIGKILL)
    keep_watching(supervisor, lambda: pid_of(services[0]) not in (None, first))
    failed = [line for line in lines if "cannot be started" in line]
    assert failed == [
        f"one cannot be started (Resource temporarily unavailable); starting it again in {seconds} s"
        for seconds in (1, 2)
    ]
    assert pid_of(services[1]) == other


PARENT = """
import sys
from pathlib import Path
from bot.supervisor.supervisor import Stopped, Supervisor, stop_on_signals
from tests.ops.test_supervisor import stand_in
stop_on_signals()
try:
    with Supervisor(Path(sys.argv[1]), lambda line: print(line, flush=True)) as supervisor:
        supervisor.start(stand_in("one", port=int(sys.argv[2])))
        supervisor.wait_until_ready()
        supervisor.watch()
except Stopped as stopped:
    print("stopped by", stopped.number, flush=True)
    sys.exit(40)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_orphan_whatever_ends_the_supervisor(number: signal.Signals, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), str(port)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        eventually(lambda: health(url))
        pid = (health(url) or {})["pid"]
        parent.send_signal(number)
        began = time.monotonic()
        assert parent.wait(timeout=12) == (40 if number != signal.SIGKILL else -signal.SIGKILL)
        eventually(lambda: not alive(pid), 10)
        assert time.monotonic() - began < 10


def test_a_second_ctrl_c_does_not_disturb_the_stop() -> None:
    code = """
import os, signal, time
from bot.supervisor.supervisor import Stopped, stop_on_signals
stop_on_signals()
try:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(5)
except Stopped:
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.2)
    print("stopped in peace")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "stopped in peace\n"


def test_stopped_knows_ctrl_c() -> None:
    assert Stopped(signal.SIGINT).number == Stopped.INTERRUPT
    assert Stopped(signal.SIGTERM).number != Stopped.INTERRUPT
