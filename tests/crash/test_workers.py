"""The picture worker dies in the middle of a stage: the edit goes on or ends, the next works."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App, open_app
from bot.domain import EditRequest, TaskState
from bot.errors import BadPicture
from bot.imaging.worker import TOO_HEAVY
from bot.providers import local
from tests.assets import gradient, mask, save
from tests.figures import counted
from tests.services.engine import assert_books, purse, request, settings, until

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]
# Each stage is long enough to be caught in the middle.
SIZE_PX = (3000, 2400)
BUSY_TICKS = 3  # of a hundredth of a second
BUSY_S_MAX = 60.0
NEVER_BUSY = (
    "worker {} was busy for {} hundredths of a second only: the stage ended before it could be "
    "killed, so take a larger picture"
)
S = TaskState


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    chosen = settings(tmp_path / "data", workers_short=1, workers_fill=1, reconcile_s=1.0)
    async with open_app(chosen, providers=[local.provider]) as opened, opened.engine():
        yield opened


@pytest.fixture
def large(tmp_path: Path) -> EditRequest:
    """A wish that keeps a worker busy for a while."""
    box = save(mask(*SIZE_PX), tmp_path / "large-mask.png")
    picture = save(gradient(*SIZE_PX), tmp_path / "large.png")
    return request(tmp_path, provider="local", prompt="", picture=picture, mask=box)


async def killed_busy(pid: int) -> None:
    """Kill a worker as soon as it is at work; raises TimeoutError where it never is for so long."""
    idle = ticks(pid)
    try:
        async with asyncio.timeout(BUSY_S_MAX):
            while ticks(pid) < idle + BUSY_TICKS:  # noqa: ASYNC110 (another process: no event)
                await asyncio.sleep(0.002)
    except TimeoutError:
        raise TimeoutError(NEVER_BUSY.format(pid, ticks(pid) - idle)) from None
    os.kill(pid, signal.SIGKILL)


def ticks(pid: int) -> int:
    """CPU time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


async def assert_next_works(app: App, tmp_path: Path) -> None:
    task = await app.intake.submit(request(tmp_path, "next", provider="local", prompt=""))
    assert (await until(app, task.id)).state is S.DONE
    assert app.pictures.is_up
    await assert_books(app)
    counted("picture workers", next_edits_that_work=1)


async def test_take_in_is_refused_with_its_sentence(
    app: App, large: EditRequest, tmp_path: Path
) -> None:
    pid = await app.pictures.short(os.getpid)
    async with asyncio.TaskGroup() as both:
        both.create_task(killed_busy(pid))
        with pytest.raises(BadPicture) as refused:
            await app.intake.submit(large)
    assert refused.value.sentence == TOO_HEAVY
    assert app.pictures.restarts >= 1
    await assert_next_works(app, tmp_path)
    counted("picture workers", killed_in_take_in_and_refused=1)


async def test_a_fill_goes_on_in_another_worker(
    app: App, large: EditRequest, tmp_path: Path
) -> None:
    pid = await app.pictures.fill(os.getpid)
    task = await app.intake.submit(large)
    await killed_busy(pid)
    assert (await until(app, task.id)).state is S.DONE
    assert app.pictures.restarts >= 1
    await assert_next_works(app, tmp_path)
    counted("picture workers", killed_in_fill_and_filled_by_another=1)


async def test_compose_ends_refunded_with_its_sentence(
    app: App, large: EditRequest, tmp_path: Path
) -> None:
    pid = await app.pictures.short(os.getpid)
    task = await app.intake.submit(large)
    await until(app, task.id, S.RUNNING)
    await killed_busy(pid)
    ended = await until(app, task.id)
    assert (ended.state, ended.held, ended.settled) == (S.FAILED, 0, 0)
    assert "You were not charged." in (ended.error_text or "")
    assert (await purse(app))[1] == 0
    await assert_next_works(app, tmp_path)
    counted("picture workers", killed_in_compose_and_refunded=1)
