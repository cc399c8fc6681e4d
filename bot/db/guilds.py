"""Tables of what a server's admins chose and decided."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import Base, Json


class GuildSettings(Base):
    """What a server's admins chose, and what Discord told us of its upload limit."""

    __tablename__ = "guild_settings"

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    payer_order: Mapped[list[str] | None]
    settings: Mapped[Json] = mapped_column(server_default="{}")
    economy: Mapped[Json] = mapped_column(server_default="{}")
    upload_limit_bytes: Mapped[int | None] = mapped_column(BigInteger)
    updated_at: Mapped[datetime]


class GuildChange(Base):
    """One change that an admin made: what it was, what it is, who and when."""

    __tablename__ = "guild_changes"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    guild_id: Mapped[int] = mapped_column(BigInteger, index=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(String(40))
    before: Mapped[str] = mapped_column(Text, server_default="")
    after: Mapped[str] = mapped_column(Text, server_default="")
    at: Mapped[datetime]


class GuildBlock(Base):
    """A member who may not use the bot in a guild; no `until` is for good."""

    __tablename__ = "guild_blocks"

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    until: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, server_default="")
    actor_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class Report(Base):
    """A member found a task's pictures wrong: they are hidden until an admin decides."""

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("tasks.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    decision: Mapped[str | None] = mapped_column(String(8))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("decision IN ('restore', 'delete')", name="decision"),
        Index("uq_reports_open", "task_id", unique=True, sqlite_where=text("decision IS NULL")),
    )
