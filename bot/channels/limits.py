"""Limits on how often somebody may write: kind, per person or address, and never in the way of a danger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from bot.channels.accounts import Account, Accounts, InProcess
from bot.language.emergency import detect
from bot.language.identification import likely
from bot.language.scope import scope

Verdict = Literal["take", "say_wait", "ignore"]
_REPEATS_FORGOTTEN = 60.0  # seconds after which the same words are no repetition


@dataclass(frozen=True)
class Limit:
    """So many messages at once, refilled at so many a minute."""

    burst: float
    per_minute: float
    repeats: int = 4  # the same words more often than this in a row are not answered again
    silence: float = 600.0  # whoever was told to wait is not told again for so many seconds


def tells_danger(words: str) -> bool:
    """Whether a message tells of a danger by the word lists; asked only of who writes too often."""
    return detect(words, scope(*likely(words))) is not None


class Limiter:
    """Counts for each who writes; by default in this process alone."""

    def __init__(self, limit: Limit, accounts: Accounts | None = None) -> None:
        self._limit = limit
        self._accounts = accounts or InProcess()

    def judge(self, who: str, words: str, now: float, urgent: Callable[[], bool]) -> Verdict:
        """Whether a message is taken; one that tells of a danger always is."""
        digest = self._accounts.digest(words) if words else ""

        def judged(account: Account | None) -> tuple[Account, Verdict]:
            return _judged(account, self._limit, digest, now, urgent)

        return self._accounts.change(who, judged)

    def seconds_to_wait(self, who: str, now: float) -> int:
        """How long until one more is taken."""

        def looked(account: Account | None) -> tuple[Account, float]:
            found = _refilled(account, self._limit, now)
            return found, found.tokens

        missing = 1 - self._accounts.change(who, looked)
        return max(1, round(missing * 60 / self._limit.per_minute))


def _judged(
    account: Account | None, limit: Limit, words: str, now: float, urgent: Callable[[], bool]
) -> tuple[Account, Verdict]:
    before = account.at if account is not None else now
    found = _refilled(account, limit, now)
    again = bool(words) and words == found.last and now - before < _REPEATS_FORGOTTEN
    repeats, tokens = found.repeats + 1 if again else 0, found.tokens - 1
    found = replace(found, tokens=max(tokens, 0.0), last=words, repeats=repeats)
    if (tokens >= 0 and repeats < limit.repeats) or urgent():
        return found, "take"
    if found.told_at is not None and now - found.told_at < limit.silence:
        return found, "ignore"
    return replace(found, told_at=now), "say_wait"


def _refilled(account: Account | None, limit: Limit, now: float) -> Account:
    if account is None:
        return Account(limit.burst, now)
    tokens = account.tokens + (now - account.at) * limit.per_minute / 60
    return replace(account, tokens=min(limit.burst, tokens), at=now)
