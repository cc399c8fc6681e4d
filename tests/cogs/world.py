"""The real bot, services and database in SimCord's Discord, with a provider that does as told."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from discord import app_commands
from simcord.actors import MemberActor
from simcord.backend.models import Overwrite
from simcord.builders import ChannelHandle, GuildHandle
from simcord.enums import OverwriteType
from simcord.results import InteractionResult, ResponseMessage
from sqlalchemy import update

from bot.app import App, compose
from bot.db.engine import Database
from bot.db.models import TaskRow
from bot.delivery.client import InpaintBot, build_bot
from bot.domain import CardState, Task, TaskState
from bot.errors import BotError
from bot.services import reading
from bot.services.grants import grant
from bot.services.ledger import pool_code
from bot.settings import Settings
from bot.wiring import Ground
from tests import assets
from tests.databases import fresh
from tests.fakes import FakeClock, until
from tests.rest.routes import strays
from tests.services.scripted import Scripted, ThreadPictures

# SimCord would call every refusal an error of the bot: `World.close` looks at them instead.
SIMCORD = pytest.mark.simcord(shard_count=1, check_errors=False, settle_timeout=45)

PHOTO = ("photo.png", assets.encoded(assets.photo(96, 64), "PNG"))
MASK = ("mask.png", assets.encoded(assets.mask(96, 64), "PNG"))


class WorldClock(FakeClock):
    """Takes SimCord's clock along."""

    env: simcord.Env | None = None

    async def advance(self, seconds: float) -> None:
        if self.env is not None:
            self.env.backend.clock.advance(seconds)
        await super().advance(seconds)


@asynccontextmanager
async def opened(
    folder: Path, clock: FakeClock, providers: list[Scripted], **changes: Any
) -> AsyncGenerator[App]:
    """Services on a SQLite file; a second call on the same folder finds everything again."""
    settings = Settings(data_dir=folder, _env_file=None, **changes)  # pyright: ignore[reportCallIssue]
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(fresh, settings.database_path)
    db = Database(settings.database_path)
    try:
        by_slug = {provider.spec.slug: provider for provider in providers}
        yield compose(Ground(settings, clock, db, ThreadPictures(), by_slug))
    finally:
        await db.close()


