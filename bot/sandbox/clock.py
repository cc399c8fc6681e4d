"""SimCord's clock, let run: it stands still otherwise, and its ids, made from it, would repeat."""

from datetime import UTC, datetime, timedelta
from time import perf_counter

from simcord import Env
from simcord._clock import Clock


class RunningClock(Clock):
    """Begins at the real time and goes on with it, so that no id of an earlier run comes back."""

    def __init__(self, stopped: Clock) -> None:
        super().__init__()
        epoch = stopped.now() - timedelta(seconds=stopped.elapsed)
        real_s = (datetime.now(UTC) - epoch).total_seconds()
        # perf_counter, because SimCord answers the bot's time.monotonic from this very clock.
        self._zero_s = perf_counter() - max(real_s, stopped.elapsed)

    @property
    def elapsed(self) -> float:
        """Seconds since SimCord's epoch."""
        return perf_counter() - self._zero_s

    @elapsed.setter
    def elapsed(self, value: float) -> None:
        self._zero_s = perf_counter() - value


def let_run(env: Env) -> None:
    """Start the clock; build whatever needs the same id in every run before."""
    env.backend.clock = RunningClock(env.backend.clock)
