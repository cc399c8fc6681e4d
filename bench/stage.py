"""The real services on a real SQLite file in a passing folder, with nobody's Discord."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.app import App, compose
from bot.db.engine import Database
from bot.db.migrate import upgrade
from bot.domain import EditRequest, Origin, Task, TaskState
from bot.providers.base import Provider
from bot.services import reading
from bot.services.clock import SystemClock
from bot.services.ending import end
from bot.services.ports import Clock, Pictures
from bot.settings import Settings
from bot.wiring import Ground

MEMBER, GUILD, CHANNEL = 101, 9, 77
PLENTY = 1_000_000_000
PATIENCE_S = 120.0


def settings(folder: Path, **changes: Any) -> Settings:
    """Settings that read no environment and hold nobody back."""
    values: dict[str, Any] = {
        "data_dir": folder,
        "first_grant_credits": PLENTY,
        "home_guilds": (GUILD,),
        "live_tasks_member_max": PLENTY,
        "live_tasks_guild_max": PLENTY,
        "workers_short": 1,
        "workers_fill": 1,
        "_env_file": None,
    }
    return Settings(**values | changes)


@asynccontextmanager
async def opened(
    folder: Path, pictures: Pictures, *providers: Provider, clock: Clock | None = None
) -> AsyncGenerator[App]:
    """An app whose loops do not run."""
    chosen = settings(folder)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(upgrade, chosen.database_path)
    db = Database(chosen.database_path)
    try:
        by_slug = {provider.spec.slug: provider for provider in providers}
        yield compose(Ground(chosen, clock or SystemClock(), db, pictures, by_slug))
    finally:
        await db.close()


class Ends:
    """Counts the drives that came to their end, without asking the database."""

    def __init__(self) -> None:
        self._ended: asyncio.Queue[str] = asyncio.Queue()

    def note(self, task_id: str) -> None:
        """One more."""
        self._ended.put_nowait(task_id)

    async def wait(self, count: int = 1) -> None:
        """Until so many have ended since the last call."""
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(count):
                await self._ended.get()


@asynccontextmanager
async def engine(app: App) -> AsyncGenerator[Ends]:
    """Dispatcher, drives and admission at work; no view loop."""
    ends = Ends()

    async def drive(task_id: str) -> None:
        await app.drive(task_id)
        ends.note(task_id)

    await app.dispatcher.start(drive)
    admission = asyncio.create_task(app.admission.run(), name="admission")
    try:
        yield ends
    finally:
        app.drive.close()
        await end([admission])
        await app.dispatcher.stop(0.0, app.drive.in_submit)


def request(
    key: str, picture: Path | None = None, mask: Path | None = None, **changes: Any
) -> EditRequest:
    """What a member asks for."""
    wish = EditRequest(
        request_key=key,
        origin=Origin.SLASH,
        user_id=MEMBER,
        guild_id=GUILD,
        channel_id=CHANNEL,
        picture=picture,
        mask=mask,
        prompt="a teal balloon",
    )
    return replace(wish, **changes)


async def done(app: App, task_id: str) -> Task:
    """The task at its end; any end but `done` ends the bench."""
    task = await app.tasks.get(task_id)
    if task is None or task.state is not TaskState.DONE:
        raise SystemExit(f"a task of the bench did not end well: {task and task.error_text}")
    return task


async def all_done(app: App, count: int) -> None:
    """See that so many tasks are done; a figure over tasks that failed would say nothing."""
    async with app.db.read() as session:
        ended = [await done(app, task.id) for task in await reading.tasks(session)]
    if len(ended) != count:
        raise SystemExit(f"{len(ended)} of {count} tasks of the bench ended")
