"""Locks in Redis, each with a line of those who wait for it; and what holds while Redis is down."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final

from redis.asyncio import Redis

from bot.databases.redis import DOWN, OPTIONS, Rest
from bot.locks.locks import LIFETIME_SECONDS, Keeper

logger = logging.getLogger(__name__)

_Ask = Callable[[str, str], Awaitable[bool]]
_WAITING_MS: Final = 1000  # whoever waits and does not look again for so long has gone
_BOTH_SECONDS: Final = 10.0
# One step for all: drops from the head of the line who has gone, joins it, and says who is first.
_TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local first = redis.call('LINDEX', KEYS[1], 0)
while first do
  local lives = redis.call('HGET', KEYS[2], first)
  if lives and tonumber(lives) > now then break end
  redis.call('LPOP', KEYS[1])
  redis.call('HDEL', KEYS[2], first)
  first = redis.call('LINDEX', KEYS[1], 0)
end
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then
  redis.call('RPUSH', KEYS[1], ARGV[1])
  first = first or ARGV[1]
end
local mine = first == ARGV[1]
redis.call('HSET', KEYS[2], ARGV[1], now + (mine and ARGV[2] or ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
redis.call('PEXPIRE', KEYS[2], ARGV[2] * 2)
return mine and 1 or 0
"""
# Only for whoever holds it: it may come after the lock was given back.
_KEEP: Final = """
if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[2], ARGV[1], now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
redis.call('PEXPIRE', KEYS[2], ARGV[2] * 2)
return 1
"""
_GIVE_BACK: Final = """
redis.call('LREM', KEYS[1], 1, ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
"""


class RedisKeeper:
    """Keeps each lock as a line of tokens, first come first served; the first of the line holds it."""

    def __init__(self, url: str, lifetime: float = LIFETIME_SECONDS) -> None:
        self._redis: Redis[str] = Redis.from_url(url, decode_responses=True, **OPTIONS)
        self._lifetime = round(lifetime * 1000)
        self._take = self._redis.register_script(_TAKE)
        self._keep = self._redis.register_script(_KEEP)
        self._give_back = self._redis.register_script(_GIVE_BACK)

    async def take(self, name: str, token: str) -> bool:
        """Takes a lock, or the place in the line. Raises what Redis raises when it is down."""
        return bool(await self._take(keys=_keys(name), args=[token, self._lifetime, _WAITING_MS]))

    async def keep(self, name: str, token: str) -> bool:
        """Keeps a lock for longer. Raises what Redis raises when it is down."""
        return bool(await self._keep(keys=_keys(name), args=[token, self._lifetime]))

    async def give_back(self, name: str, token: str) -> None:
        """Lets go of a lock, or leaves the line. Raises what Redis raises when it is down."""
        await self._give_back(keys=_keys(name), args=[token])

    async def close(self) -> None:
        """Closes the connections."""
        await self._redis.close()


class WithSubstitute:
    """Locks of Redis; of the database while Redis is down, and of both for a while afterwards.

    Both, because another process may still hold one that it took from the database.
    """

    def __init__(self, first: Keeper, substitute: Keeper) -> None:
        self._first, self._substitute = first, substitute
        self._rest = Rest()
        self._failed_at = float("-inf")
        self._asked: set[str] = set()  # tokens that Redis may know
        self._substituted: set[str] = set()

    async def take(self, name: str, token: str) -> bool:
        """Takes a lock. Raises what the database raises when Redis and it are down."""
        first = await self._of_first(self._first.take, name, token)
        if first is False:
            return False
        late = monotonic() - self._failed_at < _BOTH_SECONDS
        if first is None or late or token in self._substituted:
            self._substituted.add(token)
            return await self._substitute.take(name, token)
        return True

    async def keep(self, name: str, token: str) -> bool:
        """Keeps a lock for longer wherever it is held; what Redis holds while it is down lapses by itself."""
        asked = token in self._asked
        first = await self._of_first(self._first.keep, name, token) if asked else None
        if token in self._substituted:  # Redis may have come back without it
            return await self._substitute.keep(name, token)
        return first is not False

    async def give_back(self, name: str, token: str) -> None:
        """Lets go of a lock wherever it is held; what cannot be reached lapses by itself."""
        if token in self._asked:
            self._asked.discard(token)
            try:
                await self._first.give_back(name, token)
            except DOWN as error:
                self._failed(error)
        if token in self._substituted:
            self._substituted.discard(token)
            await self._substitute.give_back(name, token)

    async def close(self) -> None:
        """Closes the connections of both."""
        await self._first.close()
        await self._substitute.close()

    async def _of_first(self, ask: _Ask, name: str, token: str) -> bool | None:
        """What Redis says of a lock; None when it is down."""
        if self._rest.needed:
            return None
        self._asked.add(token)
        try:
            return await ask(name, token)
        except DOWN as error:
            self._failed(error)
            return None

    def _failed(self, error: Exception) -> None:
        if monotonic() - self._failed_at > _BOTH_SECONDS:
            logger.warning(
                "Redis cannot be reached (%s): locks are kept in the database.", type(error).__name__
            )
        self._failed_at = monotonic()
        self._rest.begin()


def _keys(name: str) -> list[str]:
    """Both keys of a lock, on the same node of a cluster."""
    return [f"haq:lock:{{{name}}}", f"haq:lock:{{{name}}}:lives"]
