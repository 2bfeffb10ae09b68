"""Which locks the settings ask for."""

from __future__ import annotations

from bot.locks.locks import Keeper, Locks
from bot.settings import Settings


def locks_for(settings: Settings) -> Locks:
    """Redis when there is one, else the database when several processes may share it, else this process.

    A PostgreSQL may be shared with workers on other machines, of which the settings know nothing.
    """
    from bot.locks.database import DatabaseKeeper

    shared = settings.workers > 1 or not settings.conversations_url.startswith("sqlite")
    if settings.redis_url is None:
        return Locks(DatabaseKeeper(settings.conversations_url) if shared else None)
    from bot.locks.redis import RedisKeeper, WithSubstitute

    keeper: Keeper = WithSubstitute(
        RedisKeeper(settings.redis_url), DatabaseKeeper(settings.conversations_url)
    )
    return Locks(keeper)
