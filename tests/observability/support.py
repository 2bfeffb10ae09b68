"""Settings of a deployment of its own, and the processes that keep numbers in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot.settings import ROOT, Settings, load_settings


def settings_in(folder: Path, **more: str) -> Settings:
    """Settings with everything in a folder."""
    return load_settings({"HAQ_VAR_DIR": str(folder), **more})


def worker(folder: Path, code: str, *, stays: bool = False) -> subprocess.Popen[str]:
    """A process that keeps numbers in a folder and does something with `metrics` and `marks`.

    One that stays says so with its standard input open, and ends when that is closed.
    """
    program = (
        "import sys\nfrom pathlib import Path\nfrom bot.observability import marks\n"
        "from bot.observability.metrics import start\n"
        f"metrics = start(Path({str(folder)!r}))\n{code}\nprint('done', flush=True)\n"
        + ("sys.stdin.read()\n" if stays else "")
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    if stays:
        assert process.stdout is not None
        assert process.stdout.readline() == "done\n"
    return process


def output(folder: Path, code: str) -> str:
    """What such a process says before it ends."""
    said, _ = worker(folder, code).communicate(timeout=60)
    return said.removesuffix("done\n")


def samples(text: str) -> dict[str, float]:
    """Prometheus's text as series → value."""
    lines = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {series: float(value) for series, _, value in lines}
