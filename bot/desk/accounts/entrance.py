"""Coming in: the name and the password, then the code of the second factor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.desk.accounts.audit import AuditLog
from bot.desk.accounts.members import Members, normal
from bot.desk.accounts.problems import AccountError, Problem
from bot.desk.accounts.second_factor import SecondFactors, is_demanded
from bot.desk.accounts.sessions import Sessions, Stage
from bot.desk.accounts.throttle import Throttle
from bot.desk.visitor import Account


class Step(Enum):
    """What is to be done next."""

    CODE = "code"
    SET_UP = "set up"  # the second factor, at the first log-in
    IN = "in"


@dataclass(frozen=True)
class Passed:
    """A door was passed: the token of the new session, and the next door."""

    account: Account
    token: str
    step: Step


class Entrance:
    """Each step gives a new session in place of the one before, so that no old token is worth more."""

    def __init__(
        self, members: Members, sessions: Sessions, factors: SecondFactors, throttle: Throttle, log: AuditLog
    ) -> None:
        self._members = members
        self._sessions = sessions
        self._factors = factors
        self._throttle = throttle
        self._log = log

    def by_password(self, name: str, password: str, address: str, browser: str) -> Passed:
        """The first door. Raises AccountError for a wrong name or password, TooManyAttempts."""
        with self._throttle.attempt(normal(name), address) as attempt:
            found = self._members.has_password(name, password)
            if found is not None:
                attempt.succeeded()
        if found is None:
            known = self._members.open(name)  # an unknown one may be a password: it is not written down
            self._log.note("?" if known is None else known.name, "failed_login", {"at": "password"})
            raise AccountError(Problem.WRONG_LOGIN)
        return self._admit(found, browser)

    def by_link(self, token: str, password: str, browser: str) -> Passed:
        """Sets a password by a one-time link. Raises AccountError."""
        invited = self._members.use_link(token, password)
        self._throttle.forget(invited.name)
        self._log.note(invited.name, "set_password", {"by": "link"})
        return self._admit(invited, browser)

    def by_provider(self, name: str, has_second_factor: bool, browser: str) -> Passed:
        """Somebody whom the organisation's own log-in knows. Raises AccountError for a stranger."""
        found = self._members.open(name)
        if found is None:
            raise AccountError(Problem.PROVIDER_STRANGER)
        return self._in(found, browser) if has_second_factor else self._admit(found, browser)

    def by_code(self, halfway: str, code: str, address: str, browser: str) -> Passed:
        """The second door. Raises AccountError for a wrong code or when the first is too long ago."""
        found = self._who(halfway)
        self.check_code(found, code, address)
        self._sessions.end(halfway)
        return self._in(found, browser)

    def by_new_factor(self, halfway: str, code: str, browser: str) -> tuple[Passed, list[str]]:
        """The second door at the first log-in: takes the proposed secret; gives the recovery codes too."""
        found = self._who(halfway)
        codes = None if self._factors.has(found.id) else self._factors.confirm(found.id, halfway, code)
        if codes is None:
            raise AccountError(Problem.WRONG_NEW_CODE)
        self._log.note(found.name, "set_second_factor", {})
        self._sessions.end(halfway)
        return self._in(found, browser), codes

    def new_password(self, account: Account, current: str, new: str, address: str, browser: str) -> str:
        """Another password; ends every session and opens one. Raises AccountError, TooManyAttempts."""
        with self._throttle.attempt(account.name, address) as attempt:
            if self._members.has_password(account.name, current) is not None:
                attempt.succeeded()
        if not attempt.right:
            self._log.note(account.name, "failed_login", {"at": "new password"})
            raise AccountError(Problem.WRONG_PASSWORD)
        self._members.set_password(account.id, new)
        self._log.note(account.name, "set_password", {"by": "password"})
        return self._sessions.open(account.id, Stage.FULL, browser)

    def new_factor(self, account: Account, session: str, old: str, code: str, address: str) -> list[str]:
        """Another phone: a code of the old one, if there is one, and the first of the new; recovery codes.

        `session`: the token of the session to which the new secret was shown. Raises AccountError for a
        wrong code, TooManyAttempts.
        """
        # Before the code of the old phone, which is used up by a look at it.
        if not self._factors.fits_proposed(account.id, session, code):
            raise AccountError(Problem.WRONG_NEW_CODE)
        if self._factors.has(account.id):
            self.check_code(account, old, address)
        codes = self._factors.confirm(account.id, session, code)
        if codes is None:
            raise AccountError(Problem.WRONG_NEW_CODE)
        self._log.note(account.name, "set_second_factor", {})
        return codes

    def check_code(self, account: Account, code: str, address: str) -> None:
        """Before the second factor is changed. Raises AccountError for a wrong code, TooManyAttempts."""
        with self._throttle.attempt(account.name, address) as attempt:
            if self._factors.is_right(account.id, code):
                attempt.succeeded()
        if not attempt.right:
            self._log.note(account.name, "failed_login", {"at": "code"})
            raise AccountError(Problem.WRONG_CODE)

    def _who(self, halfway: str) -> Account:
        found = self._sessions.halfway(halfway)
        if found is None:
            raise AccountError(Problem.WRONG_LOGIN)
        return found

    def _admit(self, found: Account, browser: str) -> Passed:
        """As far as a password brings somebody."""
        has = self._factors.has(found.id)
        if not has and not is_demanded(found.roles):
            return self._in(found, browser)
        step = Step.CODE if has else Step.SET_UP
        return Passed(found, self._sessions.open(found.id, Stage.PASSWORD, browser), step)

    def _in(self, found: Account, browser: str) -> Passed:
        self._throttle.forget(found.name)
        self._log.note(found.name, "logged_in", {})
        return Passed(found, self._sessions.open(found.id, Stage.FULL, browser), Step.IN)
