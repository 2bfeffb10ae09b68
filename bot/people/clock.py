"""What time it is, in UTC, as the tables keep it: texts that sort as the moments do."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


def moment() -> datetime:
    """Now."""
    return datetime.now(timezone.utc)


def now(shift: timedelta = timedelta(0)) -> str:
    """Now, or so much later or earlier, as the tables keep it."""
    return written(moment() + shift)


def written(at: datetime) -> str:
    """A moment as the tables keep it."""
    return at.astimezone(timezone.utc).isoformat(timespec="seconds")
