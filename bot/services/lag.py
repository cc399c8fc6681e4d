"""How late the event loop is: the time over what a short sleep asked for."""

import asyncio
import time
from collections.abc import Awaitable, Callable

EVERY_S = 0.25


class LoopLag:
    """Hands every sample to `seen`, in seconds; real time, because nothing else can be late."""

    def __init__(
        self,
        seen: Callable[[float], None],
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._seen = seen
        self._now = now
        self._sleep = sleep

    async def run(self) -> None:
        """Sample until cancelled."""
        while True:
            due = self._now() + EVERY_S
            await self._sleep(EVERY_S)
            self._seen(max(0.0, self._now() - due))
