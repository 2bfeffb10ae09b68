"""The time, as everything about accounts reads it: in UTC, kept as text that sorts."""

from __future__ import annotations

from datetime import datetime, timezone


def now() -> datetime:
    """This moment. Called as `clock.now()`, so that a test can set another."""
    return datetime.now(timezone.utc)


def text(moment: datetime) -> str:
    """As it is kept."""
    return moment.isoformat(timespec="seconds")
