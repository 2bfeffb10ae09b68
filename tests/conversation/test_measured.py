"""What the numbers tell of a conversation: what came of it, nothing that can be turned against who asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.conversation.measured import TOLD_AS_OTHER, noticed
from bot.conversation.turn import Reply, State
from bot.observability import marks
from bot.rules.vocabulary import TOPICS

NOTHING = Reply(State(), ())


class Heard:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.counts: list[tuple[str, ...]] = []

    def counted(self, what: str, labels: tuple[str, ...], number: int) -> None:
        self.counts.append((what, *labels))

    def took(self, stage: str, seconds: float) -> None:
        """No stage is looked at here."""


@pytest.fixture
def heard() -> Iterator[Heard]:
    listener = Heard()
    marks.listen(listener)
    yield listener
    marks.leave(listener)


def test_a_question_is_told_by_topic_and_outcome(heard: Heard) -> None:
    noticed(NOTHING.counting("answered", "wages").counting("unanswered", None))
    assert heard.counts == [("questions", "wages", "answered"), ("questions", "none", "unanswered")]


@pytest.mark.parametrize("topic", sorted(TOLD_AS_OTHER))
def test_a_topic_that_can_be_turned_against_somebody_is_not_told(heard: Heard, topic: str) -> None:
    assert topic in TOPICS
    noticed(NOTHING.counting("answered", topic))
    assert heard.counts == [("questions", "other", "answered")]


def test_an_emergency_is_told_as_one_and_as_an_urgent_handoff(heard: Heard) -> None:
    """Whoever runs the desk must see that they happen."""
    reply = NOTHING.doing("ask_for_person", urgent=True, danger="violence")
    noticed(reply.counting("emergency", "emergency", "violence"))
    assert heard.counts == [("questions", "other", "emergency"), ("handoffs", "urgent")]
