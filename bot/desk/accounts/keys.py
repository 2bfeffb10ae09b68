"""Keys of other systems, for the HTTP API: each opens what its scopes name."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Engine, Row

from bot.desk.accounts import clock
from bot.desk.accounts.problems import AccountError, Problem
from bot.desk.accounts.tables import api_key, hash_of

SCOPES = ("lookup", "counts")
_MARK = "haq_"  # scanners for leaked secrets can know it by this
_SHOWN = len(_MARK) + 4
_LONGEST_NAME = 80


@dataclass(frozen=True)
class NewKey:
    """A key that was just made; its token is kept nowhere."""

    id: int
    name: str
    token: str


@dataclass(frozen=True)
class ApiKey:
    """A key as the list shows it."""

    id: int
    name: str
    start: str
    scopes: tuple[str, ...]
    made_by: str
    made_at: str
    used_on: str | None
    revoked_at: str | None


class ApiKeys:
    """All of them, the revoked ones too."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, name: str, scopes: Iterable[str], made_by: str) -> NewKey:
        """A new key. Raises AccountError for a bad name or scope."""
        name, wanted = " ".join(name.split()), tuple(dict.fromkeys(scopes))
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise AccountError(Problem.KEY_NAME)
        if not wanted or not set(wanted) <= set(SCOPES):
            raise AccountError(Problem.SCOPES)
        token = _MARK + secrets.token_urlsafe(32)
        row = {
            "name": name, "token_hash": hash_of(token), "start": token[:_SHOWN], "scopes": " ".join(wanted),
            "made_by": made_by, "made_at": clock.text(clock.now()),
        }  # fmt: skip
        with self._engine.begin() as connection:
            made = connection.execute(insert(api_key).values(**row))
        return NewKey(int(made.inserted_primary_key[0]), name, token)

    def scopes_of(self, token: str) -> frozenset[str] | None:
        """What a key opens; None for one that is unknown or revoked."""
        today = clock.now().date().isoformat()
        ours = (api_key.c.token_hash == hash_of(token)) & api_key.c.revoked_at.is_(None)
        with self._engine.connect() as connection:
            row = connection.execute(select(api_key.c.scopes, api_key.c.used_on).where(ours)).one_or_none()
        if row is None:
            return None
        if row.used_on != today:  # a write a day, not a request
            with self._engine.begin() as connection:
                connection.execute(update(api_key).where(ours).values(used_on=today))
        return frozenset(row.scopes.split())

    def revoke(self, number: int) -> str | None:
        """The key opens nothing any more; gives its name, None when there was no such key."""
        ours = (api_key.c.id == number) & api_key.c.revoked_at.is_(None)
        with self._engine.begin() as connection:
            name = connection.execute(select(api_key.c.name).where(ours)).scalar_one_or_none()
            done = connection.execute(update(api_key).where(ours).values(revoked_at=clock.text(clock.now())))
        return name if done.rowcount else None

    def all(self) -> list[ApiKey]:
        """The newest first."""
        with self._engine.connect() as connection:
            return [_key(row) for row in connection.execute(select(api_key).order_by(api_key.c.id.desc()))]


def _key(row: Row) -> ApiKey:
    return ApiKey(
        row.id, row.name, row.start, tuple(row.scopes.split()), row.made_by, row.made_at, row.used_on,
        row.revoked_at,
    )  # fmt: skip
