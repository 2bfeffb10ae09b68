"""What goes wrong in the middle of a backup or a restore destroys no key and leaves nobody's data behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bot.backups import postgresql, sqlite
from bot.backups.making import make_backup, make_key_backup
from bot.backups.plan import BackupError
from bot.backups.workshop import remove_leftovers, tidy_when_ended, workshop
from bot.privacy.keyring import add_key, keep_only
from bot.settings import ROOT, Settings
from tests.deploy.conftest import everything, fill, place

Run = Callable[..., tuple[int, str]]

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
TWO_DAYS = 2 * 86_400


def with_keys(settings: Settings, folder: Path, *, people: bool = True) -> tuple[Path, Path]:
    """A backup and its keys, which are rotated afterwards."""
    archive, keys = folder / "old.tar.gz", folder / "safe" / "old-keys.tar.gz"
    make_backup(settings, archive, NOW, people=people)
    make_key_backup(settings, keys, NOW)
    for file in (settings.people_key, settings.accounts_key):
        keep_only(file, add_key(file))
    return archive, keys


def half_done(folder: Path) -> list[str]:
    """The names of what is not finished."""
    return [path.name for path in folder.rglob(".haq-*")]


# -- keys -----------------------------------------------------------------------------------------


def test_keys_stay_when_the_databases_cannot_be_replaced(
    here: Settings, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key that is here may be the only one to the database that is here."""

    def fail(_copied: Path, target: Path) -> None:
        raise BackupError(f"{target} cannot be written")

    archive, keys = with_keys(here, tmp_path)
    before, secret = everything(here), here.people_key.read_bytes()
    monkeypatch.setattr(sqlite, "put_back", fail)
    code, said = run(here, "restore", archive, "--keys", keys, "--force")
    assert code == 1 and "cannot be written" in said and "Restore again" in said
    assert (everything(here), here.people_key.read_bytes()) == (before, secret)


