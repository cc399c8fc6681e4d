"""The first schema: tasks, blobs, results, ledger, people and settings.

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TRIGGERS = (
    "CREATE TRIGGER transfers_keep BEFORE UPDATE ON transfers "
    "BEGIN SELECT RAISE(ABORT, 'transfers are never changed'); END",
    "CREATE TRIGGER transfers_stay BEFORE DELETE ON transfers "
    "BEGIN SELECT RAISE(ABORT, 'transfers are never deleted'); END",
    "CREATE TRIGGER transfers_resolve BEFORE INSERT ON transfers "
    "WHEN NEW.kind = 'resolve' AND NOT EXISTS ("
    "SELECT 1 FROM transfers AS hold WHERE hold.id = NEW.resolves_id AND hold.kind = 'hold' "
    "AND hold.from_id = NEW.from_id AND hold.amount >= NEW.amount) "
    "BEGIN SELECT RAISE(ABORT, 'a resolve fits no hold'); END",
    "CREATE TRIGGER task_events_keep BEFORE UPDATE ON task_events "
    "BEGIN SELECT RAISE(ABORT, 'task events are never changed'); END",
)


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("available", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("held", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("may_overdraw", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("held >= 0", name=op.f("ck_accounts_held")),
        sa.CheckConstraint("may_overdraw OR available >= 0", name=op.f("ck_accounts_available")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("code", name=op.f("uq_accounts_code")),
    )
    op.create_table(
        "blobs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("suffix", sa.String(length=8), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blobs")),
    )
    op.create_table(
        "bot_state",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_bot_state")),
    )
    op.create_table(
        "guild_settings",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("payer_order", sa.JSON(), nullable=True),
        sa.Column("settings", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("upload_limit_bytes", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_guild_settings")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("discord_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("discord_id", name=op.f("uq_people_discord_id")),
    )
    op.create_table(
        "provider_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.Column("remote_id", sa.String(length=200), nullable=True),
        sa.Column("body", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("handled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_events")),
        sa.UniqueConstraint(
            "provider", "event_id", name=op.f("uq_provider_events_provider_event_id")
        ),
    )
    op.create_table(
        "member_preferences",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ping", sa.String(length=8), server_default="long", nullable=False),
        sa.Column("ask_first", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.Column("default_provider", sa.String(length=32), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "ping IN ('off', 'long', 'always')", name=op.f("ck_member_preferences_ping")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_member_preferences_person_id_people")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_member_preferences")),
    )
    op.create_table(
        "tasks",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column(
            "op",
            sa.Enum(
                "inpaint",
                "erase",
                "outpaint",
                "imagine",
                "upscale",
                "vary",
                name="op",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "queued",
                "ready",
                "submitting",
                "running",
                "done",
                "failed",
                "cancelled",
                "expired",
                "unknown",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("request_key", sa.String(length=80), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "slash",
                "button",
                "reply",
                "menu",
                "page",
                "cli",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "card_state",
            sa.Enum(
                "none",
                "posted",
                "lost",
                "deleting",
                "deleted",
                name="card_state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            server_default="none",
            nullable=False,
        ),
        sa.Column("card_posting_at", sa.BigInteger(), nullable=True),
        sa.Column("ping_posting_at", sa.BigInteger(), nullable=True),
        sa.Column("ping_message_id", sa.BigInteger(), nullable=True),
        sa.Column("parent_task_id", sa.String(length=16), nullable=True),
        sa.Column("parent_result_n", sa.Integer(), nullable=True),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("picture_blob", sa.String(length=64), nullable=True),
        sa.Column("mask_blob", sa.String(length=64), nullable=True),
        sa.Column("mask_core_blob", sa.String(length=64), nullable=True),
        sa.Column("overlay_blob", sa.String(length=64), nullable=True),
        sa.Column("picture_facts", sa.JSON(), server_default="{}", nullable=False),
        sa.Column(
            "mask_source",
            sa.Enum(
                "file",
                "alpha",
                "parent",
                "none",
                name="mask_source",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("mask_operations", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("mask_facts", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("fit", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("priced_per", sa.String(length=8), server_default="picture", nullable=False),
        sa.Column("quoted", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("settled", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("payer_account_id", sa.Integer(), nullable=True),
        sa.Column("client_ref", sa.String(length=40), nullable=True),
        sa.Column("remote_id", sa.String(length=200), nullable=True),
        sa.Column("remote_state", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("upstream_cost", sa.String(length=40), nullable=True),
        sa.Column("upstream_unit", sa.String(length=40), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.Column("error_code", sa.String(length=32), nullable=True),
        sa.Column("error_text", sa.Text(), nullable=True),
        sa.Column("notes", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("draft_reason", sa.Text(), nullable=True),
        sa.Column("draft_expires_at", sa.BigInteger(), nullable=True),
        sa.Column("reply_application_id", sa.BigInteger(), nullable=True),
        sa.Column("reply_token", sa.Text(), nullable=True),
        sa.Column("reply_expires_at", sa.BigInteger(), nullable=True),
        sa.Column("view_rev", sa.Integer(), server_default="1", nullable=False),
        sa.Column("view_posted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reply_posted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("deadline_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=True),
        sa.Column("submitted_at", sa.BigInteger(), nullable=True),
        sa.Column("running_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("priced_per IN ('picture', 'job')", name=op.f("ck_tasks_priced_per")),
        sa.CheckConstraint("count BETWEEN 1 AND 8", name=op.f("ck_tasks_count")),
        sa.CheckConstraint(
            "quoted >= 0 AND held >= 0 AND settled >= 0 AND settled <= quoted",
            name=op.f("ck_tasks_money"),
        ),
        sa.ForeignKeyConstraint(["mask_blob"], ["blobs.id"], name=op.f("fk_tasks_mask_blob_blobs")),
        sa.ForeignKeyConstraint(
            ["mask_core_blob"], ["blobs.id"], name=op.f("fk_tasks_mask_core_blob_blobs")
        ),
        sa.ForeignKeyConstraint(
            ["overlay_blob"], ["blobs.id"], name=op.f("fk_tasks_overlay_blob_blobs")
        ),
        sa.ForeignKeyConstraint(
            ["parent_task_id"], ["tasks.id"], name=op.f("fk_tasks_parent_task_id_tasks")
        ),
        sa.ForeignKeyConstraint(
            ["payer_account_id"], ["accounts.id"], name=op.f("fk_tasks_payer_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_tasks_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["picture_blob"], ["blobs.id"], name=op.f("fk_tasks_picture_blob_blobs")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_tasks")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_tasks_client_ref")),
        sa.UniqueConstraint("id", name=op.f("uq_tasks_id")),
        sa.UniqueConstraint("request_key", name=op.f("uq_tasks_request_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index("ix_tasks_guild", ["guild_id", "seq"], unique=False)
        batch_op.create_index(
            "ix_tasks_live",
            ["state"],
            unique=False,
            sqlite_where=sa.text("state IN ('draft','queued','ready','submitting','running')"),
        )
        batch_op.create_index(
            batch_op.f("ix_tasks_parent_task_id"), ["parent_task_id"], unique=False
        )
        batch_op.create_index("ix_tasks_person", ["person_id", "seq"], unique=False)
        batch_op.create_index(
            "ix_tasks_reply",
            ["reply_expires_at"],
            unique=False,
            sqlite_where=sa.text("reply_token IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_tasks_view", ["seq"], unique=False, sqlite_where=sa.text("view_rev > view_posted")
        )
        batch_op.create_index(
            "uq_tasks_remote",
            ["provider", "remote_id"],
            unique=True,
            sqlite_where=sa.text("remote_id IS NOT NULL"),
        )

    op.create_table(
        "results",
        sa.Column("task_id", sa.String(length=16), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "ok",
                "filtered",
                "failed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        sa.Column("remote_id", sa.String(length=200), nullable=True),
        sa.Column("remote_index", sa.Integer(), nullable=True),
        sa.Column("outside_changed", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["blob"], ["blobs.id"], name=op.f("fk_results_blob_blobs")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_results_task_id_tasks")),
        sa.PrimaryKeyConstraint("task_id", "n", name=op.f("pk_results")),
    )
    op.create_table(
        "task_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.String(length=16), nullable=False),
        sa.Column("from_state", sa.String(length=16), nullable=True),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(length=64), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name=op.f("fk_task_events_task_id_tasks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_events")),
    )
    with op.batch_alter_table("task_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_events_task_id"), ["task_id"], unique=False)

    op.create_table(
        "transfers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("resolves_id", sa.Integer(), nullable=True),
        sa.Column("task_seq", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(kind = 'hold') = (from_id = to_id)", name=op.f("ck_transfers_sides")),
        sa.CheckConstraint(
            "(kind = 'resolve') = (resolves_id IS NOT NULL)", name=op.f("ck_transfers_resolves")
        ),
        sa.CheckConstraint(
            "amount > 0 OR (amount = 0 AND kind <> 'move')", name=op.f("ck_transfers_amount")
        ),
        sa.CheckConstraint("kind IN ('hold', 'resolve', 'move')", name=op.f("ck_transfers_kind")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_transfers_actor_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["accounts.id"], name=op.f("fk_transfers_from_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["resolves_id"], ["transfers.id"], name=op.f("fk_transfers_resolves_id_transfers")
        ),
        sa.ForeignKeyConstraint(
            ["task_seq"], ["tasks.seq"], name=op.f("fk_transfers_task_seq_tasks")
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["accounts.id"], name=op.f("fk_transfers_to_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("key", name=op.f("uq_transfers_key")),
        sa.UniqueConstraint("resolves_id", name=op.f("uq_transfers_resolves_id")),
    )
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfers_from_id"), ["from_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_transfers_task_seq"), ["task_seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_transfers_to_id"), ["to_id"], unique=False)

    for statement in TRIGGERS:
        op.execute(statement)
