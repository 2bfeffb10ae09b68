"""The keys: one that hashes persons and stays for good, and those that seal, which are replaced in turn.

A key file is text: one line `person HEX`, then lines `seal HEX`. The first of these seals; all of them open.
A new one stands second until every process has it, and only then first (`rotation.py`). A file of one bare
HEX line is as old versions made it: both kinds of key come from it. Running processes notice a changed file
by themselves.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import logging
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Final

from bot.settings import SettingsError

logger = logging.getLogger(__name__)

_BYTES: Final = 32
_FEWEST_BYTES: Final = 16  # of a key that somebody brought along
_OPENS_ON_SECONDS: Final = 60.0
_PERSON, _SEAL = "person", "seal"
_MEND: Final = (
    "It must hold a line `person HEX` and lines `seal HEX`, each HEX of 64 hexadecimal digits. "
    "Put the file back from your backup: without it nothing that is kept of people can be read."
)


class KeyFileError(SettingsError):
    """A key file that cannot be read or makes no sense; the message names the file, never what is in it."""


@dataclass(frozen=True)
class Key:
    """A key that seals."""

    secret: bytes = field(repr=False)

    @cached_property
    def id(self) -> str:
        """A short name by which sealed texts say which key opens them; tells nothing of the key."""
        return hmac.new(self.secret, b"id", hashlib.sha256).hexdigest()[:8]


@dataclass(frozen=True)
class Ring:
    """All keys of a file."""

    person: bytes = field(repr=False)
    sealing: tuple[Key, ...]  # the one that seals first; at least one

    @property
    def newest(self) -> Key:
        """The key that seals."""
        return self.sealing[0]

    @property
    def fingerprint(self) -> str:
        """What a database keeps of the key of the hashes, to know it again; tells nothing of the key."""
        return hmac.new(self.person, b"fingerprint", hashlib.sha256).hexdigest()


def parse_ring(text: str) -> Ring:
    """The keys of a file's text. Raises ValueError, which does not repeat the text."""
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if len(lines) == 1 and len(lines[0]) == 1:
        person = _bytes(lines[0][0])
        return Ring(person, (Key(hmac.new(person, b"sealing", hashlib.sha256).digest()),))
    if any(len(line) != 2 or line[0] not in (_PERSON, _SEAL) for line in lines):
        raise ValueError("a line is neither `person HEX` nor `seal HEX`")
    persons = [_bytes(value) for kind, value in lines if kind == _PERSON]
    sealing = tuple(Key(_bytes(value)) for kind, value in lines if kind == _SEAL)
    if len(persons) != 1 or not sealing:
        raise ValueError("it needs one line `person HEX` and at least one line `seal HEX`")
    return Ring(persons[0], sealing)


