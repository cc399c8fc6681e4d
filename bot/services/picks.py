"""Pictures of a message, remembered until the form about them comes back; and hints, told once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from bot.db.engine import Database
from bot.db.models import TaskRow
from bot.db.picks import HintTold, Pick
from bot.domain import Op, Task
from bot.errors import TaskGone
from bot.services import reading
from bot.services.ports import Clock
from bot.services.retention import PICK_LIVES_S
from bot.services.rows import new_id

OVER = "That took too long, so I have let go of the picture. Pick it from its message again."

File = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Picked:
    """Pictures of one message; `files` are as Discord tells of them.

    On one of our own cards, `parent` is its task.
    """

    user_id: int
    guild_id: int
    message_id: int
    op: Op
    files: Sequence[File]
    parent: str | None = None


class Picks:
    """Keeps and gives back; whoever picked is the only one who gets it."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def card_at(self, guild_id: int, message_id: int) -> Task | None:
        """The task whose card a message is."""
        async with self._db.read() as session:
            found = await reading.tasks(
                session, TaskRow.guild_id == guild_id, TaskRow.message_id == message_id
            )
        return found[0] if found else None

    async def keep(self, picked: Picked) -> str:
        """Remember it; the answer is what it is called."""
        name, now = new_id(), self._clock.now()
        row = insert(Pick).values(
            id=name,
            user_id=picked.user_id,
            guild_id=picked.guild_id,
            message_id=picked.message_id,
            op=picked.op.value,
            parent_task_id=picked.parent,
            files=[dict(each) for each in picked.files],
            created_at=now,
        )
        async with self._db.write() as session:
            await session.execute(row)
        return name

    async def get(self, name: str, user_id: int, guild_id: int) -> Picked:
        """What was remembered; raises TaskGone for whoever else asks, and when it is too old."""
        since = self._clock.now() - timedelta(seconds=PICK_LIVES_S)
        query = select(Pick).where(
            Pick.id == name,
            Pick.user_id == user_id,
            Pick.guild_id == guild_id,
            Pick.created_at > since,
        )
        async with self._db.read() as session:
            row = (await session.execute(query)).scalar()
        if row is None:
            raise TaskGone(OVER)
        return Picked(
            row.user_id, row.guild_id, row.message_id, Op(row.op), row.files, row.parent_task_id
        )

    async def drop(self, name: str) -> None:
        """Forget it: its edit is made."""
        async with self._db.write() as session:
            await session.execute(delete(Pick).where(Pick.id == name))

    async def first_today(self, user_id: int) -> bool:
        """Whether a member was told nothing yet today; from now on they were."""
        day = self._clock.now().date().isoformat()
        row = insert(HintTold).values(user_id=user_id, day=day)
        told = row.on_conflict_do_update(
            index_elements=["user_id"], set_={"day": day}, where=HintTold.day != day
        ).returning(HintTold.user_id)
        async with self._db.write() as session:
            return (await session.execute(told)).first() is not None
