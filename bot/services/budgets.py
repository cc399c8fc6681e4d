"""What a day may cost at each provider, in its own unit, and what of it is used."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache

from sqlalchemy import CompoundSelect, and_, bindparam, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import UtcDateTime
from bot.db.models import TaskRow
from bot.domain import HOLDING, Op, TaskState
from bot.errors import DeadlinePassed
from bot.providers.base import PricedPer, Provider, ProviderSpec
from bot.services.census import LIVE_ROWS
from bot.settings import Settings

S = TaskState


def midnight_after(now: datetime) -> datetime:
    """When the next day begins, in UTC."""
    return _midnight(now) + timedelta(days=1)


def estimate(spec: ProviderSpec, op: Op, count: int) -> Decimal:
    """What a job costs in the provider's own unit; where it is free, its pictures are counted."""
    if op not in spec.ops:
        return Decimal(0)
    price = spec.ops[op].price
    if not price.units:
        return Decimal(count)
    return price.units * count if price.per is PricedPer.PICTURE else price.units


def cheapest(spec: ProviderSpec) -> Decimal:
    """The least that anything costs there."""
    return min(estimate(spec, op, 1) for op in spec.ops)


def limits_of(settings: Settings, providers: Collection[str]) -> dict[str, Decimal]:
    """DAILY_LIMIT_<PROVIDER> by provider, where it is set."""
    found = {slug: getattr(settings, f"daily_limit_{slug}", None) for slug in providers}
    return {slug: limit for slug, limit in found.items() if limit is not None}


class Budgets:
    """Asks the rows, so that neither a restart nor a second look changes the answer."""

    def __init__(self, limits: Mapping[str, Decimal], providers: Mapping[str, Provider]) -> None:
        self._limits = limits
        self._providers = providers

    def limit(self, slug: str) -> Decimal | None:
        """What a day may cost there; None: no limit."""
        return self._limits.get(slug)

    async def left(
        self, session: AsyncSession, now: datetime, live: Collection[TaskState] = HOLDING
    ) -> dict[str, Decimal]:
        """What is left today of each limit; tasks in a `live` state count with their estimate."""
        if not self._limits:
            return {}
        used: defaultdict[str, Decimal] = defaultdict(Decimal)
        found = await session.execute(
            _costs(),
            {"slugs": list(self._limits), "live": list(live), "since": _midnight(now)},
        )
        for slug, op, count, cost, tasks in found:
            spec = self._providers[slug].spec
            units = estimate(spec, op, count) if cost is None else Decimal(cost)
            used[slug] += units * tasks
        return {slug: limit - used[slug] for slug, limit in self._limits.items()}


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


@cache
def _costs() -> CompoundSelect[str, Op, int, str | None, int]:
    """Grouped, because sums over texts would be made of floats; each half reads one index.

    What ended in a way that may have cost something counts on the day it was started.
    """
    may_cost = or_(
        TaskRow.state.in_((S.DONE, S.UNKNOWN)),
        and_(TaskRow.state == S.FAILED, TaskRow.error_code == DeadlinePassed.code),
    )
    key = (TaskRow.provider, TaskRow.op, TaskRow.count, TaskRow.upstream_cost)
    here = TaskRow.provider.in_(bindparam("slugs", expanding=True))
    grouped = select(*key, func.count()).where(here).group_by(*key)
    return union_all(
        grouped.where(TaskRow.submitted_at >= bindparam("since", type_=UtcDateTime), may_cost),
        grouped.where(LIVE_ROWS, TaskRow.state.in_(bindparam("live", expanding=True))),
    )
