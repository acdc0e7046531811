"""Reminders that were sent.

Revision: 5215f53bc641
Revises: df0878be61cf
Created: 2026-11-30 02:37:42.598236
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from care.db.base import UtcDateTime

revision: str = '5215f53bc641'
down_revision: str | None = 'df0878be61cf'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the change."""
    op.create_table('sent_reminders',
    sa.Column('line_id', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('period', sa.String(length=40), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('line_id', 'kind', 'period', name=op.f('pk_sent_reminders'))
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table('sent_reminders')
