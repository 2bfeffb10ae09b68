"""Keys and backups: an archive of the key files alone, and whether keys open what a backup holds.

They are never packed with the databases: who finds such a file could read everything.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.backups.plan import BackupError
from bot.privacy.keyring import Ring, parse_ring


def names_of(path: Path) -> tuple[str, ...]:
    """The names of the keys in a file: first that of the hashes, then those that seal. Empty: no file."""
    return _names(ring) if (ring := _ring(path)) is not None else ()


def missing(path: Path, wanted: Sequence[str]) -> bool:
    """Whether the file lacks keys that a backup was made with."""
    return not set(wanted) <= {*names_of(path)}


def put(content: Path, target: Path) -> None:
    """Puts a key file in its place, whole, readable by its owner alone."""
    target.parent.mkdir(parents=True, exist_ok=True)
    number, made = tempfile.mkstemp(dir=target.parent, prefix=f"{target.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content.read_bytes())
            file.flush()
            os.fsync(file.fileno())
        Path(made).replace(target)
    finally:
        Path(made).unlink(missing_ok=True)


def _ring(path: Path) -> Ring | None:
    try:
        return parse_ring(path.read_text())
    except FileNotFoundError:
        return None
    except (ValueError, UnicodeDecodeError):
        raise BackupError(f"The key file {path} makes no sense. Put the right one back first.") from None


def _names(ring: Ring) -> tuple[str, ...]:
    person = hmac.new(ring.person, b"name in a backup", hashlib.sha256).hexdigest()[:8]
    return (person, *(key.id for key in ring.sealing))
