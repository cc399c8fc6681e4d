"""Workers that crash, are killed, or outlive their use: replaced, mended, and never left behind."""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import PictureLost
from bot.imaging.lane import WorkerDied
from bot.imaging.worker import PicturePool
from tests.imaging import stages
from tests.imaging.workers import broken, gone, is_alive, written


@pytest.mark.parametrize("stage", [stages.crash, stages.kill_itself])
async def test_a_crash_ends_its_stage_and_nothing_else(
    pool: PicturePool, stage: Callable[[], None]
) -> None:
    with pytest.raises(PictureLost) as caught:
        await pool.short(stage)
    assert isinstance(caught.value.__cause__, WorkerDied)
    assert "more time or memory" in caught.value.sentence
    assert await pool.short(stages.nap, 0)
    # Two where the worker was gone before the pool heard that it had begun: that is tried anew.
    assert pool.restarts in {1, 2}


async def test_a_fill_that_crashes_says_so_plainly(pool: PicturePool) -> None:
    with pytest.raises(WorkerDied):
        await pool.fill(stages.crash)
    assert await pool.fill(stages.nap, 0)


@pytest.mark.parametrize("pause_s", [0, 0.5])
async def test_the_lane_outlives_its_idle_worker(pool: PicturePool, pause_s: float) -> None:
    for _ in range(2):
        old = await pool.short(os.getpid)
        os.kill(old, signal.SIGKILL)
        await asyncio.sleep(pause_s)
        assert await pool.short(os.getpid) != old
    assert pool.restarts == 2


async def test_an_idle_lane_that_broke_is_mended_before_anybody_needs_it(pool: PicturePool) -> None:
    assert pool.is_up
    old = await broken(pool)
    await pool.mend()
    assert pool.is_up
    assert pool.restarts == 1
    assert await pool.short(os.getpid) != old


async def test_a_cancelled_mend_loses_no_worker(pool: PicturePool) -> None:
    old = await broken(pool)
    mending = asyncio.create_task(pool.mend())
    await asyncio.sleep(0.01)
    mending.cancel()
    await asyncio.gather(mending, return_exceptions=True)
    await pool.mend()
    assert await pool.short(os.getpid) != old
    assert len(multiprocessing.active_children()) == 2


async def test_closing_ends_busy_workers(tmp_path: Path) -> None:
    async with PicturePool(workers_short=1, workers_fill=1) as pool:
        running = asyncio.create_task(pool.fill(stages.nap, 600, tmp_path / "pid"))
        pid = await written(tmp_path / "pid")
    await gone(pid)
    with pytest.raises(WorkerDied):
        await running


ORPHANS = """
import asyncio, os, sys
from pathlib import Path
from bot.imaging.worker import PicturePool
from tests.imaging import stages

async def main():
    folder = Path(sys.argv[1])
    async with PicturePool(workers_short=1, workers_fill=1) as pool:
        (folder / "idle").write_text(str(await pool.short(os.getpid)))
        await pool.fill(stages.nap, 600, folder / "busy")

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_workers_die_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(ORPHANS)
    root = Path(__file__).parents[2]
    parent = subprocess.Popen(  # noqa: ASYNC220 - starting is all we do with it here
        [sys.executable, str(script), str(tmp_path)], env={**os.environ, "PYTHONPATH": str(root)}
    )
    try:
        pids = [await written(tmp_path / name) for name in ("idle", "busy")]
        assert all(is_alive(pid) for pid in pids)
    finally:
        parent.kill()
        parent.wait()
    for pid in pids:
        await gone(pid)
