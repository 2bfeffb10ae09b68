"""Numbers that are looked up when somebody asks: what waits, which law, which model, how much memory.

They are the same from whichever process they are asked. A database that is down leaves its numbers out and
says so in `haq_source_up`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from threading import Lock
from time import monotonic, time

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from sqlalchemy import func, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.observability.metrics import PREFIX
from bot.observability.readiness import Readiness
from bot.observability.slots import living
from bot.privacy.failures import where
from bot.rules import tables
from bot.rules.database import open_database
from bot.rules.errors import RulesError
from bot.settings import Settings

logger = logging.getLogger(__name__)

KEPT_SECONDS = 5.0
_Read = Callable[[Engine], Iterable[Metric]]
_WAITING = {
    "inbox": "SELECT count(*), min(came_at) FROM channel_inbox WHERE state = 'new'",
    "outbox": "SELECT count(*), min(made_at) FROM channel_outbox WHERE state IN ('ready', 'sending')",
    "dead": "SELECT count(*), min(made_at) FROM channel_outbox WHERE state = 'dead'",
}
# Not since a chat last changed: who asks again would seem to have come just now.
_DESK = "SELECT count(*), min(opened_at) FROM handoff WHERE state = 'waiting'"


def database_source(name: str, url: str, read: _Read) -> Callable[[], Iterator[Metric]]:
    """Numbers out of a database, read at most every few seconds, and whether it could be read."""
    engine = lru_cache(maxsize=1)(lambda: open_database(url))
    lock = Lock()
    kept: tuple[float, tuple[Metric, ...]] = (float("-inf"), ())

    def source() -> Iterator[Metric]:
        nonlocal kept
        with lock:
            if monotonic() - kept[0] > KEPT_SECONDS:
                kept = (monotonic(), tuple(_read(name, engine, read)))
        yield from kept[1]

    return source


def _read(name: str, engine: Callable[[], Engine], read: _Read) -> Iterator[Metric]:
    up = GaugeMetricFamily(f"{PREFIX}_source_up", "Whether a database could be read for its numbers.",
                           labels=["database"])  # fmt: skip
    try:
        found = list(read(engine()))
    except (SQLAlchemyError, RulesError) as error:
        logger.warning("The numbers of the database %s cannot be read: %s.", name, where(error))
        up.add_metric([name], 0)
    else:
        up.add_metric([name], 1)
        yield from found
    yield up


def waiting(engine: Engine) -> Iterator[Metric]:
    """What waits in the mailbox and at the desk, and for how long the oldest has."""
    number = GaugeMetricFamily(
        f"{PREFIX}_waiting",
        "What waits: to be answered (inbox), sent (outbox), looked at (dead), taken at the desk (desk).",
        labels=["queue"],
    )
    age = GaugeMetricFamily(f"{PREFIX}_waiting_oldest_seconds", "Since when the oldest of them waits.",
                            labels=["queue"])  # fmt: skip
    with engine.connect() as connection:
        for queue, query in _WAITING.items():
            many, since = connection.execute(text(query)).one()
            number.add_metric([queue], many)
            age.add_metric([queue], max(time() - since, 0.0) if since is not None else 0.0)
        many, opened = connection.execute(text(_DESK)).one()
        number.add_metric(["desk"], many)
        age.add_metric(["desk"], seconds_since(opened) if opened else 0.0)
    yield from (number, age)


def law(engine: Engine) -> Iterator[Metric]:
    """The version of the law, and since when it stands: loading the same again changes nothing."""
    with engine.connect() as connection:
        version = connection.execute(select(tables.law_version.c.version)).scalar()
        changed = connection.execute(select(func.max(tables.record_change.c.at))).scalar()
    if version is not None and changed is not None:
        yield InfoMetricFamily(f"{PREFIX}_law", "The law that is loaded.", {"version": version[:12]})
        yield GaugeMetricFamily(f"{PREFIX}_law_age_seconds", "Since its last change.", seconds_since(changed))


def ready_source(readiness: Readiness) -> Callable[[], Iterator[Metric]]:
    """Each check of a process: 1 when it went well."""

    def source() -> Iterator[Metric]:
        failing = readiness.failing()
        well = GaugeMetricFamily(
            f"{PREFIX}_check_ok", "Whether a process can do its work.", labels=["service", "check"]
        )
        for check in readiness.names:
            well.add_metric([readiness.service, check], float(check not in failing))
        yield well

    return source


def model_source(model: str) -> Callable[[], Iterator[Metric]]:
    """The name of the model."""

    def source() -> Iterator[Metric]:
        yield InfoMetricFamily(f"{PREFIX}_model", "The model that is loaded.", {"name": model})

    return source


def process_source(service: str, folder: Path) -> Callable[[], Iterator[Metric]]:
    """Memory and age of every process of a kind."""

    def source() -> Iterator[Metric]:
        labels = ["service", "worker"]
        memory = GaugeMetricFamily(f"{PREFIX}_process_memory_bytes", "Resident memory.", labels=labels)
        seconds = GaugeMetricFamily(f"{PREFIX}_process_cpu_seconds", "Processor time used.", labels=labels)
        for number, process in living(folder).items():
            worker = [service, str(number)]
            try:
                pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
                after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            except (OSError, IndexError, ValueError):  # it has just ended, or this is no Linux
                continue
            memory.add_metric(worker, pages * os.sysconf("SC_PAGE_SIZE"))
            ticks = int(after_name[11]) + int(after_name[12])
            seconds.add_metric(worker, ticks / os.sysconf("SC_CLK_TCK"))
        yield from (memory, seconds)

    return source


def of_people(settings: Settings) -> Callable[[], Iterator[Metric]]:
    """What waits."""
    return database_source("conversations", settings.conversations_url, waiting)


def of_law(settings: Settings) -> Callable[[], Iterator[Metric]]:
    """The law."""
    return database_source("rules", settings.database_url, law)


def seconds_since(moment: str) -> float:
    """Seconds since a moment as the databases have it (ISO 8601, UTC where it says no zone)."""
    at = datetime.fromisoformat(moment.replace("Z", "+00:00"))
    at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
    return max((datetime.now(timezone.utc) - at).total_seconds(), 0.0)
