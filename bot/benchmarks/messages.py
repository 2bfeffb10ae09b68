"""`haq bench messages`: how long a whole answer takes at sixty messages a second, generator included.

A real `haq run` of its own. The load is open: each message is due at a moment fixed beforehand, and its time
counts from that moment. A hundred and twenty people of all languages talk at the same time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.benchmarks.conversations import Said, interleaved, people, repeated
from bot.benchmarks.figures import Figures, Options, percentiles
from bot.benchmarks.generator import Reply, open_loop, opened, refuse_failures
from bot.benchmarks.running import Running, haq_run
from bot.settings import Settings

RATE, SECONDS, WARM_UP_SECONDS = 60.0, 60.0, 20.0
AT_ONCE = 120
SEED = 9


def bench(settings: Settings, options: Options) -> Figures:
    """Median, 95th and 99th percentile of a whole answer over HTTP, in milliseconds."""
    rate = options.rate or RATE
    seconds = options.minutes * 60 if options.minutes else SECONDS
    persons = people(str(time.time_ns()), SEED)
    warm = interleaved(persons, int(rate * WARM_UP_SECONDS), AT_ONCE)
    messages = interleaved(persons, int(rate * seconds), AT_ONCE)
    with (
        TemporaryDirectory(prefix="haq-bench-") as folder,
        haq_run(settings, Path(folder)) as running,
    ):
        replies, spent = asyncio.run(_run(running, warm, messages, rate))
    return {
        "rate": rate,
        "messages": len(messages),
        "repeated_share": repeated(messages),
        "ruled_share": round(sum(reply.ruled for reply in replies) / len(replies), 3),
        **percentiles([reply.seconds for reply in replies]),
        "cpu_ms": round(spent / len(replies) * 1000, 2),
    }


async def _run(
    running: Running, warm: Sequence[Said], messages: Sequence[Said], rate: float
) -> tuple[list[Reply], float]:
    """The replies, and the seconds of processor time of all of Haq for them."""
    async with opened(running.url) as session:
        await open_loop(session, warm, rate)
        before = running.spent()
        replies = await open_loop(session, messages, rate)
        spent = running.spent() - before
    refuse_failures(replies)
    return replies, spent
