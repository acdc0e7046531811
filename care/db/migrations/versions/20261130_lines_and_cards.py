"""Lines and cards.

Revision: 07e5d0051ab4
Revises: e73177bbb803
Created: 2026-11-30 02:44:08.846875
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from care.db.base import Money, UtcDateTime

__all__ = ["Money", "UtcDateTime"]

revision: str = '07e5d0051ab4'
down_revision: str | None = "e73177bbb803"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the change."""
    op.create_table('bss_line_terms',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('keep_fee', Money(), nullable=False),
    sa.Column('keep_least_months', sa.Integer(), nullable=False),
    sa.Column('keep_most_months', sa.Integer(), nullable=False),
    sa.Column('keep_days_ahead', sa.Integer(), nullable=False),
    sa.Column('card_fees', sa.JSON(), nullable=False),
    sa.Column('courier_days', sa.Integer(), nullable=False),
    sa.Column('blocked_numbers', sa.Integer(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_bss_line_terms_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bss_line_terms'))
    )
    op.create_table('line_requests',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('turn_id', sa.String(length=26), nullable=False),
    sa.Column('act', sa.String(length=20), nullable=False),
    sa.Column('detail', sa.String(length=40), nullable=False),
    sa.Column('line_id', sa.String(length=40), nullable=False),
    sa.Column('customer_id', sa.String(length=40), nullable=False),
    sa.Column('contact_id', sa.String(length=26), nullable=False),
    sa.Column('conversation_id', sa.String(length=26), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_line_requests')),
    sa.UniqueConstraint('turn_id', 'act', 'line_id', 'detail', name=op.f('uq_line_requests_turn_id_act_line_id_detail'))
    )
    with op.batch_alter_table('line_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_line_requests_line_id'), ['line_id'], unique=False)

    op.create_table('page_grants',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('page', sa.String(length=10), nullable=False),
    sa.Column('turn_id', sa.String(length=26), nullable=False),
    sa.Column('contact_id', sa.String(length=26), nullable=False),
    sa.Column('conversation_id', sa.String(length=26), nullable=False),
    sa.Column('customer_id', sa.String(length=40), nullable=False),
    sa.Column('line_id', sa.String(length=40), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('closed_at', UtcDateTime(), nullable=True),
    sa.Column('used_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint("page IN ('puk','password')", name=op.f('ck_page_grants_page')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page_grants')),
    sa.UniqueConstraint('turn_id', 'page', name=op.f('uq_page_grants_turn_id_page'))
    )
    with op.batch_alter_table('page_grants', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_page_grants_contact_id'), ['contact_id'], unique=False)

    op.create_table('bss_blocked_number',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('line_id', sa.String(length=64), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('since', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['bss_line.id'], name=op.f('fk_bss_blocked_number_line_id_bss_line')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bss_blocked_number')),
    sa.UniqueConstraint('line_id', 'number', name=op.f('uq_bss_blocked_number_line_id_number'))
    )
    op.create_table('bss_card_order',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('line_id', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('delivery', sa.String(length=20), nullable=False),
    sa.Column('fee', Money(), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=True),
    sa.Column('ordered_at', UtcDateTime(), nullable=False),
    sa.Column('done_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['line_id'], ['bss_line.id'], name=op.f('fk_bss_card_order_line_id_bss_line')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bss_card_order'))
    )
    with op.batch_alter_table('bss_card_order', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bss_card_order_line_id'), ['line_id'], unique=False)

    op.create_table('bss_line_act',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('idempotency_key', sa.String(length=128), nullable=False),
    sa.Column('line_id', sa.String(length=64), nullable=False),
    sa.Column('act', sa.String(length=20), nullable=False),
    sa.Column('detail', sa.String(length=200), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['bss_line.id'], name=op.f('fk_bss_line_act_line_id_bss_line')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bss_line_act')),
    sa.UniqueConstraint('idempotency_key', name=op.f('uq_bss_line_act_idempotency_key'))
    )
    with op.batch_alter_table('bss_line_act', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bss_line_act_line_id'), ['line_id'], unique=False)

    op.create_table('bss_line_hold',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('line_id', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('start', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('before', sa.String(length=20), nullable=False),
    sa.Column('paused', sa.JSON(), nullable=False),
    sa.Column('began', sa.Boolean(), nullable=False),
    sa.Column('lifted_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['line_id'], ['bss_line.id'], name=op.f('fk_bss_line_hold_line_id_bss_line')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bss_line_hold'))
    )
    with op.batch_alter_table('bss_line_hold', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bss_line_hold_line_id'), ['line_id'], unique=False)

    op.create_table('bss_service_password',
    sa.Column('line_id', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=200), nullable=False),
    sa.Column('set_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['bss_line.id'], name=op.f('fk_bss_service_password_line_id_bss_line')),
    sa.PrimaryKeyConstraint('line_id', name=op.f('pk_bss_service_password'))
    )
    op.create_table('bss_sim_card',
    sa.Column('line_id', sa.String(length=64), nullable=False),
    sa.Column('puk', sa.String(length=8), nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['bss_line.id'], name=op.f('fk_bss_sim_card_line_id_bss_line')),
    sa.PrimaryKeyConstraint('line_id', name=op.f('pk_bss_sim_card'))
    )
    op.create_table('bss_spam_level',
    sa.Column('line_id', sa.String(length=64), nullable=False),
    sa.Column('level', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['bss_line.id'], name=op.f('fk_bss_spam_level_line_id_bss_line')),
    sa.PrimaryKeyConstraint('line_id', name=op.f('pk_bss_spam_level'))
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table('bss_spam_level')
    op.drop_table('bss_sim_card')
    op.drop_table('bss_service_password')
    with op.batch_alter_table('bss_line_hold', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bss_line_hold_line_id'))

    op.drop_table('bss_line_hold')
    with op.batch_alter_table('bss_line_act', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bss_line_act_line_id'))

    op.drop_table('bss_line_act')
    with op.batch_alter_table('bss_card_order', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bss_card_order_line_id'))

    op.drop_table('bss_card_order')
    op.drop_table('bss_blocked_number')
    with op.batch_alter_table('page_grants', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_page_grants_contact_id'))

    op.drop_table('page_grants')
    with op.batch_alter_table('line_requests', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_line_requests_line_id'))

    op.drop_table('line_requests')
    op.drop_table('bss_line_terms')
