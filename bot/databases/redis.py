"""What everything that asks Redis has in common: it is asked briefly, and let alone while it is down."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from time import monotonic
from typing import Any, Final

from redis import Redis
from redis.exceptions import RedisError

from bot.settings import load_settings

DOWN: Final = (RedisError, OSError, asyncio.TimeoutError)
"""What a Redis that is down, slow or full raises."""
OPTIONS: Final[dict[str, Any]] = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
"""Nobody waits longer for Redis than for its substitute."""
REST_SECONDS: Final = 2.0


@lru_cache(maxsize=1)
def shared_redis() -> Redis[str] | None:
    """The Redis of the settings, if any; it is not asked yet."""
    url = load_settings().redis_url
    return None if url is None else Redis.from_url(url, decode_responses=True, **OPTIONS)


class Rest:
    """Whether a server that failed a moment ago is let alone."""

    def __init__(self, seconds: float = REST_SECONDS) -> None:
        self._seconds = seconds
        self._until = float("-inf")

    @property
    def needed(self) -> bool:
        """Whether it is too early to ask again."""
        return monotonic() < self._until

    def begin(self) -> None:
        """It failed just now."""
        self._until = monotonic() + self._seconds
