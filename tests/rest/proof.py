"""What must hold after a bad day: delivered or kept, shown once, paid once, and no spinning."""

import asyncio
from collections.abc import Callable

import discord
from sqlalchemy import func, select

from bot.db.models import Transfer
from bot.domain import CardState, Task, TaskState
from bot.services import findings
from tests.cogs.staff import said
from tests.cogs.world import World
from tests.fakes import FakeClock
from tests.rest.routes import Route
from tests.rest.wire import Wire

OUTAGE_S = 20 * 60
STEP_S = 10.0
PATIENCE_S = 40.0
# One lane waits at most a minute between two tries, and discord.py makes five of each.
CALLS_MAX = 5 * (OUTAGE_S // 30)
GONE = {CardState.LOST, CardState.DELETED}


async def passing(world: World, seconds: float) -> None:
    """Let this much time pass, with room for real work in between."""
    until = world.clock.now().timestamp() + seconds
    while world.clock.now().timestamp() < until:
        await asyncio.sleep(0.002)
        await world.clock.advance(STEP_S)


async def ended(world: World, since: int = 0) -> list[Task]:
    """Wait until every task is over and everything owed is shown or given up."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            tasks = (await world.tasks())[since:]
            if all(task.state.is_terminal and _is_settled(task) for task in tasks):
                return tasks
            await asyncio.sleep(0.005)
            await world.clock.advance(4.0)


def _is_settled(task: Task) -> bool:
    return task.card_state in GONE or (
        task.card_state is CardState.POSTED and task.view_posted >= task.view_rev
    )


def cards_of(world: World, task: Task) -> list[discord.Message]:
    """The messages in the channel that are this task's card."""
    return [each for each in world.cards() if _is_card(each, task)]


def _is_card(message: discord.Message, task: Task) -> bool:
    return any(f"task {task.id}" in str(each.to_dict()) for each in message.components)


async def check(world: World, since: int = 0, *, deleted: bool = False) -> None:
    """Each task but the first few is delivered, or kept and offered; the books are right."""
    for task in await ended(world, since):
        assert task.state is TaskState.DONE
        assert task.settled == 7 * task.count
        await _shown_once(world, task, deleted=deleted)
    await sound(world)


async def _shown_once(world: World, task: Task, *, deleted: bool) -> None:
    shown = cards_of(world, task)
    assert len(shown) <= 1, [each.jump_url for each in shown]
    if deleted and not shown:
        return
    if task.card_state is CardState.POSTED and not deleted:
        assert [len(each.attachments) for each in shown] == [1], task.card_state
        return
    if task.card_state in GONE and not task.let_go_at:
        await check_back(world, task)


async def check_back(world: World, task: Task) -> None:
    """`/task show` brings one card with the result, and no second one."""
    told = said(await world.alice.slash(world.channel, "task show", task=task.id))
    assert "card was gone" in told, told

    def is_back() -> bool:
        return [len(each.attachments) for each in cards_of(world, task)] == [1]

    await until(world.clock, is_back)
    await passing(world, 60)
    assert is_back()


async def until(clock: FakeClock, holds: Callable[[], bool]) -> None:
    """Wait with long steps."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.005)
            await clock.advance(4.0)


async def sound(world: World) -> None:
    """Nothing drifts, and each hold was resolved once."""
    async with world.app.db.read() as session:
        assert (await findings.look(session)).sound
        count = select(func.count()).select_from(Transfer)
        holds = await session.scalar(count.where(Transfer.kind == "hold"))
        resolved = await session.scalar(count.where(Transfer.resolves_id.is_not(None)))
    assert holds == resolved


def few_calls(wire: Wire, route: Route, before: int) -> None:
    """The route was not hammered."""
    assert wire.count(route) - before <= CALLS_MAX
