"""A database knows the key of its hashes: who comes with another one is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.channels.mailbox import Mailbox
from bot.channels.weblog import WebLog
from bot.people.store import PeopleStore
from bot.privacy.conversations import ConversationStore
from bot.privacy.keyring import KeyFileError
from bot.privacy.rotation import Sealed, rotate

Open = Callable[[str, Path], object]
EACH = pytest.mark.parametrize("store", [ConversationStore, Mailbox, WebLog, PeopleStore])


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'c.db'}"


@EACH
def test_a_machine_without_the_shared_key_file_is_refused(store: Open, url: str, tmp_path: Path) -> None:
    mine = tmp_path / "key"
    store(url, mine)
    store(url, mine)
    with pytest.raises(KeyFileError, match="missing") as refused:
        store(url, tmp_path / "none")
    assert "none" in str(refused.value) and not (tmp_path / "none").exists(), "it makes no key of its own"
    store(f"sqlite:///{tmp_path / 'another.db'}", tmp_path / "other")
    with pytest.raises(KeyFileError, match="not that of this database"):
        store(url, tmp_path / "other")


def test_the_key_stays_known_while_the_keys_that_seal_change(url: str, tmp_path: Path) -> None:
    ConversationStore(url, tmp_path / "key").put("a", "hello")
    rotate(Sealed("people", url, tmp_path / "key", ()), lambda _: None, pause=0)
    ConversationStore(url, tmp_path / "key")


def test_a_database_of_before_takes_the_key_that_comes_first(url: str, tmp_path: Path) -> None:
    store = ConversationStore(url, tmp_path / "key")
    with store._engine.begin() as connection:
        connection.execute(text("DELETE FROM people_key"))
    ConversationStore(url, tmp_path / "key")
    with pytest.raises(KeyFileError):
        ConversationStore(url, tmp_path / "other")


def test_what_the_database_keeps_is_not_the_key(url: str, tmp_path: Path) -> None:
    store = ConversationStore(url, tmp_path / "key")
    with store._engine.connect() as connection:
        kept = str(connection.execute(text("SELECT fingerprint FROM people_key")).scalar())
    assert len(kept) == 64 and kept not in (tmp_path / "key").read_text()
