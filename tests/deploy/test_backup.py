"""`haq backup` and `haq restore`: what comes back is what was there, and nothing is lost by mistake."""

from __future__ import annotations

import gzip
import json
import socket
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.backups.making import drop_expired, file_name, make_backup
from bot.backups.plan import PARTS, tables_of
from bot.backups.restoring import check_backup
from bot.desk.accounts.store import open_accounts
from bot.privacy.stores import open_stores
from bot.settings import Settings
from tests.deploy.conftest import everything, fill, place
from tests.privacy.people import workers
from tests.servers import Server, empty_database

Run = Callable[..., tuple[int, str]]


class Saved(NamedTuple):
    """A Haq on PostgreSQL, and what was saved of it."""

    settings: Settings
    archive: Path
    keys: Path


NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)


def names_in(archive: Path) -> list[str]:
    with tarfile.open(archive) as tar:
        return tar.getnames()


def test_into_a_fresh_folder(here: Settings, tmp_path: Path, run: Run) -> None:
    """Every row of every database, a revision made at the desk among them, can be read again."""
    before, keys = everything(here), tmp_path / "safe" / "keys.tar.gz"
    keys.parent.mkdir()
    code, said = run(here, "backup", "--keys", keys)
    assert code == 0, said
    (archive,) = (here.var_dir / "backups").iterdir()
    assert names_in(archive) == ["manifest.json", "rules.db", "people.db", "accounts.db"]
    assert names_in(keys) == ["manifest.json", "people.key", "accounts.key"]
    assert (archive.stat().st_mode & 0o777, keys.stat().st_mode & 0o777) == (0o600, 0o600)
    there = place(tmp_path / "there")
    code, said = run(there, "restore", archive, "--keys", keys)
    assert code == 0, said
    assert everything(there) == before
    assert any("rule/made-at-the-desk" in row for row in before["0"]["revision"])
    assert {each.name for each in there.var_dir.iterdir()} >= {"haq.db", "conversations.key"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in there.var_dir.glob("*.*"))
    stores = open_stores(there)
    someone = workers(5)[3]
    assert someone.words in str(stores.conversations.get(someone.address))  # opened with the key
    for engine in stores.databases:
        engine.dispose()


def test_what_people_wrote_stands_in_no_backup(here: Settings, tmp_path: Path) -> None:
    archive = tmp_path / "a.tar.gz"
    make_backup(here, archive, NOW)
    raw = gzip.decompress(archive.read_bytes())
    assert b"SQLite format 3" in raw
    assert [mark for each in workers(5) for mark in each.marks if mark.encode() in raw] == []
    for key in (here.people_key, here.accounts_key):
        secrets = [line.split()[-1] for line in key.read_text().splitlines()]
        assert secrets and not any(
            secret.encode() in raw or bytes.fromhex(secret) in raw for secret in secrets
        )


def test_without_people(here: Settings, tmp_path: Path, run: Run) -> None:
    code, said = run(here, "backup", "--without-people")
    assert code == 0 and "People stand in it" not in said
    (archive,) = (here.var_dir / "backups").iterdir()
    assert names_in(archive) == ["manifest.json", "rules.db", "accounts.db"]
    there = place(tmp_path / "there")
    there.var_dir.mkdir()
    there.accounts_key.write_bytes(here.accounts_key.read_bytes())
    assert run(there, "restore", archive)[0] == 0
    assert not (there.var_dir / "conversations.db").exists()
    assert everything(there)["0"] == everything(here)["0"]


def test_people_in_a_shared_file_cannot_be_left_out(tmp_path: Path, run: Run) -> None:
    one = place(tmp_path, f"sqlite:///{tmp_path / 'one.db'}")
    fill(one, 1)
    code, said = run(one, "backup", "--without-people")
    assert code == 1 and "HAQ_CONVERSATIONS_URL" in said
    assert list(tmp_path.glob("backups/*")) == []
    assert run(one, "backup")[0] == 0


