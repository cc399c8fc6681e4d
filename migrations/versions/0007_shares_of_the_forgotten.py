"""What a forgotten member spent of a pool on the day that they went

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("forgotten_members", sa.Column("day", sa.String(length=10), nullable=True))
    op.add_column(
        "forgotten_members",
        sa.Column("pool_spent", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
