"""What is measured of a conversation: the lookup, which is a stage of every answer, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from bot.conversation.turn import Reply
from bot.observability.marks import count, timed
from bot.rules import lookup as rules
from bot.rules.case import Case
from bot.rules.lawbase import LawBase, LawReader
from bot.rules.lookup import Lookup

# Topics that can be turned against who asks. The numbers are exact and may be read at any moment: one more
# is one person's question.
TOLD_AS_OTHER: Final = frozenset((
    "emergency", "violence_harassment", "forced_labour", "document_retention", "freedom_of_association",
    "discrimination", "maternity",
))  # fmt: skip


def lookup(base: LawBase, case: Case, topics: Iterable[str] | None = None) -> Lookup:
    """As `bot.rules.lookup.lookup`."""
    with timed("lookup"):
        return rules.lookup(base, case, topics)


def look_up(reader: LawReader, case: Case, topics: Iterable[str] | None = None) -> Lookup:
    """As `bot.rules.lookup.look_up`."""
    with timed("lookup"):
        return rules.look_up(reader, case, topics)


def noticed(reply: Reply) -> Reply:
    """The reply, once its topics, outcomes, fallbacks and handoffs are counted: every time, unlike the
    counts of what people ask, which have each question once a week."""
    for asked in reply.asked:
        count("questions", _topic_told(asked.topic), asked.outcome)
    for effect in reply.effects:
        if effect.name == "unanswered":
            count("fallbacks", reply.state.language)
        elif effect.name == "ask_for_person":
            count("handoffs", "urgent" if effect.values.get("urgent") else "calm")
    return reply


def _topic_told(topic: str | None) -> str:
    """What the numbers call a topic."""
    if topic is None:
        return "none"
    return "other" if topic in TOLD_AS_OTHER else topic
