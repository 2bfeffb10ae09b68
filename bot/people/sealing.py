"""Sealing what must be readable again: where to write to, and what the desk and a worker wrote.

The key stands beside the database, not in it; without it the rows are noise.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

from cryptography.fernet import Fernet

from bot.privacy.conversations import read_key


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
        """The text that was sealed."""
        return self._fernet.decrypt(sealed.encode()).decode()
