"""What is shown while an edit runs, and what an interrupt does at each provider."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import App
from bot.cli.watching import progress_line, watched
from bot.domain import TaskState
from bot.services.cards import Progress, TaskView
from tests.delivery.views import NOW, after, view
from tests.services.engine import ALICE, opened, request, until, working
from tests.services.scripted import SPEC, Scripted, done, waiting

S = TaskState


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        (view(S.QUEUED, progress=Progress(queue_place=3)), "Waiting, number 3 in line."),
        (view(S.RUNNING), "Local is working on it."),
        (
            view(S.RUNNING, progress=Progress("Filling", percent=40)),
            "▰▰▰▰▱▱▱▱▱▱ 40 % Local: Filling.",
        ),
        (
            view(S.RUNNING, running_at=after(-5), progress=Progress("Filling", ready_at=after(5))),
            "▰▰▰▰▰▱▱▱▱▱ 50 % Local: Filling.",
        ),
        (
            view(S.RUNNING, running_at=after(-50), progress=Progress(ready_at=after(-5))),
            "▰▰▰▰▰▰▰▰▰▱ 99 % Local is working on it.",
        ),
        (
            view(S.RUNNING, running_at=after(1), progress=Progress(ready_at=after(5))),
            "▱▱▱▱▱▱▱▱▱▱ 0 % Local is working on it.",
        ),
        (
            view(S.RUNNING, running_at=NOW, progress=Progress(ready_at=NOW)),
            "▰▰▰▰▰▰▰▰▰▱ 99 % Local is working on it.",
        ),
    ],
)
def test_the_bar_goes_by_what_the_provider_tells_or_by_its_estimate(
    seen: TaskView, line: str
) -> None:
    assert progress_line(seen, NOW) == line


async def begun(app: App, folder: Path) -> tuple[str, asyncio.Task[TaskView]]:
    """An edit at the provider, and somebody who watches it."""
    task = await app.intake.submit(request(folder))
    watching = asyncio.create_task(watched(app, task.id, ALICE))
    await until(app, task.id, S.RUNNING)
    return task.id, watching


async def test_an_interrupt_takes_back_what_can_be_taken_back(tmp_path: Path) -> None:
    provider = Scripted(polls=[lambda job: waiting(job, 5.0)])
    async with opened(tmp_path / "data", provider) as app, working(app):
        task_id, watching = await begun(app, tmp_path)
        watching.cancel()
        assert (await watching).task.state is S.CANCELLED
        assert provider.cancelled == [task_id]


async def test_an_interrupt_waits_for_what_cannot_be_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    may_end = asyncio.Event()

    def poll(job):
        return done(job) if may_end.is_set() else waiting(job, 5.0)

    provider = Scripted(spec=replace(SPEC, cancels=False), polls=[poll])
    async with opened(tmp_path / "data", provider) as app, working(app):
        _, watching = await begun(app, tmp_path)
        watching.cancel()
        await asyncio.sleep(0.1)
        assert not watching.done()
        may_end.set()
        assert (await watching).task.state is S.DONE
    said = capsys.readouterr().err
    assert "It is at the provider and cannot be taken back. Ctrl-C again leaves at once." in said


async def test_a_second_interrupt_leaves_at_once(tmp_path: Path) -> None:
    provider = Scripted(spec=replace(SPEC, cancels=False), polls=[lambda job: waiting(job, 5.0)])
    async with opened(tmp_path / "data", provider) as app, working(app):
        task_id, watching = await begun(app, tmp_path)
        watching.cancel()
        await asyncio.sleep(0.1)
        watching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watching
        assert (await until(app, task_id, S.RUNNING)).state is S.RUNNING