def test_while_somebody_writes(here: Settings, tmp_path: Path) -> None:
    """A copy is of one moment: two rows that come in one transaction are both there, or neither."""
    file = here.var_dir / "conversations.db"
    begun, over = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(file, timeout=30)) as writing:
            number = 0
            while not over.is_set():
                number += 1
                for name in ("a", "b"):
                    writing.execute("INSERT INTO desk_presence VALUES (?, 'x')", (f"{name}{number}",))
                writing.commit()
                begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(30)
        sizes = []
        for number in range(4):
            target = tmp_path / f"{number}.tar.gz"
            make_backup(here, target, NOW)
            with tarfile.open(target) as tar:
                tar.extract("people.db", tmp_path)
            with closing(sqlite3.connect(tmp_path / "people.db")) as copied:
                found = [name for (name,) in copied.execute("SELECT worker FROM desk_presence")]
            assert sorted(f"b{each[1:]}" for each in found if each[0] == "a") == sorted(
                each for each in found if each[0] == "b"
            )
            sizes.append(len(found))
    finally:
        over.set()
        writer.join()
    assert sizes[-1] > sizes[0] > 0


def test_nothing_is_replaced_unasked(here: Settings, tmp_path: Path, run: Run) -> None:
    archive = tmp_path / "a.tar.gz"
    assert run(here, "backup", archive)[0] == 0
    first = archive.read_bytes()
    code, said = run(here, "backup", archive)
    assert (code, archive.read_bytes()) == (2, first) and "--force" in said
    before = everything(here)
    code, said = run(here, "restore", archive)
    assert code == 1 and "haq.db already" in said and "--force" in said
    with closing(sqlite3.connect(here.var_dir / "conversations.db")) as changing:
        changing.execute("DELETE FROM conversation")
        changing.commit()
    assert everything(here) != before
    assert run(here, "restore", archive, "--force")[0] == 0
    assert everything(here) == before


def test_a_new_folder_has_a_slash_at_its_end(here: Settings, tmp_path: Path, run: Run) -> None:
    assert run(here, "backup", f"{tmp_path}/new/")[0] == 0
    (made,) = (tmp_path / "new").iterdir()
    assert made.name.startswith("haq-2") and made.name.endswith("Z.tar.gz")
    assert run(here, "backup", tmp_path / "file")[0] == 0
    assert (tmp_path / "file").is_file()


