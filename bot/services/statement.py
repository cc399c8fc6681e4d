"""An account's transfers with its balance after each, newest first and a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.db.models import Account, TaskRow, Transfer
from bot.errors import BadOption
from bot.services.ledger import ISSUANCE, Purpose
from bot.services.recount import movements

PAGE_MAX = 500
# As the members' own history says it; only moves from before purposes were kept have none.
CALLED = {
    Purpose.FIRST: "first grant",
    Purpose.TOPUP: "allowance",
    Purpose.GRANT: "grant",
    Purpose.TAKE: "taken",
    Purpose.GIVE: "gift",
    Purpose.SPONSOR: "sponsored",
    Purpose.BACK: "back",
    Purpose.FORGET: "forgotten",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer as this account saw it; `available` and `held` are what was there after it."""

    transfer_id: int
    at: datetime
    what: str
    change: int
    available: int
    held: int
    other: str
    task_id: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A page, newest first; `older` says whether another one follows."""

    code: str
    available: int
    held: int
    lines: Sequence[Line]
    older: bool


async def statement(
    session: AsyncSession, code: str, limit: int, before_id: int | None = None
) -> Statement:
    """The newest transfers, or those before one of them. Raises BadOption for no such account."""
    account = (await session.execute(select(Account).where(Account.code == code))).scalar()
    if account is None:
        raise BadOption(f"There is no account {code}: it has never had a credit.")
    limit = min(limit, PAGE_MAX)
    rows = await _rows(session, account.id, limit + 1, before_id)
    lines = [_line(row) for row in rows[:limit]]
    return Statement(code, account.available, account.held, lines, len(rows) > limit)


async def _rows(
    session: AsyncSession, account_id: int, limit: int, before_id: int | None
) -> Sequence[Row[Any]]:
    """The running sums are taken over the whole account, the page is cut out after."""
    moved = movements(account_id)
    order = moved.c.transfer_id
    running = select(
        moved.c.transfer_id,
        moved.c.available.label("change"),
        func.sum(moved.c.available).over(order_by=order).label("available"),
        func.sum(moved.c.held).over(order_by=order).label("held"),
    ).subquery()
    other = aliased(Account)
    other_id = case((Transfer.from_id == account_id, Transfer.to_id), else_=Transfer.from_id)
    query = (
        select(running, Transfer, other.code, TaskRow.id.label("task_id"))
        .join(Transfer, Transfer.id == running.c.transfer_id)
        .join(other, other.id == other_id)
        .outerjoin(TaskRow, TaskRow.seq == Transfer.task_seq)
        .order_by(running.c.transfer_id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(running.c.transfer_id < before_id)
    return (await session.execute(query)).all()


def _line(row: Row[Any]) -> Line:
    transfer: Transfer = row.Transfer
    return Line(
        transfer_id=transfer.id,
        at=transfer.at,
        what=_what(transfer, row.code, row.change),
        change=row.change,
        available=row.available,
        held=row.held,
        other="" if transfer.kind == "hold" else row.code,
        task_id=row.task_id,
    )


def _what(transfer: Transfer, other: str, change: int) -> str:
    match transfer.kind:
        case "hold":
            return "hold"
        case "resolve":
            return "refund" if change > 0 and not transfer.amount else "settle"
        case _ if transfer.purpose:
            return CALLED[Purpose(transfer.purpose)]
        case _:
            return "grant" if other == ISSUANCE else "move"
