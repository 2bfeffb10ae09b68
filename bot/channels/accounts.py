"""What is remembered of who writes how often: in this process, or in Redis for all workers."""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import astuple, dataclass
from threading import Lock
from typing import Final, Protocol, TypeVar

from redis import Redis

from bot.databases.redis import DOWN, Rest, shared_redis
from bot.privacy.sealing import Sealer
from bot.settings import load_settings

logger = logging.getLogger(__name__)

T = TypeVar("T")

_MOST_KEPT: Final = 50_000  # people at a time; whoever was silent longest is forgotten first
_KEPT_SECONDS: Final = 3600
_TRIES: Final = 30  # each is a fraction of a millisecond
# Changes an account unless somebody else did meanwhile.
_SWAP: Final = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


@dataclass(frozen=True)
class Account:
    """How many messages somebody may write now, and what they wrote last (a digest)."""

    tokens: float
    at: float
    told_at: float | None = None
    last: str = ""
    repeats: int = 0
    judged: str = ""  # digests of their last messages and what became of each (bot/channels/limits.py)


class Accounts(Protocol):
    """Accounts by who."""

    def change(self, who: str, how: Callable[[Account | None], tuple[Account, T]]) -> T:
        """Changes one account, and gives what the change gives besides."""

    def digest(self, words: str) -> str:
        """What is kept of words, to know them again."""


class InProcess:
    """Accounts in this process: a limit per worker is enough to keep a flood from the others."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Account] = OrderedDict()
        self._lock = Lock()  # webhooks are kept by several threads

    def change(self, who: str, how: Callable[[Account | None], tuple[Account, T]]) -> T:
        """Changes one account."""
        with self._lock:
            account, found = how(self._kept.pop(who, None))
            self._kept[who] = account
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return found

    def digest(self, words: str) -> str:
        """The words themselves: they stay in memory, and go with the account."""
        return words


class InRedis:
    """Accounts that all workers share; each worker has its own while Redis is down.

    Who writes and what they wrote stand there under a keyed hash, for an hour.
    """

    def __init__(self, redis: Redis[str], name: str, sealer: Sealer) -> None:
        self._redis, self._name, self._sealer = redis, name, sealer
        self._swap = redis.register_script(_SWAP)
        self._own, self._rest = InProcess(), Rest()

    def change(self, who: str, how: Callable[[Account | None], tuple[Account, T]]) -> T:
        """Changes one account; of two who do so at once, one tries again."""
        if not self._rest.needed:
            try:
                for _ in range(_TRIES):
                    changed = self._changed(who, how)
                    if changed is not None:
                        return changed[0]
            except DOWN as error:
                logger.warning(
                    "Redis cannot be reached (%s): each worker limits alone.", type(error).__name__
                )
                self._rest.begin()
        return self._own.change(who, how)

    def digest(self, words: str) -> str:
        """A keyed hash of the words."""
        return self._sealer.person(f"words:{words}")[:16]

    def _changed(self, who: str, how: Callable[[Account | None], tuple[Account, T]]) -> tuple[T] | None:
        # Earlier versions kept less of an account, under `haq:limit`: they cannot read this.
        key = f"haq:account:{self._name}:{self._sealer.person(f'limit:{who}')}"
        kept = self._redis.get(key)
        account, found = how(Account(*json.loads(kept)) if kept else None)
        swapped = self._swap(keys=[key], args=[kept or "", json.dumps(astuple(account)), _KEPT_SECONDS])
        return (found,) if swapped else None


def accounts_for(name: str) -> Accounts:
    """The accounts of one kind of limit, shared by all workers when there is a Redis."""
    redis = shared_redis()
    return InProcess() if redis is None else InRedis(redis, name, Sealer(load_settings().people_key))
