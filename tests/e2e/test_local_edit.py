"""The whole bot as it runs, with its worker processes and the local provider, in SimCord."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult

from bot.app import App, open_app
from bot.delivery.client import build_bot
from bot.domain import Task, TaskState
from bot.services import reading
from bot.settings import Settings
from tests import assets
from tests.cogs.world import labels_of, text_of

pytestmark = pytest.mark.timeout(120)


class SimcordClock:
    """Real time, counted from SimCord's beginning, so that tokens live as they should."""

    def __init__(self) -> None:
        self._begun = datetime.now(UTC)

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + (datetime.now(UTC) - self._begun)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class Server:
    app: App
    channel: ChannelHandle
    alice: MemberActor
    bob: MemberActor

    async def inpaint(self, who: MemberActor, side_px: int, count: int) -> InteractionResult:
        photo = assets.encoded(assets.photo(side_px, side_px), "PNG")
        mask = assets.encoded(assets.mask(side_px, side_px), "PNG")
        return await who.slash(
            self.channel,
            "inpaint",
            image=("photo.png", photo),
            mask=("mask.png", mask),
            prompt="nothing there",
            provider="local",
            count=count,
        )

    async def task_of(self, who: MemberActor) -> Task:
        async with self.app.db.read() as session:
            (found,) = [each for each in await reading.tasks(session) if each.user_id == who.id]
            return found

    async def until(self, who: MemberActor, holds: Callable[[Task], bool]) -> Task:
        async with asyncio.timeout(60):
            while True:
                if holds(task := await self.task_of(who)):
                    return task
                await asyncio.sleep(0.05)


@asynccontextmanager
async def served(folder: Path) -> AsyncGenerator[Server]:
    settings = Settings(data_dir=folder, _env_file=None, worker_memory_mib=0)  # pyright: ignore[reportCallIssue]
    async with open_app(settings, clock=SimcordClock()) as app:
        bot = build_bot(app)
        async with simcord.run(bot, shard_count=1, settle_timeout=60) as env:
            guild = env.create_guild("Guild")
            channel = guild.create_text_channel("pictures")
            people = [guild.add_member(env.create_user(name)) for name in ("alice", "bob")]
            await env.settle()
            async with app.running(bot):
                yield Server(app, channel, *people)


async def test_local_fills_a_photo_from_slash_to_card(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        said = await server.inpaint(server.alice, 160, 2)
        assert "from your mask file" in text_of(said.response)
        assert said.response
        assert len(said.response.attachments) == 1
        task = await server.until(
            server.alice, lambda task: task.state.is_terminal and task.view_posted == task.view_rev
        )
        assert task.state is TaskState.DONE, task.error_text
        (card,) = server.channel.history()
        assert len(card.attachments) == 2
        assert "does not read the prompt" in text_of(card)
        assert "Free" in text_of(card)
        assert labels_of(card) == ["Again", "Delete", "Report"]


async def test_a_long_fill_holds_up_nobody_elses_mask_and_cancel_ends_it(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        await server.inpaint(server.alice, 900, 8)
        await server.until(server.alice, lambda task: task.state is TaskState.RUNNING)
        said = await server.inpaint(server.bob, 160, 1)
        assert "from your mask file" in text_of(said.response)
        assert not (await server.task_of(server.alice)).state.is_terminal
        (first, *_) = server.channel.history()
        await server.alice.click(first, label="Cancel")
        await server.until(server.alice, lambda task: task.state is TaskState.CANCELLED)
        done = await server.until(server.bob, lambda task: task.state.is_terminal)
        assert done.state is TaskState.DONE
