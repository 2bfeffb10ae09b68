"""Whether a process can do its work now: a few checks, each bounded, their answer kept for a moment.

A check that hangs holds one thread and no request: until it has come back it counts as failing and is not
begun again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock
from time import monotonic
from typing import Any

from bot.privacy.failures import where

logger = logging.getLogger(__name__)

Check = Callable[[], None]
"""Returns when all is well, and raises anything when not."""

SECONDS, KEPT_SECONDS = 1.0, 2.0


class Readiness:
    """The checks of one process."""

    def __init__(
        self,
        service: str,
        checks: Mapping[str, Check],
        *,
        seconds: float = SECONDS,
        kept: float = KEPT_SECONDS,
    ) -> None:
        self.service, self._checks, self._seconds, self._kept = service, dict(checks), seconds, kept
        self._pool = ThreadPoolExecutor(max(len(checks), 1), thread_name_prefix="ready")
        self._begun: dict[str, Future[None]] = {}
        self._failing: tuple[str, ...] = ()
        self._until = float("-inf")
        self._lock = Lock()

    @property
    def names(self) -> tuple[str, ...]:
        """What is checked."""
        return tuple(self._checks)

    def failing(self) -> tuple[str, ...]:
        """The names of what fails, in the order of the checks; takes at most a second or so."""
        with self._lock:  # whoever asks meanwhile gets the same answer
            if monotonic() >= self._until:
                found = self._ask()
                if found != self._failing:
                    logger.warning("Ready again." if not found else "Not ready: %s.", *(_said(found)))
                self._failing, self._until = found, monotonic() + self._kept
            return self._failing

    async def answer(self) -> tuple[int, dict[str, Any]]:
        """Status and body of /health/ready."""
        failing = await asyncio.get_running_loop().run_in_executor(None, self.failing)
        if failing:
            return 503, {"status": "not ready", "service": self.service, "failing": list(failing)}
        return 200, {"status": "ok", "service": self.service}

    def _ask(self) -> tuple[str, ...]:
        for name, check in self._checks.items():
            earlier = self._begun.get(name)
            if earlier is None or earlier.done():
                self._begun[name] = self._pool.submit(check)
        wait(self._begun.values(), timeout=self._seconds)
        return tuple(name for name in self._checks if not self._went_well(name))

    def _went_well(self, name: str) -> bool:
        begun = self._begun[name]
        if not begun.done():
            return False
        error = begun.exception()
        if error is not None:
            logger.info("The check %s failed: %s.", name, where(error))
        return error is None


def _said(failing: tuple[str, ...]) -> tuple[str, ...]:
    return (", ".join(failing),) if failing else ()
