"""A backup put back and started from what the image holds, as in a container: one part, logs to stdout."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from bot.settings import ROOT, Settings
from tests.deploy.conftest import place
from tests.deploy.test_files import in_the_image

pytestmark = pytest.mark.slow
START_SECONDS = 90


def image(folder: Path) -> Path:
    """A folder with what the ignore file lets into the image."""
    for name in in_the_image():
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.db", "*.key"))
        else:
            shutil.copyfile(source, target)
    return folder


def test_the_desk_alone_from_a_backup(
    here: Settings, tmp_path: Path, run: Callable[..., tuple[int, str]]
) -> None:
    archive, keys, there = tmp_path / "a.tar.gz", tmp_path / "keys" / "k.tar.gz", place(tmp_path / "there")
    keys.parent.mkdir()
    assert run(here, "backup", archive, "--keys", keys)[0] == 0
    assert run(there, "restore", archive, "--keys", keys)[0] == 0
    program = image(tmp_path / "image")
    files = sorted(program.rglob("*"))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HAQ_")},
        **there.environment(),
        "HAQ_LOG_TO": "stdout", "HAQ_LOG_FORMAT": "json", "HAQ_STATE_DIR": str(there.var_dir),
        "HAQ_LAW_DIR": str(program / "data" / "law"), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "run", "--only", "desk"], cwd=program, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert _ready(f"{there.desk_url}/health/ready", process) == {"status": "ok", "service": "desk"}
        with urlopen(f"{there.desk_url}/", timeout=10) as page:  # noqa: S310
            assert b"Haq" in page.read()
        healthy = [sys.executable, str(program / "deploy" / "container" / "healthy.py")]
        for port, code in ((there.desk_port, 0), (there.assistant_port, 1)):
            assert subprocess.run([*healthy, str(port)], check=False).returncode == code
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "assistant" not in said.lower() and "stopped" in said
    assert not (there.var_dir / "log").exists()  # all of it went to stdout
    assert sorted(program.rglob("*")) == files  # the image can be read-only


def _ready(url: str, process: subprocess.Popen[str]) -> object:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[0]
        try:
            with urlopen(url, timeout=3) as answer:  # noqa: S310
                return json.load(answer)
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("The desk was not ready in time.")
