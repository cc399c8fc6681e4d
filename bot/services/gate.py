"""What admission asks of providers beside places and rate: pauses, and what is left of the day."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import after_commit
from bot.db.models import TaskRow
from bot.domain import IN_FLIGHT, Task, TaskState
from bot.errors import ProviderError, Unavailable
from bot.providers.base import Provider
from bot.services import pauses, reading
from bot.services.budgets import Budgets, cheapest, estimate, midnight_after
from bot.services.pauses import Pause, Why
from bot.services.ports import Clock

log = logging.getLogger(__name__)
# A queued task waits so long for a provider to come back.
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Opened:
    """One look, kept up while tasks are picked; `left` is in each limited provider's own unit."""

    at: datetime
    paused: Mapping[str, Pause]
    providers: Mapping[str, Provider]
    left: dict[str, Decimal]
    too_much: list[Task] = field(default_factory=list[Task])

    def takes(self, task: Task) -> bool:
        """Whether the day's limit lets this task start; if so, its estimate is used up."""
        if task.provider not in self.left:
            return True
        units = estimate(self.providers[task.provider].spec, task.op, task.count)
        if units > self.left[task.provider]:
            self.too_much.append(task)
            return False
        self.left[task.provider] -= units
        return True


class Gate:
    """Reads and writes in admission's transaction, so that two looks never admit too much."""

    def __init__(self, clock: Clock, providers: Mapping[str, Provider], budgets: Budgets) -> None:
        self._clock = clock
        self._providers = providers
        self._budgets = budgets

    async def open(self, session: AsyncSession) -> Opened:
        """Look at pauses and limits. What is queued is about to be picked, so it is not counted."""
        now = self._clock.now()
        left = await self._budgets.left(session, now, IN_FLIGHT)
        return Opened(now, await pauses.paused(session, now), self._providers, left)

    async def close(
        self, session: AsyncSession, opened: Opened
    ) -> list[tuple[Task, ProviderError]]:
        """Pause who has nothing left; the answer is who waits in vain, with what to tell them."""
        midnight = midnight_after(opened.at)
        for slug, left in opened.left.items():
            if left < cheapest(self._providers[slug].spec):
                await self._reached(session, Pause(slug, Why.LIMIT, opened.at, midnight))
        vain = [task for task in opened.too_much if midnight - opened.at > PATIENCE]
        vain += await self._overdue(session, opened.at)
        return [(task, self._in_vain(task)) for task in vain]

    async def _reached(self, session: AsyncSession, pause: Pause) -> None:
        if not await pauses.put(session, pause):
            return
        said = "provider %s has used up DAILY_LIMIT_%s (%s %s) and is paused until %s"
        limit = self._budgets.limit(pause.provider)
        unit = self._providers[pause.provider].spec.unit
        facts = (pause.provider, pause.provider.upper(), limit, unit, f"{pause.until:%F %R} UTC")
        after_commit(session, lambda: log.error(said, *facts))

    async def _overdue(self, session: AsyncSession, now: datetime) -> list[Task]:
        """Queued tasks of paused providers whose patience ends before the pause does."""
        paused = await pauses.paused(session, now)
        if not paused:
            return []
        here = (TaskRow.state == TaskState.QUEUED, TaskRow.provider.in_(paused))
        tasks = await reading.tasks(session, *here)
        return [task for task in tasks if _in_vain(task, paused[task.provider], now)]

    def _in_vain(self, task: Task) -> ProviderError:
        provider = self._providers.get(task.provider)
        title = provider.spec.title if provider else task.provider
        return Unavailable(
            f"{title} is paused and will not be back soon, so I ended this. You were not charged. "
            "Again shows who else can do it."
        )


def _in_vain(task: Task, pause: Pause, now: datetime) -> bool:
    """A limit's end is known; where a probe decides, only waiting shows."""
    over_at = max(task.queued_at or task.created_at, pause.since) + PATIENCE
    return over_at <= now or (pause.why is Why.LIMIT and pause.until > over_at)
