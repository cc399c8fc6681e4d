"""The embedded dispatcher: one asyncio task per admitted row, in this process."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import after_commit
from bot.log import task_context
from bot.services.ending import end

log = logging.getLogger(__name__)


class EmbeddedDispatcher:
    """Drives what is enqueued; a row is never driven twice at once.

    Its own loop starts the drives, so that nothing a handler calls outlives the handler.
    """

    def __init__(self) -> None:
        self._inbox: asyncio.Queue[str] = asyncio.Queue()
        self._drives: dict[str, asyncio.Task[None]] = {}
        self._nudges: dict[str, asyncio.Event] = {}
        self._hurries: dict[str, asyncio.Event] = {}
        self._again: set[str] = set()
        self._drive: Callable[[str], Awaitable[None]] | None = None
        self._pump: asyncio.Task[None] | None = None

    async def start(self, drive: Callable[[str], Awaitable[None]]) -> None:
        """Begin to drive what is enqueued."""
        self._drive = drive
        self._pump = asyncio.create_task(self._run(), name="dispatcher")

    def enqueue(self, session: AsyncSession, task_ids: Sequence[str]) -> None:
        """Drive these once the session's transaction has committed."""
        if task_ids:
            after_commit(session, lambda: self.resume(task_ids))

    def resume(self, task_ids: Sequence[str]) -> None:
        """Drive rows that are already committed."""
        for task_id in task_ids:
            self._inbox.put_nowait(task_id)

    def live(self, task_ids: Collection[str]) -> set[str]:
        """Those of the tasks that are being driven now."""
        return {task_id for task_id in task_ids if task_id in self._drives}

    def nudged(self, task_id: str) -> asyncio.Event:
        """Set whenever the task should look at its row at once."""
        return self._nudges.setdefault(task_id, asyncio.Event())

    def nudge(self, task_id: str) -> None:
        """Let a waiting drive look at its row at once."""
        if task_id in self._drives:
            self.nudged(task_id).set()

    def hurried(self, task_id: str) -> asyncio.Event:
        """Set from when the provider told us that it has news, until it is asked."""
        return self._hurries.setdefault(task_id, asyncio.Event())

    def hurry(self, task_id: str) -> None:
        """Have the provider asked soon (a webhook); nothing for a task that is not under way."""
        if task_id in self._drives:
            self.hurried(task_id).set()
            self.nudge(task_id)

    async def stop(self, grace_s: float, guarded: Callable[[], Collection[str]]) -> None:
        """Stop all drives; those in a submit get up to `grace_s` to end it."""
        if self._pump:
            await end([self._pump])
        await self._stop_drives(lambda task_id: task_id not in guarded())
        waiting = list(self._drives.values())
        if waiting:
            log.info("waiting for %d submits in flight", len(waiting))
            await asyncio.wait(waiting, timeout=grace_s)
        await self._stop_drives(lambda _task_id: True)

    async def _stop_drives(self, which: Callable[[str], bool]) -> None:
        stopped = [drive for task_id, drive in self._drives.items() if which(task_id)]
        await end(stopped)

    async def _run(self) -> None:
        while True:
            task_id = await self._inbox.get()
            if task_id in self._drives:
                # The row may have become ours again while its last drive ends.
                self._again.add(task_id)
            else:
                self._start(task_id)

    def _start(self, task_id: str) -> None:
        drive = asyncio.create_task(self._guarded(task_id), name=f"drive {task_id}")
        self._drives[task_id] = drive
        drive.add_done_callback(lambda _: self._ended(task_id))

    def _ended(self, task_id: str) -> None:
        self._drives.pop(task_id, None)
        self._nudges.pop(task_id, None)
        self._hurries.pop(task_id, None)
        if task_id in self._again:
            self._again.discard(task_id)
            self._inbox.put_nowait(task_id)

    async def _guarded(self, task_id: str) -> None:
        if self._drive is None:
            return
        with task_context(task_id):
            try:
                await self._drive(task_id)
            except Exception:
                # The per-task guard: a broken drive ends alone, and the reconciler tries it again.
                log.exception("drive broke")
