"""The second factor and sessions: the store, without pages."""

from __future__ import annotations

import threading
from datetime import timedelta

import pyotp
import pytest

from bot.desk.accounts.entrance import Step
from bot.desk.accounts.problems import AccountError, Problem, TooManyAttempts
from bot.desk.accounts.roles import ROLES, allowed
from bot.desk.accounts.sessions import Stage
from bot.desk.accounts.store import AccountStore
from bot.desk.accounts.throttle import OF_ACCOUNT
from bot.settings import Settings
from tests.desk.account_store import (
    GOOD,
    HERE,
    OTHER,
    SESSION,
    Clock,
    hasher,
    log_in,
    member,
    problem_of,
    settings,
    store,
    time,
    with_phone,
)  # fmt: skip

__all__ = ["hasher", "settings", "store", "time"]


@pytest.mark.parametrize("role", ROLES)
def test_all_but_viewers_set_up_a_phone_at_the_first_log_in(store: AccountStore, role: str) -> None:
    """Until then the session opens nothing."""
    member(store, role=role)
    passed = log_in(store)
    assert passed.step is (Step.IN if role == "viewer" else Step.SET_UP)
    assert (store.visitor(passed.token).account is not None) == (role == "viewer")


def test_the_way_in_with_a_phone(store: AccountStore, time: Clock) -> None:
    """Set-up, then password and code; the session is a new one at each step."""
    account = member(store)
    first = log_in(store)
    phone = pyotp.TOTP(store.factors.propose(account.id, first.token))
    passed, codes = store.entrance.by_new_factor(first.token, phone.at(time.now()), "")
    assert len(set(codes)) == 10
    assert store.visitor(passed.token).account == account
    assert store.sessions.halfway(first.token) is None

    time.pass_by(minutes=2)
    halfway = log_in(store)
    assert halfway.step is Step.CODE
    assert store.visitor(halfway.token).account is None
    full = store.entrance.by_code(halfway.token, phone.at(time.now()), HERE, "")
    assert full.token != halfway.token
    assert store.visitor(full.token).may == allowed(["caseworker"])
    assert store.sessions.halfway(halfway.token) is None
    with pytest.raises(AccountError):  # its second door is gone with it
        store.entrance.by_code(halfway.token, phone.at(time.now()), HERE, "")


def test_a_secret_that_somebody_else_saw_is_worth_nothing(store: AccountStore, time: Clock) -> None:
    """Whoever has the password and comes first sees one secret; the owner sets up another."""
    account = member(store)
    thief, owner = log_in(store).token, log_in(store).token
    stolen = store.factors.propose(account.id, thief)
    shown = store.factors.propose(account.id, owner)
    assert shown != stolen
    for token, secret in ((thief, stolen), (owner, stolen), (thief, shown)):
        with pytest.raises(AccountError, match="code"):
            store.entrance.by_new_factor(token, pyotp.TOTP(secret).at(time.now()), "")
    assert store.factors.proposed(account.id, owner) == shown  # a wrong code: the phone need not scan again
    passed, _ = store.entrance.by_new_factor(owner, pyotp.TOTP(shown).at(time.now()), "")
    assert store.visitor(passed.token).account == account
    time.pass_by(minutes=1)
    assert not store.factors.is_right(account.id, pyotp.TOTP(stolen).at(time.now()))
    assert store.factors.is_right(account.id, pyotp.TOTP(shown).at(time.now()))


def test_a_page_never_shows_the_secret_of_another_session(store: AccountStore) -> None:
    """Nor after a wrong code, when another session came between; nor a second time."""
    account = member(store)
    first = store.factors.propose(account.id, SESSION)
    between = store.factors.propose(account.id, "another session")
    again = store.factors.proposed(account.id, SESSION)
    assert len({first, between, again, store.factors.propose(account.id, SESSION)}) == 4


@pytest.mark.parametrize(
    ("seconds", "right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_clock_may_be_half_a_minute_off(
    store: AccountStore, time: Clock, seconds: int, right: bool
) -> None:
    """One step, not two."""
    account = member(store)
    phone = with_phone(store, account, time)
    time.pass_by(minutes=5)
    code = phone.at(time.now() + timedelta(seconds=seconds))
    assert store.factors.is_right(account.id, code) is right


def test_a_code_is_used_once(store: AccountStore, time: Clock) -> None:
    """Nor is an older one after it; two at the same moment get in once."""
    account = member(store)
    phone = with_phone(store, account, time)
    before, code = phone.at(time.now() - timedelta(seconds=30)), phone.at(time.now())
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda: found.append(store.factors.is_right(account.id, code)))
        for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(found) == [False] * 7 + [True]
    assert not store.factors.is_right(account.id, before)


def test_digits_of_other_scripts_count(store: AccountStore, time: Clock) -> None:
    """A phone with an Arabic keyboard types others."""
    account = member(store)
    phone = with_phone(store, account, time)
    code = phone.at(time.now()).translate({ord("0") + number: chr(0x660 + number) for number in range(10)})
    assert store.factors.is_right(account.id, f"{code[:3]} {code[3:]}")


