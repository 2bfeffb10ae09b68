"""The second factor: codes of an app on the phone (TOTP), and recovery codes on paper for when it is lost."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable

import pyotp
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Engine

from bot.desk.accounts import clock
from bot.desk.accounts.tables import account, hash_of, recovery_code
from bot.privacy.places import SECOND_FACTOR
from bot.privacy.sealing import Sealer

ISSUER = "Haq"
_DRIFT = (-1, 0, 1)  # clocks of phones are off by up to half a minute
_LENGTH = 6
_CODES, _CODE_LENGTH = 10, 12
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are mistaken for another on paper


def is_demanded(roles: Iterable[str]) -> bool:
    """Whether an account with these roles must have one: all but those who only look."""
    return set(roles) != {"viewer"}


def address_of(secret: str, name: str) -> str:
    """A secret as apps read it from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


class SecondFactors:
    """Of all accounts. Secrets are sealed: the database alone makes no code."""

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        self._engine = engine
        self._sealer = sealer

    def has(self, number: int) -> bool:
        """Whether an account has one."""
        return self._secrets(number)[0] is not None

    def propose(self, number: int, session: str) -> str:
        """A new secret for the app, for this session (its token) alone, in place of one shown before.

        Whoever saw an earlier one, with the password alone, has nothing once the owner sets up the phone.
        """
        secret = pyotp.random_base32()
        made = self._sealer.seal(f"{hash_of(session)} {secret}", SECOND_FACTOR)
        with self._engine.begin() as connection:
            connection.execute(update(account).where(account.c.id == number).values(totp_proposed=made))
        return secret

    def proposed(self, number: int, session: str) -> str:
        """The secret shown to this session, after a wrong code; a new one if another came between."""
        return self._shown(number, session)[1] or self.propose(number, session)

    def fits_proposed(self, number: int, session: str, code: str) -> bool:
        """Whether a code is one of the secret that was shown to this session."""
        return _step(self._shown(number, session)[1], _digits(code)) is not None

    def confirm(self, number: int, session: str, code: str) -> list[str] | None:
        """Takes the secret that was shown to this session when the code is right.

        Gives the recovery codes, which are kept nowhere.
        """
        proposed, secret = self._shown(number, session)
        step = _step(secret, _digits(code))
        if step is None:
            return None
        kept = self._sealer.seal(secret, SECOND_FACTOR)
        unless_taken = (account.c.id == number) & (account.c.totp_proposed == proposed)
        with self._engine.begin() as connection:
            taken = connection.execute(
                update(account)
                .where(unless_taken)
                .values(totp_secret=kept, totp_proposed=None, totp_step=step)
            )
        return self.new_recovery_codes(number) if taken.rowcount else None

    def _shown(self, number: int, session: str) -> tuple[str | None, str]:
        """What is kept of the proposed secret, and the secret; empty where another session saw it."""
        _, proposed = self._secrets(number)
        if proposed is None:
            return None, ""
        whose, _, secret = self._sealer.open(proposed, SECOND_FACTOR).partition(" ")
        return proposed, secret if hmac.compare_digest(whose, hash_of(session)) else ""

    def is_right(self, number: int, code: str) -> bool:
        """Whether a code of the app or a recovery code is right; either is used up."""
        digits = _digits(code)
        if digits:
            return self._takes_code(number, digits)
        return self._takes_recovery_code(number, "".join(code.split()).replace("-", "").lower())

    def _takes_code(self, number: int, digits: str) -> bool:
        secret, _ = self._secrets(number)
        step = None if secret is None else _step(self._sealer.open(secret, SECOND_FACTOR), digits)
        if step is None:
            return False
        unless_used = (account.c.id == number) & (func.coalesce(account.c.totp_step, 0) < step)
        with self._engine.begin() as connection:
            return bool(
                connection.execute(update(account).where(unless_used).values(totp_step=step)).rowcount
            )

    def _takes_recovery_code(self, number: int, code: str) -> bool:
        ours = (recovery_code.c.account == number) & (recovery_code.c.code_hash == self._hash(number, code))
        with self._engine.begin() as connection:
            return bool(connection.execute(delete(recovery_code).where(ours)).rowcount)

    def new_recovery_codes(self, number: int) -> list[str]:
        """New ones in place of those before."""
        codes = ["".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH)) for _ in range(_CODES)]
        rows = [{"account": number, "code_hash": self._hash(number, code)} for code in codes]
        with self._engine.begin() as connection:
            connection.execute(delete(recovery_code).where(recovery_code.c.account == number))
            connection.execute(insert(recovery_code), rows)
        return ["-".join((code[:4], code[4:8], code[8:])) for code in codes]

    def recovery_codes_left(self, number: int) -> int:
        """How many are unused."""
        with self._engine.connect() as connection:
            query = select(recovery_code.c.id).where(recovery_code.c.account == number)
            return len(connection.execute(query).all())

    def remove(self, number: int) -> None:
        """The phone is lost: the next log-in sets up a new one."""
        nothing = {"totp_secret": None, "totp_proposed": None, "totp_step": None}
        with self._engine.begin() as connection:
            connection.execute(update(account).where(account.c.id == number).values(**nothing))
            connection.execute(delete(recovery_code).where(recovery_code.c.account == number))

    def _secrets(self, number: int) -> tuple[str | None, str | None]:
        query = select(account.c.totp_secret, account.c.totp_proposed).where(account.c.id == number)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return (None, None) if row is None else (row.totp_secret, row.totp_proposed)

    def _hash(self, number: int, code: str) -> str:
        return self._sealer.person(f"recovery code of {number}: {code}")


def _digits(code: str) -> str:
    """The six digits of a code, in whatever script they were typed; empty for anything else."""
    plain = "".join(code.split())
    return "".join(str(int(each)) for each in plain) if plain.isdecimal() and len(plain) == _LENGTH else ""


def _step(secret: str, digits: str) -> int | None:
    """The step of time whose code this is, the latest of several; None for a wrong one or no secret."""
    if not secret:
        return None
    totp = pyotp.TOTP(secret)
    now = int(clock.now().timestamp()) // totp.interval
    right = [now + drift for drift in _DRIFT if hmac.compare_digest(totp.generate_otp(now + drift), digits)]
    return right[-1] if right else None
