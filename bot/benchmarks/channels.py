"""`haq bench channels`: the flood of the tests at full size, on a simulated, unkind WhatsApp."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.benchmarks.figures import Figures, NotMeasured, Options
from bot.settings import Settings


def bench(_settings: Settings, _options: Options) -> Figures:
    """What became of the messages, and how soon they were acknowledged, with the assistant killed or not."""
    try:
        from tests.channels.delivery import Connected, flood
    except ImportError as error:
        raise NotMeasured(
            f"This benchmark needs the checkout and its development packages ({error.name})."
        ) from None

    with TemporaryDirectory() as folder:
        connected = Connected(Path(folder))
        try:
            steady = flood(connected, "whatsapp", people=500, messages=1500, rate=50, kills=0)
            began = time.perf_counter()
            outcome = flood(connected, "whatsapp", people=500, messages=5000, rate=50, kills=2)
            seconds = time.perf_counter() - began
        finally:
            connected.servers.stop()
    return {
        "messages": outcome.messages,
        "lost": outcome.lost,
        "twice": outcome.twice,
        "disordered": outcome.disordered,
        "acknowledged_p99_ms": round(steady.p99_milliseconds, 1),
        "acknowledged_p99_ms_while_killed": round(outcome.p99_milliseconds, 1),
        "seconds": round(seconds, 1),
    }
