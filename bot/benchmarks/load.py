"""`haq bench load`: how much one assistant can do, what it holds, and how a long conversation changes it.

A real `haq run` of its own, and sixteen people who write as soon as they are answered.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import aiohttp

from bot.benchmarks.conversations import Said, people
from bot.benchmarks.figures import Figures, Options, percentiles
from bot.benchmarks.generator import closed_loop, opened, refuse_failures
from bot.benchmarks.running import Running, haq_run
from bot.settings import Settings

AT_ONCE, WARM_UP_PEOPLE, PEOPLE = 16, 160, 640
LENGTHS = (5, 100, 600)
WINDOW = 8  # messages around each length whose median is given
SEED = 10
ROUND = (
    "my salary is late", "can they keep my passport?", "how many days of leave do I get?", "thanks",
    "must they pay overtime?", "menu", "what law says that", "where can I complain",
)  # fmt: skip
OPENING = "I am from Nepal and work in construction in Qatar"


def bench(settings: Settings, _options: Options) -> Figures:
    """Messages a second, their times in milliseconds, memory in megabytes, seconds until ready."""
    persons = people(str(time.time_ns()), SEED)
    warm, crowd = list(islice(persons, WARM_UP_PEOPLE)), list(islice(persons, PEOPLE))
    with (
        TemporaryDirectory(prefix="haq-bench-") as folder,
        haq_run(settings, Path(folder)) as running,
    ):
        at_start = running.memory()
        figures = asyncio.run(_run(running, warm, crowd))
        memory = running.memory()
    return {
        **figures,
        "ready_after_s": round(running.seconds_to_ready, 1),
        "memory_mb": round(sum(memory.values()), 1),
        **{f"memory_{part}_mb": size for part, size in memory.items()},
        "memory_at_start_mb": round(sum(at_start.values()), 1),
    }


async def _run(
    running: Running, warm: Sequence[Sequence[Said]], crowd: Sequence[Sequence[Said]]
) -> dict[str, float]:
    async with opened(running.url) as session:
        await closed_loop(session, warm, AT_ONCE)
        before = running.spent()
        replies, seconds = await closed_loop(session, crowd, AT_ONCE)
        refuse_failures(replies)
        return {
            "messages": len(replies),
            "messages_per_s": round(len(replies) / seconds, 1),
            "cpu_ms": round((running.spent() - before) / len(replies) * 1000, 2),
            **percentiles([reply.seconds for reply in replies]),
            **await growth(session, f"long-{time.time_ns()}"),
        }


async def growth(
    session: aiohttp.ClientSession, sender: str, lengths: Sequence[int] = LENGTHS
) -> dict[str, float]:
    """The median milliseconds of a message around some lengths of one conversation."""
    texts = [OPENING, *(ROUND[number % len(ROUND)] for number in range(lengths[-1] + WINDOW))]
    said = [Said(sender, text) for text in texts]
    replies, _ = await closed_loop(session, [said], 1)
    refuse_failures(replies)
    return {
        f"message_{length}_ms": round(
            median(reply.seconds for reply in replies[length - 1 : length - 1 + WINDOW]) * 1000, 1
        )
        for length in lengths
    }
