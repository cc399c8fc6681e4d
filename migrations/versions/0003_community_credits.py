"""Who pays, allowances, sponsors, reasons of transfers, and forgetting a member

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # Added in place: a rebuilt table would lose its triggers and references.
    op.add_column("transfers", sa.Column("purpose", sa.String(length=16), nullable=True))
    op.add_column(
        "guild_settings", sa.Column("economy", sa.JSON(), server_default="{}", nullable=False)
    )
    op.add_column(
        "member_preferences",
        sa.Column("on_leaderboard", sa.Boolean(), server_default=sa.text("1"), nullable=False),
    )
    op.create_index(
        "ix_tasks_paid", "tasks", ["person_id", "payer_account_id", "queued_at"], unique=False
    )
    op.create_index(
        "ix_tasks_spent",
        "tasks",
        ["guild_id", "finished_at"],
        unique=False,
        sqlite_where=sa.text("state = 'done'"),
    )

    op.create_table(
        "transfer_reasons",
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transfer_id"],
            ["transfers.id"],
            name=op.f("fk_transfer_reasons_transfer_id_transfers"),
        ),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_transfer_reasons")),
    )
    op.create_table(
        "sponsorships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("back_account_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sponsorships_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["back_account_id"],
            ["accounts.id"],
            name=op.f("fk_sponsorships_back_account_id_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_sponsorships_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sponsorships")),
    )
    op.create_index(
        "uq_sponsorships_open",
        "sponsorships",
        ["thread_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_sponsorships_person_id", "sponsorships", ["person_id"], unique=False)

    op.create_table(
        "erasures",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_erasures_person_id_people")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_erasures")),
    )
    op.create_table(
        "forgotten_members",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "mark", name=op.f("pk_forgotten_members")),
    )
