"""The numbers: one sum from several processes, through deaths and new starts; few values; little cost."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from bot.observability import marks
from bot.observability.marks import timed
from bot.observability.metrics import Metrics
from bot.observability.slots import living, take_slot
from tests.observability.support import output, samples, worker

RECEIVED = 'haq_messages_received_total{channel="rest"}'

HOLDS = """
from time import sleep
from sqlalchemy import create_engine
from sqlalchemy.pool import QueuePool
engine = create_engine("sqlite://", poolclass=QueuePool)
held = [engine.connect() for _ in range({})]
sleep(1.5)
"""
"""Holds some connections; how many is written down each second."""


@pytest.mark.slow
def test_any_process_gives_the_sum_of_all(tmp_path: Path) -> None:
    stays = worker(tmp_path, "marks.count('messages_received', 'rest', number=5)", stays=True)
    try:
        work = "marks.count('messages_received', 'rest', number=2)\nmarks.took('nlu', 0.3)"
        found = samples(output(tmp_path, f"{work}\nprint(metrics.text())"))
        assert found[RECEIVED] == 7
        assert found['haq_stage_seconds_count{stage="nlu"}'] == 1
        assert found['haq_stage_seconds_bucket{le="0.25",stage="nlu"}'] == 0
        assert found['haq_stage_seconds_bucket{le="0.5",stage="nlu"}'] == 1
        # The second has ended: a third goes on in its place, and what it counted stays.
        found = samples(output(tmp_path, "marks.count('messages_received', 'rest')\nprint(metrics.text())"))
        assert found[RECEIVED] == 8
        assert sorted(path.name for path in tmp_path.glob("counter_*.db")) == ["counter_0.db", "counter_1.db"]
    finally:
        stays.communicate("")
    found = samples(output(tmp_path, "print(metrics.text())"))
    assert found[RECEIVED] == 0, "nobody was left: a new start counts from nothing"


@pytest.mark.slow
def test_what_a_dead_process_was_in_the_middle_of_is_gone(tmp_path: Path) -> None:
    stays = worker(tmp_path, HOLDS.format(3), stays=True)
    dies = worker(tmp_path, HOLDS.format(5), stays=True)
    try:
        dies.kill()
        dies.wait()
        found = samples(output(tmp_path, "print(metrics.text())"))
        assert found["haq_database_connections_busy"] == 3
    finally:
        stays.communicate("")


def test_a_value_outside_its_vocabulary_is_other(metrics: Metrics) -> None:
    metrics.counted("messages_received", ("+97455551234",), 1)
    metrics.counted("questions", ("Sita Kumari", "answered"), 1)
    metrics.counted("questions", ("wages", "answered"), 2)
    said = metrics.text()
    assert "5555" not in said and "Sita" not in said
    found = samples(said)
    assert found['haq_messages_received_total{channel="other"}'] == 1
    assert found['haq_questions_total{outcome="answered",topic="other"}'] == 1
    assert found['haq_questions_total{outcome="answered",topic="wages"}'] == 2


def test_what_never_happened_is_told_as_zero(metrics: Metrics) -> None:
    found = samples(metrics.text())
    assert found['haq_apologies_total{by="office"}'] == 0
    assert found['haq_messages_received_total{channel="whatsapp"}'] == 0
    assert found['haq_stage_seconds_count{stage="queue"}'] == 0


def test_a_message_costs_next_to_nothing(metrics: Metrics) -> None:
    """A tenth of a millisecond of the processor's time on a quiet machine; others share its caches."""
    marks.listen(metrics)
    try:
        assert min(_seconds_of_messages(300) for _ in range(5)) < 0.000_2
    finally:
        marks.leave(metrics)


def _seconds_of_messages(number: int) -> float:
    began = process_time()
    for _ in range(number):
        marks.count("messages_received", "rest")
        with timed("answer"):
            with timed("nlu"):
                pass
            with timed("store"):
                pass
            with timed("action"), timed("render", alone=True), timed("lookup"):
                pass
            with timed("store"):
                pass
        marks.count("messages_sent", "rest", "sent", number=2)
        marks.count("questions", "wages", "answered")
    return (process_time() - began) / number


def test_the_places_of_a_folder(tmp_path: Path) -> None:
    first, second = take_slot(tmp_path), take_slot(tmp_path)
    assert (first.number, second.number) == (0, 1)
    assert list(living(tmp_path)) == [0, 1]
    first._held.close()
    assert list(living(tmp_path)) == [1]
    assert take_slot(tmp_path).number == 0
