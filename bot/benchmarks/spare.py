"""The database that BENCH_DATABASE_URL names: a benchmark empties it, so it must be nobody's."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.benchmarks.figures import NotMeasured
from bot.settings import Settings

VARIABLE = "BENCH_DATABASE_URL"
_THIS_MACHINE = ("", "localhost", "127.0.0.1", "::1")
_PORT = 5432  # of PostgreSQL


def spare_database(settings: Settings) -> URL | None:
    """Its address; None without one. Raises NotMeasured when it is none, or that of a database in use."""
    given = os.environ.get(VARIABLE)
    if not given:
        return None
    try:
        spare = make_url(given)
    except ArgumentError:
        raise NotMeasured(f"{VARIABLE} must be a database address.") from None
    used = {
        "HAQ_DATABASE_URL": settings.database_url,
        "HAQ_CONVERSATIONS_URL": settings.conversations_url,
        "HAQ_ACCOUNTS_URL": settings.accounts_url,
    }
    for variable, url in used.items():
        if _place(spare) == _place(make_url(url)):
            raise NotMeasured(f"{VARIABLE} names the database of {variable}, and is emptied: name another.")
    return spare


def _place(url: URL) -> tuple[str, ...]:
    """Which database an address means, whoever asks for it and by which driver."""
    kind, name = url.get_backend_name(), url.database or ""
    if kind == "sqlite":
        return kind, str(Path(name).resolve())
    host = url.host or str(url.query.get("host", ""))
    here = host in _THIS_MACHINE or host.startswith("/")  # a folder: where the server's socket is
    return kind, "" if here else host, str(url.port or _PORT), name
