"""A moderator takes the bot out of the server in the middle of an edit, and invites it again.

discord.py, its HTTP and its gateway are real, over loopback.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.app import App
from bot.delivery import serve
from bot.domain import CardState, Task, TaskState
from bot.providers.base import Done, Job
from bot.services.ending import end
from tests.crash.scene import CHANNEL
from tests.rest.standing import Breaking, breaking
from tests.rest.starting import PATIENCE_S, TOKEN
from tests.services.engine import ALICE, assert_books, opened, request
from tests.services.scripted import Scripted, done
from tests.standin.member import Member, Street
from tests.standin.shapes import GUILD_ID
from tests.standin.world import Guild

A_WHILE_S = 60.0
S = TaskState


@pytest.fixture
async def discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Breaking]:
    async with breaking(monkeypatch) as made:
        yield made


@asynccontextmanager
async def at_work(folder: Path, discord: Breaking, gate: asyncio.Event) -> AsyncIterator[App]:
    """A bot in its server, whose provider is done once the gate is open."""

    async def wait(job: Job) -> Done:
        await gate.wait()
        return done(job)

    chosen = {"home_guilds": (GUILD_ID,), "discord_token": TOKEN, "web_port": 0}
    async with opened(folder, Scripted(polls=[wait]), **chosen) as app:
        serving = asyncio.create_task(serve.serve(app, asyncio.Event()))
        try:
            await servers(app, 1)
            yield app
        finally:
            gate.set()
            await end([serving])


async def servers(app: App, count: int) -> None:
    """Wait until discord.py has heard of so many."""

    async def heard() -> bool:
        part = app.watch.health.parts().get("discord")
        return part is not None and part.detail.startswith(f"{count} server")

    await until(heard)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():  # noqa: ASYNC110 (rows have no bell here)
            await asyncio.sleep(0.005)


async def row(app: App, task_id: str, holds: Callable[[Task], bool]) -> Task:
    """The task, once it is as it should be."""
    found: list[Task] = []

    async def fits() -> bool:
        task = await app.tasks.get(task_id)
        found[:] = [task] if task and holds(task) else []
        return bool(found)

    await until(fits)
    return found[0]


async def test_a_server_that_takes_the_bot_out_gets_the_result_when_it_is_back(
    discord: Breaking, tmp_path: Path
) -> None:
    gate, gateway = asyncio.Event(), discord.parts.gateway
    async with (
        at_work(tmp_path, discord, gate) as app,
        Street(discord.parts.base_url) as street,
    ):
        wish = request(tmp_path, guild_id=GUILD_ID, channel_id=CHANNEL)
        task = await app.intake.submit(wish)
        await row(app, task.id, lambda task: task.card_state is CardState.POSTED)
        gateway.leave(GUILD_ID)
        await servers(app, 0)
        gate.set()
        kept = await row(app, task.id, lambda task: task.card_state is CardState.LOST)
        assert (kept.state, kept.settled) == (S.DONE, 7)
        await assert_books(app)
        asked = discord.asked.copy()
        await app.clock.sleep(A_WHILE_S)
        assert discord.asked == asked
        gateway.join(Guild(GUILD_ID))
        await servers(app, 1)
        did = await Member(street, ALICE, CHANNEL).command("task show", task=task.id)
        assert "card was gone" in (await did.answered()).text
        await row(app, task.id, lambda task: task.card_state is CardState.POSTED)
        await street.card(CHANNEL, lambda card: len(card["attachments"]) == 1)
        await assert_books(app)
    created = discord.parts.rest.journal.since(0, "create")
    assert len([each for each in created if not each["reply_to"]]) == 1
