"""The studio: inbox, drafts, publications.

Revision: 33a4d2074ba4
Revises: 727671c6e976
Created: 2026-11-30 05:58:51.317001
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from care.db.base import UtcDateTime

revision: str = '33a4d2074ba4'
down_revision: str | None = '727671c6e976'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the change."""
    op.create_table('studio_actions',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('trainer_id', sa.String(length=26), nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=False),
    sa.Column('label', sa.String(length=80), nullable=True),
    sa.Column('groups', sa.JSON(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('undone_at', UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_studio_actions'))
    )
    with op.batch_alter_table('studio_actions', schema=None) as batch_op:
        batch_op.create_index('ix_studio_actions_trainer', ['trainer_id', 'id'], unique=False)

    op.create_table('studio_groups',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.Column('band_1', sa.BigInteger(), nullable=False),
    sa.Column('band_2', sa.BigInteger(), nullable=False),
    sa.Column('band_3', sa.BigInteger(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('intent', sa.String(length=80), nullable=True),
    sa.Column('confidence', sa.Double(), nullable=False),
    sa.Column('ranking', sa.JSON(), nullable=False),
    sa.Column('entities', sa.JSON(), nullable=False),
    sa.Column('sentences', sa.Integer(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=12), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=True),
    sa.Column('label', sa.String(length=80), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('claimed_by', sa.String(length=26), nullable=True),
    sa.Column('claimed_until', UtcDateTime(), nullable=True),
    sa.Column('handled_by', sa.String(length=40), nullable=True),
    sa.Column('handled_at', UtcDateTime(), nullable=True),
    sa.Column('first_at', UtcDateTime(), nullable=False),
    sa.Column('last_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_studio_groups')),
    sa.UniqueConstraint('key', name=op.f('uq_studio_groups_key'))
    )
    with op.batch_alter_table('studio_groups', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_studio_groups_band_1'), ['band_1'], unique=False)
        batch_op.create_index(batch_op.f('ix_studio_groups_band_2'), ['band_2'], unique=False)
        batch_op.create_index(batch_op.f('ix_studio_groups_band_3'), ['band_3'], unique=False)
        batch_op.create_index('ix_studio_groups_claimed', ['claimed_by'], unique=False, sqlite_where=sa.text('claimed_by IS NOT NULL'), postgresql_where=sa.text('claimed_by IS NOT NULL'))
        batch_op.create_index('ix_studio_groups_handled', ['state', 'handled_at', 'id'], unique=False)
        batch_op.create_index('ix_studio_groups_intent', ['state', 'intent', 'score', 'id'], unique=False)
        batch_op.create_index('ix_studio_groups_reason', ['state', 'reason', 'score', 'id'], unique=False)
        batch_op.create_index('ix_studio_groups_score', ['state', 'score', 'id'], unique=False)

    op.create_table('studio_publications',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('commit', sa.String(length=64), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('author', sa.String(length=40), nullable=False),
    sa.Column('changes', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_studio_publications')),
    sa.UniqueConstraint('commit', name=op.f('uq_studio_publications_commit'))
    )
    with op.batch_alter_table('studio_publications', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_studio_publications_at'), ['at'], unique=False)

    op.create_table('studio_weeks',
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('intent', sa.String(length=80), nullable=False),
    sa.Column('sentences', sa.Integer(), nullable=False),
    sa.Column('unsure', sa.Integer(), nullable=False),
    sa.Column('confidence', sa.Double(), nullable=False),
    sa.PrimaryKeyConstraint('week', 'intent', name=op.f('pk_studio_weeks'))
    )
    op.create_table('studio_changes',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('trainer_id', sa.String(length=26), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('edit', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('action_id', sa.String(length=26), nullable=True),
    sa.Column('group_id', sa.String(length=26), nullable=True),
    sa.Column('publication_id', sa.String(length=26), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['publication_id'], ['studio_publications.id'], name=op.f('fk_studio_changes_publication_id_studio_publications')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_studio_changes'))
    )
    with op.batch_alter_table('studio_changes', schema=None) as batch_op:
        batch_op.create_index('ix_studio_changes_action', ['action_id'], unique=False)
        batch_op.create_index('ix_studio_changes_trainer', ['trainer_id', 'state', 'id'], unique=False)

    op.create_table('studio_sentences',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('conversation_id', sa.String(length=26), nullable=False),
    sa.Column('group_id', sa.String(length=26), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('intent', sa.String(length=80), nullable=True),
    sa.Column('confidence', sa.Double(), nullable=False),
    sa.Column('margin', sa.Double(), nullable=False),
    sa.Column('signals', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['studio_groups.id'], name=op.f('fk_studio_sentences_group_id_studio_groups')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_studio_sentences'))
    )
    with op.batch_alter_table('studio_sentences', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_studio_sentences_at'), ['at'], unique=False)
        batch_op.create_index('ix_studio_sentences_conversation', ['conversation_id', 'id'], unique=False)
        batch_op.create_index('ix_studio_sentences_group', ['group_id', 'id'], unique=False)



def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table('studio_sentences', schema=None) as batch_op:
        batch_op.drop_index('ix_studio_sentences_group')
        batch_op.drop_index('ix_studio_sentences_conversation')
        batch_op.drop_index(batch_op.f('ix_studio_sentences_at'))

    op.drop_table('studio_sentences')
    with op.batch_alter_table('studio_changes', schema=None) as batch_op:
        batch_op.drop_index('ix_studio_changes_trainer')
        batch_op.drop_index('ix_studio_changes_action')

    op.drop_table('studio_changes')
    op.drop_table('studio_weeks')
    with op.batch_alter_table('studio_publications', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_studio_publications_at'))

    op.drop_table('studio_publications')
    with op.batch_alter_table('studio_groups', schema=None) as batch_op:
        batch_op.drop_index('ix_studio_groups_score')
        batch_op.drop_index('ix_studio_groups_reason')
        batch_op.drop_index('ix_studio_groups_intent')
        batch_op.drop_index('ix_studio_groups_handled')
        batch_op.drop_index('ix_studio_groups_claimed')
        batch_op.drop_index(batch_op.f('ix_studio_groups_band_3'))
        batch_op.drop_index(batch_op.f('ix_studio_groups_band_2'))
        batch_op.drop_index(batch_op.f('ix_studio_groups_band_1'))

    op.drop_table('studio_groups')
    with op.batch_alter_table('studio_actions', schema=None) as batch_op:
        batch_op.drop_index('ix_studio_actions_trainer')

    op.drop_table('studio_actions')
