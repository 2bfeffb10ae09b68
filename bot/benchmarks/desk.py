"""`haq bench desk`: how long the HTTP API takes for lookups that come at a steady rate.

The load is open: each question is due at a moment fixed beforehand, and its time counts from that moment,
so an answer that comes late makes the ones behind it late as well, as it does for people. Beside the times
stands what a question costs the desk's processor, which other work on the machine hardly changes.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

import aiohttp

from bot.benchmarks.figures import Figures, NotMeasured, Options
from bot.benchmarks.running import apart
from bot.desk.server import CALM_SECONDS
from bot.rules.corridors import Corridor, read_corridors
from bot.rules.load import load_law
from bot.rules.vocabulary import LANGUAGES, SECTORS, STATUSES, TOPICS
from bot.settings import ROOT, Settings

RATE, SECONDS = 100, 10
RUNS = 5  # of each kind of question, one after the other
WARM_UP = 1_500  # questions before: what is held in memory while a law stands is there then
SEED = 8
PATIENCE = 60
REST_SECONDS = 2.0
CONNECTIONS = 64  # whoever waits for one is late already: the time counts from when the question was due
_AT_ONCE = 8  # while it warms up
_SHARED_TOPICS = ("wages", "overtime", "end_of_service", "complaint", "termination", "medical_care")


class Unanswered(NotMeasured):
    """The desk did not start, or refused a question that is right."""


def bench(settings: Settings, _options: Options) -> Figures:
    """As `haq bench` calls it."""
    return bench_desk(settings)


def bench_desk(settings: Settings) -> dict[str, float]:
    """The median, 95th and 99th percentile of a lookup over HTTP, and its processor time, in milliseconds.

    First of questions that nobody asked before, then (`again_`) of questions that come again. Each figure is
    the median of all runs; `best_` and `worst_` are the lowest and the highest 95th percentile.
    """
    chance = random.Random(SEED)  # noqa: S311
    corridors = read_corridors(ROOT / "data" / "corridors.yml")
    asked: set[str] = set()

    def fresh(count: int) -> list[str]:
        found: list[str] = []
        while len(found) < count:
            question = _question(chance, corridors)
            if question not in asked:
                asked.add(question)
                found.append(question)
        return found

    warm, new = fresh(WARM_UP), [fresh(RATE * SECONDS) for _ in range(RUNS)]
    again = [[chance.choice(each) for _ in each] for each in new[-1:] * RUNS]
    with _desk(settings) as (address, desk):
        return asyncio.run(_run(address, desk, warm, new, again))


def _question(chance: random.Random, corridors: Sequence[Corridor]) -> str:
    """A case of one of the forty corridors; half the people ask on what most ask on."""
    corridor = chance.choice(corridors)
    topic = chance.choice(_SHARED_TOPICS if chance.random() < 0.5 else TOPICS)
    asked = {"from": corridor.origin, "to": corridor.destination, "topic": topic}
    if chance.random() < 0.8:
        asked["sector"] = chance.choice(SECTORS)
    if chance.random() < 0.5:
        asked["status"] = chance.choice(STATUSES)
    if chance.random() < 0.2:
        asked["on"] = date(
            chance.randint(2022, 2026), chance.randint(1, 12), chance.randint(1, 28)
        ).isoformat()
    asked["lang"] = chance.choice(LANGUAGES) if chance.random() < 0.5 else "en"
    return urlencode(asked)


async def _run(
    address: str,
    desk: int,
    warm: Sequence[str],
    new: Sequence[Sequence[str]],
    again: Sequence[Sequence[str]],
) -> dict[str, float]:
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(address, connector=connector) as session:
        await _warm_up(session, warm)
        await _at_rest(desk)
        first = [await _measured(session, desk, each) for each in new]
        second = [await _measured(session, desk, each) for each in again]
    return {
        "rate": RATE,
        "questions": sum(map(len, new)),
        **_of_all(first),
        **{f"again_{name}": value for name, value in _of_all(second).items()},
    }


async def _measured(session: aiohttp.ClientSession, desk: int, questions: Sequence[str]) -> dict[str, float]:
    """The figures of one run."""
    before = _spent(desk)
    times = await _timed(session, questions)
    return {**_percentiles(times), "cpu_ms": round((_spent(desk) - before) / len(questions) * 1000, 2)}


async def _at_rest(desk: int) -> None:
    """Waits until the desk has made what it makes beside its work after a start."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        before = _spent(desk)
        await asyncio.sleep(REST_SECONDS)
        if time.monotonic() - began > CALM_SECONDS and _spent(desk) - before < REST_SECONDS / 10:
            return


def _spent(process: int) -> float:
    """The processor time that a process has used, in seconds; 0 on machines that do not tell."""
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return 0.0
    # What follows the name in brackets begins with the third field; the time is the 14th and the 15th.
    user, system = told.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _of_all(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    figures = {name: round(median(run[name] for run in runs), 2) for name in runs[0]}
    p95 = [run["p95_ms"] for run in runs]
    return {**figures, "best_p95_ms": min(p95), "worst_p95_ms": max(p95)}


async def _warm_up(session: aiohttp.ClientSession, questions: Sequence[str]) -> None:
    left = iter(questions)

    async def some() -> None:
        for question in left:
            await _ask(session, question)

    await asyncio.gather(*(some() for _ in range(_AT_ONCE)))


async def _timed(session: aiohttp.ClientSession, questions: Sequence[str]) -> list[float]:
    """The seconds from the moment that each question was due to its whole answer."""
    start = time.perf_counter() + 0.2

    async def one(due: float, question: str) -> float:
        await asyncio.sleep(due - time.perf_counter())
        await _ask(session, question)
        return time.perf_counter() - due

    every = (one(start + number / RATE, question) for number, question in enumerate(questions))
    return list(await asyncio.gather(*every))


async def _ask(session: aiohttp.ClientSession, question: str) -> None:
    try:
        await _answer(session, question)
    except aiohttp.ClientConnectionError:  # a connection that the desk closed while it rested: as browsers do
        await _answer(session, question)


async def _answer(session: aiohttp.ClientSession, question: str) -> None:
    # The body is left packed: unpacking it is no time of the desk's.
    async with session.get(f"/api/v1/lookup?{question}", auto_decompress=False) as answer:
        body = await answer.read()
        if answer.status != 200:
            raise Unanswered(f"{answer.status} to {question}: {body[:300]!r}")


def _percentiles(times: list[float]) -> dict[str, float]:
    cuts = quantiles(times, n=100, method="inclusive")
    return {f"p{cut}_ms": round(cuts[cut - 1] * 1000, 2) for cut in (50, 95, 99)}


@contextmanager
def _desk(settings: Settings) -> Iterator[tuple[str, int]]:
    """A desk of its own over the law files: its address and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with TemporaryDirectory(prefix="haq-bench-") as folder:
        url = f"sqlite:///{folder}/haq.db"
        environment = {
            **apart(os.environ), "HAQ_VAR_DIR": folder, "HAQ_DESK_PORT": str(port),
            "HAQ_DATABASE_URL": url,
        }  # fmt: skip
        load_law(url, settings.law_dir)
        log = Path(folder) / "desk.log"
        with log.open("wb") as written:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot.desk.server"], cwd=ROOT, env=environment,
                stdin=subprocess.DEVNULL, stdout=written, stderr=written,
            )  # fmt: skip
        try:
            _wait_for(address, process, log)
            yield address, process.pid
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    ask = build_opener(ProxyHandler({})).open
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            ask(f"{address}/health", timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.2)
    raise Unanswered(f"The desk did not start: {log.read_text(errors='replace')[-500:]}")
