"""One customer, one story: bindings of addresses, merged conversations, codes by which a chat goes on elsewhere.

Revision: c41d7e02b9aa
Revises: bce2dc74ec5c
Created: 2026-11-30 05:50:00
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from care.db.base import UtcDateTime

revision: str = "c41d7e02b9aa"
down_revision: str | None = "bce2dc74ec5c"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the change."""
    with op.batch_alter_table("contacts") as table:
        table.add_column(sa.Column("shared", sa.Boolean(), nullable=False, server_default="0"))
        table.add_column(sa.Column("proved_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("merged_into", sa.String(length=26), nullable=True))
        table.create_foreign_key(
            op.f("fk_contacts_merged_into_contacts"), "contacts", ["merged_into"], ["id"]
        )
    with op.batch_alter_table("channel_bindings") as table:
        table.add_column(sa.Column("customer_id", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("line_id", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("phone", sa.String(length=20), nullable=True))
        table.add_column(sa.Column("bound_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("proved_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("joined_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("mixed", sa.Boolean(), nullable=False, server_default="0"))
        table.create_index(op.f("ix_channel_bindings_line_id"), ["line_id"])
    with op.batch_alter_table("conversations") as table:
        table.add_column(sa.Column("base", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("merged_into", sa.String(length=26), nullable=True))
        table.create_foreign_key(
            op.f("fk_conversations_merged_into_conversations"),
            "conversations",
            ["merged_into"],
            ["id"],
        )
    with op.batch_alter_table("messages") as table:
        table.add_column(sa.Column("address", sa.String(length=128), nullable=True))
    op.create_table(
        "handoffs",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("contact_id", sa.String(length=26), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_handoffs_contact_id_contacts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoffs")),
    )
    op.create_index(op.f("ix_handoffs_contact_id"), "handoffs", ["contact_id"])
    op.create_index("ix_handoffs_key", "handoffs", ["key"])
    op.create_table(
        "handoff_tries",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_tries")),
    )
    op.create_index("ix_handoff_tries_who_at", "handoff_tries", ["who", "at"])


def downgrade() -> None:
    """Take it back. Conversations that were merged stay merged."""
    op.drop_table("handoff_tries")
    op.drop_table("handoffs")
    with op.batch_alter_table("messages") as table:
        table.drop_column("address")
    with op.batch_alter_table("conversations") as table:
        table.drop_constraint(
            op.f("fk_conversations_merged_into_conversations"), type_="foreignkey"
        )
        table.drop_column("merged_into")
        table.drop_column("base")
    with op.batch_alter_table("channel_bindings") as table:
        table.drop_index(op.f("ix_channel_bindings_line_id"))
        for name in ("mixed", "joined_at", "proved_at", "bound_at", "phone", "line_id"):
            table.drop_column(name)
        table.drop_column("customer_id")
    with op.batch_alter_table("contacts") as table:
        table.drop_constraint(op.f("fk_contacts_merged_into_contacts"), type_="foreignkey")
        for name in ("merged_into", "proved_at", "shared"):
            table.drop_column(name)
