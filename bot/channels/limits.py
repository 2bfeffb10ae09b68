"""Limits on how often somebody may write: kind, per person or address, and never in the way of a danger."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.language.emergency import detect
from bot.language.identification import likely
from bot.language.scope import scope

Verdict = Literal["take", "say_wait", "ignore"]
_REPEATS_FORGOTTEN = 60.0  # seconds after which the same words are no repetition
_MOST_KEPT = 50_000  # people at a time; whoever was silent longest is forgotten first


@dataclass
class _Account:
    tokens: float
    at: float
    told_at: float = float("-inf")
    last: str = ""
    repeats: int = 0


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
    """Counts in this process alone: a limit per worker is enough to keep a flood from the others."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    def judge(self, who: str, words: str, now: float, urgent: Callable[[], bool]) -> Verdict:
        """Whether a message is taken; one that tells of a danger always is."""
        before = self._accounts[who].at if who in self._accounts else now
        account = self._account(who, now)
        again = bool(words) and words == account.last and now - before < _REPEATS_FORGOTTEN
        account.repeats = account.repeats + 1 if again else 0
        account.last = words
        account.tokens -= 1
        if (account.tokens >= 0 and account.repeats < self._limit.repeats) or urgent():
            account.tokens = max(account.tokens, 0.0)
            return "take"
        account.tokens = max(account.tokens, 0.0)
        if now - account.told_at < self._limit.silence:
            return "ignore"
        account.told_at = now
        return "say_wait"

    def seconds_to_wait(self, who: str, now: float) -> int:
        """How long until one more is taken."""
        missing = 1 - self._account(who, now).tokens
        return max(1, round(missing * 60 / self._limit.per_minute))

    def _account(self, who: str, now: float) -> _Account:
        account = self._accounts.pop(who, None) or _Account(self._limit.burst, now)
        refilled = account.tokens + (now - account.at) * self._limit.per_minute / 60
        account.tokens, account.at = min(self._limit.burst, refilled), now
        self._accounts[who] = account
        while len(self._accounts) > _MOST_KEPT:
            self._accounts.popitem(last=False)
        return account
