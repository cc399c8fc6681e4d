"""A clock that goes with real time and can be put forward: who sleeps past that wakes at once."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta


class JumpClock:
    """`offset` is how far it is ahead of real time; it survives a restart where it is kept."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self.offset = offset
        self._jumped = asyncio.Event()

    def now(self) -> datetime:
        """Real time and what was jumped over, in UTC."""
        return datetime.now(UTC) + self.offset

    async def sleep(self, seconds: float) -> None:
        """Wait until the time has come, by waiting or by a jump."""
        due = self.now() + timedelta(seconds=seconds)
        await asyncio.sleep(0)
        while (left_s := (due - self.now()).total_seconds()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._jumped.wait()

    def jump(self, ahead: timedelta) -> None:
        """Put it forward."""
        self.offset += ahead
        self._jumped.set()
        self._jumped = asyncio.Event()
