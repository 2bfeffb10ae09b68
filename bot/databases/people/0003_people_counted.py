"""How many people asked, beside how often it was asked

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COLUMNS = (
    "people", "people_of_topic", "people_of_corridor", "people_of_sector", "people_of_outcome",
    "people_of_detail",
)  # fmt: skip


def upgrade() -> None:
    """Adds a number for each kind of first question; of what was counted before, nobody knows."""
    for name in _COLUMNS:
        op.add_column("asked", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Drops them."""
    for name in _COLUMNS:
        op.drop_column("asked", name)
