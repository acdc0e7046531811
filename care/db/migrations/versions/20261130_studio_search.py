"""A search for words in the studio's inbox reads an index instead of all rows, where the database is SQLite.

Revision: 5d0c1b6a9e42
Revises: 74225853c7d1
Created: 2026-11-30 13:00:00
"""

from collections.abc import Sequence

from alembic import op

revision: str = '5d0c1b6a9e42'
down_revision: str | None = '74225853c7d1'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the change."""
    if op.get_bind().dialect.name == 'sqlite':
        op.create_index('ix_studio_groups_text', 'studio_groups', ['state', 'score', 'id', 'text'])


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == 'sqlite':
        op.drop_index('ix_studio_groups_text', 'studio_groups')
