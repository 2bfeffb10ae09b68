"""Databases of people: what SQLite needs to stay whole while we look after its files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from bot.privacy.conversations import ConversationStore
from bot.privacy.database import clear_traces, open_private

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
