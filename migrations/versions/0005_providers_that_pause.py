"""Providers that pause, who else could take a draft, and an index over what was started lately

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "provider_pauses",
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=8), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("code", sa.String(length=32), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("provider", "why", name=op.f("pk_provider_pauses")),
    )
    op.add_column("tasks", sa.Column("offers", sa.JSON(), server_default="[]", nullable=False))
    # Admission asks for the last minute's starts and, where a limit is set, for the day's.
    op.create_index(
        "ix_tasks_submitted",
        "tasks",
        ["submitted_at"],
        sqlite_where=sa.text("submitted_at IS NOT NULL"),
    )
