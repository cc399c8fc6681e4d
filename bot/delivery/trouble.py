"""What has to wait: tasks whose last request failed, and channels while Discord is away."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery import lanes
from bot.delivery.faults import is_away, wait_s
from bot.delivery.lanes import Kind, Work
from bot.domain import Task
from bot.services.ports import Clock

# About half an hour of an outage: from then on it may be about this one message.
LETS_OTHERS_AFTER = 30
LETS_OTHERS_S = 5.0


@dataclass(frozen=True, slots=True)
class _Held:
    """How often it failed in a row, until when it waits, and whether the end waits, too."""

    attempt: int
    until: datetime
    end_too: bool = True


class Trouble:
    """Waits double up to a minute; one request at a time finds out whether Discord is back.

    While Discord is away a channel waits as a whole, so that its cards keep their order.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: dict[str, _Held] = {}
        self._channels: dict[int, _Held] = {}

    def delayed(self, work: Work, task: Task) -> Work:
        """The same work, not before all that holds it up is over."""
        held = self._tasks.get(task.id)
        if held is not None and (held.end_too or work.kind is not Kind.FINAL):
            work = lanes.delayed(work, held.until)
        away = self._channels.get(task.channel_id)
        return lanes.delayed(work, away.until if away else None)

    def holds(self, task: Task) -> bool:
        """Whether something holds it up at all."""
        return task.id in self._tasks or task.channel_id in self._channels

    def fails(self, task_id: str, least_s: float | None = None, *, end_too: bool = True) -> int:
        """This one waits; returns how often it has failed in a row."""
        held = self._longer(self._tasks.get(task_id), least_s or 0.0, end_too=end_too)
        self._tasks[task_id] = held
        return held.attempt

    def passes(self, task: Task, error: Exception) -> None:
        """It failed for a reason that passes: it waits alone, or with all of its channel."""
        if not is_away(error):
            self.fails(task.id, wait_s(error))
            return
        away = self._longer(self._channels.get(task.channel_id), wait_s(error))
        self._channels[task.channel_id] = away
        if away.attempt > LETS_OTHERS_AFTER:
            after = away.until + timedelta(seconds=LETS_OTHERS_S)
            self._tasks[task.id] = _Held(1, after)

    def over(self, task: Task) -> None:
        """A request came through."""
        self.forget(task.id)
        self._channels.pop(task.channel_id, None)

    def forget(self, task_id: str) -> None:
        """Nothing is owed to this one any more."""
        self._tasks.pop(task_id, None)

    def _longer(self, held: _Held | None, least_s: float, *, end_too: bool = True) -> _Held:
        attempt = held.attempt + 1 if held else 1
        wait = timedelta(seconds=max(lanes.retry_s(attempt), least_s))
        return _Held(attempt, self._clock.now() + wait, end_too)
