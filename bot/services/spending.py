"""What a server's edits cost: by day, by provider, by member. Days are UTC's."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Integer, func, or_, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database
from bot.db.models import MemberPreferences, Person, TaskRow
from bot.domain import TaskState
from bot.services.ports import Clock

DAY_US = 86_400_000_000
MEMBERS_SHOWN = 8
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Part:
    """What one provider or member cost; no name: everybody else together."""

    name: str
    credits: int
    edits: int


@dataclass(frozen=True, slots=True)
class Spending:
    """The last days, the oldest first; a day without edits is 0."""

    days: tuple[tuple[date, int], ...]
    providers: tuple[Part, ...]
    members: tuple[Part, ...]

    @property
    def credits(self) -> int:
        """All of it."""
        return sum(part.credits for part in self.providers)

    @property
    def edits(self) -> int:
        """How many edits were made."""
        return sum(part.edits for part in self.providers)


class Spendings:
    """Three grouped statements over the edits of a few weeks, through their index."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def of(self, guild_id: int, days: int) -> Spending:
        """The last days up to today."""
        today = self._clock.now().astimezone(UTC).date()
        first = today - timedelta(days=days - 1)
        since = datetime(first.year, first.month, first.day, tzinfo=UTC)
        where = (
            TaskRow.guild_id == guild_id,
            TaskRow.state == TaskState.DONE,
            TaskRow.finished_at >= since,
        )
        async with self._db.read() as session:
            by_day = await _by_day(session, where)
            providers = await _by_provider(session, where)
            members = await _by_member(session, where)
        every = [first + timedelta(days=n) for n in range(days)]
        return Spending(tuple((day, by_day.get(day, 0)) for day in every), providers, members)


async def _by_day(session: AsyncSession, where: Any) -> dict[date, int]:
    day = type_coerce(TaskRow.finished_at, Integer).op("/")(DAY_US)
    query = select(day, func.sum(TaskRow.settled)).where(*where).group_by(day)
    rows = await session.execute(query)
    return {EPOCH + timedelta(days=int(row[0])): int(row[1]) for row in rows}


async def _by_provider(session: AsyncSession, where: Any) -> tuple[Part, ...]:
    spent = func.sum(TaskRow.settled)
    query = (
        select(TaskRow.provider, spent, func.count())
        .where(*where)
        .group_by(TaskRow.provider)
        .order_by(spent.desc(), TaskRow.provider)
    )
    return tuple(Part(row[0], int(row[1]), int(row[2])) for row in await session.execute(query))


async def _by_member(session: AsyncSession, where: Any) -> tuple[Part, ...]:
    """The most spending ones by their ids; who does not want to be ranked is among the others."""
    spent = func.sum(TaskRow.settled)
    hidden = or_(Person.discord_id.is_(None), MemberPreferences.on_leaderboard.is_(False))
    name = func.iif(hidden, None, Person.discord_id)
    query = (
        select(name, spent, func.count())
        .select_from(TaskRow)
        .join(Person, Person.id == TaskRow.person_id)
        .outerjoin(MemberPreferences, MemberPreferences.person_id == Person.id)
        .where(*where)
        .group_by(name)
        .having(spent > 0)
        .order_by(name.is_(None), spent.desc(), name)
    )
    rows = [
        Part(str(row[0] or ""), int(row[1]), int(row[2])) for row in await session.execute(query)
    ]
    named = [part for part in rows if part.name][:MEMBERS_SHOWN]
    rest = [part for part in rows if part not in named]
    if rest:
        named.append(Part("", sum(p.credits for p in rest), sum(p.edits for p in rest)))
    return tuple(named)
