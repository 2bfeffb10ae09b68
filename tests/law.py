"""The whole law, loaded once in a run of tests, whichever process needs it first; the others copy it."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from bot.rules.load import load_law
from tests.rules.support import LAW


def loaded_law(factory: pytest.TempPathFactory) -> str:
    """The address of a new database with the law files of the repository."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    whole = shared / "whole-law.db"
    with (shared / "whole-law.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            _load(whole)
    mine = factory.mktemp("law") / "haq.db"
    shutil.copyfile(whole, mine)
    return f"sqlite:///{mine}"


def _load(whole: Path) -> None:
    making = whole.with_name("law-in-the-making.db")
    load_law(f"sqlite:///{making}", LAW)
    complete = whole.with_name("law-complete.db")
    # Copied by SQLite, for what was written last may stand in its log.
    with sqlite3.connect(making) as source, sqlite3.connect(complete) as target:
        source.backup(target)
    source.close()
    target.close()
    complete.rename(whole)
