"""The tables of accounts as they were when steps began

Revision: 0001, after None
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text

from bot.databases.migrating import adopt

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

metadata = MetaData()  # a copy of the day: it stays as it is when the program's own tables change
Table(
    "account", metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("roles", String(80), nullable=False),
    Column("language", String(8), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("password", Text),
    Column("disabled_at", String(32)),
    Column("signed_in_at", String(32)),
    Column("totp_secret", Text),
    Column("totp_proposed", Text),
    Column("totp_step", Integer),
)  # fmt: skip
Table(
    "api_key", metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("start", String(12), nullable=False),
    Column("scopes", String(80), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", String(32), nullable=False),
    Column("used_on", String(10)),
    Column("revoked_at", String(32)),
)  # fmt: skip
Table(
    "audit", metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False, index=True),
    Column("who", String(80), nullable=False, index=True),
    Column("did", String(40), nullable=False, index=True),
    Column("what", Text, nullable=False),
)  # fmt: skip
Table(
    "desk_session", metadata,
    Column("id", Integer, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("account", Integer, nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("stage", String(10), nullable=False),
    Column("browser", String(60), nullable=False),
    Column("began_at", String(32), nullable=False),
    Column("seen_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
)  # fmt: skip
Table(
    "invitation", metadata,
    Column("account", Integer, primary_key=True, autoincrement=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("expires_at", String(32), nullable=False),
)  # fmt: skip
Table(
    "login_attempt", metadata,
    Column("id", Integer, primary_key=True),
    Column("of", String(64), nullable=False, index=True),
    Column("at", Float, nullable=False, index=True),
)  # fmt: skip
Table(
    "recovery_code", metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Integer, nullable=False, index=True),
    Column("code_hash", String(64), nullable=False),
)  # fmt: skip
Table(
    "proposal", metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("subject", String(240), nullable=False, index=True),
    Column("document", Text, nullable=False),
    Column("before", Text),
    Column("author", String(80), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("edition", Integer, nullable=False),
    Column("at", String(32), nullable=False),
    Column("outcome", String(80)),
)  # fmt: skip
Table(
    "proposal_step", metadata,
    Column("id", Integer, primary_key=True),
    Column("proposal", Integer, nullable=False, index=True),
    Column("at", String(32), nullable=False),
    Column("who", String(80), nullable=False),
    Column("did", String(20), nullable=False),
    Column("why", Text, nullable=False),
)  # fmt: skip


def upgrade() -> None:
    """Makes the tables, or takes them as an earlier version left them."""
    adopt(op.get_bind(), metadata)


def downgrade() -> None:
    """Drops everything."""
    metadata.drop_all(op.get_bind())
