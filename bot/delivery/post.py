"""The view loop: one lane for each channel and one for each live reply, fed by what rows say.

It is level-triggered: signals only say which row to look at, a slow sweep looks at all that are
behind, and every lane reads the row anew before it sends. Start it from the task that composes the
bot, so that no interaction's context clings to what it sends.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.delivery import lanes
from bot.delivery.keeper import CardKeeper
from bot.delivery.lanes import Work
from bot.delivery.replies import ReplyKeeper
from bot.services.cards import TaskView
from bot.services.ports import Clock
from bot.services.waiting import rung

if TYPE_CHECKING:
    from bot.app import App
    from bot.delivery.client import InpaintBot

log = logging.getLogger(__name__)

SWEEP_S = 60.0
TROUBLE_S = 5.0

Act = Callable[[str], Awaitable[Work | None]]


class Lane:
    """One request in flight; ends by itself when nothing is owed any more."""

    def __init__(self, clock: Clock, act: Act, progress_gap_s: float) -> None:
        self._clock = clock
        self._act = act
        self._gap = timedelta(seconds=progress_gap_s)
        self._works: dict[str, Work] = {}
        self._woken = asyncio.Event()
        self._progress_from = clock.now()

    def offer(self, work: Work) -> None:
        """Take in what a task is owed, in place of what it was owed before."""
        self._works[work.task_id] = work
        self._woken.set()

    async def run(self) -> None:
        """Send until nothing is owed."""
        while self._works:
            self._woken.clear()
            now = self._clock.now()
            work = lanes.pick(self._works.values(), now, self._progress_from)
            if work is None:
                await self._wait(lanes.next_due(self._works.values(), self._progress_from) or now)
                continue
            del self._works[work.task_id]
            # Also after anything else: so that a final rarely finds the channel's limit used up.
            self._progress_from = now + self._gap
            await self._send(work)

    async def _send(self, work: Work) -> None:
        try:
            owed = await self._act(work.task_id)
        except Exception:
            log.exception("a lane stumbled over task %s", work.task_id)
            owed = lanes.delayed(work, self._clock.now() + timedelta(seconds=TROUBLE_S))
        if owed is not None:
            self._works.setdefault(work.task_id, owed)

    async def _wait(self, until: datetime) -> None:
        seconds = (until - self._clock.now()).total_seconds()
        await rung(self._woken, self._clock.sleep(max(0.0, seconds)))


class ViewLoop:
    """Creates and edits every card and every reply."""

    def __init__(self, bot: "InpaintBot", app: "App") -> None:
        self._app = app
        self._cards = CardKeeper(app, bot.poster)
        self._replies: ReplyKeeper = bot.replies
        self._changed: set[str] = set()
        self._woken = asyncio.Event()
        self._lanes: dict[object, Lane] = {}

    def changed(self, task_id: str) -> None:
        """Look at this task's row soon."""
        self._changed.add(task_id)
        self._woken.set()

    async def run(self) -> None:
        """Keep everything shown until cancelled."""
        unsubscribe = self._app.signals.subscribe(self.changed)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._sweep(group), name="view-sweep")
                group.create_task(self._watch(group), name="view-watch")
        finally:
            unsubscribe()

    async def _watch(self, group: asyncio.TaskGroup) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            task_ids, self._changed = sorted(self._changed), set()
            try:
                self._take(group, await self._app.cards.view(task_ids))
            except Exception:
                log.exception("the view loop could not look at %d tasks", len(task_ids))
                await self._app.clock.sleep(TROUBLE_S)
                for task_id in task_ids:
                    self.changed(task_id)

    async def _sweep(self, group: asyncio.TaskGroup) -> None:
        while True:
            try:
                self._take(group, await self._app.cards.behind())
            except Exception:
                log.exception("the view loop could not sweep")
            await self._app.clock.sleep(SWEEP_S)

    def _take(self, group: asyncio.TaskGroup, views: Sequence[TaskView]) -> None:
        for view in views:
            task = view.task
            if (work := self._cards.work(view)) is not None:
                gap_s = lanes.CHANNEL_PROGRESS_GAP_S
                self._offer(group, ("channel", task.channel_id), self._cards.act, gap_s, work)
            if (work := self._replies.work(view)) is not None:
                self._offer(group, ("reply", task.id), self._replies.act, 0.0, work)

    def _offer(
        self, group: asyncio.TaskGroup, key: tuple[str, object], act: Act, gap_s: float, work: Work
    ) -> None:
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane(self._app.clock, act, gap_s)
            lane.offer(work)
            group.create_task(self._run_lane(key, lane), name=f"view-{key[0]}-{key[1]}")
        else:
            lane.offer(work)

    async def _run_lane(self, key: tuple[str, object], lane: Lane) -> None:
        # Nothing awaits between the lane's last look and this, so no offer falls in between.
        await lane.run()
        del self._lanes[key]
