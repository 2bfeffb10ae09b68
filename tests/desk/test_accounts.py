"""Accounts, passwords, wrong attempts, one-time links: the store, without pages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from time import perf_counter

import pytest
from sqlalchemy import create_engine, text

from bot.desk.accounts import passwords
from bot.desk.accounts.entrance import Step
from bot.desk.accounts.first import first_admin_link
from bot.desk.accounts.members import normal
from bot.desk.accounts.problems import AccountError, Problem, TooManyAttempts
from bot.desk.accounts.store import AccountStore
from bot.desk.accounts.throttle import OF_ACCOUNT, OF_ADDRESS
from bot.settings import Settings
from tests.desk.account_store import (
    GOOD,
    HERE,
    OTHER,
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


@pytest.mark.parametrize("name", ["", "a", "two words", "x" * 81, "line\nbreak", "bell\x07bell"])
def test_bad_names(store: AccountStore, name: str) -> None:
    """Refused, kindly."""
    with pytest.raises(AccountError, match="2 to 80") as error:
        store.add(name, ["viewer"])
    assert problem_of(error) is Problem.NAME


def test_a_name_is_one_however_it_is_typed(store: AccountStore) -> None:
    """Capital and full-width letters."""
    made = store.add("Amina@Fund.example", ["viewer"])
    assert made.name == "amina@fund.example"
    with pytest.raises(AccountError, match="already"):
        store.add("AMINA@fund.example ", ["viewer"])
    assert store.members.named("ＡＭＩＮＡ@fund.example") == made


def test_a_text_that_is_no_name_costs_little(store: AccountStore) -> None:
    """Half a megabyte of signs that combine would take minutes; NUL stops PostgreSQL."""
    began = perf_counter()
    text = "a" + "\u0323\u0301" * 250_000
    for do in (lambda: store.add(text, ["viewer"]), lambda: log_in(store, text, OTHER)):
        with pytest.raises(AccountError):
            do()
    assert perf_counter() - began < 1
    assert normal("\0ami\0na") == "amina"
    assert normal(" " * 1000 + "Amina") == "amina"


@pytest.mark.parametrize("roles", [[], ["king"], ["viewer", "king"]])
def test_bad_roles(store: AccountStore, roles: list[str]) -> None:
    """At least one that exists."""
    with pytest.raises(AccountError, match="role"):
        store.add("amina", roles)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short words", Problem.PASSWORD_SHORT),
        ("x" * 201, Problem.PASSWORD_LONG),
        ("aaaaaaaaaaaabbb", Problem.PASSWORD_EASY),
        ("1234567890qwertyuiop", Problem.PASSWORD_EASY),
        ("my name is amina", Problem.PASSWORD_EASY),
    ],
)
def test_bad_passwords(store: AccountStore, password: str, problem: Problem) -> None:
    """Too short, too long, too easy; and the account stays without one."""
    made = store.add("amina", ["viewer"])
    with pytest.raises(AccountError) as error:
        store.members.set_password(made.id, password)
    assert problem_of(error) is problem
    assert not store.members.all()[0].has_password


def test_passwords_are_kept_as_argon2_and_hashed_anew_when_parameters_change(
    store: AccountStore, monkeypatch: pytest.MonkeyPatch, settings: Settings, hasher: passwords.PasswordHasher
) -> None:
    """At the next right log-in."""
    monkeypatch.setattr(passwords, "_hasher", hasher)
    member(store)
    engine = create_engine(settings.accounts_url, future=True)

    def kept() -> str:
        with engine.connect() as connection:
            return str(connection.execute(text("SELECT password FROM account")).scalar_one())

    before = kept()
    assert before.startswith("$argon2id$") and "m=32768,t=3,p=1" in before
    stronger = passwords.PasswordHasher(time_cost=4, memory_cost=32 * 1024, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", stronger)
    with pytest.raises(AccountError):
        log_in(store, password=OTHER)
    assert kept() == before
    log_in(store)
    assert "t=4" in kept()


def test_an_unknown_name_costs_a_hash_too(
    store: AccountStore, monkeypatch: pytest.MonkeyPatch, hasher: passwords.PasswordHasher
) -> None:
    """The time does not tell which names there are: each refusal compares with one hash of the same cost."""
    monkeypatch.undo()
    member(store)
    compared: list[str] = []

    class Watched:
        def verify(self, kept: str, password: str) -> bool:
            compared.append(kept.split(",t=")[1][:5])
            return hasher.verify(kept, password)

    monkeypatch.setattr(passwords, "_hasher", Watched())
    for name in ("amina", "nobody"):
        with pytest.raises(AccountError, match="Name or password") as error:
            log_in(store, name, OTHER)
        assert problem_of(error) is Problem.WRONG_LOGIN
    assert compared == ["3,p=1", "3,p=1"]


def test_after_five_wrong_passwords_even_the_right_one_waits(store: AccountStore, time: Clock) -> None:
    """Kindly, with the minutes; and later it works."""
    member(store, role="viewer")
    for _ in range(OF_ACCOUNT):
        with pytest.raises(AccountError):
            log_in(store, password=OTHER)
        time.pass_by(minutes=1)
    with pytest.raises(TooManyAttempts) as error:
        log_in(store)
    assert error.value.minutes == 10
    time.pass_by(minutes=10, seconds=1)
    assert log_in(store).step is Step.IN


def test_an_unknown_name_is_made_to_wait_as_a_known_one(store: AccountStore) -> None:
    """Else the waiting would tell which names there are."""
    for _ in range(OF_ACCOUNT):
        with pytest.raises(AccountError):
            log_in(store, "nobody", OTHER)
    with pytest.raises(TooManyAttempts):
        log_in(store, "nobody", OTHER)


def test_an_address_that_tries_many_names_waits(store: AccountStore) -> None:
    """And another address does not."""
    member(store, role="viewer")
    for number in range(OF_ADDRESS):
        with pytest.raises(AccountError):
            log_in(store, f"guess{number}", OTHER)
    with pytest.raises(TooManyAttempts):
        log_in(store)
    assert log_in(store, address="203.0.113.9").step is Step.IN


def test_many_attempts_at_once_do_not_slip_through(store: AccountStore) -> None:
    """Twenty together: five are looked at."""
    member(store)
    found: list[type[Exception]] = []

    def attempt(number: int) -> None:
        try:
            log_in(store, password=OTHER, address=f"198.51.100.{number}")
        except (AccountError, TooManyAttempts) as error:
            found.append(type(error))

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found.count(AccountError) == OF_ACCOUNT
    assert found.count(TooManyAttempts) == 15


def test_a_log_in_forgives_earlier_mistakes(store: AccountStore) -> None:
    """Four wrong, one right, four wrong: nobody waits."""
    member(store, role="viewer")
    for _ in range(2):
        for _ in range(OF_ACCOUNT - 1):
            with pytest.raises(AccountError):
                log_in(store, password=OTHER)
        assert log_in(store).step is Step.IN


def test_no_name_and_no_address_is_kept_with_the_attempts(store: AccountStore, settings: Settings) -> None:
    """They are hashed under the key; and an unknown name is in no log."""
    with pytest.raises(AccountError):
        log_in(store, "my-password-by-mistake", OTHER)
    raw = b"".join(path.read_bytes() for path in settings.var_dir.glob("accounts.db*"))
    assert b"by-mistake" not in raw and HERE.encode() not in raw
    assert [(entry.who, entry.did) for entry in store.log.entries()] == [("?", "failed_login")]


def test_a_link_is_used_once(store: AccountStore) -> None:
    """A bad password leaves it; two at once get it once."""
    account = store.add("amina", ["viewer"])
    token = store.members.make_link(account.id)
    with pytest.raises(AccountError) as error:
        store.entrance.by_link(token, "short", "")
    assert problem_of(error) is Problem.PASSWORD_SHORT
    assert store.entrance.by_link(token, GOOD, "").account == account
    with pytest.raises(AccountError) as error:
        store.entrance.by_link(token, OTHER, "")
    assert problem_of(error) is Problem.OLD_LINK
    assert log_in(store).step is Step.IN


def test_a_link_grows_old_and_is_replaced(store: AccountStore, time: Clock) -> None:
    """Seven days; a newer one ends it."""
    account = store.add("amina", ["viewer"])
    first, second = store.members.make_link(account.id), store.members.make_link(account.id)
    with pytest.raises(AccountError, match="link"):
        store.members.of_link(first)
    time.pass_by(days=6, hours=23)
    assert store.members.of_link(second) == account
    time.pass_by(hours=2)
    with pytest.raises(AccountError, match="link"):
        store.members.use_link(second, GOOD)


def test_a_link_does_not_go_around_the_phone(store: AccountStore, time: Clock) -> None:
    """It changes the password alone."""
    account = member(store)
    with_phone(store, account, time)
    assert store.entrance.by_link(store.members.make_link(account.id), OTHER, "").step is Step.CODE


def test_reset(store: AccountStore, time: Clock) -> None:
    """Whoever has the old password and the old phone is out; the link starts anew."""
    account = member(store)
    with_phone(store, account, time)
    token = store.reset(account.id)
    with pytest.raises(AccountError):
        log_in(store)
    assert store.entrance.by_link(token, OTHER, "").step is Step.SET_UP


def test_a_closed_account(store: AccountStore) -> None:
    """No log-in, no link; the refusal is that of an unknown name; it can be opened again."""
    account = member(store, role="viewer")
    token = store.members.make_link(account.id)
    store.members.disable(account.id)
    with pytest.raises(AccountError) as error:
        log_in(store)
    assert problem_of(error) is Problem.WRONG_LOGIN
    for use in (lambda: store.members.make_link(account.id), lambda: store.members.of_link(token)):
        with pytest.raises(AccountError):
            use()
    store.members.enable(account.id)
    assert log_in(store).step is Step.IN


def test_the_last_admin_stays(store: AccountStore) -> None:
    """Neither closed nor made something else, until there is another."""
    first = member(store, "first", "admin")
    for take_away in (
        lambda: store.members.disable(first.id),
        lambda: store.members.set_roles(first.id, ["viewer"]),
    ):
        with pytest.raises(AccountError, match="last admin"):
            take_away()
    store.add("second", ["admin", "editor"])
    store.members.disable(first.id)
    assert [each.disabled for each in store.members.all()] == [True, False]


def _refusals(do: Callable[[], None], together: threading.Barrier, refused: list[Problem]) -> None:
    together.wait()
    try:
        do()
    except AccountError as error:
        refused.append(error.problem)


def test_two_admins_who_close_each_other_at_once(store: AccountStore) -> None:
    """One stays, whatever the moment; so too when roles are taken away."""
    admins = [store.add(name, ["admin"]) for name in ("first", "second")]
    for turn in range(10):
        together = threading.Barrier(2)
        refused: list[Problem] = []

        change = partial(store.members.set_roles, roles=["viewer"]) if turn % 2 else store.members.disable
        threads = [
            threading.Thread(target=_refusals, args=(partial(change, each.id), together, refused))
            for each in admins
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert refused == [Problem.LAST_ADMIN]
        for each in admins:
            store.members.enable(each.id)
            store.members.set_roles(each.id, ["admin"])


def test_the_first_admin(store: AccountStore, settings: Settings) -> None:
    """A link while nobody has come in, the account made once; none afterwards."""
    link = first_admin_link(settings) or ""
    assert link.startswith(f"{settings.desk_url}/invitation?token=")
    again = (first_admin_link(settings) or "").partition("token=")[2]
    assert [each.account.roles for each in store.members.all()] == [("admin",)]
    with pytest.raises(AccountError):
        store.members.of_link(link.partition("token=")[2])
    assert store.entrance.by_link(again, GOOD, "").step is Step.SET_UP
    assert first_admin_link(settings) is None


def test_no_link_for_a_desk_that_is_in_use_by_another_log_in(store: AccountStore, settings: Settings) -> None:
    """Nobody may have a password where the organisation's own log-in is used."""
    store.entrance.by_provider(store.add("boss@fund.example", ["admin"]).name, True, "")
    assert first_admin_link(settings) is None
