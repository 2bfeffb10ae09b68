"""Keys and backups: an archive of the key files alone, and whether keys open what a backup holds.

They are never packed with the databases: who finds such a file could read everything.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.backups.plan import BackupError
from bot.backups.workshop import RESTORE, copy_privately, workshop
from bot.privacy.keyring import Ring, parse_ring


def names_of(path: Path) -> tuple[str, ...]:
    """The names of the keys in a file: first that of the hashes, then those that seal. Empty: no file."""
    return _names(ring) if (ring := _ring(path)) is not None else ()


def missing(path: Path, wanted: Sequence[str]) -> bool:
    """Whether the file lacks keys that a backup was made with."""
    return not set(wanted) <= {*names_of(path)}


@contextmanager
def made_ready(content: Path, target: Path) -> Iterator[Path]:
    """A copy of a key file on the disk of its place, for `put`: a place that cannot be written shows now."""
    with workshop(target.resolve().parent, RESTORE) as folder:
        ready = folder / target.name
        copy_privately(content, ready)
        yield ready


def put(ready: Path, target: Path) -> Path | None:
    """Puts a key file in its place, whole. Another one that was there stays beside it: gives where."""
    place = target.resolve()
    kept = None
    if place.exists() and place.read_bytes() != ready.read_bytes():
        kept = place.with_name(f"{place.name}.before-restore")
        copy_privately(place, kept)
    ready.replace(place)
    return kept


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
