"""The model: named after the fingerprint of what it was trained from, and trained when that changed."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from bot.settings import ROOT, Settings, engine_environment
from bot.supervisor.problems import ProcessError

INPUTS = (
    "config.yml", "domain", "data/nlu", "data/dialogue",
    "bot/language/normalise.py", "bot/language/ngrams.py", "bot/language/danger_model.py",
    "bot/nlu/components.py", "bot/nlu/topic_model.py", "bot/nlu/engine.py",
)  # fmt: skip
"""What the model depends on: configuration, domain, training data, the code that learns.

The word lists of `bot/language` and the rest of `bot/nlu` only serve what was trained.
"""

LIBRARIES = ("rasa", "scikit-learn", "numpy", "scipy")
TRAINING_DATA = ("data/nlu", "data/dialogue")  # never data/: Rasa takes any YAML there for its own
KEPT = 3
ABANDONED_SECONDS = 24 * 3600
TAIL_LINES = 15
PROGRESS_SECONDS = 10


def fingerprint(root: Path = ROOT) -> str:
    """Changes when, and only when, something changed that the model depends on."""
    digest = hashlib.sha256()
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    for path in _input_files(root):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()[:16]


def model_path(settings: Settings, root: Path = ROOT) -> Path:
    """Where the model for the present inputs is, or would be."""
    return settings.models_dir / f"haq-{fingerprint(root)}.tar.gz"


def train(
    settings: Settings, *, force: bool = False, tell: Callable[[str], None] = lambda line: None
) -> Path:
    """Trains when the inputs changed (or when forced); the model's path. Raises ProcessError."""
    for name in INPUTS:
        if not (ROOT / name).exists():
            raise ProcessError(f"{ROOT / name} is missing: the model cannot be trained without it.")
    path = model_path(settings)
    if path.is_file() and not force:
        return path
    settings.models_dir.mkdir(parents=True, exist_ok=True)
    settings.log_dir.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(settings.models_dir / ".lock", tell):
        if path.is_file() and not force:
            return path  # another process has just trained it
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=".training-", dir=settings.models_dir) as folder:
            trained = _train_in(Path(folder), path.name.removesuffix(".tar.gz"), settings, tell)
            trained.replace(path)
        tell(f"trained {path.name} in {time.monotonic() - began:.0f} s")
        _prune(settings.models_dir, path)
    return path


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log, without what progress bars wrote over."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")[-lines:]).strip()


def _input_files(root: Path) -> Iterator[Path]:
    for name in INPUTS:
        base = root / name
        found = [base] if base.is_file() else sorted(base.rglob("*"))
        for path in found:
            inside = path.relative_to(root).parts
            if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in inside):
                yield path


def _train_in(folder: Path, name: str, settings: Settings, tell: Callable[[str], None]) -> Path:
    log = settings.log_dir / "train.log"
    # The hash seed is fixed so that the same inputs give the same model; Rasa's own cache stays off, since
    # it does not see that the code beneath a component changed.
    environment = {
        **engine_environment(settings),
        "PYTHONHASHSEED": "0",
        "RASA_MAX_CACHE_SIZE": "0",
        "RASA_CACHE_DIRECTORY": str(folder / "cache"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
    }
    command = [
        sys.executable,
        "-m",
        "bot.supervisor.training_process",
        "--output",
        str(folder),
        "--name",
        name,
    ]
    began = time.monotonic()
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            while True:
                try:
                    code = process.wait(timeout=PROGRESS_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    tell(f"training the model, {time.monotonic() - began:.0f} s")
        except BaseException:
            process.kill()
            raise
    trained = folder / f"{name}.tar.gz"
    if code != 0 or not trained.is_file():
        raise ProcessError(f"Training failed (exit code {code}). The end of {log}:\n{tail(log)}")
    return trained


@contextmanager
def _one_at_a_time(lock: Path, tell: Callable[[str], None]) -> Iterator[None]:
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("another process is training; waiting for it")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _prune(folder: Path, current: Path) -> None:
    """Removes all but the newest models, and what interrupted trainings left."""
    others = [path for path in folder.glob("haq-*.tar.gz") if path != current]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT - 1 :]:
        path.unlink(missing_ok=True)
    for left in folder.glob(".training-*"):
        if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