def _bytes(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        raise ValueError("a key is not hexadecimal") from None
    if len(found) < _FEWEST_BYTES:
        raise ValueError("a key is too short")
    return found


def _text_of(ring: Ring) -> str:
    lines = [(_PERSON, ring.person), *((_SEAL, key.secret) for key in ring.sealing)]
    return "".join(f"{kind} {value.hex()}\n" for kind, value in lines)


def read_ring(path: Path) -> Ring:
    """The keys of a file, which is made when it is missing. Raises KeyFileError."""
    try:
        if not path.is_file():
            _make(path)
        return parse_ring(path.read_text())
    except UnicodeDecodeError:
        raise KeyFileError(f"The key file {path} is not text. {_MEND}") from None
    except ValueError as error:
        raise KeyFileError(f"The key file {path} cannot be used: {error}. {_MEND}") from None
    except OSError as error:
        raise KeyFileError(f"The key file {path} cannot be opened: {error.strerror}.") from error


def _make(path: Path) -> None:
    """Several processes may start at once: the file appears whole, and whoever comes second takes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ring = Ring(secrets.token_bytes(_BYTES), (Key(secrets.token_bytes(_BYTES)),))
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f"{path.name}.") as made:
        made.write(_text_of(ring))
        made.flush()
        os.fsync(made.fileno())
        with suppress(FileExistsError):
            os.link(made.name, path)


class KeyRing:
    """The keys of a file as they are now: a look at the file's date comes before each sealing."""

    def __init__(self, path: Path) -> None:
        """Makes the file when it is missing. Raises KeyFileError."""
        self._path = path
        self._ring = read_ring(path)
        self._seen = self._stamp()
        self._dropped: tuple[Key, ...] = ()
        self._dropped_at = 0.0

    @property
    def person(self) -> bytes:
        """The key of the hashes: the same for as long as the database lives."""
        return self._ring.person

    @property
    def fingerprint(self) -> str:
        """As `Ring.fingerprint`."""
        return self._ring.fingerprint

    def now(self) -> Ring:
        """The keys, read anew when the file changed. What cannot be read leaves those that were good."""
        stamp = self._stamp()
        if stamp is not None and stamp != self._seen:
            self._seen = stamp
            try:
                ring = read_ring(self._path)
            except KeyFileError as error:
                logger.error("The keys stay as they were: %s", error)
                return self._ring
            if ring.person != self._ring.person:
                logger.error("The key file %s is that of another database; it is not used.", self._path)
            else:
                self._dropped = tuple(set(self._ring.sealing) - set(ring.sealing))
                self._dropped_at = monotonic()
                self._ring = ring
        return self._ring

    def opening(self, name: str = "") -> list[Key]:
        """The keys that open what names this key, or no key at all.

        A key that was dropped opens on for a while: somebody may have read a row just before it was sealed
        anew. It never seals again.
        """
        keys = list(self.now().sealing)
        if monotonic() - self._dropped_at < _OPENS_ON_SECONDS:
            keys += self._dropped
        return [key for key in keys if name in ("", key.id)]

    def _stamp(self) -> tuple[int, int, int] | None:
        """What differs between two versions of the file; None while there is none."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size


def add_key(path: Path) -> str:
    """Puts a new sealing key behind the first: it opens, and seals nothing yet. Gives its id.

    Raises KeyFileError.
    """
    made = Key(secrets.token_bytes(_BYTES))
    with _alone(path):
        ring = read_ring(path)
        _replace(path, Ring(ring.person, (ring.newest, made, *ring.sealing[1:])))
    return made.id


def put_first(path: Path, name: str) -> None:
    """Has a sealing key seal from now on. Raises KeyFileError, also when the key is gone."""
    with _alone(path):
        ring = read_ring(path)
        chosen = [key for key in ring.sealing if key.id == name]
        if not chosen:
            raise KeyFileError(
                f"The new key is gone from {path}: somebody else changed the keys at the same time. "
                "Nothing was sealed with it. Run `haq privacy rotate` again."
            )
        _replace(path, Ring(ring.person, (*chosen, *(key for key in ring.sealing if key.id != name))))


def keep_only(path: Path, name: str) -> int:
    """Drops every sealing key but one, unless another seals meanwhile; gives how many went."""
    with _alone(path):
        ring = read_ring(path)
        if ring.newest.id != name:
            return 0
        _replace(path, Ring(ring.person, (ring.newest,)))
        return len(ring.sealing) - 1


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time: of two that add a key, neither may lose the other's."""
    try:
        folder = os.open(path.resolve().parent, os.O_RDONLY)
    except OSError as error:
        raise KeyFileError(f"The folder of {path} cannot be opened: {error.strerror}.") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _replace(path: Path, ring: Ring) -> None:
    """Writes the file whole, for the owner that it had: a service reads it as another user than root."""
    real = path.resolve()
    made: str | None = None
    try:
        before = real.stat()
        number, made = tempfile.mkstemp(dir=real.parent, prefix=f"{real.name}.")
        with os.fdopen(number, "w") as file:
            file.write(_text_of(ring))
            file.flush()
            os.fchmod(number, before.st_mode & 0o777)
            if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(number, before.st_uid, before.st_gid)
            os.fsync(number)
        Path(made).replace(real)
    except OSError as error:
        if made is not None:
            Path(made).unlink(missing_ok=True)
        raise KeyFileError(
            f"The key file {path} cannot be written: {error.strerror}. If your secret store writes it, "
            "change the keys there as docs/privacy.md says, then run `haq privacy reseal`."
        ) from error
