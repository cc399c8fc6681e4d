"""CPU seconds of the bot: its own process with all threads, and its picture workers."""

import time
from dataclasses import dataclass

from bot.services.ports import Pictures


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds since each process began."""

    own_s: float
    workers_s: float

    @property
    def total_s(self) -> float:
        """Of all of them together."""
        return self.own_s + self.workers_s

    def __sub__(self, before: "Spent") -> "Spent":
        return Spent(self.own_s - before.own_s, self.workers_s - before.workers_s)


async def spent(pictures: Pictures) -> Spent:
    """Ask the one short worker for its CPU time; more workers than one cannot be asked."""
    workers_s = await pictures.short(time.process_time)
    return Spent(time.process_time(), workers_s)
