"""What is kept, where and for how long: the one list that the housekeeping, `haq privacy data` and the
tests go by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.conversation.outcomes import week_of
from bot.people import clock
from bot.privacy.stores import Stores
from bot.settings import Settings

STATISTICS_KEPT: Final = timedelta(days=730)
"""Feedback and counts: nobody is in them, yet a small count may speak of one person to who knows them."""

CONVERSATIONS, ACCOUNTS, FILES = "conversations", "accounts", "files"


@dataclass(frozen=True)
class Kept:
    """One kind of thing that is kept."""

    what: str
    where: str  # CONVERSATIONS or ACCOUNTS: the database; FILES: the var folder
    tables: tuple[str, ...]
    how: str  # what protects it
    until: Callable[[Settings], str]
    tidy: Callable[[Stores, Settings], int] | None = None
    """Erases what has had its time and gives how much; None: it goes with something else, or stays."""


def _days(settings: Settings) -> str:
    return f"{settings.keep_days} days after the last message"


def _kept(settings: Settings) -> timedelta:
    return timedelta(days=settings.keep_days)


def _tidy_mailbox(stores: Stores, settings: Settings) -> int:
    kept = _kept(settings).total_seconds()
    return stores.mailbox.purge(kept=kept, is_wanted=stores.people.is_reminded)


def _tidy_web(stores: Stores, _settings: Settings) -> int:
    over = stores.weblog.over()
    for person in over:
        stores.erase_known(person)
    return len(over)


def _statistics(_settings: Settings) -> str:
    return f"{STATISTICS_KEPT.days} days"


def _first_week() -> str:
    return week_of(date.fromisoformat(clock.now(-STATISTICS_KEPT)[:10]))


HASHED, SEALED = "person under a keyed hash", "person under a keyed hash, words sealed"
STORES: Final[tuple[Kept, ...]] = (
    Kept(
        "conversation: what was understood of the case, without the words", CONVERSATIONS,
        ("conversation",), SEALED, _days,
        lambda stores, settings: stores.conversations.purge(kept=_kept(settings)),
    ),
    Kept(
        "people on messaging apps: where to answer them", CONVERSATIONS, ("channel_person",), SEALED,
        lambda settings: f"{_days(settings)}; longer while a reminder waits that they wanted",
        _tidy_mailbox,
    ),
    Kept(
        "messages that came in", CONVERSATIONS, ("channel_inbox",), SEALED,
        lambda _: "words until they are answered, seconds as a rule; a hash of the platform's number 8 days",
    ),
    Kept(
        "answers to send", CONVERSATIONS, ("channel_outbox",), SEALED,
        lambda settings: (
            f"words until they are sent, else {settings.keep_days} days; that one was sent 24 hours"
        ),
    ),
    Kept(
        "web chat: what was said", CONVERSATIONS, ("web_session", "web_event"), SEALED,
        lambda _: "until the chat is ended, or 24 hours after the page was last open", _tidy_web,
    ),
    Kept(
        "chats with the desk, notes of colleagues", CONVERSATIONS,
        ("handoff", "handoff_message", "handoff_message_detail", "handoff_note"), SEALED,
        lambda settings: f"words until the chat is closed; the rest {settings.keep_days} days after that",
        lambda stores, settings: stores.people.purge(_kept(settings)),
    ),
    Kept(
        "reminders, messages of the desk to send", CONVERSATIONS, ("outbox",), SEALED,
        lambda settings: f"until they are sent, else {settings.keep_days} days after that day",
        lambda stores, settings: stores.people.purge_outbox(_kept(settings)),
    ),
    Kept(
        "feedback on answers", CONVERSATIONS, ("feedback",), "no person; words that many people write alone",
        _statistics, lambda stores, _: stores.people.purge_feedback(STATISTICS_KEPT),
    ),
    Kept(
        "counts of questions, by week", CONVERSATIONS, ("asked",), "no person",
        _statistics, lambda stores, _: stores.counts.purge(_first_week()),
    ),
    Kept(
        "whose message is being answered now", CONVERSATIONS, ("conversation_lock",), HASHED,
        lambda _: "seconds; a day where a process died over it",
        lambda stores, _: stores.drop_old_locks(),
    ),
    Kept(
        "which key the hashes are made with", CONVERSATIONS, ("people_key",),
        "a fingerprint, which tells nothing", lambda _: "as long as the database",
    ),
    Kept(
        "who is at the desk now", CONVERSATIONS, ("desk_presence", "desk_change"), "names of accounts",
        lambda _: "two minutes",
    ),
    Kept(
        "accounts of the desk", ACCOUNTS, ("account", "recovery_code", "invitation", "api_key"),
        "passwords, codes and keys as hashes, second factors sealed",
        lambda _: (
            "for good, also when closed: the audit log and the proposals name them; "
            "links and codes until they are used or replaced"
        ),
    ),
    Kept(
        "sessions of the desk, attempts to log in", ACCOUNTS, ("desk_session", "login_attempt"),
        "tokens and addresses as hashes", lambda _: "12 hours; 15 minutes",
        lambda stores, _: stores.accounts.sessions.purge() + stores.accounts.throttle.purge(),
    ),
    Kept(
        "audit log: who of the desk did what, in which chat (its number)", ACCOUNTS, ("audit",),
        "names of accounts; never a word of a chat", lambda settings: f"{settings.keep_audit_days} days",
        lambda stores, settings: stores.accounts.log.purge(timedelta(days=settings.keep_audit_days)),
    ),
    Kept(
        "proposed changes of the law", ACCOUNTS, ("proposal", "proposal_step"),
        "names of accounts; no worker",
        lambda _: "for good: who changed the law must be known",
    ),
    Kept(
        "logs", FILES, ("log/*.log",), "no person, no words",
        lambda settings: f"the last 5 to 10 MB of each part; put aside ones {settings.keep_days} days",
    ),
)  # fmt: skip
