"""Stand-ins for what tests must hold in their hands: time above all."""

import asyncio
import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

START = datetime(2026, 1, 1, tzinfo=UTC)
TURNS = 20


class FakeClock:
    """Stands still until `advance`; who sleeps wakes in order."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = count()

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        due = self._now + timedelta(seconds=seconds)
        waker: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (due, next(self._order), waker))
        await waker

    async def advance(self, seconds: float) -> None:
        """Let time pass, waking sleepers on the way."""
        target = self._now + timedelta(seconds=seconds)
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, waker = heapq.heappop(self._sleepers)
            self._now = max(self._now, due)
            if not waker.done():
                waker.set_result(None)
                await turns()
        self._now = target
        await turns()


async def turns(number: int = TURNS) -> None:
    """Let everything that is ready run."""
    for _ in range(number):
        await asyncio.sleep(0)


async def until(
    clock: FakeClock, holds: Callable[[], bool], *, step_s: float = 0.05, patience_s: float = 45.0
) -> None:
    """Let fake time pass a little at a time, and real work finish, until something holds."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while not holds():
        if loop.time() - begun > patience_s:
            raise TimeoutError("it never came to that")
        await asyncio.sleep(0.005)
        await clock.advance(step_s)
