"""Roles, and what each may do. An account may have several."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class May(str, Enum):
    """Something that a page or an action needs."""

    HAVE_ACCOUNT = "have_account"  # one's own password, second factor, sessions
    SEE_LAW = "see_law"  # lookup, map, calculators, sheets: the law is public, nothing is kept of it
    SEE_QUESTIONS = "see_questions"  # what people ask, as counts
    ANSWER_PEOPLE = "answer_people"  # the inbox: conversations that wait for a person
    PROPOSE_LAW = "propose_law"
    REVIEW_LAW = "review_law"
    MANAGE = "manage"  # accounts, keys of other systems, the audit log


ROLES = ("viewer", "caseworker", "editor", "reviewer", "admin")

_STAFF = frozenset((May.HAVE_ACCOUNT, May.SEE_LAW, May.SEE_QUESTIONS))
_OF_ROLE = {
    "viewer": _STAFF,
    "caseworker": _STAFF | {May.ANSWER_PEOPLE},
    "editor": _STAFF | {May.PROPOSE_LAW},
    "reviewer": _STAFF | {May.PROPOSE_LAW, May.REVIEW_LAW},
    "admin": _STAFF | {May.MANAGE},  # opens no conversation: that takes a caseworker
}
GUEST = frozenset((May.SEE_LAW,))


def allowed(roles: Iterable[str]) -> frozenset[May]:
    """Everything that somebody with these roles may do; without a role, what a guest may."""
    return GUEST.union(*(_OF_ROLE[role] for role in roles))
