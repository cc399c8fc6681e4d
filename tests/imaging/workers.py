"""Waiting for worker processes: until one has begun, is gone, or is missed."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

from bot.imaging.worker import PicturePool

MEMORY_MIB = 1024
PATIENCE_S = 60.0


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def seen(holds: Callable[[], bool]) -> None:
    """Wait until something holds, longer than the slowest machine takes."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if holds():
                return
            await asyncio.sleep(0.02)


async def gone(pid: int) -> None:
    await seen(lambda: not is_alive(pid))


async def broken(pool: PicturePool) -> int:
    """Kill the short lane's idle worker, and wait until the lane has seen it."""
    pid = await pool.short(os.getpid)
    os.kill(pid, signal.SIGKILL)
    await seen(lambda: not pool.is_up)
    return pid


def text_of(path: Path) -> str:
    return path.read_text() if path.exists() else ""


async def written(path: Path) -> int:
    await seen(lambda: bool(text_of(path)))
    return int(text_of(path))
