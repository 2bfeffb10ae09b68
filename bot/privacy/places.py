"""Where sealed texts stand: each is bound to its place, and all of them are sealed anew with a new key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CONVERSATION: Final = "conversation"
CHAT_ADDRESS: Final = "chat address"  # of a chat at the desk, and of what is to be sent into it
CHAT_SUMMARY: Final = "chat summary"
CHAT_WORDS: Final = "chat words"
CHAT_NOTE: Final = "chat note"
TO_SEND: Final = "to send"
ADDRESS: Final = "channel address"
REST: Final = "rest of an answer"
MESSAGE: Final = "message"
LETTER: Final = "letter"
WEB_EVENT: Final = "web event"
SECOND_FACTOR: Final = "second factor"
SIGNING_IN: Final = "signing in"  # in a cookie, for minutes


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed texts; an empty text stands for nothing."""

    table: str
    key: str  # the column that names a row
    column: str
    place: str


IN_CONVERSATIONS: Final = (
    SealedColumn("conversation", "person", "body", CONVERSATION),
    SealedColumn("handoff", "id", "address", CHAT_ADDRESS),
    SealedColumn("handoff", "id", "summary", CHAT_SUMMARY),
    SealedColumn("handoff_message", "id", "text", CHAT_WORDS),
    SealedColumn("handoff_note", "id", "text", CHAT_NOTE),
    SealedColumn("outbox", "id", "address", CHAT_ADDRESS),
    SealedColumn("outbox", "id", "text", TO_SEND),
    SealedColumn("channel_person", "person", "address", ADDRESS),
    SealedColumn("channel_person", "person", "rest", REST),
    SealedColumn("channel_inbox", "id", "body", MESSAGE),
    SealedColumn("channel_outbox", "id", "body", LETTER),
    SealedColumn("web_event", "number", "body", WEB_EVENT),
)
IN_ACCOUNTS: Final = (
    SealedColumn("account", "id", "totp_secret", SECOND_FACTOR),
    SealedColumn("account", "id", "totp_proposed", SECOND_FACTOR),
)
