"""How the bot does, as `/about` tells it: the queue, and what each provider has done lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot.db.engine import Database
from bot.db.models import TaskRow
from bot.domain import IN_FLIGHT, TaskState
from bot.providers.base import Provider
from bot.services import census
from bot.services.census import Census
from bot.services.ports import Clock

LATELY = timedelta(hours=24)
_BAD = (TaskState.FAILED, TaskState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class ProviderStanding:
    """One provider that is switched on: edits of the last day, and those at work and waiting."""

    title: str
    done: int
    failed: int
    working: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Standing:
    """`started_at` is when this process began; no counts while the database does not answer."""

    started_at: datetime
    queue_length: int | None
    providers: Sequence[ProviderStanding]


class Standings:
    """Two statements, however many tasks there are."""

    def __init__(self, db: Database, clock: Clock, providers: Mapping[str, Provider]) -> None:
        self._db = db
        self._clock = clock
        self._providers = providers
        self._started_at = clock.now()

    async def now(self) -> Standing:
        """How it is at the moment."""
        live, ended = await census.take(self._db), await self._ended()
        counts = (live or Census()).counts
        return Standing(
            self._started_at,
            live.queue_length if live else None,
            [_standing(each, slug, counts, ended) for slug, each in self._providers.items()],
        )

    async def _ended(self) -> Mapping[tuple[str, TaskState], int]:
        since = self._clock.now() - LATELY
        query = (
            select(TaskRow.provider, TaskRow.state, func.count())
            .where(TaskRow.finished_at > since, TaskRow.let_go_at.is_(None))
            .group_by(TaskRow.provider, TaskRow.state)
        )
        async with self._db.read() as session:
            rows = (await session.execute(query)).all()
        return {(provider, state): count for provider, state, count in rows}


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
    )
