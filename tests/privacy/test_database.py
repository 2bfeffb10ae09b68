"""Databases of people: what SQLite needs to stay whole while we look after its files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy import text

from bot.channels.mailbox import Mailbox
from bot.channels.weblog import WebLog
from bot.people.store import PeopleStore
from bot.privacy.conversations import ConversationStore
from bot.privacy.database import CONNECTIONS, clear_traces, open_private
from bot.rules import patience

_VISIT = """
import sqlite3, sys
visit = sqlite3.connect(sys.argv[1])
visit.execute("SELECT * FROM conversation").fetchall()
visit.close()
"""


def test_another_process_that_comes_and_goes_leaves_our_files(tmp_path: Path) -> None:
    """It did not while opening a second store dropped the locks of the first: new connections then failed."""
    file, key = tmp_path / "c.db", tmp_path / "key"
    first = ConversationStore(f"sqlite:///{file}", key)
    first.put("a", "one")
    with open_private(f"sqlite:///{file}").connect() as second:
        second.execute(text("SELECT 1"))
        subprocess.run([sys.executable, "-c", _VISIT, str(file)], check=True)
        assert file.with_name("c.db-wal").exists() and file.with_name("c.db-shm").exists()
    first.put("a", "two")
    assert ConversationStore(f"sqlite:///{file}", key).get("a") == "two"


def test_the_files_are_their_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "c.db"
    ConversationStore(f"sqlite:///{file}", tmp_path / "key").put("a", "one")
    modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("c.db", "c.db-wal", "c.db-shm", "key"), 0)


def test_clearing_traces_empties_the_log_and_waits_for_nobody(tmp_path: Path) -> None:
    file = tmp_path / "c.db"
    store = ConversationStore(f"sqlite:///{file}", tmp_path / "key")
    store.put("a", "one")
    log = file.with_name("c.db-wal")
    assert log.stat().st_size > 0
    engine = open_private(f"sqlite:///{file}")
    with engine.connect() as reader:
        reader.execute(text("SELECT * FROM conversation"))
        reader.connection.cursor().execute("BEGIN")
        reader.execute(text("SELECT * FROM conversation")).fetchall()
        store.put("a", "two")
        clear_traces(engine)
        assert log.stat().st_size > 0, "somebody reads from it"
    clear_traces(engine)
    assert log.stat().st_size == 0 and store.get("a") == "two"


def test_clearing_traces_says_when_somebody_reads(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = ConversationStore(f"sqlite:///{tmp_path / 'c.db'}", tmp_path / "key")
    store.put("a", "one")
    engine = open_private(f"sqlite:///{tmp_path / 'c.db'}")
    with engine.connect() as reader:
        reader.connection.cursor().execute("BEGIN")
        reader.execute(text("SELECT * FROM conversation")).fetchall()
        store.put("a", "two")
        clear_traces(engine)
    assert "write-ahead log is in use" in caplog.text
    caplog.clear()
    clear_traces(engine)
    assert caplog.text == ""


def test_stores_of_one_database_share_its_connections(tmp_path: Path) -> None:
    """As many engines as stores were as many times the connections that docs/scaling.md names."""
    url, key = f"sqlite:///{tmp_path / 'c.db'}", tmp_path / "key"
    stores = [each(url, key) for each in (ConversationStore, Mailbox, WebLog, PeopleStore)]
    engine = open_private(url)
    assert all(each._engine is engine for each in stores)
    assert engine.pool.size() == CONNECTIONS and engine.pool._max_overflow == 0
    assert open_private(f"sqlite:///{tmp_path / 'd.db'}") is not engine


def test_a_fork_opens_connections_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'c.db'}"
    ours = open_private(url)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert open_private(url) is not ours


@pytest.mark.slow
def test_our_own_tables_of_a_postgresql_are_vacuumed_however_long_it_takes(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no others: one server may serve other programs too, whose tables may be large."""
    ConversationStore(postgresql, tmp_path / "key").put("a", "one")
    engine = open_private(postgresql)
    with engine.begin() as connection:
        connection.execute(text("CREATE ROLE stranger_of_haq"))
        connection.execute(text("CREATE TABLE foreign_table (x int)"))
        connection.execute(text("ALTER TABLE foreign_table OWNER TO stranger_of_haq"))
    try:
        monkeypatch.setattr(patience, "STATEMENT_SECONDS", 0.001)
        clear_traces(open_private(f"{postgresql}?application_name=hurried"))
        query = text("SELECT relname FROM pg_stat_user_tables WHERE vacuum_count > 0")
        until = monotonic() + 10
        vacuumed: set[str] = set()
        while "conversation" not in vacuumed and monotonic() < until:  # statistics come a moment later
            sleep(0.1)
            with engine.connect() as connection:
                vacuumed = set(connection.execute(query).scalars())
        assert {"conversation", "handoff"} <= vacuumed and "foreign_table" not in vacuumed
    finally:
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE foreign_table"))
            connection.execute(text("DROP ROLE stranger_of_haq"))
