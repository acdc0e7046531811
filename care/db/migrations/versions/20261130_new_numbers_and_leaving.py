"""New numbers, leaving, personal data, senior mode.

Revision: d279e9f85537
Revises: afe77a66bf5c
Created: 2026-11-30 02:48:01.296914
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from care.db.base import Money, UtcDateTime

__all__ = ["Money", "UtcDateTime"]

revision: str = 'd279e9f85537'
down_revision: str | None = "afe77a66bf5c"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the change."""
    op.create_table('bss_number',
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('minimum_fee', Money(), nullable=False),
    sa.Column('term_months', sa.Integer(), nullable=False),
    sa.Column('free_from', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('phone', name=op.f('pk_bss_number'))
    )
    op.create_table('customer_choices',
    sa.Column('customer_id', sa.String(length=40), nullable=False),
    sa.Column('automated', sa.Boolean(), nullable=False),
    sa.Column('marketing', sa.Boolean(), nullable=False),
    sa.Column('changed_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('customer_id', name=op.f('pk_customer_choices'))
    )
    op.create_table('bss_number_hold',
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('holder', sa.String(length=64), nullable=False),
    sa.Column('until', UtcDateTime(), nullable=True),
    sa.Column('reserved', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['phone'], ['bss_number.phone'], name=op.f('fk_bss_number_hold_phone_bss_number')),
    sa.PrimaryKeyConstraint('phone', name=op.f('pk_bss_number_hold'))
    )
    with op.batch_alter_table('bss_number_hold', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bss_number_hold_holder'), ['holder'], unique=False)

    op.create_table('privacy_requests',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('contact_id', sa.String(length=26), nullable=False),
    sa.Column('customer_id', sa.String(length=40), nullable=True),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('article', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.Column('turn_id', sa.String(length=26), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('done_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint("state IN ('accepted','done','refused')", name=op.f('ck_privacy_requests_state')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_privacy_requests_contact_id_contacts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_privacy_requests')),
    sa.UniqueConstraint('turn_id', 'kind', name=op.f('uq_privacy_requests_turn_id_kind'))
    )
    with op.batch_alter_table('privacy_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_privacy_requests_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_privacy_requests_customer_id'), ['customer_id'], unique=False)

    op.create_table('applications',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('contact_id', sa.String(length=26), nullable=False),
    sa.Column('customer_id', sa.String(length=40), nullable=True),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('plan_id', sa.String(length=40), nullable=True),
    sa.Column('delivery', sa.String(length=10), nullable=True),
    sa.Column('address', sa.String(length=200), nullable=True),
    sa.Column('contact_phone', sa.String(length=20), nullable=False),
    sa.Column('ticket_number', sa.String(length=20), nullable=False),
    sa.Column('turn_id', sa.String(length=26), nullable=False),
    sa.Column('applied_at', UtcDateTime(), nullable=False),
    sa.Column('kept_until', UtcDateTime(), nullable=True),
    sa.CheckConstraint("state IN ('accepted','ready','lapsed')", name=op.f('ck_applications_state')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_applications_contact_id_contacts')),
    sa.ForeignKeyConstraint(['ticket_number'], ['tickets.number'], name=op.f('fk_applications_ticket_number_tickets')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_applications')),
    sa.UniqueConstraint('turn_id', name=op.f('uq_applications_turn_id'))
    )
    with op.batch_alter_table('applications', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_applications_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_applications_customer_id'), ['customer_id'], unique=False)

    op.create_table('bss_identity_document',
    sa.Column('customer_id', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['bss_customer.id'], name=op.f('fk_bss_identity_document_customer_id_bss_customer')),
    sa.PrimaryKeyConstraint('customer_id', name=op.f('pk_bss_identity_document'))
    )
    op.create_table('bss_port_code',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('idempotency_key', sa.String(length=128), nullable=False),
    sa.Column('line_id', sa.String(length=64), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('valid_until', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['bss_line.id'], name=op.f('fk_bss_port_code_line_id_bss_line')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bss_port_code')),
    sa.UniqueConstraint('idempotency_key', name=op.f('uq_bss_port_code_idempotency_key'))
    )
    with op.batch_alter_table('bss_port_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bss_port_code_line_id'), ['line_id'], unique=False)

    op.create_table('bss_second_card',
    sa.Column('order_id', sa.String(length=64), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('delivery', sa.String(length=10), nullable=False),
    sa.Column('monthly_fee', Money(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['bss_order.id'], name=op.f('fk_bss_second_card_order_id_bss_order')),
    sa.ForeignKeyConstraint(['phone'], ['bss_number.phone'], name=op.f('fk_bss_second_card_phone_bss_number')),
    sa.PrimaryKeyConstraint('order_id', name=op.f('pk_bss_second_card'))
    )
    op.create_table('bss_closing',
    sa.Column('subject_id', sa.String(length=64), nullable=False),
    sa.Column('order_id', sa.String(length=64), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=False),
    sa.Column('refund', Money(), nullable=False),
    sa.Column('exit_fee', Money(), nullable=False),
    sa.Column('refund_by', sa.Date(), nullable=True),
    sa.Column('frozen_until', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['order_id'], ['bss_order.id'], name=op.f('fk_bss_closing_order_id_bss_order')),
    sa.PrimaryKeyConstraint('subject_id', name=op.f('pk_bss_closing'))
    )
    with op.batch_alter_table('bss_closing', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bss_closing_order_id'), ['order_id'], unique=False)

    with op.batch_alter_table('contacts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('elderly', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('senior_offered_at', UtcDateTime(), nullable=True))




def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table('contacts', schema=None) as batch_op:
        batch_op.drop_column('senior_offered_at')
        batch_op.drop_column('elderly')

    with op.batch_alter_table('bss_closing', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bss_closing_order_id'))

    op.drop_table('bss_closing')
    op.drop_table('bss_second_card')
    with op.batch_alter_table('bss_port_code', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bss_port_code_line_id'))

    op.drop_table('bss_port_code')
    op.drop_table('bss_identity_document')
    with op.batch_alter_table('applications', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_applications_customer_id'))
        batch_op.drop_index(batch_op.f('ix_applications_contact_id'))

    op.drop_table('applications')
    with op.batch_alter_table('privacy_requests', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_privacy_requests_customer_id'))
        batch_op.drop_index(batch_op.f('ix_privacy_requests_contact_id'))

    op.drop_table('privacy_requests')
    with op.batch_alter_table('bss_number_hold', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bss_number_hold_holder'))

    op.drop_table('bss_number_hold')
    op.drop_table('customer_choices')
    op.drop_table('bss_number')
