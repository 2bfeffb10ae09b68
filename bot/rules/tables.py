"""The tables of the rules database.

A rule, contact, scope or group stands whole in `body` (canonical JSON) with the columns that
queries need beside it; `rule_reach` is the index that a lookup walks: topic, destination, origin.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

# One row: the version of the effective set (a hash over all that is loaded).
law_version = Table(
    "law_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", String(64), nullable=False),
    Column("loaded_at", String(32), nullable=False),
)

# Rule types, terms and facts, as declared.
catalogue = Table(
    "catalogue",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)

country_group = Table(
    "country_group",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)

legal_scope = Table(
    "legal_scope",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)

rule = Table(
    "rule",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("type", String(100), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("via", String(40), nullable=False),
    Column("start", String(10)),
    Column("end", String(10)),
    Column("as_of", String(10)),
    Column("evidence", String(10), nullable=False),
    Column("confidence", String(10), nullable=False),
    Column("review_by", String(10), index=True),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)

rule_reach = Table(
    "rule_reach",
    metadata,
    Column("topic", String(40), primary_key=True),
    Column("destination", String(10), primary_key=True),
    Column("origin", String(10), primary_key=True),
    Column("rule_id", ForeignKey("rule.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_rule_reach_destination_origin", "destination", "origin"),
    Index("ix_rule_reach_rule_id", "rule_id"),
)

# Instruments, ratifications, agreements and pairs known to have none: few, held in memory.
treaty = Table(
    "treaty",
    metadata,
    Column("id", String(200), primary_key=True),  # KIND/ID
    Column("kind", String(40), nullable=False, index=True),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)

# What was looked for in vain: few, held in memory.
named_gap = Table(
    "named_gap",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)

contact = Table(
    "contact",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("name", Text, nullable=False),
    Column("country", String(2), index=True),
    Column("immigration_risk", String(10), nullable=False),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)

contact_role = Table(
    "contact_role",
    metadata,
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("role", String(40), primary_key=True),
    Index("ix_contact_role_role", "role"),
)

# One row a number or address, each with its own provenance.
contact_value = Table(
    "contact_value",
    metadata,
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("value", Text, nullable=False),
    Column("from_abroad", Boolean),
    Column("evidence", String(10), nullable=False),
    Column("confidence", String(10), nullable=False),
    Column("as_of", String(10)),
    Column("review_by", String(10)),
    Column("source_title", Text),
    Column("source_url", Text),
)

emergency_number = Table(
    "emergency_number",
    metadata,
    Column("country", String(2), primary_key=True),
    Column("number", String(10), primary_key=True),
    Column("services", String(60), primary_key=True),
    Column("source", Text, nullable=False),
    Column("as_of", String(10)),
    Column("confirmed", Boolean, nullable=False),
    Column("contact_id", String(200)),
    Column("review_by", String(10)),
)

# Append-only: every change of a rule or contact, and what it then said (nothing: it was removed).
record_change = Table(
    "record_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record", String(200), nullable=False, index=True),  # rule/ID or contact/ID
    Column("at", String(32), nullable=False),
    Column("version", String(64), nullable=False),
    Column("body", Text),
)

# Append-only: changes of the law made beside the law files, and what became of them.
revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record", String(200), nullable=False, index=True),
    Column("country", String(2), nullable=False),
    Column("replaces", String(64)),  # hash of what the law files said; nothing: they had no such record
    Column("document", Text, nullable=False),  # as written in a law file, with its sources
    Column("author", String(100), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String(32), nullable=False),
)
revision_end = Table(
    "revision_end",
    metadata,
    Column("revision_id", ForeignKey("revision.id"), primary_key=True),
    Column("how", String(20), nullable=False),  # settled | withdrawn | followed
    Column("by", String(100)),
    Column("at", String(32), nullable=False),
)
