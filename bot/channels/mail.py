"""What the mailbox keeps: its tables, and the objects that stand for their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, Column, Float, Integer, MetaData, String, Table, Text, UniqueConstraint

from bot.channels.platform import Choice, Inbound, Part

NEW, DONE = "new", "done"
READY, SENDING, SENT, DEAD = "ready", "sending", "sent", "dead"

metadata = MetaData()
people = Table(
    "channel_person", metadata,
    Column("person", String(64), primary_key=True),
    Column("channel", String(20), nullable=False, index=True),
    Column("address", Text, nullable=False),  # sealed: the platform's id
    Column("language", String(8), nullable=False, default=""),
    Column("rest", Text, nullable=False, default=""),  # sealed: what "more" brings
    Column("country", String(3), nullable=False, default=""),
    Column("forget", Boolean, nullable=False, default=False),  # once nothing is left to send
    Column("held_by", String(32), nullable=False, default=""),
    Column("held_until", Float, nullable=False, default=0.0),
    Column("seen_at", Float, nullable=False),
)  # fmt: skip
inbox = Table(
    "channel_inbox", metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("message", String(64), nullable=False),  # a keyed hash of the platform's id
    Column("person", String(64), nullable=False, index=True),
    Column("state", String(5), nullable=False, index=True),
    Column("sent_at", Float, nullable=False),
    Column("place", Integer, nullable=False),  # the platform's number among messages of one moment
    Column("came_at", Float, nullable=False),
    Column("body", Text, nullable=False),  # sealed; empty once done
    UniqueConstraint("channel", "message"),
)  # fmt: skip
outbox = Table(
    "channel_outbox", metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(20), nullable=False, index=True),
    Column("person", String(64), nullable=False, index=True),
    Column("reference", String(32), nullable=False, unique=True),
    Column("state", String(8), nullable=False, index=True),
    Column("tries", Integer, nullable=False, default=0),
    Column("due_at", Float, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("body", Text, nullable=False),  # sealed; empty once sent
    Column("code", String(60), nullable=False, default=""),  # the platform's error, of a dead letter
    Column("message", String(64), nullable=False, default=""),  # a keyed hash of the platform's id
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What is known of a person besides the conversation."""

    person: str  # the keyed hash under which the conversation is kept
    address: str
    language: str
    country: str  # of work, for the emergency numbers
    rest: tuple[dict[str, Any], ...]
    forget: bool


@dataclass(frozen=True)
class Letter:
    """A message to send."""

    id: int
    channel: str
    person: str
    address: str
    reference: str
    part: Part
    token: str
    tries: int
    doubtful: bool  # a process died while it was being sent
    due_at: float
    code: str = ""
    trace: str = ""  # of the message that it answers, for the logs


def inbound_json(message: Inbound, trace: str) -> dict[str, Any]:
    """A message as it is sealed."""
    return {
        "sender": message.sender, "id": message.id, "at": message.at, "kind": message.kind,
        "text": message.text, "place": message.place, "token": message.token, "trace": trace,
    }  # fmt: skip


def inbound(body: Mapping[str, Any]) -> Inbound:
    """A message that was sealed."""
    place = body.get("place")
    return Inbound(**{**body, "place": tuple(place) if place else None})


def part_json(part: Part) -> dict[str, Any]:
    """A part of an answer as it is sealed."""
    return {
        "text": part.text, "choices": [[each.label, each.number] for each in part.choices],
        "file": dict(part.file) if part.file else None,
    }  # fmt: skip


def part(body: Mapping[str, Any]) -> Part:
    """A part of an answer that was sealed."""
    choices = tuple(Choice(str(label), int(number)) for label, number in body.get("choices") or ())
    return Part(str(body["text"]), choices, body.get("file"))
