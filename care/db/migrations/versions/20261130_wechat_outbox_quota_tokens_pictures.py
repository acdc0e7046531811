"""WeChat: outbox, quota, tokens, pictures.

Revision: 727671c6e976
Revises: c41d7e02b9aa
Created: 2026-11-30 06:19:59.766812
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from care.db.base import UtcDateTime

revision: str = '727671c6e976'
down_revision: str | None = 'c41d7e02b9aa'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the change."""
    op.create_table('reach',
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('address', sa.String(length=128), nullable=False),
    sa.Column('message_until', UtcDateTime(), nullable=True),
    sa.Column('message_left', sa.Integer(), nullable=False),
    sa.Column('event_until', UtcDateTime(), nullable=True),
    sa.Column('event_left', sa.Integer(), nullable=False),
    sa.Column('answering_until', UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('channel', 'address', name=op.f('pk_reach'))
    )
    op.create_table('wechat_callbacks',
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.Column('address', sa.String(length=128), nullable=False),
    sa.Column('open_until', UtcDateTime(), nullable=True),
    sa.Column('stamps', sa.Integer(), nullable=False),
    sa.Column('last_stamp', sa.BigInteger(), nullable=False),
    sa.Column('reply', sa.Text(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_wechat_callbacks'))
    )
    with op.batch_alter_table('wechat_callbacks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_wechat_callbacks_address'), ['address'], unique=False)
        batch_op.create_index(batch_op.f('ix_wechat_callbacks_at'), ['at'], unique=False)

    op.create_table('wechat_tokens',
    sa.Column('app_id', sa.String(length=64), nullable=False),
    sa.Column('sealed', sa.Text(), nullable=False),
    sa.Column('renew_at', UtcDateTime(), nullable=True),
    sa.Column('fetching_until', UtcDateTime(), nullable=True),
    sa.Column('forced_at', UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('app_id', name=op.f('pk_wechat_tokens'))
    )
    op.create_table('attachments',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('message_id', sa.String(length=26), nullable=False),
    sa.Column('mime', sa.String(length=20), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_attachments_message_id_messages')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachments'))
    )
    with op.batch_alter_table('attachments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attachments_message_id'), ['message_id'], unique=False)

    op.create_table('outbox',
    sa.Column('message_id', sa.String(length=26), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('address', sa.String(length=128), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('progress', sa.Integer(), nullable=False),
    sa.Column('carrier', sa.String(length=160), nullable=True),
    sa.Column('carried_from', sa.Integer(), nullable=False),
    sa.Column('lease_until', UtcDateTime(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(length=40), nullable=True),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_outbox_message_id_messages')),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_outbox'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_address', ['channel', 'address', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_carrier'), ['carrier'], unique=False)
        batch_op.create_index('ix_outbox_due', ['channel', 'state', 'due_at'], unique=False)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_due')
        batch_op.drop_index(batch_op.f('ix_outbox_carrier'))
        batch_op.drop_index('ix_outbox_address')

    op.drop_table('outbox')
    with op.batch_alter_table('attachments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attachments_message_id'))

    op.drop_table('attachments')
    op.drop_table('wechat_tokens')
    with op.batch_alter_table('wechat_callbacks', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_wechat_callbacks_at'))
        batch_op.drop_index(batch_op.f('ix_wechat_callbacks_address'))

    op.drop_table('wechat_callbacks')
    op.drop_table('reach')
