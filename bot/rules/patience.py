"""How long PostgreSQL may take: a slow database ends in an apology, not in silence.

The server is told to give up on a statement. That does not help against a server that hangs or a network
that is cut, where the client would wait for ever: so it waits itself, and no longer than a little more.
"""

from __future__ import annotations

import select
from functools import lru_cache
from time import monotonic
from typing import Any, Final

from sqlalchemy.engine import URL

CONNECT_SECONDS: Final = 3
STATEMENT_SECONDS: Final = 3.0
LOCK_SECONDS: Final = 2.0
_SILENCE_SECONDS: Final = STATEMENT_SECONDS + 0.3
_SHORT_SILENCE_SECONDS: Final = 0.5
"""For whoever asks a server that was silent a moment ago: one long wait is enough for a person."""
_SUSPECTED_SECONDS: Final = 5.0
_IN_TRANSACTION_SECONDS: Final = 60.0


def patience_of(url: URL, patient: bool) -> dict[str, Any]:
    """Arguments for a connection to PostgreSQL; `patient`: only the connecting is limited."""
    arguments: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS}
    if patient:
        return arguments
    limits = {
        "statement_timeout": STATEMENT_SECONDS,
        "lock_timeout": LOCK_SECONDS,
        "idle_in_transaction_session_timeout": _IN_TRANSACTION_SECONDS,
    }
    if "options" not in url.query:  # the operator's own go first
        arguments["options"] = " ".join(f"-c {name}={seconds * 1000:.0f}" for name, seconds in limits.items())
    if url.get_driver_name() == "psycopg2":
        arguments["connection_factory"] = _hurried()
    return arguments


@lru_cache(maxsize=1)
def _hurried() -> Any:
    """A connection that gives up when the server says nothing for some seconds."""
    from psycopg2.extensions import connection, get_wait_callback, set_wait_callback

    class Hurried(connection):
        hurried = True

    if get_wait_callback() is None:
        set_wait_callback(_wait)
    return Hurried


def _wait(connection: Any) -> None:
    """Waits for the server as psycopg2 would; a connection on which it gives up is closed by psycopg2."""
    from psycopg2 import OperationalError
    from psycopg2.extensions import POLL_OK, POLL_READ

    silence = _silence() if hasattr(connection, "hurried") else None
    while (state := connection.poll()) != POLL_OK:
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
        if not waiting.poll(None if silence is None else silence * 1000):
            _suspected["until"] = monotonic() + _SUSPECTED_SECONDS
            raise OperationalError(f"The database said nothing for {silence:g} s.")


_suspected = {"until": float("-inf")}


def _silence() -> float:
    """How long a server may say nothing now."""
    return _SHORT_SILENCE_SECONDS if monotonic() < _suspected["until"] else _SILENCE_SECONDS
