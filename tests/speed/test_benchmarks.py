"""What the benchmarks say of what they measured."""

from __future__ import annotations

import random
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from bot.benchmarks.conversations import BUTTON, TURNS, interleaved, people, repeated
from bot.benchmarks.figures import NotMeasured, percentiles
from bot.benchmarks.generator import Reply, refuse_failures
from bot.benchmarks.running import megabytes, processor_seconds
from bot.benchmarks.soak import medians, trend
from bot.benchmarks.stock import _factors
from bot.benchmarks.stock_model import reckoned_training
from bot.benchmarks.stock_report import ROWS, aims, plot, table

FIGURES = {name: float(number) for number, name in enumerate(ROWS, 1)} | {"message_5_ms": 8.0}


def test_people_keep_their_order_and_say_new_things() -> None:
    said = interleaved(people("run", 1, ("en", "ne")), 400, 20)
    assert len(said) == 400
    mine = [each.text for each in said if each.sender == "run-7"]
    assert len(mine) == TURNS
    assert mine.index(BUTTON) == 2
    assert len({each.sender for each in said}) == 80
    # Of texts only the button comes again (and what stands among utterances of two intents).
    assert 79 / 400 <= repeated(said) < 0.22


def test_the_same_seed_gives_the_same_texts() -> None:
    one, two = (interleaved(people(run, 3), 50, 10) for run in ("a", "b"))
    assert [each.text for each in one] == [each.text for each in two]
    assert {each.sender for each in one}.isdisjoint(each.sender for each in two)


def test_percentiles_are_milliseconds() -> None:
    assert percentiles([number / 1000 for number in range(1, 102)]) == {
        "p50_ms": 51.0, "p95_ms": 96.0, "p99_ms": 100.0,
    }  # fmt: skip


def test_failures_are_no_figures() -> None:
    replies = [Reply(0.0, 0.01, False, True), Reply(0.1, 0.01, True, False)]
    refuse_failures(replies[:1])
    with pytest.raises(NotMeasured, match="1 of 2 messages"):
        refuse_failures(replies)


@pytest.mark.parametrize(("growth", "flat"), [(0.0, 1.0), (0.05, 0.0)])
def test_a_slope_is_told_from_noise(growth: float, flat: float) -> None:
    chance = random.Random(4)
    points = [(at * 10.0, 500 + growth * at * 10 + chance.gauss(0, 2)) for at in range(96)]
    found = trend("memory", "mb", points)
    assert found["memory_flat"] == flat
    assert found["memory_slope_mb_per_h"] == pytest.approx(
        growth * 3600, abs=found["memory_slope_doubt"] * 1.5
    )
    assert found["memory_last_mb"] - found["memory_first_mb"] == pytest.approx(growth * 950, abs=4)


def test_too_short_a_run_has_no_slope() -> None:
    with pytest.raises(NotMeasured, match="too short"):
        trend("p50", "ms", [(0.0, 1.0), (10.0, 1.0)])


def test_medians_of_ten_seconds() -> None:
    replies = [
        Reply(at, seconds, False, True) for at, seconds in ((12.0, 0.3), (1.0, 0.1), (9.0, 0.2), (11.0, 0.5))
    ]
    assert medians(replies) == [(0.0, pytest.approx(150.0)), (10.0, pytest.approx(400.0))]


def test_a_process_is_measured() -> None:
    process = subprocess.Popen([sys.executable, "-c", "x = bytearray(50_000_000)\nwhile True: pass"])
    try:
        while megabytes(process.pid) < 50 or processor_seconds(process.pid) < 0.1:
            assert process.poll() is None
        assert 50 <= megabytes(process.pid) < 80
    finally:
        process.kill()
        process.wait()
    assert (megabytes(process.pid), processor_seconds(process.pid)) == (0.0, 0.0)


def test_the_table_has_a_row_for_each_figure_and_a_column_for_each_contestant() -> None:
    lines = table(["stock", "ours"], [FIGURES, FIGURES]).splitlines()
    assert lines[0] == "| | stock | ours |"
    assert lines[1] == "|---|---|---|"
    assert len(lines) == 2 + len(ROWS) + 1
    assert lines[-1] == "| message 5 of a conversation (ms) | 8 | 8 |"


def test_the_plot_can_be_read_and_its_bars_are_in_proportion() -> None:
    svg = plot(["stock <x>", "ours"], [FIGURES, {**FIGURES, "p50_ms": 0.5}])
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    bars = [each for each in root.iter("{http://www.w3.org/2000/svg}rect") if each.get("fill") != "#ffffff"]
    assert [float(bar.get("width", 0)) for bar in bars[:2]] == [420.0, 210.0]


def test_training_is_reckoned_from_the_last_epoch_of_each_part() -> None:
    log = (
        "Processed trackers:  50%|#| 9/18 [00:03<00:03, 3it/s]\r"
        "Epochs:   0%|   | 0/2 [00:00<?, ?it/s]\rEpochs:  50%|#  | 1/2 [10:43<10:43, 643.23s/it, t_loss=11]\r"
        "Epochs: 100%|## | 2/2 [12:45<00:00, 380s/it]\rEpochs: 100%|## | 2/2 [12:46<00:00, 383.04s/it]\n"
        "Epochs:   0%|   | 0/2 [00:00<?, ?it/s]\rEpochs: 100%|## | 2/2 [1:00:01<00:00, 2s/it]\n"
    )
    assert reckoned_training(log, 900.0) == 900 + 98 * (122 + 3601)
    assert reckoned_training(log.replace("/2 ", "/100 "), 900.0) == 900


def test_aims_are_kept_or_missed() -> None:
    good = {"messages_per_s_times": 5.0, "p50_ms_share": 0.25, "memory_mb_share": 0.6, "start_s_share": 0.5}
    bad = {name: value * (0.9 if "times" in name else 1.1) for name, value in good.items()}
    rows = aims({"alone": good, "alike": bad}).splitlines()
    assert rows[0] == "| ours divided by stock | alone | alike |"
    assert [(row.count("kept"), row.count("missed")) for row in rows[2:]] == [(1, 1)] * 4


def test_factors_say_how_many_times_better() -> None:
    better = {**FIGURES, "messages_per_s": FIGURES["messages_per_s"] * 5, "p50_ms": FIGURES["p50_ms"] / 4}
    found = _factors(FIGURES, better)
    assert (found["messages_per_s_times"], found["p50_ms_share"], found["memory_mb_share"]) == (
        5.0,
        0.25,
        1.0,
    )
