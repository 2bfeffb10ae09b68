"""A folder for the numbers of each kind of process, and in it a place for each process.

Several processes answer at one address, and any of them is asked for the numbers of all: each keeps its own
in files that the others read. A process that starts again goes on with the files of one that has ended, so
that they do not grow in number; when none is left, whoever starts first starts from nothing.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MOST = 256  # processes of a kind

_KINDS = ("counter", "histogram", "gauge_livesum")  # a file each
_ROOM_BYTES = 256 * 1024  # several times what our numbers need


@dataclass(frozen=True)
class Slot:
    """The place of one process; held until it ends, however it ends."""

    folder: Path
    number: int
    _held: IO[str]  # closed with the process: the lock goes with it


def take_slot(folder: Path) -> Slot:
    """The first free place of a folder. Raises OSError when the folder cannot be written or all are taken."""
    folder.mkdir(parents=True, exist_ok=True)
    with _door(folder):
        if not any(_process_of(path) for path in folder.glob("slot-*.lock")):
            for old in folder.glob("*.db"):
                old.unlink(missing_ok=True)
        for number in range(MOST):
            held = _lock(folder / f"slot-{number}.lock")
            if held is not None:
                held.truncate(0)
                held.write(str(os.getpid()))
                held.flush()
                for kind in _KINDS:
                    _take_room(folder / f"{kind}_{number}.db")
                return Slot(folder, number, held)
    raise OSError(f"All {MOST} places in {folder} are taken.")


def _take_room(path: Path) -> None:
    """Takes its room on the disk now: prometheus-client writes into mapped files with holes, and a process
    that does so on a full disk is killed (SIGBUS)."""
    with path.open("ab") as file:
        os.posix_fallocate(file.fileno(), 0, _ROOM_BYTES)


def living(folder: Path) -> dict[int, int]:
    """The processes that run: place → process id."""
    found = {}
    for path in folder.glob("slot-*.lock"):
        process = _process_of(path)
        if process:
            found[int(path.stem.removeprefix("slot-"))] = process
    return dict(sorted(found.items()))


def clear_dead(folder: Path) -> None:
    """Drops what processes that have ended were in the middle of (gauges); what they counted stays."""
    with _door(folder):
        alive = living(folder)
        for path in folder.glob("gauge_live*.db"):
            number = path.stem.rpartition("_")[2]
            if number.isdecimal() and int(number) not in alive:
                path.unlink(missing_ok=True)


@contextmanager
def _door(folder: Path) -> Iterator[None]:
    """One process at a time takes a place, or tidies."""
    with (folder / "door.lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield


def _lock(path: Path) -> IO[str] | None:
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _process_of(path: Path) -> int:
    """The id of the process that holds a place; 0 when none does."""
    with path.open() as file:
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return 0
        written = file.read().strip()
    return int(written) if written.isdecimal() else 0
