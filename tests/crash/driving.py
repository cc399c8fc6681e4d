"""The real composition root, fed by request keys, a share of them over the gateway."""

import argparse
import asyncio
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from bot.app import App, open_app
from bot.delivery.client import build_bot
from bot.domain import EditRequest, Origin, Task, TaskState
from bot.errors import UserError
from bot.log import setup_logging
from bot.services.access import Who
from bot.services.ending import end
from bot.settings import Settings
from tests.crash.deeds import Asked, act, asked_with, forget
from tests.crash.faults import Points, fault_from
from tests.crash.gateway_feed import Commands, by_gateway
from tests.crash.plans import FORGET, picture_name
from tests.crash.points import install
from tests.crash.provider import VARIANTS, factory, slug
from tests.standin.member import Street
from tests.standin.pointing import point_at
from tests.standin.shapes import GUILD_ID

TOKEN = "MTA5.standin.token"
LOOK_S = 0.1
GO_AGAIN_S = 1.0
ORPHANED, TOO_LONG = 3, 4


async def drive(args: argparse.Namespace) -> None:
    """Run until SIGTERM, the parent's end or the time bound."""
    setup_logging("INFO", False)
    point_at(args.standin)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    until = time.monotonic() + args.seconds_max
    points = Points(args.trace, fault_from(args.fault) if args.fault else None)
    providers = [factory(each, f"{args.standin}/provider/{each}", points) for each in VARIANTS]
    async with open_app(_settings(args.data), providers=providers) as app, build_bot(app) as bot:
        install(points, app, bot)
        await bot.login(TOKEN)
        async with app.running(bot), httpx.AsyncClient(trust_env=False, timeout=45) as client:
            await asyncio.to_thread(args.ready.touch)
            gateway = asyncio.create_task(bot.connect())
            try:
                await _watch(stop, until, asyncio.create_task(_feed(app, client, args)))
            finally:
                await end([gateway])


def _settings(data: Path) -> Settings:
    return Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        data_dir=data,
        discord_token=TOKEN,  # pyright: ignore[reportArgumentType]
        live_tasks_member_max=10_000,
        live_tasks_guild_max=10_000,
        first_grant_credits=1_000_000,
        home_guilds=(GUILD_ID,),
        ping_after_s=0.0,
        reconcile_s=3.0,
        workers_short=1,
        workers_fill=1,
        stop_grace_s=10.0,
    )


async def _feed(app: App, client: httpx.AsyncClient, args: argparse.Namespace) -> None:
    """Offer every released key to the intake, once in this life."""
    seen: set[str] = set()
    async with Street(args.standin) as street, asyncio.TaskGroup() as later:
        commands = Commands(app, street, args.files)
        while True:
            answer = await client.get(f"{args.standin}/_control/keys")
            for wish in answer.json()["keys"]:
                if wish["key"] not in seen:
                    if by_gateway(wish["key"]):
                        task = await commands.submit(wish)
                    else:
                        task = await app.intake.submit(_request(wish, args.files))
                    asked = asked_with(wish["key"], wish["user_id"])
                    later.create_task(_later(app, task, asked, wish["cancel_after_s"]))
                    await act(app, asked)
                    seen.add(wish["key"])
            await asyncio.sleep(LOOK_S)


async def _later(app: App, task: Task, asked: Asked, after_s: float | None) -> None:
    """Press Cancel after a while, as its member would, if this one does; or ask to be forgotten."""
    await _go(app, task)
    if after_s is None or task.user_id is None:
        return
    await asyncio.sleep(after_s)
    if asked.kind == FORGET:
        await forget(app, asked.user_id)
    else:
        await app.tasks.cancel(task.id, task.user_id, may_manage=False)


async def _go(app: App, task: Task | None) -> None:
    """Press Go where a pause of its provider made it a draft, until the provider is back."""
    while task and task.state is TaskState.DRAFT and task.user_id is not None:
        await asyncio.sleep(GO_AGAIN_S)
        with suppress(UserError):
            place = frozenset({task.channel_id})
            await app.intake.go(task.id, Who(task.user_id, task.guild_id, place_ids=place))
        task = await app.tasks.get(task.id)


def _request(wish: dict[str, Any], files: Path) -> EditRequest:
    return EditRequest(
        request_key=wish["key"],
        origin=Origin.SLASH,
        user_id=wish["user_id"],
        guild_id=wish["guild_id"],
        channel_id=wish["channel_id"],
        picture=files / picture_name(wish["key"]),
        mask=files / "mask.png",
        prompt=wish["key"],
        provider=slug(wish["variant"]),
        count=wish["count"],
    )


async def _watch(stop: asyncio.Event, until: float, feed: asyncio.Task[None]) -> None:
    """Return when told to; a broken feed breaks the process; never outlive the test."""
    parent = os.getppid()
    while not stop.is_set():
        if feed.done():
            feed.result()
        if os.getppid() != parent:
            os._exit(ORPHANED)
        if time.monotonic() > until:
            os._exit(TOO_LONG)
        await asyncio.sleep(LOOK_S)
    feed.cancel()
    await asyncio.gather(feed, return_exceptions=True)
