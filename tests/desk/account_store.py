"""The store of accounts with a clock that a test sets, and Argon2 at the least cost."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pyotp
import pytest

from bot.desk.accounts import clock, passwords
from bot.desk.accounts.entrance import Passed
from bot.desk.accounts.problems import AccountError, Problem
from bot.desk.accounts.store import AccountStore, open_accounts
from bot.desk.visitor import Account
from bot.settings import Settings, load_settings

GOOD, OTHER = "four plain words here", "five quite other words now"
HERE = "198.51.100.7"
SESSION = "the token of a session"  # to which a new secret is shown


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 9, 0, 10, tzinfo=timezone.utc)

    def now(self) -> datetime:
        return self.moment

    def pass_by(self, **span: float) -> None:
        self.moment += timedelta(**span)


@pytest.fixture(autouse=True)
def hasher(monkeypatch: pytest.MonkeyPatch) -> passwords.PasswordHasher:
    """Argon2 at the least cost, for time's sake; gives the real one."""
    real = passwords._hasher
    cheap = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)
    monkeypatch.setattr(passwords, "_NOBODYS", cheap.hash("nobody's"))
    return real


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of all accounts."""
    made = Clock()
    monkeypatch.setattr(clock, "now", made.now)
    return made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"HAQ_VAR_DIR": str(tmp_path)})


@pytest.fixture
def store(settings: Settings, time: Clock) -> AccountStore:
    return open_accounts(settings)


def member(store: AccountStore, name: str = "amina", role: str = "caseworker") -> Account:
    """An account with a password."""
    made = store.add(name, [role])
    store.members.set_password(made.id, GOOD)
    return made


def with_phone(store: AccountStore, account: Account, time: Clock) -> pyotp.TOTP:
    """Its phone, set up a minute ago."""
    phone = pyotp.TOTP(store.factors.propose(account.id, SESSION))
    assert store.factors.confirm(account.id, SESSION, phone.at(time.now())) is not None
    time.pass_by(minutes=1)
    return phone


def log_in(store: AccountStore, name: str = "amina", password: str = GOOD, address: str = HERE) -> Passed:
    return store.entrance.by_password(name, password, address, "Firefox, Linux")


def problem_of(error: pytest.ExceptionInfo[AccountError]) -> Problem:
    return error.value.problem
