"""Payments and invoices.

Revision: afe77a66bf5c
Revises: df0e5714d3ae
Created: 2026-11-30 03:02:16.045526
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from care.db.base import Money, UtcDateTime

__all__ = ["Money", "UtcDateTime"]

revision: str = 'afe77a66bf5c'
down_revision: str | None = "df0e5714d3ae"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the change."""
    op.create_table('invoices',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.String(length=40), nullable=False),
    sa.Column('line_id', sa.String(length=40), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('title_kind', sa.String(length=10), nullable=False),
    sa.Column('title_name', sa.String(length=100), nullable=False),
    sa.Column('tax_number', sa.String(length=20), nullable=True),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('net', Money(), nullable=False),
    sa.Column('tax', Money(), nullable=False),
    sa.Column('total', Money(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('issued_at', UtcDateTime(), nullable=False),
    sa.Column('voided_at', UtcDateTime(), nullable=True),
    sa.Column('conversation_id', sa.String(length=26), nullable=False),
    sa.CheckConstraint("(title_kind = 'company') = (tax_number IS NOT NULL)", name=op.f('ck_invoices_tax_number')),
    sa.CheckConstraint("state IN ('issued','voided')", name=op.f('ck_invoices_state')),
    sa.CheckConstraint("title_kind IN ('person','company')", name=op.f('ck_invoices_title_kind')),
    sa.CheckConstraint('net + tax = total AND total > 0', name=op.f('ck_invoices_total')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoices')),
    sa.UniqueConstraint('number', name=op.f('uq_invoices_number'))
    )
    with op.batch_alter_table('invoices', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invoices_conversation_id'), ['conversation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoices_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index('uq_invoices_month_issued', ['line_id', 'month'], unique=True, sqlite_where=sa.text("state = 'issued'"), postgresql_where=sa.text("state = 'issued'"))

    op.create_table('sandbox_payments',
    sa.Column('payment_id', sa.String(length=26), nullable=False),
    sa.Column('number', sa.String(length=30), nullable=False),
    sa.Column('amount', Money(), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.CheckConstraint("state IN ('open','paid','failed','closed','refunded')", name=op.f('ck_sandbox_payments_state')),
    sa.PrimaryKeyConstraint('payment_id', name=op.f('pk_sandbox_payments')),
    sa.UniqueConstraint('number', name=op.f('uq_sandbox_payments_number'))
    )
    op.create_table('payments',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('conversation_id', sa.String(length=26), nullable=False),
    sa.Column('contact_id', sa.String(length=26), nullable=False),
    sa.Column('line_id', sa.String(length=40), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('own', sa.Boolean(), nullable=False),
    sa.Column('amount', Money(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('gateway', sa.String(length=20), nullable=False),
    sa.Column('gateway_number', sa.String(length=64), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.Column('paid_at', UtcDateTime(), nullable=True),
    sa.Column('credited_at', UtcDateTime(), nullable=True),
    sa.Column('resumed', sa.Boolean(), nullable=False),
    sa.Column('refusal', sa.String(length=40), nullable=True),
    sa.CheckConstraint("state != 'credited' OR credited_at IS NOT NULL", name=op.f('ck_payments_credited')),
    sa.CheckConstraint("state IN ('created','paid','credited','failed','cancelled','expired','refunding','refunded')", name=op.f('ck_payments_state')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_payments_amount')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_payments_contact_id_contacts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payments')),
    sa.UniqueConstraint('gateway_number', name=op.f('uq_payments_gateway_number'))
    )
    with op.batch_alter_table('payments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payments_conversation_id'), ['conversation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_payments_line_id'), ['line_id'], unique=False)

    with op.batch_alter_table('bss_payment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('idempotency_key', sa.String(length=128), nullable=True))
        batch_op.add_column(
            sa.Column('resumed', sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.create_unique_constraint(batch_op.f('uq_bss_payment_idempotency_key'), ['idempotency_key'])
    with op.batch_alter_table('bss_payment', schema=None) as batch_op:
        batch_op.alter_column('resumed', server_default=None)



def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table('bss_payment', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_bss_payment_idempotency_key'), type_='unique')
        batch_op.drop_column('resumed')
        batch_op.drop_column('idempotency_key')

    with op.batch_alter_table('payments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payments_line_id'))
        batch_op.drop_index(batch_op.f('ix_payments_conversation_id'))

    op.drop_table('payments')
    op.drop_table('sandbox_payments')
    with op.batch_alter_table('invoices', schema=None) as batch_op:
        batch_op.drop_index('uq_invoices_month_issued', sqlite_where=sa.text("state = 'issued'"), postgresql_where=sa.text("state = 'issued'"))
        batch_op.drop_index(batch_op.f('ix_invoices_customer_id'))
        batch_op.drop_index(batch_op.f('ix_invoices_conversation_id'))

    op.drop_table('invoices')
