"""The second factor: codes of an app on the phone (TOTP), and recovery codes on paper for when it is lost."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable

import pyotp
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Engine

from bot.desk.accounts import clock
from bot.desk.accounts.tables import account, recovery_code
from bot.privacy.sealing import Sealer

ISSUER = "Haq"
_DRIFT = (-1, 0, 1)  # clocks of phones are off by up to half a minute
_LENGTH = 6
_CODES, _CODE_LENGTH = 10, 12
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are mistaken for another on paper


def is_demanded(roles: Iterable[str]) -> bool:
    """Whether an account with these roles must have one: all but those who only look."""
    return set(roles) != {"viewer"}


class SecondFactors:
    """Of all accounts. Secrets are sealed: the database alone makes no code."""

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        self._engine = engine
        self._sealer = sealer

    def has(self, number: int) -> bool:
        """Whether an account has one."""
        return self._secrets(number)[0] is not None

    def propose(self, number: int) -> str:
        """A secret for the app, the same until it is confirmed."""
        _, proposed = self._secrets(number)
        if proposed is None:
            made = self._sealer.seal(pyotp.random_base32())
            unless_made = (account.c.id == number) & account.c.totp_proposed.is_(None)
            with self._engine.begin() as connection:
                connection.execute(update(account).where(unless_made).values(totp_proposed=made))
            _, proposed = self._secrets(number)
        return "" if proposed is None else self._sealer.open(proposed)

    def address(self, number: int, name: str) -> str:
        """The proposed secret as apps read it from a QR code."""
        return pyotp.TOTP(self.propose(number)).provisioning_uri(name=name, issuer_name=ISSUER)

    def fits_proposed(self, number: int, code: str) -> bool:
        """Whether a code is one of the proposed secret."""
        return self._proposed_step(number, code)[1] is not None

    def _proposed_step(self, number: int, code: str) -> tuple[str | None, int | None]:
        _, proposed = self._secrets(number)
        return proposed, None if proposed is None else _step(self._sealer.open(proposed), _digits(code))

    def confirm(self, number: int, code: str) -> list[str] | None:
        """Takes the proposed secret when the code is right; gives the recovery codes, kept nowhere."""
        proposed, step = self._proposed_step(number, code)
        if step is None:
            return None
        unless_taken = (account.c.id == number) & (account.c.totp_proposed == proposed)
        with self._engine.begin() as connection:
            taken = connection.execute(
                update(account)
                .where(unless_taken)
                .values(totp_secret=proposed, totp_proposed=None, totp_step=step)
            )
        return self.new_recovery_codes(number) if taken.rowcount else None

    def is_right(self, number: int, code: str) -> bool:
        """Whether a code of the app or a recovery code is right; either is used up."""
        digits = _digits(code)
        if digits:
            return self._takes_code(number, digits)
        return self._takes_recovery_code(number, "".join(code.split()).replace("-", "").lower())

    def _takes_code(self, number: int, digits: str) -> bool:
        secret, _ = self._secrets(number)
        step = None if secret is None else _step(self._sealer.open(secret), digits)
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
    """The step of time whose code this is, the latest of several; None for a wrong one."""
    totp = pyotp.TOTP(secret)
    now = int(clock.now().timestamp()) // totp.interval
    right = [now + drift for drift in _DRIFT if hmac.compare_digest(totp.generate_otp(now + drift), digits)]
    return right[-1] if right else None
