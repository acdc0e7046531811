"""Countries for roaming.

Revision: df0e5714d3ae
Revises: 5215f53bc641
Created: 2026-11-30 02:40:22.193721
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from care.db.base import Money

revision: str = "df0e5714d3ae"
down_revision: str | None = "5215f53bc641"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "bss_country",
        sa.Column("id", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("nicknames", sa.JSON(), nullable=False),
        sa.Column("call_per_minute", Money(), nullable=False),
        sa.Column("receive_per_minute", Money(), nullable=False),
        sa.Column("sms_each", Money(), nullable=False),
        sa.Column("data_per_mb", Money(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bss_country")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("bss_country")
