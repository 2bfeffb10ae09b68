"""What the work tells: to nobody, to a listener, stage within stage; and the id of a message."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextvars import copy_context
from time import sleep

import pytest

from bot.channels.configured import CHANNELS
from bot.observability import correlation, marks
from bot.observability.marks import REST, WEB, count, timed


class Heard:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.counts: list[tuple[str, tuple[str, ...], int]] = []
        self.stages: dict[str, float] = {}

    def counted(self, what: str, labels: tuple[str, ...], number: int) -> None:
        self.counts.append((what, labels, number))

    def took(self, stage: str, seconds: float) -> None:
        self.stages[stage] = seconds


@pytest.fixture
def heard() -> Iterator[Heard]:
    listener = Heard()
    marks.listen(listener)
    yield listener
    marks.leave(listener)


def test_the_channels_are_those_that_there_are() -> None:
    assert (REST, WEB, *CHANNELS) == marks.CHANNELS


def test_a_count_reaches_the_listener(heard: Heard) -> None:
    count("messages_received", "sms", number=3)
    assert heard.counts == [("messages_received", ("sms",), 3)]


def test_a_stage_alone_is_without_the_stages_inside_it(heard: Heard) -> None:
    with timed("answer"), timed("render", alone=True):
        sleep(0.01)
        with timed("lookup"):
            sleep(0.05)
    assert heard.stages["lookup"] >= 0.05
    assert 0.01 <= heard.stages["render"] < 0.05
    assert heard.stages["answer"] >= heard.stages["lookup"] + heard.stages["render"]


def test_a_stage_that_fails_is_measured_and_the_error_goes_on(heard: Heard) -> None:
    with pytest.raises(KeyError), timed("nlu"):
        raise KeyError
    assert "nlu" in heard.stages


async def test_two_messages_at_once_are_measured_apart(heard: Heard) -> None:
    async def one(stage: str, seconds: float) -> None:
        with timed("render", alone=True), timed(stage):
            await asyncio.sleep(seconds)

    await asyncio.gather(one("nlu", 0.02), one("lookup", 0.08))
    assert heard.stages["nlu"] < 0.06 < heard.stages["lookup"]


async def test_every_task_has_the_id_of_its_own_message() -> None:
    async def one() -> tuple[str, str]:
        began = correlation.begin()
        await asyncio.sleep(0)
        inside = await asyncio.ensure_future(asyncio.sleep(0, correlation.current()))
        return began, inside

    (first, first_later), (second, second_later) = await asyncio.gather(
        *(asyncio.ensure_future(one()) for _ in range(2))
    )
    assert first == first_later and second == second_later and first != second
    assert re.fullmatch(r"[0-9a-f]{12}", first)


def test_only_an_id_of_our_shape_is_taken_over() -> None:
    begin = copy_context().run  # what is begun here must not go on in the next test
    assert begin(correlation.begin, "0123456789ab-1") == "0123456789ab-1"
    for forged in ("x\nERROR forged", "0123456789abcdef", "", None):
        assert begin(correlation.begin, forged) != forged


def test_messages_that_came_together_have_ids_of_their_own() -> None:
    with correlation.under("0123456789ab"):
        assert [correlation.branch(number) for number in range(3)] == [
            "0123456789ab", "0123456789ab-1", "0123456789ab-2",
        ]  # fmt: skip
    assert correlation.current() != "0123456789ab"
