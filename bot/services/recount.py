"""Balances recomputed from the transfers alone; only checks and statements pay for that."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, Subquery, case, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.db.models import Account, Transfer


@dataclass(frozen=True, slots=True)
class Drift:
    """A balance that the transfers do not explain."""

    code: str
    available: int
    available_expected: int
    held: int
    held_expected: int


async def drifts(session: AsyncSession) -> Sequence[Drift]:
    """Every account whose balances the transfers do not explain; empty is right."""
    expected = _expected_balances()
    rows = await session.execute(
        select(
            Account.code,
            Account.available,
            func.coalesce(expected.c.available, 0),
            Account.held,
            func.coalesce(expected.c.held, 0),
        )
        .outerjoin(expected, expected.c.account_id == Account.id)
        .where(
            (Account.available != func.coalesce(expected.c.available, 0))
            | (Account.held != func.coalesce(expected.c.held, 0))
        )
    )
    return [Drift(*row) for row in rows]


def movements(account_id: int | None = None) -> Subquery:
    """What each transfer added to each account it touched, or to this one alone."""
    hold = aliased(Transfer)
    moved = Transfer.kind != "hold"
    back = case((Transfer.kind == "resolve", hold.amount - Transfer.amount), else_=-Transfer.amount)
    freed = case((Transfer.kind == "resolve", -hold.amount), else_=0)
    zero = literal(0, Integer)
    out = (
        select(
            Transfer.id.label("transfer_id"),
            Transfer.from_id.label("account_id"),
            back.label("available"),
            freed.label("held"),
        )
        .outerjoin(hold, hold.id == Transfer.resolves_id)
        .where(moved)
    )
    into = select(Transfer.id, Transfer.to_id, Transfer.amount, zero).where(moved)
    holds = select(Transfer.id, Transfer.from_id, -Transfer.amount, Transfer.amount).where(
        Transfer.kind == "hold"
    )
    if account_id is not None:
        out, holds = (each.where(Transfer.from_id == account_id) for each in (out, holds))
        into = into.where(Transfer.to_id == account_id)
    return union_all(out, into, holds).subquery()


def _expected_balances() -> Subquery:
    every = movements()
    return (
        select(
            every.c.account_id,
            func.sum(every.c.available).label("available"),
            func.sum(every.c.held).label("held"),
        )
        .group_by(every.c.account_id)
        .subquery()
    )
