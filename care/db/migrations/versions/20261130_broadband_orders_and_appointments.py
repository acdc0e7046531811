"""Broadband orders and appointments.

Revision: e73177bbb803
Revises: d279e9f85537
Created: 2026-11-30 02:44:09.595500
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from care.db.base import Money, UtcDateTime

__all__ = ["Money", "UtcDateTime"]

revision: str = 'e73177bbb803'
down_revision: str | None = "d279e9f85537"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the change."""
    op.create_table('appointment_slots',
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('place_id', sa.String(length=64), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('hours', sa.String(length=11), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.CheckConstraint('taken <= capacity', name=op.f('ck_appointment_slots_not_overbooked')),
    sa.CheckConstraint('taken >= 0', name=op.f('ck_appointment_slots_not_below_zero')),
    sa.PrimaryKeyConstraint('kind', 'place_id', 'day', 'hours', name=op.f('pk_appointment_slots'))
    )
    op.create_table('bss_bookable_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('place_id', sa.String(length=64), nullable=False),
    sa.Column('holidays', sa.Boolean(), nullable=False),
    sa.Column('weekdays', sa.JSON(), nullable=False),
    sa.Column('opens', sa.String(length=5), nullable=False),
    sa.Column('closes', sa.String(length=5), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bss_bookable_hours'))
    )
    with op.batch_alter_table('bss_bookable_hours', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bss_bookable_hours_place_id'), ['place_id'], unique=False)

    op.create_table('bss_broadband_offer',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('nicknames', sa.JSON(), nullable=False),
    sa.Column('work', sa.String(length=20), nullable=False),
    sa.Column('mbps', sa.Integer(), nullable=False),
    sa.Column('monthly_fee', Money(), nullable=False),
    sa.Column('work_fee', Money(), nullable=False),
    sa.Column('term_months', sa.Integer(), nullable=False),
    sa.Column('rules', sa.JSON(), nullable=False),
    sa.Column('tariff_code', sa.String(length=40), nullable=False),
    sa.Column('on_sale', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bss_broadband_offer')),
    sa.UniqueConstraint('name', name=op.f('uq_bss_broadband_offer_name'))
    )
    op.create_table('appointments',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('place_id', sa.String(length=64), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('hours', sa.String(length=11), nullable=False),
    sa.Column('starts_at', UtcDateTime(), nullable=False),
    sa.Column('ends_at', UtcDateTime(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('held_until', UtcDateTime(), nullable=True),
    sa.Column('matter', sa.String(length=80), nullable=False),
    sa.Column('business', sa.String(length=40), nullable=False),
    sa.Column('customer_id', sa.String(length=40), nullable=False),
    sa.Column('contact_id', sa.String(length=26), nullable=True),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('ticket_number', sa.String(length=20), nullable=True),
    sa.Column('conversation_id', sa.String(length=26), nullable=True),
    sa.Column('moves', sa.Integer(), nullable=False),
    sa.Column('reminded_for', UtcDateTime(), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('updated_at', UtcDateTime(), nullable=False),
    sa.CheckConstraint("(state = 'held') = (held_until IS NOT NULL)", name=op.f('ck_appointments_held')),
    sa.CheckConstraint("kind IN ('visit','shop')", name=op.f('ck_appointments_kind')),
    sa.CheckConstraint("state IN ('held','booked','cancelled','over')", name=op.f('ck_appointments_state')),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_appointments_contact_id_contacts')),
    sa.ForeignKeyConstraint(['ticket_number'], ['tickets.number'], name=op.f('fk_appointments_ticket_number_tickets')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointments')),
    sa.UniqueConstraint('key', name=op.f('uq_appointments_key')),
    sa.UniqueConstraint('number', name=op.f('uq_appointments_number'))
    )
    with op.batch_alter_table('appointments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_appointments_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_appointments_conversation_id'), ['conversation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_appointments_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_appointments_ticket_number'), ['ticket_number'], unique=False)
        batch_op.create_index('uq_appointments_live_matter', ['matter'], unique=True, sqlite_where=sa.text("state IN ('held','booked')"), postgresql_where=sa.text("state IN ('held','booked')"))

    op.create_table('work_orders',
    sa.Column('ticket_number', sa.String(length=20), nullable=False),
    sa.Column('order_id', sa.String(length=26), nullable=False),
    sa.Column('operator_order_id', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['ticket_number'], ['tickets.number'], name=op.f('fk_work_orders_ticket_number_tickets')),
    sa.PrimaryKeyConstraint('ticket_number', name=op.f('pk_work_orders')),
    sa.UniqueConstraint('order_id', name=op.f('uq_work_orders_order_id'))
    )
    op.create_table('bss_broadband_order',
    sa.Column('order_id', sa.String(length=64), nullable=False),
    sa.Column('customer_id', sa.String(length=64), nullable=False),
    sa.Column('work', sa.String(length=20), nullable=False),
    sa.Column('broadband_id', sa.String(length=64), nullable=True),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('area_id', sa.String(length=64), nullable=False),
    sa.Column('mbps', sa.Integer(), nullable=False),
    sa.Column('monthly_fee', Money(), nullable=False),
    sa.Column('finished_at', UtcDateTime(), nullable=True),
    sa.Column('done', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['area_id'], ['bss_area.id'], name=op.f('fk_bss_broadband_order_area_id_bss_area')),
    sa.ForeignKeyConstraint(['broadband_id'], ['bss_broadband.id'], name=op.f('fk_bss_broadband_order_broadband_id_bss_broadband')),
    sa.ForeignKeyConstraint(['customer_id'], ['bss_customer.id'], name=op.f('fk_bss_broadband_order_customer_id_bss_customer')),
    sa.ForeignKeyConstraint(['order_id'], ['bss_order.id'], name=op.f('fk_bss_broadband_order_order_id_bss_order')),
    sa.PrimaryKeyConstraint('order_id', name=op.f('pk_bss_broadband_order'))
    )
    with op.batch_alter_table('bss_broadband_order', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bss_broadband_order_customer_id'), ['customer_id'], unique=False)

    with op.batch_alter_table('bss_order', schema=None) as batch_op:
        # No order from before waits for an engineer.
        batch_op.add_column(sa.Column('awaits_work', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('bss_store', schema=None) as batch_op:
        batch_op.add_column(sa.Column('holiday_hours', sa.JSON(), nullable=False, server_default='[]'))
    for table, column in (('bss_order', 'awaits_work'), ('bss_store', 'holiday_hours')):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, server_default=None)



def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table('bss_store', schema=None) as batch_op:
        batch_op.drop_column('holiday_hours')

    with op.batch_alter_table('bss_order', schema=None) as batch_op:
        batch_op.drop_column('awaits_work')

    with op.batch_alter_table('bss_broadband_order', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bss_broadband_order_customer_id'))

    op.drop_table('bss_broadband_order')
    op.drop_table('work_orders')
    with op.batch_alter_table('appointments', schema=None) as batch_op:
        batch_op.drop_index('uq_appointments_live_matter', sqlite_where=sa.text("state IN ('held','booked')"), postgresql_where=sa.text("state IN ('held','booked')"))
        batch_op.drop_index(batch_op.f('ix_appointments_ticket_number'))
        batch_op.drop_index(batch_op.f('ix_appointments_customer_id'))
        batch_op.drop_index(batch_op.f('ix_appointments_conversation_id'))
        batch_op.drop_index(batch_op.f('ix_appointments_contact_id'))

    op.drop_table('appointments')
    op.drop_table('bss_broadband_offer')
    with op.batch_alter_table('bss_bookable_hours', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bss_bookable_hours_place_id'))

    op.drop_table('bss_bookable_hours')
    op.drop_table('appointment_slots')
