"""First as much as the machine can carry, for a minute; then a part of it, for as long as asked."""

import asyncio
import time
from collections.abc import Callable
from copy import deepcopy

from bench.figures import percentile
from tests.load.acks import Acks
from tests.load.crowd import LOOKS, Crowd
from tests.load.stage import Counts, Told

EVERY_S = 15.0
LOOK_S = 0.1
AT_ONCE = 32
WARM_S = 15.0
REST_S_MAX = 300.0
# Nothing happens for so long: what was asked for and is not there came too late for Discord.
QUIET_S = 15.0
MIB = 1024 * 1024
Say = Callable[[str], None]


async def saturated(crowd: Crowd, seconds: float) -> float:
    """Edits a second while so many are always under way; the first seconds do not count."""
    begun_s, ended_at_first = time.monotonic(), 0
    measured_s = begun_s
    while (now_s := time.monotonic()) < begun_s + WARM_S + seconds:
        counts = await crowd.stage.counts()
        if now_s - begun_s < WARM_S:
            ended_at_first, measured_s = counts.shown, now_s
        for _ in range(AT_ONCE - (len(crowd.edits) - counts.shown)):
            await crowd.edit()
        await asyncio.sleep(LOOK_S)
    counts = await crowd.stage.counts()
    return (counts.shown - ended_at_first) / (time.monotonic() - measured_s)


async def loaded(crowd: Crowd, per_s: float, seconds: float, say: Say) -> Told:
    """Members come as they like: so many edits a second on the whole, whatever the bot does.

    What the bot told of itself meanwhile; the rest that follows, until all is shown, is easier.
    """
    watching = asyncio.create_task(_watch(crowd, say))
    try:
        await _arrive(crowd, per_s, seconds)
        told = deepcopy(crowd.stage.told)
        await _rest(crowd)
    finally:
        watching.cancel()
    return told


async def _arrive(crowd: Crowd, per_s: float, seconds: float) -> None:
    async with asyncio.TaskGroup() as group:
        due_s = time.monotonic()
        until_s = due_s + seconds
        while (due_s := due_s + crowd.dice.expovariate(per_s)) < until_s:
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            group.create_task(crowd.edit())
            if crowd.dice.random() < LOOKS:
                group.create_task(crowd.look())


async def _rest(crowd: Crowd) -> None:
    """Until all that was asked for has ended and shows it, or patience ends."""
    busy_s = time.monotonic()
    until_s = busy_s + REST_S_MAX
    while (now_s := time.monotonic()) < until_s:
        counts = await crowd.stage.counts()
        if counts.shown >= len(crowd.edits) and not counts.in_flight:
            return
        if not counts.at_rest:
            busy_s = now_s
        if now_s - busy_s > QUIET_S:
            return
        await asyncio.sleep(LOOK_S)


async def _watch(crowd: Crowd, say: Say) -> None:
    begun_s, seen, acks = time.monotonic(), 0, Acks(crowd.stage.street)
    told = crowd.stage.told
    while True:
        await asyncio.sleep(EVERY_S)
        taken_s, counts = await acks.fetch(), await crowd.stage.counts()
        late_ms, seen = told.late_ms[seen:], len(told.late_ms)
        say(_line(time.monotonic() - begun_s, crowd, taken_s, late_ms, counts))


def _line(
    at_s: float, crowd: Crowd, taken_s: list[float], late_ms: list[float], counts: Counts
) -> str:
    acks_ms = [each * 1000 for each in taken_s] or [0.0]
    told = crowd.stage.told
    return (
        f"{at_s:5.0f} s  sent {len(crowd.edits)} edits, {len(crowd.looks)} looks  "
        f"acknowledged p50 {percentile(acks_ms, 0.5):.0f} p99 {percentile(acks_ms, 0.99):.0f} ms  "
        f"loop late p99 {percentile(late_ms or [0.0], 0.99):.0f} ms  "
        f"in flight {counts.in_flight} queued {counts.queued} done {counts.done} "
        f"failed {counts.failed}  RSS {told.rss_bytes[-1] / MIB:.1f} MiB"
    )
