"""What the bot's process does: edits in batches, and after each a rest that is looked at."""

import argparse
import asyncio
import json
import os
import sys
import threading
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from discord.http import Route
from sqlalchemy import text

from bot.app import App, open_app
from bot.cli.serving import keep_heaps_small, keep_what_stays
from bot.db.engine import READERS, Database
from bot.delivery.client import build_bot
from bot.log import setup_logging
from bot.settings import Settings
from tests.processes import children
from tests.soak import weigh, wishes
from tests.soak.clock import JumpClock
from tests.soak.feeding import Feeder
from tests.soak.provider import factory
from tests.soak.rest import Rest
from tests.soak.sample import Sample

TOKEN = "MTA5.standin.token"
AT_ONCE = 24
# The bot's loops are about something now and then: what was left behind is there at every look.
LOOKS, BETWEEN_S = 5, 0.2
LOOK_S = 2.0


async def work(args: argparse.Namespace) -> None:
    """The composition root as `run` has it, but for the gateway."""
    keep_heaps_small()
    setup_logging("WARNING", False)
    _die_with_parent()
    Route.BASE = f"{args.standin}/api/v10"
    clock = JumpClock(timedelta(seconds=args.offset_s))
    providers = [
        factory(each, f"{args.standin}/provider/{each}", concurrency=AT_ONCE, poll_after_s=0.1)
        for each in wishes.VARIANTS
    ]
    settings = _settings(args.folder / "data")
    async with (
        open_app(settings, providers=providers, clock=clock) as app,
        build_bot(app) as bot,
    ):
        await bot.login(TOKEN)
        async with app.watched(bot), app.running(bot):
            keep_what_stays()
            await Soak(app, clock, args).run()


def _settings(data: Path) -> Settings:
    values: dict[str, Any] = {
        "data_dir": data,
        "discord_token": TOKEN,
        "live_tasks_member_max": 10_000,
        "live_tasks_guild_max": 10_000,
        "first_grant_credits": 1_000_000_000,
        "home_guilds": tuple(wishes.guild_id(n) for n in range(wishes.GUILDS)),
        "ping_after_s": 2.0,
        "retention_days": 1,
        "workers_short": 1,
        "workers_fill": 1,
        "web_port": 0,
        "_env_file": None,
    }
    return Settings(**values)


class Soak:
    """Batches of edits until the count is reached."""

    def __init__(self, app: App, clock: JumpClock, args: argparse.Namespace) -> None:
        self._app, self._clock, self._args = app, clock, args
        self._port = urlsplit(args.standin).port or 0
        self._feeder = Feeder(app, args.folder / "feed", AT_ONCE)
        self._rest = Rest(app, clock)
        self._begun_s = time.monotonic()

    async def run(self) -> None:
        """Print one sample a line after each batch."""
        await _connect_all(self._app.db)
        n: int = self._args.first
        while n < self._args.count:
            end = min(n + self._args.every, self._args.count)
            begun_s = time.monotonic()
            await self._feeder.feed(range(n, end))
            await self._rest.shown()
            took_s = time.monotonic() - begun_s
            await self._rest.let_go()
            sample = await self._sample(end, (end - n) / took_s)
            sys.stdout.write(json.dumps(sample.to_json()) + "\n")
            sys.stdout.flush()
            n = end

    async def _sample(self, done: int, tasks_per_s: float) -> Sample:
        own_bytes, workers_bytes = weigh.memory_bytes()
        descriptors, asyncio_tasks, connections = await self._least()
        data = self._app.settings.data_dir
        kept = [*_files(data / "blobs"), *_files(data / "work")]
        found = await self._rest.books()
        return Sample(
            done=done,
            life=os.getpid(),
            at_s=time.monotonic() - self._begun_s,
            tasks_per_s=tasks_per_s,
            rss_bytes=own_bytes,
            workers_bytes=workers_bytes,
            descriptors=descriptors,
            connections=connections,
            children=len(children(os.getpid())),
            asyncio_tasks=asyncio_tasks,
            files=len(kept),
            data_bytes=sum(each.stat().st_size for each in _files(data)),
            rows=found.rows,
            drift=found.drift,
            offset_s=self._clock.offset.total_seconds(),
            unsettled=found.unsettled,
            ends=found.ends,
        )

    async def _least(self) -> tuple[int, ...]:
        """The fewest descriptors, asyncio tasks and connections of some looks."""
        looks: list[tuple[int, ...]] = []
        for _ in range(LOOKS):
            descriptors, connections = weigh.descriptors(self._port)
            looks.append((descriptors, len(asyncio.all_tasks()), connections))
            await asyncio.sleep(BETWEEN_S)
        return tuple(min(each) for each in zip(*looks, strict=True))


async def _connect_all(db: Database) -> None:
    """Open what else would be opened in whichever batch first has so many readers at once."""
    async with AsyncExitStack() as stack:
        for reading in (db.read_first, *[db.read] * READERS):
            session = await stack.enter_async_context(reading())
            await session.execute(text("SELECT count(*) FROM tasks"))


def _files(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


def _die_with_parent() -> None:
    """A soak that is ended leaves no bot behind."""
    parent = os.getppid()

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_S)
        os._exit(3)

    threading.Thread(target=look, daemon=True).start()
