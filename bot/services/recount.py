"""Balances recomputed from the transfers alone; only checks and statements pay for that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    SQLColumnExpression,
    Subquery,
    case,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from bot.db.models import Account, Transfer

Arm = Select[*tuple[Any, ...]]


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
    return union_all(*_arms(account_id)).subquery()


def _arms(account_id: int | None = None) -> tuple[Arm, ...]:
    hold = aliased(Transfer)
    moved = Transfer.kind != "hold"
    back = case((Transfer.kind == "resolve", hold.amount - Transfer.amount), else_=-Transfer.amount)
    freed = case((Transfer.kind == "resolve", -hold.amount), else_=0)
    out = _arm(Transfer.from_id, back, freed).outerjoin(hold, hold.id == Transfer.resolves_id)
    into = _arm(Transfer.to_id, Transfer.amount, literal(0, Integer)).where(moved)
    holds = _arm(Transfer.from_id, -Transfer.amount, Transfer.amount)
    arms = out.where(moved), into, holds.where(Transfer.kind == "hold")
    if account_id is None:
        return arms
    sides = Transfer.from_id, Transfer.to_id, Transfer.from_id
    return tuple(arm.where(side == account_id) for arm, side in zip(arms, sides, strict=True))


def _arm(
    account_id: InstrumentedAttribute[int],
    available: SQLColumnExpression[int],
    held: SQLColumnExpression[int],
) -> Arm:
    return select(
        Transfer.id.label("transfer_id"),
        account_id.label("account_id"),
        available.label("available"),
        held.label("held"),
    )


def _expected_balances() -> Subquery:
    # Each arm is summed along its own index: sorting all transfers would need memory for them.
    return _summed(union_all(*(_summed(arm.subquery()) for arm in _arms())).subquery()).subquery()


def _summed(moved: Subquery) -> Arm:
    return select(
        moved.c.account_id,
        func.sum(moved.c.available).label("available"),
        func.sum(moved.c.held).label("held"),
    ).group_by(moved.c.account_id)
