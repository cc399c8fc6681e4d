"""A stand-in and a run of chosen requests, for tests of one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from tests.crash.checks import gather
from tests.crash.killer import Run
from tests.crash.painting import paint_mask
from tests.crash.plans import FAITHFUL_CHANNELS, USERS
from tests.crash.promises import problems
from tests.standin.plans import Plan
from tests.standin.process import running
from tests.standin.shapes import GUILD_ID


@contextmanager
def chosen(folder: Path) -> Iterator[Run]:
    """Start a stand-in without delays; whatever is left of the run is ended."""
    paint_mask(folder / "mask.png")
    with running(folder) as standin:
        run = Run(folder, standin, Random(1))
        try:
            yield run
        finally:
            left = run.left_behind()
    assert left == []


def plain(number: int, **how: Any) -> Plan:
    """A request of one member in one channel, done as the provider takes it."""
    channel_id = FAITHFUL_CHANNELS[0]
    return Plan(f"key-{number:04}", "none", USERS[0], GUILD_ID, channel_id, **how)


def broken(run: Run) -> list[str]:
    """Every promise that this run broke."""
    evidence = gather(run.data, run.plans, run.standin.state(), run.standin.events(), [])
    return [line for lines in problems(evidence).values() for line in lines]
