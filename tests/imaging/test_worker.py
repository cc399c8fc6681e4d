"""Stages in worker processes: side by side, with their errors, within limits, until cancelled."""

import asyncio
import os
from pathlib import Path

import pytest

from bot.domain import MaskTuning
from bot.errors import BadPicture, NotSent, PictureLost
from bot.imaging.compose import compose
from bot.imaging.intake import take_in
from bot.imaging.worker import PicturePool, blame
from tests.assets import mask, photo, save
from tests.fakes import turns
from tests.imaging import stages
from tests.imaging.workers import MEMORY_MIB, gone, written


async def test_a_stage_runs_in_another_process_that_stays(pool: PicturePool) -> None:
    pids = {await pool.short(os.getpid) for _ in range(3)}
    assert len(pids) == 1
    assert os.getpid() not in pids
    assert await pool.fill(os.getpid) not in pids
    assert pool.restarts == 0


async def test_two_workers_work_at_once(tmp_path: Path) -> None:
    async with PicturePool(workers_short=2, workers_fill=1) as pool:
        pids = await asyncio.gather(*(pool.short(stages.meet, tmp_path, 2) for _ in range(2)))
        assert len(set(pids)) == 2


async def test_an_overlay_appears_before_another_members_fill_ends(
    pool: PicturePool, tmp_path: Path
) -> None:
    ended: list[str] = []

    async def fill() -> None:
        await pool.fill(stages.nap, 600, tmp_path / "began")
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


def test_a_picture_being_taken_in_is_blamed_on_the_picture() -> None:
    assert isinstance(blame(take_in, TimeoutError()), BadPicture)
    assert isinstance(blame(compose, TimeoutError()), PictureLost)


async def test_the_memory_limit_ends_a_stage_not_the_bot(pool: PicturePool) -> None:
    with pytest.raises(PictureLost):
        await pool.short(stages.hog, 2 * MEMORY_MIB)
    assert await pool.short(stages.hog, 10) == 10 * 1024 * 1024


async def test_the_time_limit_ends_a_stage() -> None:
    async with PicturePool(workers_short=1, workers_fill=1, short_limit_s=1.5) as pool:
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
    await gone(pid)
    assert await pool.fill(os.getpid) != pid


async def test_cancelling_a_waiting_fill_only_drops_it(pool: PicturePool, tmp_path: Path) -> None:
    go_on = tmp_path / "go on"
    running = asyncio.create_task(pool.fill(stages.hold, tmp_path / "first", go_on))
    await written(tmp_path / "first")
    waiting = asyncio.create_task(pool.fill(stages.nap, 0, tmp_path / "second"))
    await turns()
    waiting.cancel()
    go_on.touch()
    await running
    await pool.fill(stages.nap, 0)
    assert not (tmp_path / "second").exists()
    assert pool.restarts == 0


async def test_cancelling_a_short_stage_leaves_its_process(
    pool: PicturePool, tmp_path: Path
) -> None:
    go_on = tmp_path / "go on"
    running = asyncio.create_task(pool.short(stages.hold, tmp_path / "pid", go_on))
    pid = await written(tmp_path / "pid")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    go_on.touch()
    assert await pool.short(os.getpid) == pid
    assert pool.restarts == 0


async def test_workers_ignore_an_interrupt_from_the_keyboard(pool: PicturePool) -> None:
    assert await pool.short(stages.interrupt_itself) == "still here"


async def test_fills_are_nicer_and_workers_stay_light(pool: PicturePool) -> None:
    before = os.nice(0)
    assert await pool.fill(stages.niceness) == min(before + 10, 19)
    assert await pool.short(stages.niceness) == before
    heavy = ("sqlalchemy", "discord", "httpx", "aiohttp", "numpy")
    assert await pool.short(stages.loaded, *heavy) == []


async def test_the_event_loop_keeps_turning_while_workers_start() -> None:
    turned, opened = 0, asyncio.Event()

    async def tick() -> None:
        nonlocal turned
        while not opened.is_set():
            turned += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    async with PicturePool(workers_short=2, workers_fill=2):
        opened.set()
        await ticking
    # Some thousands; a few where the loop itself starts them.
    assert turned > 20