@dataclass
class World:
    """A server with a channel, two members and the bot at work."""

    env: simcord.Env
    app: App
    clock: WorldClock
    folder: Path
    providers: list[Scripted]
    guild: GuildHandle = field(init=False)
    channel: ChannelHandle = field(init=False)
    alice: MemberActor = field(init=False)
    bob: MemberActor = field(init=False)
    bugs: tuple[type[Exception], ...] = ()
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def provider(self) -> Scripted:
        return self.providers[0]

    @property
    def bot(self) -> InpaintBot:
        assert isinstance(self.env.bot, InpaintBot)
        return self.env.bot

    async def build(self) -> None:
        """People first, then the loops, in a task that knows of SimCord."""
        self.guild = self.env.create_guild("Guild")
        self.channel = self.guild.create_text_channel("pictures")
        self.alice = self.guild.add_member(self.env.create_user("alice"))
        self.bob = self.guild.add_member(self.env.create_user("bob"))
        await self.env.settle()
        await self.fill_pool()
        await self.start()

    async def fill_pool(self, amount: int = 1_000_000, key: str = "world") -> None:
        """What an operator does with `ledger grant`."""
        async with self.app.db.write() as session:
            await grant(session, self.app.ledger, pool_code(self.guild.id), amount, key)

    async def start(self) -> None:
        ready, stop = asyncio.Event(), asyncio.Event()

        async def work() -> None:
            async with self.app.running(self.bot):
                ready.set()
                await stop.wait()

        with self.env.time_context():
            running = asyncio.create_task(work(), name="running")

        async def end() -> None:
            stop.set()
            await running

        self._running.push_async_callback(end)
        await ready.wait()

    async def restart(self, *, emptied: bool = False, **changes: Any) -> None:
        """The process ends and another begins on the same folder.

        `emptied`: all messages are gone with it, as in the sandbox.
        """
        await self._running.aclose()
        self._running = AsyncExitStack()
        await self.app.db.close()
        app = opened(self.folder, self.clock, self.providers, **changes)
        self.app = await self._running.enter_async_context(app)
        await self.env.restart_bot(build_bot(self.app))
        if emptied:
            for card in self.cards():
                await self.delete_by_hand(card)
            await self.app.cards.mark_lost_all()
        await self.start()

    async def close(self) -> None:
        await self._running.aclose()
        assert strays(self.requests()) == []
        unexpected = [error for error in self.env.errors if not _expected(error, self.bugs)]
        assert unexpected == []

    async def later(self, seconds: float) -> None:
        """Let much time pass at once."""
        await self.env.advance_time(seconds)
        await FakeClock.advance(self.clock, seconds)

    async def until(self, holds: Callable[[], bool], patience_s: float = 45.0) -> None:
        await until(self.clock, holds, patience_s=patience_s)

    async def inpaint(
        self, who: MemberActor | None = None, channel: ChannelHandle | None = None, **options: Any
    ) -> InteractionResult:
        """Type `/inpaint` with the usual picture and mask, unless told otherwise."""
        given = {"image": PHOTO, "mask": MASK, "prompt": "a red boat"} | options
        given = {name: value for name, value in given.items() if value is not None}
        return await (who or self.alice).slash(channel or self.channel, "inpaint", **given)

    async def tasks(self) -> list[Task]:
        """All rows, oldest first."""
        async with self.app.db.read() as session:
            return await reading.tasks(session)

    async def task(self) -> Task:
        """The only row."""
        (task,) = await self.tasks()
        return task

    async def in_state(self, *states: TaskState, n: int = -1) -> Task:
        """Wait until the newest task is in one of these states, and its card says so."""
        async with asyncio.timeout(45):
            while True:
                await asyncio.sleep(0.005)
                await self.clock.advance(0.05)
                rows = await self.tasks()
                if rows and rows[n].state in states and rows[n].view_posted == rows[n].view_rev:
                    return rows[n]

    async def until_row(self, holds: Callable[[Task], bool]) -> None:
        """Wait until the newest row is as it should be."""
        async with asyncio.timeout(45):
            while not holds((await self.tasks())[-1]):
                await asyncio.sleep(0.005)
                await self.clock.advance(0.05)

    def cards(self, channel: ChannelHandle | None = None) -> list[discord.Message]:
        """What the bot has said to everybody in a channel, oldest first."""
        shown = (channel or self.channel).history()
        me = self.env.bot.user
        return [each for each in shown if each.author == me and not each.flags.ephemeral]

    def answer(self) -> discord.Message:
        """The newest ephemeral answer that Alice sees in the channel."""
        seen = self.channel.history(viewer=self.alice)
        return [each for each in seen if each.flags.ephemeral][-1]

    def hidden_from(self, member: MemberActor) -> ChannelHandle:
        """A channel that everybody but one member sees."""
        unseen = discord.PermissionOverwrite(view_channel=False)
        return self.guild.create_text_channel("hidden", overwrites={member: unseen})

    def thread(self) -> ChannelHandle:
        """A thread in the channel."""
        made = self.env.backend.create_thread(self.channel.id, "boats", self.alice.id)
        return next(each for each in self.channel.threads if each.id == made.id)

    def card(self) -> discord.Message:
        # A ping is plain text, and comes when it comes.
        (card,) = (each for each in self.cards() if each.components)
        return card

    async def delete_by_hand(self, message: discord.Message) -> None:
        """A moderator deletes a message in Discord."""
        self.env.backend.delete_message(message.channel.id, message.id)
        await self.env.settle()

    async def forget_card(self, task_id: str) -> None:
        """As if the process had died between posting the card and keeping its id."""
        gone = {"message_id": None, "card_state": CardState.NONE, "view_posted": 0}
        async with self.app.db.write() as session:
            await session.execute(update(TaskRow).where(TaskRow.id == task_id).values(**gone))

    def deny(self, channel: ChannelHandle, **permissions: bool) -> None:
        """Take permissions from the bot in a channel that is there already."""
        bot = self.env.bot.user
        assert bot is not None
        denied = discord.Permissions(**permissions).value
        overwrite = Overwrite(bot.id, OverwriteType.MEMBER, 0, denied)
        self.env.backend.get_channel(channel.id).overwrites.append(overwrite)

    def requests(self) -> list[tuple[str, str]]:
        """What the bot has asked of Discord: method and path."""
        return [(each.method, each.path) for each in self.env.http_requests]

    def leftovers(self) -> list[Path]:
        """Passing files of requests that are still there."""
        return sorted((self.folder / "work").glob("*"))


def text_of(message: discord.Message | ResponseMessage | None) -> str:
    """All the text that a message shows."""
    assert message is not None
    texts = [part["content"] for part in _parts(message) if part.get("type") == 10]
    return "\n".join(texts) or message.content


def labels_of(message: discord.Message | ResponseMessage | None) -> list[str]:
    """The labels of a message's buttons."""
    assert message is not None
    return [part["label"] for part in _parts(message) if part.get("type") == 2]


def _parts(message: discord.Message | ResponseMessage) -> list[dict[str, Any]]:
    raw: list[Any] = list(message.components)
    return _flat([part if isinstance(part, dict) else part.to_dict() for part in raw])


def _flat(components: list[Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for component in components:
        found += [component, *_flat(component.get("components", []))]
    return found


def _expected(error: BaseException, bugs: tuple[type[Exception], ...]) -> bool:
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    return isinstance(error, (BotError, *bugs))
