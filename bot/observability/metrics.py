"""The numbers of this process, kept by prometheus-client in files that all processes of its kind read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from itertools import chain, product
from pathlib import Path
from threading import Lock, Thread
from time import sleep
from typing import Final

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, generate_latest, values
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from bot.observability.marks import CHANNELS, COUNTS, STAGES, listen
from bot.observability.slots import Slot, clear_dead, take_slot

MOST_FOUND: Final = 2_000  # kinds of counts that are held; there are fewer, unless somebody invents labels
Source = Callable[[], Iterable[Metric]]
"""Numbers that are looked up when somebody asks for them."""

PREFIX: Final = "haq"
OTHER: Final = "other"
FROM_ZERO: Final = frozenset({"messages_received", "apologies", "handoffs", "fallbacks"})
"""What is told as 0 before it ever happens."""
BUCKETS: Final = (
    .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1.0, 2.5, 5.0, 10.0, 30.0,
)  # fmt: skip
"""Upper bounds in seconds."""


class Metrics:
    """Keeps what the work tells (`bot/observability/marks.py`), and writes it down for Prometheus."""

    def __init__(self, folder: Path) -> None:
        self.slot: Slot = take_slot(folder)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        # A place in the folder, not the process id: files of processes long gone would pile up.
        values.ValueClass = values.MultiProcessValue(lambda: self.slot.number)  # type: ignore[no-untyped-call]
        own = prometheus_client.CollectorRegistry()
        self._counters = {
            name: prometheus_client.Counter(f"{PREFIX}_{name}", text, labels, registry=own)
            for name, (text, labels) in COUNTS.items()
        }
        self._seconds = prometheus_client.Histogram(
            f"{PREFIX}_stage_seconds", f"Seconds that a stage took: {_stages()}.", ("stage",),
            buckets=BUCKETS, registry=own,
        )  # fmt: skip
        self._busy = prometheus_client.Gauge(
            f"{PREFIX}_database_connections_busy", "Most connections to databases in use at once.",
            registry=own, multiprocess_mode="livesum",
        )  # fmt: skip
        self._busy.set(0)  # what a process that died here had taken
        # Found once: finding them costs more than counting.
        self._stages = {stage: self._seconds.labels(stage) for stage in STAGES}
        self._counting: dict[tuple[str, tuple[str, ...]], Counter] = {}
        self._allowed = _allowed()
        for name, (_, labels) in COUNTS.items():
            if name in FROM_ZERO:  # a rise from nothing at all is no rise to Prometheus
                for combination in product(*(sorted(self._allowed[label]) for label in labels)):
                    self._counters[name].labels(*combination)
        self._sources: list[Source] = []

    def counted(self, what: str, labels: tuple[str, ...], number: int) -> None:
        """As `marks.Listener` has it. A value outside its vocabulary counts as `other`."""
        counter = self._counting.get((what, labels))
        if counter is None:
            counter = self._counter(what, labels)
            if len(self._counting) < MOST_FOUND:
                self._counting[what, labels] = counter
        counter.inc(number)

    def _counter(self, what: str, labels: tuple[str, ...]) -> Counter:
        names = COUNTS[what][1]
        values = [
            value if self._knows(name, value) else OTHER for name, value in zip(names, labels, strict=True)
        ]
        return self._counters[what].labels(*values)

    def took(self, stage: str, seconds: float) -> None:
        """As `marks.Listener` has it."""
        self._stages[stage].observe(seconds)

    def show_busy(self, connections: float) -> None:
        """So many connections to databases were in use at once."""
        self._busy.set(connections)

    def add_source(self, source: Source) -> None:
        """Something that is looked up when the numbers are asked for."""
        self._sources.append(source)

    def text(self) -> str:
        """All numbers of all processes of this kind, as Prometheus reads them."""
        clear_dead(self.slot.folder)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self.slot.folder))  # type: ignore[no-untyped-call]
        registry.register(_Collected(self._sources))
        return generate_latest(registry).decode()

    def _knows(self, label: str, value: str) -> bool:
        allowed = self._allowed.get(label)
        return allowed is None or value in allowed


class _Collected(Collector):
    """The sources as prometheus-client takes them; several may tell of the same number."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = sources

    def collect(self) -> Iterable[Metric]:
        """Their numbers, each name once."""
        found: dict[str, Metric] = {}
        for metric in chain.from_iterable(source() for source in self._sources):
            held = found.setdefault(metric.name, Metric(metric.name, metric.documentation, metric.type))
            held.samples.extend(metric.samples)
        return found.values()

    def describe(self) -> Iterable[Metric]:
        """Nothing: the source is not to be asked before its numbers are."""
        return ()


def start(folder: Path) -> Metrics:
    """Begins to keep the numbers of this process. Raises OSError when the folder cannot be written."""
    metrics = Metrics(folder)
    listen(metrics)
    _Busy(metrics.show_busy).watch()
    return metrics


class _Busy:
    """The connections in use; written down each second, for a message takes and gives back many."""

    def __init__(self, show: Callable[[float], None]) -> None:
        self._now = self._most = 0
        self._show, self._lock = show, Lock()

    def watch(self) -> None:
        """Begins to count, for every database of this process."""
        from sqlalchemy import event
        from sqlalchemy.pool import Pool

        event.listen(Pool, "checkout", self._taken)
        event.listen(Pool, "checkin", self._given_back)
        Thread(target=self._report, name="busy-connections", daemon=True).start()

    def _taken(self, *_: object) -> None:
        with self._lock:
            self._now += 1
            self._most = max(self._most, self._now)

    def _given_back(self, *_: object) -> None:
        with self._lock:
            self._now -= 1

    def _report(self) -> None:
        while True:
            sleep(1)
            with self._lock:
                most, self._most = self._most, self._now
            self._show(most)


def _allowed() -> Mapping[str, frozenset[str]]:
    """The vocabulary of each label; one that is not here comes from the code alone (`part`, `status`)."""
    from bot.conversation.turn import OUTCOMES, enabled_languages
    from bot.rules.vocabulary import TOPICS

    return {
        "channel": frozenset(CHANNELS),
        "topic": frozenset((*TOPICS, "none")),
        "language": frozenset(enabled_languages()),
        "outcome": frozenset((*OUTCOMES, "sent", "retry", "dead")),
        "urgency": frozenset(("urgent", "calm")),
        "by": frozenset(("assistant", "office", "action")),
    }


def _stages() -> str:
    return "; ".join(f"{name}: {text}" for name, text in STAGES.items())
