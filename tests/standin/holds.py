"""Requests that are being held open right now: the moments a killer can choose among."""

import asyncio
import time
from collections.abc import Collection
from typing import Any


class Holds:
    """Held requests by number; `wait` wakes as soon as one of the wanted kind is held."""

    def __init__(self) -> None:
        self._held: dict[int, dict[str, Any]] = {}
        self._number = 0
        self._changed = asyncio.Condition()

    def now(self) -> list[dict[str, Any]]:
        """Return what is held at this moment."""
        return list(self._held.values())

    async def hold(self, kind: str, phase: str, seconds: float, **about: Any) -> None:
        """Keep a request open for some seconds, visibly."""
        if seconds <= 0:
            return
        self._number += 1
        number = self._number
        self._held[number] = {"kind": kind, "phase": phase, "left_s": seconds, **about}
        self._held[number]["until"] = time.monotonic() + seconds
        try:
            async with self._changed:
                self._changed.notify_all()
            await asyncio.sleep(seconds)
        finally:
            del self._held[number]

    async def wait(self, kinds: Collection[str], timeout_s: float) -> dict[str, Any] | None:
        """Return a held request of one of these kinds, or None when none came in time."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: self._find(kinds))
                return self._find(kinds)
        except TimeoutError:
            return None

    def _find(self, kinds: Collection[str]) -> dict[str, Any] | None:
        for held in self._held.values():
            left_s = held["until"] - time.monotonic()
            if held["kind"] in kinds and left_s > 0:
                return {**held, "left_s": left_s}
        return None
