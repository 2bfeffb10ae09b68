"""Sealing what is kept of people: conversations, where to write to, what the desk and a worker wrote.

The key stands beside the database, not in it; without it the rows are noise.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken


class SealError(ValueError):
    """Something that cannot be opened with this key."""


class Sealer:
    """Hashes persons and seals texts with keys derived from one secret."""

    def __init__(self, key_file: Path) -> None:
        self._key = read_key(key_file)
        derived = hmac.new(self._key, b"sealing", hashlib.sha256).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def person(self, sender: str) -> str:
        """The same hash under which the conversation of a person is kept."""
        return hmac.new(self._key, sender.encode(), hashlib.sha256).hexdigest()

    def seal(self, text: str) -> str:
        """A text that only the holder of the key can read."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text that was sealed. Raises SealError for what another key sealed, or nobody."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise SealError("This was sealed with another key.") from error


def read_key(path: Path) -> bytes:
    """The key of the hashes, made on first use, readable by the owner alone.

    Several processes may start at once: the file appears whole, and whoever comes second takes it.
    """
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=path.name) as made:
            made.write(secrets.token_hex(32))
            made.flush()
            with suppress(FileExistsError):
                os.link(made.name, path)
    return bytes.fromhex(path.read_text().strip())
