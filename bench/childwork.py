"""What the bot's process under the bench does: get ready, rest, and hold some tasks in flight."""

import asyncio
import gc
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from discord.http import Route

from bench import rss, seed
from bench.providers import Hanging
from bench.stage import settings
from bot.app import App, open_app
from bot.delivery.client import build_bot
from bot.domain import ReplyHandle, TaskState
from bot.services import reading

TOKEN = "MTA5.standin.token"
REST_S = 3.0
WARM_TASKS = 20
CHANNELS = 50
AT_ONCE = 20
Tell = Callable[..., None]


async def work(discord_base: str, data: str, tasks: int, tell: Tell) -> None:
    """The composition root as `run` has it, but for the gateway."""
    Route.BASE = discord_base
    chosen = settings(Path(data), discord_token=TOKEN)
    async with open_app(chosen, providers=[lambda _parts: Hanging()]) as app, build_bot(app) as bot:
        await bot.login(TOKEN)
        async with app.running(bot):
            tell(ready_cpu_s=time.process_time())
            await _weigh(app, tasks, tell)


async def _weigh(app: App, tasks: int, tell: Tell) -> None:
    if not rss.is_told or not tasks:
        return
    workers = {
        "short_bytes": await app.pictures.short(os.getpid),
        "fill_bytes": await app.pictures.fill(os.getpid),
    }
    await asyncio.sleep(REST_S)
    tell(rest_bytes=own_bytes(), **{name: rss.rss_bytes(pid) for name, pid in workers.items()})
    values = await seed.taken_in(app, app.settings.data_dir / "files")
    await _put_in_flight(app, values, range(WARM_TASKS))
    tell(warm_bytes=own_bytes())
    await _put_in_flight(app, values, range(WARM_TASKS, WARM_TASKS + tasks))
    tell(loaded_bytes=own_bytes())


def own_bytes() -> int:
    """What this process holds once what can be freed is freed."""
    gc.collect()
    return rss.rss_bytes(os.getpid())


async def _put_in_flight(app: App, values: dict[str, Any], numbers: range) -> None:
    """Book them, some at a time as members do; cards and answers show each at the provider.

    All at once would weigh what two hundred beginnings need together, which is free again after.
    """
    for n in numbers:
        expires_at = app.clock.now() + timedelta(minutes=15)
        reply = ReplyHandle(109, f"token-{n}", expires_at)
        await seed.book(app, values, n, channel_id=1000 + n % CHANNELS, reply=reply)
        if n % AT_ONCE == 0 or n == numbers[-1]:
            await _shown(app)


async def _shown(app: App) -> None:
    while not await _all_shown(app):  # noqa: ASYNC110 (what others write into rows tells nobody)
        await asyncio.sleep(0.1)


async def _all_shown(app: App) -> bool:
    async with app.db.read() as session:
        tasks = await reading.tasks(session)
    return all(
        task.state is TaskState.RUNNING
        and task.view_posted == task.view_rev
        and (task.reply_token is None or task.reply_posted == task.view_rev)
        for task in tasks
    )