def test_a_damaged_file_changes_nothing(here: Settings, tmp_path: Path, run: Run) -> None:
    archive, there = tmp_path / "a.tar.gz", place(tmp_path / "there")
    make_backup(here, archive, NOW)
    assert run(here, "restore", "--check", archive)[0] == 0
    whole = archive.read_bytes()
    unpacked = bytearray(gzip.decompress(whole))
    unpacked[unpacked.index(b"SQLite format 3") + 5000] ^= 1
    for damaged in (whole[: len(whole) // 2], b"", b"no backup", gzip.compress(bytes(unpacked))):
        archive.write_bytes(damaged)
        for arguments in (("restore", archive), ("restore", "--check", archive)):
            code, said = run(there, *arguments)
            assert code == 1 and ("damaged" in said or "cut short" in said), said
    assert list(there.var_dir.iterdir()) == []


@pytest.mark.parametrize("name", ["../evil.db", "/evil.db", "evil.sh", "manifest.json"])
def test_a_forged_list_writes_nowhere_else(tmp_path: Path, name: str, run: Run) -> None:
    archive, inside = tmp_path / "a.tar.gz", tmp_path / "x"
    entry = {"file": name, "kind": "sqlite", "parts": ["rules"], "bytes": 4, "sha256": "0"}
    told = {"format": 1, "made": "", "program": "", "entries": [entry], "keep_until": None, "keys": {}}
    inside.write_text(json.dumps(told))
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(inside, "manifest.json")
        tar.add(inside, name)
    code, said = run(place(tmp_path / "there"), "restore", archive)
    assert code == 1 and "makes no sense" in said
    assert not (tmp_path / "evil.db").exists() and not Path("/evil.db").exists()


def test_without_its_keys_it_is_not_put_back(here: Settings, tmp_path: Path, run: Run) -> None:
    """Else new keys would be made at the start, and nothing could be read, without a word."""
    archive, there = tmp_path / "a.tar.gz", place(tmp_path / "there")
    make_backup(here, archive, NOW)
    code, said = run(there, "restore", archive)
    assert code == 1 and "--keys" in said and list(there.var_dir.iterdir()) == []
    open_stores(there)  # other keys
    assert run(there, "restore", archive, "--force")[0] == 1


def test_other_keys_are_not_replaced_unasked(here: Settings, tmp_path: Path, run: Run) -> None:
    archive, keys, there = tmp_path / "a.tar.gz", tmp_path / "safe" / "keys.tar.gz", place(tmp_path / "there")
    assert run(here, "backup", archive, "--keys", keys)[0] == 0
    there.var_dir.mkdir()
    there.people_key.write_text(f"{'ab' * 32}\n")
    code, said = run(there, "restore", archive, "--keys", keys)
    assert code == 1 and "another key file" in said
    assert there.people_key.read_text() == f"{'ab' * 32}\n" and not (there.var_dir / "haq.db").exists()
    assert run(there, "restore", archive, "--keys", keys, "--force")[0] == 0
    assert there.people_key.read_bytes() == here.people_key.read_bytes()


def test_not_while_haq_runs(here: Settings, tmp_path: Path, run: Run) -> None:
    archive = tmp_path / "a.tar.gz"
    make_backup(here, archive, NOW)

    def answer() -> None:
        line, _ = listening.accept()
        with line:
            line.recv(4096)
            line.sendall(b'HTTP/1.0 200 OK\r\n\r\n{"service": "desk"}')

    with socket.create_server(("127.0.0.1", here.desk_port)) as listening:
        thread = threading.Thread(target=answer)
        thread.start()
        code, said = run(here, "restore", archive, "--force")
        thread.join()
    assert code == 1 and "The desk runs" in said and "Stop Haq" in said


def test_a_missing_database_is_named(tmp_path: Path, run: Run) -> None:
    code, said = run(place(tmp_path), "backup")
    assert code == 1 and "haq.db" in said and "HAQ_DATABASE_URL" in said
    assert list(tmp_path.glob("**/*haq*")) == []


def test_what_has_had_its_time_goes(here: Settings, tmp_path: Path) -> None:
    """People stand in a backup no longer than anywhere else; the law may stay."""
    day = timedelta(days=1)
    made = [
        make_backup(here, tmp_path / file_name(when, people), when, people=people)
        for when in (NOW, NOW + day)
        for people in (True, False)
    ]
    assert [each.keep_until for each in made] == ["2026-12-22", None, "2026-12-23", None]
    (tmp_path / "haq-notes.tar.gz").write_text("of somebody else")
    assert list(drop_expired(tmp_path, NOW + 30 * day)) == []
    assert [each.name for each in drop_expired(tmp_path, NOW + 31 * day)] == ["haq-20261122T090000Z.tar.gz"]
    assert len(list(tmp_path.glob("haq-*"))) == 4


def test_it_goes_also_when_no_new_one_can_be_made(here: Settings, run: Run) -> None:
    old = here.var_dir / "backups" / file_name(NOW - timedelta(days=4000), people=True)
    make_backup(here, old, NOW - timedelta(days=4000))
    (here.var_dir / "accounts.db").unlink()
    code, said = run(here, "backup")
    assert code == 1 and old.name in said and not old.exists()


@pytest.mark.parametrize("name", ["a.tar.gz", "keys.tar.gz", "x/../keys.tar.gz", ""])
def test_keys_do_not_lie_beside_the_backup(here: Settings, tmp_path: Path, run: Run, name: str) -> None:
    """Nor in its place, which would leave no backup at all."""
    (tmp_path / "x").mkdir()
    code, said = run(here, "backup", tmp_path / "a.tar.gz", "--keys", tmp_path / name, "--force")
    assert code == 2 and "--keys" in said and list(tmp_path.glob("*.gz")) == []
    into = here.var_dir / "backups"
    assert run(here, "backup", "--keys", into / "keys.tar.gz")[0] == 2 and not into.exists()


def test_keys_that_change_meanwhile(
    here: Settings, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.backups import sqlite
    from bot.privacy.keyring import add_key

    copy = sqlite.copy

    def slow(source: Path, target: Path) -> None:
        copy(source, target)
        add_key(here.people_key)

    monkeypatch.setattr(sqlite, "copy", slow)
    code, said = run(here, "backup", tmp_path / "a.tar.gz")
    assert code == 1 and "again" in said and not (tmp_path / "a.tar.gz").exists()


@pytest.mark.slow
class TestPostgresql:
    """The same with the real server: one database for all, whose dump another one takes."""

    @pytest.fixture
    def saved(self, postgresql: str, tmp_path: Path, run: Run) -> Saved:
        here = place(tmp_path / "here", postgresql)
        fill(here, 2)
        archive, keys = tmp_path / "a.tar.gz", tmp_path / "safe" / "keys.tar.gz"
        code, said = run(here, "backup", archive, "--keys", keys)
        assert code == 0, said
        return Saved(here, archive, keys)

    @pytest.fixture
    def there(self, postgresql_server: Server, tmp_path: Path) -> Settings:
        return place(tmp_path / "there", empty_database(postgresql_server))

    def test_there_and_back(self, saved: Saved, there: Settings, run: Run) -> None:
        before = everything(saved.settings)
        assert {*before["0"]} == {name for part in PARTS for name in tables_of(part)}  # nothing is forgotten
        assert names_in(saved.archive) == ["manifest.json", "rules-people-accounts.dump"]
        assert check_backup(saved.archive).parts == PARTS
        raw = gzip.decompress(saved.archive.read_bytes())
        assert [mark for each in workers(2) for mark in each.marks if mark.encode() in raw] == []
        code, said = run(there, "restore", saved.archive, "--keys", saved.keys)
        assert code == 0, said
        assert everything(there) == before

    @pytest.mark.thorough
    def test_over_what_is_there(self, saved: Saved, there: Settings, run: Run) -> None:
        before = everything(saved.settings)
        assert run(there, "restore", saved.archive, "--keys", saved.keys)[0] == 0
        code, said = run(there, "restore", saved.archive)
        assert code == 1 and "--force" in said
        fill_more(there)  # numbers of rows go on where they were
        assert everything(there) != before
        assert run(there, "restore", saved.archive, "--force")[0] == 0
        assert everything(there) == before
        open_stores(there)  # connected: somebody may be writing
        code, said = run(there, "restore", saved.archive, "--force")
        assert code == 1 and "connected" in said

    @pytest.mark.thorough
    def test_without_people(self, saved: Saved, there: Settings, tmp_path: Path, run: Run) -> None:
        law = tmp_path / "law.tar.gz"
        assert run(saved.settings, "backup", "--without-people", law)[0] == 0
        there.var_dir.mkdir()
        there.accounts_key.write_bytes(saved.settings.accounts_key.read_bytes())
        assert run(there, "restore", law)[0] == 0
        assert {*everything(there)["0"]} == {*tables_of("rules"), *tables_of("accounts")}

    @pytest.mark.thorough
    def test_not_into_another_kind_of_database(self, saved: Saved, tmp_path: Path, run: Run) -> None:
        files = place(tmp_path / "files")
        code, said = run(files, "restore", saved.archive, "--keys", saved.keys)
        assert code == 1 and "HAQ_DATABASE_URL" in said and list(files.var_dir.iterdir()) == []


def fill_more(settings: Settings) -> None:
    """Adds a person who works at the desk; nobody is connected afterwards."""
    accounts = open_accounts(settings)
    accounts.add("bina", ("editor",), "en")
    accounts.members._engine.dispose()
