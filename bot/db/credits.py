"""Tables beside the ledger: reasons, sponsors, and what forgetting a member leaves."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import Base


class TransferReason(Base):
    """Why an admin moved credits; apart from the transfer, so that it can be taken away."""

    __tablename__ = "transfer_reasons"

    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfers.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)


class Sponsorship(Base):
    """A member pays for a thread; closed once all that is left has gone back."""

    __tablename__ = "sponsorships"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    guild_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int] = mapped_column(BigInteger)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    back_account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    until: Mapped[datetime | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    __table_args__ = (
        Index(
            "uq_sponsorships_open",
            "thread_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
        ),
    )


class Erasure(Base):
    """A member asked to be forgotten; done once nothing of theirs is live."""

    __tablename__ = "erasures"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class ForgottenMember(Base):
    """A salted hash, so that nobody gets a second first grant by being forgotten.

    `pool_spent` is what they spent of the server's pool on `day`, and is emptied after it.
    """

    __tablename__ = "forgotten_members"

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[str | None] = mapped_column(String(10))
    pool_spent: Mapped[int] = mapped_column(Integer, server_default=text("0"))
