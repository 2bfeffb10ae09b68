"""Who is at the desk, in Redis: every message asks for it. The table knows it too, and outlives Redis."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from time import time
from typing import Any, Final

from redis import Redis

from bot.databases.redis import DOWN, Rest, shared_redis

logger = logging.getLogger(__name__)

_SEEN: Final = "haq:present"
_rest = Rest()


def remember(worker: str) -> None:
    """Somebody is there now."""
    _asked(lambda redis: redis.zadd(_SEEN, {worker: time()}))


def forget(worker: str) -> None:
    """Somebody has left."""
    _asked(lambda redis: redis.zrem(_SEEN, worker))


def remembered(within: timedelta) -> list[str]:
    """Who gave a sign of life lately; nobody also when there is no Redis, or it is down."""
    since = time() - within.total_seconds()
    found = _asked(lambda redis: redis.zrangebyscore(_SEEN, since, "+inf"))
    return sorted(found or ())


def _asked(what: Callable[[Redis[str]], Any]) -> Any:
    redis = shared_redis()
    if redis is None or _rest.needed:
        return None
    try:
        return what(redis)
    except DOWN as error:
        logger.warning("Redis cannot be reached (%s): presence is read from the table.", type(error).__name__)
        _rest.begin()
        return None
