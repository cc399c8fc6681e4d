"""How soon a command is acknowledged while the bot is busy, and how late its event loop is."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bench import lag, photos
from bench.figures import Figure, at_most, percentile
from bench.providers import Creeping, Echo
from bench.stage import PLENTY, opened, request
from bot.app import App
from bot.delivery.client import build_bot
from bot.domain import TaskState
from bot.imaging.worker import PicturePool
from bot.sandbox.clock import let_run
from bot.services import reading
from bot.services.ending import end
from bot.services.grants import grant
from bot.services.ledger import pool_code

PART = "ack"
COMMANDS = 300
ROUND = 60
IN_FLIGHT = 200
CHANNELS = 10
# Alice, and who sends the large edits of each of the two lanes.
MEMBERS = 3
LARGE_SIDE_PX, SMALL_SIDE_PX = 4096, 256
# Every so many commands one is an edit, which waits for the picture worker; others look at rows.
EDIT_EVERY = 4
ACK_MS_MAX, LAG_MS_MAX = 250.0, 50.0


@dataclass
class Acks:
    """When an interaction's event reached the bot, and when its callback left."""

    handed_s: dict[str, float] = field(default_factory=dict)
    taken_s: list[float] = field(default_factory=list)

    def listen(self, env: simcord.Env) -> None:
        """Stand before the bot's event parser, and before SimCord's answer to a callback."""
        bot, adapter = env.bot, env._webhook_adapter  # pyright: ignore[reportPrivateUsage]
        parsers = bot._connection.parsers  # pyright: ignore[reportPrivateUsage]
        parse, answer = parsers["INTERACTION_CREATE"], adapter.request

        def handed(data: dict[str, Any]) -> None:
            self.handed_s[data["id"]] = time.perf_counter()
            parse(data)

        async def request(route: Any, *args: Any, **kwargs: Any) -> Any:
            if route.path.endswith("/callback"):
                begun_s = self.handed_s.pop(str(route.url.split("/interactions/")[1].split("/")[0]))
                self.taken_s.append(time.perf_counter() - begun_s)
            return await answer(route, *args, **kwargs)

        parsers["INTERACTION_CREATE"], adapter.request = handed, request


@dataclass(frozen=True, slots=True)
class Files:
    """Pictures and masks, large on disk and small as uploads."""

    picture: Path
    mask: Path
    small: dict[str, tuple[str, bytes]]


async def run(
    commands: int = COMMANDS, in_flight: int = IN_FLIGHT, side_px: int = LARGE_SIDE_PX
) -> list[Figure]:
    """Percentiles over all commands, made while the tasks are in flight and the worker is busy."""
    acks, late_s = Acks(), list[float]()
    with TemporaryDirectory() as name:
        files = await asyncio.to_thread(_files, Path(name), side_px)
        async with _world(Path(name) / "data") as world:
            await _fill(world, files, in_flight)
            acks.listen(world.env)
            loops = [
                asyncio.create_task(lag.watch(late_s)),
                asyncio.create_task(_large_edits(world, files)),
            ]
            with lag.idle_beside() as idle_s:
                await _command(world, files, commands)
            await end(loops)
            large = await _count_large(world)
    ack_ms, lag_ms = ([each * 1000 for each in some] for some in (acks.taken_s, late_s))
    idle_ms = [each * 1000 for each in idle_s]
    return [
        Figure(PART, f"acknowledgement, p50 of {len(ack_ms)}", percentile(ack_ms, 0.5), "ms"),
        Figure(PART, "  p99", percentile(ack_ms, 0.99), "ms", at_most(ACK_MS_MAX, "ms")),
        Figure(PART, "event loop late, p50", percentile(lag_ms, 0.5), "ms"),
        Figure(PART, "  p99", percentile(lag_ms, 0.99), "ms", at_most(LAG_MS_MAX, "ms")),
        Figure(PART, "  p99 of an idle process beside it", percentile(idle_ms, 0.99), "ms"),
        Figure(PART, f"{side_px} px edits finished meanwhile", large),
    ]


