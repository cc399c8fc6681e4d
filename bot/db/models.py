"""The tables. Times are UTC; money is whole credits; `*_blob` columns name `blobs.id`."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import Base, Json, one_of
from bot.domain import CardState, MaskSource, Op, Origin, ResultState, TaskState


class Person(Base):
    """A member; `discord_id` is emptied when they ask to be forgotten."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    discord_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    created_at: Mapped[datetime]


class MemberPreferences(Base):
    """What a member chose in `/settings`."""

    __tablename__ = "member_preferences"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    ping: Mapped[str] = mapped_column(String(8), server_default="long")
    ask_first: Mapped[bool] = mapped_column(server_default=text("0"))
    default_provider: Mapped[str | None] = mapped_column(String(32))
    on_leaderboard: Mapped[bool] = mapped_column(server_default=text("1"))
    replies_at_once: Mapped[bool] = mapped_column(server_default=text("0"))
    updated_at: Mapped[datetime]
    __table_args__ = (CheckConstraint("ping IN ('off', 'long', 'always')", name="ping"),)


class Account(Base):
    """A purse; only `services/ledger.py` changes it, always together with a transfer."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    available: Mapped[int] = mapped_column(BigInteger, server_default="0")
    held: Mapped[int] = mapped_column(BigInteger, server_default="0")
    may_overdraw: Mapped[bool] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("held >= 0", name="held"),
        CheckConstraint("may_overdraw OR available >= 0", name="available"),
    )


class Transfer(Base):
    """One immutable movement: `hold` stays inside an account, `resolve` carries 0..held onwards."""

    __tablename__ = "transfers"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    from_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    resolves_id: Mapped[int | None] = mapped_column(ForeignKey("transfers.id"), unique=True)
    task_seq: Mapped[int | None] = mapped_column(ForeignKey("tasks.seq"), index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    purpose: Mapped[str | None] = mapped_column(String(16))
    __table_args__ = (
        CheckConstraint("kind IN ('hold', 'resolve', 'move')", name="kind"),
        CheckConstraint("amount > 0 OR (amount = 0 AND kind <> 'move')", name="amount"),
        CheckConstraint("(kind = 'hold') = (from_id = to_id)", name="sides"),
        CheckConstraint("(kind = 'resolve') = (resolves_id IS NOT NULL)", name="resolves"),
    )


class Blob(Base):
    """A file in the data folder, named by its SHA-256; on disk before this row exists."""

    __tablename__ = "blobs"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    suffix: Mapped[str] = mapped_column(String(8))
    bytes: Mapped[int] = mapped_column(BigInteger)
    width_px: Mapped[int]
    height_px: Mapped[int]
    created_at: Mapped[datetime]


class TaskRow(Base):
    """One wish and everything that became of it; `services/tasks.py` alone writes `state`."""

    __tablename__ = "tasks"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[str] = mapped_column(String(16), unique=True)
    op: Mapped[Op] = mapped_column(one_of(Op, "op"))
    state: Mapped[TaskState] = mapped_column(one_of(TaskState, "state"))
    attempt: Mapped[int] = mapped_column(server_default="0")
    request_key: Mapped[str] = mapped_column(String(80), unique=True)
    origin: Mapped[Origin] = mapped_column(one_of(Origin, "origin"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    guild_id: Mapped[int] = mapped_column(BigInteger)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    card_state: Mapped[CardState] = mapped_column(
        one_of(CardState, "card_state"), server_default="none"
    )
    card_posting_at: Mapped[datetime | None]
    ping_posting_at: Mapped[datetime | None]
    ping_message_id: Mapped[int | None] = mapped_column(BigInteger)
    parent_task_id: Mapped[str | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    parent_result_n: Mapped[int | None]
    provider: Mapped[str] = mapped_column(String(32))
    prompt: Mapped[str] = mapped_column(Text)
    options: Mapped[Json] = mapped_column(server_default="{}")
    count: Mapped[int]
    picture_blob: Mapped[str | None] = mapped_column(ForeignKey("blobs.id"), index=True)
    mask_blob: Mapped[str | None] = mapped_column(ForeignKey("blobs.id"), index=True)
    mask_core_blob: Mapped[str | None] = mapped_column(ForeignKey("blobs.id"), index=True)
    overlay_blob: Mapped[str | None] = mapped_column(ForeignKey("blobs.id"), index=True)
    picture_facts: Mapped[Json] = mapped_column(server_default="{}")
    mask_source: Mapped[MaskSource] = mapped_column(one_of(MaskSource, "mask_source"))
    mask_operations: Mapped[Json] = mapped_column(server_default="{}")
    mask_facts: Mapped[Json] = mapped_column(server_default="{}")
    fit: Mapped[Json] = mapped_column(server_default="{}")
    priced_per: Mapped[str] = mapped_column(String(8), server_default="picture")
    quoted: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger, server_default="0")
    settled: Mapped[int] = mapped_column(BigInteger, server_default="0")
    payer_account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    client_ref: Mapped[str | None] = mapped_column(String(40), unique=True)
    remote_id: Mapped[str | None] = mapped_column(String(200))
    remote_state: Mapped[Json] = mapped_column(server_default="{}")
    upstream_cost: Mapped[str | None] = mapped_column(String(40))
    upstream_unit: Mapped[str | None] = mapped_column(String(40))
    cancel_requested: Mapped[bool] = mapped_column(server_default=text("0"))
    error_code: Mapped[str | None] = mapped_column(String(32))
    error_text: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[list[str]] = mapped_column(server_default="[]")
    draft_reason: Mapped[str | None] = mapped_column(Text)
    offers: Mapped[list[str]] = mapped_column(server_default="[]")
    draft_expires_at: Mapped[datetime | None]
    reply_application_id: Mapped[int | None] = mapped_column(BigInteger)
    reply_token: Mapped[str | None] = mapped_column(Text)
    reply_expires_at: Mapped[datetime | None]
    view_rev: Mapped[int] = mapped_column(server_default="1")
    view_posted: Mapped[int] = mapped_column(server_default="0")
    reply_posted: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime | None]
    deadline_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    queued_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    running_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    let_go_at: Mapped[datetime | None]
    hidden: Mapped[bool] = mapped_column(server_default=text("0"))
    __table_args__ = (
        CheckConstraint("count BETWEEN 1 AND 8", name="count"),
        CheckConstraint("priced_per IN ('picture', 'job')", name="priced_per"),
        CheckConstraint(
            "quoted >= 0 AND held >= 0 AND settled >= 0 AND settled <= quoted", name="money"
        ),
        Index(
            "ix_tasks_live",
            "state",
            sqlite_where=text("state IN ('draft','queued','ready','submitting','running')"),
        ),
        Index("ix_tasks_view", "seq", sqlite_where=text("view_rev > view_posted")),
        Index("ix_tasks_reply", "reply_expires_at", sqlite_where=text("reply_token IS NOT NULL")),
        Index("ix_tasks_person", "person_id", "seq"),
        Index("ix_tasks_ended", "finished_at", sqlite_where=text("let_go_at IS NULL")),
        Index("ix_tasks_guild", "guild_id", "seq"),
        Index(
            "ix_tasks_submitted",
            "submitted_at",
            sqlite_where=text("submitted_at IS NOT NULL"),
        ),
        Index("ix_tasks_message", "message_id", sqlite_where=text("message_id IS NOT NULL")),
        Index("ix_tasks_paid", "person_id", "payer_account_id", "queued_at"),
        Index("ix_tasks_spent", "guild_id", "finished_at", sqlite_where=text("state = 'done'")),
        Index(
            "uq_tasks_remote",
            "provider",
            "remote_id",
            unique=True,
            sqlite_where=text("remote_id IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )


class TaskEvent(Base):
    """One move of a task, for people who ask what happened when."""

    __tablename__ = "task_events"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("tasks.id"), index=True)
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    attempt: Mapped[int]
    detail: Mapped[str] = mapped_column(String(64), server_default="")
    at: Mapped[datetime]


class ResultRow(Base):
    """What was delivered in one place of the count."""

    __tablename__ = "results"

    task_id: Mapped[str] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    blob: Mapped[str | None] = mapped_column(ForeignKey("blobs.id"), index=True)
    state: Mapped[ResultState] = mapped_column(one_of(ResultState, "state"))
    seed: Mapped[int | None] = mapped_column(BigInteger)
    remote_id: Mapped[str | None] = mapped_column(String(200))
    remote_index: Mapped[int | None]
    outside_changed: Mapped[float | None]


class ProviderEvent(Base):
    """An inbox for webhooks that nothing uses: they turned out to be no more than a hint."""

    __tablename__ = "provider_events"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    provider: Mapped[str] = mapped_column(String(32))
    event_id: Mapped[str] = mapped_column(String(200))
    remote_id: Mapped[str | None] = mapped_column(String(200))
    body: Mapped[Json] = mapped_column(server_default="{}")
    at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("provider", "event_id"),)


class ProviderPause(Base):
    """A provider that takes nothing new for a while; `why` is a value of `services.pauses.Why`."""

    __tablename__ = "provider_pauses"

    provider: Mapped[str] = mapped_column(String(32), primary_key=True)
    why: Mapped[str] = mapped_column(String(8), primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    tries: Mapped[int] = mapped_column(server_default="0")
    code: Mapped[str] = mapped_column(String(32), server_default="")


class BotState(Base):
    """Small facts that outlive a restart, such as the hash of the synced commands."""

    __tablename__ = "bot_state"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
