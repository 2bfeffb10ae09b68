"""The file of a backup: a packed tar of a list (`manifest.json`) and of the files that it names.

Checksums find damage, not forgery: who can write to the file can change both.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from bot.backups.plan import PARTS, BackupError

FORMAT: Final = 1
KEY: Final = "key"
KINDS: Final = ("sqlite", "postgresql", KEY)
_LIST: Final = "manifest.json"
_PACKED: Final = "packed"
_MOST_LIST_BYTES: Final = 1_000_000
_NAME: Final = re.compile(r"[a-z]+(-[a-z]+)*\.(db|dump|key)")
_CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class Entry:
    """One file in a backup."""

    file: str
    kind: str  # one of KINDS
    parts: tuple[str, ...]
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds."""

    made: str  # the time in UTC
    program: str  # the version that made it
    entries: tuple[Entry, ...]
    keep_until: str | None = None
    """The day after which it must go, for people stand in it; None: nobody does."""
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """For each part that is sealed: names of the keys that open it. They tell nothing of the keys."""

    @property
    def parts(self) -> tuple[str, ...]:
        """All that it holds."""
        return tuple(part for entry in self.entries for part in entry.parts)


def entry_of(path: Path, kind: str, parts: tuple[str, ...]) -> Entry:
    """The entry for a file that is to be packed."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return Entry(path.name, kind, parts, path.stat().st_size, digest.hexdigest())


def pack(manifest: Manifest, folder: Path, target: Path) -> None:
    """Packs the files of a folder; the target appears whole, readable by its owner alone.

    The folder must be on the target's disk: it is packed there first.
    """
    listed = json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1).encode()
    packed = folder / _PACKED
    descriptor = os.open(packed, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=4) as tar:
            tar.addfile(_member(_LIST, len(listed)), io.BytesIO(listed))
            for entry in manifest.entries:
                with (folder / entry.file).open("rb") as content:
                    tar.addfile(_member(entry.file, entry.bytes), content)
        file.flush()
        os.fsync(file.fileno())
    packed.replace(target)


def read_manifest(archive: Path) -> Manifest:
    """The list of a backup. Raises BackupError when the file is none."""
    with _opened(archive) as tar:
        return _manifest(tar, archive)


def unpack(archive: Path, folder: Path) -> Manifest:
    """Writes the files of a backup into a folder. Raises BackupError unless each is as it was packed."""
    with _opened(archive) as tar:
        manifest = _manifest(tar, archive)
        wanted = {entry.file: entry for entry in manifest.entries}
        while (member := tar.next()) is not None:
            entry = wanted.pop(member.name, None)
            content = tar.extractfile(member) if entry is not None and member.isreg() else None
            if entry is None or content is None or member.size != entry.bytes:
                raise BackupError(f"{archive} holds {member.name!r}, which its list does not name so.")
            _write(content, folder / entry.file, entry, archive)
    if wanted:
        raise BackupError(f"{archive} is cut short: {', '.join(wanted)} is missing.")
    return manifest


def _write(content: IO[bytes], target: Path, entry: Entry, archive: Path) -> None:
    digest = hashlib.sha256()
    with target.open("wb") as file:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != entry.sha256:
        raise BackupError(
            f"{archive} is damaged: {entry.file} is not as it was written. Take another backup."
        )


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(archive, "r:gz") as tar:
            yield tar
    except (tarfile.TarError, zlib.error, EOFError) as error:
        raise BackupError(f"{archive} is damaged, or no backup of Haq.") from error


def _manifest(tar: tarfile.TarFile, archive: Path) -> Manifest:
    member = tar.next()
    content = tar.extractfile(member) if member is not None and member.isreg() else None
    if member is None or content is None or member.name != _LIST or member.size > _MOST_LIST_BYTES:
        raise BackupError(f"{archive} is no backup of Haq.")
    try:
        told = json.loads(content.read())
        if told["format"] != FORMAT:
            raise BackupError(f"{archive} was made by another version: its format is {told['format']!r}.")
        return Manifest(
            str(told["made"]), str(told["program"]), tuple(_entry(each) for each in told["entries"]),
            told["keep_until"], {part: tuple(map(str, names)) for part, names in told["keys"].items()},
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"{archive} has a list that makes no sense.") from error


def _entry(told: Mapping[str, Any]) -> Entry:
    entry = Entry(
        str(told["file"]), told["kind"], tuple(told["parts"]), int(told["bytes"]), str(told["sha256"])
    )
    if not _NAME.fullmatch(entry.file) or entry.kind not in KINDS or not set(entry.parts) <= {*PARTS}:
        raise ValueError("an entry makes no sense")
    return entry


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member
