"""Limits on how often somebody may write: kind, per person or address, and never in the way of a danger."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from bot.channels.accounts import Account, Accounts, InProcess
from bot.language.emergency import detect
from bot.language.identification import likely
from bot.language.scope import scope

Verdict = Literal["take", "say_wait", "ignore"]
_REPEATS_FORGOTTEN = 60.0  # seconds after which the same words are no repetition
_JUDGED_KEPT = 32  # messages of each; somewhat more than a burst


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

    def judge(
        self, who: str, words: str, now: float, urgent: Callable[[], bool], message: str = ""
    ) -> Verdict:
        """Whether a message is taken; one that tells of a danger always is.

        `message`: its id. One that comes again, because it could not be kept, is judged as before, and
        counts once.
        """
        digest = self._accounts.digest(words) if words else ""
        name = self._name(message) if message else ""

        def judged(account: Account | None) -> tuple[Account, Verdict]:
            before = _verdict_before(account, name)
            if account is not None and before is not None:
                return account, before
            changed, verdict = _judged(account, self._limit, digest, now, urgent)
            return (_remembered(changed, name, verdict) if name else changed), verdict

        return self._accounts.change(who, judged)

    def _name(self, message: str) -> str:
        """A short name of a message's id."""
        return hashlib.sha256(self._accounts.digest(message).encode()).hexdigest()[:16]

    def seconds_to_wait(self, who: str, now: float) -> int:
        """How long until one more is taken."""

        def looked(account: Account | None) -> tuple[Account, float]:
            found = _refilled(account, self._limit, now)
            return found, found.tokens

        missing = 1 - self._accounts.change(who, looked)
        return max(1, round(missing * 60 / self._limit.per_minute))


def _verdict_before(account: Account | None, name: str) -> Verdict | None:
    """What was said to a message before."""
    said = account.judged.split() if account is not None and name else []
    return next((each for each in get_args(Verdict) if f"{name}:{each}" in said), None)


def _remembered(account: Account, name: str, verdict: Verdict) -> Account:
    said = [*account.judged.split(), f"{name}:{verdict}"]
    return replace(account, judged=" ".join(said[-_JUDGED_KEPT:]))


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