def test_guessing_codes_is_stopped(store: AccountStore, time: Clock) -> None:
    """Five wrong ones, then nothing is looked at; the password given again changes nothing."""
    account = member(store)
    with_phone(store, account, time)
    halfway = log_in(store)
    for _ in range(OF_ACCOUNT):
        with pytest.raises(AccountError, match="code"):
            store.entrance.by_code(halfway.token, "000000", HERE, "")
    with pytest.raises(TooManyAttempts):
        store.entrance.by_code(halfway.token, "000000", "203.0.113.9", "")
    with pytest.raises(TooManyAttempts):
        log_in(store)


def test_recovery_codes(store: AccountStore, time: Clock) -> None:
    """Each once, of its own account alone, typed as one likes; new ones end the old."""
    account, other = member(store), member(store, "brahim")
    phone = pyotp.TOTP(store.factors.propose(account.id, SESSION))
    codes = store.factors.confirm(account.id, SESSION, phone.at(time.now())) or []
    assert not store.factors.is_right(other.id, codes[0])
    assert store.factors.is_right(account.id, f" {codes[0].upper().replace('-', ' ')} ")
    assert not store.factors.is_right(account.id, codes[0])
    assert store.factors.recovery_codes_left(account.id) == 9
    newer = store.factors.new_recovery_codes(account.id)
    assert not store.factors.is_right(account.id, codes[1])
    assert store.factors.is_right(account.id, newer[1])
    assert not store.factors.is_right(account.id, "")


def test_secrets_are_sealed(store: AccountStore, settings: Settings, time: Clock) -> None:
    """The database alone makes no code and holds no token, password, recovery code or key."""
    account = member(store)
    secret = store.factors.propose(account.id, SESSION)
    codes = store.factors.confirm(account.id, SESSION, pyotp.TOTP(secret).at(time.now())) or []
    tokens = [
        store.sign_in(account.id),
        store.members.make_link(account.id),
        store.keys.make("x", ["lookup"], "a").token,
    ]
    raw = b"".join(path.read_bytes() for path in settings.var_dir.glob("accounts.db*"))
    plain = [code.replace("-", "") for code in codes]
    for hidden in (secret, GOOD, *codes, *plain, *tokens):
        assert hidden.encode() not in raw
    assert settings.accounts_key.stat().st_mode & 0o077 == 0


def test_a_session_ends_when_nobody_uses_it(store: AccountStore, time: Clock) -> None:
    """Two hours; and after twelve in any case."""
    token = store.sign_in(member(store).id)
    time.pass_by(hours=1, minutes=59)
    assert store.visitor(token).account is not None
    time.pass_by(hours=2, minutes=1)
    assert store.visitor(token).account is None

    token = store.sign_in(1)
    for _ in range(11):
        time.pass_by(hours=1)
        assert store.visitor(token).account is not None
    time.pass_by(hours=1, minutes=1)
    assert store.visitor(token).account is None


def test_halfway_ends_soon(store: AccountStore, time: Clock) -> None:
    """Ten minutes for the code."""
    token = store.sessions.open(member(store).id, Stage.PASSWORD)
    time.pass_by(minutes=9)
    assert store.sessions.halfway(token) is not None
    time.pass_by(minutes=2)
    assert store.sessions.halfway(token) is None


def test_a_new_password_logs_out_everywhere(store: AccountStore, time: Clock) -> None:
    """And opens one new session for whoever changed it."""
    account = member(store)
    tokens = [store.sign_in(account.id) for _ in range(3)]
    with pytest.raises(AccountError) as error:
        store.entrance.new_password(account, OTHER, OTHER, HERE, "")
    assert problem_of(error) is Problem.WRONG_PASSWORD
    new = store.entrance.new_password(account, GOOD, OTHER, HERE, "")
    assert [store.visitor(token).account for token in tokens] == [None] * 3
    assert store.visitor(new).account == account


def test_ones_own_sessions(store: AccountStore, time: Clock) -> None:
    """Listed, and ended one by one; not another's."""
    account, other = member(store), member(store, "brahim")
    mine, theirs = store.sign_in(account.id), store.sign_in(other.id)
    second = store.sessions.open(account.id, browser="Chrome, Android")
    listed = store.sessions.of(account.id, mine)
    assert [(each.browser, each.is_this) for each in listed] == [("Chrome, Android", False), ("", True)]
    store.sessions.end_one(account.id, store.sessions.of(other.id)[0].id)
    assert store.visitor(theirs).account == other
    store.sessions.end_one(account.id, listed[0].id)
    assert store.visitor(second).account is None
    assert store.visitor(mine).account == account


@pytest.mark.parametrize("change", ["disable", "roles", "reset"])
def test_what_an_admin_changes_ends_sessions(store: AccountStore, change: str) -> None:
    """At once."""
    account = member(store)
    token = store.sign_in(account.id)
    if change == "disable":
        store.members.disable(account.id)
    elif change == "roles":
        store.members.set_roles(account.id, ["editor"])
    else:
        store.reset(account.id)
    assert store.visitor(token).account is None
