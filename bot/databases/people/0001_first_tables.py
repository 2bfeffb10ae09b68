"""The tables of people as they were when steps began

Revision: 0001, after None
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.databases.migrating import adopt

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

metadata = MetaData()  # a copy of the day: it stays as it is when the program's own tables change
Table(
    "conversation", metadata,
    Column("person", String(64), primary_key=True),
    Column("body", Text, nullable=False),
    Column("updated_at", String(32), nullable=False, index=True),
)  # fmt: skip
Table(
    "channel_inbox", metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("message", String(64), nullable=False),
    Column("person", String(64), nullable=False, index=True),
    Column("state", String(5), nullable=False, index=True),
    Column("sent_at", Float, nullable=False),
    Column("place", Integer, nullable=False),
    Column("came_at", Float, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("channel", "message"),
)  # fmt: skip
Table(
    "channel_outbox", metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(20), nullable=False, index=True),
    Column("person", String(64), nullable=False, index=True),
    Column("reference", String(32), nullable=False, unique=True),
    Column("state", String(8), nullable=False, index=True),
    Column("tries", Integer, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("body", Text, nullable=False),
    Column("code", String(60), nullable=False),
    Column("message", String(64), nullable=False),
)  # fmt: skip
Table(
    "channel_person", metadata,
    Column("person", String(64), primary_key=True),
    Column("channel", String(20), nullable=False, index=True),
    Column("address", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("rest", Text, nullable=False),
    Column("country", String(3), nullable=False),
    Column("forget", Boolean, nullable=False),
    Column("held_by", String(32), nullable=False),
    Column("held_until", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
)  # fmt: skip
Table(
    "web_event", metadata,
    Column("number", Integer, primary_key=True),
    Column("person", String(64), nullable=False, index=True),
    Column("reference", String(80), nullable=False, unique=True),
    Column("body", Text, nullable=False),
)  # fmt: skip
Table(
    "web_session", metadata,
    Column("person", String(64), primary_key=True),
    Column("language", String(8), nullable=False),
    Column("chosen", Integer, nullable=False),
    Column("seen_at", Float, nullable=False, index=True),
)  # fmt: skip
Table(
    "desk_change", metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
)  # fmt: skip
Table(
    "desk_presence", metadata,
    Column("worker", String(80), primary_key=True),
    Column("seen_at", String(32), nullable=False),
)  # fmt: skip
Table(
    "feedback", metadata,
    Column("id", Integer, primary_key=True),
    Column("day", String(10), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("language", String(8), nullable=False),
    Column("topic", String(40)),
    Column("body", Text, nullable=False),
)  # fmt: skip
Table(
    "handoff", metadata,
    Column("id", Integer, primary_key=True),
    Column("person", String(64), nullable=False, index=True),
    Column("address", Text, nullable=False),
    Column("state", String(10), nullable=False, index=True),
    Column("urgent", Boolean, nullable=False),
    Column("danger", String(20)),
    Column("language", String(8), nullable=False),
    Column("summary", Text, nullable=False),
    Column("taken_by", String(80)),
    Column("opened_at", String(32), nullable=False),
    Column("changed_at", String(32), nullable=False),
    sqlite_autoincrement=True,
)  # fmt: skip
Table(
    "handoff_message", metadata,
    Column("id", Integer, primary_key=True),
    Column("handoff", Integer, nullable=False, index=True),
    Column("from_desk", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", String(32), nullable=False),
    sqlite_autoincrement=True,
)  # fmt: skip
Table(
    "handoff_message_detail", metadata,
    Column("message", Integer, primary_key=True, autoincrement=False),
    Column("handoff", Integer, nullable=False, index=True),
    Column("worker", String(80)),
    Column("rules", Text, nullable=False),
    Column("token", String(40), unique=True),
)  # fmt: skip
Table(
    "handoff_note", metadata,
    Column("id", Integer, primary_key=True),
    Column("handoff", Integer, nullable=False, index=True),
    Column("worker", String(80), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", String(32), nullable=False),
)  # fmt: skip
Table(
    "outbox", metadata,
    Column("id", Integer, primary_key=True),
    Column("person", String(64), nullable=False, index=True),
    Column("address", Text, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("text", Text, nullable=False),
    Column("due", String(32), nullable=False, index=True),
)  # fmt: skip
Table(
    "asked", metadata,
    Column("week", String(8), primary_key=True),
    Column("topic", String(40), primary_key=True),
    Column("origin", String(8), primary_key=True),
    Column("destination", String(8), primary_key=True),
    Column("sector", String(30), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("channel", String(20), primary_key=True),
    Column("outcome", String(12), primary_key=True),
    Column("detail", String(24), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("record_key", BigInteger, nullable=False),
)  # fmt: skip


def upgrade() -> None:
    """Makes the tables, or takes them as an earlier version left them."""
    adopt(op.get_bind(), metadata)


def downgrade() -> None:
    """Drops everything."""
    metadata.drop_all(op.get_bind())
