"""Passwords: which will do, and their Argon2 hashes."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.desk.accounts.problems import AccountError, Problem

SHORTEST, LONGEST = 12, 200
_FEWEST_LETTERS = 6  # different ones
_ROWS = ("0123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "azertyuiop")
_LONGEST_ROW = 6
_hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)  # above OWASP's least
_NOBODYS = "$argon2id$v=19$m=32768,t=3,p=1$c29tZWJvZHkncyBzYWx0$0000000000000000000000000000000000000000000"


def check_quality(password: str, name: str) -> None:
    """Raises AccountError for a password that others would guess soon."""
    if len(password) < SHORTEST:
        raise AccountError(Problem.PASSWORD_SHORT)
    if len(password) > LONGEST:
        raise AccountError(Problem.PASSWORD_LONG)
    plain = password.casefold()
    if len(set(plain)) < _FEWEST_LETTERS or name.partition("@")[0] in plain or _is_row(plain):
        raise AccountError(Problem.PASSWORD_EASY)


def _is_row(plain: str) -> bool:
    """Whether keys in a row make up most of it."""
    pieces = [plain[start : start + _LONGEST_ROW] for start in range(0, len(plain) - _LONGEST_ROW + 1)]
    return 2 * sum(any(piece in row for row in _ROWS) for piece in pieces) > len(pieces)


def hashed(password: str) -> str:
    """As it is kept."""
    return _hasher.hash(password)


def is_right(kept: str | None, password: str) -> bool:
    """Whether it is the password; takes as long where there is none to compare with."""
    try:
        _hasher.verify(kept or _NOBODYS, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether it was hashed with other parameters than those of today."""
    return _hasher.check_needs_rehash(kept)
