"""An account's transfers, newest first and a page at a time; nothing is summed on the way.

A page begins after a transfer with the balance of that moment, both of which never change: they
stand in the button, so that a page costs the same however far back it lies.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import case, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.db.credits import TransferReason
from bot.db.engine import Database
from bot.db.models import Account, Person, TaskRow, Transfer
from bot.domain import CardState
from bot.services.ledger import user_code

PER_PAGE = 8


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: before this transfer, when so much was available."""

    before_id: int
    available: int


@dataclass(frozen=True, slots=True)
class Edit:
    """The task that a line is about; no message: its card is gone."""

    id: str
    guild_id: int
    channel_id: int
    message_id: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One transfer as this account saw it; `available` is what was there after it."""

    id: int
    at: datetime
    kind: str
    purpose: str | None
    change: int
    available: int
    held: int
    other: str
    incoming: bool
    actor_id: int | None
    reason: str
    edit: Edit | None


@dataclass(frozen=True, slots=True)
class History:
    """A page; `older` is where the next one begins."""

    available: int
    held: int
    entries: Sequence[Entry]
    older: Cursor | None
    newest: bool


class Histories:
    """Reads one page in two statements."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, guild_id: int, user_id: int, cursor: Cursor | None = None) -> History:
        """A member's page; nothing where they never had a credit."""
        async with self._db.read() as session:
            query = select(Account.id, Account.available, Account.held)
            found = await session.execute(query.where(Account.code == user_code(guild_id, user_id)))
            account = found.first()
            if account is None:
                return History(0, 0, (), None, newest=True)
            rows = await _rows(session, account.id, cursor)
        begin = cursor.available if cursor else account.available
        entries = _told(rows[:PER_PAGE], begin)
        older = _next(entries) if len(rows) > PER_PAGE else None
        return History(account.available, account.held, entries, older, cursor is None)


def _told(rows: Sequence[Any], available: int) -> list[Entry]:
    told: list[Entry] = []
    for row in rows:
        told.append(replace(_entry(row), available=available))
        available -= told[-1].change
    return told


def _next(entries: Sequence[Entry]) -> Cursor:
    last = entries[-1]
    return Cursor(last.id, last.available - last.change)


async def _rows(session: AsyncSession, account_id: int, cursor: Cursor | None) -> Sequence[Any]:
    hold, other = aliased(Transfer), aliased(Account)
    touched = _touched(account_id, cursor)
    incoming = Transfer.from_id != account_id
    query = (
        select(
            Transfer,
            incoming.label("incoming"),
            hold.amount.label("hold_amount"),
            other.code.label("other"),
            Person.discord_id.label("actor"),
            TransferReason.reason,
            TaskRow.id.label("task_id"),
            TaskRow.guild_id,
            TaskRow.channel_id,
            case((TaskRow.card_state == CardState.POSTED, TaskRow.message_id)).label("message_id"),
        )
        .join(touched, touched.c.id == Transfer.id)
        .join(other, other.id == case((incoming, Transfer.from_id), else_=Transfer.to_id))
        .outerjoin(hold, hold.id == Transfer.resolves_id)
        .outerjoin(Person, Person.id == Transfer.actor_id)
        .outerjoin(TransferReason, TransferReason.transfer_id == Transfer.id)
        .outerjoin(TaskRow, TaskRow.seq == Transfer.task_seq)
        .order_by(Transfer.id.desc())
        .limit(PER_PAGE + 1)
    )
    return (await session.execute(query)).all()


def _touched(account_id: int, cursor: Cursor | None) -> Any:
    """The newest transfers on either side, each found by its index."""
    sides: list[Any] = []
    for side in (Transfer.from_id, Transfer.to_id):
        query = select(Transfer.id).where(side == account_id)
        if cursor:
            query = query.where(Transfer.id < cursor.before_id)
        ends = query.order_by(Transfer.id.desc()).limit(PER_PAGE + 1).subquery()
        sides.append(select(ends.c.id))
    return union(*sides).subquery()  # a hold is on both sides of its account


def _entry(row: Any) -> Entry:
    transfer: Transfer = row.Transfer
    match transfer.kind:
        case "hold":
            change, held = -transfer.amount, transfer.amount
        case "resolve" if not row.incoming:
            change, held = row.hold_amount - transfer.amount, row.hold_amount
        case _:
            change, held = (transfer.amount if row.incoming else -transfer.amount), 0
    return Entry(
        id=transfer.id,
        at=transfer.at,
        kind=transfer.kind,
        purpose=transfer.purpose,
        change=change,
        available=0,
        held=held,
        other=row.other,
        incoming=row.incoming,
        actor_id=row.actor,
        reason=row.reason or "",
        edit=Edit(row.task_id, row.guild_id, row.channel_id, row.message_id)
        if row.task_id
        else None,
    )
