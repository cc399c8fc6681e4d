"""Hands the wishes to the intake, with so many under way at once."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from bot.app import App
from bot.domain import ReplyHandle, Task, TaskState
from bot.errors import UserError
from bot.services.access import Who
from bot.services.signals import Move
from tests.soak import wishes
from tests.soak.wishes import Kind
from tests.standin import shapes

LANES = 6
REPLY_LIVES = timedelta(minutes=15)
CANCEL_AFTER_S = 0.5


class Feeder:
    """Keeps nothing but the ids of the batch that it feeds."""

    def __init__(self, app: App, folder: Path, at_once: int) -> None:
        self._app, self._folder = app, folder
        self._batch: list[str] = []
        self._room = asyncio.Semaphore(at_once)
        app.signals.count(self._moved)

    def _moved(self, move: Move) -> None:
        """What ends makes room; a draft took none."""
        if move.to_state.is_terminal and move.from_state is not TaskState.DRAFT:
            self._room.release()

    async def feed(self, numbers: Iterable[int]) -> None:
        """Take all of them in, a few at a time."""
        self._batch = []
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        left = iter(numbers)
        async with asyncio.TaskGroup() as group:
            for _ in range(LANES):
                group.create_task(self._lane(group, left))

    async def _lane(self, group: asyncio.TaskGroup, left: Iterator[int]) -> None:
        for n in left:
            await self._room.acquire()
            task = await self._take(n)
            # One that ended before an interruption is given back as it is.
            if task.state is TaskState.DRAFT or task.state.is_terminal:
                self._room.release()
            self._batch.append(task.id)
            if wishes.kind(n) is Kind.CANCELLED:
                group.create_task(self._cancel(task))

    async def _take(self, n: int) -> Task:
        if wishes.kind(n) in {Kind.AGAIN, Kind.GO_ON} and (old := await self._finished()):
            try:
                return await self._from_old(n, old)
            except UserError:
                pass  # what it goes on from brought nothing: a plain one then
        return await self._plain(n)

    async def _finished(self) -> Task | None:
        """The newest of the batch that is at its end."""
        for task_id in reversed(self._batch):
            task = await self._app.tasks.get(task_id)
            if task and task.state is TaskState.DONE:
                return task
        return None

    async def _from_old(self, n: int, old: Task) -> Task:
        user_id = old.user_id or 0
        if wishes.kind(n) is Kind.AGAIN:
            who = Who(user_id, old.guild_id, place_ids=frozenset({old.channel_id}))
            return await self._app.intake.again(old.id, who, wishes.key(n), self._reply(n))
        goes_on = {
            "parent_task_id": old.id,
            "parent_result_n": 1,
            "user_id": user_id,
            "guild_id": old.guild_id,
            "channel_id": old.channel_id,
        }
        return await self._app.intake.submit(wishes.request(n, self._reply(n), **goes_on))

    async def _plain(self, n: int) -> Task:
        picture, mask = self._folder / f"{n}.png", self._folder / f"{n}-mask.png"
        await asyncio.to_thread(picture.write_bytes, wishes.picture(n))
        await asyncio.to_thread(mask.write_bytes, wishes.mask(n))
        ask = "Really?" if wishes.kind(n) is Kind.DRAFT else ""
        files = {"picture": picture, "mask": mask, "ask": ask}
        task = await self._app.intake.submit(wishes.request(n, self._reply(n), **files))
        for path in (picture, mask):
            await asyncio.to_thread(path.unlink)
        return task

    async def _cancel(self, task: Task) -> None:
        """As its member would; too late is no fault."""
        await asyncio.sleep(CANCEL_AFTER_S)
        await self._app.tasks.cancel(task.id, task.user_id or 0, may_manage=False)

    def _reply(self, n: int) -> ReplyHandle:
        expires_at = self._app.clock.now() + REPLY_LIVES
        return ReplyHandle(shapes.APPLICATION_ID, f"token-{n}", expires_at)
