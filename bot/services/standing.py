"""How the bot does: the queue, and for each provider its pause, its queue and its last day.

`/about`, `/providers` and the metrics tell the same, because they all ask here or the same rows.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Integer, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database
from bot.db.models import TaskRow
from bot.domain import IN_FLIGHT, TaskState
from bot.providers.base import Provider
from bot.services import census, pauses
from bot.services.census import Census
from bot.services.pauses import Pause
from bot.services.ports import Clock

LATELY, RECENTLY = timedelta(hours=24), timedelta(days=7)
RECENT_MAX = 25
_BAD = (TaskState.FAILED, TaskState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class ProviderStanding:
    """One provider that is switched on: edits of the last day, and those at work and waiting.

    `typical_s` is the median of the last edits, from their start; None: there were none.
    """

    title: str
    done: int
    failed: int
    working: int
    waiting: int
    slug: str = ""
    pause: Pause | None = None
    typical_s: float | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """`started_at` is when this process began; no counts while the database does not answer."""

    started_at: datetime
    queue_length: int | None
    providers: Sequence[ProviderStanding]


class Standings:
    """Four statements, however many tasks and providers there are."""

    def __init__(self, db: Database, clock: Clock, providers: Mapping[str, Provider]) -> None:
        self._db = db
        self._clock = clock
        self._providers = providers
        self._started_at = clock.now()

    async def now(self) -> Standing:
        """How it is at the moment."""
        live, now = await census.take(self._db), self._clock.now()
        counts = (live or Census()).counts
        async with self._db.read() as session:
            ended = await _ended(session, now - LATELY)
            paused = await pauses.paused(session, now)
            typical = await _typical(session, now - RECENTLY)
        standings = [
            replace(
                _standing(each, slug, counts, ended),
                pause=paused.get(slug),
                typical_s=typical.get(slug),
            )
            for slug, each in self._providers.items()
        ]
        return Standing(self._started_at, live.queue_length if live else None, standings)


async def _ended(session: AsyncSession, since: datetime) -> Mapping[tuple[str, TaskState], int]:
    query = (
        select(TaskRow.provider, TaskRow.state, func.count())
        .where(TaskRow.finished_at > since, TaskRow.let_go_at.is_(None))
        .group_by(TaskRow.provider, TaskRow.state)
    )
    rows = (await session.execute(query)).all()
    return {(provider, state): count for provider, state, count in rows}


async def _typical(session: AsyncSession, since: datetime) -> Mapping[str, float]:
    """The median of each provider's last few edits, in seconds."""
    took_us = type_coerce(TaskRow.finished_at, Integer) - type_coerce(TaskRow.submitted_at, Integer)
    newest = func.row_number().over(
        partition_by=TaskRow.provider, order_by=TaskRow.finished_at.desc()
    )
    ended = (TaskRow.state == TaskState.DONE, TaskRow.finished_at > since)
    recent = (
        select(TaskRow.provider, took_us.label("took_us"), newest.label("n"))
        .where(*ended, TaskRow.let_go_at.is_(None), TaskRow.submitted_at.is_not(None))
        .subquery()
    )
    query = select(recent.c.provider, recent.c.took_us).where(recent.c.n <= RECENT_MAX)
    found: defaultdict[str, list[int]] = defaultdict(list)
    for provider, took in await session.execute(query):
        found[provider].append(took)
    return {provider: median(each) / 1e6 for provider, each in found.items()}


def _standing(
    provider: Provider,
    slug: str,
    live: Mapping[tuple[str, TaskState], int],
    ended: Mapping[tuple[str, TaskState], int],
) -> ProviderStanding:
    return ProviderStanding(
        title=provider.spec.title,
        done=ended.get((slug, TaskState.DONE), 0),
        failed=sum(ended.get((slug, state), 0) for state in _BAD),
        working=sum(live.get((slug, state), 0) for state in IN_FLIGHT),
        waiting=live.get((slug, TaskState.QUEUED), 0),
        slug=slug,
    )
