"""Pictures picked from messages until their form comes back, replies that go at once, hints told

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "picks",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("op", sa.String(length=16), nullable=False),
        sa.Column("parent_task_id", sa.String(length=16), nullable=True),
        sa.Column("files", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picks")),
    )
    op.create_index("ix_picks_created", "picks", ["created_at"])
    op.create_table(
        "hints_told",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_hints_told")),
    )
    op.create_index(
        "ix_tasks_message",
        "tasks",
        ["message_id"],
        sqlite_where=sa.text("message_id IS NOT NULL"),
    )
    op.add_column(
        "member_preferences",
        sa.Column("replies_at_once", sa.Boolean(), server_default=sa.text("0"), nullable=False),
    )
