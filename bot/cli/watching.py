"""Waiting for one edit at the terminal: a bar where somebody looks, and Ctrl-C takes it back."""

import asyncio
import shutil
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cli.terminal import warn
from bot.delivery.status import state_line
from bot.delivery.words import bar, shortened
from bot.services.cards import TaskView
from bot.services.tasks import CancelOutcome

if TYPE_CHECKING:
    from bot.app import App

LOOK_S = 0.2
PERCENT_MAX = 99
CLEAR_LINE = "\r\x1b[K"
LEAVE = "Ctrl-C again leaves at once."
SAID: dict[CancelOutcome, str] = {
    CancelOutcome.CANCELLED: "",
    CancelOutcome.ASKED: f"The provider was asked to stop. {LEAVE}",
    CancelOutcome.TOO_LATE: f"It is at the provider and cannot be taken back. {LEAVE}",
    CancelOutcome.GONE: "",
}


async def watched(app: "App", task_id: str, user_id: int) -> TaskView:
    """The task at its end. The first interrupt cancels it as far as that goes."""
    watching = asyncio.create_task(_watch(app, task_id), name="watch")
    try:
        try:
            await asyncio.wait({watching})
        except asyncio.CancelledError:
            _go_on()
            outcome = await app.tasks.cancel(task_id, user_id, may_manage=True)
            _draw("")
            if SAID[outcome]:
                warn(SAID[outcome])
            await asyncio.wait({watching})
        return watching.result()
    finally:
        watching.cancel()
        _draw("")


def progress_line(view: TaskView, now: datetime) -> str:
    """Where the task is, with a bar where there is something to go by."""
    percent = _percent(view, now)
    return state_line(view) if percent is None else f"{bar(percent)} {state_line(view)}"


def _percent(view: TaskView, now: datetime) -> int | None:
    """What the provider tells, else how much of its estimate is over."""
    begun, ready_at = view.task.running_at, view.progress.ready_at
    if view.progress.percent is not None or begun is None or ready_at is None:
        return view.progress.percent
    whole_s = (ready_at - begun).total_seconds()
    over_s = (now - begun).total_seconds()
    return max(0, min(PERCENT_MAX, int(100 * over_s / whole_s))) if whole_s > 0 else PERCENT_MAX


async def _watch(app: "App", task_id: str) -> TaskView:
    while True:
        (view,) = await app.cards.view([task_id])
        if view.task.state.is_terminal:
            return view
        _draw(progress_line(view, app.clock.now()))
        await app.clock.sleep(LOOK_S)


def _draw(line: str) -> None:
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(CLEAR_LINE + (shortened(line, width) if line else ""))
        sys.stderr.flush()


def _go_on() -> None:
    """The interrupt is dealt with: time-outs on the way out must not take it for theirs."""
    if task := asyncio.current_task():
        task.uncancel()
