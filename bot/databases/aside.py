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

_THREADS = 6
_ANSWERING = 8  # more would only wait for each other's turn in Python; each may hold a connection


class TooLate(Exception):
    """Nobody waits any more for what was to be done; it was not begun."""


class Aside:
    """A few threads of its own: what has to wait there holds up nobody elsewhere."""

    def __init__(self, name: str, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def __call__(self, do: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Does something in a thread, under the same trace. Raises what it raises."""
        work = partial(copy_context().run, do, *arguments, **named)
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def within(self, seconds: float, do: Callable[..., T], *arguments: Any) -> T:
        """The same, unless it could not be begun within so many seconds. Raises TooLate then."""
        until = monotonic() + seconds

        def in_time() -> T:
            if monotonic() > until:
                raise TooLate
            return do(*arguments)

        return await self(in_time)

    def close(self) -> None:
        """Ends the threads, once what they have begun is done."""
        self._pool.shutdown()


def threads_for(url: str) -> int:
    """How many threads help with a database: SQLite takes one writer at a time, and the others only wait."""
    return 1 if url.startswith("sqlite") else _THREADS


aside = Aside("haq", _ANSWERING)
"""For what one message needs: its conversation, its answer."""
