"""The real clock; tests bring their own."""

import asyncio
from datetime import UTC, datetime


class SystemClock:
    """UTC and asyncio's sleep."""

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
