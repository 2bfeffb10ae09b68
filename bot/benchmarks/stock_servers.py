"""The servers that `haq bench stock` compares: which processes each has, and where it answers."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

from bot.benchmarks.figures import NotMeasured
from bot.benchmarks.generator import WEBHOOK
from bot.benchmarks.running import apart, end, free_port, megabytes, processor_seconds
from bot.settings import INSIDE, ROOT, SERVER, Settings, engine_environment, load_settings
from bot.supervisor.assistant import TOKEN_HEADER, TOKEN_VARIABLE

PATIENCE = 300
_open = build_opener(ProxyHandler({})).open


@dataclass(frozen=True)
class Contestant:
    """One column of the table."""

    name: str
    stock: bool
    action: bool  # the whole answer, from the rules; else one sentence, said in the engine's process
    store: str  # "own", or Rasa's: "memory", "sql" (on SQLite)
    hop: bool = False  # the action is asked over HTTP


@dataclass(frozen=True)
class Server:
    """A contestant that answers."""

    url: str
    pids: tuple[int, ...]
    seconds_to_answer: float  # from the start of its processes to the first answer

    def memory(self) -> float:
        """Megabytes of its processes (PSS)."""
        return round(sum(map(megabytes, self.pids)), 1)

    def spent(self) -> float:
        """Seconds of processor time of its processes."""
        return sum(map(processor_seconds, self.pids))


@contextmanager
def running(contestant: Contestant, settings: Settings, model: Path, folder: Path) -> Iterator[Server]:
    """A contestant in a folder of its own, over the law of the settings. Raises NotMeasured when silent."""
    own = _own_settings(contestant, settings, folder)
    environment = {
        **apart(engine_environment(own)),
        **own.environment(),
        TOKEN_VARIABLE: secrets.token_urlsafe(24),
        "PYTHONPATH": str(ROOT),
    }
    commands = [_engine(contestant, own, model, folder, environment[TOKEN_VARIABLE])]
    if contestant.hop or contestant.store == "own":  # ours as shipped has one too, though it asks nothing
        commands.append([sys.executable, "-m", "bot.supervisor.actions"])
    processes: list[subprocess.Popen[bytes]] = []
    began = time.monotonic()
    try:
        with (folder / "log").open("wb") as log:
            processes += [_started(command, environment, log.fileno()) for command in commands]
        url = f"http://127.0.0.1:{own.assistant_port}"
        _wait_for_answer(url, processes, folder / "log")
        yield Server(url, tuple(each.pid for each in processes), round(time.monotonic() - began, 1))
    finally:
        for process in processes:
            end(process)


def _own_settings(contestant: Contestant, settings: Settings, folder: Path) -> Settings:
    """Those of a server by itself, and nothing of this deployment but its law."""
    return load_settings({
        "HAQ_VAR_DIR": str(folder),
        "HAQ_MODELS_DIR": str(settings.models_dir),
        "HAQ_DATABASE_URL": settings.database_url,
        "HAQ_ACTIONS": SERVER if contestant.hop else INSIDE,
        "HAQ_ASSISTANT_PORT": str(free_port()),
        "HAQ_ACTIONS_PORT": str(free_port()),
    })  # fmt: skip


def _engine(contestant: Contestant, settings: Settings, model: Path, folder: Path, token: str) -> list[str]:
    """The command of the engine's process."""
    ours = [sys.executable, "-m"]
    if contestant.stock:
        endpoints, credentials = _stock_files(contestant, settings, folder, token)
        return [*ours, "rasa", "run", "--model", str(model), "--endpoints", str(endpoints), "--credentials",
                str(credentials), "-i", "127.0.0.1", "-p", str(settings.assistant_port)]  # fmt: skip
    if contestant.store == "own":
        return [*ours, "bot.supervisor.assistant", "--model", str(model)]
    answer = "server" if contestant.action else "sentence"
    return [*ours, "bot.benchmarks.stock_ours", contestant.store, answer, "--model", str(model)]


def _stock_files(contestant: Contestant, settings: Settings, folder: Path, token: str) -> tuple[Path, Path]:
    """endpoints.yml and credentials.yml, as somebody who runs Rasa writes them."""
    endpoints, credentials = folder / "endpoints.yml", folder / "credentials.yml"
    lines = [
        "action_endpoint:", f"  url: {settings.actions_url}/webhook", "  enable_selective_domain: true",
        "  headers:", f"    {TOKEN_HEADER}: {token}",
    ]  # fmt: skip
    if contestant.store == "sql":
        lines += ["tracker_store:", "  type: SQL", "  dialect: sqlite", f"  db: {folder / 'tracker.db'}"]
    endpoints.write_text("\n".join(lines) + "\n", encoding="utf-8")
    channel = "rest" if contestant.action else "bot.benchmarks.stock_channel.SentenceRest"
    credentials.write_text(f"{channel}: {{}}\n", encoding="utf-8")
    return endpoints, credentials


def _started(command: list[str], environment: Mapping[str, str], log: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log
    )


def _wait_for_answer(url: str, processes: list[subprocess.Popen[bytes]], log: Path) -> None:
    request = Request(  # noqa: S310
        f"{url}{WEBHOOK}", b'{"sender": "first", "message": "hello"}', {"Content-Type": "application/json"}
    )
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and all(each.poll() is None for each in processes):
        try:
            with _open(request, timeout=30) as answer:
                if len(answer.read()) > len(b"[]"):
                    return
        except (URLError, OSError):
            pass
        time.sleep(0.1)
    raise NotMeasured(f"A server gave no answer: {log.read_text(errors='replace')[-800:]}")
