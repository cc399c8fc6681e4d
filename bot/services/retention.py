"""Lets old pictures, masks, prompts and results go; the row, its money and its card stay."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Integer, Select, and_, cast, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.db.engine import Database
from bot.db.guilds import GuildSettings
from bot.db.models import Blob, ResultRow, TaskRow
from bot.db.picks import Pick
from bot.domain import TaskState
from bot.services import forgotten
from bot.services.blobs import FRESH_S, Blobs
from bot.services.ports import Clock

log = logging.getLogger(__name__)
BATCH = 200
EVERY_S = 3600.0
PICK_LIVES_S = 3600.0
ENDED = tuple(state for state in TaskState if state.is_terminal)
_BLOB_COLUMNS = (
    TaskRow.picture_blob,
    TaskRow.mask_blob,
    TaskRow.mask_core_blob,
    TaskRow.overlay_blob,
    ResultRow.blob,
)
EMPTIED: dict[str, object] = {
    "picture_blob": None,
    "mask_blob": None,
    "mask_core_blob": None,
    "overlay_blob": None,
    "prompt": "",
    "options": {},
    "mask_operations": {},
    "remote_state": {},
}


class Retention:
    """Works in small transactions, so that nobody waits for it."""

    def __init__(self, db: Database, clock: Clock, blobs: Blobs, days: int) -> None:
        self._db = db
        self._clock = clock
        self._blobs = blobs
        self._days = days

    async def run(self) -> None:
        """Look every hour until cancelled."""
        while True:
            await self.once()
            await self._clock.sleep(EVERY_S)

    async def once(self) -> None:
        """Let go what is over, then the blobs that nothing names."""
        tasks = blobs = 0
        while released := await self._release():
            tasks += released
        while dropped := await self._collect():
            blobs += dropped
        await self._sweep_strays()
        await self._drop_days()
        if tasks or blobs:
            log.info("let the pictures of %d tasks and %d files go", tasks, blobs)

    async def _release(self) -> int:
        now = self._clock.now()
        async with self._db.write() as session:
            task_ids = list((await session.execute(_due(now, self._days))).scalars())
            let_go = update(TaskRow).where(TaskRow.id.in_(task_ids))
            await session.execute(let_go.values(**EMPTIED, let_go_at=now))
            emptied = update(ResultRow).where(ResultRow.task_id.in_(task_ids))
            await session.execute(emptied.values(blob=None))
        return len(task_ids)

    async def _drop_days(self) -> None:
        """What is kept for an hour or a day only."""
        now = self._clock.now()
        before = now - timedelta(seconds=PICK_LIVES_S)
        async with self._db.write() as session:
            await session.execute(delete(Pick).where(Pick.created_at < before))
            await forgotten.drop_spent(session, now)

    async def _collect(self) -> int:
        before = self._clock.now() - timedelta(seconds=FRESH_S)
        async with self._db.write() as session:
            unnamed = await _unnamed(session, before)
            await session.execute(delete(Blob).where(Blob.id.in_([blob[0] for blob in unnamed])))
        await self._blobs.drop(unnamed)
        return len(unnamed)

    async def _sweep_strays(self) -> None:
        async with self._db.read() as session:
            known = set((await session.execute(select(Blob.id))).scalars())
        await self._blobs.drop(await self._blobs.strays(known))


def _due(now: datetime, days: int) -> Select[str]:
    child = aliased(TaskRow)
    in_use = exists().where(child.parent_task_id == TaskRow.id, child.state.not_in(ENDED))
    shorter = cast(func.json_extract(GuildSettings.settings, "$.retention_days"), Integer)
    own_days = select(shorter).where(GuildSettings.guild_id == TaskRow.guild_id).scalar_subquery()
    kept_days = func.min(days, func.coalesce(own_days, days))
    micros = int(now.timestamp()) * 1_000_000
    over = cast(TaskRow.finished_at, Integer) < micros - kept_days * 86_400_000_000
    return (
        select(TaskRow.id)
        .where(and_(TaskRow.state.in_(ENDED), TaskRow.let_go_at.is_(None), over, ~in_use))
        .limit(BATCH)
    )


async def _unnamed(session: AsyncSession, before: datetime) -> list[tuple[str, str]]:
    named = [exists().where(column == Blob.id) for column in _BLOB_COLUMNS]
    query = (
        select(Blob.id, Blob.suffix)
        .where(Blob.created_at < before, *(~one for one in named))
        .limit(BATCH)
    )
    return [(row.id, row.suffix) for row in await session.execute(query)]
