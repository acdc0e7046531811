"""Faults: the state of lines in the network, owners and clocks of tickets, notices of the end of an outage.

Revision: f51807f3de23
Revises: 07e5d0051ab4
Created: 2026-11-30 02:45:55.489188
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from care.db.base import UtcDateTime

revision: str = "f51807f3de23"
down_revision: str | None = "07e5d0051ab4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OPEN = sa.text(
    "about IS NOT NULL AND state IN ('open','assigned','in_progress','waiting_customer')"
)


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "outage_notices",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("outage_id", sa.String(40), nullable=False),
        sa.Column("area_id", sa.String(64), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("customer_id", sa.String(40), nullable=False),
        sa.Column("conversation_id", sa.String(26), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_notices")),
        sa.UniqueConstraint("outage_id", "phone", name=op.f("uq_outage_notices_outage_id_phone")),
    )
    with op.batch_alter_table("outage_notices") as batch_op:
        batch_op.create_index(batch_op.f("ix_outage_notices_customer_id"), ["customer_id"])
    op.create_table(
        "bss_mobile_status",
        sa.Column("line_id", sa.String(64), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("last_area_id", sa.String(64), nullable=True),
        sa.Column("last_seen_at", UtcDateTime(), nullable=True),
        sa.Column("barring", sa.JSON(), nullable=False),
        sa.Column("data", sa.String(20), nullable=False),
        sa.Column("volte", sa.Boolean(), nullable=False),
        sa.Column("abroad", sa.String(2), nullable=True),
        sa.Column("roaming", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["last_area_id"], ["bss_area.id"], name=op.f("fk_bss_mobile_status_last_area_id_bss_area")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["bss_line.id"], name=op.f("fk_bss_mobile_status_line_id_bss_line")
        ),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_bss_mobile_status")),
    )
    op.create_table(
        "bss_set_top_box",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("broadband_id", sa.String(64), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("signed_in", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadband_id"],
            ["bss_broadband.id"],
            name=op.f("fk_bss_set_top_box_broadband_id_bss_broadband"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bss_set_top_box")),
    )
    with op.batch_alter_table("bss_set_top_box") as batch_op:
        batch_op.create_index(batch_op.f("ix_bss_set_top_box_broadband_id"), ["broadband_id"])

    with op.batch_alter_table("ticket_steps") as batch_op:
        batch_op.add_column(
            sa.Column("deed", sa.String(20), nullable=False, server_default="moved")
        )
        batch_op.add_column(sa.Column("turn_id", sa.String(26), nullable=True))
    op.execute("UPDATE ticket_steps SET deed = 'opened' WHERE from_state IS NULL")
    with op.batch_alter_table("ticket_steps") as batch_op:
        batch_op.alter_column("deed", server_default=None)

    with op.batch_alter_table("tickets") as batch_op:
        batch_op.add_column(sa.Column("about", sa.String(64), nullable=True))
        batch_op.add_column(sa.Column("matter", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("area_id", sa.String(64), nullable=True))
        batch_op.add_column(sa.Column("team", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("urged", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("escalated_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("tickets") as batch_op:
        batch_op.alter_column("urged", server_default=None)
        batch_op.create_index(batch_op.f("ix_tickets_team"), ["team"])
        batch_op.create_index(
            "uq_tickets_open_matter",
            ["about", "matter"],
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("tickets") as batch_op:
        batch_op.drop_index("uq_tickets_open_matter")
        batch_op.drop_index(batch_op.f("ix_tickets_team"))
        for column in ("escalated_at", "urged", "team", "area_id", "matter", "about"):
            batch_op.drop_column(column)
    with op.batch_alter_table("ticket_steps") as batch_op:
        batch_op.drop_column("turn_id")
        batch_op.drop_column("deed")
    with op.batch_alter_table("bss_set_top_box") as batch_op:
        batch_op.drop_index(batch_op.f("ix_bss_set_top_box_broadband_id"))
    op.drop_table("bss_set_top_box")
    op.drop_table("bss_mobile_status")
    with op.batch_alter_table("outage_notices") as batch_op:
        batch_op.drop_index(batch_op.f("ix_outage_notices_customer_id"))
    op.drop_table("outage_notices")
