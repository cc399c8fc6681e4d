"""Watches a running job: polls when due, cancels when asked, gives up at the deadline."""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime, timedelta

from bot.domain import Task
from bot.errors import BadAnswer, DeadlinePassed, ProviderError, Unavailable
from bot.providers.base import Done, Failed, Job, Provider, Update, Waiting
from bot.services import prepare
from bot.services.finish import Finish
from bot.services.records import from_json, to_json
from bot.services.toolbox import Toolbox

log = logging.getLogger(__name__)
BAD_POLLS_MAX = 5
BAD_POLL_PAUSE_S = 5.0
# However often a provider calls, it is asked no more often than this.
HURRY_PAUSE_S = 1.0


class Follow:
    """One look at a running task: whatever is due now is done."""

    def __init__(self, tools: Toolbox, finish: Finish) -> None:
        self._tools = tools
        self._finish = finish

    async def __call__(self, task: Task) -> Task | datetime | None:
        """Do what is due for this row.

        The answer is the row after that, or until when nothing is due; None: it has to be read.
        """
        provider = self._tools.providers[task.provider]
        if "done" in task.remote_state:
            return await self._finish(task, provider, from_json(Done, task.remote_state["done"]))
        job = await prepare.job(self._tools, task, provider.spec)
        waiting = from_json(Waiting, task.remote_state["waiting"])
        if task.cancel_requested:
            return await self._cancel(task, provider, job, waiting)
        elif task.deadline_at and self._tools.clock.now() >= task.deadline_at:
            await self._give_up(provider, job, waiting)
        elif (due_at := self._due_at(task)) > self._tools.clock.now():
            return due_at
        else:
            self._tools.dispatcher.hurried(task.id).clear()
            return await self._poll(task, provider, job, waiting)
        return None

    def _due_at(self, task: Task) -> datetime:
        """When to ask: at the pace of the provider, or soon where it told us that it has news."""
        due_at = task.next_at or self._tools.clock.now()
        if self._tools.dispatcher.hurried(task.id).is_set():
            return min(due_at, task.updated_at + timedelta(seconds=HURRY_PAUSE_S))
        return due_at

    async def _cancel(
        self, task: Task, provider: Provider, job: Job, waiting: Waiting
    ) -> Task | None:
        """The provider's answer decides: taken back is refunded, refused goes on."""
        if provider.spec.cancels and await self._taken_back(provider, job, waiting):
            return await self._tools.tasks.cancelled(task)
        await self._tools.tasks.cancel_refused(task)
        return None

    async def _give_up(self, provider: Provider, job: Job, waiting: Waiting) -> None:
        if provider.spec.cancels:
            await self._taken_back(provider, job, waiting)
        raise DeadlinePassed(log=f"no end after {provider.spec.deadline_s:.0f} s")

    async def _taken_back(self, provider: Provider, job: Job, waiting: Waiting) -> bool:
        try:
            return await provider.cancel(job, waiting)
        except ProviderError as error:
            log.warning("cancel failed: %s", error)
            return False

    async def _poll(
        self, task: Task, provider: Provider, job: Job, waiting: Waiting
    ) -> Task | None:
        try:
            update = await self._until_nudged(task, provider, job, waiting)
        except (Unavailable, BadAnswer) as error:
            return await self._bad_poll(task, error)
        match update:
            case None:
                # What interrupted may be news that came just before: it has not been asked about.
                self._tools.dispatcher.hurried(task.id).set()
                return None
            case Failed(error):
                raise error
            case Done():
                done = await prepare.saved(update, job.folder)
                state = {**task.remote_state, "done": to_json(done)}
                return await self._tools.tasks.progress(task, state, 0.0)
            case Waiting():
                state = {**task.remote_state, "waiting": to_json(update), "bad_polls": 0}
                return await self._tools.tasks.progress(task, state, update.poll_after_s)

    async def _until_nudged(
        self, task: Task, provider: Provider, job: Job, waiting: Waiting
    ) -> Update | None:
        """The answer, or None when a cancel or the deadline came first; a local fill ends then."""
        poll = asyncio.ensure_future(provider.poll(job, waiting))
        until = task.deadline_at or self._tools.clock.now() + timedelta(
            seconds=provider.spec.deadline_s
        )
        wait = asyncio.ensure_future(self._tools.wait(task.id, until))
        try:
            await asyncio.wait({poll, wait}, return_when=asyncio.FIRST_COMPLETED)
            return poll.result() if poll.done() else None
        finally:
            poll.cancel()
            wait.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(poll, wait, return_exceptions=True)

    async def _bad_poll(self, task: Task, error: ProviderError) -> Task | None:
        """An outage is waited out until the deadline; answers that make no sense are not."""
        bad_polls = int(task.remote_state.get("bad_polls", 0)) + 1
        log.warning("poll %d failed: %s", bad_polls, error)
        if isinstance(error, BadAnswer) and bad_polls >= BAD_POLLS_MAX:
            raise error
        state = {**task.remote_state, "bad_polls": bad_polls}
        return await self._tools.tasks.progress(task, state, BAD_POLL_PAUSE_S)
