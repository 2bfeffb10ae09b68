"""One random id a message, from its arrival to the carrier, so that its lines in all logs are found together.

It says nothing of the person or the message, and the next message has another.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "X-Haq-Trace"
_SHAPE = re.compile(r"[0-9a-f]{12}(-\d{1,3})?")
_current: ContextVar[str] = ContextVar("haq_trace", default="")


def new_id() -> str:
    """An id by chance."""
    return secrets.token_hex(6)


def current() -> str:
    """The id of what is being worked on; empty outside any message."""
    return _current.get()


def begin(given: str | None = None) -> str:
    """From here on this task works under the given id, or under a new one when none of ours is given."""
    trace = given if given and _SHAPE.fullmatch(given) else new_id()
    _current.set(trace)
    return trace


@contextmanager
def under(trace: str) -> Iterator[None]:
    """Works under an id for a while; an empty one gets a new id."""
    token = _current.set(trace or new_id())
    try:
        yield
    finally:
        _current.reset(token)


def branch(number: int) -> str:
    """The id of one of several messages that came together: the first has that of their arrival.

    >>> with under("0123456789ab"):
    ...     branch(0), branch(2)
    ('0123456789ab', '0123456789ab-2')
    """
    trace = current() or new_id()
    return trace if number == 0 else f"{trace}-{number}"
