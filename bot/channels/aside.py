"""Work that waits for a database, in threads: while it waits, the server goes on with everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")


class TooLate(Exception):
    """Nobody waits any more for what was to be done; it was not begun."""


class Aside:
    """A few threads of its own: what has to wait there holds up nobody elsewhere.

    `patience`: what could not be begun within so many seconds is not begun at all.
    """

    def __init__(self, name: str, threads: int, patience: float = float("inf")) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._patience = patience

    async def __call__(self, do: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Does something in a thread, under the same trace. Raises TooLate, and what it raises."""
        work = partial(copy_context().run, do, *arguments, **named)
        until = monotonic() + self._patience

        def in_time() -> T:
            if monotonic() > until:
                raise TooLate
            return work()

        return await asyncio.get_running_loop().run_in_executor(self._pool, in_time)

    def close(self) -> None:
        """Lets the threads go once they are done."""
        self._pool.shutdown(wait=False)
