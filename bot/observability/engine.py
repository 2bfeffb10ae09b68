"""What is Rasa's own on the way of a message to an action server: how long it takes, and the message's id.

Rasa has no place where to hang this in: its methods are wrapped once, when the assistant starts.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from bot.observability import correlation
from bot.observability.marks import timed

_Method = Callable[..., Awaitable[Any]]
_MARK = "haq_watched"


def watch() -> None:
    """Wraps both; doing it again changes nothing."""
    from rasa.core.actions.action import RemoteAction
    from rasa.utils.endpoints import EndpointConfig

    _wrap(RemoteAction, "run", _measured)
    _wrap(EndpointConfig, "request", _with_trace)


def _wrap(owner: type, name: str, wrapper: Callable[[_Method], _Method]) -> None:
    method = getattr(owner, name)
    if not hasattr(method, _MARK):
        wrapped = functools.wraps(method)(wrapper(method))
        setattr(wrapped, _MARK, True)
        setattr(owner, name, wrapped)


def _measured(method: _Method) -> _Method:
    async def measured(*arguments: Any, **named: Any) -> Any:
        with timed("action"):
            return await method(*arguments, **named)

    return measured


def _with_trace(method: _Method) -> _Method:
    async def traced(*arguments: Any, **named: Any) -> Any:
        trace = correlation.current()
        if trace:
            named["headers"] = {**named.get("headers", {}), correlation.HEADER: trace}
        return await method(*arguments, **named)

    return traced
