"""Rasa's locks of conversations over our own (endpoints.yml names it)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockStore

from bot.locks.chosen import locks_for
from bot.privacy.sealing import Sealer
from bot.settings import load_settings


class PersonLockStore(LockStore):
    """One message of a person at a time, in all processes; first come, first served within each."""

    def __init__(self, endpoint_config: Any = None) -> None:
        settings = load_settings()
        self._locks = locks_for(settings)
        self._sealer = Sealer(settings.people_key)

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0
    ) -> AsyncGenerator[TicketLock, None]:
        """Holds a conversation. Raises LockTimeout, and what the keeper of locks raises when it is down."""
        async with self._locks.held(self._sealer.person(conversation_id)):
            yield TicketLock(conversation_id)
