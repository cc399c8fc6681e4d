"""Letting old pictures go, guild changes, blocks and reports

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "guild_blocks",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_guild_blocks_actor_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_guild_blocks_person_id_people")
        ),
        sa.PrimaryKeyConstraint("guild_id", "person_id", name=op.f("pk_guild_blocks")),
    )
    op.create_table(
        "guild_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("before", sa.Text(), server_default="", nullable=False),
        sa.Column("after", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_guild_changes_actor_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guild_changes")),
    )
    op.create_index("ix_guild_changes_guild_id", "guild_changes", ["guild_id"])

    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.String(length=8), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("decision IN ('restore', 'delete')", name=op.f("ck_reports_decision")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["people.id"], name=op.f("fk_reports_decided_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_reports_person_id_people")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_reports_task_id_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    op.create_index(
        "uq_reports_open",
        "reports",
        ["task_id"],
        unique=True,
        sqlite_where=sa.text("decision IS NULL"),
    )

    # Added in place: a rebuilt table would lose its triggers and references.
    op.add_column("tasks", sa.Column("let_go_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "tasks", sa.Column("hidden", sa.Boolean(), server_default=sa.text("0"), nullable=False)
    )
    op.create_index(
        "ix_tasks_ended", "tasks", ["finished_at"], sqlite_where=sa.text("let_go_at IS NULL")
    )
    # Without these, letting a blob go would read every task to prove that none names it.
    for column in ("picture_blob", "mask_blob", "mask_core_blob", "overlay_blob"):
        op.create_index(f"ix_tasks_{column}", "tasks", [column])
    op.create_index("ix_results_blob", "results", ["blob"])
