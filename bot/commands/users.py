"""`haq users`: who works at the desk, in the terminal of whoever runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

import click

from bot.desk.accounts.first import COMMAND_LINE as WHO
from bot.desk.accounts.first import first_admin_link, link_address
from bot.desk.accounts.members import LINK_LIFE, Member
from bot.desk.accounts.problems import AccountError
from bot.desk.accounts.roles import ROLES
from bot.desk.accounts.store import AccountStore, open_accounts
from bot.desk.languages import DESK_LANGUAGES
from bot.desk.visitor import Account
from bot.settings import load_settings

T = TypeVar("T")
ROLE = click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(ROLES),
    help="May be given several times.",
)


@click.group("users")
def command() -> None:
    """Accounts of the desk: who may come in, with which roles. docs/desk-accounts.md says more."""


@command.command("add")
@click.argument("name")
@ROLE
@click.option("--language", type=click.Choice(DESK_LANGUAGES), default="en", show_default=True)
def add_command(name: str, roles: tuple[str, ...], language: str) -> None:
    """Make an account; prints the one-time link by which its owner chooses a password."""
    store = _store()
    added = _try(lambda: store.add(name, roles, language))
    store.note(WHO, "added_account", {"account": added.name, "roles": list(added.roles)})
    _print_link(store.members.make_link(added.id))


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="The accounts as JSON.")
def list_command(as_json: bool) -> None:
    """Everybody, by name."""
    members = _store().members.all()
    if as_json:
        click.echo(json.dumps([_as_data(each) for each in members], ensure_ascii=False, indent=2))
        return
    for each in members:
        click.echo(f"{each.account.name:24}{' '.join(each.account.roles):28}{_state(each)}")
    if not members:
        click.echo("There is no account yet. `haq users first` makes that of the first admin.")


@command.command("roles")
@click.argument("name")
@ROLE
def roles_command(name: str, roles: tuple[str, ...]) -> None:
    """Give an account these roles in place of those it had; it is logged out."""
    store, account = _account(name)
    _try(lambda: store.members.set_roles(account.id, roles))
    store.note(
        WHO, "set_roles", {"account": account.name, "roles": [role for role in ROLES if role in roles]}
    )


@command.command("disable")
@click.argument("name")
def disable_command(name: str) -> None:
    """Close an account: it is logged out at once, and nobody comes in by it."""
    store, account = _account(name)
    _try(lambda: store.members.disable(account.id))
    store.note(WHO, "disabled_account", {"account": account.name})


@command.command("enable")
@click.argument("name")
def enable_command(name: str) -> None:
    """Open a closed account again."""
    store, account = _account(name)
    store.members.enable(account.id)
    store.note(WHO, "enabled_account", {"account": account.name})


@command.command("link")
@click.argument("name")
def link_command(name: str) -> None:
    """Print a new one-time link, for somebody who forgot the password; the phone stays set up."""
    store, account = _account(name)
    token = _try(lambda: store.members.make_link(account.id))
    store.note(WHO, "made_link", {"account": account.name})
    _print_link(token)


@command.command("reset")
@click.argument("name")
def reset_command(name: str) -> None:
    """Forget password and phone, log out everywhere, and print a one-time link: for a lost phone."""
    store, account = _account(name)
    token = _try(lambda: store.reset(account.id))
    store.note(WHO, "reset_account", {"account": account.name})
    _print_link(token)


@command.command("first")
def first_command() -> None:
    """Print the one-time link of the first admin, as `haq run` does while nobody has come in yet."""
    link = first_admin_link(load_settings())
    if link is None:
        raise click.UsageError(
            "The desk is in use already. `haq users link NAME` makes a link for an account."
        )
    click.echo(link)


def _store() -> AccountStore:
    return open_accounts(load_settings())


def _account(name: str) -> tuple[AccountStore, Account]:
    store = _store()
    return store, _try(lambda: store.members.named(name))


def _print_link(token: str) -> None:
    click.echo(link_address(load_settings(), token))
    click.echo(f"It works once, for {LINK_LIFE.days} days. Give it to that person alone.", err=True)


def _state(member: Member) -> str:
    if member.disabled:
        return "closed"
    if member.link_until:
        return f"link open until {member.link_until}"
    if member.signed_in_on:
        return f"last log-in {member.signed_in_on}"
    return "never logged in" if member.has_password else "needs a link"


def _as_data(member: Member) -> dict[str, Any]:
    data = asdict(member)
    return {**data.pop("account"), **data}


def _try(do: Callable[[], T]) -> T:
    try:
        return do()
    except AccountError as error:
        raise click.UsageError(str(error)) from None
