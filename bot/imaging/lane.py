"""One lane of long-lived worker processes: a pebble pool that is rebuilt when it breaks."""

import asyncio
import contextlib
import multiprocessing
import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from bot.imaging.child import Limits, prepare, run

T = TypeVar("T")
# How often a stage under way looks whether its pool still lives.
WATCH_S = 1.0
# A worker may have to start first.
START_GRACE_S = 30.0


class WorkerDied(ChildProcessError):
    """The worker process ended in the middle of a stage: killed, crashed, or closed."""


@dataclass(frozen=True, slots=True)
class LaneRule:
    """How many workers, what each may use, and whether cancelling the await ends the process."""

    workers: int
    time_limit_s: float
    limits: Limits
    ends_on_cancel: bool


class Lane:
    """Runs stages, at most as many at once as there are workers; the others wait in turn."""

    def __init__(self, rule: LaneRule) -> None:
        self._rule = rule
        self._free = asyncio.Semaphore(rule.workers)
        # Starting and stopping processes blocks. This one thread also has to outlive them: on
        # Linux a worker is told of its parent's death when the thread that started it ends.
        self._keeper = ThreadPoolExecutor(1, "picture-workers")
        self._context = multiprocessing.get_context("spawn")
        self._lifeline = self._context.Pipe(duplex=False)
        self._pool: ProcessPool | None = None
        self._closed = False
        self.restarts = 0

    async def open(self) -> None:
        """Start the workers; they get ready in the background."""
        self._pool = await self._in_keeper(self._start)

    async def close(self) -> None:
        """End the workers, also busy ones."""
        self._closed = True
        await self._in_keeper(self._stop)
        await asyncio.to_thread(self._keeper.shutdown)
        for end in self._lifeline:
            end.close()

    @property
    def is_up(self) -> bool:
        """Whether the workers run; one that died in the middle of a stage is replaced at once."""
        return self._pool is not None and not self._closed and self._pool.active

    async def mend(self) -> None:
        """Start the workers again if they died idle. Raises WorkerDied when they do not start."""
        pool = self._pool
        if pool and not self._closed and not pool.active:
            await self._rebuild(pool)

    async def run(
        self, stage: Callable[..., T], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> T:
        """Run one stage in a worker. Raises what it raises, WorkerDied, or TimeoutError."""
        async with self._free:
            pool = self._living()
            try:
                return await self._attempt(pool, stage, args, kwargs)
            except BrokenProcessPool:
                # An idle worker was killed, say by the system for want of memory: not our doing.
                await self._rebuild(pool)
            try:
                return await self._attempt(self._living(), stage, args, kwargs)
            except BrokenProcessPool as error:
                raise WorkerDied("the pool broke twice") from error

    async def _attempt(
        self,
        pool: ProcessPool,
        stage: Callable[..., T],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> T:
        try:
            future = pool.schedule(run, (stage, args, kwargs), timeout=self._rule.time_limit_s)
        except RuntimeError as error:
            raise BrokenProcessPool from error
        try:
            return await self._result(pool, future)
        except asyncio.CancelledError:
            if self._rule.ends_on_cancel and future.cancel():
                self.restarts += 1
            raise
        except ProcessExpired as error:
            self.restarts += 1
            raise WorkerDied(f"exit code {error.exitcode}") from error
        except TimeoutError:
            self.restarts += 1
            raise

    async def _result(self, pool: ProcessPool, future: Future[T]) -> T:
        waited = asyncio.wrap_future(future)
        waited.add_done_callback(_look_at)
        deadline = asyncio.get_running_loop().time() + self._rule.time_limit_s + START_GRACE_S
        while not waited.done():
            # Unlike awaiting it, this leaves the future alone when we are cancelled.
            await asyncio.wait({waited}, timeout=WATCH_S)
            overdue = asyncio.get_running_loop().time() > deadline
            if not waited.done() and (overdue or not pool.active):
                raise BrokenProcessPool("the pool no longer answers")
        return waited.result()

    async def _rebuild(self, broken: ProcessPool) -> None:
        if self._closed:
            raise WorkerDied("the lane is closed")
        await self._in_keeper(self._replace, broken)

    def _living(self) -> ProcessPool:
        if self._pool is None or self._closed:
            raise WorkerDied("the lane is closed")
        return self._pool

    def _stop(self) -> None:
        pool, self._pool = self._pool, None
        if pool:
            _end(pool)

    def _replace(self, broken: ProcessPool) -> None:
        # Asked and kept in the one thread, so that neither a second call nor a cancelled wait
        # leaves a pool behind that nobody ends.
        if self._pool is broken:
            self.restarts += 1
            _end(broken)
            self._pool = self._start()

    def _start(self) -> ProcessPool:
        pool = ProcessPool(
            max_workers=self._rule.workers,
            initializer=prepare,
            initargs=(self._rule.limits, os.getpid(), self._lifeline[0]),
            context=self._context,  # pyright: ignore[reportArgumentType] - Windows' pipes differ
        )
        # Asking starts it.
        if not pool.active:
            raise WorkerDied("the worker processes do not start")
        return pool

    async def _in_keeper(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._keeper, work, *args)


def _end(pool: ProcessPool) -> None:
    pool.stop()
    with contextlib.suppress(OSError, RuntimeError):
        pool.join()


def _look_at(future: asyncio.Future[Any]) -> None:
    """Mark the outcome as seen: whoever asked for it may have been cancelled."""
    if not future.cancelled():
        future.exception()
