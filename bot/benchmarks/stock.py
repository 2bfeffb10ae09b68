"""`haq bench stock`: this assistant and Rasa's stock configuration, one after the other on the same machine.

Both are asked the same English questions over REST. Stock Rasa is trained on our English data alone; ours
is the model of all languages. Three pairs are like for like: the engines alone (one sentence, memory), the
whole answer over Rasa's SQL store with the action over HTTP in both, and the whole answer with ours as it is
shipped. The table and the plot are written to `var/bench`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from bot.benchmarks.conversations import people
from bot.benchmarks.figures import Figures, Options, percentiles
from bot.benchmarks.generator import closed_loop, opened, refuse_failures
from bot.benchmarks.load import growth
from bot.benchmarks.stock_model import (
    EPOCHS,
    QUICK_EPOCHS,
    our_model,
    reckoned_training,
    stock_model,
)
from bot.benchmarks.stock_report import write_report
from bot.benchmarks.stock_servers import Contestant, Server, running
from bot.rules.load import load_law
from bot.settings import Settings

SEED = 12
AT_ONCE = 16
WARM_UP_PEOPLE, SINGLE_PEOPLE, CROWD = 20, 40, 100  # of five messages each
LENGTHS = (5, 50, 100, 200)

CONTESTANTS = (
    Contestant("stock, one sentence, memory", stock=True, action=False, store="memory"),
    Contestant("ours, one sentence, memory", stock=False, action=False, store="memory"),
    Contestant("stock, answer over HTTP, SQL", stock=True, action=True, store="sql", hop=True),
    Contestant("ours, answer over HTTP, SQL", stock=False, action=True, store="sql", hop=True),
    Contestant("ours as shipped", stock=False, action=True, store="own"),
)
PAIRS = {"alone": (0, 1), "alike": (2, 3), "shipped": (2, 4)}
"""Stock and ours, by their place in CONTESTANTS."""


def bench(settings: Settings, options: Options) -> Figures:
    """The factors between stock and ours in each pair; the figures are in the report."""
    stock, training = stock_model(settings, options.quick_stock)
    ours, our_training = our_model(settings)
    results: list[dict[str, float]] = []
    for contestant in CONTESTANTS:
        with TemporaryDirectory(prefix="haq-bench-") as folder:
            own = Path(folder)
            url = f"sqlite:///{own / 'haq.db'}"
            load_law(url, settings.law_dir)
            loaded = replace(settings, database_url=url)
            with running(contestant, loaded, stock if contestant.stock else ours, own) as server:
                measured = asyncio.run(_measured(server))
        results.append({**measured, "training_s": training if contestant.stock else our_training})
        click.echo(f"{contestant.name}: {results[-1]}", err=True)
    factors = {name: _factors(results[theirs], results[its]) for name, (theirs, its) in PAIRS.items()}
    log = (stock.parent / "train.log").read_text(errors="replace")
    remarks = _remarks(options, reckoned_training(log, training))
    names = [each.name for each in CONTESTANTS]
    report = write_report(settings.var_dir / "bench", names, results, factors, remarks)
    click.echo(f"The table and the plot are in {report.parent}.", err=True)
    return {
        "stock_training_s": training,
        **{f"{name}_{figure}": value for name, pair in factors.items() for figure, value in pair.items()},
    }


def _remarks(options: Options, training: float) -> list[str]:
    epochs = f"{QUICK_EPOCHS} epochs" if options.quick_stock else f"its own {EPOCHS} epochs"
    return [
        f"Stock Rasa was trained with {epochs}, on English alone, ours on all languages. Its speed does not "
        f"depend on the epochs; training with {EPOCHS} takes about {training:.0f} s, reckoned from the log.",
        f"{SINGLE_PEOPLE * 5} messages one after the other, {CROWD * 5} with {AT_ONCE} people at a time. "
        "Memory: proportional set size of its processes.",
    ]


async def _measured(server: Server) -> dict[str, float]:
    persons = people(str(time.time_ns()), SEED, ("en",))
    warm, single, crowd = (list(islice(persons, count)) for count in (WARM_UP_PEOPLE, SINGLE_PEOPLE, CROWD))
    async with opened(server.url) as session:
        await closed_loop(session, warm, 1)
        one, _ = await closed_loop(session, single, 1)
        before = server.spent()
        many, seconds = await closed_loop(session, crowd, AT_ONCE)
        spent, memory = server.spent() - before, server.memory()
        refuse_failures([*one, *many])
        longer = await growth(session, f"long-{time.time_ns()}", LENGTHS)
    return {
        "start_s": server.seconds_to_answer,
        "memory_mb": memory,
        **percentiles([reply.seconds for reply in one], 50, 99),
        "messages_per_s": round(len(many) / seconds, 1),
        "cpu_ms": round(spent / len(many) * 1000, 1),
        "ruled_share": round(sum(reply.ruled for reply in one) / len(one), 2),
        **longer,
    }


def _factors(stock: Mapping[str, float], ours: Mapping[str, float]) -> dict[str, float]:
    """How many times better ours is: more messages a second, the others less."""
    return {
        "messages_per_s_times": round(ours["messages_per_s"] / stock["messages_per_s"], 2),
        **{
            f"{name}_share": round(ours[name] / stock[name], 2)
            for name in ("p50_ms", "p99_ms", "memory_mb", "start_s", "cpu_ms")
        },
    }
