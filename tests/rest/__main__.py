"""`python -m tests.rest`: go through the table, printing as it goes; `--from` continues."""

import argparse
import asyncio
import logging
import sys
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import simcord

from bot.delivery.client import build_bot
from tests.cogs.conftest import OPS
from tests.cogs.world import World, WorldClock, opened
from tests.rest.faults import Fault
from tests.rest.standing import breaking
from tests.rest.starting import STARTS, started
from tests.rest.table import CASES, DEADLINE_S, Case, tried
from tests.rest.wire import Wire, wired
from tests.services.scripted import with_spec

BATCH = 9  # cases to a world; a new one begins before the member's credits end


def main() -> int:
    """Read the arguments, run, and return how many cases failed, up to 100."""
    parser = argparse.ArgumentParser(prog="python -m tests.rest")
    parser.add_argument("--count", type=int, default=len(CASES), help="how many cases")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first, from 0")
    parser.add_argument("--only", default="", help="those with this in their name")
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)
    numbered = [each for each in enumerate(CASES) if args.only in str(each[1])]
    chosen = [each for each in numbered if each[0] >= args.first][: args.count]
    failed = asyncio.run(_run(chosen))
    begun = [] if args.only or args.count < len(CASES) - args.first else list(STARTS)
    failed += asyncio.run(_start(begun))
    print(f"{len(chosen)} of {len(CASES)} cases, {len(begun)} starts, {failed} failed")
    return min(failed, 100)


async def _start(starts: Sequence[tuple[Fault, int]]) -> int:
    failed = 0
    for fault, times in starts:
        said = f"start/{fault}/{times}"
        with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            try:
                async with breaking(patch) as discord:
                    await started(discord, Path(folder), fault, times)
            except Exception as error:  # noqa: BLE001 (whatever it is, the next is tried, too)
                failed += 1
                said = f"FAILED {said}: {type(error).__name__} {error}"
        print(f"     {said}", flush=True)
    return failed


async def _run(chosen: Sequence[tuple[int, Case]]) -> int:
    failed = 0
    for begin in range(0, len(chosen), BATCH):
        async with _world() as (world, wire):
            for n, case in chosen[begin : begin + BATCH]:
                problem = await tried(world, wire, case)
                failed += bool(problem)
                print(f"{n:4} {'FAILED ' + problem if problem else case}", flush=True)
    return failed


@asynccontextmanager
async def _world() -> AsyncGenerator[tuple[World, Wire]]:
    clock, providers = WorldClock(), [with_spec(ops=OPS, deadline_s=DEADLINE_S)]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        async with (
            opened(Path(folder), clock, providers) as app,
            simcord.run(
                build_bot(app), shard_count=1, check_errors=False, settle_timeout=20
            ) as env,
        ):
            clock.env = env
            world = World(env, app, clock, Path(folder), providers, bugs=(Exception,))
            await world.build()
            async with wired(clock, patch) as wire:
                yield world, wire
            await world.close()


if __name__ == "__main__":
    sys.exit(main())
