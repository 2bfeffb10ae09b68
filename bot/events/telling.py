"""Tells of an answer when the settings ask for it; otherwise nothing of events is even imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.events.publisher import Publisher


def tell(channel: str, messages: Sequence[Mapping[str, Any]], seconds: float) -> None:
    """Tells of an answer that took so long; at once, and without raising. Silence is no answer."""
    to = publisher()
    if to is not None and messages:
        from bot.events.answered import answered

        to.tell(answered(channel, messages, seconds))


async def close(_app: Any = None, _loop: Any = None) -> None:
    """Lets go of the broker; also a listener of Sanic."""
    to = publisher()
    if to is not None:
        await to.close()


@lru_cache(maxsize=1)
def publisher() -> Publisher | None:
    """The publisher of this process; None when nobody is to be told (HAQ_EVENTS_URL)."""
    url = load_settings().events_url
    if url is None:
        return None
    from bot.events.publisher import Publisher

    return Publisher(url)
