"""Blocking work beside the server's event loop, so that it can take other messages meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")

THREADS = 8  # more would only wait for each other's turn in Python; each may hold a database connection
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="haq")


async def aside(do: Callable[..., T], *args: Any) -> T:
    """What `do` gives, run in a thread with the context of the caller. Raises what it raises."""
    work = partial(copy_context().run, do, *args)
    return await asyncio.get_running_loop().run_in_executor(_pool, work)
