"""Keys of other systems, the audit log, the tables, roles and small things."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from bot.desk.accounts.browsers import browser_of, network_of
from bot.desk.accounts.entrance import Step
from bot.desk.accounts.problems import AccountError
from bot.desk.accounts.roles import May, allowed
from bot.desk.accounts.store import AccountStore
from bot.desk.accounts.tables import metadata
from bot.privacy.keyring import Ring, read_ring
from tests.desk.account_store import (
    GOOD,
    Clock,
    hasher,
    log_in,
    settings,
    store,
    time,
)  # fmt: skip

__all__ = ["hasher", "settings", "store", "time"]


def test_keys(store: AccountStore, time: Clock) -> None:
    """A key opens its scopes until it is taken back; the day of its last use is kept."""
    made = store.keys.make(" Union  website ", ["counts", "lookup", "counts"], "amina")
    token = made.token
    assert store.scopes_of_key(token) == {"lookup", "counts"}
    assert store.scopes_of_key(token + "x") is None
    assert store.scopes_of_key("") is None
    time.pass_by(days=1)
    store.scopes_of_key(token)
    (key,) = store.keys.all()
    assert (key.name, key.made_by, key.used_on) == ("Union website", "amina", "2026-03-03")
    assert token.startswith(key.start) and len(key.start) < 12
    assert (made.id, made.name) == (key.id, key.name)
    assert store.keys.revoke(key.id) == "Union website"
    assert not store.keys.revoke(key.id)
    assert store.scopes_of_key(token) is None


@pytest.mark.parametrize(
    ("name", "scopes"), [("", ["lookup"]), ("x" * 81, ["lookup"]), ("x", []), ("x", ["all"])]
)
def test_bad_keys(store: AccountStore, name: str, scopes: list[str]) -> None:
    """A name and a scope that exist."""
    with pytest.raises(AccountError):
        store.keys.make(name, scopes, "amina")
    assert store.keys.all() == []


def test_the_audit_log(store: AccountStore, time: Clock) -> None:
    """By who, what and day; a page at a time, the newest first."""
    for number in range(60):
        store.note("amina" if number % 2 else "brahim", "opened_conversation", {"handoff": number})
    time.pass_by(days=1)
    store.note("amina", "logged_out", {})
    log = store.log
    assert [entry.did for entry in log.entries(day=date(2026, 3, 3))] == ["logged_out"]
    assert [entry.what["handoff"] for entry in log.entries(who="brahim")] == list(range(58, -1, -2))
    page = log.entries(did="opened_conversation")
    rest = log.entries(did="opened_conversation", before=page[-1].id)
    assert [entry.what["handoff"] for entry in page + rest] == list(range(59, -1, -1))
    assert log.names() == (["amina", "brahim"], ["logged_out", "opened_conversation"])


def test_an_earlier_database_is_brought_up_to_date(tmp_path: Path, time: Clock) -> None:
    """The tables as the first version of the desk made them."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    with create_engine(url, future=True).begin() as connection:
        connection.execute(text(
            "CREATE TABLE account (id INTEGER PRIMARY KEY, name VARCHAR(80) NOT NULL UNIQUE, "
            "roles VARCHAR(80) NOT NULL, language VARCHAR(8) NOT NULL, created_at VARCHAR(32) NOT NULL)"
        ))  # fmt: skip
        connection.execute(text("INSERT INTO account VALUES (1, 'amina', 'viewer', 'en', '2026-01-01')"))
    for _ in range(2):
        store = AccountStore(url, tmp_path / "key")
    found = inspect(create_engine(url, future=True))
    for table in metadata.sorted_tables:
        assert {column["name"] for column in found.get_columns(table.name)} == set(table.columns.keys())
    store.members.set_password(1, GOOD)
    assert log_in(store).step is Step.IN


def test_roles() -> None:
    """Each as the desk's plan says; several add up; a guest only looks."""
    assert allowed([]) == {May.SEE_LAW}
    assert May.ANSWER_PEOPLE not in allowed(["admin", "editor", "reviewer", "viewer"])
    assert May.MANAGE not in allowed(["caseworker", "editor", "reviewer", "viewer"])
    assert May.REVIEW_LAW not in allowed(["editor", "caseworker", "admin"])
    assert allowed(["caseworker", "editor"]) == allowed(["caseworker"]) | allowed(["editor"])


def test_browsers_are_named_coarsely() -> None:
    """Enough to know them apart."""
    chrome = "Mozilla/5.0 (Linux; Android 9; X) AppleWebKit/537.36 (KHTML) Chrome/70.0 Mobile Safari/537.36"
    assert browser_of(chrome) == "Chrome, Android"
    assert (
        browser_of("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0")
        == "Firefox, Linux"
    )
    assert browser_of("curl/8") == ""


def test_an_ipv6_household_counts_as_one() -> None:
    """It has more addresses than anybody could count."""
    assert network_of("2001:db8:1:2::5") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::5") != network_of("2001:db8:1:2::5")
    assert network_of("198.51.100.7") == "198.51.100.7"
    assert network_of("testclient") == "unknown"


def test_a_key_file_is_one_for_all_who_start_together(tmp_path: Path) -> None:
    """Nobody reads it half made, and nobody has another key."""
    found: list[Ring] = []
    together = threading.Barrier(8)

    def start() -> None:
        together.wait()
        found.append(read_ring(tmp_path / "new" / "key"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 8 and len(set(found)) == 1 and len(found[0].person) == 32
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["key"]
    assert (tmp_path / "new" / "key").stat().st_mode & 0o077 == 0
