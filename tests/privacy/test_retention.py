"""How long things are kept, and that the running program sees to it."""

from __future__ import annotations

import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from bot.desk.accounts import clock as accounts_clock
from bot.people import clock
from bot.privacy import housekeeping
from bot.privacy.keyring import KeyFileError
from bot.privacy.retention import ACCOUNTS, CONVERSATIONS, STATISTICS_KEPT, STORES
from bot.privacy.stores import Stores
from bot.settings import Settings, SettingsError, load_settings

NO_CONTENT = {"people_version", "accounts_version", "sqlite_sequence"}


@pytest.mark.parametrize("where", [CONVERSATIONS, ACCOUNTS])
def test_every_table_is_in_the_list_once(stores: Stores, settings: Settings, where: str) -> None:
    """Who adds a table says what it holds, how it is protected and when it goes."""
    listed = sorted(table for each in STORES if each.where == where for table in each.tables)
    urls = {CONVERSATIONS: settings.conversations_url, ACCOUNTS: settings.accounts_url}
    there = set(inspect(create_engine(urls[where], future=True)).get_table_names()) - NO_CONTENT
    assert listed == sorted(there)


def test_what_is_said_of_each_store_follows_the_settings() -> None:
    said = " ".join(
        each.until(load_settings({"HAQ_KEEP_DAYS": "7", "HAQ_KEEP_AUDIT_DAYS": "90"})) for each in STORES
    )
    assert "7 days after the last message" in said and "90 days" in said and " 30 days" not in said


@pytest.mark.parametrize("value", ["0", "-1", "x", "3651", "1.5"])
def test_days_that_make_no_sense_are_refused(value: str) -> None:
    for name in ("HAQ_KEEP_DAYS", "HAQ_KEEP_AUDIT_DAYS"):
        with pytest.raises(SettingsError, match=name):
            load_settings({name: value})


def test_keep_days_holds_for_conversations(stores: Stores, tmp_path: Path) -> None:
    stores.conversations.put("a", "x")
    stores.people.ask_for_person("rest", "a", "en", {})
    engine = stores.databases[0]
    for days, left in ((6, 1), (8, 0)):
        old = clock.now(-timedelta(days=days))
        with engine.begin() as connection:
            connection.execute(text("UPDATE conversation SET updated_at = :old"), {"old": old})
            connection.execute(text("UPDATE handoff SET changed_at = :old"), {"old": old})
        week = load_settings({"HAQ_VAR_DIR": str(tmp_path), "HAQ_KEEP_DAYS": "7"})
        housekeeping.tidy(stores, week)
        assert (stores.conversations.get("a") is not None) == bool(left) and len(
            stores.people.queue()
        ) == left


def test_statistics_and_the_audit_log_go_too(
    stores: Stores, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.people.note("helped", "en", "wages", {})
    stores.accounts.note("amina", "opened chat", {"chat": 1})
    stores.accounts.sign_in(stores.accounts.add("amina", ["viewer"]).id)
    engine = stores.databases[0]
    with engine.begin() as connection:
        connection.execute(text(
            "INSERT INTO asked (week, topic, origin, destination, sector, language, channel, outcome, detail,"
            " number, record_key) VALUES ('2020-W01', '', '', '', '', 'en', 'rest', 'answered', '', 1, 1)"
        ))  # fmt: skip
    done = housekeeping.tidy(stores, settings)
    assert sum(done.values()) == 1, "the count of 2020 alone"
    now = accounts_clock.now() + timedelta(days=STATISTICS_KEPT.days + 1)
    monkeypatch.setattr(clock, "moment", lambda: now)
    monkeypatch.setattr(accounts_clock, "now", lambda: now)
    done = {
        what.split(":")[0].split(",")[0]: number
        for what, number in housekeeping.tidy(stores, settings).items()
    }
    assert done["feedback on answers"] == done["audit log"] == done["sessions of the desk"] == 1
    assert stores.people.feedback() == [] and stores.accounts.log.entries() == []


def test_logs_that_were_put_aside_go(stores: Stores, settings: Settings) -> None:
    settings.log_dir.mkdir()
    old, new = settings.log_dir / "desk.log.1", settings.log_dir / "desk.log"
    for path in (old, new):
        path.write_text("x")
        os.utime(path, (0, time.time() - 31 * 24 * 3600))
    assert housekeeping.tidy(stores, settings)["logs"] == 1
    assert not old.exists() and new.exists()


def test_locks_of_dead_processes_go(stores: Stores, settings: Settings) -> None:
    engine = stores.databases[0]
    with engine.begin() as connection:
        for name, age in (("dead", 25), ("alive", 1)):
            row = {"name": name, "until": time.time() - age * 3600}
            connection.execute(text("INSERT INTO conversation_lock VALUES (:name, '', :until)"), row)
    housekeeping.tidy(stores, settings)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM conversation_lock")).scalars().all() == ["alive"]


def test_the_program_keeps_house_while_it_runs_and_outlives_a_failure(
    stores: Stores, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried, tidied = threading.Event(), threading.Event()

    def tidy(*_: object) -> dict[str, int]:
        if not tried.is_set():
            tried.set()
            raise OSError("the disk of +97433123456 is full")
        tidied.set()
        return {"conversation: x": 3}

    for name in ("_FIRST_SECONDS", "EVERY_SECONDS", "AFTER_FAILURE_SECONDS"):
        monkeypatch.setattr(housekeeping, name, 0.01)
    monkeypatch.setattr(housekeeping, "tidy", tidy)
    with caplog.at_level("INFO"):
        ended = housekeeping.start(settings)
        assert tidied.wait(10)
        time.sleep(0.05)
        ended.set()
    assert "cannot be erased now: OSError" in caplog.text and "97433" not in caplog.text
    assert "3 of conversation" in caplog.text


def test_a_key_file_that_is_broken_for_a_while_does_not_end_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A thread that ended would say nothing, and nothing would be erased any more."""
    tried, tidied = threading.Event(), threading.Event()

    def open_them(_: Settings) -> object:
        if not tried.is_set():
            tried.set()
            raise KeyFileError("The file is empty.")
        return object()

    for name in ("_FIRST_SECONDS", "EVERY_SECONDS", "AFTER_FAILURE_SECONDS"):
        monkeypatch.setattr(housekeeping, name, 0.01)
    monkeypatch.setattr(housekeeping, "open_stores", open_them)
    monkeypatch.setattr(housekeeping, "tidy", lambda *_: tidied.set() or {})
    ended = housekeeping.start(settings)
    assert tidied.wait(10)
    ended.set()
    assert "cannot be erased now: KeyFileError" in caplog.text


def test_what_people_erased_leaves_the_log_of_sqlite_within_the_hour(
    stores: Stores, settings: Settings
) -> None:
    """Also in an hour in which nothing has had its time."""
    stores.conversations.put("a", "x")
    stores.conversations.erase("a")
    log = settings.var_dir / "conversations.db-wal"
    assert log.stat().st_size > 0
    assert not any(housekeeping.tidy(stores, settings).values())
    assert log.stat().st_size == 0


def test_it_runs_at_least_hourly() -> None:
    assert housekeeping.EVERY_SECONDS <= 3600
