"""`haq bench`: how fast things are, on this machine; no part of CI (bot/benchmarks)."""

from __future__ import annotations

import json
from importlib import import_module

import click

from bot.benchmarks.figures import Figures, NotMeasured, Options
from bot.cli import Failure
from bot.settings import Settings, load_settings

BENCHMARKS = (
    "start",
    "lookup",
    "rules",
    "messages",
    "load",
    "desk",
    "channels",
    "growth",
    "stock",
    "soak",
    "faults",
)
LONG = ("growth", "stock", "soak", "faults")
"""Only run when asked for by name."""


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
@click.option("--minutes", type=click.FloatRange(min=0.1), help="How long messages and soak run.")
@click.option("--rate", type=click.FloatRange(min=0.1), help="Messages a second: messages, soak, faults.")
@click.option("--quick-stock", is_flag=True, help="Train stock Rasa briefly: as fast, but it answers worse.")
@click.option("--only", metavar="FAULT", help="One fault of faults, such as redis.")
def command(
    name: str | None,
    as_json: bool,
    minutes: float | None,
    rate: float | None,
    quick_stock: bool,
    only: str | None,
) -> None:
    """Run a benchmark, or all that take minutes.

    \b
    start     a second start of the command, launcher included
    lookup    lookups of random cases, in process, warm
    rules     lookups in a law base of a thousand and of a million rules (several minutes)
    messages  whole answers of an assistant of its own, 60 messages a second
    load      as many messages as it can answer; memory; long conversations
    desk      lookups over the HTTP API of a desk of its own, 100 a second
    channels  5,000 messages of 500 people, many sent twice or swapped, while the assistant is killed twice
    growth    room that 2,000 conversations take in SQLite and PostgreSQL (several minutes)
    stock     this assistant and Rasa's stock configuration side by side (an hour; --quick-stock: ten minutes)
    soak      20 minutes at 30 messages a second on PostgreSQL, Redis and RabbitMQ
    faults    databases, Redis, the broker and Haq's own parts are broken while people write (15 minutes)
    """
    if name is not None and name not in BENCHMARKS:
        raise click.BadParameter(f"{name} is not one of {', '.join(BENCHMARKS)}.", param_hint="NAME")
    settings, options = load_settings(), Options(minutes, rate, quick_stock, only)
    results: dict[str, Figures] = {}
    for each in [name] if name else [short for short in BENCHMARKS if short not in LONG]:
        try:
            results[each] = _run(each, settings, options)
        except NotMeasured as reason:
            if name:
                raise Failure(str(reason)) from None
            click.echo(f"{each}: left out: {reason}", err=True)
            continue
        if not as_json:
            shown = ", ".join(f"{figure} {value:g}" for figure, value in results[each].items())
            click.echo(f"{each}: {shown}")
    if as_json:
        click.echo(json.dumps(results))


def _run(name: str, settings: Settings, options: Options) -> Figures:
    figures: Figures = import_module(f"bot.benchmarks.{name}").bench(settings, options)
    return figures
