"""`haq bench`: how fast things are, on this machine; no part of CI."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import click

from bot.cli import Failure
from bot.settings import ROOT, Settings, load_settings

SEED = 7
LOOKUPS = 2000
STARTS = 10
PEOPLE, TURNS = 8, 20
SAID = (
    "I work in construction in Qatar",
    "my salary is two months late",
    "where can I complain",
    "thank you",
)

Figures = dict[str, float]


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
def command(name: str | None, as_json: bool) -> None:
    """Run a benchmark, or all of them.

    \b
    start     a second start of the command, launcher included
    lookup    lookups of random cases, in process, warm
    rules     lookups in a law base of a thousand and of a million rules (several minutes)
    messages  messages over REST to a running assistant (haq run)
    desk      lookups over the HTTP API of a desk of its own, 100 a second
    channels  5,000 messages of 500 people, many sent twice or swapped, while the assistant is killed twice
    """
    if name is not None and name not in BENCHMARKS:
        raise click.BadParameter(f"{name} is not one of {', '.join(BENCHMARKS)}.", param_hint="NAME")
    settings = load_settings()
    results: dict[str, Figures] = {}
    for each in [name] if name else BENCHMARKS:
        try:
            results[each] = BENCHMARKS[each](settings)
        except Failure as failure:
            if name:
                raise
            click.echo(f"{each}: left out: {failure.format_message()}", err=True)
            continue
        if not as_json:
            shown = ", ".join(f"{figure} {value:g}" for figure, value in results[each].items())
            click.echo(f"{each}: {shown}")
    if as_json:
        click.echo(json.dumps(results))


def _start(_settings: Settings) -> Figures:
    def once() -> None:
        subprocess.run([str(ROOT / "haq"), "--version"], capture_output=True, check=True)

    once()
    return _figures([_timed(once) for _ in range(STARTS)])


def _lookup(settings: Settings) -> Figures:
    from datetime import date

    from bot.rules.case import make_case
    from bot.rules.lawbase import LawBase
    from bot.rules.lookup import lookup
    from bot.rules.vocabulary import COUNTRIES, SECTORS, TOPICS

    chance = random.Random(SEED)  # noqa: S311
    base = LawBase(settings.database_url)
    countries, today = sorted(COUNTRIES), date.today()

    def once() -> None:
        origin, destination = chance.sample(countries, 2)
        case = make_case(today=today, origin=origin, destination=destination, sector=chance.choice(SECTORS))
        lookup(base, case, [chance.choice(TOPICS)])

    for _ in range(LOOKUPS // 10):
        once()
    return _figures([_timed(once) for _ in range(LOOKUPS)])


def _messages(settings: Settings) -> Figures:
    from bot.supervisor.services import health

    if not health(settings.assistant_url):
        raise Failure(f"No assistant answers at {settings.assistant_url}: start `haq run` first.")
    send = build_opener(ProxyHandler({})).open
    headers = {"Content-Type": "application/json"}
    if settings.rest_key is not None:
        headers["Authorization"] = f"Bearer {settings.rest_key}"

    run = time.time_ns()

    def talk(person: int) -> list[float]:
        times = []
        for turn in range(TURNS):
            body: dict[str, Any] = {
                "sender": f"bench-{run}-{person}",
                "message": SAID[turn % len(SAID)],
            }
            request = Request(  # noqa: S310
                f"{settings.assistant_url}/webhooks/rest/webhook", json.dumps(body).encode(), headers
            )
            times.append(_timed(lambda request=request: send(request, timeout=30).read()))  # type: ignore[misc]
        return times

    began = time.perf_counter()
    with ThreadPoolExecutor(PEOPLE) as people:
        times = [each for one in people.map(talk, range(PEOPLE)) for each in one]
    return {**_figures(times), "messages_per_s": round(len(times) / (time.perf_counter() - began), 1)}


def _rules(settings: Settings) -> Figures:
    from bot.benchmarks.rules import bench_rules

    return bench_rules(settings)


def _desk(settings: Settings) -> Figures:
    from bot.benchmarks.desk import Unanswered, bench_desk

    try:
        return bench_desk(settings)
    except Unanswered as error:
        raise Failure(str(error)) from None


def _channels(_settings: Settings) -> Figures:
    """The flood of the tests at full size: an assistant of its own on a simulated, unkind WhatsApp."""
    try:
        from tests.channels.delivery import Connected, flood
    except ImportError as error:
        raise Failure(
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


BENCHMARKS: dict[str, Callable[[Settings], Figures]] = {
    "start": _start,
    "lookup": _lookup,
    "rules": _rules,
    "messages": _messages,
    "desk": _desk,
    "channels": _channels,
}


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _figures(times: list[float]) -> Figures:
    cuts = quantiles(times, n=100, method="inclusive")
    return {f"p{cut}_ms": round(cuts[cut - 1] * 1000, 2) for cut in (50, 95, 99)}
