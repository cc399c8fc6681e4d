"""A start of the whole bot while Discord is away, with an edit that was under way before it.

discord.py, its HTTP and its gateway are real, over loopback; only waits are short.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.app import App
from bot.delivery import serve
from bot.domain import CardState, Task, TaskState
from tests.crash.scene import CHANNEL
from tests.rest.faults import (
    BANNED,
    DISCONNECTED,
    DISCONNECTED_AFTER,
    RESET,
    RESET_AFTER,
    Fault,
    down,
    limited,
)
from tests.rest.routes import LOGIN, SOCKET, SYNC
from tests.rest.standing import Breaking
from tests.services.engine import assert_books, opened, request, until, working
from tests.services.scripted import Scripted, done, hang
from tests.standin.shapes import GUILD_ID

TOKEN = "MTA5.standin.token"
PATIENCE_S = 45
TRIES = 5  # that discord.py makes of one request
# Each with how many requests of a route it breaks.
STARTS = (
    (down(500), TRIES + 1),
    (down(502), 2 * TRIES + 1),
    (down(503), 2),
    (down(500, took_effect=True), TRIES),
    (down(502, took_effect=True), TRIES + 2),
    (limited(0.5), TRIES + 2),
    (limited(90), 1),
    (limited(5, everywhere=True), TRIES + 1),
    (limited(90, everywhere=True), 1),
    (BANNED, 1),
    (RESET, 2),
    (DISCONNECTED, 3),
    (RESET_AFTER, 1),
    (DISCONNECTED_AFTER, 2),
)
BROKEN = (*LOGIN, *SYNC)
SOCKETS_MAX = 3  # the waits between them grow
S = TaskState


@asynccontextmanager
async def under_way(folder: Path) -> AsyncIterator[tuple[App, Task]]:
    """A bot that was stopped in the middle of an edit, about to start again."""
    provider = Scripted(polls=[hang])
    places = {"home_guilds": (GUILD_ID,), "discord_token": TOKEN, "web_port": 0}
    wish = request(folder, guild_id=GUILD_ID, channel_id=CHANNEL)
    async with opened(folder, provider, **places) as app, working(app):
        task = await app.intake.submit(wish)
        await until(app, task.id, S.RUNNING)
    provider.polls = [done]
    async with opened(folder, provider, **places) as app:
        yield app, task


async def started(discord: Breaking, folder: Path, fault: Fault, times: int) -> None:
    """Start while each request of a start is broken so often: all is well in the end."""
    stop = asyncio.Event()
    async with under_way(folder) as (app, task):
        for route in BROKEN:
            discord.plan(route, fault, times)
        refused = min(times, SOCKETS_MAX)
        discord.plan(SOCKET, fault, refused)
        serving = asyncio.create_task(serve.serve(app, stop))
        try:
            ended = await _shown(app, task)
            await _until(lambda: "identify" in discord.parts.rest.journal.counts())
        finally:
            stop.set()
            await asyncio.wait_for(serving, PATIENCE_S)
        assert (ended.state, ended.settled, ended.card_state) == (S.DONE, 7, CardState.POSTED)
        await assert_books(app)
    made = discord.parts.rest.journal.since(0, "create")
    assert [each["reply_to"] for each in made if not each["reply_to"]] == [0]  # but for a ping
    assert min(discord.asked[route] for route in (*LOGIN, SYNC[0])) > 0
    assert discord.asked[SOCKET] > refused


async def _shown(app: App, task: Task) -> Task:
    """The row once it is over and its card tells it."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            seen = await app.tasks.get(task.id)
            assert seen is not None
            if seen.state.is_terminal and seen.view_posted >= seen.view_rev:
                return seen
            await asyncio.sleep(0.005)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 (a process of its own, as it were: no event)
            await asyncio.sleep(0.005)
