"""Queries on tasks and results; each is one statement, and rows leave as frozen values."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import table
from bot.db.models import Blob, Person, ResultRow, TaskRow
from bot.domain import HOLDING, IN_FLIGHT, TAKEN_AWAY, EditRequest, Origin, Result, Task, TaskState
from bot.services.blobs import Blobs

# A longer line of edits is shown from where it can be.
GENERATIONS_MAX = 200
_RESULT_FIELDS = tuple(field.name for field in fields(Result))
_tasks, _people, _blobs = table(TaskRow), table(Person), table(Blob)
_TASKS = select(
    *(
        _people.c.discord_id if field.name == "user_id" else _tasks.c[field.name]
        for field in fields(Task)
    )
).join(_people, _people.c.id == _tasks.c.person_id)
# The most frequent question of all.
_TASK = _TASKS.where(_tasks.c.id == bindparam("task_id"))
_THESE = _TASKS.where(_tasks.c.id.in_(bindparam("task_ids", expanding=True))).order_by(_tasks.c.seq)
_ASKED_BEFORE = _TASKS.where(_tasks.c.request_key == bindparam("request_key"))
_RESULTS = (
    select(ResultRow, Blob)
    .outerjoin(Blob, Blob.id == ResultRow.blob)
    .where(ResultRow.task_id.in_(bindparam("task_ids", expanding=True)))
    .order_by(ResultRow.task_id, ResultRow.n)
)
_FILES = select(_blobs.c.id, _blobs.c.suffix).where(
    _blobs.c.id.in_(bindparam("blob_ids", expanding=True))
)
# What a row becomes a task of, but for who asked: that stands in another table.
_NAMES = [field.name for field in fields(Task)]
_ASKER = _NAMES.index("user_id")
ROW = tuple(_tasks.c[name] for name in _NAMES if name != "user_id")
_LIVE = select(
    func.count().filter(_tasks.c.person_id == bindparam("person_id")), func.count()
).where(_tasks.c.state.in_(HOLDING), _tasks.c.guild_id == bindparam("guild_id"))


async def tasks(
    session: AsyncSession,
    *where: ColumnElement[bool],
    newest_first: bool = False,
    limit: int | None = None,
    offset: int | None = None,
) -> list[Task]:
    """The tasks that fit, with their requesters' Discord ids."""
    order = _tasks.c.seq.desc() if newest_first else _tasks.c.seq
    query = _TASKS.where(*where).order_by(order).limit(limit).offset(offset)
    return [Task(*row) for row in await session.execute(query)]


async def task(session: AsyncSession, task_id: str) -> Task | None:
    """One task, or None."""
    row = (await session.execute(_TASK, {"task_id": task_id})).first()
    return Task(*row) if row else None


async def these(session: AsyncSession, task_ids: Sequence[str]) -> list[Task]:
    """The tasks with these ids, the oldest first."""
    return [Task(*row) for row in await session.execute(_THESE, {"task_ids": task_ids})]


async def family(
    session: AsyncSession, task_id: str, *where: ColumnElement[bool], limit: int
) -> list[tuple[Task, int]]:
    """The tasks that this one goes back to and all that came of the first of them.

    Each with its depth below the first, children right after their parent, oldest first.
    """
    up = select(_tasks.c.id, _tasks.c.parent_task_id, literal(0).label("above"))
    up = up.where(_tasks.c.id == task_id).cte("up", recursive=True)
    above = _tasks.alias()
    up = up.union_all(
        select(above.c.id, above.c.parent_task_id, up.c.above + 1)
        .join(up, above.c.id == up.c.parent_task_id)
        .where(up.c.above < GENERATIONS_MAX)
    )
    first = select(up.c.id).order_by(up.c.above.desc()).limit(1).scalar_subquery()
    place = func.printf("%012d", _tasks.c.seq)
    down = select(_tasks.c.id, literal(0).label("depth"), place.label("place"))
    down = down.where(_tasks.c.id == first).cte("down", recursive=True)
    below = _tasks.alias()
    placed = func.printf("%s/%012d", down.c.place, below.c.seq)
    down = down.union_all(
        select(below.c.id, down.c.depth + 1, placed)
        .join(down, below.c.parent_task_id == down.c.id)
        .where(down.c.depth < GENERATIONS_MAX)
    )
    query = _TASKS.add_columns(down.c.depth).join(down, down.c.id == _tasks.c.id)
    rows = await session.execute(query.where(*where).order_by(down.c.place).limit(limit))
    return [(Task(*columns), int(depth)) for *columns, depth in rows]


async def by_request_key(session: AsyncSession, request_key: str) -> Task | None:
    """The task that this very request already made, if it did."""
    row = (await session.execute(_ASKED_BEFORE, {"request_key": request_key})).first()
    return Task(*row) if row else None


def of_row(row: Sequence[Any], user_id: int | None) -> Task:
    """The task of what a statement returned of `ROW`."""
    values: tuple[Any, ...] = (*row[:_ASKER], user_id, *row[_ASKER:])
    return Task(*values)


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
    row = (await session.execute(_LIVE, {"person_id": person_id, "guild_id": guild_id})).one()
    return int(row[0]), int(row[1])


async def usable_parents(
    session: AsyncSession,
    user_id: int,
    guild_id: int,
    viewable_channels: frozenset[int],
    text: str,
    limit: int,
) -> list[Task]:
    """Done tasks in channels the member can view now, newest first, whose prompt or id fits.

    One whose card was deleted is its owner's alone.
    """
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
        or_(TaskRow.card_state.not_in(TAKEN_AWAY), _people.c.discord_id == user_id),
        TaskRow.channel_id.in_(viewable_channels),
        *((fits,) if text else ()),
        newest_first=True,
        limit=limit,
    )


async def results(
    session: AsyncSession, task_ids: Collection[str]
) -> list[tuple[Result, Blob | None]]:
    """The results of these tasks with their blobs, in order."""
    found = await session.execute(_RESULTS, {"task_ids": list(task_ids)})
    rows: Sequence[tuple[ResultRow, Blob | None]] = [(row, blob) for row, blob in found]
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
    rows = await session.execute(_FILES, {"blob_ids": [each for each in blob_ids if each]})
    return {row.id: blobs.path(row.id, row.suffix) for row in rows}


async def recent_twin(
    session: AsyncSession, like: EditRequest, mask_blob: str | None, person_id: int, since: datetime
) -> Task | None:
    """A task that this member made of the same thing by a button since then."""
    found = await tasks(
        session,
        TaskRow.parent_task_id == like.parent_task_id,
        TaskRow.parent_result_n == like.parent_result_n,
        TaskRow.op == like.op,
        TaskRow.prompt == like.prompt,
        TaskRow.mask_blob == mask_blob,
        TaskRow.person_id == person_id,
        TaskRow.origin == Origin.BUTTON,
        TaskRow.created_at > since,
    )
    return found[0] if found else None
