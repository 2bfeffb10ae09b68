"""Sealing what is kept of people: conversations, where to write to, what the desk and a worker wrote.

The keys stand beside the database, not in it; without them the rows are noise. A sealed text names its key
and opens in its own place alone: nobody who can write to the database can pass a note off as an address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from bot.privacy.keyring import Key, KeyRing


class SealError(ValueError):
    """Something that cannot be opened with these keys, or not in this place."""


class Sealer:
    """Hashes persons and seals texts with the keys of a file."""

    def __init__(self, key_file: Path) -> None:
        """Makes the file when it is missing. Raises KeyFileError for one that cannot be used."""
        self._keys = KeyRing(key_file)

    def person(self, sender: str) -> str:
        """The same hash under which the conversation of a person is kept."""
        # Old files derive a sealing key as the hash of this word: it must not become anybody's hash.
        safe = "sealing " if sender == "sealing" else sender
        return hmac.new(self._keys.person, safe.encode(), hashlib.sha256).hexdigest()

    def seal(self, text: str, place: str) -> str:
        """A text that only the holder of the key can read, and only in this place (`places.py`)."""
        key = self._keys.now().newest
        return f"{key.id}.{_fernet(key, place).encrypt(text.encode()).decode()}"

    def open(self, sealed: str, place: str) -> str:
        """The text that was sealed. Raises SealError for another key's, another place's, or nobody's."""
        name, dot, token = sealed.partition(".")
        if not dot:
            return self._open_old(sealed)
        for key in self._keys.opening(name):
            try:
                return _fernet(key, place).decrypt(token.encode()).decode()
            except InvalidToken as error:
                raise SealError("This was not sealed for this place.") from error
        raise SealError("This was sealed with a key that is not here.")

    @property
    def fingerprint(self) -> str:
        """By which a database knows the key of its hashes again."""
        return self._keys.fingerprint

    def newest(self) -> str:
        """The id of the key that seals now: what it sealed begins with this and a dot."""
        return self._keys.now().newest.id

    def _open_old(self, sealed: str) -> str:
        """What earlier versions sealed names no key and knows no place."""
        for key in self._keys.opening():
            try:
                return Fernet(base64.urlsafe_b64encode(key.secret)).decrypt(sealed.encode()).decode()
            except (InvalidToken, ValueError):
                continue
        raise SealError("This was sealed with another key.")


@lru_cache(maxsize=256)
def _fernet(key: Key, place: str) -> Fernet:
    """A key of its own for each place."""
    derived = hmac.new(key.secret, f"place {place}".encode(), hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(derived))
