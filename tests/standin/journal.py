"""What arrived, in order: the evidence that a test counts."""

import time
from collections import Counter
from typing import Any

Json = dict[str, Any]


class Journal:
    """Events as plain JSON; `what` is create, duplicate, edit, delete, history, fetch or stray."""

    def __init__(self) -> None:
        self.events: list[Json] = []
        self._begun_at = time.monotonic()

    def add(self, what: str, **about: Any) -> None:
        """Record one event with the seconds since the start."""
        at_s = round(time.monotonic() - self._begun_at, 4)
        self.events.append({"at_s": at_s, "what": what, **about})

    def counts(self) -> dict[str, int]:
        """Return how often each kind of event happened."""
        return dict(Counter(event["what"] for event in self.events))

    def since(self, start: int, what: str = "") -> list[Json]:
        """Return the events from a place on, of one kind if wanted."""
        return [event for event in self.events[start:] if what in ("", event["what"])]
