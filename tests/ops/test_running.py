"""The real thing: `haq run`, `haq chat`, a fresh clone. Slow: a model is trained if there is none."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from bot.settings import ROOT, load_settings
from bot.supervisor.model import train
from bot.supervisor.services import health
from tests.ops.test_supervisor import alive, free_port

pytestmark = pytest.mark.slow

LATER_START_SECONDS = 20
STOP_SECONDS = 10


@pytest.fixture(scope="module")
def model() -> Path:
    """The trained model, as other tests use it too."""
    return train(load_settings())


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Ports and folders of its own, with an odd name."""
    names = ("HAQ_ASSISTANT_PORT", "HAQ_ACTIONS_PORT", "HAQ_DESK_PORT")
    var = tmp_path / "var of a worker's & ünïcode"
    return {**os.environ, "HAQ_VAR_DIR": str(var), **{name: str(free_port()) for name in names}}


class Run:
    """A `haq run`."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.assistant = f"http://127.0.0.1:{environment['HAQ_ASSISTANT_PORT']}"
        self.actions = f"http://127.0.0.1:{environment['HAQ_ACTIONS_PORT']}"
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait(self, word: str) -> list[str]:
        """Waits for a line with that word; the lines so far."""
        lines = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            lines.append(line.rstrip("\n"))
            if word in line:
                return lines
        raise AssertionError("\n".join(lines))

    def pids(self) -> list[int]:
        """The processes below it."""
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=True
        )
        return [int(line) for line in found.stdout.split()]


@pytest.fixture
def run(model: Path, environment: dict[str, str]) -> Iterator[Run]:
    running = Run(environment)
    yield running
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGTERM)
    running.process.communicate(timeout=20)


def test_a_later_start_is_quick_and_the_stop_clean(
    run: Run, model: Path, environment: dict[str, str]
) -> None:
    lines = run.wait("Ctrl-C")
    assert time.monotonic() - run.began < LATER_START_SECONDS
    assert not any("training" in line for line in lines)
    assert any(line == f"Assistant   {run.assistant}/webhooks/rest/webhook" for line in lines)
    assert health(run.assistant) == {"status": "ok", "service": "assistant", "model": model.name}
    pids = run.pids()
    assert len(pids) >= 2
    began = time.monotonic()
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(STOP_SECONDS) == 130
    assert time.monotonic() - began < STOP_SECONDS
    assert not any(alive(pid) for pid in pids)
    for name in ("HAQ_ASSISTANT_PORT", "HAQ_ACTIONS_PORT"):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(environment[name]))) != 0
    private = [path for path in Path(environment["HAQ_VAR_DIR"]).rglob("*") if path.is_file()]
    assert private
    assert not any(path.stat().st_mode & 0o077 for path in private)


def test_no_orphan_when_it_is_killed_and_no_trouble_for_the_next(
    run: Run, environment: dict[str, str]
) -> None:
    run.wait("Ctrl-C")
    pids = run.pids()
    run.process.kill()
    run.process.wait()
    deadline = time.monotonic() + STOP_SECONDS
    while any(alive(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    again = Run(environment)
    again.wait("Ctrl-C")
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(STOP_SECONDS) == 0


def test_nothing_is_open_that_should_not_be(run: Run) -> None:
    run.wait("Ctrl-C")
    for path in ("/model/parse", "/conversations/x/tracker", "/webhooks/rest/stream", "/status", "/version"):
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{run.assistant}{path}", timeout=5)  # noqa: S310
        assert refused.value.code == 404, path
    body = json.dumps({"next_action": "action_respond", "sender_id": "x", "tracker": {"secret": "canary"}})
    for path, data in (("/webhook", body.encode()), ("/actions", None), ("/nope", None)):
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(f"{run.actions}{path}", data), timeout=5)  # noqa: S310
        assert refused.value.code == 403, path
        assert b"canary" not in refused.value.read()
    listening = subprocess.run(["ss", "-ltnH"], capture_output=True, text=True, check=False).stdout
    ports = [url.rpartition(":")[2] for url in (run.assistant, run.actions)]
    addresses = [line.split()[3] for line in listening.splitlines()]
    ours = [address for address in addresses if address.rpartition(":")[2] in ports]
    assert all(address.startswith("127.0.0.1:") for address in ours)


def test_a_taken_port_is_told_before_anything_starts(model: Path, environment: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(environment["HAQ_ACTIONS_PORT"])))
        other.listen()
        run = Run(environment)
        output, _ = run.process.communicate(timeout=30)
    assert run.process.returncode == 1
    assert re.search(r"Port \d+ \(actions\) is taken by another program: .* HAQ_ACTIONS_PORT", output)
    assert len(output.strip().splitlines()) == 1


def test_mistakes_in_the_law_stop_the_start(model: Path, environment: dict[str, str], tmp_path: Path) -> None:
    law = tmp_path / "law"
    shutil.copytree(ROOT / "data" / "law", law)
    (law / "countries" / "odd.yml").write_text("law: nonsense\n", encoding="utf-8")
    run = Run({**environment, "HAQ_LAW_DIR": str(law)})
    output, _ = run.process.communicate(timeout=60)
    assert run.process.returncode == 2
    assert "odd.yml" in output
    assert "Traceback" not in output
    assert health(run.assistant) is None


@pytest.mark.parametrize("what", ["missing", "broken"])
def test_no_other_model_is_loaded_in_place_of_a_missing_or_broken_one(
    what: str, model: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    shutil.copy(model, tmp_path / "haq-other.tar.gz")
    wanted = tmp_path / "haq-wanted.tar.gz"
    if what == "broken":
        wanted.write_bytes(model.read_bytes()[:1000])
    done = subprocess.run(
        [sys.executable, "-m", "bot.supervisor.assistant", "--model", str(wanted)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 4, done.stderr
    assert wanted.name in done.stderr


def test_chat_starts_what_it_needs_and_stops_it(model: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "chat"],
        cwd=ROOT,
        env=environment,
        input="I work in construction in Qatar and was not paid\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "The assistant is not running: starting it." in done.stderr
    assert done.stdout.strip()
    assert health(f"http://127.0.0.1:{environment['HAQ_ASSISTANT_PORT']}") is None


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone in a folder with an odd name, with the working tree's launcher."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    folder = tmp_path / "my clone of haq, ünïcode"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    shutil.copy(ROOT / "haq", folder / "haq")
    return folder


def launch(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HAQ_")}
    return subprocess.run(
        [str(folder / "haq"), *arguments],
        env={**environment, **variables},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_fresh_clone_starts_and_the_second_start_adds_little(clone: Path) -> None:
    first = launch(clone, "--version")
    assert first.returncode == 0, first.stderr
    assert re.fullmatch(r"haq \d+\.\d+\.\d+\n", first.stdout)
    launch(clone, "--version")
    began = time.monotonic()
    second = launch(clone, "--version")
    assert time.monotonic() - began < 0.5  # the launcher's share is below 0.3 s
    assert second.stderr == ""
    status = subprocess.run(
        ["git", "status", "--short"], cwd=clone, capture_output=True, text=True, check=True
    )
    assert status.stdout.replace(" M haq\n", "") == ""


def test_the_commands_work_where_the_checkout_cannot_be_written(clone: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    done = launch(clone, "rules", "load", HAQ_STATE_DIR=str(state))
    assert done.returncode == 0, done.stderr
    assert (state / "var" / "haq.db").is_file()
    assert not (clone / "var").exists()
    assert not (clone / ".venv").exists()
