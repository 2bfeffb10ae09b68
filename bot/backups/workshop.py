"""Half-done work of backups: it stands in folders of its own, and never stays.

People stand in it as in a backup, but nothing would ever erase it.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

BACKUP: Final = ".haq-backup-"
RESTORE: Final = ".haq-restore-"
_LEFT: Final = (f"{BACKUP}*", f"{RESTORE}*", ".haq-*.tar.gz.making")
_OLD_SECONDS: Final = 86_400
_ENDINGS: Final = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def workshop(folder: Path, prefix: str) -> Iterator[Path]:
    """A folder inside another, its owner's alone; gone afterwards, as is what killed runs left there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    remove_leftovers(folder)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=folder) as name:
        yield Path(name)


def remove_leftovers(folder: Path) -> None:
    """Removes what runs that were killed more than a day ago left in a folder."""
    before = time.time() - _OLD_SECONDS
    for path in [path for pattern in _LEFT for path in folder.glob(pattern)]:
        with suppress(OSError):  # another run may do the same, and no leftover is to stop a backup
            found = path.lstat()
            if found.st_mtime > before or found.st_uid != os.geteuid():
                continue
            if stat.S_ISDIR(found.st_mode):
                shutil.rmtree(path)
            else:
                path.unlink()


def copy_privately(source: Path, target: Path) -> None:
    """Copies a file for its owner alone; the copy is on the disk, not on its way there."""
    shutil.copyfile(source, target)
    target.chmod(0o600)
    with target.open("rb") as written:
        os.fsync(written.fileno())


@contextmanager
def tidy_when_ended() -> Iterator[None]:
    """While it lasts, SIGTERM and SIGHUP end the program as Ctrl-C does: half-done work is removed.

    A signal that is ignored stays so: whoever starts us with nohup wants us to go on.
    """
    before = {each: handler for each in _ENDINGS if (handler := signal.getsignal(each)) != signal.SIG_IGN}
    for each in before:
        signal.signal(each, _end)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    for each in _ENDINGS:
        signal.signal(each, signal.SIG_IGN)  # a second one must not cut the tidying short
    raise SystemExit(128 + number)
