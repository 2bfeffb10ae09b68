"""The tables of accounts, sessions and the audit log.

A session's token is known to the browser alone: its hash is what is kept.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, delete, select
from sqlalchemy.engine import Engine

from bot.desk.accounts.roles import allowed
from bot.desk.visitor import Account, Visitor
from bot.rules.database import open_database

SESSION_LIFE = timedelta(hours=12)

metadata = MetaData()
account = Table(
    "account", metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("roles", String(80), nullable=False),
    Column("language", String(8), nullable=False),
    Column("created_at", String(32), nullable=False),
)  # fmt: skip
session = Table(
    "session", metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account", Integer, nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("expires_at", String(32), nullable=False),
)  # fmt: skip
audit = Table(
    "audit", metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("who", String(80), nullable=False),
    Column("did", String(40), nullable=False, index=True),
    Column("what", Text, nullable=False),  # JSON; never what a person wrote
)  # fmt: skip


class AccountStore:
    """Accounts, sessions and the audit log in one database."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = open_database(url)
        metadata.create_all(self._engine)

    def add(self, name: str, roles: Iterable[str], language: str = "en") -> Account:
        """A new account."""
        made = tuple(dict.fromkeys(roles))
        row = {"name": name, "roles": " ".join(made), "language": language, "created_at": _text(_now())}
        with self._engine.begin() as connection:
            number = connection.execute(account.insert().values(**row)).inserted_primary_key[0]
        return Account(int(number), name, made, language)

    def sign_in(self, number: int) -> str:
        """Opens a session; gives its token, which is kept nowhere."""
        token = secrets.token_urlsafe(32)
        row = {
            "token_hash": _hash(token), "account": number, "csrf": secrets.token_urlsafe(24),
            "expires_at": _text(_now() + SESSION_LIFE),
        }  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(delete(session).where(session.c.expires_at < _text(_now())))
            connection.execute(session.insert().values(**row))
        return token

    def sign_out(self, token: str) -> None:
        """Ends a session."""
        with self._engine.begin() as connection:
            connection.execute(delete(session).where(session.c.token_hash == _hash(token)))

    def visitor(self, token: str) -> Visitor:
        """Whose session a token opens; a guest when it opens none."""
        query = (
            select(account, session.c.csrf)
            .join(session, session.c.account == account.c.id)
            .where(session.c.token_hash == _hash(token), session.c.expires_at >= _text(_now()))
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return Visitor()
        roles = tuple(row.roles.split())
        return Visitor(Account(row.id, row.name, roles, row.language), allowed(roles), row.csrf)

    def note(self, who: str, did: str, what: Mapping[str, Any]) -> None:
        """Adds to the audit log: who did what, on which record or chat (its number, never its words)."""
        row = {"at": _text(_now()), "who": who, "did": did, "what": json.dumps(what, ensure_ascii=False)}
        with self._engine.begin() as connection:
            connection.execute(audit.insert().values(**row))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