@dataclass(frozen=True, slots=True)
class World:
    """The bot at work in SimCord's Discord, with one member and some channels."""

    env: simcord.Env
    app: App
    alice: MemberActor
    channels: list[ChannelHandle]


@asynccontextmanager
async def _world(folder: Path) -> AsyncGenerator[World]:
    async with AsyncExitStack() as stack:
        pictures = await stack.enter_async_context(PicturePool(1, 1))
        app = await stack.enter_async_context(opened(folder, pictures, Echo(), Creeping()))
        bot = build_bot(app, always_sync=True)
        env = await stack.enter_async_context(
            simcord.run(bot, shard_count=1, check_errors=False, settle_timeout=60)
        )
        guild = env.create_guild("Guild")
        channels = [guild.create_text_channel(f"pictures-{n}") for n in range(CHANNELS)]
        alice = guild.add_member(env.create_user("alice"))
        await env.settle()
        async with app.db.write() as session:
            for n in range(MEMBERS):
                await grant(session, app.ledger, pool_code(guild.id), PLENTY, f"bench-{n}")
        let_run(env)
        await stack.enter_async_context(app.running(bot))
        yield World(env, app, alice, channels)


def _files(folder: Path, side_px: int) -> Files:
    small = {
        "image": photos.photo(SMALL_SIDE_PX, folder / "small.jpg"),
        "mask": photos.mask(SMALL_SIDE_PX, folder / "small.png"),
    }
    return Files(
        photos.photo(side_px, folder / "large.jpg"),
        photos.mask(side_px, folder / "large.png"),
        {name: (path.name, path.read_bytes()) for name, path in small.items()},
    )


async def _fill(world: World, files: Files, in_flight: int) -> None:
    """Real commands whose edits creep on at their provider."""
    for n in range(in_flight):
        await _inpaint(world, files, n, provider="creeping")
    if (booked := len(await _tasks(world))) != in_flight:
        raise SystemExit(f"only {booked} of {in_flight} commands of the bench made a task")
    async with asyncio.timeout(300):
        while len(await _tasks(world, TaskState.RUNNING)) < in_flight:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def _large_edits(world: World, files: Files) -> None:
    """Keep the picture worker busy: two large edits at a time, for ever."""

    async def one_after_another(lane: int) -> None:
        for n in range(1_000_000):
            wish = request(
                f"large-{lane}-{n}",
                files.picture,
                files.mask,
                guild_id=world.alice.guild.id,
                channel_id=world.channels[lane].id,
                provider="bench",
                user_id=lane + 1,
            )
            task = await world.app.intake.submit(wish)
            while (seen := await world.app.tasks.get(task.id)) and not seen.state.is_terminal:  # noqa: ASYNC110
                await asyncio.sleep(0.2)

    async with asyncio.TaskGroup() as group:
        for lane in range(2):
            group.create_task(one_after_another(lane))


async def _command(world: World, files: Files, commands: int) -> None:
    dice = random.Random(1)
    for n in range(commands):
        if n % EDIT_EVERY == 0:
            await _inpaint(world, files, n, provider="bench")
        else:
            await world.alice.slash(dice.choice(world.channels), "task list")


async def _inpaint(world: World, files: Files, n: int, **options: Any) -> None:
    channel = world.channels[n % len(world.channels)]
    await world.alice.slash(channel, "inpaint", prompt="a boat", **files.small, **options)


async def _tasks(world: World, *states: TaskState) -> list[Any]:
    """Those in one of the states; all of them where none is named."""
    async with world.app.db.read() as session:
        tasks = await reading.tasks(session)
    return [task for task in tasks if not states or task.state in states]


async def _count_large(world: World) -> int:
    done = await _tasks(world, TaskState.DONE)
    return sum(task.request_key.startswith("large-") for task in done)
