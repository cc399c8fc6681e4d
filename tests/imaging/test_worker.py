import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.domain import MaskTuning
from bot.errors import BadPicture, NotSent, PictureLost
from bot.imaging.compose import compose
from bot.imaging.intake import take_in
from bot.imaging.lane import WorkerDied
from bot.imaging.worker import PicturePool, blame
from tests.assets import mask, photo, save
from tests.imaging import stages

MEMORY_MIB = 1024


@pytest.fixture
async def pool() -> AsyncIterator[PicturePool]:
    async with PicturePool(
        workers_short=1, workers_fill=1, memory_mib=MEMORY_MIB, short_limit_s=20, fill_limit_s=20
    ) as opened:
        yield opened


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie answers, too.
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"


async def gone(pid: int) -> bool:
    for _ in range(500):
        if not is_alive(pid):
            return True
        await asyncio.sleep(0.02)
    return False


async def broken(pool: PicturePool) -> int:
    """Kill the short lane's idle worker, and wait until the lane has seen it."""
    pid = await pool.short(os.getpid)
    os.kill(pid, signal.SIGKILL)
    for _ in range(1000):
        if not pool.is_up:
            return pid
        await asyncio.sleep(0.02)
    raise AssertionError("the lane never saw it")


def text_of(path: Path) -> str:
    return path.read_text() if path.exists() else ""


async def written(path: Path) -> int:
    for _ in range(2000):
        if text := text_of(path):
            return int(text)
        await asyncio.sleep(0.01)
    raise AssertionError(f"nobody wrote {path.name}")


async def test_a_stage_runs_in_another_process_that_stays(pool: PicturePool) -> None:
    pids = {await pool.short(os.getpid) for _ in range(3)}
    assert len(pids) == 1
    assert os.getpid() not in pids
    assert await pool.fill(os.getpid) not in pids
    assert pool.restarts == 0


async def test_two_workers_work_at_once(tmp_path: Path) -> None:
    async with PicturePool(workers_short=2, workers_fill=1) as pool:
        naps = [pool.short(stages.nap, 0.6, tmp_path / str(n)) for n in range(2)]
        pids = await asyncio.gather(*naps)
        assert len(set(pids)) == 2


async def test_an_overlay_appears_before_another_members_fill_ends(
    pool: PicturePool, tmp_path: Path
) -> None:
    ended: list[str] = []

    async def fill() -> None:
        await pool.fill(stages.nap, 10, tmp_path / "began")
        ended.append("fill")

    running = asyncio.create_task(fill())
    await written(tmp_path / "began")
    upload, marks = save(photo(), tmp_path / "upload"), save(mask(), tmp_path / "m")
    taken = await pool.short(take_in, upload, marks, MaskTuning(), tmp_path)
    ended.append("overlay")
    assert taken.overlay is not None
    assert taken.overlay.exists()
    assert not running.done()
    assert ended == ["overlay"]
    running.cancel()


async def test_our_errors_cross_with_both_their_texts(pool: PicturePool) -> None:
    with pytest.raises(NotSent) as caught:
        await pool.short(stages.fail_on_purpose)
    assert caught.value.sentence == "for the member"
    assert caught.value.log == "for the operator"
    assert caught.value.retry_after_s == 7.5


async def test_a_bug_crosses_with_its_traceback(pool: PicturePool) -> None:
    with pytest.raises(KeyError) as caught:
        await pool.short(stages.fail_as_a_bug)
    assert "fail_as_a_bug" in str(caught.value.__cause__)


async def test_an_error_that_cannot_be_pickled_breaks_nothing(pool: PicturePool) -> None:
    with pytest.raises(RuntimeError, match="Stubborn: ab"):
        await pool.short(stages.fail_stubbornly)
    assert await pool.short(stages.nap, 0)
    assert pool.restarts == 0


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


def test_a_picture_being_taken_in_is_blamed_on_the_picture() -> None:
    assert isinstance(blame(take_in, TimeoutError()), BadPicture)
    assert isinstance(blame(compose, TimeoutError()), PictureLost)


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


async def test_the_memory_limit_ends_a_stage_not_the_bot(pool: PicturePool) -> None:
    with pytest.raises(PictureLost):
        await pool.short(stages.hog, 2 * MEMORY_MIB)
    assert await pool.short(stages.hog, 10) == 10 * 1024 * 1024


async def test_the_time_limit_ends_a_stage() -> None:
    async with PicturePool(workers_short=1, workers_fill=1, short_limit_s=0.5) as pool:
        with pytest.raises(PictureLost):
            await pool.short(stages.nap, 60)
        assert await pool.short(stages.nap, 0)
        assert pool.restarts == 1


async def test_cancelling_a_fill_ends_its_process(pool: PicturePool, tmp_path: Path) -> None:
    running = asyncio.create_task(pool.fill(stages.nap, 600, tmp_path / "pid"))
    pid = await written(tmp_path / "pid")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await gone(pid)
    assert await pool.fill(os.getpid) != pid


async def test_cancelling_a_waiting_fill_only_drops_it(pool: PicturePool, tmp_path: Path) -> None:
    running = asyncio.create_task(pool.fill(stages.nap, 0.5, tmp_path / "first"))
    await written(tmp_path / "first")
    waiting = asyncio.create_task(pool.fill(stages.nap, 0, tmp_path / "second"))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await running
    await pool.fill(stages.nap, 0)
    assert not (tmp_path / "second").exists()
    assert pool.restarts == 0


async def test_cancelling_a_short_stage_leaves_its_process(
    pool: PicturePool, tmp_path: Path
) -> None:
    running = asyncio.create_task(pool.short(stages.nap, 0.5, tmp_path / "pid"))
    pid = await written(tmp_path / "pid")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await pool.short(os.getpid) == pid
    assert pool.restarts == 0


async def test_closing_ends_busy_workers(tmp_path: Path) -> None:
    async with PicturePool(workers_short=1, workers_fill=1) as pool:
        running = asyncio.create_task(pool.fill(stages.nap, 600, tmp_path / "pid"))
        pid = await written(tmp_path / "pid")
    assert await gone(pid)
    with pytest.raises(WorkerDied):
        await running


async def test_workers_ignore_an_interrupt_from_the_keyboard(pool: PicturePool) -> None:
    assert await pool.short(stages.interrupt_itself) == "still here"


async def test_fills_are_nicer_and_workers_stay_light(pool: PicturePool) -> None:
    before = os.nice(0)
    assert await pool.fill(stages.niceness) == min(before + 10, 19)
    assert await pool.short(stages.niceness) == before
    heavy = ("sqlalchemy", "discord", "httpx", "aiohttp", "numpy")
    assert await pool.short(stages.loaded, *heavy) == []


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
    assert all([await gone(pid) for pid in pids])


async def test_the_event_loop_keeps_turning_while_workers_start() -> None:
    longest_s, opened = 0.0, asyncio.Event()

    async def tick() -> None:
        nonlocal longest_s
        while not opened.is_set():
            began = time.perf_counter()
            await asyncio.sleep(0)
            longest_s = max(longest_s, time.perf_counter() - began)

    ticking = asyncio.create_task(tick())
    async with PicturePool(workers_short=2, workers_fill=2):
        opened.set()
        await ticking
    assert longest_s < 0.5
