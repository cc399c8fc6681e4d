"""Queries on tasks and results; each is one statement, and rows leave as frozen values."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.models import Blob, Person, ResultRow, TaskRow
from bot.domain import HOLDING, IN_FLIGHT, Origin, Result, Task, TaskState
from bot.services.blobs import Blobs

_TASK_FIELDS = tuple(field.name for field in fields(Task) if field.name != "user_id")
_RESULT_FIELDS = tuple(field.name for field in fields(Result))


def _task(row: TaskRow, user_id: int | None) -> Task:
    return Task(user_id=user_id, **{name: getattr(row, name) for name in _TASK_FIELDS})


async def tasks(
    session: AsyncSession,
    *where: ColumnElement[bool],
    newest_first: bool = False,
    limit: int | None = None,
) -> list[Task]:
    """The tasks that fit, with their requesters' Discord ids."""
    order = TaskRow.seq.desc() if newest_first else TaskRow.seq
    query = (
        select(TaskRow, Person.discord_id)
        .join(Person, Person.id == TaskRow.person_id)
        .where(*where)
        .order_by(order)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [_task(row, discord_id) for row, discord_id in await session.execute(query)]


async def task(session: AsyncSession, task_id: str) -> Task | None:
    """One task, or None."""
    found = await tasks(session, TaskRow.id == task_id)
    return found[0] if found else None


async def by_request_key(session: AsyncSession, request_key: str) -> Task | None:
    """The task that this very request already made, if it did."""
    found = await tasks(session, TaskRow.request_key == request_key)
    return found[0] if found else None


async def in_flight_ids(
    session: AsyncSession, untouched_since: datetime | None = None
) -> list[str]:
    """The ids of all tasks that a drive has to go on with, oldest first."""
    query = select(TaskRow.id).where(TaskRow.state.in_(IN_FLIGHT)).order_by(TaskRow.seq)
    if untouched_since:
        query = query.where(TaskRow.updated_at < untouched_since)
    return list((await session.execute(query)).scalars())


async def live_counts(session: AsyncSession, person_id: int, guild_id: int) -> tuple[int, int]:
    """How many tasks hold credits now: of this member in this guild, and of the guild."""
    row = (
        await session.execute(
            select(func.count().filter(TaskRow.person_id == person_id), func.count()).where(
                TaskRow.state.in_(HOLDING), TaskRow.guild_id == guild_id
            )
        )
    ).one()
    return int(row[0]), int(row[1])


async def usable_parents(
    session: AsyncSession,
    user_id: int,
    guild_id: int,
    viewable_channels: frozenset[int],
    text: str,
    limit: int,
) -> list[Task]:
    """Done tasks in channels the member can view now, newest first, whose prompt or id fits."""
    fits = or_(
        TaskRow.prompt.icontains(text, autoescape=True),
        TaskRow.id.istartswith(text, autoescape=True),
    )
    return await tasks(
        session,
        TaskRow.guild_id == guild_id,
        TaskRow.state == TaskState.DONE,
        TaskRow.let_go_at.is_(None),
        TaskRow.hidden.is_(False),
        TaskRow.channel_id.in_(viewable_channels),
        *((fits,) if text else ()),
        newest_first=True,
        limit=limit,
    )


async def results(
    session: AsyncSession, task_ids: Collection[str]
) -> list[tuple[Result, Blob | None]]:
    """The results of these tasks with their blobs, in order."""
    query = (
        select(ResultRow, Blob)
        .outerjoin(Blob, Blob.id == ResultRow.blob)
        .where(ResultRow.task_id.in_(task_ids))
        .order_by(ResultRow.task_id, ResultRow.n)
    )
    rows: Sequence[tuple[ResultRow, Blob | None]] = [
        (row, blob) for row, blob in await session.execute(query)
    ]
    return [
        (Result(**{name: getattr(row, name) for name in _RESULT_FIELDS}), blob)
        for row, blob in rows
    ]


async def blob_paths(session: AsyncSession, blobs: Blobs, *blob_ids: str | None) -> list[Path]:
    """Where these blobs lie, in the order asked; ids without a row are left out."""
    found = await blob_files(session, blobs, blob_ids)
    return [found[blob_id] for blob_id in blob_ids if blob_id in found]


async def result(session: AsyncSession, task_id: str, n: int | None) -> Result | None:
    """One result of a task, or None."""
    query = select(ResultRow).where(ResultRow.task_id == task_id, ResultRow.n == n)
    row = (await session.execute(query)).scalar()
    return Result(**{name: getattr(row, name) for name in _RESULT_FIELDS}) if row else None


async def blob_files(
    session: AsyncSession, blobs: Blobs, blob_ids: Collection[str | None]
) -> dict[str, Path]:
    """The files of these blobs by id."""
    rows = await session.execute(select(Blob.id, Blob.suffix).where(Blob.id.in_(blob_ids)))
    return {row.id: blobs.path(row.id, row.suffix) for row in rows}


async def recent_twin(
    session: AsyncSession, parent_task_id: str, person_id: int, since: datetime
) -> Task | None:
    """A task that this member made from this one by a button since then."""
    found = await tasks(
        session,
        TaskRow.parent_task_id == parent_task_id,
        TaskRow.person_id == person_id,
        TaskRow.origin == Origin.BUTTON,
        TaskRow.created_at > since,
    )
    return found[0] if found else None


async def known_person(session: AsyncSession, discord_id: int) -> int | None:
    """Our id of a member, if they were here before."""
    return (
        await session.execute(select(Person.id).where(Person.discord_id == discord_id))
    ).scalar()
