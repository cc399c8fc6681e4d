"""Level-triggered housekeeping: what was stranded is driven again, what is over is ended."""

import logging
from datetime import timedelta
from pathlib import Path

from bot.db.engine import Database
from bot.services import reading
from bot.services.board import Board
from bot.services.dispatch import EmbeddedDispatcher
from bot.services.ports import Clock
from bot.services.sweep import sweep
from bot.services.tasks import Tasks

log = logging.getLogger(__name__)


class Reconciler:
    """Looks every so often, and once at start."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        tasks: Tasks,
        board: Board,
        dispatcher: EmbeddedDispatcher,
        work: Path,
        every_s: float,
    ) -> None:
        self._db = db
        self._clock = clock
        self._tasks = tasks
        self._board = board
        self._dispatcher = dispatcher
        self._work = work
        self._every_s = every_s

    async def resume(self) -> int:
        """Drive every task that was in flight when the last process ended; how many there were."""
        async with self._db.read() as session:
            task_ids = await reading.in_flight_ids(session)
        await sweep(self._work, task_ids, self._clock.now(), starting=True)
        self._dispatcher.resume(task_ids)
        return len(task_ids)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.once()
            await self._clock.sleep(self._every_s)

    async def once(self) -> None:
        """One look: stranded tasks, drafts and reply tokens whose time is over."""
        stale_at = self._clock.now() - timedelta(seconds=self._every_s)
        async with self._db.read() as session:
            stale = await reading.in_flight_ids(session, stale_at)
        stranded = [task_id for task_id in stale if task_id not in self._dispatcher.live(stale)]
        if stranded:
            log.warning("%d stranded tasks are driven again", len(stranded))
            self._dispatcher.resume(stranded)
        await self._tasks.expire_drafts()
        await self._board.wipe_replies()
        await sweep(self._work, (), self._clock.now(), starting=False)
