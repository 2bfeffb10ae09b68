"""Treaties: instruments, ratifications, agreements

Revision: 0002, after 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "treaty",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treaty")),
    )
    with op.batch_alter_table("treaty", schema=None) as batch:
        batch.create_index(batch.f("ix_treaty_kind"), ["kind"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("treaty", schema=None) as batch:
        batch.drop_index(batch.f("ix_treaty_kind"))
    op.drop_table("treaty")
