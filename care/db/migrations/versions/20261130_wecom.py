"""How far the messages of 微信客服 were read, and in whose hands its customers are.

Revision: 74225853c7d1
Revises: 727671c6e976
Created: 2026-11-30 06:26:11.608065
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from care.db.base import UtcDateTime

revision: str = '74225853c7d1'
down_revision: str | None = '727671c6e976'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the change."""
    op.create_table('wecom_inboxes',
    sa.Column('open_kfid', sa.String(length=64), nullable=False),
    sa.Column('cursor', sa.Text(), nullable=False),
    sa.Column('token', sa.String(length=128), nullable=False),
    sa.Column('asked', sa.Integer(), nullable=False),
    sa.Column('read', sa.Integer(), nullable=False),
    sa.Column('since', UtcDateTime(), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('lease_until', UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('open_kfid', name=op.f('pk_wecom_inboxes'))
    )
    op.create_table('wecom_sessions',
    sa.Column('address', sa.String(length=128), nullable=False),
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('address', name=op.f('pk_wecom_sessions'))
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table('wecom_sessions')
    op.drop_table('wecom_inboxes')
