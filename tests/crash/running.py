"""`inpaint-bot run` as a child process that a test starts, watches and ends."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.standin.process import ROOT, Standin
from tests.standin.shapes import GUILD_ID

TOKEN = "MTA5.standin.token"
ENDS_S_MAX = 60.0
SETTINGS = {
    "DISCORD_TOKEN": TOKEN,
    "WEB_PORT": "0",
    "HOME_GUILDS": str(GUILD_ID),
    "PING_AFTER_S": "0",
    "RECONCILE_S": "3",
    "STOP_GRACE_S": "10",
    "WORKERS_SHORT": "1",
    "WORKERS_FILL": "1",
}


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that runs."""

    process: asyncio.subprocess.Process
    log: Path

    def said(self) -> str:
        """Everything that it has logged."""
        return self.log.read_text()

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return await self.wait()

    async def wait(self) -> int:
        """Return the exit code once it ends by itself."""
        return await asyncio.wait_for(self.process.wait(), ENDS_S_MAX)


@asynccontextmanager
async def bot_running(
    folder: Path, standin: Standin, *, faster: float = 1.0, **settings: str
) -> AsyncIterator[Bot]:
    """Start the bot with its data in this folder; it has ended when the block ends."""
    command = ["-m", "tests.crash.runproc", "--standin", standin.base_url]
    command += ["--faster", str(faster), "run", "--data", str(folder / "data")]
    log = folder / "run.log"
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            cwd=ROOT,
            env={**os.environ, **SETTINGS, **settings},
            stdout=file,
            stderr=file,
        )
    try:
        yield Bot(process, log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
