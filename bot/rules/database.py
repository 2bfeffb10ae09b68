"""Opening the rules database and bringing its tables up to date."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from bot.rules.errors import LawBaseUnavailable
from bot.rules.patience import CONNECT_SECONDS, patience_of

_MIGRATIONS = Path(__file__).parent / "migrations"
# Alembic keeps what it is doing in globals: of two threads one would take it from the other.
ONE_UPGRADE = Lock()


def open_database(
    url: str | URL, *, one_view: bool = False, patient: bool = False, connections: int | None = None
) -> Engine:
    """An engine for the URL (SQLite or PostgreSQL). Raises LawBaseUnavailable for a bad URL.

    `one_view`: a transaction sees the database as of one moment, and whoever opens it copes with a
    connection that died while it rested. `patient`: nobody waits for an answer, a statement may take
    minutes; else PostgreSQL must answer within seconds. `connections`: so many are kept and none besides,
    in place of SQLAlchemy's usual number.
    """
    try:
        parsed = make_url(url)
        if (file := file_of(parsed)) is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        # Errors do not repeat what was to be written: names, hashes of passwords.
        pooling = _pooling(parsed, one_view, patient)
        if pooling and connections is not None:
            pooling |= {"pool_size": connections, "max_overflow": 0}
        engine = create_engine(parsed, future=True, hide_parameters=True, **pooling)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise LawBaseUnavailable(f"The database address cannot be used: {type(error).__name__}.") from error
    except OSError as error:
        raise LawBaseUnavailable(f"The folder of the database cannot be made: {error.strerror}.") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_pragmas)
    return engine


def file_of(url: URL) -> Path | None:
    """The file of an SQLite database; None for another one, in memory, or named by SQLite's own address."""
    name = str(url.database or ":memory:")
    own = url.get_backend_name() != "sqlite" or name == ":memory:" or name.startswith("file:")
    return None if own else Path(name)


def _pooling(url: URL, one_view: bool, patient: bool) -> dict[str, Any]:
    """Connections are kept: opening one and setting it up costs more than a lookup."""
    if url.get_backend_name() != "sqlite":
        held = {"isolation_level": "REPEATABLE READ"} if one_view else {"pool_pre_ping": True}
        return {**held, "pool_timeout": CONNECT_SECONDS, "connect_args": patience_of(url, patient)}
    if url.database in (None, "", ":memory:"):
        return {}
    return {"poolclass": QueuePool, "connect_args": {"check_same_thread": False}}


def migrate(engine: Engine) -> None:
    """Brings the tables to the newest revision, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with ONE_UPGRADE, engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _sqlite_pragmas(connection: object, record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "busy_timeout=5000", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
