"""Decides which queued tasks may start: one transaction, fair to members, within all limits."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from sqlalchemy import Select, Subquery, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.db.engine import Database
from bot.db.models import TaskRow
from bot.domain import HOLDING, IN_FLIGHT, TaskState
from bot.providers.base import Provider
from bot.services import reading
from bot.services.gate import Gate
from bot.services.ports import Clock, Dispatcher
from bot.services.tasks import Tasks

CANDIDATES_MAX = 256
EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A queued task in the order of fairness."""

    id: str
    provider: str


@dataclass(frozen=True, slots=True)
class Live:
    """How many of a provider's tasks wait in the queue, are ready, and are in flight in all."""

    queued: int
    ready: int
    in_flight: int


# Admission runs twice for every task, and building these statements cost more than running them.
@cache
def queue_order() -> Subquery:
    """Queued tasks with their place: a member's n-th task stands behind everybody's n-1st.

    Running ones count. Within a rank, a guild with many tasks waits for guilds with fewer; then
    the older goes first.
    """
    running = aliased(TaskRow)
    mine = (
        select(func.count())
        .where(running.person_id == TaskRow.person_id, running.state.in_(IN_FLIGHT))
        .correlate(TaskRow)
        .scalar_subquery()
    )
    rank = mine + func.row_number().over(partition_by=TaskRow.person_id, order_by=TaskRow.seq)
    ranked = (
        select(TaskRow.id, TaskRow.provider, TaskRow.seq, TaskRow.guild_id, rank.label("rank"))
        .where(TaskRow.state == TaskState.QUEUED)
        .subquery()
    )
    share = func.row_number().over(
        partition_by=(ranked.c.guild_id, ranked.c.rank), order_by=ranked.c.seq
    )
    shared = select(ranked, share.label("share")).subquery()
    place = func.row_number().over(order_by=(shared.c.rank, shared.c.share, shared.c.seq))
    return select(shared.c.id, shared.c.provider, place.label("place")).subquery()


class Admission:
    """Runs at every intake and every end, and every few seconds besides."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        tasks: Tasks,
        dispatcher: Dispatcher,
        providers: Mapping[str, Provider],
        gate: Gate,
    ) -> None:
        self._db = db
        self._clock = clock
        self._tasks = tasks
        self._dispatcher = dispatcher
        self._providers = providers
        self._gate = gate
        self._wake = asyncio.Event()

    def kick(self) -> None:
        """Look again soon; safe to call from anywhere on the loop."""
        self._wake.set()

    async def run(self) -> None:
        """Admit until cancelled."""
        while True:
            self._wake.clear()
            await self.admit()
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await self._wake.wait()

    async def admit(self) -> list[str]:
        """Pick what may start now, mark it ready and hand it over, in one transaction.

        What waits for a provider that will not be back in time is ended after it.
        """
        async with self._db.write() as session:
            live = await _live(session)
            if not any(counts.queued for counts in live.values()):
                return []
            opened = await self._gate.open(session)
            room = await self._room(session, live)
            room = {slug: 0 if slug in opened.paused else n for slug, n in room.items()}
            picked = pick(await _candidates(session, room), room)
            tasks = await reading.these(session, [one.id for one in picked])
            queued = {task.id: task for task in tasks}
            fit = [queued[one.id] for one in picked if opened.takes(queued[one.id])]
            admitted = [task.id for task in fit if await self._tasks.admit(session, task)]
            self._dispatcher.enqueue(session, admitted)
            stranded = await self._gate.close(session, opened)
        for task, error in stranded:
            await self._tasks.fail(task, error)
        return admitted

    async def _room(self, session: AsyncSession, live: Mapping[str, Live]) -> dict[str, int]:
        """How many more tasks each provider may start, by places in flight and by rate."""
        since = self._clock.now() - timedelta(minutes=1)
        rows = await session.execute(_started(), {"since": since})
        started = Counter(dict(rows.all()))
        none = Live(0, 0, 0)
        return {
            slug: min(
                provider.spec.concurrency - live.get(slug, none).in_flight,
                provider.spec.starts_per_minute - started[slug] - live.get(slug, none).ready,
            )
            for slug, provider in self._providers.items()
        }


def pick(candidates: Iterable[Candidate], room: Mapping[str, int]) -> list[Candidate]:
    """The candidates that fit, in their order."""
    left = Counter(room)
    picked: list[Candidate] = []
    for candidate in candidates:
        if left[candidate.provider] > 0:
            left[candidate.provider] -= 1
            picked.append(candidate)
    return picked


async def _live(session: AsyncSession) -> dict[str, Live]:
    return {slug: Live(*counts) for slug, *counts in await session.execute(_live_counts())}


async def _candidates(session: AsyncSession, room: Mapping[str, int]) -> list[Candidate]:
    open_slugs = [slug for slug, places in room.items() if places > 0]
    rows = await session.execute(_in_order(), {"slugs": open_slugs})
    return [Candidate(*row) for row in rows]


@cache
def _live_counts() -> Select[str, int, int, int]:
    return (
        select(
            TaskRow.provider,
            func.count().filter(TaskRow.state == TaskState.QUEUED),
            func.count().filter(TaskRow.state == TaskState.READY),
            func.count().filter(TaskRow.state.in_(IN_FLIGHT)),
        )
        .where(TaskRow.state.in_(HOLDING))
        .group_by(TaskRow.provider)
    )


@cache
def _started() -> Select[str, int]:
    return (
        select(TaskRow.provider, func.count())
        .where(TaskRow.submitted_at > bindparam("since"))
        .group_by(TaskRow.provider)
    )


@cache
def _in_order() -> Select[str, str]:
    order = queue_order()
    return (
        select(order.c.id, order.c.provider)
        .where(order.c.provider.in_(bindparam("slugs", expanding=True)))
        .order_by(order.c.place)
        .limit(CANDIDATES_MAX)
    )
