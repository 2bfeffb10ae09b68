"""`haq users`, and the first admin's link."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import cli
from bot.desk.accounts.problems import AccountError
from bot.desk.accounts.store import AccountStore, open_accounts
from bot.settings import load_settings
from tests.ops.test_cli import modules_after

GOOD = "four plain words here"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AccountStore:
    """The accounts that the commands see."""
    monkeypatch.setenv("HAQ_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("HAQ_DESK_URL", "https://desk.example.org/")
    return open_accounts(load_settings())


def users(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command prints."""
    assert cli.run(["users", *words]) == 0
    return capsys.readouterr().out


def token_in(printed: str) -> str:
    link, _, token = printed.strip().partition("?token=")
    assert link == "https://desk.example.org/invitation"
    return token


def test_an_account_from_nothing_to_the_end(store: AccountStore, capsys: pytest.CaptureFixture[str]) -> None:
    """Added, seen, given other roles, closed, opened, reset."""
    printed = users(capsys, "add", "Amina", "--role", "editor", "--role", "caseworker", "--language", "fr")
    account = store.members.of_link(token_in(printed))
    assert (account.name, account.roles, account.language) == ("amina", ("caseworker", "editor"), "fr")
    store.entrance.by_link(token_in(printed), GOOD, "")
    assert "needs a link" not in users(capsys, "list")

    users(capsys, "roles", "amina", "--role", "viewer")
    (seen,) = json.loads(users(capsys, "list", "--json"))
    assert (seen["name"], seen["roles"], seen["disabled"], seen["has_password"]) == (
        "amina",
        ["viewer"],
        False,
        True,
    )
    assert "password" not in seen

    users(capsys, "disable", "amina")
    assert "closed" in users(capsys, "list")
    users(capsys, "enable", "amina")
    assert store.members.of_link(token_in(users(capsys, "link", "amina"))) == store.members.named("amina")
    token = token_in(users(capsys, "reset", "AMINA"))
    assert store.members.has_password("amina", GOOD) is None
    assert store.members.of_link(token).name == "amina"
    assert [entry.did for entry in store.log.entries(who="command line")] == [
        "reset_account", "made_link", "enabled_account", "disabled_account", "set_roles", "added_account",
    ]  # fmt: skip


def test_the_first_admin(store: AccountStore, capsys: pytest.CaptureFixture[str]) -> None:
    """As often as asked until somebody is in; then never."""
    assert "haq users first" in users(capsys, "list")
    first, second = token_in(users(capsys, "first")), token_in(users(capsys, "first"))
    with pytest.raises(AccountError):
        store.members.of_link(first)
    store.entrance.by_link(second, GOOD, "")
    assert cli.run(["users", "first"]) == 2
    assert "in use already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "two words", "--role", "viewer"], "no spaces"),
        (["add", "amina"], "--role"),
        (["add", "amina", "--role", "king"], "king"),
        (["add", "amina", "--role", "viewer", "--language", "xx"], "xx"),
        (["add", "boss", "--role", "viewer"], "already"),
        (["disable", "nobody"], "no account"),
        (["disable", "boss"], "last admin"),
        (["roles", "boss", "--role", "viewer"], "last admin"),
        (["link", "closed"], "closed"),
        (["reset", "closed"], "closed"),
    ],
)
def test_bad_input(
    store: AccountStore, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    """Code 2, a sentence, nothing on stdout, nothing in the log."""
    store.add("boss", ["admin"])
    store.members.disable(store.add("closed", ["viewer"]).id)
    assert cli.run(["users", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert store.log.entries() == []


def test_haq_run_shows_the_link_until_somebody_is_in(
    store: AccountStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under the desk's address."""
    from bot.commands.run import _show_first_link

    _show_first_link(load_settings())
    first, _, _ = capsys.readouterr().out.partition("\n")
    store.entrance.by_link(token_in(first.removeprefix("First admin ")), GOOD, "")
    _show_first_link(load_settings())
    assert capsys.readouterr().out == ""


def test_it_needs_no_web_framework() -> None:
    """Nor the engine."""
    assert not modules_after("users", "list") & {"starlette", "rasa", "tensorflow", "sanic", "httpx"}
