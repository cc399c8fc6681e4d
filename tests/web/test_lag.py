"""The loop's lag on a clock of the test's own."""

import asyncio

import pytest

from bot.services.lag import EVERY_S, LoopLag


class LateLoop:
    """Wakes every sleeper as late as it is told, then stops the sampler."""

    def __init__(self, *late_s: float) -> None:
        self.now_s = 100.0
        self._late_s = list(late_s)

    def now(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        if not self._late_s:
            raise asyncio.CancelledError
        self.now_s += seconds + self._late_s.pop(0)


async def test_each_sample_is_what_came_on_top_of_the_sleep() -> None:
    loop, seen = LateLoop(0.0, 0.3, 0.02), list[float]()
    with pytest.raises(asyncio.CancelledError):
        await LoopLag(seen.append, loop.now, loop.sleep).run()
    assert seen == pytest.approx([0.0, 0.3, 0.02])
    assert loop.now_s == pytest.approx(100 + 3 * EVERY_S + 0.32)


async def test_a_clock_that_wakes_early_gives_no_negative_lag() -> None:
    loop, seen = LateLoop(-0.01), list[float]()
    with pytest.raises(asyncio.CancelledError):
        await LoopLag(seen.append, loop.now, loop.sleep).run()
    assert seen == [0.0]
