"""Who asks: an account with a session, or a guest."""

from __future__ import annotations

from dataclasses import dataclass

from bot.desk.accounts.roles import GUEST, May


@dataclass(frozen=True)
class Account:
    """Somebody who works at the desk."""

    id: int
    name: str  # unique; what is written in the audit log and shown to colleagues
    roles: tuple[str, ...]
    language: str = "en"


@dataclass(frozen=True)
class Visitor:
    """Who asks, and what they may do."""

    account: Account | None = None
    may: frozenset[May] = GUEST
    csrf: str = ""  # every form of a session sends it back

    def can(self, what: str) -> bool:
        """For templates: `visitor.can("answer_people")`."""
        return May(what) in self.may