def test_databases_stay_when_the_keys_have_no_place(
    here: Settings, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a secret store alone may write the key files."""
    from bot.backups import keys as key_files

    def fail(_content: Path, target: Path) -> None:
        raise OSError(30, "Read-only file system", str(target))

    archive, keys = with_keys(here, tmp_path)
    before = everything(here)
    monkeypatch.setattr(key_files, "made_ready", fail)
    code, said = run(here, "restore", archive, "--keys", keys, "--force")
    assert code == 1 and "Read-only" in said and everything(here) == before


def test_the_key_file_before_is_kept(here: Settings, tmp_path: Path, run: Run) -> None:
    old = here.people_key.read_bytes()
    archive, keys = with_keys(here, tmp_path)
    new = here.people_key.read_bytes()
    kept = here.people_key.with_name("conversations.key.before-restore")
    code, said = run(here, "restore", archive, "--keys", keys, "--force")
    assert code == 0 and str(kept) in said
    assert (here.people_key.read_bytes(), kept.read_bytes()) == (old, new)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert run(here, "restore", archive, "--keys", keys, "--force")[0] == 0
    assert kept.read_bytes() == new, "the same key put back again replaces nothing"


def test_keys_of_what_is_not_put_back_stay(here: Settings, tmp_path: Path, run: Run) -> None:
    archive, keys = with_keys(here, tmp_path, people=False)
    people, accounts = here.people_key.read_bytes(), here.accounts_key.read_bytes()
    code, said = run(here, "restore", archive, "--keys", keys, "--force")
    assert code == 0 and "the key of people" not in said
    assert here.people_key.read_bytes() == people and here.accounts_key.read_bytes() != accounts


# -- killed ---------------------------------------------------------------------------------------

_KILLED = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may ignore it
from bot import cli
from bot.backups import sqlite
def end(*files):
    os.kill(os.getpid(), int(sys.argv[1]))
setattr(sqlite, sys.argv[2], end)
sys.exit(cli.run(sys.argv[3:]))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_signal_leaves_nothing_half_done(
    here: Settings, tmp_path: Path, number: signal.Signals, command: str
) -> None:
    archive, keys = with_keys(here, tmp_path)
    arguments = {
        "backup": ("copy", "backup"),
        "restore": ("put_back", "restore", archive, "--keys", keys, "--force"),
    }[command]
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(int(number)), *map(str, arguments)],
        env={**os.environ, **here.environment()}, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 128 + number
    assert half_done(tmp_path) == []


def test_a_signal_that_is_ignored_stays_so() -> None:
    """`nohup haq backup` goes on when the terminal is closed; afterwards all is as it was."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with tidy_when_ended():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) != signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


def left(folder: Path, age: int) -> Iterator[Path]:
    """What killed runs leave, so many seconds old."""
    for name in (".haq-backup-a", ".haq-restore-a"):
        made = folder / name
        made.mkdir(parents=True)
        (made / "people.db").write_text("people")
        yield made
    packed = folder / ".haq-20261122T090500Z.tar.gz.making"
    packed.write_text("people")
    yield packed
    for path in folder.iterdir():
        os.utime(path, (path.stat().st_mtime - age,) * 2)


def test_what_killed_runs_left_goes_after_a_day(tmp_path: Path) -> None:
    young, old = list(left(tmp_path / "young", 60)), list(left(tmp_path / "old", TWO_DAYS))
    other = tmp_path / "old" / ".somebody"
    other.write_text("else's")
    (tmp_path / "old" / ".haq-backup-link").symlink_to(tmp_path / "young")
    for folder in ("young", "old"):
        remove_leftovers(tmp_path / folder)
    assert all(path.exists() for path in (*young, other)) and not any(path.exists() for path in old)


def test_each_backup_looks_for_them(here: Settings, tmp_path: Path, run: Run) -> None:
    """Also where databases and keys are put back."""
    old = [*left(here.var_dir / "backups", TWO_DAYS)]
    restoring = here.var_dir / ".haq-restore-b"
    restoring.mkdir()
    os.utime(restoring, (1, 1))
    assert run(here, "backup")[0] == 0
    assert not any(path.exists() for path in (*old, restoring))


def test_each_restore_looks_for_them(here: Settings, tmp_path: Path) -> None:
    list(left(tmp_path / "there", TWO_DAYS))
    with workshop(tmp_path / "there", ".haq-restore-") as folder:
        assert half_done(tmp_path) == [folder.name]
    assert half_done(tmp_path) == []


# -- running --------------------------------------------------------------------------------------

_HOLDS = """
import sqlite3, sys
opened = sqlite3.connect(sys.argv[1])
opened.execute("PRAGMA journal_mode=WAL")
opened.execute("SELECT count(*) FROM conversation").fetchone()
print("open", flush=True)
sys.stdin.read()
"""


def test_not_while_another_process_has_a_database_open(here: Settings, tmp_path: Path, run: Run) -> None:
    """An assistant that hangs gives no answer, and would go on writing to the file that is replaced."""
    archive, file = tmp_path / "a.tar.gz", here.var_dir / "conversations.db"
    make_backup(here, archive, NOW)
    before = everything(here)
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as hanging:
        assert hanging.stdout is not None and hanging.stdout.readline() == "open\n"
        code, said = run(here, "restore", archive, "--force")
        assert code == 1 and str(file) in said and "Stop Haq" in said and "put back" not in said
        with pytest.raises(BackupError, match="in use"):
            sqlite.put_back(file, file)
        hanging.communicate()
    assert everything(here) == before
    assert run(here, "restore", archive, "--force")[0] == 0


def test_a_damaged_database_can_be_replaced(here: Settings, tmp_path: Path, run: Run) -> None:
    archive = tmp_path / "a.tar.gz"
    make_backup(here, archive, NOW)
    before = everything(here)
    (here.var_dir / "conversations.db").write_bytes(b"no database at all" * 1000)
    assert run(here, "restore", archive, "--force")[0] == 0
    assert everything(here) == before


# -- PostgreSQL of another version ------------------------------------------------------------------

SCRIPT = r"""--
-- PostgreSQL database dump
--

\restrict abc

SET statement_timeout = 0;
SET lock_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);

CREATE TABLE public.story (words text);

COPY public.story (words) FROM stdin;
SET transaction_timeout = 0;
\.
"""


def test_a_script_of_newer_programs_is_made_fit(tmp_path: Path) -> None:
    """The same words in somebody's text stay."""
    script = tmp_path / "a.sql"
    script.write_text(SCRIPT)
    postgresql.fit_older_server(script)
    fit = SCRIPT.replace("SET transaction_timeout", "--T transaction_timeout", 1)
    assert script.read_text() == fit
    postgresql.fit_older_server(script)
    assert script.read_text() == fit


@pytest.mark.slow
def test_newer_programs_and_an_older_server(
    postgresql: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.backups import postgresql as programs

    if programs.server_version(postgresql) >= 17:
        pytest.skip("the server knows the setting")
    here, archive = place(tmp_path / "here", postgresql), tmp_path / "a.tar.gz"
    fill(here, 1)
    before = everything(here)
    make_backup(here, archive, NOW)
    whole = programs._run

    def newer(program: str, url: str | None, *arguments: str) -> None:
        whole(program, url, *arguments)
        for each in arguments:
            if program == "pg_restore" and each.startswith("--file="):
                script = Path(each.removeprefix("--file="))
                script.write_bytes(b"SET transaction_timeout = 0;\n" + script.read_bytes())

    monkeypatch.setattr(programs, "_run", newer)
    code, said = run(here, "restore", archive, "--force")
    assert code == 0, said
    assert everything(here) == before
