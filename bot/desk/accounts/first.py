"""The first admin, and the one-time links that are given out."""

from __future__ import annotations

from bot.desk.accounts.store import open_accounts
from bot.settings import Settings

FIRST_NAME = "admin"
COMMAND_LINE = "command line"  # in the audit log: whoever runs the program


def first_admin_link(settings: Settings) -> str | None:
    """A one-time link for the first admin, made anew at each call; None once anybody has come in."""
    store = open_accounts(settings)
    if store.members.any_in_use():
        return None
    members = store.members.all()
    admin = next(
        (each.account for each in members if "admin" in each.account.roles and not each.disabled), None
    )
    if admin is None:
        taken = any(each.account.name == FIRST_NAME for each in members)
        admin = store.add(f"{FIRST_NAME}-{len(members)}" if taken else FIRST_NAME, ["admin"])
        store.note(COMMAND_LINE, "added_account", {"account": admin.name, "roles": ["admin"]})
    token = store.members.make_link(admin.id)
    store.note(COMMAND_LINE, "made_link", {"account": admin.name})
    return link_address(settings, token)


def link_address(settings: Settings, token: str) -> str:
    """The address behind which somebody chooses a password, once."""
    return f"{settings.desk_public_url or settings.desk_url}/invitation?token={token}"
