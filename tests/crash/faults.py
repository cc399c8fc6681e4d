"""Fault points: where the bot's process ends itself, just before or just after something counted.

A point has a name (`kind`) and two sides. The file that it writes to outlives it: `seen KIND` for
each kind that the process came by, `hit KIND SIDE` for the one that ended it.
"""

import os
import signal
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ANY_COMMIT = "commit"
SIDES = ("before", "after")


@dataclass(frozen=True, slots=True)
class Fault:
    """End at the `nth` time that a point of this kind is come by, on this side of it."""

    kind: str
    side: str
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.kind}:{self.side}:{self.nth}"


def fault_from(text: str) -> Fault:
    """Read what `str` of a fault wrote."""
    kind, side, nth = text.split(":")
    return Fault(kind, side, int(nth))


class Points:
    """Counts what is come by, and ends the process at its fault, if it has one."""

    def __init__(self, trace: Path | None = None, fault: Fault | None = None) -> None:
        self._trace, self._fault = trace, fault
        self._counts = Counter[tuple[str, str]]()

    def come_by(self, kind: str, side: str, *, is_commit: bool = False) -> None:
        """Count one side of a point; does not return when it is the fault's."""
        if not self._counts[kind, side] and side == SIDES[0]:
            self._write(f"seen {kind}")
        for name in (kind, ANY_COMMIT) if is_commit else (kind,):
            self._counts[name, side] += 1
            if self._fault == Fault(name, side, self._counts[name, side]):
                self._write(f"hit {kind} {side}")
                os.kill(os.getpid(), signal.SIGKILL)

    @asynccontextmanager
    async def around(self, kind: str) -> AsyncGenerator[None]:
        """Both sides of whatever is awaited inside, when it succeeds."""
        self.come_by(kind, "before")
        yield
        self.come_by(kind, "after")

    def _write(self, line: str) -> None:
        if self._trace:
            with self._trace.open("a") as file:
                file.write(f"{line}\n")


@dataclass(frozen=True, slots=True)
class Trace:
    """What one life wrote."""

    seen: frozenset[str]
    hit: tuple[str, str] | None


def read_trace(file: Path) -> Trace:
    """Read a life's file; one that died early has none."""
    lines = [line.split() for line in file.read_text().splitlines()] if file.exists() else []
    hits = [(kind, side) for word, kind, *sides in lines if word == "hit" for side in sides]
    return Trace(frozenset(kind for word, kind, *_ in lines if word == "seen"), (hits or [None])[0])
