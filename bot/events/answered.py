"""One answered message as an event: no person, no words, no country, and the time to the minute."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any


@dataclass(frozen=True)
class Answered:
    """What is told of an answer."""

    id: str  # by chance: whoever gets an event twice knows it again
    at: str  # UTC, ISO 8601
    channel: str
    language: str
    topics: tuple[str, ...]
    outcomes: tuple[str, ...]  # answered, gap, asked_back, ... (`bot/conversation/outcomes.py`); apology
    handoff: bool  # the person asked for somebody at the desk
    danger: bool
    milliseconds: int

    def body(self) -> bytes:
        """As it is published: JSON."""
        return json.dumps(asdict(self)).encode()


def answered(
    channel: str, messages: Sequence[Mapping[str, Any]], seconds: float, now: datetime | None = None
) -> Answered:
    """The event of an answer: its messages, and how long it took."""
    told = [message.get("custom") or {} for message in messages]
    moment = (now or datetime.now(timezone.utc)).replace(second=0, microsecond=0)
    return Answered(
        id=secrets.token_hex(8),
        at=moment.isoformat(timespec="minutes"),
        channel=channel,
        language=next((str(each["language"]) for each in told if each.get("language")), ""),
        topics=_each(each["topic"] for each in told if each.get("topic")),
        outcomes=_each(outcome for each in told for outcome in each.get("outcomes") or ()),
        handoff=any(bool(each.get("handoff")) for each in told),
        danger=any(bool(each.get("danger")) for each in told),
        milliseconds=round(seconds * 1000),
    )


def _each(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(str, values)))
