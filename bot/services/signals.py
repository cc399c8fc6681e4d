"""Tells whoever listens that a task has changed; called after the commit, never before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain import TaskState


@dataclass(frozen=True, slots=True)
class Move:
    """One committed move of a task, with the times that tell how long it took."""

    provider: str
    from_state: TaskState
    to_state: TaskState
    at: datetime
    queued_at: datetime | None
    running_at: datetime | None


class Signals:
    """Lists of listeners; they must return at once, keep little and never raise."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[str], None]] = []
        self._counters: list[Callable[[Move], None]] = []

    def subscribe(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Call `listener(task_id)` for each change; the answer ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def count(self, counter: Callable[[Move], None]) -> None:
        """Call `counter(move)` for each move from one state to another."""
        self._counters.append(counter)

    def changed(self, task_id: str) -> None:
        """Pass the id on."""
        for listener in tuple(self._listeners):
            listener(task_id)

    def moved(self, move: Move) -> None:
        """Pass the move on."""
        for counter in self._counters:
            counter(move)
