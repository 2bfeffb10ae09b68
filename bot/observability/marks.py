"""What the work tells whoever measures it: that something happened, and how long a stage took.

Nobody listens unless the process asked for it (`listen`), so whatever calls this needs no library and pays
next to nothing. What may be told stands in COUNTS and STAGES: no person, no words, only closed vocabularies.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from time import perf_counter
from typing import Final, Protocol

logger = logging.getLogger(__name__)

COUNTS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "messages_received": ("Messages of people that were taken.", ("channel",)),
    "messages_sent": ("Messages to people: sent, to be tried again (retry), given up (dead).",
                      ("channel", "outcome")),
    "messages_repeated": ("Messages that a platform sent again, and that were not answered again.",
                          ("channel",)),
    "webhooks_refused": ("Webhooks that were not taken, by the status they got.", ("channel", "status")),
    "questions": ("Questions by topic and what came of them.", ("topic", "outcome")),
    "fallbacks": ("Messages that were not understood.", ("language",)),
    "apologies": ("Answers in whose place the person got an apology, and who made it.", ("by",)),
    "handoffs": ("Messages that asked for a person at the desk: in an emergency (urgent) or not.",
                 ("urgency",)),
    "errors": ("Lines of the level error or above, by the part that wrote them.", ("part",)),
}  # fmt: skip
"""What can be counted: what it means, and its labels."""

STAGES: Final = {
    "queue": "from the arrival of a message to its turn",
    "nlu": "language, topic, entities, danger",
    "lookup": "the law that applies",
    "render": "the rest of answering: what to say, in which words",
    "store": "reading and writing the conversation",
    "action": "the action with its way there and back",
    "answer": "all that the assistant does with a message",
    "send": "the request to the platform",
}

REST, WEB = "rest", "web"
CHANNELS: Final = (
    REST, WEB, "whatsapp", "telegram", "messenger", "line", "sms", "twilio_whatsapp",
)  # fmt: skip


class Listener(Protocol):
    """Whoever keeps the numbers."""

    def counted(self, what: str, labels: tuple[str, ...], number: int) -> None:
        """Something of COUNTS happened."""

    def took(self, stage: str, seconds: float) -> None:
        """A stage of STAGES has ended."""


_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """From now on this process tells the listener."""
    _listeners.append(listener)


def leave(listener: Listener) -> None:
    """The listener hears no more."""
    _listeners.remove(listener)


def count(what: str, *labels: str, number: int = 1) -> None:
    """Something of COUNTS happened."""
    for listener in _listeners:
        listener.counted(what, labels, number)


def took(stage: str, seconds: float) -> None:
    """A stage of STAGES has ended."""
    for listener in _listeners:
        listener.took(stage, seconds)


class timed:
    """Measures a stage. `alone`: without the stages inside it."""

    __slots__ = ("_alone", "_began", "_outer", "_within", "inside")

    def __init__(self, stage: str, *, alone: bool = False) -> None:
        self._within, self._alone, self.inside = stage, alone, 0.0

    def __enter__(self) -> timed:
        self._outer = _stage.get()
        _stage.set(self)
        self._began = perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        seconds = perf_counter() - self._began
        _stage.set(self._outer)
        if self._outer is not None:
            self._outer.inside += seconds
        took(self._within, max(seconds - self.inside, 0.0) if self._alone else seconds)


_stage: ContextVar[timed | None] = ContextVar("haq_stage", default=None)
