"""`haq bench soak`: whether anything grows or fails when people write for a long time.

A `haq run` of its own with two workers on a real PostgreSQL, Redis and RabbitMQ. The slope of memory and of
the time that an answer takes is given with its 95 % confidence interval; the first fifth, in which caches
fill, does not count. `..._flat` is 1 when the interval holds 0. It fails when a message was not answered, or
when even the low end of an interval is growth beyond a bound.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory

from bot.benchmarks.conversations import Said, interleaved, people, repeated
from bot.benchmarks.figures import Figures, NotMeasured, Options, percentiles
from bot.benchmarks.generator import Reply, open_loop, opened
from bot.benchmarks.running import Running, haq_run
from bot.benchmarks.slope import slope
from bot.cli import Failure
from bot.settings import Settings

MINUTES, RATE = 20.0, 30.0
WORKERS = 2
AT_ONCE = 120
SAMPLE_SECONDS = 10.0
SETTLING = 0.2  # the share of the time in which caches fill
SEED = 13
BOUNDS = {("memory", "mb"): 0.02, ("p50", "ms"): 0.25}
"""Growth an hour that is still borne, as a share of the first value."""

Points = Sequence[tuple[float, float]]


def bench(settings: Settings, options: Options) -> Figures:
    """Errors, times in milliseconds, and the slopes of memory (MB an hour) and of the median (ms an hour).

    Raises Failure with all figures when there were errors or growth.
    """
    try:
        from tests.servers import (
            NotInstalled,
            empty_database,
            running_postgresql,
            running_rabbitmq,
            running_redis,
        )
    except ImportError as error:
        raise NotMeasured(
            f"This benchmark needs the checkout and its development packages ({error.name})."
        ) from None
    rate, minutes = options.rate or RATE, options.minutes or MINUTES
    messages = interleaved(people(str(time.time_ns()), SEED), int(rate * minutes * 60), AT_ONCE)
    with ExitStack() as stack:
        try:
            database = stack.enter_context(running_postgresql())
            redis = stack.enter_context(running_redis())
            broker = stack.enter_context(running_rabbitmq())
        except NotInstalled as error:
            raise NotMeasured(str(error)) from None
        more = {
            "HAQ_DATABASE_URL": database.url,
            "HAQ_CONVERSATIONS_URL": empty_database(database, "people"),
            "HAQ_ACCOUNTS_URL": empty_database(database, "accounts"),
            "HAQ_REDIS_URL": redis.url,
            "HAQ_EVENTS_URL": broker.url,
            "HAQ_WORKERS": str(WORKERS),
        }
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="haq-bench-")))
        running = stack.enter_context(haq_run(settings, folder, more))
        replies, memory = asyncio.run(_run(running, messages, rate))
    since = minutes * 60 * SETTLING
    figures = {
        "rate": rate,
        "minutes": minutes,
        "messages": len(replies),
        "repeated_share": repeated(messages),
        "errors": sum(reply.failed for reply in replies),
        **percentiles([reply.seconds for reply in replies]),
        **trend("memory", "mb", [point for point in memory if point[0] >= since]),
        **trend("p50", "ms", medians([reply for reply in replies if reply.at >= since])),
    }
    if wrong := faults(figures):
        shown = ", ".join(f"{name} {value:g}" for name, value in figures.items())
        raise Failure(f"{'; '.join(wrong)}. ({shown})")
    return figures


def faults(figures: Figures) -> list[str]:
    """What a soak must not show: messages without an answer, growth beyond noise and bound."""
    errors = figures["errors"]
    found = [f"{errors:g} of {figures['messages']:g} messages were not answered"] if errors else []
    for (name, unit), bound in BOUNDS.items():
        least = figures[f"{name}_slope_{unit}_per_h"] - figures[f"{name}_slope_doubt"]
        if least > bound * figures[f"{name}_first_{unit}"]:
            found.append(f"{name} grows by more than {bound:.0%} an hour")
    return found


async def _run(
    running: Running, messages: Sequence[Said], rate: float
) -> tuple[list[Reply], list[tuple[float, float]]]:
    """The replies, and the memory of all of Haq's processes over time."""
    memory: list[tuple[float, float]] = []
    began = time.monotonic()

    async def watch() -> None:
        while True:
            sizes = await asyncio.to_thread(running.memory)
            memory.append((time.monotonic() - began, sum(sizes.values())))
            await asyncio.sleep(SAMPLE_SECONDS)

    async with opened(running.url) as session:
        watching = asyncio.ensure_future(watch())
        replies = await open_loop(session, messages, rate)
        watching.cancel()
    return replies, memory


def medians(replies: Sequence[Reply]) -> list[tuple[float, float]]:
    """The median milliseconds of the replies of each ten seconds, by the time in seconds."""
    ordered = sorted(replies, key=lambda reply: reply.at)
    return [
        (slot * SAMPLE_SECONDS, median(reply.seconds for reply in group) * 1000)
        for slot, group in groupby(ordered, key=lambda reply: reply.at // SAMPLE_SECONDS)
    ]


def trend(name: str, unit: str, points: Points) -> dict[str, float]:
    """The first and last value of the line through some points, its slope an hour, and how sure that is.

    Raises NotMeasured when there are fewer than three points: the run was too short.
    """
    if len(points) < 3:
        raise NotMeasured("The run was too short for a slope: give --minutes 1 or more.")
    times, values = [at for at, _ in points], [value for _, value in points]
    line = slope(times, values)
    start = mean(values) - line.each * mean(times)
    return {
        f"{name}_first_{unit}": round(start + line.each * times[0], 1),
        f"{name}_last_{unit}": round(start + line.each * times[-1], 1),
        f"{name}_slope_{unit}_per_h": round(line.each * 3600, 2),
        f"{name}_slope_doubt": round(line.half * 3600, 2),
        f"{name}_flat": float(abs(line.each) <= line.half),
    }
