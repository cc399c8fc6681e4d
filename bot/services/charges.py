"""What providers say they charged against what was recorded, per provider and day (UTC)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Integer, and_, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.models import ResultRow, TaskRow
from bot.domain import ResultState, TaskState
from bot.providers.base import PricedPer, ProviderSpec
from bot.services.spending import DAY_US, EPOCH


@dataclass(frozen=True, slots=True)
class Charge:
    """One provider's day: credits settled, units that its list makes of it, units it told.

    `told_of` of the `edits` came with a word of their cost; `told` adds those up.
    """

    day: date
    provider: str
    unit: str
    edits: int
    credits: int
    listed: Decimal
    told_of: int
    told: Decimal


@dataclass(slots=True)
class _Sum:
    edits: int = 0
    credits: int = 0
    listed: Decimal = Decimal(0)
    told_of: int = 0
    told: Decimal = Decimal(0)
    unit: str = ""


async def charges(
    session: AsyncSession, specs: Mapping[str, ProviderSpec], since: datetime, guild_id: int | None
) -> Sequence[Charge]:
    """The days since then, the newest first; of one server where it is named."""
    delivered = (
        select(func.count())
        .where(ResultRow.task_id == TaskRow.id, ResultRow.state == ResultState.OK)
        .correlate(TaskRow)
        .scalar_subquery()
    )
    day = type_coerce(TaskRow.finished_at, Integer).op("/")(DAY_US).label("day")
    said = (TaskRow.upstream_cost, TaskRow.upstream_unit)
    where = [TaskRow.state == TaskState.DONE, TaskRow.finished_at >= since]
    if guild_id is not None:
        where.append(TaskRow.guild_id == guild_id)
    query = (
        select(
            day, TaskRow.provider, TaskRow.op, *said, func.count().label("edits"),
            func.sum(TaskRow.settled).label("settled"), func.sum(delivered).label("pictures"),
        )
        .where(and_(*where))
        .group_by(day, TaskRow.provider, TaskRow.op, *said)
    )  # fmt: skip
    sums: dict[tuple[int, str], _Sum] = {}
    for row in await session.execute(query):
        _add(sums.setdefault((int(row.day), row.provider), _Sum()), row, specs)
    return [
        Charge(EPOCH + timedelta(days=number), slug, each.unit, each.edits, each.credits,
               each.listed, each.told_of, each.told)
        for (number, slug), each in sorted(sums.items(), key=_newest_first)
    ]  # fmt: skip


def _newest_first(item: tuple[tuple[int, str], _Sum]) -> tuple[int, str]:
    (day, slug), _ = item
    return -day, slug


def _add(into: _Sum, row: Any, specs: Mapping[str, ProviderSpec]) -> None:
    spec = specs.get(row.provider)
    into.edits += row.edits
    into.credits += int(row.settled)
    into.unit = into.unit or row.upstream_unit or (spec.unit if spec else "")
    if spec and row.op in spec.ops:
        price = spec.ops[row.op].price
        many = row.pictures if price.per is PricedPer.PICTURE else row.edits
        into.listed += price.units * int(many or 0)
    if (told := _units(row.upstream_cost)) is not None:
        into.told_of += row.edits
        into.told += told * row.edits


def _units(text: str | None) -> Decimal | None:
    """What a provider told, where it is a number."""
    try:
        units = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return units if units is not None and units.is_finite() else None
