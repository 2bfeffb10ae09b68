"""Dumping tables of PostgreSQL with its own programs, and putting a dump back in one transaction."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from bot.backups.plan import BackupError
from bot.rules.database import open_database

_MOST_SAID = 300
_KNOWS_TRANSACTION_TIMEOUT = 17
_UNKNOWN_BEFORE = b"SET transaction_timeout = 0;\n"
_PRELUDE = (b"--", b"\n", b"\\restrict ", b"SET ", b"SELECT pg_catalog.set_config(")
_COLLEAGUES = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND usename = current_user AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def dump(url: str, tables: Iterable[str], target: Path) -> None:
    """Writes the tables as of one moment, in PostgreSQL's own format. Raises BackupError."""
    wanted = [f"--table=public.{name}" for name in tables]
    _run("pg_dump", url, "--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--no-password",
         *wanted, f"--file={target}")  # fmt: skip


def holds_anything(url: str, tables: Iterable[str]) -> bool:
    """Whether one of the tables is there and has a row."""
    engine = open_database(url, patient=True)
    try:
        with engine.connect() as connection:
            there = set(inspect(connection).get_table_names())
            asked = (f'SELECT 1 FROM "{name}" LIMIT 1' for name in tables if name in there)  # noqa: S608
            return any(connection.execute(text(each)).first() for each in asked)
    finally:
        engine.dispose()


def is_in_use(url: str) -> bool:
    """Whether somebody else is connected as the same user: a part of Haq that runs on any machine."""
    engine = open_database(url, patient=True)
    try:
        with engine.connect() as connection:
            return bool(connection.execute(text(_COLLEAGUES)).scalar())
    finally:
        engine.dispose()


def server_version(url: str) -> int:
    """The first number of the server's version."""
    engine = open_database(url)
    try:
        with engine.connect() as connection:
            return int(connection.dialect.server_version_info[0])
    finally:
        engine.dispose()


def client_version() -> int | None:
    """The first number of the version of PostgreSQL's programs on this machine; None: there are none."""
    if shutil.which("pg_dump") is None:
        return None
    said = subprocess.run(["pg_dump", "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else None


def check(dumped: Path) -> None:
    """Raises BackupError unless pg_restore can read the dump."""
    _run("pg_restore", None, "--list", str(dumped))


def put_back(dumped: Path, url: str, tables: Iterable[str]) -> None:
    """Replaces the tables by those of the dump: all, or none. Raises BackupError.

    They are dropped first, also those that the dump does not know: a step that the program then makes
    anew would stumble over them.
    """
    dropping, filling = dumped.with_suffix(".drop.sql"), dumped.with_suffix(".sql")
    dropping.write_text("".join(f'DROP TABLE IF EXISTS public."{name}" CASCADE;\n' for name in tables))
    _run("pg_restore", None, "--no-owner", "--no-privileges", f"--file={filling}", str(dumped))
    if server_version(url) < _KNOWS_TRANSACTION_TIMEOUT:
        fit_older_server(filling)
    _run("psql", url, "--no-psqlrc", "--quiet", "--no-password", "--single-transaction",
         "--set=ON_ERROR_STOP=1", "--output=/dev/null", f"--file={dropping}",
         f"--file={filling}")  # fmt: skip


def fit_older_server(script: Path) -> None:
    """Makes a comment of the one setting in a script of pg_restore 17 that servers before it do not know.

    Only what stands before the first statement is looked at: the rest is long, and holds people's texts.
    """
    with script.open("r+b") as file:
        begin = 0
        while (line := file.readline()).startswith(_PRELUDE):
            if line == _UNKNOWN_BEFORE:
                file.seek(begin)
                file.write(b"--")
                return
            begin = file.tell()


def _run(program: str, url: str | None, *arguments: str) -> None:
    """Runs a program of PostgreSQL. The password goes by the environment: arguments can be listed."""
    if shutil.which(program) is None:
        raise BackupError(f"{program} is not here: install PostgreSQL's client programs (postgresql-client).")
    place, secret = ([], {}) if url is None else _place(url)
    done = subprocess.run(
        [program, *place, *arguments], env={**os.environ, "PGCONNECT_TIMEOUT": "10", "LC_ALL": "C", **secret},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        errors="replace", check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise BackupError(f"{program} failed: {_cause(done.stderr)}")


def _cause(said: str) -> str:
    """The first line that tells of an error; what follows may quote rows.

    >>> _cause("pg_dump: last built-in OID is 16383\\npg_dump: error: no such table\\nDETAIL: a row")
    'pg_dump: error: no such table'
    """
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["it did not say why."])[0][:_MOST_SAID]


def _place(url: str) -> tuple[list[str], dict[str, str]]:
    """Where to connect, as an argument, and the password, as a variable."""
    from psycopg2.extensions import make_dsn

    parsed = make_url(url)
    words: dict[str, Any] = {
        **parsed.query,
        **parsed.translate_connect_args(username="user", database="dbname"),
    }
    password = words.pop("password", None)
    secret = {} if password is None else {"PGPASSWORD": str(password)}
    return [f"--dbname={make_dsn(**words)}"], secret
