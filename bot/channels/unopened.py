"""What cannot be opened with the keys that this process has: left alone for a while, then tried again.

Another process may have the key already, or this one may get it; what was destroyed nobody could answer.
"""

from __future__ import annotations

import logging
from time import monotonic
from typing import Any, Final

from sqlalchemy import Column, true

logger = logging.getLogger(__name__)

_AGAIN_SECONDS: Final = 30.0
_TOLD_SECONDS: Final = 60.0
_MOST: Final = 5_000  # names in one statement


class Unopened:
    """Names of rows, each for half a minute."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._told_at = float("-inf")

    def put(self, name: str) -> None:
        """Leaves a row alone from now on; the log says so once a minute, whatever their number."""
        now = monotonic()
        self._until.pop(name, None)  # the newest stand last
        self._until[name] = now + _AGAIN_SECONDS
        if now - self._told_at >= _TOLD_SECONDS:
            self._told_at = now
            logger.error(
                "%d messages or people were sealed with a key that is not in the key file here. They wait "
                "for it: see Keys in docs/privacy.md.", len(self._names()),
            )  # fmt: skip

    def drop(self, name: str) -> None:
        """The row was written anew."""
        self._until.pop(name, None)

    def without(self, column: Column[str]) -> Any:
        """The condition that a row is none of these."""
        names = self._names()
        return column.not_in(names) if names else true()

    def _names(self) -> list[str]:
        now = monotonic()
        kept = list(self._until.items())  # at one go: other threads put theirs in meanwhile
        for name, until in kept:
            if until <= now:
                self._until.pop(name, None)
        return [name for name, until in kept if until > now][-_MOST:]
