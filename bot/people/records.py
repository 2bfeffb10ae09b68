"""What the desk's queue holds, as plain immutable objects, and how it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NOBODY = "warm-up-"  # how the sender of the first message of all begins, which no person has asked
WAITING, TAKEN, RELEASED = "waiting", "taken", "released"


@dataclass(frozen=True)
class Handoff:
    """One chat in the desk's queue."""

    id: int
    state: str
    urgent: bool
    danger: str | None
    language: str
    summary: Mapping[str, Any]
    taken_by: str | None
    opened_at: str


@dataclass(frozen=True)
class Place:
    """Where a chat stands in the queue, without anything of what it holds."""

    id: int
    state: str
    urgent: bool
    taken_by: str | None


@dataclass(frozen=True)
class Line:
    """One message of a chat since it was taken over."""

    id: int
    text: str
    at: str
    from_desk: bool  # False: the person wrote it
    worker: str | None = None  # who of the desk wrote it; None and from the desk: the assistant
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """What somebody at the desk noted for colleagues."""

    worker: str
    text: str
    at: str


class NoSuchHandoff(LookupError):
    """A number that stands for no open chat, or for one that somebody else has taken."""


class TakenBySomebody(NoSuchHandoff):
    """A chat that a colleague has taken."""

    def __init__(self, number: int, worker: str) -> None:
        super().__init__(f"{worker} has taken chat {number}.")
        self.worker = worker
