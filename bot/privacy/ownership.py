"""Which key of the hashes a database was made with: whoever comes with another one is refused.

A machine that joins without the shared key file would make keys of its own, and find nobody again that the
others know. So the database keeps a fingerprint of the key, from the first process that opens it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, String, Table, delete, select
from sqlalchemy.engine import Connection, Engine

from bot.databases.upserts import Upsert, upsert
from bot.privacy.keyring import KeyFileError
from bot.privacy.sealing import Sealer

metadata = MetaData()
_owners = Table(
    "people_key", metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # there is one row
    Column("fingerprint", String(64), nullable=False),
)  # fmt: skip

_MEND = (
    "Put the file of the other machines there, or that of your backup. If it is lost for good, "
    "`haq privacy let-go` erases what was sealed with it (docs/privacy.md)."
)


def sealer_for(engine: Engine, key_file: Path) -> Sealer:
    """The sealer of a database whose steps are made; the first that opens a new one gives it its key.

    Raises KeyFileError for a file that is missing though the database has a key, for that of another
    database, and for one that cannot be used.
    """
    kept = _fingerprint(engine)
    if kept is not None and not key_file.is_file():
        raise KeyFileError(f"The key file {key_file} of this database is missing. {_MEND}")
    sealer = Sealer(key_file)
    if kept is None:
        with engine.begin() as connection:
            connection.execute(_row(connection, sealer).on_conflict_do_nothing())
        kept = _fingerprint(engine)
    if kept != sealer.fingerprint:
        raise KeyFileError(f"The key file {key_file} is not that of this database. {_MEND}")
    return sealer


def give_to(connection: Connection, sealer: Sealer) -> None:
    """From now on the database has the key of this sealer."""
    connection.execute(delete(_owners))
    connection.execute(_row(connection, sealer))


def _row(connection: Connection, sealer: Sealer) -> Upsert:
    return upsert(connection, _owners).values(id=1, fingerprint=sealer.fingerprint)


def _fingerprint(engine: Engine) -> str | None:
    with engine.connect() as connection:
        found = connection.execute(select(_owners.c.fingerprint)).scalar()
        return None if found is None else str(found)
