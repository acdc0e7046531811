"""Orders of every kind, and consent by a plain yes.

Revision: df0878be61cf
Revises: f693930de76c
Created: 2026-11-30 02:19:39.864238
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "df0878be61cf"
down_revision: str | None = "f693930de76c"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the change."""
    with op.batch_alter_table("consent_proofs") as batch_op:
        batch_op.alter_column("challenge_id", existing_type=sa.String(26), nullable=True)
        batch_op.drop_constraint("method", type_="check")
        batch_op.create_check_constraint(
            "method", "method IN ('one_time_code','verified_yes')"
        )
        batch_op.create_check_constraint(
            "challenge",
            "(method = 'one_time_code') = (challenge_id IS NOT NULL)",
        )
    with op.batch_alter_table("offers") as batch_op:
        # What was offered before had no name or values of its own; its text says all.
        batch_op.add_column(sa.Column("name", sa.String(80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("params", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("words", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.alter_column("kind", existing_type=sa.String(20), type_=sa.String(30))
    with op.batch_alter_table("orders") as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(80), nullable=False, server_default=""))
        batch_op.alter_column("kind", existing_type=sa.String(20), type_=sa.String(30))
    for table, columns in (("offers", ("name", "params", "words")), ("orders", ("name",))):
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.alter_column(column, server_default=None)


def downgrade() -> None:
    """Take it back. A proof by a plain yes has no place in the former table and is refused."""
    with op.batch_alter_table("orders") as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(30), type_=sa.String(20))
        batch_op.drop_column("name")
    with op.batch_alter_table("offers") as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(30), type_=sa.String(20))
        for column in ("words", "params", "name"):
            batch_op.drop_column(column)
    with op.batch_alter_table("consent_proofs") as batch_op:
        batch_op.drop_constraint("challenge", type_="check")
        batch_op.drop_constraint("method", type_="check")
        batch_op.create_check_constraint(
            "method", "method IN ('one_time_code')"
        )
        batch_op.alter_column("challenge_id", existing_type=sa.String(26), nullable=False)
