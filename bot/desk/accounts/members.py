"""The accounts themselves: names, roles, passwords, and the links that let somebody choose a password."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError

from bot.desk.accounts import clock, passwords
from bot.desk.accounts.problems import AccountError, Problem
from bot.desk.accounts.roles import ROLES
from bot.desk.accounts.sessions import account_of
from bot.desk.accounts.tables import account, hash_of, invitation, session
from bot.desk.visitor import Account

LINK_LIFE = timedelta(days=7)
_SHORTEST, _LONGEST = 2, 80


@dataclass(frozen=True)
class Member:
    """An account as an admin sees it."""

    account: Account
    disabled: bool
    has_password: bool
    has_second_factor: bool
    signed_in_on: str | None
    link_until: str | None


class Members:
    """All accounts. None is ever deleted: the audit log names them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # -- finding ----------------------------------------------------------------------------------------

    def named(self, name: str) -> Account:
        """The account of that name. Raises AccountError when there is none."""
        return self._one(account.c.name == normal(name))

    def numbered(self, number: int) -> Account:
        """The account of that number. Raises AccountError when there is none."""
        return self._one(account.c.id == number)

    def _one(self, where: Any) -> Account:
        with self._engine.connect() as connection:
            row = connection.execute(select(account).where(where)).one_or_none()
        if row is None:
            raise AccountError(Problem.NO_ACCOUNT)
        return account_of(row)

    def open(self, name: str) -> Account | None:
        """The account of that name, if somebody may come in by it."""
        with self._engine.connect() as connection:
            ours = (account.c.name == normal(name)) & account.c.disabled_at.is_(None)
            row = connection.execute(select(account).where(ours)).one_or_none()
        return None if row is None else account_of(row)

    def all(self) -> list[Member]:
        """Everybody, by name."""
        query = (
            select(account, invitation.c.expires_at)
            .outerjoin(invitation, invitation.c.account == account.c.id)
            .order_by(account.c.name)
        )
        with self._engine.connect() as connection:
            return [_member(row) for row in connection.execute(query)]

    def any_in_use(self) -> bool:
        """Whether anybody ever came in."""
        used = or_(account.c.password.is_not(None), account.c.signed_in_at.is_not(None))
        with self._engine.connect() as connection:
            return connection.execute(select(account.c.id).where(used).limit(1)).one_or_none() is not None

    # -- changing ---------------------------------------------------------------------------------------

    def add(self, name: str, roles: Iterable[str], language: str = "en") -> Account:
        """A new account, without a password. Raises AccountError for a bad or taken name or a bad role."""
        row = {
            "name": _checked_name(name), "roles": " ".join(_checked_roles(roles)), "language": language,
            "created_at": clock.text(clock.now()),
        }  # fmt: skip
        try:
            with self._engine.begin() as connection:
                number = connection.execute(insert(account).values(**row)).inserted_primary_key[0]
        except IntegrityError:
            raise AccountError(Problem.NAME_TAKEN) from None
        return self.numbered(int(number))

    def set_roles(self, number: int, roles: Iterable[str]) -> None:
        """Other roles, at the next log-in. Raises AccountError for bad ones, or if no admin would remain."""
        wanted = _checked_roles(roles)
        with self._engine.begin() as connection, _an_admin_remains(connection, number):
            connection.execute(update(account).where(account.c.id == number).values(roles=" ".join(wanted)))
            connection.execute(delete(session).where(session.c.account == number))

    def set_language(self, number: int, language: str) -> None:
        """The language that the desk speaks to this account."""
        with self._engine.begin() as connection:
            connection.execute(update(account).where(account.c.id == number).values(language=language))

    def disable(self, number: int) -> None:
        """Nobody comes in by it any more, at once. Raises AccountError when no admin would remain."""
        closed = {"disabled_at": clock.text(clock.now())}
        with self._engine.begin() as connection, _an_admin_remains(connection, number):
            connection.execute(update(account).where(account.c.id == number).values(**closed))
            connection.execute(delete(session).where(session.c.account == number))
            connection.execute(delete(invitation).where(invitation.c.account == number))

    def enable(self, number: int) -> None:
        """Opens a disabled account again."""
        with self._engine.begin() as connection:
            connection.execute(update(account).where(account.c.id == number).values(disabled_at=None))

    # -- passwords --------------------------------------------------------------------------------------

    def has_password(self, name: str, password: str) -> Account | None:
        """The open account that has this name and password; takes as long for a name that is unknown."""
        ours = (account.c.name == normal(name)) & account.c.disabled_at.is_(None)
        with self._engine.connect() as connection:
            row = connection.execute(select(account).where(ours)).one_or_none()
        kept = None if row is None else row.password
        if not passwords.is_right(kept, password) or row is None:
            return None
        if passwords.is_outdated(row.password):
            self._keep(row.id, password)
        return account_of(row)

    def set_password(self, number: int, password: str) -> None:
        """A new password; ends every session. Raises AccountError for one that is easy to guess."""
        passwords.check_quality(password, self.numbered(number).name)
        self._keep(number, password)
        with self._engine.begin() as connection:
            connection.execute(delete(session).where(session.c.account == number))

    def forget_password(self, number: int) -> None:
        """None will do until a link is used; ends every session."""
        with self._engine.begin() as connection:
            connection.execute(update(account).where(account.c.id == number).values(password=None))
            connection.execute(delete(session).where(session.c.account == number))

    def _keep(self, number: int, password: str) -> None:
        kept = passwords.hashed(password)
        with self._engine.begin() as connection:
            connection.execute(update(account).where(account.c.id == number).values(password=kept))

    # -- one-time links ---------------------------------------------------------------------------------

    def make_link(self, number: int) -> str:
        """The token of a new one-time link, in place of an earlier one. Raises AccountError if disabled."""
        token = secrets.token_urlsafe(32)
        row = {"account": number, "token_hash": hash_of(token), "expires_at": _text_after(LINK_LIFE)}
        with self._engine.begin() as connection:
            ours = (account.c.id == number) & account.c.disabled_at.is_(None)
            if connection.execute(select(account.c.id).where(ours)).one_or_none() is None:
                raise AccountError(Problem.DISABLED)
            connection.execute(delete(invitation).where(invitation.c.account == number))
            connection.execute(insert(invitation).values(**row))
        return token

    def of_link(self, token: str) -> Account:
        """Whose link it is. Raises AccountError for one that is used up, too old or unknown."""
        query = (
            select(account)
            .join(invitation, invitation.c.account == account.c.id)
            .where(*_valid(token), account.c.disabled_at.is_(None))
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise AccountError(Problem.OLD_LINK)
        return account_of(row)

    def use_link(self, token: str, password: str) -> Account:
        """Sets the password and uses the link up. Raises AccountError; a bad password leaves the link."""
        invited = self.of_link(token)
        passwords.check_quality(password, invited.name)
        with self._engine.begin() as connection:
            if not connection.execute(delete(invitation).where(*_valid(token))).rowcount:
                raise AccountError(Problem.OLD_LINK)
        self.set_password(invited.id, password)
        return invited


def normal(name: str) -> str:
    """A name as it is kept: whoever types it with a capital letter means the same account.

    Of a text that is no name, its beginning: the rest would cost more, the longer it is.
    """
    start = name.strip()[: 4 * _LONGEST].replace("\0", "")  # PostgreSQL takes no NUL
    return unicodedata.normalize("NFKC", start).strip().casefold()


def _checked_name(name: str) -> str:
    kept = normal(name)
    if not _SHORTEST <= len(kept) <= _LONGEST or not kept.isprintable() or " " in kept:
        raise AccountError(Problem.NAME)
    return kept


def _checked_roles(roles: Iterable[str]) -> tuple[str, ...]:
    wanted = set(roles)
    if not wanted or not wanted <= set(ROLES):
        raise AccountError(Problem.ROLES)
    return tuple(role for role in ROLES if role in wanted)


@contextmanager
def _an_admin_remains(connection: Connection, number: int) -> Iterator[None]:
    """Around a change of an account. Raises AccountError when it leaves no open admin.

    Two admins who close each other at once do so one after the other: PostgreSQL holds the rows from here
    on, SQLite the whole database from the first write on; so what counts is looked at after the change.
    """
    was_admin = number in _open_admins(connection)
    yield
    if was_admin and not _open_admins(connection):
        raise AccountError(Problem.LAST_ADMIN)


def _open_admins(connection: Connection) -> set[int]:
    opened = select(account.c.id, account.c.roles).where(account.c.disabled_at.is_(None))
    rows = connection.execute(opened.order_by(account.c.id).with_for_update())
    return {row.id for row in rows if "admin" in row.roles.split()}


def _valid(token: str) -> tuple[Any, Any]:
    return invitation.c.token_hash == hash_of(token), invitation.c.expires_at >= clock.text(clock.now())


def _text_after(span: timedelta) -> str:
    return clock.text(clock.now() + span)


def _member(row: Row) -> Member:
    link = row.expires_at if row.expires_at and row.expires_at >= clock.text(clock.now()) else None
    return Member(
        account=account_of(row),
        disabled=row.disabled_at is not None,
        has_password=row.password is not None,
        has_second_factor=row.totp_secret is not None,
        signed_in_on=row.signed_in_at[:10] if row.signed_in_at else None,
        link_until=link[:10] if link else None,
    )
