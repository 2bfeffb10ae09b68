"""Guests take turns: what they ask costs a processor, and those who work here shall not wait for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from anyio import CapacityLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request

AT_ONCE: Final = 8
MOST_WAITING: Final = 200
_COME_BACK_SECONDS: Final = 10

_guests = CapacityLimiter(AT_ONCE)


@asynccontextmanager
async def turn(request: Request) -> AsyncIterator[None]:
    """Waits for a guest's turn. Raises HTTPException 503 when too many wait already."""
    if _guests.statistics().tasks_waiting >= MOST_WAITING:
        raise HTTPException(503, headers={"Retry-After": str(_COME_BACK_SECONDS)})
    if request.method == "POST":
        await request.body()  # now: whoever sends slowly shall hold up nobody
    async with _guests:
        yield
