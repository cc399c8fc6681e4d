"""What is asked of a service once in a while, because it is needed often and changes rarely."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from bot.errors import Unavailable

T = TypeVar("T")


class Kept(Generic[T]):
    """The latest answer; while asking anew fails, an old one is better than none."""

    def __init__(
        self,
        ask: Callable[[], Awaitable[T]],
        fresh_s: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._fresh_s = fresh_s
        self._now = now
        self._answers: list[T] = []
        self._fresh_until = float("-inf")
        self._turn = asyncio.Lock()

    async def get(self) -> T:
        """The answer; raises ProviderError where there has never been one."""
        async with self._turn:
            if self._now() >= self._fresh_until:
                try:
                    self._answers = [await self._ask()]
                except Unavailable:
                    if not self._answers:
                        raise
                self._fresh_until = self._now() + self._fresh_s
            return self._answers[0]
