"""Everything about those who work at the desk, over one database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine

from bot.databases.migrating import ACCOUNTS, bring_up_to_date
from bot.desk.accounts.audit import AuditLog
from bot.desk.accounts.entrance import Entrance
from bot.desk.accounts.keys import ApiKeys
from bot.desk.accounts.members import Members
from bot.desk.accounts.second_factor import SecondFactors
from bot.desk.accounts.sessions import Sessions
from bot.desk.accounts.throttle import Throttle
from bot.desk.visitor import Account, Visitor
from bot.privacy.database import open_private
from bot.privacy.sealing import Sealer
from bot.settings import Settings


class AccountStore:
    """Accounts, sessions, keys and the audit log, each in an attribute; what every page needs as a method."""

    def __init__(self, url: str, key_file: Path) -> None:
        """`key_file` seals second factors. Raises LawBaseUnavailable for an address that cannot be used."""
        engine: Engine = open_private(url)
        bring_up_to_date(engine, ACCOUNTS)
        self.sealer = Sealer(key_file)
        self.members = Members(engine)
        self.sessions = Sessions(engine)
        self.factors = SecondFactors(engine, self.sealer)
        self.keys = ApiKeys(engine)
        self.log = AuditLog(engine)
        self.throttle = Throttle(engine, self.sealer.person)
        self.entrance = Entrance(self.members, self.sessions, self.factors, self.throttle, self.log)

    def add(self, name: str, roles: Iterable[str], language: str = "en") -> Account:
        """A new account. Raises AccountError."""
        return self.members.add(name, roles, language)

    def sign_in(self, number: int) -> str:
        """Opens a session without asking for anything; gives its token, which is kept nowhere."""
        return self.sessions.open(number)

    def sign_out(self, token: str) -> None:
        """Ends a session."""
        self.sessions.end(token)

    def visitor(self, token: str) -> Visitor:
        """Whose session a token opens; a guest when it opens none."""
        return self.sessions.visitor(token)

    def reset(self, number: int) -> str:
        """The phone is lost, or somebody else has it: neither password nor second factor will do any more.

        Gives the token of a one-time link. Raises AccountError for a disabled account.
        """
        token = self.members.make_link(number)
        self.members.forget_password(number)
        self.factors.remove(number)
        return token

    def scopes_of_key(self, token: str) -> frozenset[str] | None:
        """What the key of another system opens; None for one that is unknown or revoked."""
        return self.keys.scopes_of(token)

    def note(self, who: str, did: str, what: Mapping[str, Any]) -> None:
        """Adds to the audit log: who did what, on which record or chat (its number, never its words)."""
        self.log.note(who, did, what)


def open_accounts(settings: Settings) -> AccountStore:
    """The store that the settings name."""
    return AccountStore(settings.accounts_url, settings.accounts_key)
