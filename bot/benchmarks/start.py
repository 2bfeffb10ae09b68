"""`haq bench start`: a second start of the command, launcher included."""

from __future__ import annotations

import subprocess

from bot.benchmarks.figures import Figures, Options, percentiles, timed
from bot.settings import ROOT, Settings

STARTS = 10


def bench(_settings: Settings, _options: Options) -> Figures:
    """Milliseconds of `haq --version`."""

    def once() -> None:
        subprocess.run([str(ROOT / "haq"), "--version"], capture_output=True, check=True)

    once()
    return percentiles([timed(once) for _ in range(STARTS)])
