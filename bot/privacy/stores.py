"""Every store that holds something of people, opened together; erasing a person in all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from time import monotonic, sleep, time

from sqlalchemy import column, delete, table
from sqlalchemy.engine import Engine

from bot.channels.mailbox import Mailbox
from bot.channels.weblog import WebLog
from bot.desk.accounts.store import AccountStore, open_accounts
from bot.people.counts import CountStore
from bot.people.store import PeopleStore
from bot.privacy.conversations import ConversationStore
from bot.privacy.database import clear_traces, open_private
from bot.settings import Settings

_HOLD_PATIENCE_SECONDS = 20.0
_LOCKS_KEPT_SECONDS = 24 * 3600.0
_LOCKS = table("conversation_lock", column("until"))
_BY_TELEPHONE = ("whatsapp", "sms", "twilio_whatsapp")
_WITHOUT_MAILBOX = ("rest",)
"""Channels whose callers name a person themselves; the others have the keyed hash of the platform's id."""

Erased = dict[str, int]
"""How many rows of each table went."""


@dataclass(frozen=True)
class Stores:
    """All of them."""

    conversations: ConversationStore
    mailbox: Mailbox
    weblog: WebLog
    people: PeopleStore
    counts: CountStore
    accounts: AccountStore
    databases: tuple[Engine, ...]

    def erase(self, channel: str, address: str) -> Erased:
        """Takes out everything of a person, whom the platform of a channel names so.

        Waits while somebody is answering them just now: the answer would be kept after.
        """
        if channel in _WITHOUT_MAILBOX:
            return self.erase_known(address)
        return self.erase_known(self.mailbox.person(channel, address))

    def erase_known(self, person: str) -> Erased:
        """As `erase`, for somebody who is known by the name that the rest of the program uses."""
        until = monotonic() + _HOLD_PATIENCE_SECONDS
        while self.mailbox.known(person) and not self.mailbox.hold(person) and monotonic() < until:
            sleep(0.1)
        return {
            "conversation": self.conversations.erase(person),
            **self.people.erase(person),
            **self.mailbox.erase(person),
            # Last: if something before failed, housekeeping finds people of the web chat by their session.
            **self.weblog.erase(person),
        }

    def drop_old_locks(self) -> int:
        """Drops the locks that a process left when it died; gives how many."""
        old = delete(_LOCKS).where(_LOCKS.c.until < time() - _LOCKS_KEPT_SECONDS)
        with self.databases[0].begin() as connection:
            return connection.execute(old).rowcount

    def clear_traces(self) -> None:
        """Takes what was deleted out of the files of the databases too, as far as that goes."""
        for engine in self.databases:
            clear_traces(engine)


def open_stores(settings: Settings) -> Stores:
    """Opens all. Raises LawBaseUnavailable, KeyFileError or what the database raises when it is down."""
    url, key = settings.conversations_url, settings.people_key
    return Stores(
        ConversationStore(url, key), Mailbox(url, key), WebLog(url, key), PeopleStore(url, key),
        CountStore(url), open_accounts(settings),
        (open_private(url), open_private(settings.accounts_url)),
    )  # fmt: skip


def written_ways(channel: str, typed: str) -> tuple[str, ...]:
    """How a platform may name whom an operator has typed: telephone numbers stand in several ways.

    Other ids are taken as they are: with and without a sign they belong to different chats.

    >>> written_ways("whatsapp", "+977 981-234567")
    ('+977 981-234567', '977981234567', '+977981234567', 'whatsapp:+977981234567')
    >>> written_ways("telegram", "-100200300")
    ('-100200300',)
    """
    digits = re.sub(r"[\s().+-]", "", typed.removeprefix("whatsapp:"))
    if channel not in _BY_TELEPHONE or not digits.isdecimal():
        return (typed,)
    return tuple(dict.fromkeys((typed, digits, f"+{digits}", f"whatsapp:+{digits}")))
