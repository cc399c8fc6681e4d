"""Tells whoever listens that a task's row has changed; called after the commit, never before."""

from collections.abc import Callable


class Signals:
    """A list of listeners; they must return at once and keep only the id."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[str], None]] = []

    def subscribe(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Call `listener(task_id)` for each change; the answer ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def changed(self, task_id: str) -> None:
        """Pass the id on."""
        for listener in tuple(self._listeners):
            listener(task_id)
