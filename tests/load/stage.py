"""Discord, the providers and the bot, each in a process of its own, and what is told of them."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.rss import rss_bytes
from tests.crash.rows import DATABASE, TERMINAL
from tests.standin import shapes
from tests.standin.member import Street
from tests.standin.process import ROOT, Standin, running

HOUR_S = 3600.0
START_S_MAX = 60.0
STOP_S_MAX = 90.0
# Ids of servers grow in their upper bits, as Discord's do: the shard is told by them.
GUILD_STEP = 1 << 22
CHANNELS = 2
COUNTS = (
    "SELECT sum(state IN ('ready', 'submitting', 'running')), sum(state = 'queued'),"
    " sum(state = 'done'), sum(state IN ({ended}) AND state <> 'done'),"
    " sum(state IN ({ended}) AND view_posted >= view_rev) FROM tasks"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many edits stand where; `shown` are at their end, and their cards say so."""

    in_flight: int = 0
    queued: int = 0
    done: int = 0
    failed: int = 0
    shown: int = 0

    @property
    def at_rest(self) -> bool:
        """Whether every edit that there is has ended and says so."""
        return not (self.in_flight or self.queued) and self.shown >= self.done + self.failed


def ended() -> str:
    """The states of edits that are over, for SQL."""
    return ", ".join(f"'{state}'" for state in sorted(TERMINAL))


@dataclass(slots=True)
class Told:
    """What is known of the bot's process so far, second by second."""

    late_ms: list[float] = field(default_factory=list)
    collected_ms: list[float] = field(default_factory=list)
    rss_bytes: list[int] = field(default_factory=list)

    def forget(self) -> None:
        """Begin anew: what was before does not count."""
        for each in (self.late_ms, self.collected_ms, self.rss_bytes):
            each.clear()

    def take(self, line: bytes, pid: int) -> None:
        """One second more; what the process holds is looked at from here, not by its own loop."""
        told = json.loads(line)
        self.late_ms += told["late_ms"]
        self.collected_ms.append(told["collected_ms"])
        self.rss_bytes.append(rss_bytes(pid))


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs, and the way to it."""

    discord: Standin
    providers: Standin
    street: Street
    data: Path
    told: Told
    guilds: list[int]

    def channels(self, guild: int) -> list[int]:
        """The channels of the n-th server."""
        return [9000 + guild * 10 + n for n in range(CHANNELS)]

    async def counts(self) -> Counts:
        """Where the edits stand, read beside the bot."""
        return await asyncio.to_thread(self._counts)

    def _counts(self) -> Counts:
        (row,) = self.rows(COUNTS.format(ended=ended()))
        return Counts(*(each or 0 for each in row))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the bot's file; nothing of the bot is waited for."""
        uri = f"file:{self.data / DATABASE}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=10)) as connection:
            return connection.execute(query).fetchall()


@asynccontextmanager
async def opened(folder: Path, guilds: int) -> AsyncGenerator[Stage]:
    """All processes are up and the bot is at the gateway; leaving it stops it gracefully."""
    ids = [shapes.GUILD_ID + n * GUILD_STEP for n in range(guilds)]
    with ExitStack() as stack:
        (folder / "discord").mkdir(parents=True)
        (folder / "providers").mkdir()
        discord = stack.enter_context(running(folder / "discord", seconds_max=HOUR_S))
        providers = stack.enter_context(running(folder / "providers", seconds_max=HOUR_S))
        async with Street(discord.base_url) as street:
            stage = Stage(discord, providers, street, folder / "data", Told(), ids)
            known = [{"id": each, "channels": stage.channels(n)} for n, each in enumerate(ids)]
            await street.guilds(*known)
            async with _bot(folder, stage):
                await street.connected(START_S_MAX)
                yield stage


@asynccontextmanager
async def _bot(folder: Path, stage: Stage) -> AsyncGenerator[None]:
    command = [sys.executable, "-m", "tests.load.botproc", "--discord", stage.discord.base_url]
    command += ["--providers", stage.providers.base_url, "--data", str(stage.data)]
    command += ["--guilds", *map(str, stage.guilds)]
    with (folder / "bot.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=log, limit=2**20
        )
        reading = asyncio.create_task(_read(process, stage.told))
        try:
            yield
        finally:
            if process.returncode is None:
                process.terminate()
            async with asyncio.timeout(STOP_S_MAX):
                await process.wait()
            await reading


async def _read(process: asyncio.subprocess.Process, told: Told) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        with suppress(FileNotFoundError):
            told.take(line, process.pid)
