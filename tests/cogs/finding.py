"""Edits that are over, and what `/task show` says of them."""

from typing import Any

from PIL import ImageChops
from simcord.actors import MemberActor
from sqlalchemy import update

from bot.db.models import TaskRow
from bot.domain import TaskState
from tests import assets
from tests.cogs.staff import said
from tests.cogs.world import World

INVERTED = ("mask.png", assets.encoded(ImageChops.invert(assets.mask(96, 64)), "PNG"))


async def finished(world: World, **options: Any) -> str:
    await world.inpaint(**options)
    return (await world.in_state(TaskState.DONE)).id


async def change(world: World, task_id: str, **values: Any) -> None:
    async with world.app.db.write() as session:
        await session.execute(update(TaskRow).where(TaskRow.id == task_id).values(**values))


async def show(world: World, task_id: str, who: MemberActor | None = None) -> str:
    return said(await (who or world.alice).slash(world.channel, "task show", task=task_id))
