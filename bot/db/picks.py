"""What is remembered between a message and the edit of its picture."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import Base


class Pick(Base):
    """Pictures of a message that a member is about to edit; gone an hour after it was made.

    `files` are attachments as Discord tells of them: their addresses end by themselves.
    """

    __tablename__ = "picks"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger)
    guild_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    op: Mapped[str] = mapped_column(String(16))
    parent_task_id: Mapped[str | None] = mapped_column(String(16))
    files: Mapped[list[Any]] = mapped_column(JSON, server_default="[]")
    created_at: Mapped[datetime]
    __table_args__ = (Index("ix_picks_created", "created_at"),)


class HintTold(Base):
    """The last day on which a member was told how to edit what could not be read."""

    __tablename__ = "hints_told"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[str] = mapped_column(String(10))
